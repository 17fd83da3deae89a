"""The log files of a session: read together, again where they changed, dated by the node's clock."""

import gzip
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tofutui.config.archives import Source
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.workbench.evidence import logs
from tofutui.workbench.evidence.logs import LogsRead, SessionLogs, read_logs
from tofutui.workbench.evidence.operator import Testimony as Sworn  # pytest would take it for a test class

NAME = "CN=prime-sec, OU=Prime Infra"
AT = datetime(2026, 11, 23, 14, 2, 11)


def line(stamp: str = "11/23/26 14:02:11.000", name: str = NAME) -> str:
    return (
        f"{stamp} ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust Trust-on-first-use is "
        "configure for this connection. Current certificate of the remote host is different from what was "
        f"used earlier - {name}\n"
    )


def counts(read: LogsRead | None) -> dict[str, int]:
    assert read is not None
    return {failure.name: failure.count for failure in read.digest.failures}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were opened."""
    messages: list[str] = []
    real = logs.open_logs

    def noting(path: Path) -> Iterator[Source]:
        messages.append(path.name)
        return real(path)

    monkeypatch.setattr(logs, "open_logs", noting)
    return messages


def session(**primary: tuple[str, ...]) -> Session:
    nodes = {
        Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="192.0.2.10", **primary),
        Role.SECONDARY: NodeSettings(role=Role.SECONDARY, host="192.0.2.11"),
    }
    return Session(name="s", nodes=nodes)


def test_a_rotated_set_is_one_digest(tmp_path: Path) -> None:
    (tmp_path / "hm-0-0.log").write_text(line() * 3)
    (tmp_path / "hm-0-1.log.gz").write_bytes(gzip.compress(line("11/22/26 10:00:00.000").encode() * 4))
    (tmp_path / "ncs-0-0.log").write_text(line(name="CN=ISE-server"))
    read = read_logs([str(tmp_path)], None)
    assert counts(read) == {NAME: 7, "CN=ISE-server": 1}
    first = read.digest.failures[0]
    assert (first.first, first.last) == (datetime(2026, 11, 22, 10), AT)
    assert (read.remarks, read.silent) == ((), ())


def test_a_file_named_in_several_ways_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "hm-0-0.log"
    path.write_text(line())
    (tmp_path / "link.log").symlink_to(path)
    names = [str(path), f"{tmp_path}/*.log", str(tmp_path), f"{tmp_path}/link.log", str(path)]
    assert counts(read_logs(names, None)) == {NAME: 1}


def test_only_what_changed_is_read_again(tmp_path: Path, opened: list[str]) -> None:
    old, new = tmp_path / "hm-0-1.log", tmp_path / "hm-0-0.log"
    old.write_text(line())
    new.write_text(line())
    first = read_logs([str(tmp_path)], AT)
    with new.open("a") as file:
        file.write(line())
    opened.clear()
    second = read_logs([str(tmp_path)], AT, first.files)
    assert (opened, counts(second)) == (["hm-0-0.log"], {NAME: 3})
    opened.clear()
    assert counts(read_logs([str(tmp_path)], AT + timedelta(days=1), second.files)) == {NAME: 3}
    assert sorted(opened) == ["hm-0-0.log", "hm-0-1.log"]
    old.unlink()
    assert counts(read_logs([str(tmp_path)], AT, second.files)) == {NAME: 2}


def test_what_cannot_be_read_is_reported_and_the_rest_counts(tmp_path: Path) -> None:
    (tmp_path / "hm-0-0.log").write_text(line())
    (tmp_path / "cut.log.gz").write_bytes(gzip.compress(line().encode() * 50)[:-9])
    gone = f"{tmp_path}/gone.log"
    read = read_logs([gone, str(tmp_path), gone], None)
    assert counts(read) == {NAME: 51}
    assert [remark.rpartition("/")[2] for remark in read.remarks] == [
        "gone.log: no such file",
        "cut.log.gz: the gzip data are cut off",
    ]


def test_names_that_tell_of_nothing_are_known(tmp_path: Path) -> None:
    for name, text in (("empty.log", ""), ("quiet.log", "all is well\n"), ("loud.log", line())):
        (tmp_path / name).write_text(text)
    (tmp_path / "other.log").write_text("java.net.ConnectException: Connection refused\n")
    names = [f"{tmp_path}/{name}" for name in ("empty.log", "quiet.log", "loud.log", "other.log", "gone.log")]
    assert read_logs(names, None).silent == tuple(names[:2])


def test_an_archive_without_logs_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(bytes(10240))
    read = read_logs([f"{tmp_path}/a.tar"], None)
    assert "no log in this archive" in read.remarks[0]
    assert read.silent == ()


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "hm-0-0.log").write_text(line())
    assert counts(read_logs([str(tmp_path)], None, None, lambda: True)) == {}


async def test_a_pipe_is_read_once_and_remembered(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    holder = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(holder, line().encode())
    logs = SessionLogs(session(logs=(f"{tmp_path}/pipe",)), Sworn(), {}, lambda: datetime.now(UTC))
    closing = threading.Timer(0.2, os.close, [holder])
    closing.start()
    await logs.read(Role.PRIMARY)
    closing.join()
    await logs.read(Role.PRIMARY)
    assert counts(logs._read[Role.PRIMARY]) == {NAME: 1}


async def test_what_files_say_is_replaced_and_never_added(tmp_path: Path) -> None:
    path = tmp_path / "hm-0-0.log"
    path.write_text(line())
    testimony = Sworn()
    logs = SessionLogs(session(logs=(str(path),)), testimony, {}, lambda: datetime.now(UTC))
    assert await logs.read(Role.PRIMARY)
    assert not await logs.read(Role.PRIMARY)
    assert not await logs.read(Role.SECONDARY)
    path.write_text(line() * 2)
    assert await logs.read(Role.PRIMARY)
    (log,) = testimony.every_log
    assert (log.role, log.digest.failures[0].count) == (Role.PRIMARY, 2)
    path.unlink()
    assert await logs.read(Role.PRIMARY)
    assert testimony.files[Role.PRIMARY].digest.failures == ()
    assert logs.troubles(Role.PRIMARY) == (f"{path}: no such file",)


async def test_files_named_later_join_those_of_the_settings(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(line(name=f"CN={name}"))
    testimony = Sworn()
    logs = SessionLogs(session(logs=(f"{tmp_path}/a.log",)), testimony, {}, lambda: datetime.now(UTC))
    for _ in range(2):
        assert counts(await logs.add([f"{tmp_path}/b.log"], Role.PRIMARY)) == {"CN=b.log": 1}
    (log,) = testimony.every_log
    assert {f.name: f.count for f in log.digest.failures} == {"CN=a.log": 1, "CN=b.log": 1}
    assert counts(await logs.add([f"{tmp_path}/b.log"], None)) == {"CN=b.log": 1}
    assert {log.role for log in testimony.every_log} == {Role.PRIMARY, None}


@pytest.mark.parametrize(
    ("role", "clocks", "last"),
    [
        (Role.PRIMARY, {}, None),
        (None, {}, None),
        (Role.PRIMARY, {Role.PRIMARY: 2026}, AT),
        (Role.PRIMARY, {Role.SECONDARY: 2026}, None),
        (Role.PRIMARY, {Role.PRIMARY: 2019, Role.SECONDARY: 2026}, AT.replace(year=2019)),
        (None, {Role.SECONDARY: 2026}, AT),
    ],
)
async def test_stamps_without_a_year_get_that_of_the_nodes_clock(
    tmp_path: Path, role: Role | None, clocks: dict[Role, int], last: datetime | None
) -> None:
    path = tmp_path / "syslog"
    path.write_text(line("Nov 23 14:02:11 prime-pri hm:"))
    read_at = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    known = {
        where: NodeClock(local=AT.replace(year=year, day=22), zone="CET", at=read_at - timedelta(days=1))
        for where, year in clocks.items()
    }
    logs = SessionLogs(session(), Sworn(), known, lambda: read_at)
    (failure,) = (await logs.add([str(path)], role)).digest.failures
    assert failure.last == last
