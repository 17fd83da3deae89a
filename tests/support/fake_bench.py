"""A comparison without nodes: the same calls as a workbench and an executor, canned rows, nothing sent."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha1, sha256
from typing import Any

from tofutui.appliance.node import LogLine
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import PENDING, Presented, Status
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.cli_output.status import HaState
from tofutui.tofu.deletion.plan import Deletion, Outcome, Plan, Step
from tofutui.tofu.exports.assignment import Imported
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase
from tofutui.tofu.judgement.evidence import BrowserWord, Word
from tofutui.tofu.judgement.row_history import Past
from tofutui.tofu.judgement.verdict import Evidence, Judgement, Kind, Verdict
from tofutui.tofu.logs.failures import LogDigest, read_log
from tofutui.tofu.names.match import compare
from tofutui.tofu.names.values import DistinguishedName, shared_rdn
from tofutui.tofu.site.endpoint import split_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.ui.backend import Link
from tofutui.workbench import Change, EntriesChanged, LogGrew, NodeChanged
from tofutui.workbench.evidence.logs import LogsRead, read_logs
from tofutui.workbench.evidence.statements import Heard, read_browser

NOW = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)


def name(cn: str, org: str = "Cisco Systems") -> DistinguishedName:
    """C, O and CN."""
    return DistinguishedName(tuple(shared_rdn(pair) for pair in (("C", "US"), ("O", org), ("CN", cn))))


@lru_cache(None)
def certificate(cn: str, org: str = "Cisco Systems", *, salt: str = "") -> Certificate:
    """A certificate of which only the fingerprints are real."""
    der = f"{cn}{org}{salt}".encode("utf-8", "surrogatepass")
    return Certificate(
        der=der,
        sha256=sha256(der).hexdigest(),
        sha1=sha1(der).hexdigest(),
        serial="5f3a",
        subject=name(cn, org),
        issuer=name(cn, org),
        not_before=NOW - timedelta(days=22),
        not_after=NOW + timedelta(days=343),
        key="RSA 2048",
        signature="sha256WithRSAEncryption",
        san=(f"DNS:{cn}",),
        self_issued=True,
    )


def entry(
    role: Role,
    key: str,
    verdict: Verdict,
    *,
    who: Who = Who.PEER,
    stored: str = "prime-pri",
    presented: str | None = None,
    label: str = "",
    why: tuple[str, ...] | None = None,
    status: Status = Status.REFUSED,
    raw: str | None = None,
) -> Entry:
    """One row; ``presented`` is the CN that the endpoint shows, None for no answer."""
    text = f"/C=US/O=Cisco Systems/CN={stored}"
    shown = PENDING
    if presented is not None:
        shown = Presented(
            status=Status.OK, at=NOW, handshake=True, certificate=certificate(presented), tls="TLSv1.2",
            address="127.0.0.1:8443", seen_from="jump01",
        )  # fmt: skip
    elif verdict is not Verdict.PENDING:
        shown = Presented(status=status, at=NOW, error=f"{status.value} by the host", seen_from="jump01")
    names = compare(text, shown.certificate.subject) if shown.certificate else None
    reasons = why if why is not None else (names.reasons if names else (shown.error or "",))
    evidence = (Evidence(Kind.NAMES, NOW, reasons[0]),) if verdict is Verdict.MISMATCH and reasons else ()
    return Entry(
        id=key,
        role=role,
        key=key,
        raw=raw if raw is not None else f"host={key};  subject= {text}",
        endpoint=split_key(key),
        who=who,
        name=label,
        stored=StoredSubject(text, name(stored)),
        presented=shown,
        names=names,
        judgement=Judgement(verdict, reasons, evidence),
    )


def session(*roles: Role, **changes: Any) -> Session:
    """A pair (or only the roles given) with documentation addresses."""
    hosts = {Role.PRIMARY: "192.0.2.10", Role.SECONDARY: "192.0.2.11"}
    nodes = {role: NodeSettings(role=role, host=hosts[role]) for role in roles or tuple(Role)}
    return Session(**{"name": "site-a", "title": "CHG0012345", "nodes": nodes, **changes})


def renamed(role: Role) -> list[Entry]:
    """The rows of the ``renamed`` case."""
    if role is Role.PRIMARY:
        return [
            entry(role, "192.0.2.10_8082", Verdict.MISMATCH, who=Who.SELF, presented="pri-2"),
            entry(
                role, "198.51.100.20_443", Verdict.MISMATCH, who=Who.ISE, stored="ISE-server",
                presented="ise01", label="ISE-server",
            ),
            entry(role, "192.0.2.11_8082", Verdict.MISMATCH, stored="prime-sec", presented="sec-2"),
        ]  # fmt: skip
    return [
        entry(role, "192.0.2.11_8082", Verdict.MISMATCH, who=Who.SELF, stored="prime-sec", presented="sec-2"),
        entry(
            role, "127.0.0.1_8082", Verdict.MISMATCH, who=Who.LOOPBACK, stored="prime-sec", presented="sec-2"
        ),
        entry(role, "192.0.2.10_8082", Verdict.MISMATCH, presented="pri-2"),
        entry(
            role,
            "198.51.100.30_443",
            Verdict.SAME_NAME,
            who=Who.DNAC,
            stored="kong",
            presented="kong",
            why=(),
        ),
        entry(role, "198.51.100.31_443", Verdict.NO_ANSWER, who=Who.OTHER, stored="mail"),
    ]


@dataclass
class FakeMemory:
    """Remembers what a test puts into it."""

    pasts: dict[str, Past] = field(default_factory=dict)
    trouble: str | None = None

    async def whole_past(self, row: Entry) -> Past:
        return self.pasts.get(row.id, Past())


@dataclass
class FakeWords:
    """Words as they are said; none changes a verdict."""

    bench: "FakeBench"
    words: list[Word] = field(default_factory=list)
    trouble: str | None = None

    def browser(self, text: str, role: Role | None = None) -> Heard:
        heard = read_browser(text, self.bench.comparison, role)
        if heard.is_understood:
            self.words.append(BrowserWord(text=text, role=heard.role, at=NOW, by="ops"))
        self.bench.said.append(("browser", heard))
        return heard

    def about(self, entry: Entry) -> tuple[Word, ...]:
        return tuple(self.words)

    def take_back(self, words: Collection[Word]) -> None:
        self.bench.said.append(("taken back", tuple(words)))
        self.words = [word for word in self.words if word not in words]


@dataclass
class FakeBench:
    """Answers a refresh at once with the rows it was given."""

    comparison: Comparison
    table: dict[Role, list[Entry]]
    on_change: Callable[[Change], None] = lambda change: None
    command_log: list[LogLine] = field(default_factory=list)
    refreshed: list[tuple[Role, ...] | None] = field(default_factory=list)
    said: list[tuple[Any, ...]] = field(default_factory=list)
    closed: int = 0
    memory: FakeMemory = field(default_factory=FakeMemory)

    def __post_init__(self) -> None:
        self.statements = FakeWords(self)

    @property
    def session(self) -> Session:
        return self.comparison.session

    async def refresh(self, roles: Collection[Role] | None = None, *, by_itself: bool = False) -> None:
        self.refreshed.append(tuple(roles) if roles is not None else None)
        for role in self.comparison.nodes if roles is None else roles:
            view = self.comparison.nodes[role]
            view.hostname = {Role.PRIMARY: "prime-pri", Role.SECONDARY: "prime-sec"}[role]
            view.version, view.ha = "3.7.0", HaState(role.value.title(), "HA not Configured", ())
            view.phase, view.complete, view.listed_at = Phase.LISTED, True, NOW
            view.entries.clear()
            view.entries.update({e.id: e for e in self.table[role]})
            self.command_log.append(LogLine(NOW, role, "sent", "ncs certvalidation tofu-certs listcerts"))
            self.on_change(LogGrew())
            self.on_change(NodeChanged(role))
        self.comparison.taken_at = NOW

    def print(self, role: Role, text: str) -> None:
        """The node's last command printed this."""
        self.command_log.append(LogLine(NOW, role, "printed", text))
        self.on_change(LogGrew())

    def put(self, role: Role, rows: Sequence[Entry]) -> None:
        """The node's table is this now."""
        view = self.comparison.nodes[role]
        view.entries.clear()
        view.entries.update({e.id: e for e in rows})
        self.on_change(EntriesChanged(role, tuple(e.id for e in rows)))

    def add_log(self, text: str, role: Role | None, source: str) -> LogDigest:
        self.said.append(("log", text, role, source))
        return read_log(text.splitlines())

    async def add_log_files(self, names: Sequence[str], role: Role | None) -> LogsRead:
        read = await asyncio.to_thread(read_logs, names, None)
        self.said.append(("files", tuple(names), role, read.digest))
        return read

    def add_known(self, certificates: Iterable[Imported], role: Role | None) -> None:
        self.said.append(("known", tuple(certificates), role))

    def say_reissued(self, host: str, port: int | None) -> int:
        self.said.append(("reissued", host, port))
        return 1

    def say_learned(self, role: Role, entry_id: str, at: datetime) -> None:
        self.said.append(("learned", role, entry_id, at))

    async def close(self) -> None:
        self.closed += 1


