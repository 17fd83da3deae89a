"""The installed app in a real terminal where a node asks an unforeseen question, and on old appliances."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.sites import write_changed
from tests.support.terminal import listings, terminal

TOFUTUI = str(Path(sys.executable).with_name("tofutui"))
POLICY = "Acceptable use policy of Example Ltd.\nType I AGREE to go on: "
AGAIN = "Collect the rows again? [y/n] "


@contextmanager
def lab(scenario: str | Path) -> Iterator[dict[str, str]]:
    """`tofutui lab` beside the test; its paths."""
    process = subprocess.Popen(
        [TOFUTUI, "lab", str(scenario), "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    paths = dict(process.stdout.readline().rstrip("\n").split(": ", 1) for _ in range(2))
    try:
        yield paths
    finally:
        process.communicate(timeout=20)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[list[str]]:
    """A command for the app on a pair whose primary asks before its prompt, and after `listcerts`."""
    answer = "question_answer = 'I AGREE'\n"
    change = ("rows = [", f"question = {POLICY!r}\nlist_question = {AGAIN!r}\n{answer}rows = [")
    with lab(write_changed(tmp_path, "renamed", change)) as paths:
        yield [TOFUTUI, "--sessions", paths["sessions"], "--data", paths["data"]]


def compared(screen: str) -> bool:
    return "3 mismatch" in screen and screen.count("HA not Configured") == 2


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_the_operator_answers_questions_that_nobody_foresaw(
    asking: list[str], tmp_path: Path, size: tuple[int, int]
) -> None:
    with terminal(asking, tmp_path, size) as app:
        shown = app.wait_for(lambda screen: "Type I AGREE" in screen and "Before the first prompt" in screen)
        assert "PRIMARY asks" in shown
        assert "Acceptable use policy of Example Ltd." in shown
        shown = app.send_answer("I AGREE", lambda screen: "Collect the rows again?" in screen)
        assert "PRIMARY prime-pri asks" in shown
        assert "After: ncs certvalidation tofu-certs listcerts" in shown
        app.send_answer("I AGREE", compared)
        app.press("L")
        shown = app.wait_for(lambda screen: "Command log" in screen and "(not shown)" in screen)
        assert "I AGREE" not in shown
        app.press("esc")
        app.wait_for(compared)
        app.press("q")
        assert app.wait_end() == 0
        assert app.is_clean()


def test_a_wrong_answer_is_asked_for_again_and_no_answer_leaves_the_node(
    asking: list[str], tmp_path: Path
) -> None:
    with terminal(asking, tmp_path) as app:
        app.wait_for("Type I AGREE")
        app.send_answer("no", lambda screen: "% Error: this is no answer" in screen)
        app.press("esc")
        app.wait_for(lambda screen: "127.0.0.1 asks an unknown question before its prompt:" in screen)
        app.wait_for(lambda screen: "SECONDARY  prime-sec" in screen and "listed " in screen)
        app.press("q")
        assert app.wait_end() == 0
        assert app.is_clean()


def test_old_appliances_show_their_badge_and_tear_no_screen(tmp_path: Path) -> None:
    with terminal([TOFUTUI, "--demo", "old"], tmp_path) as app:
        app.wait_for(lambda screen: "1 mismatch" in screen and listings(screen) == 2)
        assert "LEGACY SSH" in app.text().splitlines()[0]
        app.press("q")
        assert app.wait_end() == 0
        assert app.is_clean()
        assert b"Warning" not in app.raw
        assert b"site-packages" not in app.raw
