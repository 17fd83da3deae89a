"""Kind of TLS server x got the certificate, by which way, in what time; then the same for logins.

    .venv/bin/python tests/benchmarks/bench_reach.py [--rounds 5]

Servers are played by openssl, by gnutls-serv and a JDK where they are, or from hand-made bytes; each is also
asked with ``openssl s_client`` with all its permissive flags, since it is the best tool at hand. Beside that
stand the figures of the reference tools: BIO prober, own hello, s_client, sslscan, nmap, sslyze, keytool.
"""

import argparse
import asyncio
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.benchmarks import bench_login  # noqa: E402
from tests.support.loopback import has_ipv6  # noqa: E402
from tests.support.tls_servers import (  # noqa: E402
    GNUTLS,
    Certificates,
    HandMade,
    fetch,
    gnutls_server,
    openssl_server,
    serve,
    small_dh,
)
from tests.support.x509_der import CN, certificate, name, oid, sequence, tlv  # noqa: E402
from tofutui.tofu.certificates.presented import Presented  # noqa: E402
from tofutui.tofu.site.endpoint import Endpoint  # noqa: E402

Server = Callable[[], AbstractAsyncContextManager[Endpoint]]
WEAK = ("-cipher", "ALL:@SECLEVEL=0")
JSSE = ROOT / "tests" / "support" / "JsseServer.java"
DER = certificate(subject=name((CN, "old-ise")))
STRANGE = certificate(key=sequence(sequence(oid("1.3.6.1.4.1.99999.1")), tlv(0x03, b"\0", bytes(40))))
LONG = [certificate(subject=name((CN, f"{n:03} " + "x" * 300))) for n in range(201)]
S_CLIENT = (
    "-min_protocol TLSv1 -cipher ALL:@SECLEVEL=0 -legacy_server_connect -no-CAfile -no-CApath -no-CAstore"
)


def openssl_servers(certificates: Certificates) -> dict[str, Server]:
    chain = certificates.folder / "chain.pem"
    chain.write_text(certificates.ecdsa.certificate.read_text() + certificates.named.certificate.read_text())
    many = certificates.folder / "many.pem"
    many.write_text(certificates.rsa.certificate.read_text() * 60)
    wants = ("-Verify", "1", "-cert_chain", str(chain))
    both = ("-dcert", str(certificates.ecdsa.certificate), "-dkey", str(certificates.ecdsa.key))
    dhe = ("-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0", "-dhparam", str(small_dh(certificates.folder, 1024)))
    rsa, ecdsa, old = certificates.rsa, certificates.ecdsa, certificates.old
    return {
        "TLS 1.0, RSA-1024/SHA-1": lambda: openssl_server(old, "-tls1", *WEAK),
        "TLS 1.1, RSA-1024/SHA-1": lambda: openssl_server(old, "-tls1_1", *WEAK),
        "TLS 1.2, DHE 1024": lambda: openssl_server(rsa, "-tls1_2", *dhe),
        "TLS 1.2, static RSA": lambda: openssl_server(rsa, "-tls1_2", "-cipher", "AES128-SHA"),
        "client certificate, TLS 1.0": lambda: openssl_server(rsa, "-tls1", *WEAK, "-Verify", "1"),
        "client certificate, TLS 1.2, 3 certs": lambda: openssl_server(rsa, "-tls1_2", *wants),
        "client certificate, TLS 1.3, 3 certs": lambda: openssl_server(rsa, "-tls1_3", *wants),
        "TLS 1.3, RSA": lambda: openssl_server(rsa),
        "TLS 1.3, ECDSA": lambda: openssl_server(ecdsa),
        "TLS 1.3, hello retry request": lambda: openssl_server(ecdsa, "-tls1_3", "-groups", "P-384"),
        **({"TLS 1.3, IPv6": lambda: openssl_server(rsa, host="::1")} if has_ipv6() else {}),
        "RSA and ECDSA": lambda: openssl_server(rsa, *both),
        "61 certificates": lambda: openssl_server(rsa, "-cert_chain", str(many)),
    }


