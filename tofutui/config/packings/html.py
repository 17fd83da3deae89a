"""The text of a page in HTML, such as the body of a mail or a page that a browser saved.

In time proportional to the page whatever it holds, which Python's own parser does not keep to.
"""

import html
import re
from collections.abc import Iterator
from itertools import chain

from tofutui.config.packings.streams import MIB, NotRead
from tofutui.tofu.base.encodings import decode_text

LONGEST = 32 * MIB
"""Bytes of a page that are read: it is held in memory."""
_BEGIN = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE
)
_TAG = re.compile(r"(<[/!?a-zA-Z][^<>]*>)")
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_HIDDEN = ("script", "style", "title")
_LINES = re.compile(r"p|div|br|tr|li|pre|table|[uod]l|d[td]|h[1-6r]|blockquote|section|article|body")
_CELLS = ("td", "th")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def is_html(first: bytes) -> bool:
    """Whether a file that begins so is a page."""
    return _BEGIN.match(first) is not None


def page_text(chunks: Iterator[bytes], place: str) -> Iterator[bytes]:
    """The text of a page in UTF-8.

    Raises:
        NotRead: it is damaged or too large from here on.
    """
    held, damage = bytearray(), None
    try:
        for chunk in chunks:
            held += chunk
            if len(held) > LONGEST:
                raise NotRead(f"{place}: a page of more than {LONGEST // MIB} MiB; the rest was not read")
    except NotRead as error:
        damage = error
    yield text_of(decode_text(bytes(held[:LONGEST]))).encode("utf-8", "surrogateescape")
    if damage is not None:
        raise damage


def text_of(page: str) -> str:
    """What a browser shows of a page, as lines; blanks that do not break are blanks."""
    return html.unescape("".join(chain(_pieces(page), "\n"))).replace("\u00a0", " ")


def _pieces(page: str) -> Iterator[str]:
    hidden, as_written = "", False
    for at, piece in enumerate(_TAG.split(page)):
        if at % 2 == 0:
            if not hidden:
                yield piece if as_written else _BLANKS.sub(" ", piece)
            continue
        match = _TAG_NAME.match(piece)
        name, is_end = match[1].lower() if match else "", piece.startswith("</")
        if name in _HIDDEN:
            hidden = "" if is_end else name
        elif name == "pre":
            as_written = not is_end
        if _LINES.fullmatch(name):
            yield "\n"
        elif name in _CELLS:
            yield " "
