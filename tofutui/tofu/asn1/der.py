"""A lenient walker over DER: gives elements, judges nothing.

BER lengths (longer than needed, indefinite) and trailing bytes are taken as they come, because certificates
of old appliances hold them and are to be shown all the same.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from tofutui.tofu.base.errors import TofutuiError

SEQUENCE, SET, INTEGER, BIT_STRING, OCTET_STRING, OID = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18

_CONSTRUCTED = 0x20
_INDEFINITE = 0x80
_LONGEST_OID = 255


class DerError(TofutuiError):
    """Bytes that cannot be walked."""


@dataclass(frozen=True, slots=True)
class Element:
    """One tag-length-value."""

    tag: int
    """The first identifier octet: class, constructed bit and number (``0x30`` is a SEQUENCE)."""
    value: bytes
    """The content, without the end marker of an indefinite length."""
    raw: bytes
    """The whole element as in the source."""

    def expect(self, tag: int) -> "Element":
        """Itself, if it carries this tag.

        Raises:
            DerError: it carries another one.
        """
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} instead of {tag:#04x}")
        return self


def elements(data: bytes) -> Iterator[Element]:
    """The elements side by side in ``data``.

    Raises:
        DerError: what follows cannot be walked; the elements before it were given already.
    """
    at = 0
    while at < len(data):
        element, at = _read(data, at)
        yield element


def leading(data: bytes) -> list[Element]:
    """The elements side by side in ``data``, up to the first that cannot be walked."""
    whole: list[Element] = []
    with suppress(DerError):
        whole.extend(elements(data))
    return whole


def first(data: bytes) -> Element:
    """The first element; what follows it does not matter.

    Raises:
        DerError: there is none.
    """
    return _read(data, 0)[0]


def _read(data: bytes, start: int) -> tuple[Element, int]:
    if start >= len(data):
        raise DerError("there is nothing to read")
    body, length = _header(data, start)
    if length is not None:
        content_end = end = body + length
    elif data[start] & _CONSTRUCTED:
        content_end = _end_of_contents(data, body)
        end = content_end + 2
    else:
        raise DerError(f"the primitive at byte {start} has no length")
    if end > len(data):
        raise DerError(f"the element at byte {start} is truncated")
    return Element(data[start], data[body:content_end], data[start:end]), end


def _header(data: bytes, start: int) -> tuple[int, int | None]:
    """Where the content starts and how long it is (None: until its end marker)."""
    at = start + 1
    if data[start] & 0x1F == 0x1F:
        while at < len(data) and data[at] & 0x80:
            at += 1
        at += 1
    if at >= len(data):
        raise DerError(f"the element at byte {start} is truncated")
    octet = data[at]
    if octet == _INDEFINITE:
        return at + 1, None
    if octet < _INDEFINITE:
        return at + 1, octet
    body = at + 1 + (octet & 0x7F)
    return body, int.from_bytes(data[at + 1 : body], "big")


def _end_of_contents(data: bytes, at: int) -> int:
    """Where the end marker of an indefinite length is; one pass, however deep they are nested."""
    open_ones = 1
    while at + 1 < len(data):
        if data[at] == 0 and data[at + 1] == 0:
            open_ones -= 1
            if not open_ones:
                return at
            at += 2
            continue
        body, length = _header(data, at)
        open_ones += length is None
        at = body + (length or 0)
    raise DerError("an indefinite length never ends")


def dotted(value: bytes) -> str:
    """The dotted form of an object identifier's content.

    Raises:
        DerError: the bytes are none, or absurdly many.
    """
    if not value or value[-1] & 0x80 or len(value) > _LONGEST_OID:
        raise DerError("this is not an object identifier")
    arcs, arc = [], 0
    for byte in value:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (top, arcs[0] - 40 * top, *arcs[1:]))
