"""Stored runs: every change on disk, one holder at a time, and values that come back as they were."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fake_bench import NOW, session
from tofutui.guide import engine
from tofutui.guide.playbook import playbooks
from tofutui.guide.run_lease import Me, is_free
from tofutui.history.codec import from_json
from tofutui.history.database import FILE, Database, HistoryError
from tofutui.history.runs import LeaseLost, Runs
from tofutui.tofu.guide_run import Lease, Run, RunEvent

EVENT = RunEvent(NOW, "ops", "preflight", "done")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / FILE)
    yield opened
    opened.close()


def lease(token: str, pid: int = 1, host: str = "jump01") -> Lease:
    return Lease(host=host, user="ops", pid=pid, since=NOW, token=token)


def begun() -> Run:
    return engine.begin(playbooks()["ha-reregister"], session(), operator="ops", seen_from="j", now=NOW)


def test_a_run_comes_back_from_another_process_as_it_was_saved(database: Database, tmp_path: Path) -> None:
    runs = Runs(database)
    run = runs.begin(begun(), lease("a"), EVENT)
    run = engine.done(run, "preflight", by="ops\udc80", now=NOW, seen="no check fails")
    runs.save(run, lease("a"), EVENT)
    other = Database(tmp_path / FILE)
    held = Runs(other).open_run("site-a")
    other.close()
    assert held is not None
    assert held.run == engine.done(
        replace(run, steps=begun().steps), "preflight", by="ops\\udc80", now=NOW, seen="no check fails"
    )
    assert held.lease == lease("a")
    assert [event.text for event in runs.events(run.id)] == ["done", "done"]


def test_who_lost_the_lease_writes_nothing(database: Database) -> None:
    runs = Runs(database)
    run = runs.begin(begun(), lease("a"), EVENT)
    runs.take(run.id, lease("b", pid=2), lease("a"), EVENT)
    with pytest.raises(LeaseLost, match=r"held by ops on jump01 \(process 2\) since 2026-11-23 14:02Z"):
        runs.save(engine.done(run, "preflight", by="ops", now=NOW), lease("a"), EVENT)
    held = runs.get(run.id)
    assert held is not None
    assert held.run == run
    runs.release(run.id, lease("a"))
    assert runs.get(run.id).lease == lease("b", pid=2)  # type: ignore[union-attr]


def test_two_who_take_the_same_run_one_is_faster(database: Database) -> None:
    runs = Runs(database)
    run = runs.begin(begun(), lease("a"), EVENT)
    runs.take(run.id, lease("b"), lease("a"), EVENT)
    with pytest.raises(LeaseLost):
        runs.take(run.id, lease("c"), lease("a"), EVENT)


def test_an_ended_run_is_not_open_any_more(database: Database) -> None:
    runs = Runs(database)
    run = runs.begin(begun(), lease("a"), EVENT)
    runs.save(replace(run, ended=NOW), lease("a"), EVENT)
    assert runs.open_run("site-a") is None
    assert runs.newest("site-a") is not None
    assert runs.open_run("another") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"session": 1}', "nonsense"])
def test_what_is_not_a_run_is_said_to_be_none(text: str) -> None:
    with pytest.raises(HistoryError, match="a stored Run cannot be read"):
        from_json(Run, text)


def test_a_process_that_is_gone_holds_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    me = Me("jump01", "ops", os.getpid())
    assert is_free(None, me)
    assert is_free(lease("a", pid=gone.pid), me)
    assert not is_free(lease("a", pid=os.getppid()), me)
    assert not is_free(lease("a", pid=gone.pid, host="elsewhere"), me)
