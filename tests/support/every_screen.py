"""Every screen and dialog of the app on fakes: how to come there, and a text by which it is known."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.fake_bench import session
from tests.support.shown_guide import guide_screen
from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.tofu.site.session import Role, Session
from tofutui.ui.kit.dialogs.confirm import ConfirmScreen
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen, LineScreen
from tofutui.ui.questions.dialogs import DialogueScreen, HostKeyScreen, PasswordScreen
from tofutui.ui.sessions.form import FormScreen
from tofutui.ui.sessions.login_test import TrialScreen
from tofutui.ui.sessions.welcome import ExampleScreen, WelcomeScreen
from tofutui.ui.text.spans import Tone

Way = Callable[[Any], Awaitable[None]]


def keys(*pressed: str) -> Way:
    """By keys from the tables."""

    async def go(desk: Any) -> None:
        await desk.press(*pressed)

    return go


def pushed(made: Callable[[], Any]) -> Way:
    """Pushed by the app."""

    async def go(desk: Any) -> None:
        await desk.app.push_screen(made())
        await desk.pilot.pause()

    return go


async def _run(desk: Any) -> None:
    await desk.press("D")
    await desk.until(lambda: "Keep row" in desk.text)
    dialog = desk.app.screen
    await desk.until(lambda: dialog.gate.is_shown)
    for _ in dialog.query_one("#body").lines:  # a yes counts once the whole command was on the screen
        if not dialog.unseen:
            break
        await desk.press("pagedown")
    await desk.press("y")
    await desk.until(lambda: desk.app.screen is not dialog)


async def _run_ended(desk: Any) -> None:
    await _run(desk)
    await desk.until(lambda: "1 gone." in desk.text)


def _tried(session: Session, text: str) -> TrialScreen:
    """A test of two connections that have ended; none was made."""
    screen = TrialScreen(session)

    async def ended() -> None:
        screen._after, screen._work = text, None
        screen._tell(Role.PRIMARY, f"logged in, the prompt shows {text}", Tone.PROVEN)
        screen._tell(Role.SECONDARY, f"not logged in: {text}", Tone.DANGER)

    screen._try = ended  # type: ignore[method-assign]
    return screen


def _faulty(made: Callable[[], FormScreen]) -> Way:
    async def go(desk: Any) -> None:
        await pushed(made)(desk)
        await desk.until(lambda: bool(desk.app.screen._begun))
        await desk.press("f2")
        await desk.until(lambda: "not saved" in desk.message)

    return go


def _guide(step: str, text: str, *pressed: str) -> Way:
    async def go(desk: Any) -> None:
        await desk.app.push_screen(guide_screen(desk, step, text))
        await desk.pilot.pause()
        if pressed:
            await desk.until(lambda: "run 0" in desk.text)
            await desk.press(*pressed)

    return go


def _guides(text: str) -> dict[str, tuple[Way, str]]:
    return {
        "guide": (_guide("preflight", text), "Preflight"),
        "guide delete": (_guide("delete", text), "1. Enter opens"),
        "guide form": (_guide("worksheet", text), "1. Enter opens"),
        "guide values": (_guide("ha-form", text), "1. Type the"),
        "guide ended": (_guide("", text), "The run has ended"),
        "guide causes": (_guide("delete", text, "K"), "signs"),
    }


def _sessions(text: str) -> dict[str, tuple[Way, str]]:
    known = replace(session(), title=text)
    words = [f"This deletes the file of {text}."]
    return {
        "welcome": (pushed(WelcomeScreen), "Welcome"),
        "example": (pushed(ExampleScreen), "Where a sessions file goes"),
        "form": (pushed(lambda: FormScreen(known, is_new=False)), "Edit site-a"),
        "form faults": (_faulty(lambda: FormScreen(None, is_new=True)), "not saved"),
        "trial": (pushed(lambda: _tried(known, text)), "not logged in"),
        "confirm": (pushed(lambda: ConfirmScreen(f"Delete {text}", words, "delete it")), "leave it"),
    }


def _questions(text: str) -> dict[str, tuple[Way, str]]:
    role, host = Role.PRIMARY, f"192.0.2.10{text}"
    secret = PasswordQuestion(role=role, host=host, username=text, prompt=text, purpose="password")
    key = HostKeyQuestion(role, host, 22, f"ssh-rsa{text}", f"SHA256:{text}", Path("/known_hosts"), (text,))
    unknown = DialogueQuestion(role, text, f"{text}\nContinue?", text)
    return {
        "password": (pushed(lambda: PasswordScreen(secret)), "log in"),
        "host key": (pushed(lambda: HostKeyScreen(key)), "this server's key"),
        "question": (pushed(lambda: DialogueScreen(unknown)), "Continue?"),
        "line": (pushed(lambda: LineScreen(text, [f"asked {text}"], "typed")), "Enter accept"),
        "choice": (
            pushed(lambda: ChoiceScreen(text, [text], [("a", f"A {text}"), ("b", "B")])),
            "Enter select",
        ),
    }


def ways(remote: str = "remote text") -> dict[str, tuple[Way, str]]:
    """All of them by name; ``remote`` is shown in the questions."""
    return {
        "tables": (keys(), "PRIMARY"),
        "filter": (keys("slash", "1", "9", "2"), "filter"),
        "detail": (keys("enter"), "Row 1 of "),
        "delete": (keys("D"), "Keep row"),
        "delete typed": (keys("G", "D"), "To enable Delete"),
        "delete several": (keys("space", "j", "space", "D"), "Keep rows"),
        "plan": (keys("p"), "Plan: stale rows"),
        "evidence": (keys("e"), "Evidence"),
        "log": (keys("L"), "listcerts"),
        "map": (keys("m"), "Trust map"),
        "impact": (keys("I"), "Impact: what a renewed"),
        "help": (keys("question_mark"), "Help"),
        "explained": (keys("i"), "TOFU"),
        "palette": (keys("ctrl+p", *"sort"), "Sort (s)"),
        "plain": (keys("f6"), "Plain text"),
        "picker": (keys("S"), "site-a"),
        "export": (keys("x"), "In which format"),
        **_questions(remote),
        **_sessions(remote),
        **_guides(remote),
        "run": (_run_ended, "back"),
    }