def gnutls_servers(certificates: Certificates) -> dict[str, Server]:
    if not shutil.which("gnutls-serv"):
        print("no program gnutls-serv: its servers are left out")
        return {}
    pairs = {name: certificates.rsa if "TLS 1.0" not in name else certificates.old for name in GNUTLS}
    return {f"{name} (gnutls)": lambda name=name: gnutls_server(pairs[name], GNUTLS[name]) for name in GNUTLS}


def replayed_servers() -> dict[str, Server]:
    return {
        "no secure renegotiation (replayed)": lambda: serve(HandMade([DER])),
        "3DES only, TLS 1.0 (replayed)": lambda: serve(HandMade([DER], 0x0301, 0x000A)),
        "RC4 only, TLS 1.0 (replayed)": lambda: serve(HandMade([DER], 0x0301, 0x0005)),
        "export RC4 only, TLS 1.0 (replayed)": lambda: serve(HandMade([DER], 0x0301, 0x0003)),
        "SSL 3.0 (replayed)": lambda: serve(HandMade([DER], 0x0300, 0x0005)),
        "SSL 3.0, hangs up on newer (replayed)": lambda: serve(
            HandMade([DER], 0x0300, 0x0005, is_intolerant=True)
        ),
        "unknown public-key algorithm (replayed)": lambda: serve(HandMade([STRANGE])),
        "certificate is garbage DER (replayed)": lambda: serve(HandMade([b"\xde\xad\xbe\xef" * 20])),
        "201 certificates, > 100 KB (replayed)": lambda: serve(HandMade(LONG)),
        "split over 97-byte records (replayed)": lambda: serve(HandMade([DER], size=97)),
        "wrong SNI -> alert 112 (replayed)": lambda: serve(HandMade([DER], wants="another.example")),
    }


_MODERN = "h - y y y y y"
ELSEWHERE = {
    "TLS 1.0, RSA-1024/SHA-1": "1h 1 y y y y -",
    "TLS 1.1, RSA-1024/SHA-1": "1h 1 y y y y -",
    "JSSE TLS 1.0, RSA-1024/SHA-1": "1h 1 y y y y -",
    "JSSE TLS 1.0, DHE 768": "1 1 y y - y -",
    "TLS 1.2, DHE 1024": "1h 1 y y - y y",
    "TLS 1.2, static RSA": "1h 1 y y y y y",
    "client certificate, TLS 1.0": "1 1 y - y - -",
    "JSSE client certificate, TLS 1.0": "1 1 y - y y -",
    "client certificate, TLS 1.2, 3 certs": "3 3 y - y y y",
    "client certificate, TLS 1.3, 3 certs": "3h - y y y y y",
    "TLS 1.3, RSA": _MODERN,
    "TLS 1.3, ECDSA": _MODERN,
    "TLS 1.3, hello retry request": _MODERN,
    "TLS 1.3, IPv6": _MODERN,
    "no secure renegotiation (gnutls)": "1h 1 y - y y y",
    "3DES only, TLS 1.0 (gnutls)": "- 1 - - y y -",
    "JSSE 3DES only, TLS 1.0": "- 1 - - y y -",
    "RC4 only, TLS 1.0 (gnutls)": "- 1 - - - y -",
    "JSSE RC4 only, TLS 1.0": "- 1 - - - y -",
    "SSL 3.0 (replayed)": "- 1 - - y - -",
    "unknown public-key algorithm (replayed)": "1 1 y - - - y",
    "certificate is garbage DER (replayed)": "- 1 - - - - -",
    "61 certificates": "61 61 y - y - -",
    "201 certificates, > 100 KB (replayed)": "- 201 - - y - -",
    "split over 97-byte records (replayed)": "1 1 y - - - y",
    "wrong SNI -> alert 112 (replayed)": "- - - - y - y",
}
"""Rows measured earlier with the same tools."""

