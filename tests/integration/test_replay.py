"""A capture that is played looks like the pair it was taken of, to every part of the program."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tofutui as tofutui_package
from tests.support import force_cli, sshd
from tests.support.appliance import LISTCERTS, QUICK, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.captures import capture_of, only_session, played_again, playing, without_times
from tests.support.cli_server import Cli, ask, say
from tests.support.depth import as_long
from tests.support.lab_login import open_shell, running
from tests.support.program import tofutui
from tests.support.terminal import listings, terminal
from tests.support.transcripts import PRIMARY_ROWS, SECONDARY_ROWS
from tests.support.transcripts import session as transcript
from tofutui.capture_file import Capture, CapturedEvent, CapturedKind, CapturedLogin, dumps, loads
from tofutui.config.sessions import load_sessions
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Role, Session, Via


@pytest.mark.parametrize("scenario", ["seed", "renamed", "awkward", "broken", "old", as_long("large")])
async def test_a_capture_of_a_replay_equals_the_capture(scenario: str, tmp_path: Path) -> None:
    async with running(scenario, tmp_path) as lab:
        first = await capture_of(only_session(lab.sessions_path))
    assert len(first.endpoints) >= 2
    second = await played_again(first, tmp_path / "played")
    assert without_times(second) == without_times(first)


@pytest.mark.skipif(sshd.find_sshd() is None, reason="openssh-server is not installed")
async def test_two_openssh_servers_are_played_as_they_were(tmp_path: Path) -> None:
    with ExitStack() as servers:
        nodes = {}
        for role, rows in ((Role.PRIMARY, PRIMARY_ROWS), (Role.SECONDARY, SECONDARY_ROWS)):
            folder = tmp_path / role
            folder.mkdir()
            table = "".join(f"host={key};  subject= /O=Umbrella/CN={name}\n" for key, name in rows)
            (folder / "table.txt").write_text(table)
            command = [sys.executable, force_cli.__file__, str(folder), "--hostname", f"gotham-{role[:3]}"]
            extra = ["--another-user", "--resume-menu"] if role is Role.PRIMARY else []
            server = servers.enter_context(sshd.start(tmp_path / f"{role}-sshd", [*command, *extra]))
            server.write_known_hosts(tmp_path / "known_hosts")
            nodes[role] = NodeSettings(
                role=role, host="127.0.0.1", port=server.port, username=server.user, key_file=server.key_file,
                known_hosts=tmp_path / "known_hosts", addresses=(f"192.0.2.{10 + len(nodes)}",),
            )  # fmt: skip
        session = Session(name="real", nodes=nodes, probe=ProbeSettings(via=Via.OFF))
        first = await capture_of(session)
    assert [len(node["rows"]) for node in first.reading["nodes"].values()] == [3, 3]
    assert first.logins[0].server.startswith("OpenSSH")
    assert "gotham" not in dumps(first)
    second = await played_again(first, tmp_path / "played")
    assert without_times(second) == without_times(first)


async def test_a_transcript_is_played(tmp_path: Path) -> None:
    saved, path = tmp_path / "both.log", tmp_path / "both.jsonl"
    saved.write_text(
        transcript("gotham-pri", PRIMARY_ROWS) + "exit\n" + transcript("gotham-sec", SECONDARY_ROWS)
    )
    answer = await tofutui("capture", "--from", saved, "--output", path, home=tmp_path)
    assert answer.code == 0, answer.err
    first = loads(path.read_text())
    second = await played_again(first, tmp_path / "played")
    for role in ("primary", "secondary"):
        before, after = first.reading["nodes"][role], second.reading["nodes"][role]
        assert [row for row in after["rows"] if row["raw"]] == before["rows"]
        assert (after["version"], after["ha"], after["complete"]) == ("3.7.0", before["ha"], True)


async def test_check_offline_capture_and_the_app_work_against_a_replay(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab:
        real = await tofutui(
            "check", "seed", "--format", "json", "--sessions", lab.sessions_path, "--data", tmp_path / "none",
            home=tmp_path,
        )  # fmt: skip
        capture = await capture_of(only_session(lab.sessions_path))
    path = tmp_path / "pair.jsonl"
    path.write_text(dumps(capture))
    async with _lab_program(path, tmp_path) as sessions:
        options = ("--sessions", sessions, "--data", tmp_path / "data")
        checked = await tofutui("check", "replay", "--format", "json", *options, home=tmp_path)
        again = tmp_path / "again.jsonl"
        assert (await tofutui("capture", "replay", *options, "--output", again, home=tmp_path)).code == 0
        shown = await asyncio.to_thread(_in_the_app, sessions, tmp_path)
        saved = await _typed(sessions, tmp_path)
        offline = await tofutui(
            "offline", "--primary", saved, "--session", "replay", "--format", "json", *options, home=tmp_path
        )
    assert checked.code == real.code
    for role in ("primary", "secondary"):
        nodes = [answer.json["nodes"][role] for answer in (real, checked)]
        assert [e["verdict"] for e in nodes[1]["entries"]] == [e["verdict"] for e in nodes[0]["entries"]]
        assert [len(e["why"]) for e in nodes[1]["entries"]] == [len(e["why"]) for e in nodes[0]["entries"]]
    stale = sum(e["verdict"] == "mismatch" for role in real.json["nodes"].values() for e in role["entries"])
    assert f"{stale} mismatch" in shown.splitlines()[0]
    assert listings(shown) == 2
    assert offline.verdicts("primary") == checked.verdicts("primary")
    assert without_times(loads(again.read_text())) == without_times(capture)


@asynccontextmanager
async def _lab_program(path: Path, home: Path) -> AsyncIterator[str]:
    """``tofutui lab --replay``; the path of its sessions file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tofutui", "lab", "--replay", str(path), "--until-eof"),
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    assert process.stdin
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        yield line.decode().strip().removeprefix("sessions: ")
    finally:
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 20) == 0


