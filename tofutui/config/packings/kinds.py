"""What a file is by how it begins: the one table of packings, read or not."""

import re

from tofutui.config.packings.compressed import BZIP2, GZIP, LZMA, XZ
from tofutui.config.packings.html import is_html
from tofutui.config.packings.json_lines import is_json_lines
from tofutui.config.packings.mail_marks import is_mail
from tofutui.config.packings.streams import UNPACK
from tofutui.config.packings.tar import is_tar
from tofutui.config.packings.transfer import BASE64, QUOTED, begin_of_base64, is_quoted
from tofutui.tofu.base.encodings import is_binary

LOOKED_AT = 4096
"""Bytes that show the kind."""
TEXT, ZIP, TAR, MAIL, HTML, JSON_LINES = "text", "zip", "tar", "mail", "html", "JSON lines"
_READ = (
    (re.compile(re.escape(GZIP)), "gzip"),
    (re.compile(re.escape(BZIP2) + rb"[1-9](?:1AY&SY|\x17rE8P\x90)"), "bzip2"),
    (re.compile(re.escape(XZ)), "xz"),
    (re.compile(re.escape(LZMA) + rb"..(?:\xff{8}|.{4}\0{4})", re.DOTALL), "lzma"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), ZIP),
)
_PACKED = (
    (b"\x28\xb5\x2f\xfd", "Zstandard (.zst)"),
    (b"\x37\xa4\x30\xec", "a Zstandard dictionary"),
    (b"\x1f\x9d", "compress (.Z)"),
    (b"\x1f\xa0", "compress -H (.z)"),
    (b"\x1f\x1e", "pack (.z)"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip (.7z)"),
    (b"Rar!\x1a\x07", "RAR (.rar)"),
    (b"\x04\x22\x4d\x18", "LZ4 (.lz4)"),
    (b"\x02\x21\x4c\x18", "LZ4 (.lz4)"),
    (b"LZIP", "lzip (.lz)"),
    (b"\x89LZO\0\r\n\x1a\n", "lzop (.lzo)"),
    (b"\xff\x06\0\0sNaPpY", "Snappy (.sz)"),
    (b"PK\x07\x08", "a zip archive in several parts"),
    (b"PK00PK", "a zip archive in several parts"),
    (b"MSCF", "a Windows cabinet (.cab)"),
    (b"!<arch>\n", "an ar archive (.a, .deb)"),
    (b"070701", "a cpio archive"),
    (b"070702", "a cpio archive"),
    (b"070707", "a cpio archive"),
    (b"\xc7\x71", "a cpio archive"),
    (b"xar!", "a xar archive"),
    (b"\x60\xea", "ARJ (.arj)"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
)
_ENCRYPTED = (
    (b"Salted__", "encrypted by openssl"),
    (b"age-encryption.org/", "encrypted by age"),
    (b"-----BEGIN PGP MESSAGE", "encrypted by PGP"),
)
_DOCUMENTS = (
    (b"LPKSHHRH", "a systemd journal"),
    (b"ElfFile\0", "a Windows event log (.evtx)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document or an Outlook mail (.msg)"),
    (b"\x78\x9f\x3e\x22", "Outlook attachments (winmail.dat)"),
    (b"!BDN", "an Outlook mailbox (.pst)"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x7fELF", "a program"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture (pcap)"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture (pcap)"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture (pcapng)"),
)
"""Of each kind that is not read, how it begins and what it is; each group has its cure."""
_NOT_READ = (*_PACKED, *_ENCRYPTED, *_DOCUMENTS)
_PRINTABLE = bytes([9, 10, 13, *range(32, 127)])
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_UUENCODED = re.compile(rb"begin(?:-base64)? [0-7]{3} \S")
_LHA = re.compile(rb"..-l[hz][0-9ds]-", re.DOTALL)
_TAR_NAME = re.compile(r"\.(?:tar(?:\.[a-z0-9]{1,4})?|t[agbx]z2?)\Z", re.IGNORECASE)
_ARCHIVE_NAME = re.compile(
    r".*\.(?:zip|jar|war|tar|tgz|taz|tbz2?|tb2|txz|tlz|tzst|tar\.[a-z0-9]{1,4}|7z|rar|cab|arj|lzh|lha|cpio|ar|deb|rpm|eml|mbox|msg|mht|mhtml)",
    re.IGNORECASE | re.DOTALL,
)


def kind_of(first: bytes, name: str) -> str:
    """``text``, ``tar``, ``zip``, ``gzip`` …; "" for what is not read."""
    kind = next((kind for pattern, kind in _READ if pattern.match(first)), "")
    if kind:
        return kind
    if is_tar(first) or _TAR_NAME.search(name):
        return TAR
    return "" if _other(first) or is_binary(first) else _kind_of_text(first, name)


def _kind_of_text(first: bytes, name: str) -> str:
    if is_mail(first, name):
        return MAIL
    if is_html(first):
        return HTML
    if is_json_lines(first):
        return JSON_LINES
    inside = begin_of_base64(first)
    if inside and (kind := kind_of(inside, "")) and (kind != TEXT or _is_english(inside)):
        return BASE64
    return QUOTED if is_quoted(first) else TEXT


def _is_english(text: bytes) -> bool:
    """Whether it is text beyond doubt, with blanks in it and hardly a character outside of ASCII."""
    return b" " in text and len(text.translate(None, _PRINTABLE)) <= len(text) // 10


def not_read(first: bytes) -> str:
    """What a file is that is not read, in a sentence after its name."""
    other = _other(first)
    return f"{other}, which is not read" if other else "binary data of an unknown kind, not read"


def cure_of(first: bytes) -> str:
    """What to do with a file that is not read."""
    other = _other(first)
    if any(other == what for _, what in _ENCRYPTED):
        return "decrypt it first"
    if not other or any(other == what for _, what in _DOCUMENTS):
        return "save its text as plain text"
    return UNPACK


def is_packed(first: bytes) -> bool:
    """Whether a file that begins so is of a kind in this table, read or not."""
    return bool(kind_of(first, "") or _other(first))


def is_archive_name(name: str) -> bool:
    """Whether a file of this name should be an archive."""
    return _ARCHIVE_NAME.fullmatch(name) is not None


def _other(first: bytes) -> str:
    if _SKIPPABLE.match(first):
        return "Zstandard or LZ4"
    if _UUENCODED.match(first):
        return "uuencoded data"
    if _LHA.match(first):
        return "LHA (.lzh)"
    return next((what for magic, what in _NOT_READ if first.startswith(magic)), "")
