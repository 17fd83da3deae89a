"""What a family of real counterparts reports: one line for each thing that was tried."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One thing that was tried with a real counterpart."""

    family: str
    make: str
    version: str
    tried: str
    outcome: str
    passed: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A counterpart that was not tried."""

    family: str
    make: str
    package: str = ""
    """The Debian package that provides it."""
    why: str = ""
    """Why not, if it is not that the package is not installed."""


Way = Callable[[Path], tuple[bool, str]]
"""Tries one thing in an empty folder: whether it passed, and the outcome in words."""


@dataclass(frozen=True, slots=True)
class Make:
    """A server program, and the ways in which it is tried."""

    name: str
    package: str
    program: str
    ways: Mapping[str, Way]


def of_makes(family: str, makes: Iterable[Make]) -> Iterator[Trial | LeftOut]:
    """Each make in each of its ways; a failure of any kind is an outcome."""
    for make in makes:
        if program(make.program) is None:
            yield LeftOut(family, make.name, make.package)
            continue
        version = package_version(make.package)
        for tried, way in make.ways.items():
            passed, outcome = _try(way)
            yield Trial(
                family=family, make=make.name, version=version, tried=tried, outcome=outcome, passed=passed
            )


def _try(way: Way) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return way(Path(folder))
        except Exception as error:  # it is what the table is about
            return False, " ".join(str(error).split()) or type(error).__name__


def program(name: str) -> str | None:
    """Where a program is, also one of the system's own folders."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")


def package_version(package: str) -> str:
    """The version of an installed Debian package."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], check=False, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """A server program, from the moment that its port takes connections.

    Raises:
        RuntimeError: it ended before that; the text is what it printed.
    """
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stream, stderr=stream)
        try:
            _wait_for(process, port, log)
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            process.kill()
            process.communicate()


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"it did not start: {log.read_text(errors='replace')[-300:]}")
