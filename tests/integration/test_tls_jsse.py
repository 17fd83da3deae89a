"""Certificates read from Java's own TLS, which is what the appliances run."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tls_servers import Certificates, Pair, fetch, needs_openssl, sha256
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint

pytestmark = [
    needs_openssl,
    pytest.mark.skipif(
        not shutil.which("java"), reason="the program java (a JDK 11 or later) is not installed"
    ),
]
SOURCE = Path(__file__).resolve().parents[1] / "support" / "JsseServer.java"
SERVERS = {
    "tls10": "TLSv1,-,-",
    "tls12": "TLSv1.2,-,-",
    "tls13": "TLSv1.3,-,-",
    "dhe768": "TLSv1,TLS_DHE_RSA_WITH_AES_128_CBC_SHA,-",
    "client10": "TLSv1,-,need",
    "client12": "TLSv1.2,-,need",
    "client13": "TLSv1.3,-,need",
    "3des": "TLSv1,SSL_RSA_WITH_3DES_EDE_CBC_SHA,-",
    "rc4": "TLSv1,SSL_RSA_WITH_RC4_128_MD5,-",
    "ssl3": "SSLv3,SSL_RSA_WITH_RC4_128_MD5,-",
}


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Certificates(tmp_path_factory.mktemp("jsse")).old


@pytest.fixture(scope="module")
def ports(old: Pair) -> Iterator[dict[str, int]]:
    store = old.key.with_suffix(".p12")
    export = [
        "openssl",
        "pkcs12",
        "-export",
        "-passout",
        "pass:lab",
        "-in",
        old.certificate,
        "-inkey",
        old.key,
    ]
    subprocess.run([*export, "-out", store], check=True, capture_output=True)
    words = ["java", "-Djdk.tls.ephemeralDHKeySize=legacy", str(SOURCE), str(store)]
    servers = [f"{name},{rest}" for name, rest in SERVERS.items()]
    with subprocess.Popen(
        [*words, *servers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        yield dict(_read(line) for line in _until_ready(lines))
        process.kill()


def _until_ready(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() == "ready":
            return
        yield line
    pytest.fail("the JDK did not start its servers")


def _read(line: str) -> tuple[str, int]:
    name, port = line.split()
    return name, int(port)


@pytest.mark.parametrize(
    ("server", "tls", "finishes", "asks"),
    [
        ("tls10", "TLSv1", True, False),
        ("tls12", "TLSv1.2", True, False),
        ("tls13", "TLSv1.3", True, False),
        ("dhe768", "TLSv1", False, False),
        ("client10", "TLSv1", False, True),
        ("client12", "TLSv1.2", False, True),
        ("client13", "TLSv1.3", True, True),
        ("3des", "TLSv1", False, False),
        ("rc4", "TLSv1", False, False),
        ("ssl3", "SSLv3", False, False),
    ],
)
async def test_a_java_server_shows_its_certificate(
    ports: dict[str, int], old: Pair, server: str, tls: str, finishes: bool, asks: bool
) -> None:
    presented = await fetch(Endpoint("127.0.0.1", ports[server]))
    assert presented.status is Status.OK
    assert presented.certificate is not None
    assert presented.certificate.sha256 == sha256(old.der)
    assert (presented.tls, presented.handshake, presented.client_certificate) == (tls, finishes, asks)
    assert (presented.attempts == ()) is finishes
