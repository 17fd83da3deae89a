"""The imported certificates of one session, and the rows that they were assigned to."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tofutui.config.known import read_exports
from tofutui.tofu.comparison import Entry, NodeView
from tofutui.tofu.known import Assignment, Assignments, Imported, assign
from tofutui.tofu.known_reading import Export
from tofutui.tofu.session import Role, Session
from tofutui.workbench.judging import NOTHING_KNOWN

_DOUBTS_TOLD = 3


class KnownCertificates:
    """What the sessions file and the operator gave; judged by after the next `assign`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._given: dict[Role, dict[Imported, None]] = {role: {} for role in session.roles}
        self._partial: set[Role] = set()
        """Roles whose table is not known completely: a certificate may be of a row that was not seen."""
        self._configured: dict[Role, Export] = {}
        self._assigned: dict[Role, Assignments] = {}

    def add(self, certificates: Iterable[Imported], role: Role | None) -> None:
        """Certificates of one node's store, or (None) of a node that nobody named: then both are tried."""
        certificates = tuple(certificates)
        for given in [role] if role is not None else list(self._given):
            self._given.setdefault(given, {}).update(dict.fromkeys(certificates))

    async def reload(self, role: Role) -> None:
        """Read the files that the sessions file names for this node (``known``)."""
        paths = self._session.nodes[role].known
        if paths:
            self._configured[role] = await asyncio.to_thread(read_exports, paths)

    def troubles(self, role: Role) -> tuple[str, ...]:
        """What could not be read of the files that the sessions file names."""
        export = self._configured.get(role)
        return export.remarks if export else ()

    def assign(self, role: Role, view: NodeView) -> None:
        """Find the rows of all certificates in a node's table as it stands."""
        export = self._configured.get(role)
        ours = [*self._given.get(role, ()), *(export.certificates if export else ())]
        self._partial = self._partial - {role} if view.complete else self._partial | {role}
        if ours:
            self._assigned[role] = assign(ours, view.entries.values(), complete=view.complete)

    def of(self, entry: Entry, incarnation: datetime | None) -> Assignment:
        """What is known about a row; a certificate exported before the row began is not its own."""
        assigned = self._assigned.get(entry.role)
        found = assigned.rows.get(entry.id, NOTHING_KNOWN) if assigned else NOTHING_KNOWN
        one = found.imported
        if one is None or one.at is None or incarnation is None or one.at >= incarnation:
            return found
        older = f"{one.what} is not used: it was exported before this row was learned"
        return replace(found, imported=None, unusable=(older, *found.unusable))

    def unused(self) -> dict[str, tuple[str, ...]]:
        """The files given by hand of which no certificate is used for any row, each with the reasons.

        Where a table was not read completely a file without a doubt has none either.
        """
        used = {one.file for found in self._assigned.values() for one in found.used}
        reasons: dict[str, list[str]] = {}
        for role, given in self._given.items():
            doubtful = self._assigned[role].doubtful if role in self._assigned else {}
            for one in given:
                if one.file not in used:
                    reasons.setdefault(one.file, []).extend([doubtful[one]] if one in doubtful else [])
        nowhere = () if self._partial else ("no row has a certificate of it",)
        return {
            file: tuple(dict.fromkeys(why))[:_DOUBTS_TOLD] or tuple(f"{file}: {words}" for words in nowhere)
            for file, why in reasons.items()
        }
