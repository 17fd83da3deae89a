"""The screen of the model: the real app with its real dialogs in simulated time, and hands that do anything.

The nodes are fakes. A judge notes what was on top when each key was pressed, since when, and what came of it.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import textual._time
from textual import events
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from tests.support.fake_bench import NOW, Fakes, session
from tests.support.model_site import Broken
from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.options import AppOptions
from tofutui.ui.shell.app import TofutuiApp

DWELL = 0.5
"""Seconds that a question has to be seen before a yes counts."""
BURST = 0.05
"""Seconds between two keys by hand at least."""
QUIET = 1.0
"""Seconds without a key before something opens unasked."""
FRAME = 0.02
"""Seconds in which the app paints what is new."""


@dataclass(frozen=True, slots=True)
class Press:
    """One key, and what was on top when it was pressed."""

    at: float
    key: str
    on: Screen[Any]
    pasted: bool = False
    event: events.Key | None = None

    def was_read(self, app: TofutuiApp) -> bool:
        """Whether the app has come to it: one that waits behind work cannot keep a question back."""
        return self.event is not None and app.presses.ticks.of(self.event.time) in app.presses.arrivals._times


@dataclass(eq=False)
class Popup:
    """A question that opened on its own, and whoever waits for its answer."""

    kind: str
    task: "asyncio.Task[Any]"
    screen: Screen[Any] | None = None
    withdrawn: bool = False


@dataclass(eq=False)
class Hands:
    """A running app, everything that was done to it, and what must never come of that."""

    app: TofutuiApp
    fakes: Fakes
    clock: Callable[[], float]
    presses: list[Press] = field(default_factory=list)
    popups: list[Popup] = field(default_factory=list)
    since: dict[Screen[Any], float] = field(default_factory=dict)
    """When each screen came on top."""
    steps: int = 0
    answered: int = 0
    deleted: int = 0
    _ran: int = 0
    _top: Screen[Any] | None = None

    # What is done.

    async def wait(self, seconds: float) -> None:
        """Time passes; the app paints."""
        end = self.clock() + seconds
        while self.clock() < end:
            await asyncio.sleep(FRAME)
            self.look()

    async def press(self, *keys: str, gap: float = 0.0) -> None:
        """Press keys, that many seconds apart; without a gap they come in one piece."""
        for number, key in enumerate(keys):
            if number and gap:
                await self.wait(gap)
            event = _event(key)
            self.presses.append(Press(self.clock(), key, self.app.screen, event=event))
            self.app.post_message(event)
        await self.wait(FRAME)

    async def hold(self, key: str, number: int) -> None:
        """Hold a key down: after half a second it repeats."""
        await self.press(key)
        await self.wait(0.5)
        await self.press(*[key] * number, gap=0.03)
        await self.wait(0.1)

    async def resize(self, width: int, height: int) -> None:
        """The terminal's window has another size."""
        size = Size(width, height)
        self.app.post_message(events.Resize(size, size))
        await self.wait(FRAME)

    async def paste(self, text: str) -> None:
        """Paste, marked as such by the terminal."""
        top = self.app.screen
        self.presses += [Press(self.clock(), char, top, pasted=True) for char in text]
        self.app.post_message(events.Paste(text))
        await self.wait(FRAME)

    async def ask(self, kind: str) -> None:
        """A node, or the login to it, asks."""
        asker = self.app.asker
        questions: dict[str, Any] = {
            "host key": lambda: asker.accept_host_key(
                HostKeyQuestion(
                    Role.PRIMARY, "192.0.2.10", 22, "ssh-ed25519", "SHA256:abc", Path("known_hosts")
                )
            ),
            "password": lambda: asker.password(
                PasswordQuestion(Role.SECONDARY, "192.0.2.11", "admin", "Password: ", "password")
            ),
            "dialogue": lambda: asker.dialogue(
                DialogueQuestion(Role.PRIMARY, "prime-pri", "Reload now? (yes/no) ", "ncs ha status")
            ),
        }
        self.popups.append(Popup(kind, asyncio.ensure_future(questions[kind]())))
        await self.wait(FRAME)

    async def withdraw(self, number: int) -> None:
        """A server gives up; a question with a line to type stays until an operator closes it."""
        waiting = [popup for popup in self.popups if not popup.task.done()]
        if not waiting:
            return
        popup = waiting[number % len(waiting)]
        before, has_line = self.app.screen, bool(self.app.screen.query(Input))
        popup.withdrawn = True
        popup.task.cancel()
        await self.wait(FRAME)
        if has_line and self.app.screen is not before:
            raise Broken("a question with a line to type went away on its own")

    # What must be so.

    def look(self) -> None:
        """See what is on top now, and what was decided."""
        top = self.app.screen
        if top is not self._top:
            self._changed(top)
        for popup in [popup for popup in self.popups if popup.task.done()]:
            self.popups.remove(popup)
            self._ended(popup)
        if len(self.fakes.runner.ran) > self._ran:
            self._ran = len(self.fakes.runner.ran)
            self._deleted()

    def _changed(self, top: Screen[Any]) -> None:
        before, self._top = self._top, top
        last = next((press for press in reversed(self.presses) if press.was_read(self.app)), None)
        if before is not None and before.query(Input) and isinstance(before, ModalScreen):
            self._left_a_line(before)
        if top in self.since:
            return
        self.since[top] = self.clock()
        popup = next((p for p in self.popups if p.screen is None and _asks(top)), None)
        if popup is None:
            return
        popup.screen = top
        covers = isinstance(before, Dialog) and before.asks and before in self.app.screen_stack
        if covers:
            raise Broken(f"a {popup.kind} question opened over another dialog")
        if last is not None and self.clock() - last.at < QUIET - 2 * FRAME:
            raise Broken(f"a {popup.kind} question opened {self.clock() - last.at:.2f} s after a key")

    def _left_a_line(self, before: Screen[Any]) -> None:
        if before in self.app.screen_stack:
            return  # covered, which is another rule's business
        last = next((press for press in reversed(self.presses) if press.on is before), None)
        if last is None or last.key not in ("enter", "escape", "y", "n", "q", "tab"):
            raise Broken(f"a line to type went away after {last.key if last else 'nothing'}")

    def _ended(self, popup: Popup) -> None:
        if popup.task.cancelled():
            return
        answer = popup.task.result()
        if popup.kind == "host key" and answer is True:
            self.answered += 1
            self._confirmed_by(popup.screen, "y", f"the {popup.kind}")
        elif popup.kind != "host key" and answer is not None:
            self.answered += 1
            self._typed(popup, answer)

    def _deleted(self) -> None:
        self.deleted += 1
        dialog = next((s for s in reversed(self.since) if isinstance(s, DeleteScreen)), None)
        self._confirmed_by(dialog, "y", "a deletion")

    def _confirmed_by(self, screen: Screen[Any] | None, key: str, what: str) -> None:
        """The newest of these keys on this screen was pressed for it, and on its own."""
        pressed = [p for p in self.presses if not p.pasted]
        press = next((p for p in reversed(pressed) if p.on is screen and p.key == key), None)
        if screen is None or press is None:
            raise Broken(f"{what} was confirmed without its key")
        seen = press.at - self.since[screen]
        if seen < DWELL - 2 * FRAME:
            raise Broken(f"{what} was confirmed {seen:.2f} s after it was shown")
        if any(p is not press and abs(p.at - press.at) < BURST - FRAME for p in pressed):
            raise Broken(f"{what} was confirmed out of a burst")

    def _typed(self, popup: Popup, answer: str) -> None:
        typed = [p.key for p in self.presses if p.on is popup.screen]
        letters = iter(typed)
        if not all(any(key in (char, _character_to_key(char)) for key in letters) for char in answer):
            raise Broken(f"the {popup.kind} {answer!r} was sent, typed were {typed}")


