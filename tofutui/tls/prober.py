"""Fetching the certificates that endpoints present, many at a time.

Each endpoint is asked in one way after the other, until it has shown its certificate or the time is up.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from tofutui.tls.certificate_cache import Reader
from tofutui.tls.context import build_contexts, server_name
from tofutui.tls.conversation import Conversation, Handshake, ServerAnswer, ask
from tofutui.tls.dial import Dial, DirectDial
from tofutui.tls.failure_reasons import (
    NO_APPLICATION_PROTOCOL,
    OF_THE_NAME,
    PROTOCOL_VERSION,
    UNRECOGNISED_NAME,
)
from tofutui.tls.hello import HelloOnly, Version
from tofutui.tls.ways import (
    OWN_HELLO,
    WITH_ALPN,
    EndpointAsker,
    Way,
    hello_of,
    load_tls13,
    other_ways,
    same_way,
)
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Attempt, Presented, Status
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import ProbeSettings, Via

PATIENCE = 3
"""How many time-outs of one attempt a whole endpoint may take."""

_LONGER = 1.5
"""How many time-outs a server gets that took the connection and did not answer in the first one."""
PER_HOST = 4
"""Probes at once to one address of the tables."""

_OFF = "not probed: probing is off"
_UNMAPPED = "this address cannot be probed from here: set in probe.map where it is reachable"
_WORTH_A_RETRY = (Status.RESET, Status.TIMEOUT)
_TELLING = (
    Status.OK,
    Status.NOT_TLS,
    Status.UNPARSED,
    Status.TLS_ALERT,
    Status.RESET,
    Status.REFUSED,
    Status.UNREACHABLE,
    Status.DNS,
    Status.TIMEOUT,
)
_NO_ANSWER = (Status.TIMEOUT, Status.REFUSED, Status.UNREACHABLE, Status.DNS)
"""What says nothing about the certificates an endpoint holds.

