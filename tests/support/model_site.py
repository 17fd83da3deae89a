"""The site of the model tests as it really is, and a judge who sees every line that reaches a node.

The judge knows what was confirmed, what each program was shown and what the nodes hold, and raises `Broken`
for whatever must never happen. It shares no rule with the executor.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from tests.support.model_questions import Question
from tests.support.model_truth import Deed, Printing, TrueTable
from tofutui.history.journal import Journal
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.cert import LabCertificate, certify, make_key, slash_form
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.deletion.plan import Deletion
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.site.endpoint import Endpoint, split_key
from tofutui.tofu.site.session import Role, Session

ADDRESSES = {Role.PRIMARY: "192.0.2.10", Role.SECONDARY: "192.0.2.11"}
KEYS = ("198.51.100.20_443", "2001:db8::7_443", "192.0.2.10_8082", "192.0.2.11_8082")
SPELLINGS = {
    KEYS[0]: "::ffff:198.51.100.20_443",
    KEYS[1]: "[2001:DB8:0::7]_443",
    KEYS[2]: "::ffff:192.0.2.10_8082",
    KEYS[3]: "::ffff:192.0.2.11_8082",
}
"""Another way to write each key's endpoint."""
NAMES = ("ise-one", "ise-two", "prime-x")
ISSUES = 2
DELETE = "ncs certvalidation tofu-certs deletecert host "
HARMLESS = {
    "terminal length 0",
    "ncs certvalidation tofu-certs listcerts",
    "show clock",
    "show version",
    "ncs ha status",
    "ncs status",
    "exit",
}
"""What may be sent besides a confirmed deletion."""


class Broken(AssertionError):
    """What must never happen."""


@cache
def certificates() -> tuple[LabCertificate, ...]:
    """Of each name as many as there are issues, all different."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        certify(make_key("ec"), (("C", "US"), ("O", "Example"), ("CN", name)), since, ["192.0.2.1"])
        for name in NAMES
        for _ in range(ISSUES)
    )


def text_of(certificate: LabCertificate) -> str:
    """The subject as a node prints it."""
    return slash_form(certificate.subject)


@dataclass(eq=False)
class Confirmed:
    """One deletion that an operator confirmed, and when that was counted in listings."""

    deletion: Deletion
    seen: int
    """Listings that the program had of this node when the row was chosen."""
    deeds: int
    """Deletions that had reached any node when the dialog was opened."""
    entry: Entry
    """The row as it was shown when it was chosen."""
    sent: int = 0
    began: bool = False
    """Whether its plan was given to the executor."""


@dataclass(eq=False)
class Eyes:
    """What one running program was shown."""

    journal: Journal
    session: Callable[[], Session]
    view: Callable[[Role], NodeView]
    operator: str
    listings: dict[Role, list[dict[str, list[str]] | None]] = field(
        default_factory=lambda: {role: [] for role in Role}
    )
    """Each listing that it took over: the texts by key, None for an incomplete one."""
    probes: dict[tuple[str, int], str | None] = field(default_factory=dict)
    ha: dict[Role, str] = field(default_factory=dict)
    """The HA role that each node answered last on this program's link."""
    asked: dict[Role, int] = field(default_factory=dict)
    """How often it has answered that."""
    confirmed: list[Confirmed] = field(default_factory=list)
    """What may be sent now."""

    def took(self, role: Role, listing: Listing) -> None:
        """A listing was read."""
        rows: dict[str, list[str]] = {}
        for row in listing.rows:
            rows.setdefault(row.key or "?", []).append(row.stored.raw if row.stored else "?")
        self.listings[role].append(rows if listing.complete else None)

    def newest(self, role: Role) -> dict[str, list[str]]:
        """The last complete listing."""
        return next((rows for rows in reversed(self.listings[role]) if rows is not None), {})

    def contrary(self, role: Role) -> bool:
        """Whether the node is not known to have the role of its pane."""
        return self.ha.get(role) != role.value


