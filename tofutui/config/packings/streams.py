"""Bytes that arrive in chunks of any size, read in pieces of a wanted size, within a budget."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from tofutui.tofu.base.errors import TofutuiError

CHUNK = 256 * 1024
"""Bytes that are read at a time."""
MIB = 1024 * 1024
UNPACK = "unpack it first"
"""The cure for a packing that is not read."""


class NotRead(TofutuiError):
    """A file, or a part of one, that is not read; the message names it."""


def beside(name: str, target: str) -> str:
    """Where a symbolic link leads, as a path in the archive."""
    return normpath(join(dirname(name), target))


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive."""

    name: str
    """Its path there."""
    content: Iterator[bytes]
    """Its bytes; to be taken before the next member."""
    unreadable: str = ""
    """What it is, if that cannot be read."""
    link: str = ""
    """What a link leads to, as it says; it has no content of its own."""
    is_body: bool = False
    """Whether it is the text of a mail, which has no name."""


class Stream:
    """Chunks of any size, read in pieces of a wanted size.

    An error of the chunks is raised when what came before it was read, not when it was only looked at.
    """

    def __init__(self, chunks: Iterator[bytes], cut_off: str) -> None:
        self.cut_off = cut_off
        """What to say where it ends too early."""
        self._chunks = chunks
        self._ahead = b""
        self._error: NotRead | None = None

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer where fewer follow; they stay."""
        parts, count = [self._ahead], len(self._ahead)
        while count < size and (chunk := self._next()):
            parts.append(chunk)
            count += len(chunk)
        self._ahead = b"".join(parts)
        return self._ahead[:size]

    def some(self) -> bytes:
        """The next bytes, as many as are at hand; none at the end.

        Raises:
            NotRead: the chunks are damaged here.
        """
        chunk, self._ahead = self._ahead or self._next(), b""
        if not chunk and self._error is not None:
            raise self._error
        return chunk

    def unread(self, data: bytes) -> None:
        """Put bytes back that `some` gave."""
        self._ahead = data + self._ahead

    def read(self, size: int) -> bytes:
        """So many bytes.

        Raises:
            NotRead: it ends before.
        """
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        """So many bytes, as they come.

        Raises:
            NotRead: it ends before.
        """
        while size:
            chunk = self.some()
            if not chunk:
                raise NotRead(self.cut_off)
            self.unread(chunk[size:])
            yield chunk[:size]
            size -= min(size, len(chunk))

    def rest(self) -> Iterator[bytes]:
        """All that follows."""
        while chunk := self.some():
            yield chunk

    def _next(self) -> bytes:
        if self._error is not None:
            return b""
        try:
            return next(filter(None, self._chunks), b"")
        except NotRead as error:
            self._error = error
            return b""
