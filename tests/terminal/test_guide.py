"""The guide in a real terminal: the whole demo, and a program that is killed again and again."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import tofutui
from tests.support.depth import LONG, as_long
from tests.support.guide_keys import RESTARTED, STEPS, Keyboard, current_step
from tests.support.lab_thread import ThreadedLab, lab_thread
from tests.support.terminal import PAGE_DOWN, Terminal, terminal

TOFUTUI = [sys.executable, "-m", "tofutui"]
BROWSER_KEYS = {"register": "\x1b[18~", "ise-add": "\x1b[19~"}
"""F7 and F8: what is clicked in the simulated browser."""
BROWSER_SAYS = {"register": "Register was clicked", "ise-add": "were added"}
CODE = str(Path(tofutui.__file__).parents[1])
"""The program that is driven is the one that is tested."""


FEW = 20
"""Keys from the tables to Primary Active that are too many."""
KEYS_AROUND_A_PASTE = 6
"""To the evidence screen and back, and over the row of ISE, which the page said nothing about."""


def compared(screen: str, state: str = "(?:HA|Primary|Secondary) [A-Z]?[a-z]+") -> bool:
    """Whether both tables are shown, each under its node's HA state, and every endpoint was asked."""
    return len(re.findall(rf"[·┃│] {state}", screen)) == 2 and "probing" not in screen.splitlines()[0]


def reach_primary_active(app: Terminal, operator: Keyboard, since: float) -> None:
    """Wait for the line that no one can miss; ``-s`` shows what the way to it took from ``since`` on."""
    app.wait_for(lambda screen: "PRIMARY ACTIVE  PRIMARY prime-pri" in screen, 120)
    print(f"{operator.pressed} keys, {time.monotonic() - since:.1f} s to Primary Active")


@pytest.mark.timeout(300)
def test_the_demo_from_the_first_mismatch_to_primary_active(tmp_path: Path) -> None:
    with terminal([*TOFUTUI, "--demo"], tmp_path, PYTHONPATH=CODE) as app:
        app.wait_for(lambda screen: compared(screen) and " mismatch " in screen)
        first_look = time.monotonic()

        def browser(command: str) -> None:
            if command == "primary-active":
                return  # the pair comes to it by itself
            operator.press(BROWSER_KEYS[command])
            app.wait_for(BROWSER_SAYS[command])
            assert "error" not in app.text()
            app.wait_for(lambda screen: "…" not in screen.splitlines()[0])

        operator = Keyboard(app, browser, sees_register=True)
        operator.begin()
        operator.to_register()
        reach_primary_active(app, operator, first_look)
        assert operator.pressed < FEW
        operator.do("Add ISE server ISE-server")
        app.wait_for("The run has ended", 60)
        for fmt, downs in (("md", 0), ("json", 1), ("html", 2)):
            app.press("x")
            operator.dialog("Change record")
            app.press("up", *["down"] * downs, "enter")
            app.wait_for("Write to which file?")
            operator.type("Change record", "")
            app.wait_for(f"run1.{fmt}")
            app.wait_for("written to")
            app.wait_for(lambda screen: "…" not in screen.splitlines()[0])
        app.press("esc")
        app.wait_for(lambda screen: compared(screen, "(?:Primary Active|Secondary Syncing)"))
        assert "mismatch" not in app.text().splitlines()[0].replace("own", "")
        app.press("q")
        assert app.wait_end() == 0
        assert app.is_clean()
    home = tmp_path / "home"
    record = json.loads((home / "tofutui-seed-run1.json").read_text())
    assert record["left"] == []
    assert "Primary Active" in json.dumps(record["steps"])
    markdown = (home / "tofutui-seed-run1.md").read_text()
    assert markdown.count("deletecert host") >= 3
    html = (home / "tofutui-seed-run1.html").read_text()
    assert "Primary Active" in html
    assert "src=" not in html
    assert "http:" not in html


def _demo_browser(app: Terminal, operator: list[Keyboard], command: str) -> None:
    operator[0].press(BROWSER_KEYS[command])
    app.wait_for(BROWSER_SAYS[command])
    app.wait_for(lambda screen: "…" not in screen.splitlines()[0])


@contextmanager
def reissued(folder: Path) -> Iterator[tuple[Terminal, Keyboard, float]]:
    """The demo of re-issued certificates, whoever operates it, and when both tables were first shown."""
    with terminal([*TOFUTUI, "--demo", "reissued"], folder, PYTHONPATH=CODE) as app:
        app.wait_for(compared)
        who: list[Keyboard] = []
        who.append(Keyboard(app, lambda command: _demo_browser(app, who, command), sees_register=True))
        yield app, who[0], time.monotonic()


