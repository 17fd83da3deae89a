"""A lenient walker over DER: gives elements, judges nothing.

BER lengths (longer than needed, indefinite) and trailing bytes are taken as they come, because certificates of
old appliances hold them and are to be shown all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tofutui.tofu.errors import TofutuiError


class DerError(TofutuiError):
    """Bytes that cannot be walked."""


@dataclass(frozen=True, slots=True)
class Element:
    """One tag-length-value."""

    tag: int
    """The first identifier octet: class, constructed bit and number (``0x30`` is a SEQUENCE)."""
    value: bytes
    raw: bytes
    """The whole element as it stands in the source."""


def elements(data: bytes) -> Iterator[Element]:
    """The elements that stand side by side in ``data``.

    Raises:
        DerError: what follows cannot be walked; elements before it were given already.
    """
    at = 0
    while at < len(data):
        element, at = read(data, at)
        yield element


def read(data: bytes, at: int = 0) -> tuple[Element, int]:
    """The element at ``at`` and where the next one starts.

    Raises:
        DerError: there is none, or it is cut off.
    """
    start = at
    if at + 2 > len(data):
        raise DerError(f"an element is cut off at byte {start}")
    body, end = _extent(data, start)
    if end > len(data):
        raise DerError(f"the element at byte {start} is cut off")
    return Element(data[start], data[body:end], data[start:end]), end


def _extent(data: bytes, at: int) -> tuple[int, int]:
    length = data[at + 1]
    if length < 0x80:
        return at + 2, at + 2 + length
    body = at + 2 + (length & 0x7F)
    return body, body + int.from_bytes(data[at + 2 : body], "big")


def oid(value: bytes) -> str:
    """The dotted form of an object identifier's value bytes.

    Raises:
        DerError: the bytes are none.
    """
    if not value or value[-1] & 0x80:
        raise DerError("an object identifier is cut off")
    arcs, arc = [], 0
    for byte in value:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - 40 * first, *arcs[1:]))
