"""The texts in a file, whatever it is packed in: compressed, in an archive, in archives one in another.

What is packed may be anybody's work. Memory is bounded whatever an archive claims, and `Budget` bounds what
all of it together may unpack to. What is not read is a source too: reading it says why.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from tofutui.config.packings import tar
from tofutui.config.packings.compressed import COMPRESSED, unpacked
from tofutui.config.packings.html import page_text
from tofutui.config.packings.json_lines import values_of
from tofutui.config.packings.kinds import (
    HTML,
    JSON_LINES,
    LOOKED_AT,
    MAIL,
    TAR,
    TEXT,
    cure_of,
    is_archive_name,
    is_packed,
    kind_of,
    not_read,
)
from tofutui.config.packings.streams import CHUNK, MIB, UNPACK, Member, NotRead, Stream
from tofutui.config.packings.transfer import TRANSFER, decoded
from tofutui.config.passed_over import PassedOver, is_of_the_desktop
from tofutui.tofu.base.text import safe

__all__ = ["CHUNK", "Budget", "NotRead", "Packed", "Source", "contents", "sources"]

MOST_TIMES = 200
"""How much larger than the file its content may be; logs pack 10 to 50 times."""
FREE = 64 * MIB
"""What any file may unpack to."""
MOST = 8 * 1024 * MIB
"""What none may exceed."""
MOST_MEMBERS = 100_000
MOST_NESTED = 5
"""Packings one in another."""
_IN_MEMORY = 64 * MIB
"""Of a zip archive that cannot be read in place, because it is in another archive or comes from a pipe."""
_ALONE = (*COMPRESSED, *TRANSFER, HTML, JSON_LINES)
"""Kinds that hold one other file, without a name."""


@dataclass(frozen=True, slots=True)
class Source:
    """One text."""

    name: str
    """The path of its file, for one in an archive followed by its name there."""
    chunks: Iterator[bytes]
    """Its bytes, unpacked; to be taken before the next source. They raise `NotRead`."""


class Budget:
    """What one file may unpack to, all that is in it together."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._most = min(MOST, max(FREE, MOST_TIMES * size))
        self._left = self._most

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, until they are too many."""
        for chunk in chunks:
            self._left -= len(chunk)
            if self._left < 0:
                raise NotRead(
                    f"{self._path}: unpacks to more than {self._most // MIB:,} MiB; the rest was not read"
                )
            yield chunk


@dataclass(frozen=True, slots=True)
class Packed:
    """A file, or one in an archive, and how to read what is in it."""

    place: str
    """As a message names it."""
    name: str
    chunks: Iterator[bytes]
    budget: Budget
    is_wanted: Callable[[str], bool]
    """Whether a file of this name in an archive should be read; archives always are."""
    is_named: bool = True
    """Whether it was asked for by its name, and so is read whatever its name is."""
    depth: int = 0
    open_file: Callable[[], BinaryIO] | None = None
    """Opens the same bytes once more, where they are a file."""


def contents(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file in a packed one; of any other file itself, whatever it holds.

    Raises:
        NotRead: from here on it is not read, is damaged, or is packed in a way that is not read.
    """
    first = data[:LOOKED_AT]
    if kind_of(first, "") in (TEXT, JSON_LINES) or not is_packed(first):
        yield str(path), data
        return
    packed = Packed(
        str(path),
        path.name,
        iter([data]),
        Budget(path, len(data)),
        lambda _: True,
        open_file=lambda: BytesIO(data),
    )
    for source in sources(packed):
        yield source.name, b"".join(source.chunks)