@dataclass(eq=False)
class Site:
    """Both nodes and every endpoint; events change it, the judge watches it."""

    clock: Callable[[], datetime]
    nodes: dict[Role, LabNode] = field(default_factory=dict)
    host_keys: dict[Role, str] = field(default_factory=dict)
    servers: dict[str, Any] = field(default_factory=dict)
    """The endpoint behind each key: ``presented`` is a certificate or None."""
    prints: dict[Role, Printing] = field(default_factory=lambda: {role: Printing() for role in Role})
    question: Question | None = None
    words: str = ""
    ending: str = ""
    """What becomes of a command that the node carries out later: ``prompt``, ``drop`` or ``hang``."""
    later: float = 0.0
    """Seconds after which it does."""
    takes: tuple[str, ...] = ()
    """Other rows that go with a deleted row."""
    respells: bool = False
    """Whether a deleted row is learned again at once in another spelling."""
    ha_seconds: float = 0.0
    """How long ``ncs ha status`` takes."""
    allowed_answers: set[str] = field(default_factory=set)
    """What the operator has answered himself."""
    printed: dict[Role, list[list[tuple[str, str]]]] = field(
        default_factory=lambda: {role: [] for role in Role}
    )
    deeds: list[Deed] = field(default_factory=list)
    rejections: list[tuple[datetime, Role, str]] = field(default_factory=list)
    """When a node logged that it rejected which name."""
    deletions: int = 0
    programs: list[Eyes] = field(default_factory=list)
    """Those that are there."""
    running: list[Eyes] = field(default_factory=list)
    """Those that may send something now."""

    def __post_init__(self) -> None:
        for key in (*KEYS, "127.0.0.1_8082", "::1_8082"):
            self.servers[key] = SimpleNamespace(
                presented=certificates()[0], plan=SimpleNamespace(kind="node")
            )

    def table(self, role: Role) -> TrueTable:
        """The table of the machine that is there now."""
        table = self.nodes[role].table
        assert isinstance(table, TrueTable)
        return table

    def lists(self, role: Role) -> list[tuple[str, str]]:
        """A node lists: what it prints."""
        table = self.table(role)
        for deed in self.deeds:
            if deed.table is table:
                deed.looked()
        rows = self.prints[role].rows(table.texts())
        self.printed[role].append(rows)
        return rows

    def presents(self, endpoint: Endpoint) -> LabCertificate | None:
        """What the endpoint presents."""
        server = next((s for key, s in self.servers.items() if split_key(key) == endpoint), None)
        return server.presented if server else None

    def heard(self, role: Role, line: str, owner: Eyes | None) -> Deed | None:
        """A node got a line at its prompt; what it has to delete."""
        if not line.startswith(DELETE):
            if line not in HARMLESS:
                raise Broken(f"{role} got a command that is on no list: {line!r}")
            return None
        self.deletions += 1
        key = line.removeprefix(DELETE)
        owners = [owner] if owner else self.running
        due = [
            (eyes, confirmed)
            for eyes in owners
            for confirmed in eyes.confirmed
            if confirmed.deletion.role is role and confirmed.deletion.command == line and not confirmed.sent
        ]
        if not due:
            raise Broken(f"{role} got {line!r}, which no one confirmed (or more often than confirmed)")
        eyes, confirmed = due[0]
        confirmed.sent += 1
        table = self.table(role)
        deed = Deed(role, key, table, eyes, confirmed, self.clock(), table.texts().get(key, ""))
        deed.shown_before = eyes.newest(role)
        Judge(self, deed).judge()
        self.deeds.append(deed)
        self.prints[role].deletes(table.texts())
        return deed

    def answered(self, question: str, answer: str) -> None:
        """A node got an answer to a question of its own."""
        asked = self.question
        if asked and not asked.is_harmless and answer and answer not in self.allowed_answers:
            raise Broken(f"{question!r} was answered {answer!r} automatically")


class Judge:
    """What has to be so in the moment when a command reaches a node."""

    def __init__(self, site: Site, deed: Deed) -> None:
        self._site = site
        self._deed = deed
        self._role, self._key, self._eyes = deed.role, deed.key, deed.eyes
        self._wanted = deed.confirmed.deletion

    def judge(self) -> None:
        """Every rule.

        Raises:
            Broken: one of them is not kept.
        """
        for problem in (
            self._node(),
            self._listings(),
            self._endpoint(),
            self._row_shown(),
            self._ha_role(),
            self._others(),
            self._journal(),
        ):
            if problem:
                raise Broken(f"{self._role}: {self._key} was sent {problem}")

    def _node(self) -> str:
        node, wanted = self._site.nodes[self._role], self._wanted
        if not self._eyes.session().may_change(self._role):
            return "while read-only"
        if (node.hostname, self._site.host_keys[self._role]) != (wanted.hostname, wanted.host_key):
            return f"to {node.hostname}, confirmed for {wanted.hostname}"
        return ""

    def _listings(self) -> str:
        listings = self._eyes.listings[self._role]
        since = [rows for rows in listings[self._deed.confirmed.seen :] if rows is not None]
        if not since or listings[-1] is None:
            return "without a fresh complete listing"
        text = self._wanted.entry.stored.raw if self._wanted.entry.stored else None
        if any(rows.get(self._key) != [text] for rows in since):
            return "although a listing showed that it changed or went"
        return ""

    def _endpoint(self) -> str:
        endpoint = split_key(self._key)
        assert endpoint is not None
        presented = self._eyes.probes.get((endpoint.host, endpoint.port), "?")
        shown = (self._wanted.entry.sha256, self._deed.confirmed.entry.sha256)
        return "" if shown == (presented, presented) else "although its endpoint presents something else"

    def _row_shown(self) -> str:
        before, now = self._wanted.entry, self._eyes.view(self._role).entries.get(self._wanted.entry.id)
        if now is None:
            return "although the table shows no such row"
        if now.verdict.is_stale is not before.verdict.is_stale:
            return f"as {before.verdict}, and the table shows {now.verdict}"
        return ""

    def _ha_role(self) -> str:
        typed = self._wanted.hostname in self._wanted.must_type
        unsure = self._eyes.contrary(self._role) and not typed
        return "without its host name typed, and its HA role is not known to fit" if unsure else ""

    def _others(self) -> str:
        since = self._site.deeds[self._deed.confirmed.deeds :]
        mine = split_key(self._key)
        others = [d for d in since if d.eyes is not self._eyes and d.table is self._deed.table]
        same = any(split_key(deed.key) == mine for deed in others)
        return "although another program deleted it since the dialog was opened" if same else ""

    def _journal(self) -> str:
        entries = self._eyes.journal.entries(self._eyes.session().name)
        mine = [
            e for e in entries if (e.role, e.key, e.operator) == (self._role, self._key, self._eyes.operator)
        ]
        waiting = [
            e for e in mine if e.command == DELETE + self._key and e.outcome is None and e.words is None
        ]
        if not waiting:
            return "before it was in the journal"
        self._deed.entry_id = waiting[-1].id
        return ""
