"""Real TLS servers: whether the certificate that they present is read, byte for byte."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.realworld.trials import LeftOut, Make, Trial, Way, free_port, of_makes, program, running
from tests.support.tls_servers import GNUTLS, Certificates, Pair, make_pair, prober
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.site.endpoint import Endpoint

T = TypeVar("T")
_NAME = "ise.lab.example"


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server listens, and what it has to present."""

    port: int
    pair: Pair
    name: str | None = None
    """The name that it is asked by; None: an address."""


Server = Callable[[Path], AbstractContextManager[Served]]


def trials() -> Iterator[Trial | LeftOut]:
    """One probe of each server in each of its ways."""
    return of_makes("tls", _makes())


def _try(folder: Path, *, server: Server) -> tuple[bool, str]:
    with server(folder) as served:
        return _judged(asyncio.run(_probe(served)), served.pair)


async def _probe(served: Served) -> Presented:
    target = Endpoint("127.0.0.1", served.port)
    row = Endpoint(served.name, served.port) if served.name else target
    return await prober().fetch(row, target)


def _judged(presented: Presented, pair: Pair) -> tuple[bool, str]:
    if presented.certificate is None:
        return False, presented.error or presented.status.value
    how = presented.attempts[-1].way if presented.attempts else "handshake finished"
    is_right = presented.certificate.sha256 == hashlib.sha256(pair.der).hexdigest()
    if not is_right:
        return False, f"another certificate, {how}"
    asks = ", asks for a client certificate" if presented.client_certificate else ""
    return presented.status is Status.OK, f"read, {presented.tls}, {how}{asks}"


def _makes() -> list[Make]:
    return [
        Make("OpenSSL s_server", "openssl", "openssl", _ways(_openssl, _OPENSSL)),
        Make("GnuTLS gnutls-serv", "gnutls-bin", "gnutls-serv", _ways(_gnutls, _GNUTLS | GNUTLS)),
        Make("nginx", "nginx-light", "nginx", _ways(_nginx, _NGINX)),
        Make("stunnel", "stunnel4", "stunnel4", _ways(_stunnel, _STUNNEL)),
        Make("HAProxy", "haproxy", "haproxy", _ways(_haproxy, _HAPROXY)),
        Make("Botan tls_server", "botan", "botan", _ways(_botan, {"TLS 1.2, RSA": ""})),
    ]


def _ways(
    server: Callable[[Path, T], AbstractContextManager[Served]], settings: Mapping[str, T]
) -> dict[str, Way]:
    """A way for each of a server's settings."""
    return {
        tried: partial(_try, server=partial(_set_up, server, setting)) for tried, setting in settings.items()
    }


def _set_up(
    server: Callable[[Path, T], AbstractContextManager[Served]], setting: T, folder: Path
) -> AbstractContextManager[Served]:
    return server(folder, setting)


_OPENSSL: dict[str, tuple[str, ...]] = {
    "TLS 1.3, RSA": ("-tls1_3",),
    "TLS 1.3, ECDSA": ("-tls1_3", "ECDSA"),
    "TLS 1.3, Ed25519": ("-tls1_3", "ED25519"),
    "TLS 1.3, RSA-PSS key": ("-tls1_3", "PSS"),
    "TLS 1.3, another group (HelloRetryRequest)": ("-tls1_3", "-groups", "secp521r1"),
    "TLS 1.3, wants a client certificate": ("-tls1_3", "-Verify", "1"),
    "TLS 1.2, wants a client certificate": ("-tls1_2", "-Verify", "1"),
    "TLS 1.2, static RSA": ("-tls1_2", "-cipher", "AES256-SHA:@SECLEVEL=0"),
    "TLS 1.0, RSA 1024 and SHA-1": ("-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0", "OLD"),
    "TLS 1.2, application protocol needed": ("-tls1_2", "-alpn", "h2"),
}


@contextmanager
def _openssl(folder: Path, how: tuple[str, ...]) -> Iterator[Served]:
    made = Certificates(folder)
    pair, options = made.rsa, []
    for word in how:
        if word == "ECDSA":
            pair = made.ecdsa
        elif word == "OLD":
            pair = made.old
        elif word in ("ED25519", "PSS"):
            pair = _made(folder, word)
        else:
            options.append(word)
    port = free_port()
    files = ["-cert", str(pair.certificate), "-key", str(pair.key)]
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", *files, *options]
    with running(command, port, folder / "log"):
        yield Served(port, pair)


