"""Somebody who goes through the guide with the keyboard, in a real terminal."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.terminal import Terminal
from tofutui.guide.playbook import playbooks, step_texts

STEPS = [step_texts()[id_].title.replace("{name}", "ISE-server") for id_ in playbooks()["ha-and-ise"].steps]


def current_step(screen: str) -> str:
    """The title of the step to do now (or the failed one), "" while something is under way."""
    lines = screen.splitlines()
    if not lines or "…" in lines[0] or "┏" in screen:
        return ""
    for text in lines[1:]:
        if text[1:2] in ("▸", "…", "✗"):
            shown = text[3:41].rstrip()
            for word in (" now", " waiting", " failed"):
                shown = shown.removesuffix(word).rstrip()
            shown = shown.rstrip("…").rstrip()
            fitting = [title for title in STEPS if title.startswith(shown)]
            return shown if shown in fitting else next(iter(fitting), "")
    return ""


@dataclass
class Keyboard:
    """Keys for each step; ``browser`` is what a click in the browser does to the pair."""

    app: Terminal
    browser: Callable[[str], None]

    def is_at(self, title: str) -> Callable[[str], bool]:
        return lambda screen: current_step(screen) == title

    def wait_at(self, title: str, seconds: float = 60) -> str:
        return self.app.wait_for(self.is_at(title), seconds)

    def dialog(self, title: str) -> None:
        framed = re.compile(rf"━ +{re.escape(title)} +━")
        self.app.wait_for(lambda screen: bool(framed.search(screen)) and "takes it" in screen)

    def choose(self, title: str, downs: int = 0) -> None:
        self.dialog(title)
        self.app.press("up", *["down"] * downs, "enter")  # Enter alone could be one that is held down

    def type(self, title: str, text: str) -> None:
        self.dialog(title)
        self.app.press("down", *text, "enter")

    def begin(self) -> None:
        self.app.press("c")
        self.choose("Which procedure?")
        self.wait_at("Preflight")

    def do(self, title: str) -> None:
        """Carry out the step with this title, which is the current one."""
        number = STEPS.index(title)
        ways: dict[str, Callable[[], None]] = {
            "Restarted since the certificate changed?": self._restarted,
            "Find and delete the stale rows": self._delete,
            "Worksheet": self._worksheet,
            "Registering overwrites the secondary": self._overwrite,
            "Register": lambda: self._in_browser("register"),
            "Add ISE server ISE-server": lambda: self._in_browser("ise-add"),
            "Does the pair reconnect on its own?": lambda: None,
            "Primary Active": lambda: self.browser("primary-active"),
        }
        if title.startswith("Milestone"):
            self.app.press("enter")
        else:
            ways.get(title, lambda: self.app.press("enter"))()
        if number + 1 < len(STEPS):
            self.app.wait_for(lambda screen: current_step(screen) in STEPS[number + 1 :], 60)
        else:
            self.app.wait_for("The run has ended", 60)

    def _in_browser(self, command: str) -> None:
        self.browser(command)
        self.app.press("enter")

    def _restarted(self) -> None:
        self.app.press("enter")
        for title in ("PRIMARY", "SECONDARY", "ISE ISE-server"):
            self.choose(title)

    def plan(self) -> None:
        """All rows selected, each compared: up to the delete dialog."""
        self.app.press("enter")
        screen = self.app.wait_for("selected")
        if "0 of" in screen or "1 of 3" in screen:  # suspects are selected by hand
            self.app.press("space", "j", "j", "space")
            self.app.wait_for("3 of 3 rows selected")
        self.app.press("D")
        done: set[str] = set()
        while title := self._next_comparison(done):
            done.add(title)
            self.type(title, "J. Doe by phone")

    def _next_comparison(self, done: set[str]) -> str:
        """The title of the next question about a fingerprint; "" once the delete dialog stands there."""
        found = re.compile(r"━ +(SHA-256 of \S+) +━")

        def asked(screen: str) -> bool:
            title = found.search(screen)
            return (title is not None and title[1] not in done) or ("Keep" in screen and " y " in screen)

        title = found.search(self.app.wait_for(asked))
        return title[1] if title is not None else ""

    def _delete(self) -> None:
        self.plan()
        self.app.say_yes()
        self.app.wait_for(lambda screen: "gone" in screen and "Enter back" in screen, 60)
        self.app.press("enter")

    def _worksheet(self) -> None:
        self.app.press("enter")
        self.choose("Names by")
        self.type("Secondary Server", "")
        self.choose("Authentication key")
        self.type("Email Address", "noc@example.net")
        self.choose("Failover Type")
        self.choose("Virtual IP")

    def _overwrite(self) -> None:
        self.app.press("enter")
        self.type("Registering overwrites the secondary", "overwrite")