def _in_the_app(sessions: str, folder: Path) -> str:
    """The first screen of the app, once both nodes of the replay are compared."""
    command = [sys.executable, "-m", "tofutui", "replay", "--sessions", sessions]
    command += ["--data", str(folder / "app-data")]
    code = str(Path(tofutui_package.__file__).parents[1])
    with terminal(command, folder, PYTHONPATH=code) as app:
        shown = app.wait_for(
            lambda screen: listings(screen) == 2 and " mismatch" in screen.splitlines()[0], 60
        )
        app.press("q")
        assert app.wait_end() == 0
    return shown


async def _typed(sessions: str, folder: Path) -> Path:
    """What a person's terminal shows of the primary: one `listcerts`."""
    import asyncssh

    (session,) = load_sessions(Path(sessions)).values()
    node = session.nodes[Role.PRIMARY]
    async with asyncssh.connect(
        node.host,
        node.port,
        username="admin",
        client_keys=[str(node.key_file)],
        known_hosts=None,
        config=None,
    ) as connection:
        typist = await open_shell(connection)
        shown = await typist.expect("/admin# ")
        typist.type(f"{LISTCERTS}\r")
        shown += await typist.expect("/admin# ")
    path = folder / "typed.log"
    path.write_bytes(shown.encode())
    return path


async def test_what_is_not_in_a_capture_is_refused_as_a_command_line_does(tmp_path: Path) -> None:
    login = CapturedLogin(
        node="primary",
        events=(
            CapturedEvent(CapturedKind.RECEIVED, 0.0, b"x/admin# "),
            CapturedEvent(CapturedKind.SENT, 0.1, b"terminal length 0\r"),
            CapturedEvent(CapturedKind.RECEIVED, 0.3, b"terminal length 0\r\nx/admin# "),
        ),
    )
    node = {"addresses": ["192.0.2.1"], "hm_port": 8082, "legacy_ssh": False}
    capture = Capture(
        tool="", taken_at="", real_names=True, source="pair", logins=(login,), endpoints=(), reading={},
        session={"nodes": {"primary": node}, "virtual_ip": [], "remotes": [],
                 "probe": {"via": "off", "timeout": 5.0}},
    )  # fmt: skip
    second = await played_again(capture, tmp_path / "played")
    reading = second.reading["nodes"]["primary"]
    assert (reading["complete"], reading["hostname"]) == (False, "x")
    assert "% invalid command" in reading["error"]


