"""The simulated pair's faults, seen by a client that shares nothing with ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support.lab_login import DELETE, LISTCERTS, at_prompt, connected, open_shell, running
from tofutui.lab.appliance.faults import FLOOD, HELLOS
from tofutui.lab.appliance.sshd import ONE_TIME_CODE
from tofutui.lab.pair import Lab
from tofutui.lab.scenario import ScenarioError, load_scenario

SITE = """
title = "Simulated: faults"

[primary]
hostname = "prime-pri"
address = "192.0.2.10"
rows = ["192.0.2.10:8082", "192.0.2.11:8082"]
{faults}

[secondary]
hostname = "prime-sec"
address = "192.0.2.11"
rows = []

[[endpoints]]
at = "192.0.2.10:8082"
name = "prime-pri"
kind = "node"
key = "ec"
presented = {{ subject = "CN=prime-pri", age = "9d" }}

[[endpoints]]
at = "192.0.2.11:8082"
name = "prime-sec"
kind = "node"
key = "ec"
presented = {{ subject = "CN=prime-sec", age = "9d" }}
"""
PEER = f"{DELETE} 192.0.2.11_8082"


def site(folder: Path, **faults: Any) -> str:
    path = folder / "faulty.toml"
    path.write_text(SITE.format(faults="\n".join(f"{k} = {v!r}" for k, v in faults.items())))
    return str(path)


@asynccontextmanager
async def playing(folder: Path, **faults: Any) -> AsyncIterator[Lab]:
    async with running(site(folder, **faults), folder) as lab:
        yield lab


@pytest.mark.parametrize("word", sorted(HELLOS))
async def test_a_server_that_only_says_its_hello(tmp_path: Path, word: str) -> None:
    async with playing(tmp_path, ssh=word) as lab:
        reader, writer = await asyncio.open_connection("127.0.0.1", lab.nodes["primary"].port)
        said = await asyncio.wait_for(reader.readexactly(len(HELLOS[word])), 20)
        writer.close()
        assert said == HELLOS[word]


async def test_a_server_that_talks_without_end_instead_of_a_hello(tmp_path: Path) -> None:
    async with playing(tmp_path, ssh="endless") as lab:
        reader, writer = await asyncio.open_connection("127.0.0.1", lab.nodes["primary"].port)
        said = 0
        while said < 2_000_000:
            piece = await asyncio.wait_for(reader.read(65536), 20)
            assert set(piece) == {ord("x")}
            said += len(piece)
        writer.close()


@pytest.mark.parametrize(("place", "left"), [("delete", 2), ("deleted", 1)])
async def test_a_reset_before_and_after_a_deletion(tmp_path: Path, place: str, left: int) -> None:
    async with playing(tmp_path, fault="reset", fault_at=place) as lab, at_prompt(lab) as typist:
        typist.type(PEER + "\r")
        with pytest.raises((asyncssh.Error, ConnectionError, AssertionError)):
            await typist.expect("/admin# ")
        assert len(lab.table("primary")) == left


async def test_a_fault_strikes_as_often_as_it_is_told(tmp_path: Path) -> None:
    async with playing(tmp_path, fault="close", fault_at="rows", fault_times=1) as lab:
        async with at_prompt(lab) as typist:
            typist.type(LISTCERTS + "\r")
            said = await typist.rest()
            assert ("192.0.2.10_8082" in said, "192.0.2.11_8082" in said) == (True, False)
        async with at_prompt(lab) as typist:
            assert "192.0.2.11_8082" in await typist.run(LISTCERTS)
        assert lab.nodes["primary"].struck == 1


async def test_a_listing_fails_only_after_a_deletion(tmp_path: Path) -> None:
    async with playing(tmp_path, fault="close", fault_at="relisting") as lab, at_prompt(lab) as typist:
        assert "192.0.2.11_8082" in await typist.run(LISTCERTS)
        await typist.run(PEER)
        typist.type(LISTCERTS + "\r")
        assert "192.0.2.10_8082" not in await typist.rest()


async def test_output_without_end_is_as_long_as_it_says_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    assert FLOOD == 100_000_000
    async with playing(tmp_path, fault="endless", fault_at="listing") as lab, at_prompt(lab) as typist:
        typist.type(LISTCERTS + "\r")
        await typist.expect("x" * 100)
        typist.type("\x03")
        async with asyncio.timeout(20):
            while "/admin# " not in await typist.process.stdout.read(65536):
                pass


async def test_garbage_comes_and_the_listing_goes_on(tmp_path: Path) -> None:
    async with playing(tmp_path, fault="garbage", fault_at="rows") as lab, connected(lab) as connection:
        process = await connection.create_process(term_type="vt100", term_size=(511, 99), encoding=None)
        process.stdin.write(LISTCERTS.encode() + b"\r")
        said = b""
        while said.count(b"/admin# ") < 2:
            said += await asyncio.wait_for(process.stdout.read(65536), 20)
        assert b"192.0.2.11_8082" in said.partition(bytes(range(200, 256)))[2]


@pytest.mark.parametrize("login", ["refused", "expired", "hang"])
async def test_nobody_gets_in(tmp_path: Path, login: str) -> None:
    async with playing(tmp_path, login=login) as lab:
        if login == "hang":
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3), connected(lab):
                    pass
        else:
            with pytest.raises(asyncssh.PermissionDenied):
                async with connected(lab):
                    pass


class Answering(asyncssh.SSHClient):
    """Answers every question with the next word."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.asked: list[str] = []

    def kbdint_auth_requested(self) -> str | None:
        return "" if self.words else None

    def kbdint_challenge_received(self, name: str, instructions: str, lang: str, prompts: Any) -> list[str]:
        self.asked += [prompt for prompt, _ in prompts]
        return [self.words.pop(0) for _ in prompts]


async def test_a_one_time_code_is_taken_once(tmp_path: Path) -> None:
    async with playing(tmp_path, login="code") as lab:

        async def log_in() -> asyncssh.SSHClientConnection:
            client = Answering([lab.password, ONE_TIME_CODE])
            connection, _ = await asyncssh.create_connection(
                lambda: client, "127.0.0.1", lab.nodes["primary"].port, username="admin", config=None,
                known_hosts=str(lab.access.known_hosts), agent_path=None, client_keys=None,
            )  # fmt: skip
            assert client.asked == ["Password: ", "One-time code: "]
            return connection

        async with await log_in() as connection:
            typist = await open_shell(connection)
            await typist.expect("/admin# ")
        with pytest.raises(asyncssh.PermissionDenied):
            await log_in()
        assert lab.nodes["primary"].codes == [ONE_TIME_CODE] * 2


@pytest.mark.parametrize("key", ["ssh", "login", "fault", "fault_at"])
def test_a_word_that_means_nothing_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ScenarioError, match=f"{key} = 'odd': there are"):
        load_scenario(site(tmp_path, **{key: "odd"}))
