"""The entries of an export as text: what names a certificate, and certificates that are only described.

Understood by shape, so that the language does not matter: what ``keytool -list`` prints with ``-rfc`` or
``-v``, the bag attributes of ``openssl pkcs12``, and comments above a PEM block.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from tofutui.tofu.base.text import BLANKS
from tofutui.tofu.exports.creation_day import earliest_on
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.values import DistinguishedName

_COLON = "[:\uff1a]"
_ALIAS = re.compile(rf"(?:[^:]{{0,20}}\balias ?(?:name)?|[别別]名)\s?{_COLON}\s?(.*)", re.IGNORECASE)
_LABELLED = re.compile(rf"(?P<label>[^:\uff1a=]{{1,60}}?)\s?{_COLON}\s?(?P<value>\S.*)")
_ENTRY_TYPE = re.compile(
    rf"[^:\uff1a]{{1,60}}{_COLON}\s?(?P<type>trustedCert|PrivateKey|SecretKey|key)Entry\b.*", re.I
)
_SEPARATOR = re.compile(r"\*{8,}")
_PLACE_IN_CHAIN = re.compile(rf"[^\[\]:\uff1a]{{1,60}}\[(?P<place>[0-9]{{1,4}})\]\s?{_COLON}")
_SHA256 = re.compile(
    r"\bSHA[-_ ]?256\b[^:\uff1a=]{0,30}[:\uff1a=]\s*(?P<digits>[0-9A-F][0-9A-F:\s]*)\Z", re.I
)
_PAIRS = re.compile(r"[0-9A-F]{2}(?:[:\s]+[0-9A-F]{2}){31}", re.IGNORECASE)
_SOME_PAIRS = re.compile(r"[0-9A-F:\s]{1,100}", re.IGNORECASE)
_HEADER = re.compile(r"(?P<label>subject|issuer)\s?=\s?(?P<name>.+)", re.IGNORECASE)
_BAG = re.compile(r"(?:localKeyID|friendlyName)\s?:\s?(?P<value>.*)", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[ :]?){4,}")
_SAYS_NOTHING = re.compile(
    r"bag attributes|key attributes|x509v3 |certificate chain|server certificate|client certificate|---"
    r"|depth=|verify|connected\(|[0-9 ]{1,3} ?s:|[aiv]:|-+$|=+$|\[?[\[\]]$|[0-9.]{5,60}: ",
    re.IGNORECASE,
)
"""Lines above a certificate that name nothing, as OpenSSL prints them."""
_DUMP = re.compile(r"Certificate:\s*")
_MOST_LINES = 200


@dataclass(slots=True)
class ExportEntry:
    """What was read of one entry so far."""

    alias: str | None = None
    created: datetime | None = None
    """The first moment that may belong to the day on which it was made (UTC)."""
    words: list[str] = field(default_factory=list)
    """Other texts that may name its certificate."""
    header: str | None = None
    """The subject that a line above the certificate gives, in OpenSSL's form."""
    unread: bool = False
    """Whether something names it that is not understood."""
    expected: bool = False
    """Whether it should hold a certificate."""
    certificates: int = 0

    @property
    def what(self) -> str:
        """For a sentence."""
        return f"the entry {self.alias}" if self.alias else "an entry without a name"


@dataclass(frozen=True, slots=True)
class Described:
    """A certificate of which only the owner and the fingerprint are printed."""

    sha256: str
    subject: DistinguishedName | None


