"""Gathers what the checks look at, over SSH and TLS: the only part of the guide that asks the nodes."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from tofutui.appliance.errors import ApplianceError
from tofutui.executor import Executor
from tofutui.guide.facts import Facts, NodeFacts
from tofutui.guide.open_rows import Place, open_rows_of
from tofutui.guide.playbook import ise_remotes
from tofutui.guide.spoken import rows_about
from tofutui.tls.health_monitor_page import health_monitor_version
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.status import VersionInfo, parse_ha_status, parse_version
from tofutui.tofu.cli_output.unknown import unknown_in_ha_status
from tofutui.tofu.guide_run import NodeShot, OpenRow, RowShot
from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.endpoint import Endpoint, is_loopback, normalise_host
from tofutui.tofu.site.session import Role, Via
from tofutui.workbench import NodeChanged, Workbench, node_state
from tofutui.workbench.node_details import OutputSource

_QUOTED = 200
"""Characters of an answer without a state that are shown."""


class Survey:
    """Looks at both nodes; the facts say what could not be seen."""

    def __init__(self, bench: Workbench, executor: Executor, clock: Callable[[], datetime]) -> None:
        self._bench = bench
        self._executor = executor
        self._clock = clock
        self._versions: dict[Role, VersionInfo | None] = {}

    async def look(self) -> None:
        """List both nodes again, ask every endpoint, settle what an earlier list left open."""
        await self._bench.refresh()
        for role in self._bench.session.roles:
            await self._executor.settle(role)

    async def facts(self, unsettled: tuple[str, ...] = (), learned: Collection[Place] = ()) -> Facts:
        """Everything the preflight looks at, asked now (`look` comes first).

        Args:
            unsettled: Deletions whose outcome is unknown, in words.
            learned: Rows that this run deleted and saw to be gone.
        """
        roles = self._bench.session.roles
        nodes = await asyncio.gather(*(self._node(role, learned) for role in roles))
        remotes = ise_remotes(self._bench.session)
        shown = await asyncio.gather(*(self._presented(Role.PRIMARY, remote.endpoint) for remote in remotes))
        others = {f"ISE {r.name}": p.certificate for r, p in zip(remotes, shown, strict=True)}
        seen_from = self._bench.comparison.seen_from
        return Facts(
            now=self._clock(), seen_from=seen_from, nodes=tuple(nodes), others=others, unsettled=unsettled
        )

    async def ha(self) -> tuple[NodeFacts, ...]:
        """Only the HA states, asked now on both nodes."""
        return tuple(await asyncio.gather(*(self._ha(role) for role in self._bench.session.roles)))

    def shots(self) -> tuple[NodeShot, ...]:
        """Both tables as they are shown now."""
        return tuple(self._shot(role) for role in self._bench.session.roles)

    def stale(self) -> list[Entry]:
        """The rows that belong into a plan."""
        return [entry for entry in self._bench.comparison.entries() if entry.is_stale_remote]

    def open_rows(self, learned: Collection[Place]) -> list[OpenRow]:
        """What is neither proven nor learned again; `learned`: rows deleted and seen to be gone."""
        comparison = self._bench.comparison
        return [row for role in self._bench.session.roles for row in open_rows_of(comparison, role, learned)]

    def presented_by(self, server: str) -> str:
        """The SHA-256 that a server presents as its rows show it, "" if none does."""
        rows = rows_about(self._bench.comparison, server)
        return next((entry.sha256 for entry in rows if entry.sha256), "")

    def stored(self) -> dict[tuple[Role, str], Entry]:
        """Every row that the newest listings hold, by node and key."""
        return {
            (e.role, e.key): e
            for e in self._bench.comparison.entries()
            if e.key is not None and e.is_stored and not e.unseen
        }

    async def _node(self, role: Role, learned: Collection[Place]) -> NodeFacts:
        ha = await self._ha(role)
        view = self._bench.comparison.nodes[role]
        version = await self._version(role) if ha.answered else None
        where, monitor = await self._monitor(role)
        page = await self._page(role) if version is None or version.version is None else None
        own = [entry for entry in self.stale() if entry.role is role]
        return NodeFacts(
            role=role,
            hostname=view.hostname,
            complete=view.phase is Phase.LISTED,
            error=view.error or ha.error,
            answered=ha.answered or view.phase is Phase.LISTED,
            rows=sum(1 for entry in view.entries.values() if entry.is_stored),
            version=version,
            page_version=page,
            ha=ha.ha,
            ha_error=ha.ha_error,
            skew_s=view.clock_skew_s if ha.answered else None,
            locked=next((why for e in own if (why := self._executor.why_not(role, e))), None),
            stale=len(own),
            open_rows=tuple(open_rows_of(self._bench.comparison, role, learned)),
            monitor=where,
            monitor_error=monitor.error if monitor else None,
            monitor_certificate=monitor.certificate if monitor else None,
        )

    async def _ha(self, role: Role) -> NodeFacts:
        view, node = self._bench.comparison.nodes[role], self._bench.node(role)
        if view.phase is Phase.FAILED or view.barred:
            # a login that failed is not tried again here: it could lock the account
            return NodeFacts(role=role, hostname=view.hostname, answered=False, error=view.error)
        try:
            printed = (await node.ha_status()).text
        except ApplianceError as error:
            node_state.unanswered(view, error, None if node.connected else self._clock())
            self._bench.on_change(NodeChanged(role))
            return NodeFacts(role=role, hostname=view.hostname, answered=False, ha_error=str(error))
        node_state.answered(view)
        self._bench.unknown[role].keep(OutputSource.HA, unknown_in_ha_status(printed))
        state = parse_ha_status(printed)
        node_state.ha_read(view, state or view.ha)
        self._bench.on_change(NodeChanged(role))
        unread = None if state else f"no state in its answer: {' '.join(printed.split())[:_QUOTED]!a}"
        return NodeFacts(role=role, hostname=view.hostname, ha=state, ha_error=unread)

    async def _version(self, role: Role) -> VersionInfo | None:
        try:
            info = parse_version((await self._bench.node(role).show_version()).text)
        except ApplianceError:
            return self._versions.get(role)
        self._versions[role] = info
        return info

    def _own_endpoint(self, role: Role) -> Endpoint | None:
        node = self._bench.session.nodes[role]
        host = node.table_address
        if is_loopback(host) or self._bench.session.probe.via is Via.OFF:
            return None
        return Endpoint(normalise_host(host), node.hm_port)

    async def _monitor(self, role: Role) -> tuple[str | None, Presented | None]:
        endpoint = self._own_endpoint(role)
        if endpoint is None:
            return None, None
        return str(endpoint), await self._presented(role, endpoint)

    async def _presented(self, role: Role, endpoint: Endpoint) -> Presented:
        """What a row about this endpoint shows already, else what it presents now."""
        for entry in self._bench.comparison.entries():
            if entry.endpoint == endpoint and entry.presented.status not in (
                Status.PENDING, Status.NOT_PROBED
            ):  # fmt: skip
                return entry.presented
        return await self._bench.look_at(role, endpoint)

    async def _page(self, role: Role) -> str | None:
        endpoint = self._own_endpoint(role)
        probe = self._bench.session.probe
        if endpoint is None or probe.via is not Via.DIRECT:
            return None
        where = probe.map.get(endpoint, endpoint)
        return await health_monitor_version(endpoint, where, seconds=probe.timeout)

    def _shot(self, role: Role) -> NodeShot:
        view: NodeView = self._bench.comparison.nodes[role]
        version = self._versions.get(role)
        state = " ".join(word for word in (view.ha.role, view.ha.state) if word) if view.ha else ""
        return NodeShot(
            role=role,
            hostname=safe(view.hostname or ""),
            address=view.shown_address,
            version=safe((version.version if version else None) or view.version or ""),
            fixes=tuple(safe(fix) for fix in version.fixes) if version else (),
            ha=safe(state),
            at=view.listed_at,
            complete=view.complete,
            unknown=tuple(map(safe, view.unknown)),
            rows=tuple(_row(e) for e in view.ordered() if e.verdict is not Verdict.PENDING or e.is_stored),
        )


def _row(entry: Entry) -> RowShot:
    certificate: Certificate | None = entry.presented.certificate
    subject = certificate.subject if certificate else None
    return RowShot(
        key=safe(entry.key or entry.raw),
        who=str(entry.who),
        name=safe(entry.name),
        stored=safe(entry.stored.raw) if entry.stored else "",
        presented=safe(str(subject)) if subject else "",
        sha256=entry.sha256 or "",
        verdict=str(entry.verdict),
        why=safe(entry.judgement.why[0]) if entry.judgement.why else "",
    )