@st.composite
def _nodes(draw: st.DrawFn) -> Cli:
    """A node with a random table in a random grammar, behind random dialogues, echoes, pagers and wraps."""
    words = st.sampled_from(["Vorwick", "Kelborg", "münch", "zan01", "Prime", "R/D"])
    form = draw(st.sampled_from(["host={};  subject= /O={}/CN={}\n", "host={};  subject=O = {}, CN = {} \n"]))
    hosts = st.sampled_from(["10.1.{0}.9", "2001:db8::{0}a", "sw-{0}.vorwick.net", "1X.XX.XX.X{0}"])
    count = draw(st.integers(0, 5))
    rows = [form.format(f"{draw(hosts).format(n)}_443", draw(words), draw(words)) for n in range(count)]
    if rows and draw(st.booleans()):
        rows[-1] = rows[-1][:30] + "\n" + rows[-1][30:]
    extra = draw(st.sampled_from(["", "Total: 3\n", "Reading 10%\rReading 20%\r\n"]))
    before = [
        say("Hello from Kelborg\n"),
        ask("Press <Enter> to continue", ""),
        ask("Vorwick wants: ", "yes"),
    ]
    return Cli(
        prompt=draw(st.sampled_from(["vor-pri/admin# ", "zan01/kel> "])),
        echo=draw(st.sampled_from(["plain", "none", "prompt", "wrapped", "escapes", "crcrlf"])),
        page=draw(st.sampled_from([0, 3])),
        terminal_length=draw(st.booleans()),
        before_prompt=before[: draw(st.integers(0, 3))],
        commands={LISTCERTS: "\n" + "".join(rows) + extra, "show clock": "Mon Nov 23 14:02:38 UTC 2026\n"},
    )


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cli=_nodes())
def test_whatever_a_node_prints_is_played_as_it_was(
    cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")

    async def twice() -> None:
        async with serving(cli) as server:
            trust(folder / "known_hosts", f"[127.0.0.1]:{server.port}", host_key())
            node = NodeSettings(
                role=Role.PRIMARY, host="127.0.0.1", port=server.port, known_hosts=folder / "known_hosts"
            )
            session = Session(name="x", nodes={Role.PRIMARY: node}, probe=ProbeSettings(via=Via.OFF))
            asker = ScriptedAsker(passwords=[next(iter(cli.users.values()))], dialogues=["yes"])
            first = await capture_of(session, asker, QUICK)
        second = await played_again(first, folder / "played", ScriptedAsker(dialogues=["yes"]), QUICK)
        logins = tuple(replace(login, algorithms={}) for login in first.logins)
        played = tuple(replace(login, algorithms={}) for login in second.logins)
        assert without_times(replace(second, logins=played)) == without_times(replace(first, logins=logins))

    asyncio.run(twice())


async def test_the_pauses_of_the_original_can_be_kept(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab:
        capture = await capture_of(only_session(lab.sessions_path))
    slow = tuple(
        replace(login, events=(login.events[0], *(replace(e, at=e.at + 0.7) for e in login.events[1:])))
        for login in capture.logins
    )
    async with playing(replace(capture, logins=slow), tmp_path / "played", timing=True) as site:
        again = await capture_of(only_session(site.sessions_path))
    window, prompt = again.logins[0].events[:2]
    assert prompt.at - window.at >= 0.6
    assert without_times(again) == without_times(capture)