@LONG
@pytest.mark.timeout(300)
def test_reissued_comes_to_primary_active_with_only_the_operators_answers(tmp_path: Path) -> None:
    with reissued(tmp_path) as (app, operator, first_look):
        operator.begin()
        operator.to_register()
        reach_primary_active(app, operator, first_look)
        assert operator.pressed < FEW


REFUSALS = (
    ("TOFU failed on primary for 192.0.2.11_8082", "192.0.2.11:8082"),
    ("TOFU failed on secondary for 192.0.2.10_8082", "192.0.2.10:8082"),
)
"""What the page says as long as a row is stale, and the row that it means."""
OPEN = "Rows that are neither proven nor deleted"


@LONG
@pytest.mark.timeout(300)
def test_lines_pasted_from_the_registration_page_lead_to_primary_active(tmp_path: Path) -> None:
    with reissued(tmp_path) as (app, operator, first_look):
        operator.press("e")
        for words, _ in REFUSALS:
            app.wait_for('Paste "TOFU failed"')
            app.paste(words)
            app.wait_for(words)
            operator.press("\x1b[15~")
            app.wait_for(f"read as evidence from its log: {words.split()[3].upper()} refused")
            operator.pressed += 1  # the paste
        operator.press("esc")
        screen = app.wait_for(lambda screen: compared(screen) and "both nodes: 2 mismatch" in screen)
        assert "2 mismatch" in screen.splitlines()[0]
        operator.begin()
        operator.answer_restarted("4")
        operator.delete_planned()
        operator.choose(OPEN, downs=2)
        for title in ("Worksheet", "Sign in", "HA Configuration", "Check Readiness"):
            operator.do(title)
        operator.overwrite()
        app.wait_for(lambda screen: current_step(screen) == "Register")
        operator.browser("register")
        reach_primary_active(app, operator, first_look)
        assert operator.pressed < FEW + len(REFUSALS) * 2 + KEYS_AROUND_A_PASTE


def say_failed(app: Terminal, operator: Keyboard, words: str, *, pasted: bool) -> None:
    """Enter the page's words; the cause they name comes first, and Enter leads to the plan."""
    operator.press("F")
    operator.dialog("Failed: Register")
    if pasted:
        app.paste(words)
        app.wait_for(words)
    app.send_answer("" if pasted else words, lambda screen: "Known causes of a failed" in screen)
    screen = app.wait_for(f"reported when it failed: {words}")
    assert screen.splitlines()[1].startswith("A stale TOFU row is left")
    operator.press("enter")


@LONG
@pytest.mark.timeout(400)
def test_who_goes_on_without_deleting_is_led_to_the_row_and_to_primary_active(tmp_path: Path) -> None:
    with reissued(tmp_path) as (app, operator, first_look):
        operator.begin()
        operator.answer_restarted("4")
        operator.choose(OPEN, downs=2)
        for title in ("Worksheet", "Sign in", "HA Configuration", "Check Readiness"):
            operator.do(title)
        for number, (words, row) in enumerate(REFUSALS):
            operator.overwrite()
            app.wait_for(lambda screen: current_step(screen) == "Register")
            operator.browser("register")
            app.wait_for(words)
            say_failed(app, operator, words, pasted=number == 1)
            screen = app.wait_for(lambda screen: "Plan: stale rows" in screen and " of 1 row" in screen)
            assert row in screen
            operator.delete_planned()
            operator.choose(OPEN, downs=2)
        operator.overwrite()
        app.wait_for(lambda screen: current_step(screen) == "Register")
        operator.browser("register")
        reach_primary_active(app, operator, first_look)
        assert "! Find and delete" in app.text()


