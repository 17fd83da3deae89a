"""`serve` as a process: what it prints, obeys and leaves behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SCRIPT = """
import asyncio, sys
from tofutui.lab.main import serve
sys.exit(asyncio.run(serve(sys.argv[1], until_eof=sys.argv[2] == "eof")))
"""


@contextmanager
def served(tmp_path: Path, scenario: str = "seed", mode: str = "") -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-W", "error::ResourceWarning", "-c", SCRIPT, scenario, mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def introduction(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    assert process.stderr is not None
    lines = [process.stdout.readline().rstrip("\n").partition(": ") for _ in range(2)]
    assert [line[0] for line in lines] == ["sessions", "data"]
    lines += [process.stderr.readline().rstrip("\n").partition(": ") for _ in range(5)]
    return {name: value for name, _, value in lines}


def ask(process: "subprocess.Popen[str]", line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return process.stdout.readline().rstrip("\n")


def test_it_says_where_things_are_and_obeys(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        said = introduction(process)
        assert Path(said["sessions"]).is_file()
        assert list(Path(said["data"]).iterdir()) == []
        before = Path(said["log secondary"]).stat().st_size
        assert ask(process, "reissue 192.0.2.10:8082") == "ok"
        assert ask(process, "restart primary") == "ok"
        assert ask(process, "contact secondary") == "ok"
        assert ask(process, "reissue").startswith("error: ")
        assert Path(said["log secondary"]).stat().st_size > before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_with_a_client_logged_in(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path) as process:
        said = introduction(process)
        port = int(said["ssh primary"].split(" -p ")[1].split()[0])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.recv(4)
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")
        assert list(tmp_path.iterdir()) == []


def test_it_ends_with_its_input_when_told_so(tmp_path: Path) -> None:
    with served(tmp_path, mode="eof") as process:
        introduction(process)
        output, errors = process.communicate("contact primary", timeout=20)
        assert (process.returncode, output, errors) == (0, "ok\n", "")


def test_without_that_it_goes_on_after_the_end_of_its_input(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        said = introduction(process)
        assert process.stdin is not None
        process.stdin.close()
        port = int(said["ssh primary"].split(" -p ")[1].split()[0])
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert client.recv(4) == b"SSH-"
        assert process.poll() is None


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
def test_the_ssh_line_it_prints_works_unchanged(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        command = introduction(process)["ssh secondary"].split()
        done = subprocess.run(
            [*command, "-F", "none", "-o", "BatchMode=yes", "-tt"],
            input="exit\r",
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        assert "prime-sec/admin# exit" in done.stdout


def test_an_unknown_scenario_is_one_line_and_exit_2(tmp_path: Path) -> None:
    with served(tmp_path, "nonsense") as process:
        output, errors = process.communicate(timeout=20)
        assert (process.returncode, output) == (2, "")
        assert "seed" in errors
        assert errors.count("\n") == 1
        assert list(tmp_path.iterdir()) == []