class ExportEntries:
    """Follows the entries of a text line by line."""

    def __init__(self) -> None:
        self.entry = ExportEntry()
        self.is_leaf = True
        self.unreadable: list[ExportEntry] = []
        """Entries that ended without a certificate, since the last look."""
        self._labelled: list[str] = []
        """The values of the labelled lines since the last blank one."""
        self._owner = ""
        self._owner_open = False
        self._digits = ""
        self._in_dump = False

    def line(self, line: str) -> Described | None:
        """Take a line outside of PEM; the certificate that it completes."""
        self._in_dump = (self._in_dump and line[:1] in " \t") or _DUMP.fullmatch(line) is not None
        text = line.strip(BLANKS + "\u00a0")
        if not text:
            self._labelled.clear()
            return None
        described = self._fingerprint(text)
        if described is not None or self._digits or self._structure(text) or self._goes_on(text):
            return described
        self._name(text)
        return None

    def certificate(self) -> None:
        """A certificate of the entry was read, or reported as unreadable."""
        self.entry.certificates += 1

    def block_over(self) -> None:
        """A PEM block ended: its alias and comments do not name the next one."""
        self._owner, self.is_leaf = "", False
        self.entry.words.clear()
        self.entry.unread, self.entry.header = False, None

    def end(self) -> None:
        """The entry is over, or the text."""
        if self.entry.expected and not self.entry.certificates:
            self.unreadable.append(self.entry)
        self._begin(None)

    def _begin(self, alias: str | None) -> None:
        self.entry = ExportEntry(alias)
        self.is_leaf = True
        self._owner = self._digits = ""
        self._owner_open = False
        self._labelled.clear()

    def _fingerprint(self, text: str) -> Described | None:
        begun = _SHA256.search(text)
        if begun:
            self._digits = begun["digits"]
        elif self._digits and _SOME_PAIRS.fullmatch(text):
            self._digits += text
        else:
            self._digits = ""
            return None
        pairs = _PAIRS.fullmatch(self._digits.strip())
        if pairs is None:
            self._digits = self._digits if len(self._digits) < 100 else ""
            return None
        digits, self._digits = re.sub(r"[:\s]", "", self._digits).lower(), ""
        return self._described(digits)

    def _described(self, sha256: str) -> Described | None:
        owner = self._owner or self.entry.header or ""
        self._owner = ""
        if not owner:
            self.entry.expected = True
            return None
        names = readings(owner)
        return Described(sha256, names[0] if names else None)

    def _structure(self, text: str) -> bool:
        """Whether a line is part of an entry's frame."""
        if _SEPARATOR.match(text) or re.fullmatch("bag attributes", text, re.IGNORECASE):
            self.end()
        elif alias := _ALIAS.fullmatch(text):
            self.end()
            self._begin(alias[1].strip(BLANKS))
            self._labelled.append(alias[1])
        elif kind := _ENTRY_TYPE.fullmatch(text):
            self._typed(is_secret=kind["type"].lower() == "secretkey")
        elif place := _PLACE_IN_CHAIN.fullmatch(text):
            self.is_leaf, self._owner = int(place["place"]) == 1, ""
            self.entry.expected = True
        else:
            return False
        return True

    def _typed(self, *, is_secret: bool) -> None:
        """The entry's type was read: two labelled lines above it is the alias, whatever their language."""
        labelled = list(self._labelled)
        if len(labelled) >= 2 and self.entry.alias != labelled[-2].strip(BLANKS):
            self.end()
            self._begin(labelled[-2].strip(BLANKS))
        elif self.entry.alias is None:
            self.entry.unread = True
        self.entry.created = earliest_on(labelled[-1]) if labelled else None
        self.entry.expected = not is_secret
        self.entry.unread = self.entry.alias is None

    def _goes_on(self, text: str) -> bool:
        """Whether a line holds the owner, or the rest of one that was broken."""
        labelled = _LABELLED.fullmatch(text)
        if labelled is None:
            if self._owner_open and not _HEADER.fullmatch(text):
                self._owner += text
                return True
            return False
        self._owner_open = False
        value = labelled["value"]
        if "=" not in value or not readings(value):
            return False
        if not self._owner:
            self._owner, self._owner_open = value, True
        return True

    def _name(self, text: str) -> None:
        """Keep what may name the next certificate."""
        if len(self.entry.words) >= _MOST_LINES or self._in_dump:
            return
        if header := _HEADER.fullmatch(text):
            self.entry.header = header["name"] if header["label"].lower() == "subject" else self.entry.header
        elif bag := _BAG.fullmatch(text):
            value = bag["value"].strip(BLANKS)
            if text[:1].lower() == "f":
                self.entry.alias = value
            else:
                self.entry.words.append(_from_hex(value))
        elif labelled := _LABELLED.fullmatch(text):
            self._labelled.append(labelled["value"])
            self.entry.words.append(labelled["value"])
            self.entry.unread = self.entry.unread or not _SAYS_NOTHING.match(text)
        elif not _SAYS_NOTHING.match(text):
            self.entry.words.append(text)


def _from_hex(text: str) -> str:
    """A local key id as text, where it is one: Java writes words in it."""
    if not _HEX.fullmatch(text):
        return text
    return bytes.fromhex(re.sub(r"[^0-9A-Fa-f]", "", text)).decode("latin-1")
