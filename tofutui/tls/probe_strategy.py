"""From one way of asking to the next, until an endpoint has shown its certificate or the time is up."""

import asyncio
import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tofutui.tls.context import Contexts
from tofutui.tls.conversation import Conversation, Handshake, ServerAnswer, ask
from tofutui.tls.dial import Dial
from tofutui.tls.failure_reasons import NO_APPLICATION_PROTOCOL, OF_THE_NAME, UNRECOGNISED_NAME
from tofutui.tls.hello import HelloOnly, KeyKind, Version
from tofutui.tofu.certificates.presented import Attempt, Status
from tofutui.tofu.site.endpoint import Endpoint

PATIENCE = 3
"""How many time-outs of one attempt a whole endpoint may take."""

_LONGER = 1.5
"""How many time-outs a server gets that took the connection and did not answer in the first one."""
OWN_HELLO = "own hello"
"""How the ways begin that never finish a handshake."""

_WITH_ALPN = "tls with ALPN"
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


@dataclass(frozen=True, slots=True)
class EndpointAsker:
    """With what an endpoint is asked; ``timeout`` is that of one attempt in seconds."""

    dial: Dial
    contexts: Contexts
    naming: Contexts
    """The same, with application protocols."""
    timeout: float

    def contexts_of(self, attempts: Iterable[Attempt]) -> Contexts:
        """Those with which a certificate was seen, for asking again."""
        named = any(attempt.way == _WITH_ALPN and attempt.status is Status.OK for attempt in attempts)
        return self.naming if named else self.contexts


class Sort(StrEnum):
    """Which of a server's certificates is asked for."""

    RSA = "RSA"
    ECDSA = "ECDSA"
    NAMELESS = "nameless"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking: what an attempt is called and the conversation it has."""

    words: str
    make: Callable[[], Conversation]
    sort: Sort = Sort.ANY


async def climb(asker: EndpointAsker, endpoint: Endpoint, sni: str | None) -> tuple[ServerAnswer, ...]:
    """Every attempt made, in order; only the last can have seen certificates."""
    ladder = _Ladder(asker, endpoint, sni)
    await ladder.climb()
    return tuple(ladder.answers)


def decisive(answers: Sequence[ServerAnswer]) -> ServerAnswer:
    """The answer that says most: the certificate seen, else the clearest reason, the earliest of equals."""
    return min(answers, key=_rank)


def other_ways(contexts: Contexts, sni: str | None, *, hello: Version | None, tls13: bool) -> tuple[Way, ...]:
    """Ways to another certificate of a server: RSA only, ECDSA only, and without the name if one was sent.

    Args:
        contexts: what a handshake offers.
        sni: the name that was sent.
        hello: the version of the own hello that alone could see the server's certificate; None: a handshake.
        tls13: whether the server speaks TLS 1.3, whose certificates have to be asked for in their own way.
    """
    if hello is not None:
        version = Version.TLS12
        ways = [
            Way("own hello, RSA only", lambda: HelloOnly(version, sni, KeyKind.RSA), Sort.RSA),
            Way("own hello, ECDSA only", lambda: HelloOnly(version, sni, KeyKind.ECDSA), Sort.ECDSA),
        ]
    else:
        ways = [
            Way("RSA only", lambda: Handshake(contexts.rsa, sni), Sort.RSA),
            Way("ECDSA only", lambda: Handshake(contexts.ecdsa, sni), Sort.ECDSA),
        ]
    if tls13:
        ways += [
            Way("RSA only, TLS 1.3", lambda: _tls13(sni, KeyKind.RSA), Sort.RSA),
            Way("ECDSA only, TLS 1.3", lambda: _tls13(sni, KeyKind.ECDSA), Sort.ECDSA),
        ]
    if sni:
        nameless = same_way(contexts, None, hello=hello and Version.TLS12)
        ways.append(
            replace(
                nameless, words=f"{OWN_HELLO} without SNI" if hello else "without SNI", sort=Sort.NAMELESS
            )
        )
    return tuple(ways)


def same_way(contexts: Contexts, sni: str | None, *, hello: Version | None) -> Way:
    """The way in which a server's certificate was seen first, for asking again."""
    if hello is not None:
        return Way(f"{OWN_HELLO} {hello.words}, again", lambda: HelloOnly(hello, sni))
    return Way("tls, again", lambda: Handshake(contexts.broad, sni))


def hello_of(attempts: Iterable[Attempt]) -> Version | None:
    """The version of the own hello that saw the certificate; None where a handshake did."""
    seen = {attempt.way for attempt in attempts if attempt.status is Status.OK}
    return next((version for version in Version if f"{OWN_HELLO} {version.words}" in seen), None)


def load_tls13() -> None:
    """Load what asking over TLS 1.3 needs: the library `cryptography`, which takes a moment."""
    importlib.import_module("tofutui.tls.tls13")


def _tls13(sni: str | None, keys: KeyKind) -> Conversation:
    from tofutui.tls.tls13 import Tls13

    return Tls13(sni, keys)


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
            await self._try(_WITH_ALPN, lambda: Handshake(context, self._sni))
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


def _rank(answer: ServerAnswer) -> tuple[int, bool]:
    return _TELLING.index(answer.status), answer.alert != UNRECOGNISED_NAME
