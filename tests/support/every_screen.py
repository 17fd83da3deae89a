"""Every screen and dialog of the app on fakes: how to come there, and a text by which it is known."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.tofu.session import Role
from tofutui.ui.screens.ask import DialogueScreen, HostKeyScreen, PasswordScreen
from tofutui.ui.screens.words import ChoiceScreen, LineScreen

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
    await desk.press("y")


def _questions(text: str) -> dict[str, tuple[Way, str]]:
    role, host = Role.PRIMARY, f"192.0.2.10{text}"
    secret = PasswordQuestion(role=role, host=host, username=text, prompt=text, purpose="password")
    key = HostKeyQuestion(role, host, 22, f"ssh-rsa{text}", f"SHA256:{text}", Path("/known_hosts"), (text,))
    unknown = DialogueQuestion(role, text, f"{text}\nContinue?", text)
    return {
        "password": (pushed(lambda: PasswordScreen(secret)), "log in"),
        "host key": (pushed(lambda: HostKeyScreen(key)), "this server's key"),
        "question": (pushed(lambda: DialogueScreen(unknown)), "Continue?"),
        "line": (pushed(lambda: LineScreen(text, [f"asked {text}"], "typed")), "takes it"),
        "choice": (pushed(lambda: ChoiceScreen(text, [text], [("a", f"A {text}"), ("b", "B")])), "takes it"),
    }


def ways(remote: str = "remote text") -> dict[str, tuple[Way, str]]:
    """All of them by name; ``remote`` stands in what the questions show."""
    return {
        "tables": (keys(), "PRIMARY"),
        "filter": (keys("slash", "1", "9", "2"), "filter"),
        "detail": (keys("enter"), "in the table of"),
        "delete": (keys("D"), "Keep row"),
        "plan": (keys("p"), "in the order"),
        "run": (_run, "back"),
        "evidence": (keys("e"), "Evidence"),
        "log": (keys("L"), "listcerts"),
        "map": (keys("m"), "Trust map"),
        "help": (keys("question_mark"), "Help"),
        "explained": (keys("i"), "TOFU"),
        "palette": (keys("ctrl+p", *"sort"), "Sort (s)"),
        "plain": (keys("f6"), "Plain text"),
        "picker": (keys("S"), "site-a"),
        **_questions(remote),
    }