def _made(folder: Path, kind: str) -> Pair:
    options = {
        "ED25519": ("-newkey", "ed25519"),
        "PSS": ("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"),
    }
    return make_pair(folder, kind.lower(), *options[kind])


_GNUTLS = {
    "its own defaults": "NORMAL",
    "TLS 1.1 only": "NORMAL:-VERS-ALL:+VERS-TLS1.1:%VERIFY_ALLOW_SIGN_WITH_SHA1",
    "TLS 1.2, CHACHA20 only": (
        "NONE:+VERS-TLS1.2:+CHACHA20-POLY1305:+AEAD:+ECDHE-RSA:+SIGN-ALL:+COMP-NULL:+GROUP-ALL"
    ),
    "TLS 1.3, group ffdhe2048 only": "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-FFDHE2048",
}


@contextmanager
def _gnutls(folder: Path, priority: str) -> Iterator[Served]:
    pair, port = Certificates(folder).rsa, free_port()
    files = ["--x509certfile", str(pair.certificate), "--x509keyfile", str(pair.key)]
    command = ["gnutls-serv", "--port", str(port), "--priority", priority, "--quiet", *files]
    with running(command, port, folder / "log"):
        yield Served(port, pair)


_NGINX = {
    "its own defaults": "",
    "TLS 1.2 and 1.0": "ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;",
    "wants a client certificate": "ssl_verify_client optional_no_ca;",
    "by name only (SNI)": "by name",
}


@contextmanager
def _nginx(folder: Path, lines: str) -> Iterator[Served]:
    pair, port, name = Certificates(folder).rsa, free_port(), None
    others = ""
    if lines == "by name":
        others = f"server {{ listen 127.0.0.1:{port} ssl default_server; ssl_reject_handshake on; }}"
        name, lines = _NAME, f"server_name {_NAME};"
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {others}\n"
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pair.certificate}; "
        f"ssl_certificate_key {pair.key}; {lines} return 204; }} }}\n"
    )
    command = [str(program("nginx")), "-p", str(folder), "-c", str(configuration), "-g", "daemon off;"]
    with running(command, port, folder / "log"):
        yield Served(port, pair, name)


_STUNNEL = {
    "its own defaults": "",
    "TLS 1.2, no secure options": "sslVersionMax = TLSv1.2\nsecurityLevel = 0\n",
    "wants a client certificate": "verifyChain = yes\nCAfile = {certificate}\n",
}


@contextmanager
def _stunnel(folder: Path, lines: str) -> Iterator[Served]:
    pair, port = Certificates(folder).rsa, free_port()
    configuration = folder / "stunnel.conf"
    configuration.write_text(
        f"foreground = yes\npid =\n[probe]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:1\n"
        f"cert = {pair.certificate}\nkey = {pair.key}\n" + lines.format(certificate=pair.certificate)
    )
    with running([str(program("stunnel4")), str(configuration)], port, folder / "log"):
        yield Served(port, pair)


_HAPROXY = {
    "its own defaults": "",
    "TLS 1.3 only": "force-tlsv13",
    "TLS 1.0 to 1.2": "ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2 ciphers ALL:@SECLEVEL=0",
    "by name only (SNI)": "strict-sni",
    "wants a client certificate": "ca-file {certificate} verify required",
}


@contextmanager
def _haproxy(folder: Path, bind: str) -> Iterator[Served]:
    pair, port = _named_pair(folder), free_port()
    both = folder / "both.pem"
    both.write_text(pair.certificate.read_text() + pair.key.read_text())
    configuration = folder / "haproxy.cfg"
    configuration.write_text(
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n"
        f"frontend probe\n  bind 127.0.0.1:{port} ssl crt {both} "
        + bind.format(certificate=pair.certificate)
        + "\n  http-request return status 204\n"
    )
    with running([str(program("haproxy")), "-db", "-f", str(configuration)], port, folder / "log"):
        yield Served(port, pair, _NAME if "strict-sni" in bind else None)


def _named_pair(folder: Path) -> Pair:
    return make_pair(
        folder,
        "named",
        "-newkey",
        "rsa:2048",
        "-addext",
        f"subjectAltName=DNS:{_NAME}",
        subject=f"/CN={_NAME}",
    )


@contextmanager
def _botan(folder: Path, _setting: str) -> Iterator[Served]:
    pair, port = Certificates(folder).rsa, free_port()
    command = [
        "botan",
        "tls_server",
        str(pair.certificate),
        str(pair.key),
        f"--port={port}",
        "--max-clients=3",
    ]
    with running(command, port, folder / "log"):
        yield Served(port, pair)