def _asks(screen: Screen[Any]) -> bool:
    from tofutui.ui.questions.dialogs import DialogueScreen, HostKeyScreen, PasswordScreen

    return isinstance(screen, HostKeyScreen | PasswordScreen | DialogueScreen)


def _event(key: str) -> events.Key:
    character = key if len(key) == 1 else {"space": " ", "enter": "\r", "tab": "\t"}.get(key)
    return events.Key(key, character)


@contextmanager
def own_time(patch: pytest.MonkeyPatch) -> Iterator[VirtualLoop]:
    """A loop in simulated time by which Textual and the app measure."""
    loop = VirtualLoop()
    patch.setattr(textual._time, "get_time", loop.time)
    for name, module in list(sys.modules.items()):
        if name.startswith("tofutui.ui"):
            for word in ("monotonic", "get_time"):
                if getattr(module, word, None) in (time.monotonic, textual._time.time):
                    patch.setattr(module, word, loop.time)
    try:
        yield loop
    finally:
        loop.close()


Story = Callable[[Hands], Any]


async def play(story: Story, loop: VirtualLoop, folder: Path) -> Hands:
    """Start the app on fakes, let the story happen, and leave."""
    fakes = Fakes()
    options = AppOptions(
        sessions={"site-a": session()}, sessions_path=folder / "sessions.toml", data_dir=folder, watch=0
    )
    app = TofutuiApp(options, open_link=fakes.open, clock=lambda: NOW)
    async with app.run_test(size=(100, 30)):
        hands = Hands(app, fakes, loop.time)
        await hands.wait(3.0)
        try:
            await story(hands)
        finally:
            waiting = [popup.task for popup in hands.popups]
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
    return hands
