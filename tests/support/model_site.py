"""The site of the model tests as it really is, and a judge who sees every line that reaches a node.

The judge knows what was confirmed, what each program was shown and what the nodes hold, and raises `Broken`
for whatever must never happen (part 8 of the design). It shares no rule with the executor.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from tofutui.history.journal import Journal
from tofutui.lab.cert import Certificate, certify, make_key, slash_form
from tofutui.lab.node import Node as LabNode
from tofutui.lab.shell import Shell as LabShell
from tofutui.tofu.endpoint import Endpoint
from tofutui.tofu.listing import Listing
from tofutui.tofu.plan import Deletion
from tofutui.tofu.session import Role, Session

ADDRESSES = {Role.PRIMARY: "192.0.2.10", Role.SECONDARY: "192.0.2.11"}
KEYS = ("198.51.100.20_443", "198.51.100.30_443", "192.0.2.10_8082", "192.0.2.11_8082")
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
"""What may be sent besides a confirmed deletion (part 8 of the design)."""

QUESTIONS = {
    "plain": "Are you sure you want to delete the certificate (yes/no) [no] ? ",
    "restart": "The server will restart. Continue (yes/no) ? ",
    "all": "This deletes ALL certificates of the host. Are you sure (y/n)? ",
    "open": "Give a reason: ",
}
FORBIDDEN = {"restart", "all", "open"}


class Broken(AssertionError):
    """What must never happen."""


@cache
def certificates() -> tuple[Certificate, ...]:
    """Of each name as many as there are issues, all different."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        certify(make_key("ec"), (("C", "US"), ("O", "Example"), ("CN", name)), since, ["192.0.2.1"])
        for name in NAMES
        for _ in range(ISSUES)
    )


def text_of(certificate: Certificate) -> str:
    """The subject as a node prints it."""
    return slash_form(certificate.subject)


@dataclass(eq=False)
class Confirmed:
    """One deletion that somebody confirmed, and when that was counted in listings."""

    deletion: Deletion
    seen: int
    """Listings that the program had of this node when the plan was made."""
    sent: int = 0
    began: bool = False
    """Whether its plan was given to the executor."""


@dataclass(eq=False)
class Eyes:
    """What one running program was shown."""

    journal: Journal
    session: Callable[[], Session]
    listings: dict[Role, list[dict[str, list[str]] | None]] = field(
        default_factory=lambda: {role: [] for role in Role}
    )
    """Each listing that it took over: the texts by key, None for an incomplete one."""
    probes: dict[tuple[str, int], str | None] = field(default_factory=dict)
    confirmed: list[Confirmed] = field(default_factory=list)
    """What may be sent now."""

    def took(self, role: Role, listing: Listing) -> None:
        """A listing was read."""
        rows: dict[str, list[str]] = {}
        for row in listing.rows:
            rows.setdefault(row.key or "?", []).append(row.stored.raw if row.stored else "?")
        self.listings[role].append(rows if listing.complete else None)


@dataclass(eq=False)
class Site:
    """Both nodes and every endpoint; events change it, the judge watches it."""

    nodes: dict[Role, LabNode] = field(default_factory=dict)
    host_keys: dict[Role, str] = field(default_factory=dict)
    servers: dict[str, Any] = field(default_factory=dict)
    """The endpoint behind each key: ``presented`` is a certificate or None."""
    question: str = ""
    words: str = ""
    allowed_answers: set[str] = field(default_factory=set)
    """What the operator has answered himself."""
    printed: dict[Role, list[dict[str, str]]] = field(default_factory=lambda: {role: [] for role in Role})
    deletions: int = 0
    running: list[Eyes] = field(default_factory=list)
    """The programs that may send something now."""

    def __post_init__(self) -> None:
        for key in (*KEYS, "127.0.0.1_8082", "::1_8082"):
            self.servers[key] = SimpleNamespace(presented=certificates()[0], plan=SimpleNamespace(kind="x"))

    def holds(self, role: Role) -> dict[str, str]:
        """The node's table, by key."""
        return {key: text_of(row) for key, row in self.nodes[role].table.items()}

    def presents(self, endpoint: Endpoint) -> Certificate | None:
        """What the endpoint presents."""
        return self.servers[f"{endpoint.host}_{endpoint.port}"].presented

    def heard(self, role: Role, line: str, owner: Eyes | None) -> None:
        """A node got a line at its prompt."""
        if not line.startswith(DELETE):
            if line not in HARMLESS:
                raise Broken(f"{role} got a command that is on no list: {line!r}")
            return
        self.deletions += 1
        key = line.removeprefix(DELETE)
        if not re.fullmatch(r"[A-Za-z0-9\[:][A-Za-z0-9._:%\[\]-]{0,253}_[0-9]{1,5}", key):
            raise Broken(f"a command was built from {key!r}")
        owners = [owner] if owner else self.running
        due = [
            (eyes, one)
            for eyes in owners
            for one in eyes.confirmed
            if one.deletion.role is role and one.deletion.command == line and not one.sent
        ]
        if not due:
            raise Broken(f"{role} got {line!r}, which nobody confirmed (or more often than confirmed)")
        eyes, one = due[0]
        one.sent += 1
        self._judge(role, key, eyes, one)

    def _judge(self, role: Role, key: str, eyes: Eyes, one: Confirmed) -> None:
        wanted, node = one.deletion, self.nodes[role]
        if not eyes.session().may_change(role):
            raise Broken(f"{role}: sent while read-only")
        if (node.hostname, self.host_keys[role]) != (wanted.hostname, wanted.host_key):
            raise Broken(f"{role}: {key} was confirmed for {wanted.hostname} and sent to {node.hostname}")
        text = wanted.entry.stored.raw if wanted.entry.stored else None
        since = [rows for rows in eyes.listings[role][one.seen :] if rows is not None]
        if not since or eyes.listings[role][-1] is None:
            raise Broken(f"{role}: {key} was sent without a fresh complete listing")
        if any(rows.get(key) != [text] for rows in since):
            raise Broken(f"{role}: {key} was sent although a listing showed that it changed or went")
        address, _, port = key.rpartition("_")
        if eyes.probes.get((address, int(port)), "?") != wanted.entry.sha256:
            raise Broken(f"{role}: {key} was sent although its endpoint presents something else")
        open_ones = [e for e in eyes.journal.entries(eyes.session().name) if e.role is role and e.key == key]
        if not any(e.command == DELETE + key and e.outcome is None and e.words is None for e in open_ones):
            raise Broken(f"{role}: {key} was sent before it stood in the journal")

    def answered(self, question: str, answer: str) -> None:
        """A node got an answer to a question of its own."""
        if question in FORBIDDEN and answer and answer not in self.allowed_answers:
            raise Broken(f"{QUESTIONS[question]!r} was answered {answer!r} by itself")


class Witness(LabShell):
    """The simulated admin CLI, with the judge listening."""

    site: Site
    owner: Eyes | None = None
    failures: list[BaseException]

    async def _run(self, line: str) -> bool:
        try:
            self.site.heard(Role(self._node.role), line, self.owner)
        except Broken as error:
            self.failures.append(error)
        return await super()._run(line)

    async def _list(self) -> None:
        role = Role(self._node.role)
        self.site.printed[role].append(self.site.holds(role))
        await super()._list()

    async def _delete(self, key: str) -> None:
        site = self.site
        if site.question:
            answer = await self._ask(QUESTIONS[site.question])
            try:
                site.answered(site.question, answer)
            except Broken as error:
                self.failures.append(error)
            if answer not in ("yes", "y"):
                return
        if site.words:
            await self._say([site.words])
        await super()._delete(key)
