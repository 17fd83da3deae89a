"""The lines of known_hosts files that are about a host, by sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".

A file is read line by line, and only the keys of lines that match are decoded: a file of 100,000 lines costs
a fraction of a second and no memory.
"""

import hmac
from binascii import Error as NotBase64
from binascii import a2b_base64
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tofutui.system.files import UnusableFile, lines_of
from tofutui.tofu.base.encodings import wide_name

LARGEST = 256 << 20
"""Bytes of one file."""
LONGEST = 1 << 16
"""Bytes of one line; a key of 16,384 bits takes 2,800."""
_PATTERN = frozenset(b"*?!")


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line that is about one of the names asked for."""

    marker: str
    """``cert-authority``, ``revoked``, another word, or nothing."""
    name: str
    """The name that matched."""
    key: bytes
    """The rest of the line: algorithm, key, comment."""


def lines_about(files: Iterable[Path], names: Iterable[str]) -> Iterator[KnownLine]:
    """Every line that is about one of the names; missing and unreadable files count as nothing.

    Raises:
        UnusableFile: a path is not a regular file, or one too large to be read at each login.
    """
    wanted = [(name, name.encode()) for name in names]
    for file in files:
        if file.is_dir():
            continue
        try:
            for number, line in enumerate(lines_of(file, most=LARGEST, longest=LONGEST)):
                if number == 0 and (wide := wide_name(line)):
                    raise UnusableFile(file, f"is in {wide}, which ssh does not read; save it as UTF-8")
                yield from _about(line if number else line.removeprefix(BOM_UTF8), wanted)
        except UnusableFile:
            raise
        except OSError:
            continue


def _about(line: bytes, wanted: list[tuple[str, bytes]]) -> Iterator[KnownLine]:
    marker = b""
    parts = line.split(None, 1)
    if parts and parts[0].startswith(b"@"):
        marker = parts[0][1:]
        parts = parts[1].split(None, 1) if len(parts) > 1 else []
    if len(parts) < 2 or parts[0].startswith(b"#"):
        return
    hosts, key = parts
    for name, encoded in wanted:
        if _matches(hosts, encoded):
            yield KnownLine(marker.decode("latin-1"), name, key.strip())


def _matches(hosts: bytes, name: bytes) -> bool:
    if hosts.startswith(b"|"):
        return _is_hash_of(hosts, name)
    hosts = hosts.lower()
    if not _PATTERN.intersection(hosts):
        return name in hosts and name in hosts.split(b",")
    fits = False
    for pattern in hosts.split(b","):
        if pattern.startswith(b"!"):
            if _glob(pattern[1:], name):
                return False
        else:
            fits = fits or _glob(pattern, name)
    return fits


def _is_hash_of(hosts: bytes, name: bytes) -> bool:
    """Whether ``|1|SALT|HASH`` is the HMAC-SHA1 of the name."""
    parts = hosts.split(b"|")
    if len(parts) != 4 or parts[1] != b"1":
        return False
    try:
        salt, expected = a2b_base64(parts[2]), a2b_base64(parts[3])
    except NotBase64:
        return False
    return hmac.digest(salt, name, "sha1") == expected


def _glob(pattern: bytes, name: bytes) -> bool:
    """``*`` and ``?`` only; in time of the two lengths multiplied at most."""
    at = star = 0
    after_star = -1
    place = 0
    while place < len(name):
        if at < len(pattern) and pattern[at] == _STAR:
            after_star, star = at + 1, place
            at += 1
        elif at < len(pattern) and pattern[at] in (_ANY, name[place]):
            at, place = at + 1, place + 1
        elif after_star >= 0:
            star += 1
            at, place = after_star, star
        else:
            return False
    return not pattern[at:].strip(b"*")


_STAR, _ANY = b"*?"
