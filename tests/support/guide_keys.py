"""An operator who goes through the guide with the keyboard, in a real terminal, and counts the keys."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.terminal import Terminal
from tofutui.guide.playbook import playbooks, step_texts
from tofutui.ui.kit.confirmation import DWELL

STEPS = [step_texts()[id_].title.replace("{name}", "ISE-server") for id_ in playbooks()["ha-and-ise"].steps]
RESTARTED = "Restarted since the certificate changed?"
DELETE = "Find and delete the stale rows"
OVERWRITE = "Registering overwrites the secondary"
COMPARED = "SHA-256 of the rows"
ENDED = "The run has ended"


def is_asked(screen: str, title: str) -> bool:
    """Whether a dialog with this title is open and says what its keys do."""
    keys = ("Enter accept", "Enter select", "keep both")
    return f"━ {title} ━" in screen and any(words in screen for words in keys)


def current_step(screen: str) -> str:
    """The title of the step to do now (or the failed one), "" while something is under way."""
    lines = screen.splitlines()
    if not lines or "…" in lines[0] or "┏" in screen:
        return ""
    for text in lines[2:]:
        if text[1:2] in ("▸", "…", "✗"):
            shown = text[3:41].rstrip()
            for word in (" now", " waiting", " failed"):
                shown = shown.removesuffix(word).rstrip()
            shown = shown.rstrip("…").rstrip()
            fitting = [title for title in STEPS if title.startswith(shown)]
            return shown if shown in fitting else next(iter(fitting), "")
    return ""


def asked_step(screen: str) -> str:
    """The title of the step that asks something, or is the one to do now; "" while neither is shown."""
    if "Plan: stale rows" in screen:
        return DELETE
    asked = [title for title in (RESTARTED, "Worksheet", OVERWRITE) if is_asked(screen, title)]
    return asked[0] if asked else current_step(screen)


def every(screen: str) -> bool:
    """Whether all rows of the plan are selected."""
    return re.search(r"\b(\d+) of \1 rows? selected", screen) is not None


@dataclass
class Keyboard:
    """Keys for each step; ``browser`` is what a click in the browser does to the pair."""

    app: Terminal
    browser: Callable[[str], None]
    sees_register: bool = False
    """Whether the guide sees on its own that Register was clicked."""
    pressed: int = 0

    def press(self, *keys: str) -> None:
        """Press keys, counted."""
        self.pressed += len(keys)
        self.app.press(*keys)

    def insist(self, key: str, then: Callable[[str], bool], seconds: float = 60) -> str:
        """Press a key; what a slow machine refuses as too soon is pressed again, and counts once."""
        self.press(key)
        while not then(
            screen := self.app.wait_for(lambda screen: then(screen) or " again" in screen.splitlines()[-1]
                                        or "too soon" in screen, seconds)
        ):  # fmt: skip
            self.app.settle(0.6)
            if then(self.app.text()):
                return screen
            self.app.press(key)
        return screen

    def dialog(self, title: str) -> None:
        self.app.wait_for(lambda screen: is_asked(screen, title))

    def choose(self, title: str, downs: int = 0) -> None:
        """One of several."""
        self.dialog(title)
        self.press(*["down"] * downs)
        self.insist("enter", lambda screen: not is_asked(screen, title))

    def type(self, title: str, text: str) -> None:
        self.dialog(title)
        self.press("down", *text)
        self.insist("enter", lambda screen: not is_asked(screen, title))

    def begin(self) -> None:
        """Begin a run; its preflight follows automatically, and stays on its result."""
        self.press("c")
        self.choose("Which procedure?")
        self.app.wait_for(lambda screen: current_step(screen) == RESTARTED and "passed; " in screen, 60)

    def is_past(self, title: str) -> Callable[[str], bool]:
        """Whether a step after this one asks, is the one to do now, or the run has ended."""
        later = STEPS[STEPS.index(title) + 1 :]
        return lambda screen: ENDED in screen or asked_step(screen) in later

    def do(self, title: str) -> None:
        """Carry out the step with this title, which is the current one."""
        ways: dict[str, Callable[[], None]] = {
            "Preflight": lambda: self.press("enter"),
            RESTARTED: self.answer_restarted,
            DELETE: self.delete_planned,
            "Worksheet": self._worksheet,
            OVERWRITE: self.overwrite,
            "Register": self._register,
            "Add ISE server ISE-server": self._add_ise,
            "Does the pair reconnect on its own?": lambda: None,
            "Primary Active": lambda: self.browser("primary-active"),
            "Verify": self._verify,
        }
        ways.get(title, lambda: self.press("d"))()
        self.app.wait_for(self.is_past(title), 60)

    def to_register(self) -> None:
        """Everything from the first question on, up to the click on Register."""
        for title in STEPS[1 : STEPS.index("Register") + 1]:
            if asked_step(self.app.text()) == title:
                self.do(title)

    def open(self, title: str) -> None:
        """The step's question, by Enter where it is not open yet."""
        screen = self.app.wait_for(lambda screen: asked_step(screen) == title)
        if not is_asked(screen, title):
            self.press("enter")
            self.dialog(title)

    def answer_restarted(self, number: str = "1") -> None:
        """The same answer for every server, and the form is taken."""
        self.open(RESTARTED)
        self.press(number, number, number)
        self.app.wait_for(lambda screen: "not answered" not in screen)
        self.press("enter")

    def plan(self) -> None:
        """All rows selected, not compared: up to the delete dialog."""
        if "Plan: stale rows" not in self.app.wait_for(lambda screen: asked_step(screen) == DELETE):
            self.press("enter")
        if not every(self.app.wait_for("selected")):  # suspect rows are never preselected
            self.press("a")
            self.app.wait_for(every)
        self.press("D")
        self.dialog(COMPARED)
        self.insist("enter", lambda screen: "[ Keep row" in screen)

    def delete_planned(self) -> None:
        """The plan, the dialog, the run of deletions."""
        self.plan()
        self.confirm()

    def confirm(self) -> None:
        """The yes of the delete dialog, and the end of the run of deletions."""
        self.pressed += 1
        self.app.say_yes()
        self.app.wait_for(lambda screen: "gone" in screen and "Enter back" in screen, 60)
        self.press("enter")

    def _worksheet(self) -> None:
        self.open("Worksheet")
        self.press("1")
        self.app.wait_for(lambda screen: "I have it" in screen and "▸ Resolved by" in screen)
        self.press("enter")

    def overwrite(self) -> None:
        """Yes to the question before registering, once it has been shown for as long as a yes needs."""
        self.open(OVERWRITE)
        self.app.settle(DWELL + 0.1)
        self.insist("y", lambda screen: not is_asked(screen, OVERWRITE))

    def _register(self) -> None:
        self.browser("register")
        if not self.sees_register:
            self.press("d")

    def _add_ise(self) -> None:
        self.browser("ise-add")
        self.press("d")

    def _verify(self) -> None:
        """It follows on the step before; after a pause it is begun by hand."""
        if ENDED not in self.app.wait_for(lambda screen: ENDED in screen or current_step(screen) == "Verify"):
            self.press("enter")
            self.app.wait_for(ENDED, 60)
