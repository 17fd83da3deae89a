"""A renewal in a real terminal: the forecast, the second act of the demo, and what became of it."""

import sys
from pathlib import Path

import pytest

import tofutui
from tests.support.terminal import Terminal, terminal

COMMAND = [sys.executable, "-m", "tofutui", "--demo", "planned"]
CODE = str(Path(tofutui.__file__).parents[1])
CTRL_P = "\x10"
SERVER = "192.0.2.10:8082"


def simulate(app: Terminal, title: str, said: str) -> None:
    """Choose an entry of the palette by its words."""
    app.press(CTRL_P)
    app.wait_for("Search for commands")
    app.press(*title)
    app.wait_for(lambda screen: f"{title} {SERVER}" in screen and "Impact of" not in screen)
    app.press("enter")
    app.wait_for(lambda screen: title not in screen)
    reported(app, said)


def reported(app: Terminal, said: str) -> None:
    """Among the messages: on a slow machine a later one takes its place on the screen at once."""
    screen = ""
    while said not in screen:
        app.press("M")
        screen = app.wait_for("Messages, the newest first")
        app.press("esc")
        app.wait_for(lambda screen: "Messages, the newest first" not in screen)


@pytest.mark.timeout(180)
def test_a_renewal_is_forecast_carried_out_and_found_in_the_app(tmp_path: Path) -> None:
    with terminal(COMMAND, tmp_path, PYTHONPATH=CODE) as app:
        app.wait_for("both nodes: 3 same name")
        app.press("2", "I")
        screen = app.wait_for("the forecast is saved; the next comparison reports how it turned out")
        assert f"1. SECONDARY  {SERVER.replace(':', '_')}" in screen
        app.press("esc")
        app.wait_for(lambda screen: "Impact: what" not in screen)
        app.press("R")
        app.wait_for("(PRIMARY prime-pri renewed), 1 row: 1 unchanged")
        simulate(app, "Simulate: renew the certificate of", "presents a new certificate after its restart")
        simulate(app, "Simulate: restart", f"{SERVER} was restarted")
        app.press("R")
        app.wait_for("1 row: 1 stale as forecast")
        app.press("I")
        app.wait_for("not saved, a change is under way: forecast of")
        app.press("esc")
        app.wait_for(lambda screen: "Impact: what" not in screen)
        app.press("q")
        assert app.wait_end() == 0
