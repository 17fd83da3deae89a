"""The text of a page in HTML or XML, such as the body of a mail or a page that a browser saved.

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
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|!--|(?:html|head|body|p|div|pre|span|table|ul|ol|br|font|blockquote)\b)",
    re.IGNORECASE,
)
_TAG = re.compile(r"(<[/!?a-zA-Z][^<>]*>)")
_MARKS = re.compile(r"<!--|--|<!\[CDATA\[|\]\]>|>")
"""Around everything but tags: comments and character data."""
_NEVER_HIDDEN = "tofu"
"""What says this is text wherever it is in a page: an attribute, a script, a comment."""
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_HIDDEN = ("script", "style", "title")
_LINES = re.compile(
    r"p|div|br|tr|li|description|message|event|pre|table|[uod]l|d[td]|h[1-6r]|blockquote|section|article|body"
)
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
        is_kept = _NEVER_HIDDEN in piece.lower()
        if at % 2 == 0:
            if not hidden or is_kept:
                yield piece if as_written else _BLANKS.sub(" ", piece)
            continue
        match = _TAG_NAME.match(piece)
        name, is_end = match[1].lower() if match else "", piece.startswith("</")
        if is_kept or piece.startswith("<!["):
            yield _MARKS.sub("\n", piece)
        if name in _HIDDEN:
            hidden = "" if is_end else name
        elif name == "pre":
            as_written = not is_end
        yield "\n" if _LINES.fullmatch(name) else " " if name in _CELLS else ""