An alert does, and so does hanging up on the narrow hello, as Python's own servers do where they have no
such certificate.
"""
Heard = Callable[[Endpoint, Sequence[ServerAnswer]], None]
"""Gets the endpoint that was asked, before `probe.map`, and what it answered; called at once."""
IN_A_ROW = 10
"""How often the same certificate has to be seen before it counts as the only one that is dealt."""
_AT_ONCE = 3
"""How many of these questions are asked side by side."""
_TIME_UP = "there was no time to ask for other certificates"


def unheard(target: Endpoint, answers: Sequence[ServerAnswer]) -> None:
    """The answers are not listened to."""


class Prober:
    """Asks endpoints for their certificates within the limits of a session's probe settings.

    To be used on one event loop. ``seen_from`` is the host name of the machine that connects; ``dial``
    replaces connecting from this machine, for example by a jump host's way; ``heard`` gets every answer.
    """

    def __init__(
        self,
        settings: ProbeSettings,
        *,
        seen_from: str,
        clock: Callable[[], datetime],
        dial: Dial | None = None,
        heard: Heard = unheard,
    ) -> None:
        self.settings = settings
        self._heard = heard
        self._seen_from = seen_from
        self._clock = clock
        way = dial or DirectDial(lookup_timeout=0.8 * settings.timeout)
        self._asker = EndpointAsker(way, build_contexts(), build_contexts(alpn=True), settings.timeout)
        self._reader = Reader()
        self._limits = _Limits(settings.concurrency)

    async def fetch(self, row: Endpoint, target: Endpoint | None) -> Presented:
        """The certificate that the endpoint of ``row`` presents now; never raises for network reasons.

        ``row`` is the endpoint as listed in the table: its name is the SNI, and at most four probes at
        once go to its host. ``target`` is where it is asked, before ``probe.map`` (None: it cannot be).
        Takes at most three times the time-out of one attempt, not counting the wait for its turn.
        """
        if self.settings.via is Via.OFF:
            return self._silent(Status.NOT_PROBED, _OFF)
        if target is None:
            return self._silent(Status.UNMAPPED, _UNMAPPED)
        where = self._mapped(target)
        async with self._limits.turn(row.host):
            at = self._clock()
            answers = await _climb(self._asker, where, server_name(row.host))
        self._heard(target, answers)
        return await self._presented(answers, where, at)

    async def alternatives(
        self, row: Endpoint, target: Endpoint | None, first: Presented, *, in_a_row: bool = True
    ) -> tuple[Presented, ...]:
        """What the endpoint presents to other questions: RSA only, ECDSA only, and without the SNI sent.

        Only those whose leaf is another than that of ``first``, each leaf once; after them what has no leaf
        because the endpoint did not answer that way at all, which leaves open what it holds. With
        ``in_a_row`` it is also asked the same again, `IN_A_ROW` times or until it differs: a balancer may
        deal several certificates in turn. Together with ``first`` all this takes at most three times the
        time-out of one attempt.
        """
        left = self._left(first.seconds)
        if first.certificate is None or target is None or self.settings.via is Via.OFF:
            return ()
        if left <= 0:
            return (self._silent(Status.TIMEOUT, _TIME_UP),)
        tls13 = first.tls == "TLSv1.3"
        if tls13:
            await asyncio.to_thread(load_tls13)
        seconds = min(self.settings.timeout, left)
        hello = hello_of(first.attempts)
        ways = other_ways(self._asker.contexts_of(first.attempts), first.sni, hello=hello, tls13=tls13)
        answers = await self._others(row, target, ways, seconds)
        replies = list(zip(ways, answers, strict=True))
        settled = {way.sort for way, (presented, alert) in replies if _is_clear(presented, alert)}
        silent = {way.sort: presented for way, (presented, _) in replies if way.sort not in settled}
        others = [presented for presented, _ in answers]
        spent = first.seconds + max(presented.seconds for presented in others)
        dealt = await self._again(row, target, first, spent) if in_a_row else []
        return (*_distinct(first, others), *dealt, *silent.values())

    async def _again(
        self, row: Endpoint, target: Endpoint, first: Presented, spent: float
    ) -> list[Presented]:
        """What the same question brings, as long as there is time left after ``spent`` seconds."""
        way = same_way(self._asker.contexts_of(first.attempts), first.sni, hello=hello_of(first.attempts))
        missing = IN_A_ROW - 1
        while missing > 0:
            left = self._left(spent)
            if left <= 0:
                return [self._silent(Status.TIMEOUT, _TIME_UP)]
            seconds = min(self.settings.timeout, left)
            ways = [way] * min(_AT_ONCE, missing)
            answers = [presented for presented, _ in await self._others(row, target, ways, seconds)]
            others = _distinct(first, answers)
            silent = [presented for presented in answers if presented.certificate is None]
            if others or silent:
                return [*(replace(other, dealt=True) for other in others), *silent[:1]]
            missing -= len(answers)
            spent += max(presented.seconds for presented in answers)
        return []

    def _left(self, spent: float) -> float:
        return PATIENCE * self.settings.timeout - spent

    async def _others(
        self, row: Endpoint, target: Endpoint, ways: Sequence[Way], seconds: float
    ) -> list[tuple[Presented, int | None]]:
        """What each way of asking brought, and the fatal alert that answered it."""
        asked = await asyncio.gather(*(self._other(row, target, way, seconds) for way in ways))
        self._heard(target, [answer for _, answer in asked])
        return [(presented, answer.alert) for presented, answer in asked]

    async def _other(
        self, row: Endpoint, target: Endpoint, way: Way, seconds: float
    ) -> tuple[Presented, ServerAnswer]:
        where = self._mapped(target)
        async with self._limits.turn(row.host):
            at = self._clock()
            answer = await ask(self._asker.dial, where, way.make, way=way.words, seconds=seconds)
        return await self._presented((answer,), where, at), answer

    def _mapped(self, target: Endpoint) -> Endpoint:
        return self.settings.map.get(target, target)

    def _silent(self, status: Status, error: str) -> Presented:
        """Nothing was asked."""
        via = self.settings.via.value
        return Presented(status=status, error=error, via=via, seen_from=self._seen_from, at=self._clock())

    async def _presented(self, answers: Sequence[ServerAnswer], where: Endpoint, at: datetime) -> Presented:
        best = _decisive(answers)
        certificates = await self._reader.read(best.chain)
        leaf = certificates[0] if certificates else None
        status, error = _outcome(best, leaf)
        return Presented(
            status=status,
            at=at,
            handshake=best.handshake,
            certificate=leaf,
            chain=tuple(certificate for certificate in certificates[1:] if certificate is not None),
            tls=best.tls,
            sni=best.sni,
            via=self.settings.via.value,
            address=str(where),
            seen_from=self._seen_from,
            client_certificate=any(answer.client_certificate for answer in answers),
            attempts=_attempts(answers, best, status, error),
            error=error,
            seconds=sum(answer.seconds for answer in answers),
        )


def _is_clear(presented: Presented, alert: int | None) -> bool:
    """Whether an answer says what the endpoint holds of one kind: not where it is about something else."""
    return presented.status not in _NO_ANSWER and alert not in (PROTOCOL_VERSION, NO_APPLICATION_PROTOCOL)


def _distinct(first: Presented, answers: Iterable[Presented]) -> list[Presented]:
    """Those that show another leaf than the first, each leaf once."""
    seen = {first.certificate.sha256: first} if first.certificate else {}
    for presented in answers:
        if presented.certificate is not None:
            seen.setdefault(presented.certificate.sha256, presented)
    return list(seen.values())[1:]


def _outcome(best: ServerAnswer, leaf: Certificate | None) -> tuple[Status, str | None]:
    if leaf is not None:
        return Status.OK, None
    if best.chain:
        digest = hashlib.sha256(best.chain[0]).hexdigest()
        return Status.UNPARSED, f"what it sent as its certificate cannot be read (SHA-256 {digest})"
    return best.status, best.text


def _attempts(
    answers: Sequence[ServerAnswer], best: ServerAnswer, status: Status, error: str | None
) -> tuple[Attempt, ...]:
    """Every attempt with its own text; none where the first one did all there is to do."""
    if status is Status.OK and len(answers) == 1 and best.handshake:
        return ()
    words = [(status, error or a.text) if a is best else (a.status, a.text) for a in answers]
    return tuple(Attempt(a.way, *said, a.seconds) for a, said in zip(answers, words, strict=True))


class _Limits:
    """How many probes there may be at once: in all, and to one address of the tables."""

    def __init__(self, at_once: int) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._hosts: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        # The host comes first: many ports of one host must not hold the places of others while they wait.
        async with self._hosts.setdefault(host, asyncio.Semaphore(PER_HOST)), self._all:
            yield


async def _climb(asker: EndpointAsker, endpoint: Endpoint, sni: str | None) -> tuple[ServerAnswer, ...]:
    """Every attempt made, in order; only the last can have seen certificates."""
    ladder = _Ladder(asker, endpoint, sni)
    await ladder.climb()
    return tuple(ladder.answers)


class _Ladder:
    """One endpoint's way up: what was tried so far and how much time is left."""

    def __init__(self, asker: EndpointAsker, endpoint: Endpoint, sni: str | None) -> None:
        self._asker = asker
        self._endpoint = endpoint
        self._sni = sni
        self._deadline = asyncio.get_running_loop().time() + PATIENCE * asker.timeout
        self.answers: list[ServerAnswer] = []

    async def climb(self) -> None:
        """Try what may help, in order, until certificates are seen."""
        await self._handshake("tls", self._sni)
        if self._last.status in _WORTH_A_RETRY:
            is_slow = self._last.connected and self._last.status is Status.TIMEOUT
            await self._handshake("tls, again", self._sni, _LONGER if is_slow else 1)
        if self._sni and self._last.alert in OF_THE_NAME:
            await self._handshake("tls without SNI", None)
        if self._last.alert == NO_APPLICATION_PROTOCOL:
            context = self._asker.naming.broad
            await self._try(WITH_ALPN, lambda: Handshake(context, self._sni))
        for version in Version:
            if not self._is_worth_a_hello():
                return
            await self._hello(version)

    @property
    def _last(self) -> ServerAnswer:
        return self.answers[-1]

    def _is_worth_a_hello(self) -> bool:
        """Whether something is there that may speak TLS; after silence only one own hello is sent."""
        last = self._last
        if not last.connected or last.status in (Status.OK, Status.NOT_TLS):
            return False
        return last.status is not Status.TIMEOUT or not last.way.startswith(OWN_HELLO)

    async def _handshake(self, way: str, sni: str | None, timeouts: float = 1) -> None:
        context = self._asker.contexts.broad
        await self._try(way, lambda: Handshake(context, sni), timeouts)

    async def _hello(self, version: Version) -> None:
        knows_no_name = any(answer.alert == UNRECOGNISED_NAME for answer in self.answers)
        sni = None if knows_no_name else self._sni
        await self._try(f"{OWN_HELLO} {version.words}", lambda: HelloOnly(version, sni))

    async def _try(self, way: str, make: Callable[[], Conversation], timeouts: float = 1) -> None:
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return
        seconds = min(timeouts * self._asker.timeout, left)
        self.answers.append(await ask(self._asker.dial, self._endpoint, make, way=way, seconds=seconds))


def _decisive(answers: Sequence[ServerAnswer]) -> ServerAnswer:
    """The answer that says most: the certificate seen, else the clearest reason, the earliest of equals."""
    return min(answers, key=_rank)


def _rank(answer: ServerAnswer) -> tuple[int, bool]:
    return _TELLING.index(answer.status), answer.alert != UNRECOGNISED_NAME
