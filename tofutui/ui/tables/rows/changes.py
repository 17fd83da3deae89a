"""What changed in a table from one complete listing to the next. Knows no Textual."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.ui.text.vocabulary import clock_time, place_of_row


class Sign(StrEnum):
    """What became of a row; the value is what the screen shows."""

    NEW = "+"
    GONE = "\N{MINUS SIGN}"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row that is still there."""

    sign: Sign
    text: str


_State = tuple[str, str, str | None, Endpoint | None, str | None]
"""The line as printed, the verdict, the certificate presented; the row's endpoint and key.

All of it is in the row as well: there may be thousands of them.
"""


@dataclass(slots=True)
class Changes:
    """The changes of one node's table, kept until the next complete listing."""

    since: datetime | None = None
    """When the listing was that the newest one is compared with."""
    rows: dict[str, Change] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    """The ``host:port`` of each row that went."""
    _states: dict[str, _State] | None = None
    _listed_at: datetime | None = None

    def take(self, view: NodeView) -> None:
        """Compare with the listing before, after a refresh; one that is not complete says nothing."""
        if view.phase is not Phase.LISTED:
            return
        now = {id_: _state(entry) for id_, entry in view.entries.items() if entry.is_stored}
        before = self._states
        if before is not None:
            self.since = self._listed_at
            self.rows = {id_: change for id_ in now if (change := _change(before.get(id_), now[id_]))}
            self.gone = tuple(_place(before[id_]) for id_ in before if id_ not in now)
        self._states, self._listed_at = now, view.listed_at

    def words(self, entry_id: str) -> str:
        """What changed about a row, and since when; "" for one as it was."""
        change = self.rows.get(entry_id)
        return f"{clock_time(self.since)}: {change.text}" if change else ""

    def sign(self, entry_id: str) -> str:
        """The sign of a row, "" for one as it was."""
        change = self.rows.get(entry_id)
        return change.sign if change else ""

    @property
    def counts(self) -> str:
        """How many of each, for the edge of the pane; "" if nothing changed."""
        signs = [change.sign for change in self.rows.values()] + [Sign.GONE] * len(self.gone)
        return " ".join(f"{sign}{signs.count(sign)}" for sign in Sign if sign in signs)


def _state(entry: Entry) -> _State:
    return entry.raw, entry.verdict.look.word, entry.sha256, entry.endpoint, entry.key


def _place(state: _State) -> str:
    raw, _, _, endpoint, key = state
    return place_of_row(endpoint, key, raw)


def _change(before: _State | None, now: _State) -> Change | None:
    if before is None:
        return Change(Sign.NEW, "new in the table")
    (raw, verdict, sha256, *_), (new_raw, new_verdict, new_sha256, *_) = before, now
    parts = ["stored subject changed"] if raw != new_raw else []
    if sha256 != new_sha256:
        appeared, went = sha256 is None, new_sha256 is None
        parts.append(
            "answers again" if appeared else "no longer answers" if went else "another certificate presented"
        )
    parts += [f"verdict was {verdict}"] if verdict != new_verdict else []
    return Change(Sign.CHANGED, ", ".join(parts)) if parts else None
