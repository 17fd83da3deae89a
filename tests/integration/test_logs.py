"""What the nodes' log files prove, in every form they may be given, on the simulated pair."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.lab_login import QUICK, SLOW
from tests.support.live import ISE, PRIMARY, SECONDARY
from tofutui.appliance.questions import NoAsker
from tofutui.cli.commands.demo import LabFiles, lab_process
from tofutui.config.sessions import load_sessions
from tofutui.history.database import FILE, Database
from tofutui.history.row_history import Sightings
from tofutui.lab.pair import Lab, LabPace
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role, Session
from tofutui.workbench import Workbench

PEERS = ((Role.PRIMARY, SECONDARY), (Role.SECONDARY, PRIMARY))


class Clock:
    """The time of a whole simulated site and of its observer."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def site(
    scenario: str, folder: Path, pace: LabPace = SLOW, clock: Clock | None = None
) -> AsyncIterator[Lab]:
    lab = await Lab.start(scenario, folder, pace=pace, clock=clock or Clock())
    try:
        yield lab
    finally:
        await lab.stop()


@asynccontextmanager
async def bench_on(
    session: Session, clock: Clock | None = None, sightings: Sightings | None = None
) -> AsyncIterator[Workbench]:
    bench = Workbench(session, NoAsker(), clock=clock or Clock(), sightings=sightings)
    try:
        yield bench
    finally:
        await bench.close()


def entry(comparison: Comparison, role: Role, key: str) -> Entry:
    return next(e for e in comparison.nodes[role].entries.values() if e.key == key)


def peers(comparison: Comparison) -> list[Verdict]:
    return [entry(comparison, role, key).verdict for role, key in PEERS]


def demo_session(lab: Lab) -> Session:
    (session,) = load_sessions(lab.sessions_path).values()
    return LabFiles(lab.sessions_path, lab.data_path).demo_of(session)


def with_logs(lab: Lab, **names: str) -> Path:
    """The lab's sessions file with a ``logs`` key for each node."""
    text = lab.sessions_path.read_text()
    for role, name in names.items():
        text = text.replace(f".{role}]\n", f'.{role}]\nlogs = ["{name}"]\n')
    assert text.count("logs = [") == len(names)
    lab.sessions_path.write_text(text)
    return lab.sessions_path


async def check(lab: Lab, *argv: str) -> tuple[int, dict[tuple[str, str], str], str]:
    """Exit code, verdicts of remote rows by role and key, and stderr."""
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "tofutui",
            "check",
            "seed",
            "--format",
            "lines",
            "--data",
            str(lab.data_path / "none"),
            *argv,
        ),
        env={**os.environ, "TOFUTUI_SESSIONS": str(lab.sessions_path), "SSH_AUTH_SOCK": ""},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    rows = re.findall(r"(?m)^(primary|secondary)\s+(\S+)\s+(\S+)\s{2,}(?!.*\(own:)", out.decode())
    return process.returncode or 0, {(role, key): verdict for role, verdict, key in rows}, err.decode()


ALL_STALE = {("primary", ISE): "mismatch", **{(role, key): "mismatch" for role, key in PEERS}}


@pytest.mark.parametrize("form", ["folder", "glob", "zip", "gztar", "tar"])
async def test_check_takes_logs_in_every_form(tmp_path: Path, form: str) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        given = []
        for role, path in lab.log_paths.items():
            name = {"folder": str(path.parent), "glob": f"{path.parent}/*.log"}.get(form)
            name = name or shutil.make_archive(str(tmp_path / f"bundle-{role}"), form, path.parent)
            given.append(f"--log={role}={name}")
        assert await check(lab, *given) == (1, ALL_STALE, "")


