"""What `tofutui doctor SESSION` adds: each step from here to a certificate, with its time. Reads only."""

import asyncio
import platform
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tofutui.appliance.node import LogLine, Node
from tofutui.appliance.questions import Asker
from tofutui.appliance.tap import LinkFacts
from tofutui.cli.doctor.report import FAILED, Finding, Section
from tofutui.tls.prober import Prober
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.listing import Listing, read_listing
from tofutui.tofu.cli_output.unknown import is_refusal
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import probe_target
from tofutui.tofu.site.session import NodeSettings, Session, Via
from tofutui.workbench.probes import JumpDial

if TYPE_CHECKING:
    from tofutui.appliance.ssh.ssh_target import Place

_LOGIN = "login and prompt"
_LONGEST_ANSWER = 4_000
"""Bytes of an answer that are looked at."""
_SHOWN_NAMES = 4
"""Algorithms of a list that are shown."""


async def steps_of(session: Session, asker: Asker) -> list[Section]:
    """The steps to each node of a session, and from its listing to one endpoint."""
    return [await _Walk(session, node, asker).run() for node in session.nodes.values()]


class LoginSteps:
    """Listens in on a login: what each part of it shows, and when it was over. Nothing of it is kept."""

    def __init__(self) -> None:
        self._began = 0.0
        self._facts: LinkFacts | None = None
        self._over: dict[str, float] = {}
        self._answer = bytearray()
        """What the node printed since paging was switched off."""

    def begin(self) -> None:
        """The login begins now."""
        self._began = time.monotonic()

    def connected(self, facts: LinkFacts) -> None:
        """SSH let us in."""
        self._facts = replace(facts, password=None)
        self._over["login"] = time.monotonic()

    def received(self, data: bytes) -> None:
        """The shell printed this."""
        if "prompt" in self._over and len(self._answer) < _LONGEST_ANSWER:
            self._answer += data

    def sent(self, data: bytes) -> None:
        """The first command of a shell comes after its first prompt."""
        if data.startswith(Command.NO_PAGER.encode()):
            self._over["prompt"] = time.monotonic()

    def ended(self, lost: bool) -> None:
        """The shell is over."""

    def findings(self) -> Iterator[Finding]:
        """The parts of the login as far as it came, each with the seconds that it took."""
        facts, over = self._facts, self._over
        if facts is None:
            return
        offered = ", ".join(facts.methods) or "none, it accepted the login at once"
        yield Finding("login methods", f"offered: {offered} ({over['login'] - self._began:.2f} s)")
        key, *others = (facts.algorithms.get(name, "") for name in ("host_key", "kex", "cipher", "mac"))
        yield Finding("host key", f"{key} {facts.host_key}")
        yield Finding("algorithms", _some(tuple(dict.fromkeys(filter(None, others)))))
        if "prompt" in over:
            yield Finding("menu and prompt", f"reached ({over['prompt'] - over['login']:.2f} s)")
            yield Finding("paging", f"{self._paging()} ({time.monotonic() - over['prompt']:.2f} s)")

    def _paging(self) -> str:
        lines = self._answer.decode("latin-1").splitlines()
        if any(map(is_refusal, lines)):
            return f"stays on, the node refuses `{Command.NO_PAGER}`: each page is acknowledged"
        return f"off, the node accepted `{Command.NO_PAGER}`"


