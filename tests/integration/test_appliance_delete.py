"""`deletecert` and the questions that may follow it, over a real SSH connection."""

from pathlib import Path

import pytest

from tests.support.appliance import DELETE, LISTCERTS, PASSWORD, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, ask, pause, say, steps, waits_for
from tofutui.appliance.errors import UnknownDialogue
from tofutui.tofu.site.endpoint import DELETE_COMMAND

pytestmark = pytest.mark.usefixtures("isolated_home")


@pytest.mark.parametrize(
    "key",
    ["198.51.100.20_443\nreload", "a b_443", "198.51.100.20_443;x", "x", "", "-v_443", "a_443 ", "a_443\r"],
)
async def test_a_key_that_is_not_plain_is_never_sent(tmp_path: Path, key: str) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        with pytest.raises(ValueError, match="plain"):
            await b.node.deletecert(DELETE_COMMAND + key)
        assert b.server.commands == ["terminal length 0"]


KEY = "198.51.100.20_443"


@pytest.mark.parametrize("echo", ["plain", "none", "prompt", "wrapped", "double", "escapes", "crcrlf"])
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (f"Do you really want to delete {KEY}? (Yes/No) ", "yes"),
        (f"Deleting host {KEY}.\nProceed? yes/no: ", "yes"),
        ("Really delete this certificate?\n(y/n)\n", "y"),
    ],
)
async def test_the_question_whether_to_delete_this_row_is_answered(
    tmp_path: Path, question: str, answer: str, echo: str
) -> None:
    cli = Cli(echo=echo, commands={DELETE: steps(ask(question, answer), say("done\n"))})
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        output = await b.node.deletecert(DELETE)
        assert b.server.typed[-1] == answer
        assert output.text.endswith("done\n")
        assert f"answer: {answer}" in b.logged
        assert b.server.commands.count(DELETE) == 1


@pytest.mark.parametrize(
    "question",
    [
        "The server will restart. Continue? (yes/no) ",
        "Are you sure (yes/no) [yes] ? ",
        f"Delete {KEY} and reboot the server? (yes/no) ",
        f"Delete {KEY}0? (yes/no) ",
        f"Delete host {KEY} from the store of the services? (yes/no) ",
        f"Reboot first.\rDelete {KEY}? (yes/no) ",
        f"Reboot\b\b\b\b\b\bDelete {KEY}? (yes/no) ",
        f"Confirma a exclus\u00e3o de {KEY}? (yes/no) ",
        f"{KEY} \u3092\u524a\u9664\u3057\u307e\u3059\u304b\uff1f",
        "Reboot now? (yes/no)\n",
        "Bounce everything?\n",
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
            await b.node.deletecert(DELETE)
        assert caught.value.sent
        assert question.strip().splitlines()[-1].replace("\b", "")[-20:] in str(caught.value)
        (asked,) = b.asker.dialogue_questions
        assert asked.command == DELETE
        assert asked.hostname == "prime-pri"
        assert question.strip().splitlines()[-1].replace("\b", "")[-20:] in asked.text
        assert b.server.ctrl_c == 1
        assert b.server.typed == ["terminal length 0", DELETE]
        assert (await b.node.show_clock()).text == "now\n"


async def test_the_operators_answer_is_typed(tmp_path: Path) -> None:
    cli = Cli(commands={DELETE: steps(ask("Restart now? (yes/no) ", "no"), say("not restarted\n"))})
    async with bench(tmp_path, cli, ScriptedAsker(passwords=[PASSWORD], dialogues=["no"])) as b:
        await b.node.connect()
        assert "not restarted" in (await b.node.deletecert(DELETE)).text


async def test_a_question_after_another_command_is_never_answered_by_itself(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: ask("Continue? (yes/no)", "yes")})) as b:
        with pytest.raises(UnknownDialogue):
            await b.node.listcerts()
        assert "yes" not in b.server.typed


async def test_a_node_that_keeps_asking_is_not_answered_for_ever(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={DELETE: ask(f"Delete {KEY}? (yes/no) ", "never")})) as b:
        await b.node.connect()
        with pytest.raises(UnknownDialogue):
            await b.node.deletecert(DELETE)
        assert b.server.typed.count("yes") == 2


async def test_a_slow_deletion_after_the_answer_gets_no_second_answer(tmp_path: Path) -> None:
    slowly = steps(ask("Delete this certificate? (yes/no)\n", "yes"), pause(1.5), say("done\n"))
    async with bench(tmp_path, Cli(echo="none", commands={DELETE: slowly})) as b:
        await b.node.connect()
        assert (await b.node.deletecert(DELETE)).text == "Delete this certificate? (yes/no)\ndone\n"
        assert b.server.typed.count("yes") == 1


async def test_what_came_before_a_pager_counts_too(tmp_path: Path) -> None:
    first = steps(say("This will reboot the server.\n"), waits_for("--More--", " "))
    paged = steps(first, ask(f"Delete {KEY}? (yes/no) ", "x"))
    async with bench(tmp_path, Cli(commands={DELETE: paged})) as b:
        await b.node.connect()
        with pytest.raises(UnknownDialogue):
            await b.node.deletecert(DELETE)
        assert "yes" not in b.server.typed


async def test_after_a_persons_answer_the_next_question_is_theirs_too(tmp_path: Path) -> None:
    asks = steps(
        ask("Reboot the server? (yes/no) ", "no"), ask(f"Delete {KEY}? (yes/no) ", "yes"), say("ok\n")
    )
    asker = ScriptedAsker(passwords=[PASSWORD], dialogues=["no", "yes"])
    async with bench(tmp_path, Cli(commands={DELETE: asks}), asker) as b:
        await b.node.connect()
        await b.node.deletecert(DELETE)
        assert len(asker.dialogue_questions) == 2
        assert "answer: no" in b.logged


@pytest.mark.parametrize(
    "question", ["OTP:", "Senha: ", "Verification code: ", "\u53e3\u4ee4\uff1a", "PIN for Delete> "]
)
@pytest.mark.parametrize("echo", ["plain", "prompt", "escapes"])
async def test_an_answer_that_may_be_a_secret_is_kept_nowhere(
    tmp_path: Path, question: str, echo: str
) -> None:
    asks = steps(ask(question, "Hunter-271828"), say("code Hunter-271828 is good\n"), ask("Reason: ", "x"))
    asker = ScriptedAsker(passwords=[PASSWORD], dialogues=["Hunter-271828"])
    async with bench(tmp_path, Cli(echo=echo, commands={DELETE: asks}), asker) as b:
        await b.node.connect()
        with pytest.raises(UnknownDialogue) as caught:
            await b.node.deletecert(DELETE)
        assert b.server.typed[-1] == "Hunter-271828"
        assert asker.dialogue_questions[0].hides_answer
        for text in (b.logged, str(caught.value), caught.value.words, asker.dialogue_questions[1].text):
            assert "Hunter" not in text
        assert "answer: (not shown)" in b.logged
