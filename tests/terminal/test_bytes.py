"""How many bytes the app writes to a real terminal: nothing when nothing changes, little for a key."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, listings, terminal

TOFUTUI = str(Path(sys.executable).with_name("tofutui"))
ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "tests" / "support" / "bench_apps.py"
MOVE, MOVE_OF_MANY, SCROLL, REFRESH = 2048, 1700, 8192, 2048


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Terminal]:
    """300 canned rows a node."""
    with terminal([sys.executable, str(APPS), "ours", "300"], tmp_path, PYTHONPATH=str(ROOT)) as app:
        app.wait_for("1 of 300")
        app.settle()
        yield app


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """The simulated pair: rows that differ in all they can."""
    with terminal([TOFUTUI, "--demo", "seed"], tmp_path_factory.mktemp("demo")) as app:
        app.wait_for(lambda screen: listings(screen) == 2 and "PROBING" not in screen)
        app.settle(2)
        yield app


def cost(app: Terminal, key: str, fact: str) -> int:
    """The bytes from a key until the screen shows the fact and stays."""
    before = len(app.raw)
    app.press(key)
    app.wait_for(fact)
    app.settle(0.5)
    return len(app.raw) - before


def test_nothing_is_written_when_nothing_happens(demo: Terminal) -> None:
    assert demo.settle(3) == 0


def test_nothing_is_written_while_the_command_log_is_open(demo: Terminal) -> None:
    demo.press("L")
    demo.wait_for("Command log")
    demo.settle()
    assert demo.settle(3) == 0
    demo.press("esc")
    demo.wait_for("1 of ")
    demo.settle()


def test_a_cursor_move_between_rows_that_differ_in_everything(demo: Terminal) -> None:
    moves = [cost(demo, "j", "2 of "), cost(demo, "j", "3 of "), cost(demo, "k", "2 of ")]
    moves.append(cost(demo, "k", "1 of "))
    assert max(moves) <= MOVE, moves


def test_a_refresh_in_which_nothing_changed(demo: Terminal) -> None:
    demo.settle()
    before = len(demo.raw)
    demo.press("R")
    demo.wait_for(lambda _: len(demo.raw) > before)
    demo.settle(3)
    assert len(demo.raw) - before <= REFRESH


def test_cursor_moves_without_and_with_scrolling_at_every_row_height(many: Terminal) -> None:
    number = 1
    for height in ("1 line a row", "2 lines a row", "3 lines a row"):
        cost(many, "H", height)
        moves = [cost(many, "j", f"{number + step} of 300") for step in range(1, 5)]
        number += 4
        assert max(moves[1:]) <= MOVE_OF_MANY, (height, moves)  # the first one takes the message away too
    many.press("G")
    many.wait_for("300 of 300")
    many.press("g")
    many.wait_for(" 1 of 300")
    pages = [cost(many, "\x1b[6~", " of 300") for _ in range(3)]
    assert max(pages) <= SCROLL, pages
