"""The ways in which an endpoint is asked for a certificate, and for those that it did not show first."""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from tofutui.tls.context import Contexts
from tofutui.tls.conversation import Conversation, Handshake
from tofutui.tls.dial import Dial
from tofutui.tls.hello import HelloOnly, KeyKind, Version
from tofutui.tofu.certificates.presented import Attempt, Status

OWN_HELLO = "own hello"
"""How the ways begin that never finish a handshake."""
WITH_ALPN = "tls with ALPN"


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
        named = any(attempt.way == WITH_ALPN and attempt.status is Status.OK for attempt in attempts)
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
