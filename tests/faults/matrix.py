"""Every fault at every moment: what is seen and said, or why the two do not meet.

The tests of this folder are made from `cells`; ``python -m tests.faults.matrix`` prints the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tofutui.tofu.deletion.plan import Outcome


class Moment(Enum):
    """When it strikes, on the primary (probing: on the endpoint of one row)."""

    CONNECTING = "connecting"
    DIALOGUE = "first dialogue"
    LISTING = "listing"
    ROWS = "between two rows"
    BEFORE_DELETE = "deleting, before the node did it"
    AFTER_DELETE = "deleting, after the node did it"
    RELISTING = "listing again"
    PROBING = "probing"
    GUIDE = "guide polling"

    @property
    def place(self) -> str:
        """What the simulated pair calls it."""
        return _PLACES.get(self, "")

    @property
    def deletes(self) -> bool:
        """Whether a deletion is under way."""
        return self in (Moment.BEFORE_DELETE, Moment.AFTER_DELETE, Moment.RELISTING)


_PLACES = {
    Moment.DIALOGUE: "greeting",
    Moment.LISTING: "listing",
    Moment.ROWS: "rows",
    Moment.BEFORE_DELETE: "delete",
    Moment.AFTER_DELETE: "deleted",
    Moment.RELISTING: "relisting",
    Moment.GUIDE: "ha-status",
}


class Kind(Enum):
    """What a fault is about, which decides how it is played at a moment."""

    CONNECT = "meets whoever connects: the link is reset at the moment, and connecting again meets it"
    LINK = "strikes an open link or shell"
    LOCAL = "strikes on this machine"


class Fault(Enum):
    """What goes wrong."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    DNS = "DNS failure"
    SILENT = "accepted and silent"
    BANNER_LATE = "SSH banner late"
    BANNER_NEVER = "SSH banner never whole"
    KEX_HANGS = "key exchange hangs"
    LOGIN_HANGS = "authentication hangs"
    WRONG_PASSWORD = "password wrong"
    EXPIRED = "password expired"
    SHELL_CLOSED = "shell closed at once"
    RESET = "connection reset"
    HALF_OPEN = "half-open"
    NO_PROMPT = "prompt never returns"
    GARBAGE = "garbage bytes"
    ENDLESS = "endless output"
    CLOCK_JUMP = "clock jump"
    DISK_FULL = "disk full"
    READ_ONLY = "read-only data folder"
    LOCKED = "database locked"
    OTHER_PROGRAM = "another tofutui"
    TERMINAL_CLOSED = "terminal closed"

    @property
    def kind(self) -> Kind:
        """How it is played."""
        if self in _CONNECT:
            return Kind.CONNECT
        return Kind.LOCAL if self in _LOCAL else Kind.LINK

    @property
    def needs_operator(self) -> bool:
        """Whether nothing is retried automatically after it."""
        return self in (Fault.WRONG_PASSWORD, Fault.EXPIRED)


_CONNECT = {
    Fault.REFUSED: "refused the connection",
    Fault.UNREACHABLE: "cannot be reached: Network is unreachable",
    Fault.DNS: "there is no address for primary.test",
    Fault.SILENT: "accepted the connection but sent no SSH greeting",
    Fault.BANNER_LATE: "",
    Fault.BANNER_NEVER: "did not finish its SSH greeting",
    Fault.KEX_HANGS: "the login did not end within",
    Fault.LOGIN_HANGS: "the login did not end within",
    Fault.WRONG_PASSWORD: "refused the password of admin",
    Fault.EXPIRED: "the password of admin@primary.test",
}
"""What is said of each fault that connecting meets; nothing where connecting succeeds all the same."""
_LOCAL = (
    Fault.CLOCK_JUMP, Fault.DISK_FULL, Fault.READ_ONLY, Fault.LOCKED, Fault.OTHER_PROGRAM,
    Fault.TERMINAL_CLOSED,
)  # fmt: skip
_STORE = (Fault.DISK_FULL, Fault.READ_ONLY, Fault.LOCKED)
_STORE_SAYS = {
    Fault.DISK_FULL: "database or disk is full",
    Fault.READ_ONLY: "attempt to write a readonly database",
    Fault.LOCKED: "another program is writing to it",
}
_WRITES = (Moment.LISTING, Moment.BEFORE_DELETE, Moment.AFTER_DELETE, Moment.RELISTING, Moment.GUIDE)
"""The moments at which something is written."""

