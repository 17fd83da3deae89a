"""From one way of asking to the next, until an endpoint has shown its certificate or the time is up."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tofutui.tls.context import Contexts
from tofutui.tls.dial import Dial
from tofutui.tls.engine import Answer, Conversation, Handshake, ask
from tofutui.tls.hello import HelloOnly, Keys, Version
from tofutui.tls.trouble import HANDSHAKE_FAILURE, UNRECOGNISED_NAME
from tofutui.tofu.endpoint import Endpoint
from tofutui.tofu.presented import Status

PATIENCE = 3
"""How many time-outs of one attempt a whole endpoint may take."""

OWN_HELLO = "own hello"
"""How the ways begin that never finish a handshake."""

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
class Asker:
    """With what an endpoint is asked; ``timeout`` is that of one attempt in seconds."""

    dial: Dial
    contexts: Contexts
    timeout: float


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking: what an attempt is called and the conversation it has."""

    words: str
    make: Callable[[], Conversation]


async def climb(asker: Asker, endpoint: Endpoint, sni: str | None) -> tuple[Answer, ...]:
    """Every attempt made, in order; only the last can have seen certificates."""
    ladder = _Ladder(asker, endpoint, sni)
    await ladder.climb()
    return tuple(ladder.answers)


def decisive(answers: Sequence[Answer]) -> Answer:
    """The answer that says most: the certificate seen, else the clearest reason, the earliest of equals."""
    return min(answers, key=_rank)


def other_ways(contexts: Contexts, sni: str | None, *, by_hello: bool) -> tuple[Way, ...]:
    """Ways to another certificate of a server: RSA only, ECDSA only, and without the name if one was sent.

    ``by_hello``: the server's certificate could be seen with an own hello only.
    """
    if by_hello:
        version = Version.TLS12
        found = [
            Way("own hello, RSA only", lambda: HelloOnly(version, sni, Keys.RSA)),
            Way("own hello, ECDSA only", lambda: HelloOnly(version, sni, Keys.ECDSA)),
            Way("own hello without SNI", lambda: HelloOnly(version, None)),
        ]
    else:
        found = [
            Way("RSA only", lambda: Handshake(contexts.rsa, sni)),
            Way("ECDSA only", lambda: Handshake(contexts.ecdsa, sni)),
            Way("without SNI", lambda: Handshake(contexts.broad, None)),
        ]
    return tuple(found if sni else found[:2])


class _Ladder:
    """One endpoint's way up: what was tried so far and how much time is left."""

    def __init__(self, asker: Asker, endpoint: Endpoint, sni: str | None) -> None:
        self._asker = asker
        self._endpoint = endpoint
        self._sni = sni
        self._deadline = asyncio.get_running_loop().time() + PATIENCE * asker.timeout
        self.answers: list[Answer] = []

    async def climb(self) -> None:
        """Try what may help, in order, until certificates are seen."""
        await self._handshake("tls", self._sni)
        if self._last.status in _WORTH_A_RETRY:
            await self._handshake("tls, again", self._sni)
        if self._sni and self._last.alert in (UNRECOGNISED_NAME, HANDSHAKE_FAILURE):
            await self._handshake("tls without SNI", None)
        for version in Version:
            if not self._is_worth_a_hello():
                return
            await self._hello(version)

    @property
    def _last(self) -> Answer:
        return self.answers[-1]

    def _is_worth_a_hello(self) -> bool:
        """Whether somebody is there who did not answer as something else; silence is asked once more only."""
        last = self._last
        if not last.connected or last.status in (Status.OK, Status.NOT_TLS):
            return False
        return last.status is not Status.TIMEOUT or not last.way.startswith(OWN_HELLO)

    async def _handshake(self, way: str, sni: str | None) -> None:
        context = self._asker.contexts.broad
        await self._try(way, lambda: Handshake(context, sni))

    async def _hello(self, version: Version) -> None:
        knows_no_name = any(answer.alert == UNRECOGNISED_NAME for answer in self.answers)
        sni = None if knows_no_name else self._sni
        await self._try(f"{OWN_HELLO} {version.words}", lambda: HelloOnly(version, sni))

    async def _try(self, way: str, make: Callable[[], Conversation]) -> None:
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return
        seconds = min(self._asker.timeout, left)
        self.answers.append(await ask(self._asker.dial, self._endpoint, make, way=way, seconds=seconds))


def _rank(answer: Answer) -> tuple[int, bool]:
    return _TELLING.index(answer.status), answer.alert != UNRECOGNISED_NAME
