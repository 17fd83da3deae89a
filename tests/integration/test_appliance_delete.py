"""`deletecert` and the questions that may follow it, over a real SSH connection."""

from pathlib import Path

import pytest

from tests.support.appliance import DELETE, LISTCERTS, PASSWORD, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, ask, pause, say, steps
from tofutui.appliance.errors import UnknownDialogue

pytestmark = pytest.mark.usefixtures("isolated_home")


@pytest.mark.parametrize(
    "key",
    ["198.51.100.20_443\nreload", "a b_443", "198.51.100.20_443;x", "x", "", "-v_443", "a_443 ", "a_443\r"],
)
async def test_a_key_that_is_not_plain_is_never_sent(tmp_path: Path, key: str) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        with pytest.raises(ValueError, match="plain"):
            await b.node.deletecert(key)
        assert b.server.commands == ["terminal length 0"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Are you sure (yes/no) [yes] ? ", "yes"),
        ("Continue? [y/n]", "y"),
        ("(y/n): ", "y"),
        ("Do you really want to delete it? (Yes/No) ", "yes"),
        ("Really delete?\n(yes/no)\n", "yes"),
        ("Deleting host 198.51.100.20_443.\nProceed? yes/no: ", "yes"),
    ],
)
async def test_a_plain_yes_no_question_after_deletecert_is_answered(
    tmp_path: Path, question: str, answer: str
) -> None:
    cli = Cli(commands={DELETE: steps(ask(question, answer), say("done\n"))})
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        output = await b.node.deletecert("198.51.100.20_443")
        assert b.server.typed[-1] == answer
        assert output.text.endswith("done\n")
        assert f"answer: {answer}" in b.logged
        assert b.server.commands.count(DELETE) == 1


@pytest.mark.parametrize(
    "question",
    [
        "The server will restart. Continue? (yes/no) ",
        "This stops the services.\nContinue? [y/n]",
        "Delete all certificates? (yes/no) ",
        "Continue with reload? [y/n]",
        "Enter the reason: ",
        "Which one? ",
    ],
)
async def test_any_other_question_is_the_operators_and_without_an_answer_gets_ctrl_c(
    tmp_path: Path, question: str
) -> None:
    cli = Cli(commands={DELETE: ask(question, "x"), "show clock": "now\n"})
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        with pytest.raises(UnknownDialogue) as caught:
            await b.node.deletecert("198.51.100.20_443")
        assert caught.value.sent
        assert question.strip().splitlines()[-1] in str(caught.value)
        (asked,) = b.asker.dialogue_questions
        assert asked.command == DELETE
        assert asked.hostname == "prime-pri"
        assert question.strip() in asked.text
        assert b.server.ctrl_c == 1
        assert b.server.typed == ["terminal length 0", DELETE]
        assert (await b.node.show_clock()).text == "now\n"


async def test_the_operators_answer_is_typed(tmp_path: Path) -> None:
    cli = Cli(commands={DELETE: steps(ask("Restart now? (yes/no) ", "no"), say("not restarted\n"))})
    async with bench(tmp_path, cli, ScriptedAsker(passwords=[PASSWORD], dialogues=["no"])) as b:
        await b.node.connect()
        assert "not restarted" in (await b.node.deletecert("198.51.100.20_443")).text


async def test_a_question_after_another_command_is_never_answered_by_itself(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: ask("Continue? (yes/no)", "yes")})) as b:
        with pytest.raises(UnknownDialogue):
            await b.node.listcerts()
        assert "yes" not in b.server.typed


async def test_a_node_that_keeps_asking_is_not_answered_for_ever(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={DELETE: ask("Sure? (yes/no) ", "never")})) as b:
        await b.node.connect()
        with pytest.raises(UnknownDialogue):
            await b.node.deletecert("198.51.100.20_443")
        assert b.server.typed.count("yes") == 2


async def test_a_slow_deletion_after_the_answer_gets_no_second_answer(tmp_path: Path) -> None:
    slowly = steps(ask("Sure? (yes/no)\n", "yes"), pause(1.5), say("done\n"))
    async with bench(tmp_path, Cli(echo="none", commands={DELETE: slowly})) as b:
        await b.node.connect()
        assert (await b.node.deletecert("198.51.100.20_443")).text == "Sure? (yes/no)\ndone\n"
        assert b.server.typed.count("yes") == 1