_AT_CONNECTING = {
    Fault.RESET: "closed the connection at once",
    Fault.GARBAGE: "is not an SSH server",
    Fault.ENDLESS: "is not an SSH server",
}
_AT_DIALOGUE = {
    Fault.SHELL_CLOSED: "closed the session before its first prompt",
    Fault.RESET: "closed the session before its first prompt",
    Fault.HALF_OPEN: "primary.test",
    Fault.NO_PROMPT: "showed no prompt within",
    Fault.GARBAGE: "",
    Fault.ENDLESS: "has shown no prompt",
}
_IN_COMMAND = {
    Fault.SHELL_CLOSED: "was lost",
    Fault.RESET: "was lost",
    Fault.HALF_OPEN: "was lost",
    Fault.NO_PROMPT: "did not finish",
    Fault.GARBAGE: "",
    Fault.ENDLESS: "printed more than",
}
_STATE_AND_MORE = "HA not Configured; "
"""An HA state before words that mean nothing known: both are shown, and nothing is concluded from them."""
_UNFINISHED = "the node did not finish the command"
"""Said of a row that is present after a command whose prompt never came."""
_OF_ENDPOINT = {
    Fault.REFUSED: "refused",
    Fault.UNREACHABLE: "unreachable",
    Fault.DNS: "dns",
    Fault.SILENT: "timeout",
    Fault.KEX_HANGS: "timeout",
    Fault.RESET: "reset",
    Fault.HALF_OPEN: "timeout",
    Fault.GARBAGE: "not-tls",
    Fault.ENDLESS: "not-tls",
}

_NO_LOGIN_NOW = "the connection is already open: met at connecting"
_NO_SHELL_YET = "there is no shell yet: met at the first dialogue"
_NO_SSH = "the endpoint of a row speaks TLS: no SSH, login or shell"
_NOTHING_WRITTEN = "nothing is written then"
_ONE_LIST = "another program's reading does not meet this one's: met at listing"
_SEEN_LATER = "the node mentions another login in its first dialogue"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be seen of a cell. Everywhere: the other node and the screen go on, nothing is claimed that
    was not seen, at most one deletion is sent, and afterwards ``r`` brings the whole list back.
    """

    says: str = ""
    """Words of the pane (of the row, of the step); nothing where it goes well all the same."""
    check: int | None = None
    """The exit code of `check` while the fault is there; None where `check` has no such moment."""
    outcome: Outcome | None = None
    """How the deletion ends on the screen."""
    settled: Outcome | None = None
    """How it ends once a list could be read; None: it was decided before."""
    sent: int = 0
    """How many deletions the node is sent."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one moment: what is expected, or why they do not meet."""

    fault: Fault
    moment: Moment
    expected: Expected | None
    reason: str = ""

    @property
    def id(self) -> str:
        """For the test."""
        return f"{self.fault.value}-{self.moment.value}".replace(" ", "_").replace(",", "")


def cells() -> Iterator[Cell]:
    """The whole matrix, fault by fault."""
    for fault in Fault:
        for moment in Moment:
            met = _met(fault, moment)
            if isinstance(met, Expected):
                yield Cell(fault, moment, met)
            else:
                yield Cell(fault, moment, None, met)


def _met(fault: Fault, moment: Moment) -> Expected | str:
    if fault.kind is Kind.LOCAL:
        return _local(fault, moment)
    if moment is Moment.PROBING:
        status = _OF_ENDPOINT.get(fault)
        return Expected(status, check=4) if status else _NO_SSH
    if fault.kind is Kind.CONNECT:
        return _connect(fault, moment)
    return _link(fault, moment)


