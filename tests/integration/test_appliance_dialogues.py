"""What a node asks before its first prompt, in every order."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.appliance import LISTCERTS, PASSWORD, QUICK, TABLE, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, Session, ask, hang, pause, say
from tests.support.dialogues import ANOTHER, DIALOGUES, MENU
from tofutui.appliance.errors import (
    ApplianceError,
    CommandTimeout,
    LinkLost,
    NotAnAdminCli,
    PasswordExpired,
    TooManySessions,
    UnknownDialogue,
)

pytestmark = pytest.mark.usefixtures("isolated_home")

ORDERS = [
    *itertools.permutations(DIALOGUES, 2),
    ("last", "pager", "another", "menu", "enter"),
    ("menu", "enter", "another", "pager", "last"),
    ("enter", "enter", "pager", "pager"),
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_known_dialogues_are_answered_in_any_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    cli = Cli(before_prompt=[DIALOGUES[name] for name in order], commands={LISTCERTS: TABLE})
    async with bench(tmp_path, cli) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.asker.dialogue_questions == []
        assert b.server.typed.count("Yes") == order.count("another")
        assert b.node.notices == (ANOTHER.strip(),) * order.count("another")
        assert (ANOTHER.strip() in b.logged) is False
        for name, words in {"menu": "resume menu", "another": "Yes (another user)"}.items():
            assert (words in b.logged) == (name in order)


async def test_the_resume_menu_gets_its_answer_late(tmp_path: Path) -> None:
    async def impatient(session: Session) -> None:
        session.put(MENU)
        import asyncio

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await session.key()
        assert await session.line() == ""

    async with bench(tmp_path, Cli(before_prompt=[impatient]), timings=replace(QUICK, menu_quiet=0.8)) as b:
        await b.node.connect()


async def test_a_banner_full_of_prompts_and_questions_is_only_text(tmp_path: Path) -> None:
    banner = (
        "prime-pri/admin# \nfake/admin#\nPress <Enter> to continue\n--More--\n"
        "Are you sure you want to continue? yes\nEnter new password: \n" + ANOTHER + "* * *\n"
    )
    cli = Cli(before_prompt=[say(banner)], commands={LISTCERTS: TABLE})
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        assert b.node.hostname == "prime-pri"
        assert b.server.typed == ["terminal length 0"]


@pytest.mark.parametrize(
    ("prompt", "hostname"),
    [
        ("prime-pri/admin#", "prime-pri"),
        ("dc-ise-1/User> ", "dc-ise-1"),
        ("pi_system.184/ops-1# ", "pi_system.184"),
        ("\x1b[1mPIServer/admin#\x1b[0m ", "PIServer"),
        ("\rise/admin# ", "ise"),
    ],
)
async def test_prompts_of_the_admin_cli(tmp_path: Path, prompt: str, hostname: str) -> None:
    async with bench(tmp_path, Cli(prompt=prompt, commands={LISTCERTS: TABLE})) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.node.hostname == hostname


@pytest.mark.parametrize(
    "prompt",
    ["ade # ", "sh-4.2# ", "[root@prime-pri ~]# ", "prime-pri/admin(config)# ", "user@host:~$ ", "Switch>"],
)
async def test_other_prompts_are_not_an_admin_cli(tmp_path: Path, prompt: str) -> None:
    async with bench(tmp_path, Cli(prompt=prompt)) as b:
        with pytest.raises(NotAnAdminCli) as caught:
            await b.node.connect()
        assert prompt.strip() in str(caught.value)
        assert b.server.typed == ["exit"]
        assert b.server.ended == ["exit"]
        assert b.asker.dialogue_questions == []


async def test_a_config_mode_is_left_twice(tmp_path: Path) -> None:
    async def config(session: Session) -> None:
        session.put("prime-pri/admin(config)# ")
        while await session.line() != "exit":
            session.put("% invalid command detected at '^' marker.\nprime-pri/admin(config)# ")

    async with bench(tmp_path, Cli(before_prompt=[config])) as b:
        with pytest.raises(NotAnAdminCli):
            await b.node.connect()
        assert b.server.typed == ["exit", "exit"]
        assert b.server.ended == ["exit"]


@pytest.mark.parametrize("progress", ["Starting services...", "##########", "Loading 50%", "Please wait"])
async def test_progress_without_a_line_end_is_not_a_dialogue(tmp_path: Path, progress: str) -> None:
    steps_ = [say(progress), pause(0.9), say("\nready\n")]
    async with bench(tmp_path, Cli(before_prompt=steps_, commands={LISTCERTS: TABLE})) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.asker.dialogue_questions == []


async def test_an_unknown_dialogue_is_quoted_where_nobody_answers(tmp_path: Path) -> None:
    cli = Cli(before_prompt=[ask("Acceptable use policy\nType \x1b[1mI AGREE\x1b[0m to go on: ", "I AGREE")])
    async with bench(tmp_path, cli) as b:
        with pytest.raises(UnknownDialogue, match="Type I AGREE to go on") as caught:
            await b.node.connect()
        assert not caught.value.sent
        assert "Acceptable use policy" in b.asker.dialogue_questions[0].text
        assert b.asker.dialogue_questions[0].command is None
        assert not b.node.connected


async def test_the_operator_can_answer_an_unknown_dialogue(tmp_path: Path) -> None:
    cli = Cli(
        before_prompt=[ask("Type I AGREE to go on: ", "I AGREE"), DIALOGUES["another"]],
        commands={LISTCERTS: TABLE},
    )
    async with bench(tmp_path, cli, ScriptedAsker(passwords=[PASSWORD], dialogues=["I AGREE"])) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert "answer: (not shown)" in b.logged


async def test_an_answer_that_may_be_a_secret_is_not_logged(tmp_path: Path) -> None:
    cli = Cli(before_prompt=[ask("Enter the HA secret: ", "hush")])
    async with bench(tmp_path, cli, ScriptedAsker(passwords=[PASSWORD], dialogues=["hush"])) as b:
        await b.node.connect()
        assert "hush" not in b.logged
        assert "(not shown)" in b.logged


@pytest.mark.parametrize(
    "text",
    [
        "WARNING: Your password has expired.\nYou must change your password now!\nCurrent password: ",
        "Your password has expired. Enter new password: ",
        "(current) UNIX password: ",
        "Password expired. Change it? ",
    ],
)
async def test_an_expired_password_has_its_own_sentence(tmp_path: Path, text: str) -> None:
    async with bench(tmp_path, Cli(before_prompt=[ask(text, "x")])) as b:
        with pytest.raises(PasswordExpired, match="has expired"):
            await b.node.connect()
        assert PASSWORD not in b.server.typed


async def test_a_menu_that_does_not_take_its_answer_is_not_an_endless_loop(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(before_prompt=[ask(MENU, "1")])) as b:
        with pytest.raises(UnknownDialogue):
            await b.node.connect()
        assert b.server.typed.count("") == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Maximum number of concurrent sessions reached.\n", TooManySessions),
        ("Too many logins for 'admin'.\n", TooManySessions),
        ("Your password has expired.\n", PasswordExpired),
        ("System is going down\n", LinkLost),
        ("", LinkLost),
    ],
)
async def test_a_node_that_hangs_up_before_its_prompt(
    tmp_path: Path, text: str, kind: type[ApplianceError]
) -> None:
    async def leave(session: Session) -> None:
        session.put(text)
        raise EOFError

    async with bench(tmp_path, Cli(before_prompt=[leave])) as b:
        with pytest.raises(kind) as caught:
            await b.node.connect()
        if kind in (TooManySessions, LinkLost):
            assert text.strip() in str(caught.value)


async def test_silence_instead_of_a_prompt_ends_at_the_deadline(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(before_prompt=[hang]), timings=replace(QUICK, first_prompt=0.6)) as b:
        with pytest.raises(CommandTimeout, match=r"no prompt within 0\.6 s") as caught:
            await b.node.connect()
        assert not caught.value.sent


async def test_a_login_that_fails_at_a_dialogue_does_not_leave_a_session(tmp_path: Path) -> None:
    cli = Cli(before_prompt=[pause(0.1), ask("Which realm? ", "x")])
    async with bench(tmp_path, cli) as b:
        with pytest.raises(UnknownDialogue):
            await b.node.connect()
        assert b.server.ctrl_c == 1
        assert "exit" not in b.server.typed
        await b.server.connections[0].wait_closed()


@pytest.mark.parametrize("ends", [True, False])
async def test_a_secret_that_the_node_shows_again_is_in_no_message(tmp_path: Path, ends: bool) -> None:
    async def shows_it(session: Session) -> None:
        session.put("Enter the HA secret: ")
        session.put(f"you typed {await session.line()}\n")
        if not ends:
            session.put("Type I AGREE to go on: ")
            await session.line()
        raise EOFError

    asker = ScriptedAsker(passwords=[PASSWORD], dialogues=["hush-hush"])
    async with bench(tmp_path, Cli(before_prompt=[shows_it]), asker) as b:
        with pytest.raises((LinkLost, UnknownDialogue)) as caught:
            await b.node.connect()
        texts = [str(caught.value), b.logged, *(q.text for q in asker.dialogue_questions)]
        assert "hush-hush" not in "\n".join(texts)
        assert "you typed (secret omitted)" in "\n".join(texts)
