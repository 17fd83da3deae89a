"""What `tofutui doctor SESSION` adds: each step from here to a certificate, with its time. Reads only."""

import asyncio
import platform
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tofutui.appliance.node import LogLine, Node
from tofutui.appliance.questions import Asker
from tofutui.cli.doctor_report import FAILED, Finding, Section
from tofutui.tls.prober import Prober
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.listing import Listing, read_listing
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import probe_target
from tofutui.tofu.site.session import NodeSettings, Session, Via
from tofutui.workbench.probes import JumpDial

_SHOWN_NAMES = 4
"""Algorithms of a list that are shown."""


async def steps_of(session: Session, asker: Asker) -> list[Section]:
    """The steps to each node of a session, and from its listing to one endpoint."""
    return [await _Walk(session, node, asker).run() for node in session.nodes.values()]


class _Walk:
    """The way to one node, step by step; a step that fails ends it."""

    def __init__(self, session: Session, settings: NodeSettings, asker: Asker) -> None:
        self._session = session
        self._settings = settings
        self._findings: list[Finding] = []
        self._node = Node(settings, asker, log=self._heard, clock=lambda: datetime.now(UTC))
        self._listing: Listing | None = None

    async def run(self) -> Section:
        """All steps; the login is left with `exit`."""
        steps: dict[str, Callable[[], Awaitable[str]]] = {
            "route": self._route,
            "login and prompt": self._login,
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
        return passed

    def _heard(self, line: LogLine) -> None:
        if line.kind in ("note", "answer", "error"):
            self._findings.append(Finding(line.kind, line.text))

    async def _route(self) -> str:
        """Resolver, TCP, greeting and algorithms where this machine connects itself; else who does."""
        from tofutui.appliance.ssh.diagnosis import hello_of
        from tofutui.appliance.ssh.hello import Algorithms
        from tofutui.appliance.ssh.ssh_target import survey_node, surveyed

        place = await surveyed(survey_node, self._settings)
        where = f"{place.username} at {place.address}"
        if jump := self._settings.jump or ("" if place.command else place.jump):
            return f"{where}, through the jump host {jump}"
        if not place.command:
            infos = await asyncio.get_running_loop().getaddrinfo(place.host, place.port)
            addresses = dict.fromkeys(str(info[4][0]) for info in infos)
            where += f" ({', '.join(addresses)})"
        hello = await hello_of(place, None, Algorithms(), self._session.probe.timeout)
        greeting = hello.words.decode("latin-1").strip()
        names = hello.algorithms
        lists = (_some(names.kex), _some(names.host_keys), _some(names.ciphers), _some(names.macs))
        by = ", by its ProxyCommand" if place.command else ""
        return (
            f"{where}{by}; greeting {greeting or 'none'}; it offers {'; '.join(filter(None, lists)) or '-'}"
        )

    async def _login(self) -> str:
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
        return "no row has an endpoint that can be asked"

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
