"""What may be in the place of a file: none of it may be waited for, and none of it may end the program."""

import os
import socket
from collections.abc import Callable
from pathlib import Path


def pipe(path: Path) -> None:
    os.mkfifo(path)


def held_pipe(path: Path) -> None:
    """A pipe with a writer that says nothing."""
    os.mkfifo(path)
    os.open(path, os.O_RDWR | os.O_NONBLOCK)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terminal_device(path: Path) -> None:
    path.symlink_to("/dev/tty")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (pipe, "a named pipe"),
    "pipe with a silent writer": (held_pipe, "a named pipe"),
    "socket": (unix_socket, "a socket"),
    "endless device": (endless, "a device"),
    "terminal": (terminal_device, "a device"),
    "huge": (huge, "larger than"),
}
"""How each is made, and the word of the message about it."""
