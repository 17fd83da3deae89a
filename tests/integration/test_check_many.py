"""`check` of several sessions, against simulated pairs: order, summary, faults, signals, bounds."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.program import Answer, tofutui
from tests.support.waiting import until
from tofutui.history.database import FILE, Database
from tofutui.history.results import Results
from tofutui.lab.pair import Lab
from tofutui.tofu.judgement.verdict import Verdict

SCENARIOS = ("renamed", "clean")


@pytest.fixture
async def labs(tmp_path: Path) -> AsyncIterator[list[Lab]]:
    """Two pairs; their sessions are in one file, in this order."""
    started = [await Lab.start(name, tmp_path / name) for name in SCENARIOS]
    write(tmp_path, started)
    yield started
    for lab in started:
        await lab.stop()


def write(folder: Path, labs: list[Lab], change: Callable[[str], str] = lambda text: text) -> None:
    """The sessions of both pairs in one file; the first one's text may be changed."""
    first, second = (lab.sessions_path.read_text() for lab in labs)
    (folder / "all.toml").write_text(change(first) + second)


async def check(folder: Path, *argv: str) -> Answer:
    where = ("--sessions", folder / "all.toml", "--data", folder / "data")
    return await tofutui("check", *where, *argv, home=folder)


def left(lab: Lab) -> bool:
    return not any(server.connections for server in lab.servers.values())


async def test_all_are_reported_in_the_order_of_the_file_with_a_line_each_at_the_end(labs, tmp_path):
    answer = await check(tmp_path, "--all")
    assert (answer.code, answer.err) == (1, "")
    assert re.findall(r"^SESSION (\S+)", answer.out, re.M) == list(SCENARIOS)
    table = answer.out.partition("\nSESSIONS 2\n")[2].splitlines()
    assert [line.split()[:4] for line in table[:2]] == [
        ["renamed", "exit", "1", "complete"],
        ["clean", "exit", "0", "complete"],
    ]
    assert "3 mismatch" in table[0]
    assert table[2:] == ["EXIT 1, the worst of them"]
    assert all(re.match(r"  \S|EXIT ", line) for line in table)


async def test_json_is_one_document_in_the_order_of_the_command_line(labs, tmp_path):
    answer = await check(tmp_path, "clean", "renamed", "--format", "json", "--at-once", "1")
    assert answer.code == 1
    assert list(answer.json) == ["schema", "sessions"]
    assert [compared["session"] for compared in answer.json["sessions"]] == ["clean", "renamed"]
    assert answer.json["sessions"][1]["summary"]["mismatch"] == 3


async def test_one_refused_login_does_not_stop_the_others_and_the_worst_code_counts(labs, tmp_path):
    wrong = 'password_command = "printf wrong"'
    write(tmp_path, labs, lambda text: re.sub(r"^key_file.*$", wrong, text, flags=re.M))
    answer = await check(tmp_path, "--all")
    assert answer.code == 3
    assert len(re.findall(r"^tofutui: renamed, (primary|secondary) ", answer.err, re.M)) == 2
    assert "Traceback" not in answer.err
    assert re.search(r"^  renamed  exit 3  not complete  ", answer.out, re.M)
    assert re.search(r"^  clean    exit 0  complete  ", answer.out, re.M)
    assert answer.out.endswith("EXIT 3, the worst of them\n")
    assert not any("listcerts" in line for sent in labs[0].sent.values() for line in sent)


async def test_a_signal_ends_all_and_every_connection_is_left(labs, tmp_path):
    for lab in labs:
        for node in lab.nodes.values():
            node.hang = "listcerts"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tofutui", "check", "--all", "--sessions", str(tmp_path / "all.toml"),
        "--data", str(tmp_path / "data"), env={**os.environ, "SSH_AUTH_SOCK": ""},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    sent = [node for lab in labs for node in lab.sent]
    assert len(sent) == 4
    await until(lambda: all("listcerts" in " ".join(s) for lab in labs for s in lab.sent.values()))
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    await until(lambda: all(map(left, labs)))


async def test_no_more_are_compared_at_once_than_said(labs, tmp_path):
    for node in labs[0].nodes.values():
        node.hang = "listcerts"
    running = asyncio.create_task(check(tmp_path, "--all", "--at-once", "1"))
    await until(lambda: all("listcerts" in " ".join(sent) for sent in labs[0].sent.values()))
    assert left(labs[1])
    assert not any(labs[1].sent.values())
    for server in labs[0].servers.values():
        await server.stop()
    answer = await running
    assert answer.code == 3
    assert all(labs[1].sent.values())


async def test_how_each_ended_is_kept_for_the_picker(labs, tmp_path):
    await labs[1].servers["secondary"].stop()
    await check(tmp_path, "--all", "--format", "json")
    database = Database(tmp_path / "data" / FILE)
    try:
        results = Results(database).every()
    finally:
        database.close()
    assert set(results) == set(SCENARIOS)
    assert (results["renamed"].complete, results["renamed"].counts[Verdict.MISMATCH]) == (True, 3)
    assert not results["clean"].complete


async def test_a_host_said_to_be_reissued_need_only_stand_in_one_of_them(labs, tmp_path):
    answer = await check(
        tmp_path, "--all", "--reissued", "198.51.100.20", "--reissued", "nowhere", "--format", "json"
    )
    assert answer.err == "tofutui: --reissued nowhere: no row is about this host\n"
    assert json.loads(answer.out)["sessions"]
