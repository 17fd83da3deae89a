"""What is offered to a server: permissive TLS settings, and the name that is asked for."""

import re
import ssl
import warnings
from dataclasses import dataclass

from tofutui.tofu.site.endpoint import as_address

_BROAD = "ALL:COMPLEMENTOFDEFAULT:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"
_RSA_ONLY = "aRSA:!eNULL:!PSK:!SRP:@SECLEVEL=0"
_ECDSA_ONLY = "aECDSA:!eNULL:@SECLEVEL=0"
_PROTOCOLS = (
    "http/1.1", "h2", "http/1.0", "spdy/3", "imap", "pop3", "managesieve", "ftp", "dot", "xmpp-client",
    "xmpp-server", "stun.turn", "mqtt", "amqp", "postgresql", "tds/8.0", "sip/2", "coap", "ntske/1",
    "radius/1.1", "acme-tls/1",
)  # fmt: skip
"""Of the IANA registry: those that run over TCP."""
_LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT has a name from Python 3.12 on
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contexts:
    """The settings that probes share; nothing is verified with any of them, so nothing may be sent."""

    broad: ssl.SSLContext
    """TLS 1.0 to 1.3, every cipher and key that OpenSSL still has."""
    rsa: ssl.SSLContext
    """Asks for an RSA certificate: TLS 1.2 at most, the last version whose ciphers name the key."""
    ecdsa: ssl.SSLContext
    """The same for ECDSA."""


def build_contexts(*, alpn: bool = False) -> Contexts:
    """Permissive contexts, built once and shared: each costs 0.2 ms, and no CA bundle is loaded.

    All that differs between builds of Python is set explicitly: TLS 1.0 and level 0 admit old servers
    with SHA-1 signatures and short keys, legacy connect those without secure renegotiation. ``alpn``: for
    servers that want an application protocol to be named, all that there are.
    """
    contexts = Contexts(_permissive(_BROAD), _tls12(_RSA_ONLY), _tls12(_ECDSA_ONLY))
    if alpn:
        for context in (contexts.broad, contexts.rsa, contexts.ecdsa):
            context.set_alpn_protocols(_PROTOCOLS)
    return contexts


def server_name(host: str) -> str | None:
    """The name to send as SNI for a row's host; None for an address or what is not a host name.

    Python would send ``[::1]``, ``fe80::1%eth0``, ``123`` or a trailing dot unchanged, and fail in
    four ways on others.
    """
    name = host.rstrip(".")
    if as_address(name) or not name or len(name) > 253 or name.replace(".", "").isdecimal():
        return None
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return None
    return name if all(_LABEL.fullmatch(label) for label in name.split(".")) else None


def _permissive(ciphers: str) -> ssl.SSLContext:
    with warnings.catch_warnings():
        # TLS 1.0 is deprecated, which is why the servers looked for here are old.
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    context.set_ciphers(ciphers)
    # A resumed session would show no chain: no tickets.
    context.options |= _LEGACY_SERVER_CONNECT | ssl.OP_NO_TICKET
    return context


def _tls12(ciphers: str) -> ssl.SSLContext:
    context = _permissive(ciphers)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context
