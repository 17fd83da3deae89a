"""Exported certificates from the bytes of a file.

Understood are PEM (alone or among other text), DER, and what ``keytool -list`` prints with ``-rfc`` (PEM
under the alias) or ``-v`` (owner and fingerprints), in any language.
Everything else in such a file, private keys above all, is passed over and never kept.
"""

import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime

from tofutui.tofu.asn1.der import SEQUENCE, DerError, first
from tofutui.tofu.base.encodings import decode_text
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import BLANKS, safe
from tofutui.tofu.certificates.certificate import UnreadableCertificate, read_certificate
from tofutui.tofu.cli_output.saved_text import without_prefixes
from tofutui.tofu.exports.assignment import Imported
from tofutui.tofu.exports.entries import ExportEntries, ExportEntry
from tofutui.tofu.names.match import Relation, compare
from tofutui.tofu.names.render import renderings
from tofutui.tofu.names.values import DistinguishedName

MOST_CERTIFICATES = 5_000
"""Of one file. The store of a node holds a few; Java's own trust store 150."""

_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_END = re.compile(r"-----END [A-Z0-9 ]{1,40}-----")
_CERTIFICATES = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_LONGEST_LINE = 4_096
"""Characters; no line that means something here is longer, but for PEM without line ends."""
_OURS = re.compile(r"\s*-----BEGIN |.{0,60}\bSHA[-_ ]?256\b", re.IGNORECASE)
"""Lines that a prefix before all lines must not hide."""
_ENDING = re.compile(r"\.(?:pem|crt|cer|cert|der|txt)\Z", re.IGNORECASE)
_BRIEF_LIST = re.compile(r"\(SHA-?(?:1|256)\): [0-9A-F]{2}:", re.IGNORECASE)
_MOST_REMARKS = 20
_KEYSTORES = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
_EXPORT = "export it with `keytool -list -rfc -keystore FILE`"


class NoCertificate(TofutuiError):
    """A file that should hold certificates and holds none that can be used."""


@dataclass(frozen=True, slots=True)
class Export:
    """What one file (or several) held."""

    certificates: tuple[Imported, ...]
    remarks: tuple[str, ...] = ()
    """What could not be read in it, one sentence each."""


@dataclass(frozen=True, slots=True)
class _File:
    """What every certificate of a file has in common."""

    source: str
    name: str
    at: datetime | None

    def imported(
        self, sha256: str, subject: DistinguishedName | None, alias: str | None, entry: ExportEntry
    ) -> Imported:
        return Imported(
            sha256=sha256,
            subject=subject,
            source=f"{self.source}, alias {alias}" if alias else self.source,
            file=self.source,
            alias=alias or None,
            names=tuple(dict.fromkeys((self.name, _ENDING.sub("", self.name)))),
            words=tuple(entry.words),
            unread=(entry.unread and not entry.alias) or _contradicts(entry.header, subject),
            written=self.at,
            created=entry.created,
            forms=_forms(subject),
        )


def read_export(data: bytes, *, source: str, name: str, at: datetime | None = None) -> Export:
    """The certificates in a file's bytes, each once.

    Args:
        data: the whole file.
        source: the file as the user knows it, for messages.
        name: the file's own name; it may be a row's key.
        at: when it was written last.

    Raises:
        NoCertificate: it holds none; the message names the file and never quotes its content.
    """
    file = _File(source, name, at)
    reader = _read_der(data, file) if data[:1] == b"\x30" else _Reader(file)
    if not reader.certificates:
        reader = _read_text(data, file)
    certificates = tuple(dict.fromkeys(reader.certificates))
    if not certificates:
        raise NoCertificate(*_why_none(data, file, reader))
    return Export(certificates, tuple(reader.remarks))


def _forms(subject: DistinguishedName | None) -> frozenset[str]:
    if subject is None or not subject.der:
        return frozenset()
    return frozenset(form.strip(BLANKS) for form in renderings(subject))


def _contradicts(header: str | None, subject: DistinguishedName | None) -> bool:
    """Whether the line above a certificate gives the subject of another one."""
    return header is not None and compare(header, subject).relation is Relation.DIFFERENT


def _read_der(data: bytes, file: _File) -> "_Reader":
    reader = _Reader(file)
    reader.take(data)
    return reader


def _read_text(data: bytes, file: _File) -> "_Reader":
    reader = _Reader(file)
    for line in _lines(data):
        reader.line(line)
    reader.end()
    return reader


def _lines(data: bytes) -> list[str]:
    lines = [line.rstrip("\r") for line in decode_text(data).split("\n")]
    return without_prefixes(lines, _OURS)


