"""What mail programs, word processors and code pages do to printed names, and how it is undone.

OpenSSL prints none of these characters unless the certificate holds them. A text with such a character is the
presented name if one of its repaired forms is; it never proves that the names differ.
"""

import re
import unicodedata
from collections.abc import Iterator
from operator import itemgetter

from tofutui.tofu.base.text import BLANKS, encode

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u00b4"
_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
_LIGATURES = "\ufb00-\ufb06"
_ELLIPSIS = "\u2026"
_LOST = "\ufffd"
_UNDECODABLE = "\ud800-\udfff"

_CHARACTER = re.compile(
    f"[{_DASHES}{_SINGLE}{_DOUBLE}{_SPACES}{_INVISIBLE}{_LIGATURES}{_ELLIPSIS}{_LOST}{_UNDECODABLE}]"
)
_LINK = re.compile(
    r"\s?<(?:https?|ftp|mailto|file):[^<>\n]{0,2000}>|\[([^\[\]\n]{1,500})\]\((?:https?|ftp|mailto):[^()\n]{0,2000}\)",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:(?P<name>quot|amp|lt|gt|apos|nbsp|shy)|#(?P<digits>[0-9]{1,5})|#x(?P<hex>[0-9a-f]{1,4}));",
    re.IGNORECASE,
)
_ENTITIES = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'", "nbsp": "\u00a0", "shy": "\u00ad"}
_ESCAPED = re.compile(r"\\([\\\"'/_*])")
"""What JSON, Markdown and programming languages put a backslash before."""
_NOISE = re.compile(
    r"-{2,3} ?\(?more\)? ?-{2,3}|broadcast message from |message from syslogd"
    r"|\x07|(?-i:%[A-Z][A-Z0-9_]+-[0-7]-[A-Z]|(?:WARNING|ERROR|CRITICAL|ALERT|NOTICE|INFO|FATAL): )",
    re.IGNORECASE,
)
"""What a terminal, a pager or a logger prints in the middle of a line."""
_CODE_PAGES = (
    *("cp1252", "latin-1", "cp437", "cp850", "mac_roman"),
    *("cp1250", "cp1251", "cp932", "gbk", "big5", "cp949"),
)
_READ_AS = ("cp1252", "latin-1", "cp437", "cp850", "mac_roman")
_NESTED = 3
"""Documents in documents whose escapes are undone."""
_NAMED = 3


def damage(text: str) -> str:
    """What in a text was hardly printed by the node, for a sentence; "" where nothing is."""
    kinds = list(dict.fromkeys(_named(match.group()) for match in _CHARACTER.finditer(text)))
    if _LINK.search(text):
        kinds.append("a link that a mail program added")
    if entity := _ENTITY.search(text):
        kinds.append(f"{entity.group()} of a web page")
    if noise := _NOISE.search(text):
        kinds.append(f"the words {noise.group().strip()!a}")
    if not kinds and any(_misread(text)):
        kinds.append("UTF-8 that was read in another code page")
    return ", ".join(kinds[:_NAMED]) + (", …" if len(kinds) > _NAMED else "")


def undone(text: str) -> tuple[str, ...]:
    """What a damaged text may have been before; none where nothing in it is damaged."""
    forms: dict[str, None] = {}
    for whole in (text, *_decoded(text), *_misread(text), *_unescaped(text)):
        unlinked = _LINK.sub(lambda match: match[1] or "", whole)
        forms.update(dict.fromkeys(_repaired(unlinked, dash).strip(BLANKS) for dash in ("-", "--")))
        forms[whole] = None
    forms.pop(text, None)
    return tuple(forms)


def plain(text: str) -> str:
    """A line with its blanks, hyphens and quotation marks as a terminal prints them."""
    return _repaired(text, "-")


def _repaired(text: str, dash: str) -> str:
    return _CHARACTER.sub(lambda match: _plain(match.group(), dash), text)


def _plain(char: str, dash: str) -> str:
    if char in _DASHES:
        return dash
    if char in _SINGLE:
        return "'"
    if char in _DOUBLE:
        return '"'
    if char == _LOST or "\ud800" <= char <= "\udfff":
        return char
    folded = unicodedata.normalize("NFKC", char)
    return " " if folded.isspace() else "..." if char == _ELLIPSIS else folded if folded.isalpha() else ""


def _decoded(text: str) -> Iterator[str]:
    """A text with undecodable bytes, read in the code pages that know all of them."""
    if not re.search(f"[{_UNDECODABLE}]", text):
        return
    raw = encode(text)
    for page in _CODE_PAGES:
        try:
            yield raw.decode(page)
        except UnicodeDecodeError:
            continue


def _misread(text: str) -> Iterator[str]:
    """A text whose UTF-8 was taken for another code page, read as UTF-8."""
    if text.isascii():
        return
    for page in _READ_AS:
        try:
            yield text.encode(page).decode()
        except UnicodeError:
            continue


def _unescaped(text: str) -> Iterator[str]:
    """A text that was written as part of a web page, a JSON document or the like."""
    if _ENTITY.search(text):
        yield _ENTITY.sub(_character_of, text)
    if text.count("?") > 1:  # quotation marks that a code page lacks
        yield text.replace("?", '"')
    for _ in range(_NESTED):
        if not _ESCAPED.search(text):
            return
        yield (text := _ESCAPED.sub(itemgetter(1), text))


def _character_of(entity: re.Match[str]) -> str:
    if entity["name"]:
        return _ENTITIES[entity["name"].lower()]
    return chr(int(entity["digits"]) if entity["digits"] else int(entity["hex"], 16))


def _named(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"byte 0x{code - 0xDC00:02X}"
    name = unicodedata.name(char, "")
    return f"U+{code:04X} {name}".strip()
