"""A history that another program holds, or a file system that does not answer, when a session is opened."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.fake_bench import session
from tofutui.appliance.questions import NoAsker
from tofutui.history.database import FILE, Database
from tofutui.tofu.site.session import Role
from tofutui.ui import backend
from tofutui.ui.backend import opener

WAITING = "waiting for the history, another tofutui is writing"


@contextmanager
def held(path: Path, begin: str) -> Iterator[sqlite3.Connection]:
    """The file in the hands of another connection."""
    other = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    other.execute(begin)
    try:
        yield other
    finally:
        other.close()


@pytest.fixture
def history(tmp_path: Path) -> Path:
    Database(tmp_path / FILE).close()
    return tmp_path / FILE


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
async def test_a_lock_that_is_let_go_is_waited_for_and_said(history: Path, begin: str) -> None:
    said: list[str] = []
    with held(history, begin) as other:

        def heard(text: str) -> None:
            said.append(text)
            threading.Thread(target=other.rollback).start()

        opened = await opener(history.parent, waiting=heard)(session(), NoAsker(), lambda change: None)
        assert said[:1] == [WAITING]
        assert "no journal" not in (opened.runner.why_not(Role.PRIMARY) or "")
        assert opened.notice == ""
        await opened.close()


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
async def test_with_a_lock_that_stays_the_session_opens_without_history(
    history: Path, begin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "HISTORY_WITHIN", 7.0)
    said: list[str] = []
    with held(history, begin):
        opened = await opener(history.parent, waiting=said.append)(session(), NoAsker(), lambda change: None)
        assert WAITING in said
        assert "working without history" in opened.notice
        assert "another program is writing to it" in opened.notice
        assert "no journal" in (opened.runner.why_not(Role.PRIMARY) or "")
        await opened.close()


async def test_a_file_system_that_never_answers_does_not_keep_the_session(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "HISTORY_WITHIN", 1.0)
    never = threading.Event()

    def hangs(*_: object) -> None:
        never.wait()

    monkeypatch.setattr(backend, "_open_history", hangs)
    try:
        opened = await opener(history.parent)(session(), NoAsker(), lambda change: None)
    finally:
        never.set()
    assert "not opened within" in opened.notice
    await opened.close()
