"""Copying, and the plain text to select by mouse."""

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fake_bench import Fakes, entry
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen, LineScreen
from tofutui.ui.kit.plain_text import PlainScreen
from tofutui.ui.text.spans import plain

Start = Callable[..., Any]
SCREENS = {
    "tables": ([], "deletecert host 192.0.2.11_8082"),
    "detail": (["enter"], "SHA-256"),
    "delete": (["D"], "SHA-256 presented: "),
    "plan": (["p"], "deletecert host 192.0.2.10_8082"),
    "log": (["L"], "listcerts"),
    "evidence": (["e"], "CN differs"),
    "map": (["m"], "192.0.2.11:8082"),
    "help": (["question_mark"], "Delete the row"),
}


@pytest.mark.parametrize("name", SCREENS)
async def test_what_a_screen_says_is_copied_and_f6_shows_it(desk: Start, name: str) -> None:
    keys, fact = SCREENS[name]
    async with desk() as d:
        await d.press(*keys)
        below = d.app.screen
        if name == "evidence":
            below.query_one("#add").focus()
        await d.press("ctrl+y" if name == "delete" else "Y")
        assert "sent to the terminal's clipboard" in d.text
        assert name == "plan" or fact in d.copied[-1]
        await d.press("f6")
        await d.until(lambda: "Plain text" in d.text)
        assert isinstance(d.app.screen, PlainScreen)
        assert fact in d.app.screen.as_text()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", d.app.screen.as_text())
        await d.press("escape")
        assert d.app.screen is below


@pytest.mark.parametrize("count", [1, 2])
async def test_nothing_that_the_delete_dialog_says_is_lacking_in_its_text(desk: Start, count: int) -> None:
    async with desk(size=(160, 60)) as d:
        await d.press(*["space", "j"] * (count - 1), *["space", "D"])
        text = d.app.screen.as_text()
        words = " ".join(text.split())
        for line in plain(d.app.screen.query_one("#body").lines).splitlines():
            said = re.sub(r"^\d\. ", "", " ".join(line.split()))
            if not re.match(r"SHA-256|Certificates seen|[0-9A-F ]*$|PRIMARY prime-pri|in ", said):
                assert said.removeprefix("$ ") in words, said
        assert "MISMATCH" in text
        assert "cannot be undone" in text
        assert text.count("deletecert host") == count


@pytest.mark.parametrize("name", SCREENS)
async def test_ctrl_y_copies_the_value(desk: Start, name: str) -> None:
    keys, fact = SCREENS[name]
    async with desk() as d:
        sha256 = d.pane.rows.current.sha256
        await d.press(*keys, "ctrl+y")
        of_row = name in ("tables", "detail", "evidence")
        assert (d.copied[-1].replace(" ", "").lower() == sha256) if of_row else fact in d.copied[-1]


@pytest.mark.parametrize("name", ["tables", *SCREENS, "picker", "explained"])
async def test_y_copies_nowhere_and_says_so(desk: Start, name: str) -> None:
    more = {"tables": [], "picker": ["S"], "explained": ["i"]}
    keys = more[name] if name in more else SCREENS[name][0]
    async with desk() as d:
        await d.press(*keys)
        if name == "evidence":
            d.app.screen.query_one("#add").focus()
        screen = d.app.screen
        await d.burst("y")
        assert not d.copied
        assert d.app.screen is screen
        if name != "delete":
            assert "y says yes in a question only; Ctrl+Y copies the value, Y the row" in d.text


async def test_the_dialogs_of_the_guide_are_copied_without_what_is_typed(desk: Start) -> None:
    async with desk() as d:
        await d.app.push_screen(LineScreen("SHA-256 of x", ["3F9A 61C0"], "typed"))
        await d.until(lambda: "Enter accept" in d.text)
        await d.press("ctrl+y")
        assert d.copied == ["SHA-256 of x\n3F9A 61C0"]
        await d.press("f6")
        await d.until(lambda: "Plain text" in d.text)
        await d.press("f6")
        await d.until(lambda: "typed" in d.text)
        await d.press("escape")
        await d.app.push_screen(ChoiceScreen("Which?", ["asked"], [("a", "Alpha"), ("b", "Beta")]))
        await d.until(lambda: "Alpha" in d.text)
        await d.press("ctrl+y")
        assert d.copied[-1] == "Which?\nasked\nAlpha\nBeta"


async def test_in_the_evidence_screen_value_and_row_are_copied_beside_a_field(desk: Start) -> None:
    async with desk() as d:
        sha256 = d.pane.rows.current.sha256
        await d.press("e")
        await d.press("y", "Y")
        assert not d.copied  # typed into the field
        for key in ("f9", "ctrl+y"):
            await d.press(key)
            assert d.copied[-1].replace(" ", "").lower() == sha256
        d.app.screen.query_one("#add").focus()
        await d.press("y")
        assert len(d.copied) == 2
        assert "y says yes in a question only" in d.message
        await d.press("Y")
        assert "CN differs" in d.copied[-1]


async def test_too_much_for_a_clipboard_is_not_sent_and_can_be_had_as_text(desk: Start) -> None:
    def table(role: Role) -> list[Entry]:
        raw = f"host=198.51.100.1_443;  subject= {'x' * 60000}"
        return [entry(role, "198.51.100.1_443", Verdict.MISMATCH, presented="b", raw=raw)]

    async with desk(fakes=Fakes(table)) as d:
        await d.press("Y")
        assert not d.copied
        assert "nothing was sent; F6" in d.message
        await d.press("f6")
        await d.until(lambda: "Plain text" in d.text)
        assert "x" * 60000 in d.app.screen.as_text().replace("\n", "").replace(" ", "")


async def test_control_characters_never_get_into_a_copy(desk: Start) -> None:
    bad = "\x1b]52;c;AAAA\x07\u202eevil\x9b31m"

    def table(role: Role) -> list[Entry]:
        return [entry(role, "198.51.100.1_443", Verdict.MISMATCH, stored=bad, presented="b" + bad)]

    async with desk(fakes=Fakes(table)) as d:
        for keys in (["Y"], ["enter", "ctrl+y", "escape"], ["D", "ctrl+y", "n"], ["e", "ctrl+y", "escape"]):
            await d.press(*keys)
        assert len(d.copied) == 4
        for text in d.copied:
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


async def test_what_is_written_is_one_osc_52(desk: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    async with desk() as d:
        written: list[str] = []
        d.app._driver.write = written.append
        del d.app.copy_to_clipboard  # the fixture's
        await d.press("ctrl+y")
        sequence = re.fullmatch("\x1b]52;c;([A-Za-z0-9+/=]+)\x07", "".join(written))
        assert sequence
        assert b64decode(sequence[1]).decode().replace(" ", "").lower() == d.pane.rows.current.sha256


@pytest.mark.parametrize("mouse", [True, False])
async def test_the_mouse_is_the_terminals_while_plain_text_is_shown(desk: Start, mouse: bool) -> None:
    async with desk(mouse=mouse) as d:
        written: list[str] = []
        d.app._driver.write = written.append
        await d.press("f6")
        await d.until(lambda: "Plain text" in d.text)
        await d.until(lambda: not mouse or "\x1b[?1000l" in "".join(written))
        written.clear()
        await d.press("escape")
        await d.until(lambda: not mouse or "\x1b[?1000h" in "".join(written))
        assert mouse or not written
