"""The demo's simulated pair: a process of its own that never outlives the app."""

import os
import signal
import subprocess
import sys

import pytest

from tofutui.cli.commands.demo import DemoError, lab_process
from tofutui.config.sessions import load_sessions
from tofutui.tofu.site.session import Role


def end_of(pid_file_descriptor: int) -> None:
    """Wait until the process behind a pidfd has ended."""
    import select

    ready, _, _ = select.select([pid_file_descriptor], [], [], 20)
    assert ready, "the simulated pair outlives its owner"


def test_it_serves_inside_the_block_and_is_gone_after_it():
    with lab_process("renamed") as lab:
        files = lab.files()
        assert list(load_sessions(files.sessions)) == ["renamed"]
        assert set(files.logs) == set(Role)
        assert files.data.is_dir()
    assert not files.sessions.parent.exists()


def test_it_is_gone_after_an_error_in_the_block_too():
    def fail() -> None:
        with lab_process("clean") as lab:
            seen.append(lab.files().sessions)
            raise KeyboardInterrupt

    seen = []
    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not seen[0].parent.exists()


def test_an_unknown_scenario_is_told_in_the_labs_own_words():
    with lab_process("nonsense") as lab, pytest.raises(DemoError) as caught:
        lab.files()
    assert "no scenario 'nonsense'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scenario_that_looks_like_an_option_is_none():
    with lab_process("--version") as lab, pytest.raises(DemoError, match="did not start"):
        lab.files()


def test_it_ends_when_its_owner_is_killed():
    program = (
        "import sys\nfrom tofutui.cli.commands.demo import lab_process\n"
        "with lab_process('clean') as lab:\n"
        "    print(lab.files().sessions, lab._process.pid, flush=True)\n    sys.stdin.read()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    _, pid = owner.stdout.readline().split()
    watch = os.pidfd_open(int(pid))
    try:
        owner.send_signal(signal.SIGKILL)
        owner.communicate()
        end_of(watch)
    finally:
        os.close(watch)
