"""The program, forked from a process that has imported it: a start costs a tenth of the processor time.

What an interpreter takes from its environment before `main` (the locale, options of Python or Textual) is
as it was when that process started: `can_fork` says for which commands and environments nothing differs. The
tests of the command line, of what is imported when, and of real terminals start an interpreter of its own.

Run as a program, this is that process: ``python forked.py FD``.
"""

import atexit
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = str(Path(__file__).resolve().parents[2])
SUPPORT = str(Path(__file__).resolve().parent)
LOCALE = {"LANG": "C.UTF-8"}
SETTLED = ("PYTHON", "TEXTUAL", "LC_")
"""Beginnings of variables that are read before `main`."""
UNDERSTOOD = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")


def can_fork(command: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether it runs the program in an environment that differs in nothing but what `main` reads."""
    settled = [name for name in env if name.startswith(SETTLED) and name not in UNDERSTOOD]
    return bool(_way(command)) and env.get("LANG") == LOCALE["LANG"] and not settled


def _way(command: Sequence[str]) -> list[str]:
    """How a command runs the program (a module, a few lines or a file of the tests), and its words."""
    if command[0] == str(Path(sys.executable).with_name("tofutui")):
        return ["-m", "tofutui", *command[1:]]
    if command[0] != sys.executable:
        return []
    ours = list(command[1:3]) == ["-m", "tofutui"] or command[1] == "-c"
    return list(command[1:]) if ours else ["file", *command[1:]] if command[1].startswith(SUPPORT) else []


def start(
    command: Sequence[str],
    streams: tuple[int, int, int],
    env: Mapping[str, str],
    cwd: Path,
    *,
    fresh: bool = False,
) -> "Started":
    """A program in a session of its own, forked if nothing differs; a terminal that it gets controls it.

    ``fresh``: never forked, since its start or its memory is measured.
    """
    if not fresh and can_fork(command, env):
        return Forked(command, streams, env, cwd)
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, env=dict(env), start_new_session=True,
        preexec_fn=_take_terminal,
    )  # fmt: skip


def _take_terminal() -> None:
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Forked:
    """A started program, with what the tests use of `subprocess.Popen`."""

    def __init__(
        self, command: Sequence[str], streams: tuple[int, int, int], env: Mapping[str, str], cwd: Path
    ) -> None:
        self.args = command
        self.returncode: int | None = None
        self._told, told = os.pipe()
        order = {"way": _way(command), "env": dict(env), "cwd": str(cwd)}
        socket.send_fds(_server(), [json.dumps(order).encode()], [*streams, told])
        os.close(told)
        self.pid: int = self._number()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended.

        Raises:
            subprocess.TimeoutExpired: it still runs after ``timeout`` seconds.
        """
        code = self._wait(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """A signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _wait(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], seconds)[0]:
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def _number(self) -> int:
        (number,) = struct.unpack("i", os.read(self._told, 4))
        return int(number)


Started = Forked | subprocess.Popen[bytes]


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        env={**kept, **LOCALE, "PYTHONPATH": ROOT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve(orders: socket.socket) -> None:
    import tofutui

    atexit.register(_leave)  # the first that is registered is called last
    for module in pkgutil.walk_packages(tofutui.__path__, "tofutui."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    # What was imported is neither searched for garbage nor freed by any of the programs: that takes
    # longer than most of them do.
    gc.collect()
    gc.freeze()
    while True:
        data, streams, *_ = socket.recv_fds(orders, 1 << 20, 4)
        if not data:
            return
        if os.fork() == 0:
            orders.close()
            _watch(json.loads(data), streams)
        for descriptor in streams:
            os.close(descriptor)
        with suppress(ChildProcessError):  # none is left
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _watch(order: dict[str, Any], streams: list[int]) -> None:
    """Start the program, and write to the last of the streams its process id and how it ended."""
    told = streams.pop()
    child = os.fork()
    if child == 0:
        os.close(told)
        _become(streams)
        os.chdir(order["cwd"])
        _run(order)
    for descriptor in streams:
        os.close(descriptor)
    os.write(told, struct.pack("i", child))
    end = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert end
    os.write(told, struct.pack("i", end.si_status if end.si_code == os.CLD_EXITED else -end.si_status))
    seen = select.poll()
    seen.register(told, 0)
    seen.poll()  # it stays a process, as with Popen, until the other side knows how it ended
    os.waitpid(child, 0)
    os._exit(0)


def _become(streams: list[int]) -> None:
    """A session of its own, with the terminal that it was given."""
    os.setsid()
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    for descriptor in streams:
        if descriptor > 2:
            os.close(descriptor)
    _take_terminal()


def _run(order: dict[str, Any]) -> NoReturn:
    (kind, program, *words), env = order["way"], order["env"]
    os.environ.clear()
    os.environ.update(env)
    _open_streams()
    sys.argv = ["-c" if kind == "-c" else program, *words]
    path = [entry for entry in env.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:0] = path
    for hook in (Path(entry, "sitecustomize.py") for entry in path):
        if hook.exists():
            runpy.run_path(str(hook))
    try:
        if kind == "-m":
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        elif kind == "file":
            runpy.run_path(program, run_name="__main__")
        else:
            exec(program, vars(sys.modules["__main__"]))
        sys.exit(0)
    except SystemExit as ended:
        _codes.append(ended.code)
        raise


_codes: list[Any] = []
"""What the program of this process ended with, if it did so as programs should."""


def _leave() -> None:
    """End as the interpreter does after all else, but without taking the modules to pieces.

    What is not an exit code, or cannot be written, is left to the interpreter.
    """
    if not _codes or not isinstance(_codes[0], int):
        return
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_codes[0] & 0xFF)


def _open_streams() -> None:
    """As the interpreter opens them when it starts."""
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    streams = (("stdin", "surrogateescape"), ("stdout", "surrogateescape"), ("stderr", "backslashreplace"))
    for number, (name, errors) in enumerate(streams):
        raw = os.fdopen(number, "wb" if number else "rb", 0 if unbuffered and number else -1, closefd=False)
        by_line = (number == 2 or os.isatty(number)) and not unbuffered
        stream = io.TextIOWrapper(
            raw, encoding="utf-8", errors=errors, line_buffering=by_line, write_through=unbuffered
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
