"""Each endpoint is asked once a refresh, however many rows of both tables are about it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from tofutui.appliance.node import Node
from tofutui.tls.dial import DialError
from tofutui.tls.prober import Prober
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.names.match import Relation, compare
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Role

AT_ONCE = 200
"""Answers let go of without a pause."""
Key = tuple[Endpoint, Endpoint | None]


@dataclass(slots=True, eq=False)
class Probes:
    """The probes of one refresh; a new refresh asks again."""

    prober: Prober
    _fetches: dict[Key, asyncio.Task[Presented]] = field(default_factory=dict)
    _others: dict[Key, asyncio.Task[tuple[Presented, ...]]] = field(default_factory=dict)
    _kinds: dict[Key, asyncio.Task[tuple[Presented, ...]]] = field(default_factory=dict)
    """Those of endpoints that were asked for other kinds of certificates only."""

    async def fetch(self, row: Endpoint, target: Endpoint | None) -> Presented:
        """What the endpoint presents to a broad hello."""
        key = (row, target)
        if key not in self._fetches:
            self._fetches[key] = asyncio.create_task(self.prober.fetch(row, target))
        fetching = self._fetches[key]
        return fetching.result() if fetching.done() else await asyncio.shield(fetching)

    async def fitting(
        self,
        row: Endpoint,
        target: Endpoint | None,
        stored: str,
        known: str | None = None,
        *,
        in_a_row: bool = True,
    ) -> Presented:
        """What the endpoint presents when it is asked for its other certificates as well.

        The one with the ``known`` SHA-256 is shown, else the one that fits the stored name; the others are
        in ``also``. ``in_a_row``: it is also asked the same again, for what a balancer deals in turn.
        """
        first = await self.fetch(row, target)
        if first.status is not Status.OK:
            return first
        key = (row, target)
        if key not in self._others and not in_a_row:
            if key not in self._kinds:
                asking = self.prober.alternatives(row, target, first, in_a_row=False)
                self._kinds[key] = asyncio.create_task(asking)
            return choose(first, await asyncio.shield(self._kinds[key]), stored, known)
        if key not in self._others:
            self._others[key] = asyncio.create_task(self.prober.alternatives(row, target, first))
        return choose(first, await asyncio.shield(self._others[key]), stored, known)

    async def close(self) -> None:
        """Cancel what is still under way and wait for its end."""
        tasks = [*self._fetches.values(), *self._others.values(), *self._kinds.values()]
        under_way = [task for task in tasks if not task.done()]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        del tasks, under_way
        for held in (self._fetches, self._others, self._kinds):
            while held:  # all at once, thousands of them would hold up the screen
                for key in list(held)[:AT_ONCE]:
                    del held[key]
                await asyncio.sleep(0)


class Probing:
    """The rounds of probes of one comparison."""

    def __init__(self, prober: Prober) -> None:
        self.prober = prober
        self._open: list[Probes] = []

    def begin(self) -> Probes:
        """A round that lasts until `close`."""
        probes = Probes(self.prober)
        self._open.append(probes)
        return probes

    @asynccontextmanager
    async def round(self) -> AsyncIterator[Probes]:
        """A round that ends with the block; what is still under way then is cancelled."""
        probes = self.begin()
        try:
            yield probes
        finally:
            await probes.close()
            self._open.remove(probes)

    async def close(self, seconds: float) -> None:
        """End all rounds; a probe that does not end in ``seconds`` is abandoned."""
        if closing := [asyncio.ensure_future(probes.close()) for probes in self._open]:
            await asyncio.wait(closing, timeout=seconds)


class JumpDial:
    """Dials from whichever node's jump host is connected, the primary's first (``via = "jump"``)."""

    def __init__(self, nodes: Mapping[Role, Node]) -> None:
        self._nodes = nodes

    async def __call__(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Connect from the jump host.

        Raises:
            DialError: no node is connected through a jump host.
            OSError: the jump host could not connect.
        """
        for node in self._nodes.values():
            if node.has_jump:
                return await node.dial(factory, endpoint)
        raise DialError(Status.UNREACHABLE, "not probed: no node is connected through a jump host")


def choose(
    first: Presented, others: tuple[Presented, ...], stored: str, known: str | None = None
) -> Presented:
    """Of all that an endpoint presents, the known one, else one of the stored name, else the first."""
    every = (first, *others)
    same = (p for p in every if p.certificate is not None and p.certificate.sha256 == known)
    fit = next(same, None) or next((p for p in every if fits(p, stored)), first)
    leaves = {p.certificate.sha256: p.certificate for p in every if p.certificate is not None}
    also = tuple(leaf for leaf in leaves.values() if leaf is not fit.certificate)
    return replace(fit, also=also, also_doubt=_doubt(others))


def _doubt(others: tuple[Presented, ...]) -> str:
    """Why the endpoint may have certificates that were not seen."""
    dealt = sum(presented.dealt for presented in others)
    if dealt:
        return (
            f"probed again in the same way, it presented another certificate ({dealt + 1} in turn): it may "
            "have more"
        )
    silent = [_way(presented) for presented in others if presented.certificate is None]
    if not silent:
        return ""
    return f"it may have other certificates, which could not be requested ({'; '.join(silent)})"


def _way(presented: Presented) -> str:
    way = presented.attempts[0].way if presented.attempts else ""
    return f"{way}: {presented.error}" if way else str(presented.error)


def fits(presented: Presented, stored: str) -> bool:
    """Whether the subject presented is the stored one."""
    leaf = presented.certificate
    return leaf is not None and compare(stored, leaf.subject).relation is Relation.EQUAL