JSSE_SERVERS = {
    "JSSE TLS 1.0, RSA-1024/SHA-1": "TLSv1,-,-",
    "JSSE TLS 1.0, DHE 768": "TLSv1,TLS_DHE_RSA_WITH_AES_128_CBC_SHA,-",
    "JSSE client certificate, TLS 1.0": "TLSv1,-,need",
    "JSSE client certificate, TLS 1.3": "TLSv1.3,-,need",
    "JSSE 3DES only, TLS 1.0": "TLSv1,SSL_RSA_WITH_3DES_EDE_CBC_SHA,-",
    "JSSE RC4 only, TLS 1.0": "TLSv1,SSL_RSA_WITH_RC4_128_MD5,-",
    "JSSE SSL 3.0": "SSLv3,SSL_RSA_WITH_RC4_128_MD5,-",
}


@contextlib.contextmanager
def jsse_servers(certificates: Certificates) -> Iterator[dict[str, Server]]:
    """The servers that Java plays; none where there is no JDK."""
    if not shutil.which("java"):
        print("no program java: its servers are left out")
        yield {}
        return
    store = certificates.folder / "jsse.p12"
    pair = certificates.old
    export = [
        "openssl",
        "pkcs12",
        "-export",
        "-passout",
        "pass:lab",
        "-in",
        pair.certificate,
        "-inkey",
        pair.key,
    ]
    subprocess.run([*export, "-out", store], check=True, capture_output=True)
    words = ["java", "-Djdk.tls.ephemeralDHKeySize=legacy", str(JSSE), str(store)]
    numbered = [f"{n},{rest}" for n, rest in enumerate(JSSE_SERVERS.values())]
    with subprocess.Popen(
        [*words, *numbered], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as java:
        assert java.stdout is not None
        lines = [line.split() for line in iter(java.stdout.readline, "ready\n")]
        yield {
            label: lambda port=int(port): running(port)
            for label, (_, port) in zip(JSSE_SERVERS, lines, strict=True)
        }
        java.kill()


@contextlib.asynccontextmanager
async def running(port: int) -> AsyncIterator[Endpoint]:
    yield Endpoint("127.0.0.1", port)


async def s_client(endpoint: Endpoint, sni: str | None) -> bool:
    where = str(endpoint)
    named = ("-servername", sni) if sni else ("-noservername",)
    process = await asyncio.create_subprocess_exec(
        *("openssl", "s_client", "-connect", where, *named, *S_CLIENT.split()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return b"BEGIN CERTIFICATE" in output


async def measure(label: str, server: Server, rounds: int) -> bool:
    """Print a row; whether everything was got that another tool gets."""
    times = []
    named = "wrong.example" if "SNI" in label else None
    for _ in range(rounds):
        async with server() as endpoint:
            presented = await fetch(endpoint, named)
            times.append(presented.seconds * 1000)
    async with server() as endpoint:
        other = "y" if await s_client(endpoint, named) else "-"
    elsewhere = ELSEWHERE.get(label, "")
    columns = "  ".join(f"{word:<4}" for word in elsewhere.split())
    shown = f"{label:<42} {got(presented):<14} {way(presented):<20} {statistics.median(times):>7.1f}  {other}"
    print(f"{shown}    {columns}".rstrip(), flush=True)
    return got(presented) != "-" or (other == "-" and not set(elsewhere) & set("y123"))


def got(presented: Presented) -> str:
    if presented.certificate is None:
        return "its SHA-256" if presented.status.value == "unparsed" else "-"
    return f"{1 + len(presented.chain)}{'h' if presented.handshake else ''} {presented.tls}"


def way(presented: Presented) -> str:
    return presented.attempts[-1].way if presented.attempts else "tls"


async def main(rounds: int) -> None:
    print("certificates (h: handshake finished), way that got them, median ms, openssl s_client + flags;")
    print("then the reference tools: BIO prober, own hello, s_client, sslscan, nmap, sslyze, keytool")
    missed = []
    with tempfile.TemporaryDirectory(prefix="bench-reach-") as folder:
        certificates = Certificates(Path(folder))
        ours = {**openssl_servers(certificates), **gnutls_servers(certificates), **replayed_servers()}
        with jsse_servers(certificates) as java:
            for label, server in {**ours, **java}.items():
                if not await measure(label, server, rounds):
                    missed.append(label)
    print(f"rows that another tool reads and this program does not: {', '.join(missed) or 'none'}\n")
    await bench_login.main(rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args().rounds))
