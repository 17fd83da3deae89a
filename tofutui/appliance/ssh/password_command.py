"""The program that prints a node's password: its first line counts, at once, and nothing else of it."""

import asyncio
import os
import shlex
import signal
from contextlib import suppress

from tofutui.appliance.errors import NoPassword
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.site.session import NodeSettings

LONGEST = 1024
"""Bytes of a password; longer first lines are something else, and are not sent anywhere."""
_STATUS_WITHIN = 0.5
"""Seconds in which a program that has printed its line may still say that it failed."""


async def run_password_command(settings: NodeSettings, timeout: float) -> Secret:  # noqa: ASYNC109
    """The first line that the configured program prints. It gets no shell, and its words are never shown.

    It is not waited for once the line is there: it may go on, or leave a child that keeps its output open.
    Whatever is left of it is ended.

    Raises:
        NoPassword: it cannot be started, fails, takes too long, or its first line is not a password.
    """
    where = f"password_command of {settings.role.value}"
    process = await _start(settings, where)
    try:
        async with asyncio.timeout(timeout):
            line = await _first_line(process)
        status = await _status(process, timeout=timeout if line is None else _STATUS_WITHIN)
    except TimeoutError:
        raise NoPassword(f"{where}: still running after {timeout:g} s", "run it manually once") from None
    finally:
        await _end(process)
    if status:
        raise NoPassword(
            f"{where}: it ended with status {status}", "run it manually; its output is not shown here"
        )
    return Secret(_checked(line or b"", where))


async def _first_line(process: asyncio.subprocess.Process) -> bytes | None:
    """What comes before the first line feed, or before the end; None if nothing came.

    Of a line that is too long, only so much that this can be seen.
    """
    assert process.stdout is not None
    output = b""
    while b"\n" not in output and len(output) <= LONGEST:
        more = await process.stdout.read(LONGEST + 2)
        if not more:
            break
        output += more
    return output.split(b"\n", 1)[0].removesuffix(b"\r") if output else None


async def _status(process: asyncio.subprocess.Process, *, timeout: float) -> int | None:  # noqa: ASYNC109
    """Its exit status, if it ends in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await process.wait()
    return process.returncode


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it with all that it started, let go of its output, and wait a moment for its end."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()
    await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=_STATUS_WITHIN)


def _checked(line: bytes, where: str) -> str:
    if not line:
        raise NoPassword(f"{where}: it printed no password in its first line")
    if len(line) > LONGEST:
        raise NoPassword(f"{where}: its first line is longer than {LONGEST} bytes, which is not a password")
    text = as_text(line)
    if not all(char.isprintable() or char == "\xa0" for char in text):
        raise NoPassword(
            f"{where}: its first line holds characters that cannot be typed, which is not a password",
            "let it print the password alone, without control sequences",
        )
    return text


def as_text(secret: bytes) -> str:
    """A password as the text that SSH sends in UTF-8; bytes that are none are taken for Latin-1."""
    try:
        return secret.decode()
    except UnicodeDecodeError:
        return secret.decode("latin-1")


async def _start(settings: NodeSettings, where: str) -> asyncio.subprocess.Process:
    try:
        words = shlex.split(settings.password_command or "")
    except ValueError as error:
        raise NoPassword(f"{where}: {error}", "quote it as for a shell") from None
    if not words:
        raise NoPassword(f"{where} is empty")
    try:
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # a process group of its own, to be ended as a whole
        )
    except OSError as error:
        raise NoPassword(f"{where}: {words[0]}: {error.strerror or 'cannot be started'}") from None