class _Walk:
    """The way to one node, step by step; a step that fails ends it."""

    def __init__(self, session: Session, settings: NodeSettings, asker: Asker) -> None:
        self._session = session
        self._settings = settings
        self._findings: list[Finding] = []
        self._login_steps = LoginSteps()
        self._node = Node(
            settings, asker, log=self._heard, clock=lambda: datetime.now(UTC), tap=self._login_steps
        )
        self._listing: Listing | None = None

    async def run(self) -> Section:
        """All steps; the login is left with `exit`."""
        steps: dict[str, Callable[[], Awaitable[str]]] = {
            "resolver": self._resolve,
            "route": self._route,
            _LOGIN: self._login,
            "node's clock": self._clock,
            "listing": self._list,
            "endpoint": self._probe,
        }
        try:
            for name, step in steps.items():
                if not await self._take(name, step):
                    break
        finally:
            await self._node.close()
        return Section(f"Steps to the {self._settings.role} of {self._session.name}", tuple(self._findings))

    async def _take(self, name: str, step: Callable[[], Awaitable[str]]) -> bool:
        began = time.monotonic()
        cure, passed = "", True
        try:
            words = await step()
        except TofutuiError as error:
            words, cure, passed = f"{FAILED}{error.message}", error.hint, False
        except OSError as error:
            words, passed = f"{FAILED}{error.strerror or type(error).__name__}", False
        self._findings.append(Finding(name, f"{safe(words)} ({time.monotonic() - began:.2f} s)", cure))
        if name == _LOGIN:
            self._findings += self._login_steps.findings()
        return passed

    def _heard(self, line: LogLine) -> None:
        if line.kind in ("note", "answer", "error"):
            self._findings.append(Finding(line.kind, line.text))

    async def _place(self) -> "tuple[Place, str]":
        """Where the node is, and what makes the connection in place of this machine."""
        from tofutui.appliance.ssh.ssh_target import survey_node, surveyed

        place = await surveyed(survey_node, self._settings)
        jump = self._settings.jump or ("" if place.command else place.jump or "")
        return place, f"the jump host {jump}" if jump else "its ProxyCommand" if place.command else ""

    async def _resolve(self) -> str:
        """The addresses of the name as this machine finds them, where it connects itself."""
        place, other = await self._place()
        if other:
            return f"{place.host} is looked up by {other}"
        infos = await asyncio.get_running_loop().getaddrinfo(place.host, place.port)
        return ", ".join(dict.fromkeys(str(info[4][0]) for info in infos))

    async def _route(self) -> str:
        """TCP, greeting and algorithms where this machine connects itself; else who does."""
        from tofutui.appliance.ssh.diagnosis import hello_of
        from tofutui.appliance.ssh.hello import Algorithms

        place, other = await self._place()
        where = f"{place.username} at {place.address}"
        if other and not place.command:
            return f"{where}, through {other}"
        hello = await hello_of(place, None, Algorithms(), self._session.probe.timeout)
        greeting = hello.words.decode("latin-1").strip()
        names = hello.algorithms
        lists = (_some(names.kex), _some(names.host_keys), _some(names.ciphers), _some(names.macs))
        by = f", by {other}" if other else ""
        return (
            f"{where}{by}; greeting {greeting or 'none'}; it offers {'; '.join(filter(None, lists)) or '-'}"
        )

    async def _login(self) -> str:
        self._login_steps.begin()
        await self._node.connect()
        others = "; another user is logged in" if self._node.notices else ""
        return f"the prompt of an admin CLI{others}"

    async def _clock(self) -> str:
        return (await self._node.show_clock()).text.strip()

    async def _list(self) -> str:
        output = await self._node.listcerts()
        self._listing = listing = read_listing(output.text)
        state = "complete" if listing.complete else f"not complete for {len(listing.problems)} reasons"
        return f"{len(listing.rows)} rows, {state}; {len(listing.unknown)} unknown lines"

    async def _probe(self) -> str:
        """The first row whose endpoint can be asked; its names are not shown: the mask knows none of them."""
        for number, row in enumerate(self._listing.rows if self._listing else (), 1):
            target = row.endpoint and probe_target(self._session, self._settings.role, row.endpoint)
            if row.endpoint and target:
                return _of(number, row.endpoint, await self._prober().fetch(row.endpoint, target))
        return "no row has an endpoint that can be probed"

    def _prober(self) -> Prober:
        probe = self._session.probe
        dial = JumpDial({self._settings.role: self._node}) if probe.via is Via.JUMP else None
        return Prober(probe, seen_from=platform.node(), clock=lambda: datetime.now(UTC), dial=dial)


def _of(number: int, endpoint: Endpoint, presented: Presented) -> str:
    row, leaf = f"row {number}, port {endpoint.port}", presented.certificate
    if leaf is None:
        tries = "".join(f"; {attempt.way}: {attempt.text}" for attempt in presented.attempts)
        return f"{row}: {presented.error or presented.status.value}{tries}"
    how = presented.attempts[-1].way if presented.attempts else "handshake finished"
    return f"{row}: {presented.tls}, {how}; {leaf.key}, {leaf.signature}, until {leaf.not_after}"


def _some(names: tuple[str, ...]) -> str:
    """The first names of a list, without whose they are: the mask takes that for a mail address."""
    more = ", …" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(name.partition("@")[0] for name in names[:_SHOWN_NAMES]) + more
