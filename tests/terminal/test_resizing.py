"""A window that is pulled about: the screen is whole afterwards, and nothing of the user's is lost."""

import sys
from pathlib import Path

from tests.support.terminal import terminal

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "tests" / "support" / "bench_apps.py"


def beside_the_rows(screen: str) -> list[str]:
    """The pane without the cursor, and what is below both: nothing there depends on what was scrolled."""
    lines = screen.splitlines()
    return [*(line[:60] for line in lines), *lines[-13:]]


def test_a_storm_of_sizes_leaves_the_row_the_pane_and_a_whole_screen(tmp_path: Path) -> None:
    with terminal([sys.executable, str(APPS), "ours", "300"], tmp_path, PYTHONPATH=str(ROOT)) as app:
        app.wait_for("1 of 300")
        app.press("tab", "G", *["k"] * 4)
        app.wait_for("296 of 300")
        app.settle(1)
        before = app.text()
        for turn in range(120):
            app.resize(60 + turn * 7 % 140, 12 + turn * 5 % 48)
        app.resize(40, 10)
        app.resize(120, 36)
        app.wait_for(lambda screen: beside_the_rows(screen) == beside_the_rows(before))
        app.press("G", *["k"] * 4)  # which rows are around it depends on the sizes that were seen
        app.wait_for(lambda screen: screen == before)
        app.press("q")
        assert app.wait_end() == 0
        assert app.is_clean()


def test_what_is_pasted_into_a_field_never_commands_the_terminal(tmp_path: Path) -> None:
    with terminal([sys.executable, str(APPS), "ours", "3"], tmp_path, PYTHONPATH=str(ROOT)) as app:
        app.wait_for("1 of 3")
        app.press("/")
        app.wait_for("filter: host")
        app.settle(0.3)
        before = len(app.raw)
        app.paste("a\x9b31mb\u202ec\x07d")
        app.wait_for("no row contains")
        app.settle(0.3)
        written = app.raw[before:].decode()
        assert not set(written) & {"\x07", "\x9b", "\u202e"}
