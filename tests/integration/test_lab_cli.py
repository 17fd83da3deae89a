"""The simulated appliance's command line, over real SSH."""

import asyncio
import shutil
from pathlib import Path

import asyncssh
import pytest

from tests.support.lab_login import (
    DELETE,
    LISTCERTS,
    at_prompt,
    connected,
    debian_ssh,
    open_shell,
    running,
)
from tests.support.terminal import Terminal
from tests.support.waiting import until

PEER = "192.0.2.11_8082"
needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")


@needs_ssh
async def test_debians_ssh_lists_the_table_on_a_pty(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab:
        code, output = await debian_ssh(lab, "secondary", "-tt", typed=f"{LISTCERTS}\rexit\r".encode())
        assert code == 0
        assert output.startswith(f"prime-sec/admin# {LISTCERTS}\r\n")
        rows = [line for line in output.split("\r\n") if line.startswith("host=")]
        subject = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime"
        assert rows == [
            f"host=192.0.2.11_8082;  subject= {subject}-sec",
            f"host=127.0.0.1_8082;  subject= {subject}-sec",
            f"host=192.0.2.10_8082; subject= {subject}-pri",
        ]
        assert lab.sent["secondary"] == [LISTCERTS, "exit"]


@needs_ssh
async def test_an_exec_request_starts_the_shell_all_the_same(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab:
        code, output = await debian_ssh(lab, "primary", command="show version", typed=b"show clock\n")
        assert code == 0
        assert "3.7.0" not in output
        assert " UTC 20" in output
        assert "\r" not in output
        assert lab.sent["primary"] == ["show clock"]


@needs_ssh
async def test_debians_ssh_logs_in_with_the_password_on_a_terminal(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab:
        node = lab.nodes["primary"]
        command = ["ssh", "-F", "none", "-o", "PubkeyAuthentication=no", "-p", str(node.port)]
        command += ["-o", f"UserKnownHostsFile={lab.access.known_hosts}", "admin@127.0.0.1"]

        def log_in_by_hand() -> int:
            terminal = Terminal(command, (80, 24), {"TERM": "vt100"}, tmp_path)
            terminal.wait_for("assword:")
            terminal.press(lab.access.password_file.read_text().strip(), "enter")
            terminal.wait_for("prime-pri/admin#")
            terminal.press("exit", "enter")
            code = terminal.wait_end()
            terminal.close()
            return code

        assert await asyncio.to_thread(log_in_by_hand) == 0


@pytest.mark.parametrize(("username", "password"), [("admin", "wrong"), ("root", None)])
async def test_a_wrong_login_is_refused(tmp_path: Path, username: str, password: str | None) -> None:
    async with running("clean", tmp_path) as lab:
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect(
                "127.0.0.1",
                lab.nodes["primary"].port,
                username=username,
                password=password or lab.password,
                known_hosts=None,
                client_keys=None,
                agent_path=None,
                config=None,
            )


async def test_the_line_editor_echoes_erases_and_starts_again(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab, at_prompt(lab) as cli:
        cli.type("rubbish\x15show xx\x7f\bclock\x1b[A\r")
        answer = await cli.expect("/admin# ")
        assert "\b \b" * 7 in answer
        assert " UTC " in answer
        cli.type("show vers\x03")
        assert "^C\r\n" in await cli.expect("/admin# ")
        assert lab.sent["primary"] == ["show clock"]


async def test_a_console_echoes_and_pages_as_it_is_set(tmp_path: Path) -> None:
    echoed = {
        "none": "",
        "prompt": "\rprime-pri/admin# show clock\r\n",
        "wrapped": "show clock \r\r\n",
        "escapes": "\x1b[?2004lsho\x1b[Kw clock\r\n",
        "double": "show clock\r\nprime-pri/admin# show clock\r\n",
        "crcrlf": "show clock\r\r\n",
        "plain": "show clock\r\n",
    }
    async with running("clean", tmp_path) as lab, at_prompt(lab) as cli:
        node = lab.nodes["primary"]
        for node.echo, expected in echoed.items():
            cli.type("show clock\r")
            shown = await cli.expect(f"{node.now():%Y}\r\nprime-pri/admin# ")
            assert shown[: -len("Mon Nov 23 14:02:38 UTC 2026\r\nprime-pri/admin# ")] == expected
        node.page, node.pager, node.pager_erase, node.pager_wants_enter = 3, "<--- More --->", "\x1b[2K", True
        cli.type("show version\r")
        first = await cli.expect("<--- More --->")
        cli.type(" \r")
        second = await cli.expect("<--- More --->")
        assert first.count("\r\n") == 1 + 2
        assert second.startswith("\x1b[2K")
        assert second.count("\r\n") == 2
        cli.type("q")
        await cli.expect("\x1b[2Kprime-pri/admin# ")
        node.enter = "\r"
        assert (await cli.run("show\n clock")).endswith(f"{node.now():%Y}")


@pytest.mark.parametrize(("line", "marker"), [("show nonsense", "     ^"), ("frob", "^")])
async def test_an_unknown_word_is_marked(tmp_path: Path, line: str, marker: str) -> None:
    async with running("clean", tmp_path) as lab, at_prompt(lab) as cli:
        indent = " " * len("prime-pri/admin# ")
        expected = f"{indent}{marker}\r\n% invalid command detected at '^' marker."
        assert await cli.run(line) == expected


async def test_words_may_be_shortened_and_a_short_line_is_incomplete(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab, at_prompt(lab) as cli:
        assert "Version : 3.7.0\r\n" in await cli.run("sh ver")
        assert await cli.run("ncs ha st") == "[Role] Primary [State] HA not Configured"
        assert "% incomplete command" in await cli.run("ncs certvalidation")


async def test_a_second_login_is_asked_whether_it_means_it(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab, at_prompt(lab) as first:
        async with connected(lab) as connection:
            second = await open_shell(connection)
            assert "Another user is logged into the system" in await second.expect("(Yes/No): ")
            second.type("y\r")
            assert "ERROR : Please enter Yes or No" in await second.expect("(Yes/No): ")
            second.type("Yes\r")
            await second.expect("prime-pri/admin# ")
            third = await open_shell(connection)
            await third.expect("(Yes/No): ")
            third.type("No\r")
            assert "admin#" not in await third.rest()
        assert await first.run("ncs ha status")
        assert lab.sent["primary"] == ["ncs ha status"]


async def test_only_a_dropped_session_is_offered_again(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab:
        node = lab.nodes["primary"]
        async with at_prompt(lab) as cli:
            cli.type("exit\r")
            await cli.rest()
        assert node.dropped == []
        async with at_prompt(lab):
            pass
        await until(lambda: node.dropped)
        async with connected(lab) as connection:
            cli = await open_shell(connection)
            assert "Last login: " in await cli.expect("available to resume.")
            await cli.expect("start a new one: ")
            cli.type("7\r")
            assert "% Error: Invalid session" in await cli.expect("start a new one: ")
            cli.type("\r")
            await cli.expect("prime-pri/admin# ")
        assert node.answers == ["7", ""]


async def test_a_long_answer_stops_at_the_pager_until_the_length_is_0(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab, at_prompt(lab, lines=8) as cli:
        cli.type("show version\r")
        first = await cli.expect("--More--")
        assert first.count("\r\n") == 8  # the echoed command and seven lines
        cli.type("\r")
        assert (await cli.expect("--More--")).count("\r\n") == 1
        cli.type(" ")
        assert (await cli.expect("--More--")).count("\r\n") == 7
        cli.type("q")
        assert "Critical Fixes" not in await cli.expect("/admin# ")
        assert await cli.run("terminal length 0") == ""
        assert "Critical Fixes" in await cli.run("show version")


async def test_deleting_is_silent_and_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab, at_prompt(lab) as cli:
        assert await cli.run(f"{DELETE} {PEER}") == ""
        assert lab.table("primary") == ["192.0.2.10_8082", "198.51.100.20_443"]
        assert (await cli.run(f"{DELETE} {PEER}")).startswith("% Error")
        assert lab.sent["primary"] == [f"{DELETE} {PEER}"] * 2


async def test_a_question_before_deleting_takes_only_yes(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab, at_prompt(lab) as cli:
        lab.nodes["primary"].confirm_delete = True
        for answer, left in (("", True), ("no", True), ("yes", False)):
            cli.type(f"{DELETE} {PEER}\r")
            assert PEER in await cli.expect("(yes/no) [no] ? ")
            await cli.run(answer)
            assert (PEER in lab.table("primary")) is left


async def test_faults_in_deleting(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab:
        node = lab.nodes["primary"]
        async with at_prompt(lab) as cli:
            node.ignore_delete = True
            assert await cli.run(f"{DELETE} {PEER}") == ""
            assert PEER in lab.table("primary")
            node.ignore_delete, node.relearn_on_delete = False, True
            old = node.table[PEER]
            await cli.run(f"{DELETE} {PEER}")
            assert node.table[PEER] not in (None, old)
            node.relearn_on_delete, node.drop_instead_of_delete = False, True
            cli.type(f"{DELETE} {PEER}\r")
            with pytest.raises((AssertionError, ConnectionError, asyncssh.Error)):
                await cli.expect("/admin# ")
            assert PEER in lab.table("primary")


async def test_a_link_dropped_after_deleting(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab:
        lab.nodes["primary"].drop_after_delete = True
        async with at_prompt(lab) as cli:
            cli.type(f"{DELETE} {PEER}\r")
            with pytest.raises((AssertionError, ConnectionError, asyncssh.Error)):
                await cli.expect("/admin# ")
        assert PEER not in lab.table("primary")


async def test_a_command_that_hangs_ends_with_ctrl_c(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab, at_prompt(lab) as cli:
        lab.nodes["primary"].hang = "listcerts"
        cli.type(f"{LISTCERTS}\r")
        await cli.expect("listcerts\r\n")
        cli.type("\x03")
        await cli.expect("^C\r\nprime-pri/admin# ")
        assert await cli.run("ncs ha status")


async def test_a_listing_takes_the_time_it_is_told(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab, at_prompt(lab) as cli:
        lab.nodes["primary"].list_seconds = 0.3
        began = asyncio.get_running_loop().time()
        assert (await cli.run(LISTCERTS)).count("host=") == 3
        assert asyncio.get_running_loop().time() - began >= 0.3


async def test_everything_awkward_before_the_first_prompt(tmp_path: Path) -> None:
    async with running("awkward", tmp_path) as lab, connected(lab) as connection:
        cli = await open_shell(connection, lines=1000)
        await cli.expect("--More--")
        cli.type("q")
        await cli.expect("Press <Enter> to continue")
        cli.type("\r")
        await cli.expect("(Yes/No): ")
        cli.type("Yes\r")
        await cli.expect("start a new one: ")
        cli.type("\r")
        await cli.expect("prime-pri/admin# ")
        assert "% invalid command" in await cli.run("terminal length 0")
        cli.type(f"{LISTCERTS}\r")
        await cli.expect("--More--")


async def test_a_broken_pair_cuts_its_listing_off_and_refuses(tmp_path: Path) -> None:
    async with running("broken", tmp_path) as lab:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", lab.nodes["secondary"].port)
        async with at_prompt(lab) as cli:
            cli.type(f"{LISTCERTS}\r")
            await cli.expect("host=192.0.2.11_8082;")
            with pytest.raises((AssertionError, ConnectionError, asyncssh.Error)):
                await cli.expect("\r\n")


@pytest.mark.parametrize("mode", ["silent", "reset"])
async def test_a_node_that_speaks_no_ssh(tmp_path: Path, mode: str) -> None:
    source = (Path(__file__).parents[2] / "tofutui/lab/scenarios/broken.toml").read_text()
    changed = tmp_path / "mine.toml"
    changed.write_text(source.replace('"refused"', f'"{mode}"'))
    async with running(str(changed), tmp_path) as lab:
        reader, writer = await asyncio.open_connection("127.0.0.1", lab.nodes["secondary"].port)
        try:
            if mode == "reset":
                with pytest.raises(ConnectionError):
                    await reader.read(1)
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(reader.read(1), 0.2)
        finally:
            writer.close()


@needs_ssh
async def test_old_appliances_need_the_old_algorithms(tmp_path: Path) -> None:
    async with running("old", tmp_path) as lab:
        code, output = await debian_ssh(lab, "primary", "-tt", typed=b"exit\r")
        assert code == 255
        assert "no matching" in output
        old = ["-o", "KexAlgorithms=+diffie-hellman-group1-sha1", "-o", "Ciphers=+aes128-cbc"]
        old += ["-o", "HostKeyAlgorithms=+ssh-rsa", "-o", "PubkeyAcceptedAlgorithms=+ssh-rsa", "-tt"]
        code, output = await debian_ssh(lab, "primary", *old, typed=b"exit\r")
        assert code == 0
        assert "prime-pri/admin# " in output
