"""What a host:port presented when this machine asked it, or why it presented nothing."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tofutui.tofu.certificates.certificate import Certificate


class Status(StrEnum):
    """Outcome of asking an endpoint for its certificate."""

    OK = "ok"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    DNS = "dns"
    NOT_TLS = "not-tls"
    TLS_ALERT = "tls-alert"
    RESET = "reset"
    UNPARSED = "unparsed"
    """Certificate bytes arrived and could not be read as a certificate."""
    UNMAPPED = "unmapped"
    """An address that cannot be probed, for example a masked one."""
    NOT_PROBED = "not-probed"
    """Probing is switched off."""
    PENDING = "pending"
    """Not asked yet, or no answer yet."""

    @property
    def was_asked(self) -> bool:
        """Whether the endpoint was asked, and the answer or its absence is known."""
        return self not in (Status.UNMAPPED, Status.NOT_PROBED, Status.PENDING)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an endpoint: which way, what came of it, in one short sentence."""

    way: str
    """``tls``, ``tls without SNI``, ``RSA only``, ``ECDSA only``, ``own hello TLS 1.2`` …"""
    status: Status
    text: str
    seconds: float


SEEN_ONLY = "certificate seen, handshake not possible"
"""How a certificate is marked that was read on the way to a handshake which could not be finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The certificate that an endpoint presents now, as this machine sees it."""

    status: Status
    at: datetime | None = None
    """When it was asked (UTC)."""
    handshake: bool = False
    """Whether the handshake finished; without it the certificate was still seen."""
    certificate: "Certificate | None" = None
    """The leaf; set if and only if ``status`` is OK."""
    chain: "tuple[Certificate, ...]" = ()
    """The further certificates as sent, without the leaf."""
    also: "tuple[Certificate, ...]" = ()
    """Other leaf certificates of the same endpoint (RSA-only, ECDSA-only, without SNI, asked again)."""
    also_doubt: str = ""
    """Why it may have certificates that were not seen although it was asked for them; "" if it was not."""
    dealt: bool = False
    """Whether the same question brought it that brought another certificate before."""
    tls: str | None = None
    """``TLSv1.2`` and the like."""
    sni: str | None = None
    via: str = "direct"
    address: str | None = None
    """Where the connection went: ``host:port`` after the map."""
    seen_from: str = ""
    """Host name of the machine that asked."""
    client_certificate: bool = False
    """Whether the server asked for a client certificate."""
    attempts: tuple[Attempt, ...] = ()
    error: str | None = None
    """Why there is no certificate, in a user's words."""
    seconds: float = field(default=0.0, compare=False)

    @property
    def also_unsure(self) -> bool:
        """Whether it was asked for other certificates and may have some that were not seen."""
        return bool(self.also_doubt)

    @property
    def is_seen_only(self) -> bool:
        """Whether the certificate was seen although no handshake could be finished."""
        return self.certificate is not None and not self.handshake


PENDING = Presented(status=Status.PENDING)
