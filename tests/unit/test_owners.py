"""Which program a journal entry belongs to, and whether it still runs."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from tofutui.history.owners import PATIENCE, Owner, OwnerWatch, owner_of, started, this_process

ME = this_process("me")


class Clock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def alive(owner: Owner | None, beat: int = 0, watch: OwnerWatch | None = None) -> bool:
    return (watch or OwnerWatch(ME)).is_alive(1, str(owner) if owner else None, beat)


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_an_owner_is_read_as_it_was_written():
    for owner in (ME, replace(ME, started=""), Owner("host/boot/pid:[1]", 7, "123", "token")):
        assert owner_of(str(owner)) == owner


@pytest.mark.parametrize("text", ["", "x", "a b c d", "a 1 2", "a 1 2 3 4"])
def test_what_is_not_an_owner_is_nobody(text):
    assert owner_of(text) is None
    assert not OwnerWatch(ME).is_alive(1, text, 5)


def test_another_session_of_this_process_is_alive_and_nobody_is_not():
    assert alive(this_process("another"))
    assert not alive(None)


def test_a_process_is_alive_until_it_ends_even_when_it_is_stopped(child):
    owner = replace(ME, pid=child.pid, started=started(child.pid), token="x")
    clock = Clock()
    watch = OwnerWatch(ME, clock)
    child.send_signal(signal.SIGSTOP)
    assert alive(owner, 0, watch)
    clock.now += 100 * PATIENCE
    assert alive(owner, 0, watch)
    child.kill()
    child.wait()
    assert not alive(owner, 0, watch)


@pytest.mark.parametrize("start", ["1", "999999999999"])
def test_the_same_number_with_another_start_is_another_process(child, start):
    assert not alive(replace(ME, pid=child.pid, started=start, token="x"))


def test_elsewhere_only_the_heartbeat_counts_and_no_wall_clock():
    clock = Clock()
    watch = OwnerWatch(ME, clock)
    owner = Owner("another-machine", os.getpid(), "1", "x")
    assert alive(owner, 4, watch)
    clock.now += PATIENCE - 1
    assert alive(owner, 4, watch)
    clock.now += 2
    assert not alive(owner, 4, watch)
    assert alive(owner, 5, watch)
    clock.now += PATIENCE + 1
    assert not alive(owner, 5, watch)


def test_where_the_kernel_says_no_start_a_missing_process_is_gone_and_a_present_one_beats(child):
    clock = Clock()
    watch = OwnerWatch(ME, clock)
    owner = replace(ME, pid=child.pid, started="", token="x")
    assert alive(owner, 0, watch)
    clock.now += PATIENCE + 1
    assert not alive(owner, 0, watch)
    assert alive(owner, 1, watch)
    child.kill()
    child.wait()
    assert not alive(owner, 2, watch)
