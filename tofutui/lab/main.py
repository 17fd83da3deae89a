"""`tofutui lab`: run a scenario until a command stops it; commands on stdin, one per line."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from cryptography.utils import CryptographyDeprecationWarning

from tofutui.lab.pair import Lab
from tofutui.lab.scenario import ScenarioError

_STDIN = 0
_OLD_SSH = (
    " -o KexAlgorithms=+diffie-hellman-group1-sha1 -o Ciphers=+aes128-cbc"
    " -o HostKeyAlgorithms=+ssh-rsa -o PubkeyAcceptedAlgorithms=+ssh-rsa"
)


async def serve(scenario: str, *, until_eof: bool, prepare: Callable[[Lab], None] = lambda lab: None) -> int:
    """Run a lab in a temporary folder and answer its commands.

    Prints ``sessions: PATH`` and ``data: PATH``, and before that on stderr how to reach it by hand, so that
    a program that drives it reads nothing else than answers. Ends on SIGINT, SIGTERM or SIGHUP, and with
    `until_eof` at the end of stdin; the folder is removed then. ``prepare`` is called with the lab before
    anything is printed (in a thread).

    Returns:
        The exit code: 0, or 2 for an unknown or wrong scenario (which is said on stderr).
    """
    # Old key exchanges are announced to leave; that is for whoever updates the dependency, not for the user.
    warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning, module=r"asyncssh\.")
    stopped = asyncio.Event()
    with stopping_signals(stopped):
        folder = Path(tempfile.mkdtemp(prefix="tofutui-lab-"))
        try:
            return await _serve_in(folder, scenario, stopped, prepare, until_eof=until_eof)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _serve_in(
    folder: Path,
    scenario: str,
    stopped: asyncio.Event,
    prepare: Callable[[Lab], None],
    *,
    until_eof: bool,
) -> int:
    try:
        lab = await Lab.start(scenario, folder)
    except ScenarioError as error:
        sys.stderr.write(f"tofutui: {error}\n")
        return 2
    try:
        await asyncio.to_thread(prepare, lab)
        say(*_by_hand(lab), stream=sys.stderr)
        say(f"sessions: {lab.sessions_path}", f"data: {lab.data_path}")
        commands = asyncio.create_task(_obey(lab))
        if until_eof:
            commands.add_done_callback(lambda _: stopped.set())
        await stopped.wait()
        commands.cancel()
        await asyncio.gather(commands, return_exceptions=True)
    finally:
        await lab.stop()
    return 0


def _by_hand(lab: Lab) -> list[str]:
    lines = [f"log {role}: {path}" for role, path in lab.log_paths.items()]
    old = _OLD_SSH if lab.scenario.old_ssh else ""
    lines += [
        f"ssh {role}: ssh -i {lab.access.key_file} -o UserKnownHostsFile={lab.access.known_hosts}{old}"
        f" -p {node.port} admin@{lab.scenario.listen}"
        for role, node in lab.nodes.items()
    ]
    return [*lines, f"password: {lab.access.password_file}"]


async def _obey(lab: Lab) -> None:
    lines = _stdin_lines()
    while (line := await lines.get()) is not None:
        if line.strip():
            say(await lab.command(line))


def _stdin_lines() -> asyncio.Queue[str | None]:
    """Lines of stdin, None at its end.

    Read by a thread, because stdin may be a file, a pipe or a terminal; without Python's buffer, which a
    thread that is still reading would hold locked at exit.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(line: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the lab has ended
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        rest = b""
        while chunk := _read_stdin():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                put(line.decode("utf-8", "replace"))
        if rest:
            put(rest.decode("utf-8", "replace"))
        put(None)

    threading.Thread(target=read, name="lab-stdin", daemon=True).start()
    return lines


def _read_stdin() -> bytes:
    try:
        return os.read(_STDIN, 4096)
    except OSError:  # no stdin, or a terminal that belongs to another job
        return b""


@contextlib.contextmanager
def stopping_signals(stopped: asyncio.Event) -> Iterator[None]:
    """While the block runs, SIGINT, SIGTERM and SIGHUP set the event."""
    loop = asyncio.get_running_loop()
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in ending:
        loop.add_signal_handler(number, stopped.set)
    before = signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # as a background job: go on without stdin
    try:
        yield
    finally:
        signal.signal(signal.SIGTTIN, before)
        for number in ending:
            loop.remove_signal_handler(number)


def say(*lines: str, stream: TextIO | None = None) -> None:
    """Lines on stdout or on ``stream``; a closed one is not an error."""
    stream = stream or sys.stdout
    with contextlib.suppress(BrokenPipeError):
        stream.write("".join(line + "\n" for line in lines))
        stream.flush()
