"""Logging in over real SSH connections: passwords, keys, questions, refusals."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from tests.support.appliance import (
    LISTCERTS,
    PASSWORD,
    QUICK,
    TABLE,
    bench,
    host_key,
    make_node,
    serving,
)
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tests.support.waiting import listens, until
from tofutui.appliance.errors import (
    ApplianceError,
    LinkLost,
    LoginRefused,
    NoPassword,
    PasswordExpired,
)
from tofutui.appliance.questions import NoAsker, PasswordQuestion

pytestmark = pytest.mark.usefixtures("isolated_home")


COMMANDS = {LISTCERTS: TABLE}


def printing(text: str) -> str:
    """A command line that prints a text."""
    return f"{sys.executable} -c \"print('{text}')\""


async def test_a_typed_password_is_asked_for_once_with_host_and_user(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        (question,) = b.asker.password_questions
        assert (question.host, question.username, question.purpose) == ("127.0.0.1", "admin", "password")
        assert b.server.passwords == [PASSWORD]


async def test_the_password_command_gives_the_first_line(tmp_path: Path) -> None:
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=printing(PASSWORD + "\\nmore")) as b:
        await b.node.connect()
        assert b.server.passwords == [PASSWORD]


async def test_the_password_command_gets_no_shell(tmp_path: Path) -> None:
    marker = tmp_path / "made"
    command = f"{printing('x')} ; touch {marker}"
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=command) as b:
        with pytest.raises(LoginRefused):
            await b.node.connect()
    assert not marker.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"{sys.executable} -c \"print('top secret'); raise SystemExit(3)\"", "status 3"),
        ("/nowhere/pass show x", "No such file"),
        ("echo 'unfinished", "quotation"),
        (f"{sys.executable} -c pass", "no password"),
        (f'{sys.executable} -c "import time; time.sleep(60)"', "0.5 s"),
        ("''", "nowhere"),
    ],
)
async def test_a_failing_password_command_is_named_and_its_output_is_not_shown(
    tmp_path: Path, command: str, words: str
) -> None:
    timings = replace(QUICK, password_command=0.5)
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=command, timings=timings) as b:
        with pytest.raises(NoPassword) as caught:
            await b.node.connect()
        assert "password_command of primary" in str(caught.value)
        assert words in str(caught.value) or words == "nowhere"
        assert "secret" not in str(caught.value) + b.logged
        assert b.server.passwords == []


async def test_the_environments_password_leaves_the_environment_and_serves_both_nodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOFUTUI_TEST_PASSWORD", PASSWORD)
    async with serving(Cli(commands=dict(COMMANDS))) as server:
        first = make_node(server, tmp_path, password_env="TOFUTUI_TEST_PASSWORD")
        assert "TOFUTUI_TEST_PASSWORD" not in os.environ
        second = make_node(server, tmp_path, password_env="TOFUTUI_TEST_PASSWORD")
        for made in (first, second):
            await made.node.connect()
            server.cut()
            await until(lambda node=made.node: not node.connected)
            assert (await made.node.listcerts()).text == TABLE
            await made.node.close()
        assert set(server.passwords) == {PASSWORD}


async def test_without_password_and_without_anybody_to_ask_it_says_so(tmp_path: Path) -> None:
    async with serving(Cli()) as server:
        made = make_node(server, tmp_path, password_env="TOFUTUI_TEST_UNSET")
        made.node._asker = NoAsker()
        with pytest.raises(NoPassword, match="TOFUTUI_TEST_UNSET is not set"):
            await made.node.connect()
        await made.node.close()
        assert server.passwords == []


async def test_a_wrong_password_is_sent_once_and_never_again(tmp_path: Path) -> None:
    cli = Cli(methods=("password", "kbdint"), kbdint=[("", "", [("Password: ", False)], [PASSWORD])])
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing("wrong")) as b:
        with pytest.raises(LoginRefused, match="refused the password of admin"):
            await b.node.connect()
        assert b.server.passwords == ["wrong"]
        with pytest.raises(LoginRefused, match="not sent again"):
            await b.node.connect()
        assert b.server.passwords == ["wrong"]
        assert "wrong" not in b.logged


async def test_after_a_refusal_the_next_login_asks_again(tmp_path: Path) -> None:
    async with bench(tmp_path, asker=ScriptedAsker(passwords=["wrong", PASSWORD])) as b:
        with pytest.raises(LoginRefused):
            await b.node.connect()
        await b.node.connect()
        assert b.server.passwords == ["wrong", PASSWORD]


async def test_keyboard_interactive_is_answered_with_the_password_only_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    cli = Cli(
        methods=("kbdint",),
        kbdint=[
            ("", "Welcome", [], []),
            ("", "", [("Kennwort: ", False)], [PASSWORD]),
            ("RSA", "Second factor", [("Token code: ", False), ("Site: ", True)], ["123456", "hq"]),
        ],
    )
    async with bench(tmp_path, cli, ScriptedAsker(passwords=[PASSWORD, "123456", "hq"])) as b:
        await b.node.connect()
        assert b.server.passwords == [PASSWORD, "123456", "hq"]
        assert [q.purpose for q in b.asker.password_questions] == ["password", "answer", "answer"]
        assert "Second factor" in b.asker.password_questions[1].prompt
        assert "Token code" in b.asker.password_questions[1].prompt


@pytest.mark.parametrize("prompt", ["Enter PIN: ", "Favourite colour? ", "OTP: ", "Old answer: "])
async def test_other_questions_never_get_the_password(tmp_path: Path, prompt: str) -> None:
    cli = Cli(methods=("kbdint",), kbdint=[("", "", [(prompt, False)], ["x"])])
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing(PASSWORD)) as b:
        with pytest.raises(NoPassword):
            await b.node.connect()
        assert b.server.passwords == []


async def test_a_second_password_prompt_is_a_persons(tmp_path: Path) -> None:
    cli = Cli(
        methods=("kbdint",),
        kbdint=[
            ("", "", [("Password: ", False)], [PASSWORD]),
            ("", "", [("Password: ", False)], ["second"]),
        ],
    )
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing(PASSWORD)) as b:
        with pytest.raises(NoPassword):
            await b.node.connect()
        assert b.server.passwords == [PASSWORD]


@pytest.mark.parametrize(
    "cli",
    [
        Cli(expired=True),
        Cli(
            methods=("kbdint",),
            kbdint=[("", "Your password has expired", [("Current password: ", False)], ["x"])],
        ),
        Cli(
            methods=("kbdint",),
            kbdint=[
                ("", "", [("Password: ", False)], [PASSWORD]),
                ("", "You must change your password now", [("New password: ", False)], ["x"]),
            ],
        ),
    ],
    ids=["change request", "current password", "new password"],
)
async def test_an_expired_password_has_its_own_sentence(tmp_path: Path, cli: Cli) -> None:
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing(PASSWORD)) as b:
        with pytest.raises(PasswordExpired, match="has expired"):
            await b.node.connect()
        assert len(b.server.passwords) <= 1


async def test_a_key_file_logs_in_and_no_password_is_asked_for(tmp_path: Path) -> None:
    key = host_key("ssh-ed25519", 7)
    file = tmp_path / "id"
    key.write_private_key(file)
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
    async with bench(tmp_path, cli, ScriptedAsker(), key_file=file) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.asker.password_questions == []


async def test_an_encrypted_key_asks_for_its_passphrase_and_remembers_it(tmp_path: Path) -> None:
    key = host_key("ssh-ed25519", 7)
    file = tmp_path / "id"
    # Each round of bcrypt takes long.
    key.write_private_key(file, passphrase="open", rounds=1, ignore_few_rounds=True)
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
    async with bench(tmp_path, cli, ScriptedAsker(passwords=["shut", "open"]), key_file=file) as b:
        with pytest.raises(NoPassword, match="passphrase is wrong"):
            await b.node.connect()
        await b.node.connect()
        b.server.cut()
        await until(lambda: not b.node.connected)
        assert (await b.node.listcerts()).text == TABLE
        assert [q.purpose for q in b.asker.password_questions] == ["passphrase"] * 2
        assert str(file) in b.asker.password_questions[0].prompt


async def test_an_encrypted_key_that_the_agent_holds_needs_no_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open", "-f", file], check=True)
    public = asyncssh.read_public_key(f"{file}.pub")
    place = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", place], stdout=subprocess.DEVNULL)
    try:
        await until(lambda: listens(place))  # it is there a moment before it listens
        monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
        async with asyncssh.connect_agent() as client:
            await client.add_keys([asyncssh.read_private_key(file, "open")])
        cli = Cli(methods=("key",), keys=[public], commands=dict(COMMANDS))
        async with bench(tmp_path, cli, ScriptedAsker(), key_file=file) as b:
            assert (await b.node.listcerts()).text == TABLE
            assert b.asker.password_questions == []
    finally:
        agent.terminate()
        agent.wait()


async def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("no key\n")
    async with bench(tmp_path, asker=ScriptedAsker(), key_file=file) as b:
        with pytest.raises(ApplianceError, match="key_file"):
            await b.node.connect()


async def test_a_key_that_is_not_accepted_says_so(tmp_path: Path) -> None:
    file = tmp_path / "id"
    host_key("ssh-ed25519", 8).write_private_key(file)
    async with bench(tmp_path, Cli(methods=("key",)), ScriptedAsker(), key_file=file) as b:
        with pytest.raises(LoginRefused, match="accepted no key"):
            await b.node.connect()


async def test_an_agent_that_is_not_there_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert b.node.connected


async def test_a_slow_person_is_not_timed_out(tmp_path: Path) -> None:
    class Slow(ScriptedAsker):
        async def password(self, question: object, /) -> str | None:
            await asyncio.sleep(1.0)
            return PASSWORD

    async with bench(tmp_path, asker=Slow(), timings=replace(QUICK, login=0.6)) as b:
        await b.node.connect()
        assert b.node.connected


async def test_when_the_server_hangs_up_during_the_question_the_answer_is_used_on_a_new_connection(
    tmp_path: Path,
) -> None:
    async with serving(Cli(commands=dict(COMMANDS))) as server:

        class Slow(ScriptedAsker):
            async def password(self, question: PasswordQuestion, /) -> str | None:
                self.password_questions.append(question)
                server.cut()
                await asyncio.sleep(0.3)
                return PASSWORD

        made = make_node(server, tmp_path, Slow())
        await made.node.connect()
        await made.node.close()
        assert len(made.asker.password_questions) == 1
        assert server.passwords == [PASSWORD]


async def test_cancelling_a_login_closes_its_connection(tmp_path: Path) -> None:
    asked = asyncio.Event()

    class Never(ScriptedAsker):
        async def password(self, question: object, /) -> str | None:
            asked.set()
            await asyncio.Event().wait()
            return None

    async with bench(tmp_path, asker=Never()) as b:
        login = asyncio.create_task(b.node.connect())
        await asked.wait()
        login.cancel()
        with pytest.raises(asyncio.CancelledError):
            await login
        async with asyncio.timeout(5):
            await b.server.connections[0].wait_closed()
        assert not b.node.connected


async def test_close_ends_a_login_that_waits_for_an_answer(tmp_path: Path) -> None:
    asked = asyncio.Event()

    class Never(ScriptedAsker):
        async def password(self, question: object, /) -> str | None:
            asked.set()
            await asyncio.Event().wait()
            return None

    async with bench(tmp_path, asker=Never()) as b:
        login = asyncio.create_task(b.node.connect())
        await asked.wait()
        await b.node.close()
        with pytest.raises(LinkLost, match="closed by this program"):
            await login