class Killed:
    """A pair that outlives the program, and the program started on it as often as needed."""

    def __init__(self, pair: ThreadedLab, tmp_path: Path) -> None:
        self.pair = pair
        self.tmp_path = tmp_path
        self.command = [*TOFUTUI, "renamed", "--sessions", str(pair.lab.sessions_path)]
        self.command += ["--data", str(tmp_path / "data")]

    def browser(self, command: str) -> None:
        """The pair takes as long to register as the test needs for the milestones."""
        if command == "register":
            return
        command = "register" if command == "primary-active" else command
        assert self.pair.command(command) == "ok"

    def operator(self, app: Terminal) -> Keyboard:
        app.wait_for(compared)
        return Keyboard(app, self.browser)

    def kill(self, app: Terminal) -> None:
        app.process.send_signal(signal.SIGKILL)
        app.process.wait(10)

    def record(self) -> dict[str, object]:
        command = [*TOFUTUI, "record", "renamed", "--format", "json", "--data", str(self.tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        record: dict[str, object] = json.loads(done.stdout)
        return record


@LONG
@pytest.mark.timeout(600)
def test_killed_at_each_step_it_goes_on_where_it_was_and_sends_nothing_twice(tmp_path: Path) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        killed = Killed(pair, tmp_path)
        with terminal(killed.command, tmp_path, PYTHONPATH=CODE) as app:
            killed.operator(app).begin()
            killed.kill(app)
        title, seen = STEPS[1], []
        while title:
            with terminal(killed.command, tmp_path, PYTHONPATH=CODE) as app:
                operator = killed.operator(app)
                app.press("c")
                title = current_step(app.wait_for(lambda s: current_step(s) != "" and "resumed" in s, 60))
                seen.append(title)
                operator.do(title)
                if "The run has ended" in app.text():
                    title = ""
                killed.kill(app)
        by_itself = {"Preflight", "Does the pair reconnect on its own?", "Enable Virtual IP", "Verify"}
        by_hand = [title for title in seen if title not in by_itself]
        assert by_hand == [title for title in STEPS if title not in by_itself]
        assert len(pair.deletions()) == len(set(pair.deletions())) == 3
        record = killed.record()
        left = record["left"]
        assert isinstance(left, list)
        assert all("no log is available" in reason for reason in left)
        assert record["ended_at"]
        keys = {role: [key for key, _ in rows] for role, rows in pair.tables().items()}
        assert keys == {
            "primary": ["192.0.2.10_8082", "192.0.2.11_8082", "198.51.100.20_443"],
            "secondary": ["127.0.0.1_8082", "192.0.2.10_8082", "192.0.2.11_8082"],
        }


@pytest.mark.timeout(300)
def test_killed_in_the_middle_of_a_deletion_the_list_decides_and_nothing_is_sent_again(
    tmp_path: Path,
) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        killed = Killed(pair, tmp_path)
        with terminal(killed.command, tmp_path, PYTHONPATH=CODE) as app:
            operator = killed.operator(app)
            operator.begin()
            operator.do(STEPS[1])
            operator.plan()
            with pair.held_up("primary", "deleted"):
                app.say_yes(until=lambda: bool(pair.deletions()))
                app.wait_for(lambda _: bool(pair.deletions()))
                killed.kill(app)
        assert len(pair.deletions()) == 1
        with terminal(killed.command, tmp_path, PYTHONPATH=CODE) as app:
            operator = killed.operator(app)
            app.press("c")
            app.wait_for(lambda s: current_step(s) == "Find and delete the stale rows" and "resumed" in s, 60)
            operator.do("Find and delete the stale rows")
            app.press("q")
            app.press("q")
        assert len(pair.deletions()) == len(set(pair.deletions())) == 3
        commands = killed.record()["commands"]
        assert isinstance(commands, list)
        assert [command["outcome"] for command in commands] == ["gone"] * 3


@pytest.mark.timeout(300)
@pytest.mark.parametrize("size", [(120, 36), as_long((80, 24))])
def test_a_run_in_use_is_watched_and_taken_over(tmp_path: Path, size: tuple[int, int]) -> None:
    with lab_thread("renamed", tmp_path / "lab") as pair:
        killed = Killed(pair, tmp_path)
        with terminal(killed.command, tmp_path, PYTHONPATH=CODE) as first:
            killed.operator(first).begin()
            with terminal(killed.command, tmp_path, size, PYTHONPATH=CODE) as second:
                operator = killed.operator(second)
                second.press("c")
                operator.dialog("In use")
                assert "is in use: " in second.text()
                second.press("enter")
                second.wait_for("WATCHING")
                second.press("enter")
                second.wait_for("held by")
                first.press("n", "m")  # on the step to do now, which the other one watches
                Keyboard(first, killed.browser).type(f"Note: {RESTARTED}", "hello from the first")
                second.press(PAGE_DOWN)  # notes are at the end of a step's text
                second.wait_for("hello from the first")
                second.press("t")
                second.wait_for(lambda screen: "WATCHING" not in screen and "taking" not in screen)
                first.wait_for("WATCHING")
                second.press("q")
                second.press("q")
                assert second.wait_end() == 0