def sources(packed: Packed) -> Iterator[Source]:
    """Every text in it, to be read one after the other; what is not read raises `NotRead` when it is read."""
    stream = Stream(packed.chunks, f"{packed.place}: damaged or cut off; the rest was not read")
    first = stream.peek(LOOKED_AT)
    kind = kind_of(first, packed.name)
    if kind == TEXT:
        if packed.is_named or packed.is_wanted(packed.name):
            yield Source(packed.place, stream.rest())
        else:
            yield _failing(packed, "text with the file name of an archive, not read", UNPACK)
    elif not kind:
        yield _failing(packed, not_read(first), cure_of(first))
    elif packed.depth >= MOST_NESTED:
        yield _failing(packed, f"archives nested more than {MOST_NESTED} deep, not read", UNPACK)
    elif kind in _ALONE:
        content = packed.budget.watch(_unpacked(kind, stream, packed.place))
        yield from sources(replace(packed, chunks=content, depth=packed.depth + 1, open_file=None))
    else:
        yield from _of_archive(packed, kind, stream)


def _unpacked(kind: str, stream: Stream, place: str) -> Iterator[bytes]:
    """What is in a file that holds one other."""
    if kind in COMPRESSED:
        return unpacked(kind, stream, place)
    if kind == JSON_LINES:
        return values_of(stream.rest())
    return page_text(stream.rest(), place) if kind == HTML else decoded(kind, stream.rest(), place)


def _of_archive(packed: Packed, kind: str, stream: Stream) -> Iterator[Source]:
    others, damage, cure = PassedOver(), "", ""
    try:
        members = _members(packed, kind, stream)
        for number, member in enumerate(members):
            if number == MOST_MEMBERS:
                raise NotRead(f"{packed.place}: more than {MOST_MEMBERS:,} members; the rest was not read")
            if is_of_the_desktop(member.name):
                continue
            if member.link:
                others.add_link(member.name, member.link)
                continue
            is_log = member.is_body or packed.is_wanted(member.name) or is_archive_name(member.name)
            if is_log and not member.unreadable:
                others.note_read(member.name)
                yield from sources(_inside(packed, member, kind))
            else:
                others.add(member.name, member.unreadable)
    except NotRead as error:
        damage, cure = error.message, error.hint
    others.add_links_to_others()
    if others:
        damage += f"; {others}" if damage else f"{packed.place}: {others}"
    if damage:
        yield Source(packed.place, _raising(NotRead(damage, UNPACK if others else cure)))


def _members(packed: Packed, kind: str, stream: Stream) -> Iterator[Member]:
    if kind == MAIL:
        from tofutui.config.packings import mail

        return mail.members(stream, packed.place)
    return tar.members(stream) if kind == TAR else _zipped(packed, stream)


def _inside(packed: Packed, member: Member, kind: str) -> Packed:
    chunks = member.content if kind == TAR else packed.budget.watch(member.content)
    place = f"{packed.place}: {safe(member.name)}"
    return Packed(
        place,
        member.name,
        chunks,
        packed.budget,
        packed.is_wanted,
        is_named=member.is_body,
        depth=packed.depth + 1,
    )


def _zipped(packed: Packed, stream: Stream) -> Iterator[Member]:
    from tofutui.config.packings import zip as zips

    try:
        with packed.open_file() if packed.open_file else _in_memory(packed, stream) as file:
            yield from zips.members(file, packed.place)
    except OSError as error:
        raise NotRead(f"{packed.place}: cannot be read: {error.strerror or error}") from error


def _in_memory(packed: Packed, stream: Stream) -> BytesIO:
    """The whole archive; what comes before a damage, where the archive's own marks show it later."""
    held = BytesIO()
    with suppress(NotRead):
        for chunk in stream.rest():
            held.write(chunk)
            if held.tell() > _IN_MEMORY:
                break
    if held.tell() > _IN_MEMORY:
        what = f"a zip archive of more than {_IN_MEMORY // MIB} MiB inside another file, not read"
        raise NotRead(f"{packed.place}: {what}", UNPACK)
    return held


def _failing(packed: Packed, why: str, cure: str) -> Source:
    return Source(packed.place, _raising(NotRead(f"{packed.place}: {why}", cure)))


def _raising(error: NotRead) -> Iterator[bytes]:
    yield from ()
    raise error
