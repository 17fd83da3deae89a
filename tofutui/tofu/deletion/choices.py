"""What the operator selected and deselected in the plans of a session."""

from dataclasses import dataclass, field
from datetime import datetime

from tofutui.tofu.deletion.proof import changed_entry
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.role import Role

RowId = tuple[Role, str]
"""Which row of which table, whatever it holds."""


@dataclass(frozen=True, slots=True)
class RowChoice:
    """One decision about a row as it was then."""

    entry: Entry
    selected: bool
    at: datetime


@dataclass(slots=True)
class PlanChoices:
    """Decisions by row; one counts for as long as the row is what it was when it was decided."""

    cursor: RowId | None = None
    """The row that the plan was left at."""
    _by_row: dict[RowId, RowChoice] = field(default_factory=dict)

    def note(self, entry: Entry, *, selected: bool, at: datetime) -> None:
        """The operator decided about a row."""
        self._by_row[row_id(entry)] = RowChoice(entry, selected, at)

    def of(self, entry: Entry) -> RowChoice | None:
        """What was decided about this row; None if nothing was, or the row is another one since."""
        choice = self._by_row.get(row_id(entry))
        if choice is None or changed_entry(choice.entry, entry) is not None:
            return None
        return choice


def row_id(entry: Entry) -> RowId:
    """Which row of which table an entry is."""
    return entry.role, entry.id
