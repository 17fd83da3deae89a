"""`tofutui check` as a program, against the simulated pair: reports, exit codes, and every way out."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.program import run
from tests.support.waiting import PATIENCE, until
from tofutui.lab.pair import Lab

ISE, PRIMARY, SECONDARY = "198.51.100.20_443", "192.0.2.10_8082", "192.0.2.11_8082"


@dataclass
class Answer:
    code: int
    out: str
    err: str

    def rows(self) -> dict[tuple[str, str], tuple[str, bool]]:
        """Role and key -> verdict, and whether it is a remote's row."""
        matches = (re.match(r"(\w+)\s+(\S+)\s+(\S+)\s{2,}(.+)", line) for line in self.out.splitlines())
        return {(m[1], m[3]): (m[2], "(own:" not in m[4]) for m in matches if m}

    def remote(self) -> dict[tuple[str, str], str]:
        return {where: verdict for where, (verdict, is_remote) in self.rows().items() if is_remote}


async def start(lab: Lab, *argv: str) -> asyncio.subprocess.Process:
    env = {**os.environ, "TOFUTUI_SESSIONS": str(lab.sessions_path), "SSH_AUTH_SOCK": ""}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tofutui", "check", *argv, env=env, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def lines(lab: Lab, *argv: str) -> Answer:
    return await check(lab, *argv, "--format", "lines")


async def check(lab: Lab, *argv: str) -> Answer:
    answer = await run("check", *argv, TOFUTUI_SESSIONS=str(lab.sessions_path))
    return Answer(answer.code, answer.out, answer.err)


@pytest.fixture
async def lab_of(tmp_path: Path) -> AsyncIterator:
    labs: list[Lab] = []

    async def start_lab(scenario: str) -> Lab:
        labs.append(await Lab.start(scenario, tmp_path / scenario))
        return labs[-1]

    yield start_lab
    for lab in labs:
        await lab.stop()


async def all_left(lab: Lab) -> None:
    """Wait until no login is open on either node."""
    await until(lambda: not any(server.connections for server in lab.servers.values()))


async def test_renamed_shows_exactly_the_three_stale_remote_rows(lab_of):
    lab = await lab_of("renamed")
    answer = await lines(lab, "renamed")
    assert answer.code == 1
    assert answer.remote() == {
        ("primary", ISE): "mismatch",
        ("primary", SECONDARY): "mismatch",
        ("secondary", PRIMARY): "mismatch",
    }
    assert answer.err == ""
    await all_left(lab)
    assert all(sent[-1] == "exit" for sent in lab.sent.values())
    assert not [line for sent in lab.sent.values() for line in sent if "deletecert" in line]


async def test_seed_is_honest_about_equal_names_until_something_is_said(lab_of):
    lab = await lab_of("seed")
    plain = await lines(lab, "seed")
    assert plain.code == 1
    assert plain.remote() == {
        ("primary", ISE): "mismatch",
        ("primary", SECONDARY): "same-name",
        ("secondary", PRIMARY): "same-name",
    }
    said = await lines(lab, "seed", "--reissued", "192.0.2.11", "--reissued", "192.0.2.10:8082")
    assert said.remote()["primary", SECONDARY] == said.remote()["secondary", PRIMARY] == "suspect"
    logs = [f"--log={role}={path}" for role, path in lab.log_paths.items()]
    proven = await lines(lab, "seed", *logs)
    assert set(proven.remote().values()) == {"mismatch"}


async def test_clean_is_0_and_json_is_one_document(lab_of):
    lab = await lab_of("clean")
    answer = await check(lab, "clean", "--format", "json")
    assert answer.code == 0
    document = json.loads(answer.out)
    assert document["complete"] is True
    assert document["summary"]["same-name"] == 3
    assert document["nodes"]["primary"]["hostname"] == "prime-pri"


async def test_all_gives_a_list_and_output_goes_to_the_file(lab_of, tmp_path):
    lab = await lab_of("renamed")
    answer = await check(lab, "--all", "--format", "json", "--output", str(tmp_path / "r.json"))
    assert (answer.code, answer.out) == (1, "")
    assert [
        compared["session"] for compared in json.loads((tmp_path / "r.json").read_text())["sessions"]
    ] == ["renamed"]


async def test_without_probing_nothing_is_asked_and_nothing_counts(lab_of):
    lab = await lab_of("renamed")
    answer = await check(lab, "renamed", "--no-probe", "--format", "json")
    assert answer.code == 0
    rows = json.loads(answer.out)["nodes"]["primary"]["entries"]
    assert {row["presented"]["status"] for row in rows} == {"not-probed"}


async def test_an_unknown_host_key_is_refused_with_3_and_its_fingerprint(lab_of):
    lab = await lab_of("clean")
    known = lab.access.known_hosts
    known.write_text("")
    answer = await check(lab, "clean")
    assert answer.code == 3
    assert len(re.findall(r"host key .*SHA256:[A-Za-z0-9+/]{43}", answer.err)) == 2
    assert known.read_text() == ""


async def test_no_password_and_no_terminal_is_3(lab_of):
    lab = await lab_of("clean")
    text = lab.sessions_path.read_text()
    lab.sessions_path.write_text(re.sub(r"^key_file.*$", "", text, flags=re.M))
    answer = await check(lab, "clean")
    assert answer.code == 3
    assert answer.err.count("no password for admin@") == 2
    assert "Traceback" not in answer.err
    await all_left(lab)


async def test_one_dead_node_is_3_and_what_the_other_said_is_printed(lab_of):
    lab = await lab_of("renamed")
    await lab.servers["secondary"].stop()
    answer = await check(lab, "renamed")
    assert answer.code == 3
    places = re.findall(r"MISMATCH +(\S+)", answer.out)
    assert places == ["198.51.100.20:443", "192.0.2.11:8082", "192.0.2.10:8082"], "the last is the node's own"
    assert "SECONDARY" in answer.out
    assert "listing not complete" in answer.out
    assert answer.err.startswith("tofutui: renamed, secondary 192.0.2.11: ")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
async def test_a_signal_ends_it_with_both_nodes_left(lab_of, number, code):
    lab = await lab_of("clean")
    for node in lab.nodes.values():
        node.hang = "listcerts"
    process = await start(lab, "clean")
    await until(lambda: all(any("listcerts" in line for line in sent) for sent in lab.sent.values()))
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == code
    assert out == b""
    assert b"Traceback" not in err
    await all_left(lab)
