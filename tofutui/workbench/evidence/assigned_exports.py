"""The imported certificates of one session, and the rows that they were assigned to."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from tofutui.config.export_files import read_exports
from tofutui.tofu.exports.assignment import Assignment, Assignments, Imported, assign
from tofutui.tofu.exports.reading import Export
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.site.session import Role, Session

NOTHING_KNOWN = Assignment()
_DOUBTS_TOLD = 3
WHOSE = "it fits rows of both nodes, or may: say whose store it is, with primary= or secondary="


class KnownCertificates:
    """What the sessions file and the operator gave; judged by after the next `assign`."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._given: dict[Role, dict[Imported, None]] = {role: {} for role in session.roles}
        self._unnamed: dict[Imported, None] = {}
        self._read_at: dict[Imported, datetime] = {}
        """When a certificate was seen first: it was exported before."""
        self._partial: set[Role] = set(session.roles)
        """Roles whose table is not known completely: a certificate may be of a row that was not seen."""
        self._named: dict[Role, dict[Imported, None]] = {}
        self._configured: dict[Role, Export] = {}
        self._assigned: dict[Role, Assignments] = {}

    def add(self, certificates: Iterable[Imported], role: Role | None) -> None:
        """Certificates of one node's store, or (None) of an unnamed node: then both are tried."""
        certificates = dict.fromkeys(certificates)
        self._note(certificates)
        if role is None:
            self._unnamed.update(certificates)
        for given in [role] if role is not None else list(self._given):
            self._given.setdefault(given, {}).update(certificates)
            if role is not None:
                self._named.setdefault(given, {}).update(certificates)

    @property
    def has_unnamed(self) -> bool:
        """Whether there is any of which it is not known whose store it comes from."""
        return bool(self._unnamed)

    async def reload(self, role: Role) -> None:
        """Read the files that the sessions file names for this node (``known``)."""
        paths = self._session.nodes[role].known
        if paths:
            export = self._configured[role] = await asyncio.to_thread(read_exports, paths)
            self._note(export.certificates)

    def troubles(self, role: Role) -> tuple[str, ...]:
        """What could not be read of the files that the sessions file names."""
        export = self._configured.get(role)
        return export.remarks if export else ()

    def assign(self, role: Role, view: NodeView) -> None:
        """Find the rows of all certificates in a node's current table."""
        export = self._configured.get(role)
        configured = dict.fromkeys(export.certificates if export else ())
        elsewhere = self._named.get(role.other, {}).keys() - self._named.get(role, {}).keys()
        given = (certificate for certificate in self._given.get(role, {}) if certificate not in elsewhere)
        ours = {**dict.fromkeys(given), **configured}
        self._partial = self._partial - {role} if view.complete else self._partial | {role}
        if ours or role in self._assigned:
            unnamed = self._unnamed.keys() - configured.keys() - self._named.get(role, {}).keys()
            rows = view.entries.values()
            self._assigned[role] = assign(ours, rows, complete=view.complete, unnamed=unnamed)

    def of(self, entry: Entry, incarnation: datetime | None) -> Assignment:
        """What is known about a row; a certificate exported before the row began is not its own."""
        assigned = self._assigned.get(entry.role)
        row = assigned.rows.get(entry.id, NOTHING_KNOWN) if assigned else NOTHING_KNOWN
        certificate = row.imported
        if certificate is None:
            return row
        if incarnation is not None and self._exported_by(certificate) < incarnation:
            older = f"{certificate.what} is not used: it was exported before this row was learned"
            return replace(row, imported=None, unusable=(older, *row.unusable))
        if certificate.created is not None and certificate.created > self._exported_by(certificate):
            row = replace(row, imported=replace(certificate, created=None))  # no clock is that far ahead
        return replace(row, doubt=WHOSE if self._may_be_of(entry.role.other, certificate) else "")

    def _may_be_of(self, other: Role, certificate: Imported) -> bool:
        """Whether a certificate of an unnamed node may as well be of the other node's table."""
        if certificate not in self._unnamed or other not in self._session.roles:
            return False
        if any(certificate in self._named.get(role, ()) for role in self._session.roles):
            return False
        assigned = self._assigned.get(other)
        return other in self._partial or (assigned is not None and certificate in assigned.fitting)

    def _exported_by(self, certificate: Imported) -> datetime:
        """The latest time at which a certificate can have been exported."""
        read = self._read_at[certificate]
        return read if certificate.written is None else min(certificate.written, read)

    def _note(self, certificates: Iterable[Imported]) -> None:
        now = self._clock()
        for certificate in certificates:
            self._read_at.setdefault(certificate, now)

    def unused(self) -> dict[str, tuple[str, ...]]:
        """The files given by hand of which no certificate is used for any row, each with the reasons.

        Where a table was not read completely a file without a doubt has none either.
        """
        used = {certificate.file for assigned in self._assigned.values() for certificate in assigned.used}
        reasons: dict[str, list[str]] = {}
        for role, given in self._given.items():
            doubtful = self._assigned[role].doubtful if role in self._assigned else {}
            for certificate in given:
                if certificate.file not in used:
                    why = [doubtful[certificate]] if certificate in doubtful else []
                    reasons.setdefault(certificate.file, []).extend(why)
        nowhere = () if self._partial else ("no row has a certificate of it",)
        return {
            file: tuple(dict.fromkeys(why))[:_DOUBTS_TOLD] or tuple(f"{file}: {words}" for words in nowhere)
            for file, why in reasons.items()
        }