def _connect(fault: Fault, moment: Moment) -> Expected | str:
    if moment is Moment.DIALOGUE:
        return _NO_LOGIN_NOW
    says = _CONNECT[fault]
    code = 3 if says else 1
    if moment is Moment.BEFORE_DELETE:
        words = says or _UNFINISHED
        return Expected(words, None, Outcome.UNKNOWN, Outcome.CANNOT_TELL, 1)
    if moment is Moment.AFTER_DELETE:
        late = Expected("", None, Outcome.GONE, None, 1)
        return Expected(says, None, Outcome.UNKNOWN, Outcome.GONE, 1) if says else late
    if moment is Moment.RELISTING:  # the list that was lost decides nothing, whatever comes after
        return Expected("was lost", None, Outcome.UNKNOWN, Outcome.GONE, 1)
    return Expected(says, None if moment is Moment.GUIDE else code)


def _link(fault: Fault, moment: Moment) -> Expected | str:
    if moment is Moment.CONNECTING:
        says = _AT_CONNECTING.get(fault)
        return Expected(says, 3) if says else _NO_SHELL_YET
    if moment is Moment.DIALOGUE:
        return Expected(_AT_DIALOGUE[fault], 3 if _AT_DIALOGUE[fault] else 1)
    says = _IN_COMMAND[fault]
    if moment is Moment.GUIDE:
        return Expected(says or _STATE_AND_MORE)
    if moment is Moment.BEFORE_DELETE:
        unfinished = Expected(_UNFINISHED, None, Outcome.UNKNOWN, Outcome.CANNOT_TELL, 1)
        return unfinished if says else Expected("", None, Outcome.GONE, None, 1)
    if moment is Moment.AFTER_DELETE:
        return Expected("", None, Outcome.GONE, None, 1)
    if moment is Moment.RELISTING:
        broken = Expected(says, None, Outcome.UNKNOWN, Outcome.GONE, 1)
        return broken if says else Expected("", None, Outcome.GONE, None, 1)
    return Expected(says, 3 if says else 1)


def _local(fault: Fault, moment: Moment) -> Expected | str:
    gone = Expected("", None, Outcome.GONE, None, 1)
    if fault is Fault.TERMINAL_CLOSED:
        after = Outcome.CANNOT_TELL if moment is Moment.BEFORE_DELETE else Outcome.GONE
        return Expected("", None, None, after, 1) if moment.deletes else Expected()
    if fault is Fault.CLOCK_JUMP:
        return gone if moment.deletes else Expected()
    if fault is Fault.OTHER_PROGRAM:
        if moment in (Moment.ROWS, Moment.PROBING):
            return _ONE_LIST
        return gone if moment.deletes else _SEEN_LATER if moment is Moment.CONNECTING else Expected()
    if moment not in _WRITES:
        return _NOTHING_WRITTEN
    says = _STORE_SAYS[fault]
    if moment is Moment.BEFORE_DELETE:
        return Expected(says, None, Outcome.REFUSED, None, 0)
    if moment.deletes:
        return Expected(says, None, Outcome.GONE, Outcome.GONE, 1)
    return Expected(says)


def table() -> str:
    """The matrix in Markdown, with its figures and the reasons."""
    every = list(cells())
    reasons = list(dict.fromkeys(cell.reason for cell in every if cell.reason))
    lines = [
        "| fault | " + " | ".join(moment.value for moment in Moment) + " |",
        "|---|" + "---|" * len(Moment),
    ]
    for fault in Fault:
        row = [_shown(cell, reasons) for cell in every if cell.fault is fault]
        lines.append(f"| {fault.value} | " + " | ".join(row) + " |")
    tried = sum(cell.expected is not None for cell in every)
    figures = f"{len(every)} cells: {tried} played by the tests, {len(every) - tried} that do not meet."
    return "\n".join([figures, "", *lines, "", *(f"{n}. {why}" for n, why in enumerate(reasons, 1))])


def _shown(cell: Cell, reasons: list[str]) -> str:
    expected = cell.expected
    if expected is None:
        return f"not met ({reasons.index(cell.reason) + 1})"
    parts = [f"“{expected.says}”" if expected.says else "goes on"]
    if expected.check is not None:
        parts.append(f"check {expected.check}")
    if expected.outcome:
        parts.append(str(expected.outcome))
    if expected.settled and expected.settled is not expected.outcome:
        parts.append(f"then {expected.settled}")
    return ", ".join(parts)


if __name__ == "__main__":
    print(table())
