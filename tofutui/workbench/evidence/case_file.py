"""Everything that is known of the rows of both tables, and the judge who weighs it."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import chain

from tofutui.history.journal import Journal
from tofutui.history.row_history import Sightings
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import Role
from tofutui.workbench.changes import Change, EntriesChanged
from tofutui.workbench.evidence.assigned_exports import KnownCertificates
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.evidence.logs import SessionLogs
from tofutui.workbench.evidence.memory import Memory
from tofutui.workbench.evidence.operator import Testimony
from tofutui.workbench.evidence.row_judge import Judge
from tofutui.workbench.evidence.statements import SpokenWords
from tofutui.workbench.probes import Probing
from tofutui.workbench.table import Table


class CaseFile:
    """The sources of evidence of one comparison; ``announce`` is called with each change of its entries."""

    def __init__(
        self,
        comparison: Comparison,
        tables: Mapping[Role, Table],
        probing: Probing,
        sightings: Sightings | None,
        *,
        clock: Callable[[], datetime],
        announce: Callable[[Change], None],
    ) -> None:
        session = comparison.session
        self.comparison = comparison
        self.probing = probing
        self.announce = announce
        self.testimony = Testimony()
        self.memory = Memory(session, sightings)
        self.known = KnownCertificates(session, clock)
        self.deletions = Deletions(lambda: session.name, Journal(sightings.database) if sightings else None)
        self.judge = Judge(comparison, tables, self.testimony, self.memory, self.known, self.deletions, clock)
        self.logs = SessionLogs(session, self.testimony, self.judge.clocks, clock)
        self.statements = SpokenWords(
            comparison, self.testimony, sightings.database if sightings else None,
            clock=clock, judge_again=lambda: self.judge_again(session.roles),
        )  # fmt: skip

    def troubles(self, role: Role) -> tuple[str | None, ...]:
        """What could not be read or written of a node's evidence."""
        files = (*self.known.troubles(role), *self.logs.troubles(role))
        return (*files, self.memory.trouble, self.deletions.trouble, self.statements.trouble)

    @property
    def unread(self) -> tuple[str, ...]:
        """What was named as evidence and not read, or not whole, of any node."""
        roles = self.comparison.nodes
        files = [*map(self.known.troubles, roles), *map(self.logs.troubles, (*roles, None))]
        return tuple(dict.fromkeys(chain.from_iterable(files)))

    async def judge_again(self, roles: Collection[Role]) -> None:
        """Judge every row of these nodes with all the evidence there is now."""
        async with self.probing.round() as probes:
            for role, ids in (await self.judge.everything(roles, probes)).items():
                self.announce(EntriesChanged(role, ids))