async def test_logs_of_the_sessions_file_are_read_from_beside_it(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        with_logs(lab, primary="logs/primary/", secondary="logs/secondary/hm-*.log")
        assert await check(lab) == (1, ALL_STALE, "")


async def test_a_missing_log_is_a_remark_and_no_error(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        with_logs(lab, primary="logs/primary/", secondary="gone/hm-*.log")
        code, rows, err = await check(lab, "--no-probe")
        assert (code, rows["primary", SECONDARY]) == (1, "suspect")
        assert err.count("\n") == 1
        assert "gone/hm-*.log: no file matches this pattern" in err


async def test_a_log_that_is_not_there_or_whose_node_is_not_is_a_usage_error(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        for name in ("gone.log", f"{tmp_path}/*.gone", "primary=gone.log"):
            code, _, err = await check(lab, "--log", name)
            assert (code, err.count("\n")) == (2, 1)
            assert "gone" in err
        (tmp_path / "quiet.log").write_text("all is well\n")
        assert "quiet.log: no TOFU failure in it" in (await check(lab, f"--log={tmp_path}/quiet.log"))[2]


async def test_the_demo_proves_the_peers_by_their_logs_with_the_history_as_another_reason() -> None:
    with lab_process("seed") as process:
        files = await asyncio.to_thread(process.files)
        (plain,) = load_sessions(files.sessions).values()
        assert all(node.logs == () for node in plain.nodes.values())
        database = Database(files.data / FILE)
        try:
            texts = []
            for session, history in ((files.demo_of(plain), True), (plain, True), (plain, False)):
                sightings = Sightings(database) if history else None
                async with bench_on(session, sightings=sightings) as bench:
                    await bench.refresh()
                    texts.append(bench.comparison)
        finally:
            database.close()
    demo, without_logs, without_all = texts
    assert demo.session.demo
    assert peers(demo) == [Verdict.MISMATCH] * 2
    assert peers(without_logs) == [Verdict.SUSPECT] * 2
    assert peers(without_all) == [Verdict.SAME_NAME] * 2
    for role, key in PEERS:
        kinds = [evidence.kind for evidence in entry(demo, role, key).judgement.evidence]
        assert kinds.index("log") < kinds.index("history")
        assert "TOFU failed" in entry(demo, role, key).judgement.why[0]
    for comparison in texts:
        ise = entry(comparison, Role.PRIMARY, ISE)
        assert (ise.verdict, ise.judgement.evidence[0].kind) == (Verdict.MISMATCH, "names")
        assert all(not node.notices for node in comparison.nodes.values())


async def wait_for_failures_since(lab: Lab, at: datetime) -> None:
    """Until both health monitor logs hold a failure of this time or later, by the nodes' own clocks."""
    for role, path in lab.log_paths.items():
        since = lab.nodes[role].local(at)
        async with asyncio.timeout(20):
            while True:
                stamps = re.findall(r"(?m)^(\S+ \S+) ERROR", path.read_text())
                if stamps and datetime.strptime(stamps[-1], "%m/%d/%y %H:%M:%S.%f") >= since:
                    break
                await asyncio.sleep(0.02)


async def test_after_20_minutes_the_demo_says_the_same_because_the_failures_go_on(tmp_path: Path) -> None:
    clock = Clock()
    async with (
        site("seed", tmp_path / "lab", QUICK, clock) as lab,
        bench_on(demo_session(lab), clock) as bench,
    ):
        await bench.refresh()
        assert peers(bench.comparison) == [Verdict.MISMATCH] * 2
        clock.ahead += timedelta(minutes=20)
        await wait_for_failures_since(lab, clock())
        await bench.refresh()
        assert peers(bench.comparison) == [Verdict.MISMATCH] * 2
        assert entry(bench.comparison, Role.PRIMARY, ISE).verdict is Verdict.MISMATCH


async def test_after_20_minutes_of_silence_the_same_log_is_only_a_hint(tmp_path: Path) -> None:
    clock = Clock()
    async with (
        site("seed", tmp_path / "lab", SLOW, clock) as lab,
        bench_on(demo_session(lab), clock) as bench,
    ):
        await bench.refresh()
        assert peers(bench.comparison) == [Verdict.MISMATCH] * 2
        clock.ahead += timedelta(minutes=20)
        await bench.refresh()
        assert peers(bench.comparison) == [Verdict.SUSPECT] * 2
        assert "older than this listing" in entry(bench.comparison, Role.PRIMARY, SECONDARY).judgement.why[0]


async def test_a_log_is_read_again_at_each_refresh(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab, bench_on(demo_session(lab)) as bench:
        log = lab.log_paths["primary"]
        for events in (4, 5, 6):
            text = log.read_text()
            await bench.refresh()
            assert f"{events} times" in entry(bench.comparison, Role.PRIMARY, SECONDARY).judgement.why[0]
            lab.nodes["primary"].retry_rejected()
            assert len(log.read_text()) > len(text)
        log.unlink()
        await bench.refresh([Role.PRIMARY])
        assert peers(bench.comparison) == [Verdict.SAME_NAME, Verdict.MISMATCH]
        assert bench.comparison.nodes[Role.PRIMARY].notices == (f"{log}: no such file",)
        assert bench.comparison.nodes[Role.SECONDARY].notices == ()


async def test_files_named_in_the_app_count_at_once_and_from_then_on(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        (session,) = load_sessions(lab.sessions_path).values()
        async with bench_on(session) as bench:
            await bench.refresh()
            assert peers(bench.comparison) == [Verdict.SAME_NAME] * 2
            read = await bench.add_log_files([str(lab.log_paths["primary"].parent)], Role.PRIMARY)
            assert sum(failure.count for failure in read.digest.failures) == 8
            missing = await bench.add_log_files([str(tmp_path / "gone")], Role.SECONDARY)
            assert missing.remarks == (f"{tmp_path}/gone: no such file",)
            async with asyncio.timeout(20):
                while peers(bench.comparison) != [Verdict.MISMATCH, Verdict.SAME_NAME]:
                    await asyncio.sleep(0.02)
            await bench.refresh()
            assert peers(bench.comparison) == [Verdict.MISMATCH, Verdict.SAME_NAME]
            assert bench.comparison.nodes[Role.SECONDARY].notices == (f"{tmp_path}/gone: no such file",)


async def test_a_log_of_an_unnamed_node_is_a_hint_for_either(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        (session,) = load_sessions(lab.sessions_path).values()
        async with bench_on(session) as bench:
            bench.logs.watch([str(path) for path in lab.log_paths.values()], None)
            await bench.refresh()
            assert peers(bench.comparison) == [Verdict.SUSPECT] * 2


async def test_syslog_stamps_without_a_year_prove_by_the_nodes_clock(tmp_path: Path) -> None:
    async with site("seed", tmp_path / "lab") as lab:
        node, certificate = lab.nodes["primary"], lab.endpoint("192.0.2.11:8082").identity.certificate
        events: list[str] = []
        for at in (node.now() - timedelta(seconds=40), node.now()):  # one alone proves nothing of a first run
            node.logs.rejected(at, certificate, is_peer=True)
            first, *rest = node.logs.health.read_text().splitlines()[-3:]
            said = first.partition(" ERROR ")[2]
            events += [f"{at:%b} {at.day:2d} {at:%H:%M:%S} prime-pri hm: {said}", *rest]
        (tmp_path / "syslog").write_text("\n".join(events))
        (session,) = load_sessions(with_logs(lab, primary=str(tmp_path / "syslog"))).values()
        async with bench_on(session) as bench:
            await bench.refresh()
            assert peers(bench.comparison) == [Verdict.MISMATCH, Verdict.SAME_NAME]
