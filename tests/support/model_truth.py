"""What is really so on the simulated nodes, whatever they print: tables, and what came of commands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tofutui.lab.cert import LabCertificate, slash_form
from tofutui.tofu.site.endpoint import Endpoint, split_key
from tofutui.tofu.site.session import Role

if TYPE_CHECKING:
    from tests.support.model_site import Confirmed, Eyes


class TrueTable(dict[str, LabCertificate]):
    """The table of one machine; another machine at the same address has another one."""

    def held_as(self, endpoint: Endpoint | None) -> list[str]:
        """The keys of one endpoint, in whatever spelling."""
        return [key for key in self if split_key(key) == endpoint]

    def texts(self) -> dict[str, str]:
        """The subjects as a node prints them, by key."""
        return {key: slash_form(row.subject) for key, row in self.items()}


@dataclass(eq=False)
class Deed:
    """One deletion that a node received, and what came of it."""

    role: Role
    key: str
    table: TrueTable
    eyes: "Eyes"
    confirmed: "Confirmed"
    at: datetime
    text: str
    """What the row held when the command came; "" if there was none."""
    entry_id: int = 0
    """Its number in the journal."""
    prompted: bool = False
    """Whether the prompt came back after it."""
    is_due: bool = False
    """Whether the node will remove the row later."""
    was_absent: bool = False
    """Whether the row was really absent at the time of some listing since."""
    present: bool = True
    """Whether it was really present at the time of the newest listing."""
    text_now: str = ""
    """What it really held then."""
    shown_before: dict[str, list[str]] = field(default_factory=dict)
    """The program's last complete listing before the command."""

    has_ended: bool = False
    """Whether its outcome was shown."""

    def went_with(self) -> list[str]:
        """The keys that went from the program's view since the command, and that it did not delete."""
        now, role = self.eyes.newest(self.role), self.role
        deleted = {
            item.deletion.key for item in self.eyes.confirmed if item.deletion.role is role and item.sent
        }
        return [key for key in self.shown_before if key not in now and key not in deleted]

    def looked(self) -> None:
        """The node lists its table, whatever it prints."""
        names = self.table.held_as(split_key(self.key))
        self.present = bool(names)
        self.was_absent = self.was_absent or not names
        self.text_now = slash_form(self.table[names[0]].subject) if names else ""


@dataclass(slots=True)
class Printing:
    """How one node's listings differ from its table."""

    cached: int = 0
    """So many listings after the next deletion show what was there before it."""
    blanks: int = 0
    """So many listings after the next deletion show nothing."""
    twice: str = ""
    """This key is printed twice."""
    lines: dict[str, str] = field(default_factory=dict)
    """The texts that were there before the deletion."""
    lag: int = 0
    blank: int = 0

    def deletes(self, texts: Mapping[str, str]) -> None:
        """A deletion begins: what is cached from now on."""
        self.lines = dict(texts)
        self.lag = self.cached
        self.blank = self.blanks if len(texts) > 1 else 0  # one row less than one is nothing, rightly

    def rows(self, texts: Mapping[str, str]) -> list[tuple[str, str]]:
        """The next listing's keys and texts."""
        if self.blank:
            self.blank -= 1
            return []
        if self.lag:
            self.lag -= 1
            texts = self.lines
        rows = list(texts.items())
        return rows + [row for row in rows if row[0] == self.twice]


def claims_against(deed: Deed, outcome: str) -> str | None:
    """What is untrue about an outcome; None if it may be said."""
    problems: Iterable[tuple[bool, str]] = ()
    if outcome == "gone":
        problems = [(not deed.was_absent, "it never was absent since")]
    elif outcome == "came back":
        changed = deed.present and deed.text_now != deed.text
        problems = [(not deed.was_absent and not changed, "it never was absent or another one")]
    elif outcome == "still there":
        problems = [
            (not deed.prompted, "the prompt did not come back"),
            (deed.is_due, "the node removes it later"),
            (not deed.present, "it is gone"),
        ]
    elif outcome == "cannot tell":
        unfinished = not deed.prompted and not deed.was_absent
        problems = [(unfinished, "the prompt did not come back")]
    return next((words for wrong, words in problems if wrong), None)