@dataclass
class FakeRunner:
    """Freezes plans as an executor would; running one only notes it and ends every step with ``outcome``."""

    bench: FakeBench
    outcome: Outcome = Outcome.GONE
    locked: dict[Role, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    ran: list[Plan] = field(default_factory=list)
    stopped: list[Plan] = field(default_factory=list)

    def why_not(self, role: Role, entry: Entry | None = None) -> str | None:
        if role in self.locked:
            return self.locked[role]
        return "no row to delete" if entry is not None and entry.delete_command is None else None

    def freeze(self, entries: Sequence[Entry]) -> Plan:
        for item in entries:
            if (why := self.why_not(item.role, item)) is not None:
                raise TofutuiError(why)
        return Plan(tuple(self._deletion(item) for item in entries))

    def _deletion(self, item: Entry) -> Deletion:
        view = self.bench.comparison.nodes[item.role]
        assert item.key is not None
        assert item.delete_command is not None
        return Deletion(
            role=item.role, host=view.host, shown_address=view.shown_address, hostname=view.hostname or "",
            host_key="SHA256:abc", entry=item, key=item.key, command=item.delete_command,
            must_type=() if item.is_stale_remote else (item.key or "",), notices=self.notices,
        )  # fmt: skip

    async def run(self, plan: Plan, on_step: Callable[[int, Step], None], /) -> tuple[Step, ...]:
        self.ran.append(plan)
        steps = []
        for number, deletion in enumerate(plan.deletions):
            step = Step(deletion=deletion, text="sent; the node has not answered yet")
            on_step(number, step)
            step = replace(step, outcome=self.outcome, text="absent in a complete listing", words="", at=NOW)
            on_step(number, step)
            steps.append(step)
            rows = [
                e
                for e in self.bench.comparison.nodes[deletion.role].entries.values()
                if e.id != deletion.entry.id
            ]
            if self.outcome is Outcome.GONE:
                self.bench.put(deletion.role, rows)
        return tuple(steps)

    def stop(self, plan: Plan) -> None:
        self.stopped.append(plan)

    async def settle(self, role: Role) -> tuple[str, ...]:
        return ()


@dataclass
class Fakes:
    """What an opener made, for tests to look at."""

    table: Callable[[Role], list[Entry]] = renamed
    benches: list[FakeBench] = field(default_factory=list)
    runners: list[FakeRunner] = field(default_factory=list)
    asker: Any = None

    @property
    def bench(self) -> FakeBench:
        return self.benches[-1]

    @property
    def runner(self) -> FakeRunner:
        return self.runners[-1]

    async def open(self, opened: Session, asker: Any, on_change: Callable[[Change], None]) -> Link:
        self.asker = asker
        views = {
            role: NodeView(
                role=role, host=node.host, shown_address=node.shown_address, legacy_ssh=node.legacy_ssh
            )
            for role, node in opened.nodes.items()
        }
        comparison = Comparison(session=opened, nodes=views, seen_from="jump01")
        bench = FakeBench(comparison, {role: self.table(role) for role in opened.nodes}, on_change)
        self.benches.append(bench)
        self.runners.append(FakeRunner(bench))
        return Link(bench, self.runners[-1])
