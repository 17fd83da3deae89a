"""Questions of the nodes and of the app: when they open, when they close, and what counts as an answer."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from tests.support.fake_bench import Fakes, entry
from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.appliance.ssh.credentials import PairPassword
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen
from tofutui.ui.kit.confirmation import ALONE, BURST, DWELL, QUIET, SETTLES
from tofutui.ui.kit.dialogs.confirm import ConfirmScreen
from tofutui.ui.questions.dialogs import DialogueScreen, HostKeyScreen, PasswordScreen
from tofutui.ui.terminal.keytable import Noise, StatusReply

Start = Callable[..., Any]
SECRET = "s3cret-canary"


def password(role: Role = Role.SECONDARY) -> PasswordQuestion:
    return PasswordQuestion(role, "192.0.2.11", "admin", "Password: ", "password")


def host_key(role: Role = Role.SECONDARY) -> HostKeyQuestion:
    return HostKeyQuestion(role, "192.0.2.11", 22, "ssh-ed25519", f"SHA256:{role.value}", Path("/k"))


def dialogue(role: Role = Role.SECONDARY) -> DialogueQuestion:
    return DialogueQuestion(role, "prime-sec", "This will reboot it. Continue? (yes/no)", "ncs status")


ASKED: dict[str, tuple[Callable[[Any], Any], type]] = {
    "password": (lambda asker: asker.password(password()), PasswordScreen),
    "host key": (lambda asker: asker.accept_host_key(host_key()), HostKeyScreen),
    "dialogue": (lambda asker: asker.dialogue(dialogue()), DialogueScreen),
}


async def opened_delete(d: Any) -> Any:
    await d.press("D")
    await d.until(lambda: isinstance(d.app.screen, DeleteScreen) and "Keep row" in d.text)
    return None


async def opened_host_key(d: Any) -> Any:
    asked = asyncio.ensure_future(d.fakes.asker.accept_host_key(host_key()))
    await d.until(lambda: "SHA256:secondary" in d.text)
    return asked


async def opened_confirm(d: Any) -> Any:
    asked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    await d.app.push_screen(ConfirmScreen("Delete?", ["A file."], "delete it"), asked.set_result)
    await d.until(lambda: "delete it" in d.text)
    return asked


YES: dict[str, Callable[[Any], Any]] = {
    "delete": opened_delete, "host key": opened_host_key, "confirm": opened_confirm,
}  # fmt: skip
"""The dialogs in which a key says yes."""


def said_yes(d: Any, asked: Any) -> bool:
    if asked is None:
        return bool(d.fakes.runner.ran)
    return asked.done() and asked.result() is True


async def key(d: Any, name: str) -> None:
    """A key without any pause before it."""
    await d.pilot.press(name)
    await d.pilot.pause(SETTLES + 0.05)
    await d.until(lambda: not d.app.presses.undecided)


@pytest.mark.parametrize("name", YES)
async def test_a_yes_counts_only_after_the_question_could_be_read(desk: Start, name: str) -> None:
    async with desk() as d:
        asked = await YES[name](d)
        screen = d.app.screen
        now = d.ticks.now()
        screen.gate.painted_at = now + 5  # as if the machine were slow: what counts is the painting
        await key(d, "y")
        assert "too soon: press y again" in d.text
        screen.gate.painted_at = now - DWELL + 0.2
        d.ticks.ahead += 0.1 - (d.ticks.now() - now)
        await key(d, "y")
        assert d.app.screen is screen
        assert not said_yes(d, asked)
        await d.press("y")
        await d.until(lambda: said_yes(d, asked))


@pytest.mark.parametrize("name", YES)
@pytest.mark.parametrize("burst", ["yy", "yx", "xy", "xyx", "yyyyyyyyyy", "ky", "yn"])
async def test_keys_of_a_burst_say_no_yes(desk: Start, name: str, burst: str) -> None:
    async with desk() as d:
        asked = await YES[name](d)
        d.ticks.ahead += 5
        await d.burst(*burst)
        await d.pilot.pause(ALONE)
        assert not said_yes(d, asked)


@pytest.mark.parametrize("name", YES)
@pytest.mark.parametrize("other", [lambda: events.Paste("y"), Noise], ids=["paste", "noise"])
async def test_a_yes_beside_other_input_is_none(desk: Start, name: str, other: Any) -> None:
    async with desk() as d:
        asked = await YES[name](d)
        d.ticks.ahead += 5
        d.app.post_message(other())
        await d.burst("y")
        assert not said_yes(d, asked)
        await d.until(lambda: "too soon after another key: press y again" in d.text)
        d.ticks.ahead += 5
        await d.burst("y")
        await d.until(lambda: said_yes(d, asked))


@pytest.mark.parametrize("name", YES)
@pytest.mark.parametrize("rate", [1 / 30, 0.1, 0.19])
async def test_a_key_held_since_before_says_no_yes(desk: Start, name: str, rate: float) -> None:
    async with desk() as d:
        asked = await YES[name](d)
        start = d.ticks.now() - d.ticks.ahead
        d.app.screen.gate.painted_at = d.ticks.now()
        for number in range(30):
            event = events.Key("y", "y")
            event.time = start + 0.01 + (0.66 + number * rate if number else 0)
            d.app.post_message(event)
        await d.pilot.pause(2 * ALONE)
        assert not said_yes(d, asked)
        d.ticks.ahead += 20
        await d.burst("y")
        await d.until(lambda: said_yes(d, asked))


@pytest.mark.parametrize("name", YES)
async def test_where_the_terminal_answers_a_yes_waits_until_it_has_shown_the_question(
    desk: Start, name: str
) -> None:
    async with desk() as d:
        await d.until(lambda: d.app.presses.receipts.sent == 1)
        d.app.post_message(StatusReply())
        await d.until(lambda: d.app.presses.receipts.answers)
        asked = await YES[name](d)
        await d.press("y")
        await d.press("y")
        assert "too soon: press y again" in d.text
        assert not said_yes(d, asked)
        while not d.app.screen.gate.is_shown:
            d.app.post_message(StatusReply())
            await d.pilot.pause()
        await d.press("y")
        await d.until(lambda: said_yes(d, asked))


@pytest.mark.parametrize("name", YES)
async def test_no_and_keep_work_at_once(desk: Start, name: str) -> None:
    async with desk() as d:
        d.app.presses.receipts.request()
        d.app.presses.receipts.reply()
        asked = await YES[name](d)
        screen = d.app.screen
        screen.gate.painted_at = d.ticks.now()
        await d.pilot.press("n")
        await d.until(lambda: d.app.screen is not screen)
        assert not said_yes(d, asked)


@pytest.mark.parametrize("alias", ["ctrl+@", "ctrl+space", "alt+y", "ctrl+y", "Y", "enter", "space"])
@pytest.mark.parametrize("name", YES)
async def test_no_other_name_of_a_key_says_yes(desk: Start, name: str, alias: str) -> None:
    async with desk() as d:
        asked = await YES[name](d)
        await d.press(alias)
        assert not said_yes(d, asked)


@pytest.mark.parametrize("name", YES)
@pytest.mark.parametrize("size", [(59, 20), (60, 14), (40, 10), (12, 1), (20, 3)])
async def test_below_the_smallest_size_nothing_is_confirmed(
    desk: Start, name: str, size: tuple[int, int]
) -> None:
    async with desk() as d:
        asked = await YES[name](d)
        await d.resize(*size)
        await d.until(lambda: "Enlarge".startswith(d.text.split("\n")[0].strip()[:7] or "-"))
        await d.press("y", "y")
        assert not said_yes(d, asked)
        await d.resize(120, 36)
        await d.until(lambda: "Enlarge" not in d.text)
        await d.press("y")
        await d.until(lambda: said_yes(d, asked))


def many(role: Role) -> list[Any]:
    return [
        entry(role, f"203.0.113.{n}_443", Verdict.MISMATCH, who=Who.OTHER, presented="x") for n in range(9)
    ]


@pytest.mark.parametrize("size", [(60, 15)])
@pytest.mark.parametrize("by", ["pagedown", "down", "wheel"])
async def test_y_deletes_once_every_command_was_on_the_screen(
    desk: Start, size: tuple[int, int], by: str
) -> None:
    async with desk(size=size, fakes=Fakes(many)) as d:
        for _ in range(9):
            await d.press("space", "j")
        await d.press("D")
        dialog = d.app.screen
        body = dialog.query_one("#body")
        await d.press("9", "tab", "y")
        await d.until(lambda: "commands not seen yet" in d.text)
        assert not d.fakes.runner.ran
        for _ in range(200):
            if not dialog.unseen:
                break
            if by == "wheel":
                body.scroll_lines(3)
                await d.pilot.pause()
            else:
                await d.press(by)
        assert "not seen yet" not in d.text
        d.ticks.ahead += 5
        await d.press("y")
        await d.until(lambda: bool(d.fakes.runner.ran))


async def test_jumping_over_commands_does_not_count_as_reading_them(desk: Start) -> None:
    async with desk(size=(60, 15), fakes=Fakes(many)) as d:
        for _ in range(9):
            await d.press("space", "j")
        await d.press("D")
        d.app.screen.query_one("#body").move("last")
        await d.pilot.pause()
        await d.press("9", "tab", "y")
        assert not d.fakes.runner.ran
        assert "commands not seen yet" in d.text


@pytest.mark.parametrize("name", ASKED)
async def test_a_question_of_a_node_waits_until_the_dialog_that_is_open_is_answered(
    desk: Start, name: str
) -> None:
    ask, screen = ASKED[name]
    async with desk() as d:
        await opened_delete(d)
        dialog = d.app.screen
        asked = asyncio.ensure_future(ask(d.fakes.asker))
        await d.until(lambda: "waiting until you are done here" in d.text)
        await d.pilot.pause(0.3)
        assert d.app.screen is dialog
        await d.press("y")
        await d.until(lambda: bool(d.fakes.runner.ran))
        await d.until(lambda: isinstance(d.app.screen, screen))
        await d.press("escape")
        assert await asked in (None, False)
        assert "waiting until you are done here" not in d.text


@pytest.mark.parametrize("name", ASKED)
async def test_a_question_of_a_node_waits_until_no_key_came_for_a_second(desk: Start, name: str) -> None:
    ask, screen = ASKED[name]
    async with desk() as d:
        d.ticks.hold()
        await d.press("slash")
        asked = asyncio.ensure_future(ask(d.fakes.asker))
        for letter in "19":
            d.ticks.ahead += QUIET - 0.1
            await d.pilot.press(letter)
            await d.pilot.pause(0.3)
            assert not isinstance(d.app.screen, screen)
        assert d.app.screen.query_one("#filter", Input).value == "19"
        d.ticks.ahead += QUIET
        await d.until(lambda: isinstance(d.app.screen, screen))
        asked.cancel()


@pytest.mark.parametrize("name", ASKED)
async def test_a_waiting_question_that_is_withdrawn_never_opens(desk: Start, name: str) -> None:
    ask, _ = ASKED[name]
    async with desk() as d:
        await opened_delete(d)
        first = asyncio.ensure_future(ask(d.fakes.asker))
        second = asyncio.ensure_future(d.fakes.asker.password(password(Role.PRIMARY)))
        await d.until(lambda: "waiting until you are done here" in d.text)
        first.cancel()
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, PasswordScreen) and "Password" in d.text)
        assert "PRIMARY" in d.text.split("Password")[1]
        await d.press(*"x1", "enter")
        assert await second == "x1"
        assert d.app.screen is d.main


@pytest.mark.parametrize("name", ASKED)
async def test_a_question_that_is_withdrawn_stays_and_takes_keys_to_nowhere(desk: Start, name: str) -> None:
    ask, screen = ASKED[name]
    async with desk() as d:
        asked = asyncio.ensure_future(ask(d.fakes.asker))
        await d.until(lambda: isinstance(d.app.screen, screen) and "SECONDARY" in d.text)
        await d.press(*SECRET[:6])
        asked.cancel()
        await d.until(lambda: "the server hung up" in d.text)
        d.app.post_message(events.Paste(SECRET))
        await d.press(*SECRET[6:], "D", "y", "e", "c", "p")
        assert isinstance(d.app.screen, screen)
        assert SECRET not in d.text
        assert "canary" not in d.text
        assert not d.fakes.runner.ran
        for field in d.app.screen.query(Input):
            assert field.value == ""
        await d.press("enter")
        assert d.app.screen is d.main
        assert not d.fakes.runner.ran


async def test_the_next_question_waits_behind_one_that_was_withdrawn(desk: Start) -> None:
    async with desk() as d:
        first = asyncio.ensure_future(d.fakes.asker.password(password()))
        await d.until(lambda: isinstance(d.app.screen, PasswordScreen) and "Password" in d.text)
        first.cancel()
        await d.until(lambda: "the server hung up" in d.text)
        second = asyncio.ensure_future(d.fakes.asker.password(password(Role.PRIMARY)))
        await d.pilot.pause(0.3)
        await d.press(*"abc", "enter")
        await d.until(lambda: "PRIMARY 192.0.2.11" in d.text)
        await d.press(*"x1", "enter")
        assert await second == "x1"


async def test_enter_in_a_burst_answers_no_question_that_can_change_a_node(desk: Start) -> None:
    async with desk() as d:
        asked = asyncio.ensure_future(d.fakes.asker.dialogue(dialogue()))
        await d.until(lambda: isinstance(d.app.screen, DialogueScreen))
        d.ticks.ahead += 5
        await d.burst("y", "e", "s", "enter")
        await d.pilot.pause(ALONE)
        assert not asked.done()
        assert d.app.screen.query_one(Input).value == "yes"
        await d.press("enter")
        assert await asked == "yes"


async def test_a_key_held_down_answers_one_question_only(desk: Start) -> None:
    async with desk() as d:
        asked = [asyncio.ensure_future(d.fakes.asker.accept_host_key(host_key(role))) for role in Role]
        await d.until(lambda: "SHA256:primary" in d.text)
        d.ticks.hold()
        await d.press("y")
        assert await asked[0] is True
        for _ in range(10):
            d.ticks.ahead += 0.15
            await d.burst("y")
            assert not isinstance(d.app.screen, HostKeyScreen)
        d.ticks.ahead += QUIET
        await d.until(lambda: "SHA256:secondary" in d.text)
        assert not asked[1].done()
        await d.press("y")
        assert await asked[1] is True


async def test_enter_held_down_sends_no_empty_password_to_the_other_node(desk: Start) -> None:
    async with desk() as d:
        asked = [asyncio.ensure_future(d.fakes.asker.password(password(role))) for role in Role]
        await d.until(lambda: isinstance(d.app.screen, PasswordScreen) and "Password" in d.text)
        d.ticks.hold()
        await d.press("y", "enter")
        assert await asked[0] == "y"
        await d.press("enter")
        assert not isinstance(d.app.screen, PasswordScreen)
        d.ticks.ahead += QUIET
        await d.until(lambda: isinstance(d.app.screen, PasswordScreen) and "Password" in d.text)
        assert not asked[1].done()
        await d.press("y", "enter")
        assert await asked[1] == "y"


def test_a_burst_is_shorter_than_the_wait_for_what_follows() -> None:
    assert BURST < SETTLES < DWELL


async def test_the_other_nodes_password_is_used_only_when_the_user_says_so(desk: Start) -> None:
    pair = PairPassword()
    async with desk() as d:
        questions = [replace(password(role), typed_for_other=partial(pair.for_other, role)) for role in Role]
        first, second = (asyncio.ensure_future(d.fakes.asker.password(question)) for question in questions)
        await d.until(lambda: "Password: PRIMARY" in d.text)
        assert "Ctrl+O" not in d.text
        await d.press("ctrl+o")
        assert "no password was typed for the other node" in d.text
        pair.note(Role.PRIMARY, Secret(SECRET))
        await d.press(*SECRET, "enter")
        assert await first == SECRET
        await d.until(lambda: "Password: SECONDARY" in d.text and d.app.screen.gate.is_shown)
        assert "Ctrl+O sends what you typed for PRIMARY" in " ".join(d.text.split())
        assert not second.done()
        await d.press("ctrl+o")
        assert await second == SECRET
        assert SECRET not in d.text