@dataclass(slots=True)
class _Reader:
    """Reads a text line by line."""

    file: _File
    certificates: list[Imported] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    has_key: bool = False
    _entries: ExportEntries = field(default_factory=ExportEntries)
    _block: list[str] | None = None
    """The lines of the certificate being read; None outside of one."""
    _skipping: bool = False
    """Inside a block that is not a certificate."""

    def line(self, line: str) -> None:
        """Take one line, without its end."""
        begin = _BEGIN.search(line, 0, _LONGEST_LINE)
        if begin:
            self._cut_off()
            self._begin(begin[1])
            self._rest_of(line[begin.end() :])
        elif _END.search(line[:_LONGEST_LINE]):
            self._finish()
        elif self._block is not None:
            self._block.append(line)
        elif not self._skipping and len(line) <= _LONGEST_LINE:
            described = self._entries.line(line)
            if described is not None:
                self._add(described.sha256, described.subject)
            self._tell_unreadable()

    def end(self) -> None:
        """The text is over."""
        self._cut_off()
        self._entries.end()
        self._tell_unreadable()

    def _tell_unreadable(self) -> None:
        """One remark for each entry that ended without a certificate."""
        for entry in self._entries.unreadable:
            self._remark(f"cannot be read: {entry.what} has neither PEM nor owner and SHA-256")
        self._entries.unreadable.clear()

    def take(self, der: bytes) -> None:
        """One certificate's bytes; what follows it (trust settings of OpenSSL) does not count."""
        try:
            certificate = read_certificate(first(der).expect(SEQUENCE).raw)
        except (DerError, UnreadableCertificate):
            self._remark("cannot be read as a certificate")
            return
        self._add(certificate.sha256, certificate.subject)

    def _rest_of(self, line: str) -> None:
        """What follows a beginning in its line: a whole block, where line ends were lost."""
        end = _END.search(line)
        if end and self._block is not None:
            self._block.append(line[: end.start()])
        if end:
            self._finish()

    def _begin(self, label: str) -> None:
        if label in _CERTIFICATES:
            self._block = []
        else:
            self._skipping = True
            self.has_key = self.has_key or label.endswith("PRIVATE KEY")

    def _finish(self) -> None:
        block, self._block, self._skipping = self._block, None, False
        if block is None:
            return
        try:
            der = binascii.a2b_base64("".join(block).encode("ascii"))
        except ValueError:  # binascii's own, or characters that are not ASCII
            self._remark("is not base64")
            return
        self.take(der)

    def _cut_off(self) -> None:
        if self._block is not None:
            self._remark("is truncated")
        self._block, self._skipping = None, False

    def _add(self, sha256: str, subject: DistinguishedName | None) -> None:
        if len(self.certificates) >= MOST_CERTIFICATES:
            raise NoCertificate(
                f"{safe(self.file.source)}: more than {MOST_CERTIFICATES:,} certificates",
                "give the export of one node's store",
            )
        # An alias names the first certificate of its chain; those that signed it are not rows of that name.
        entry = self._entries.entry
        alias = entry.alias if self._entries.is_leaf else None
        self.certificates.append(self.file.imported(sha256, subject, alias, entry))
        self._entries.certificate()
        self._entries.block_over()

    def _remark(self, what: str) -> None:
        number = len(self.certificates) + len(self.remarks) + 1
        self._entries.certificate()
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks.append(f"{safe(self.file.source)}: certificate {number} {what}")


def _why_none(data: bytes, file: _File, reader: _Reader) -> tuple[str, str]:
    """Message and cure for a file without a certificate."""
    where = safe(file.source)
    kind = _KEYSTORES.get(data[:4]) or ("PKCS#12" if _is_pkcs12(data) else None)
    if kind:
        return f"{where}: a {kind} keystore, which is not opened here", _EXPORT
    if data[:1] == b"\x30":
        return f"{where}: not a certificate in DER", ""
    if _BRIEF_LIST.search(data[:1_000_000].decode("latin-1")):
        return f"{where}: keytool's short list, which does not show the owners", _EXPORT
    if reader.remarks:
        return f"{reader.remarks[0]}, and there is no other", ""
    if reader.has_key:
        return f"{where}: a private key and no certificate; it was not kept", "give the certificate"
    return f"{where}: no certificate in it", "PEM, DER or the output of `keytool -list -rfc` or `-v`"


def _is_pkcs12(data: bytes) -> bool:
    """A SEQUENCE that begins with the version 3 (RFC 7292)."""
    return data[:1] == b"\x30" and b"\x02\x01\x03\x30" in data[:12]
