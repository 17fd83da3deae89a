# ruff: noqa: E501 - samples as they are printed
"""Good answers of every kind, which the fuzzer spoils, and the pieces that it spoils them with."""

import gzip
import io
import tarfile
from functools import cache

from cryptography.x509 import load_der_x509_certificate

from tests.support.hostile import zipped
from tests.support.model_site import certificates

ROWS = (
    b"\nHost certificate are automatically added to this list on first connection,\n"
    b"if trust-on-first-use is configured - ncs certvalidation certificate-check ...\n\n"
    b"host=192.0.2.10_8082;  subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-pri\n"
    b"host=127.0.0.1_8082; subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec\n"
    b"host=198.51.100.30_443;  subject=CN = kong \n"
)
CAUSE = b"Trust-on-first-use is configure for this connection."
CHANGED = b"Current certificate of the remote host is different from what was used earlier"
LOG = (
    b"11/23/26 13:58:02.123 ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust " + CAUSE + b" "
    + CHANGED + b" - CN=prime-pri, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US\n"
    b"javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException: " + CAUSE + b" " + CHANGED
    + b" - CN=prime-pri\n\tat sun.security.ssl.Alerts.getSSLException(Alerts.java:192)\n"
)  # fmt: skip
TRANSCRIPT = (
    b"prime-pri/admin# ncs certvalidation tofu-certs listcerts\r\n" + ROWS.replace(b"\n", b"\r\n")
    + b"prime-pri/admin# show clock\r\nMon Nov 23 14:02:38 UTC 2026\r\nprime-pri/admin# exit\r\n"
)  # fmt: skip
SESSIONS = (
    b'[sessions.a]\ntitle = "A"\nvirtual_ip = ["192.0.2.9"]\n[sessions.a.primary]\nhost = "192.0.2.10"\nport = 22\n'
    b'[sessions.a.secondary]\nhost = "192.0.2.11"\n[[sessions.a.remotes]]\nname = "I"\nkind = "ise"\n'
    b'host = "198.51.100.20"\nport = 443\n[sessions.a.probe.map]\n"198.51.100.20:443" = "10.9.8.7:443"\n'
)
KEYTOOL = (
    b"Your keystore contains 1 entry\n\nAlias name: 192.0.2.10_8082\nCreation date: Nov 1, 2026\n"
    b"Entry type: trustedCertEntry\n\n"
)
VERSION = (
    b"Hostname: cpi\n\nCisco Prime Infrastructure\n****************\nVersion : 3.7.0\nBuild : 3.7.0.0.78\n"
    b"Critical Fixes:\n        PI 3.7.1 ( 3.7.0 )\n"
)
PAGE = b'<html><title>Health Monitor</title><span class="productVersion">Version: 3.7.0</span></html>'
SHELL = (
    b"Last login: Tue Dec 21 18:19:32 2021 from 10.10.10.10\r\n\x00\x00" + ROWS.replace(b"\n", b"\r\n")
    + b"--More--\x00\x00Are you sure (yes/no) [no] ? \x00\x00"
)  # fmt: skip


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("logs/hm-0-0.log")
        info.size = len(LOG)
        archive.addfile(info, io.BytesIO(LOG))
    return out.getvalue()


def tls_record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def certificate_message(*chain: bytes) -> bytes:
    entries = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    return message(11, len(entries).to_bytes(3, "big") + entries)


@cache
def samples() -> dict[str, tuple[bytes, ...]]:
    """For every target."""
    der, pem = certificates()[0].der, certificates()[0].pem
    server_hello = message(2, b"\x03\x03" + bytes(32) + b"\x00\xc0\x2f\x00\x00\x00")
    name = load_der_x509_certificate(der).subject.public_bytes()
    return {
        "listing": (ROWS, b"host=[2001:db8::7]_443; subject=CN=x\n", b"% invalid command detected at '^' marker.\n"),
        "key": (b"198.51.100.20_443", b"[2001:db8::7]_443", b"fe80::1%eth0_443", b"a_b_8082"),
        "name": (
            b"/C=US/ST=CA/O=Cisco Systems/CN=prime-pri", b"CN = kong", b'C = US, O = "Example, Inc.", CN = a',
            b"CN=prime-pri,OU=Prime Infra,O=Cisco Systems", rb"/O=Soci\xC3\xA9t\xC3\xA9/CN=a\/b",
        ),
        "name DER": (bytes.fromhex("300d310b3009060355040613025553"), name),
        "certificate": (der, certificates()[3].der),
        "log": (LOG, LOG.replace(b" - CN", b"\n\n - CN")),
        "transcript": (TRANSCRIPT, TRANSCRIPT.replace(b"\r\n", b"\n")),
        "export": (pem, der, KEYTOOL + pem, pem.replace(b"\n", b"\r\n")),
        "sessions": (SESSIONS,),
        "theme": (b'name = "plain"\n[colors]\nprimary = "#7fb4ff"\n',),
        "keys": (b'[keys]\nrefresh = ["r"]\n', b'refresh = "r"\n'),
        "gzip log": (gzip.compress(LOG),),
        "tar log": (_tar(), gzip.compress(_tar())),
        "zip log": (zipped({"hm-0-0.log": LOG, "x/ncs-0-0.log": LOG}),),
        "HA status": (
            b"[Role] Primary [State] HA not Configured\n",
            b"[Role] Primary [Secondary Server] 10.0.0.2(10.0.0.2) [State] Primary Active [Failover Type] Manual\n",
        ),
        "version": (VERSION,),
        "clock": (b"Mon Nov 23 14:02:38 UTC 2026\n", b"14:02:38.123 UTC Mon Nov 23 2026\n"),
        "TLS": (
            tls_record(22, server_hello + certificate_message(der)),
            tls_record(22, server_hello) + tls_record(22, certificate_message(der, der)) + tls_record(21, b"\x02\x28"),
            b"SSH-2.0-OpenSSH_7.4\r\n",
        ),
        "page": (PAGE,),
        "SSH hello": (
            b"SSH-2.0-x\r\n\x00\x00\x00\x40\x04\x14" + bytes(16) + b"\x00\x00\x00\x04none" * 4 + bytes(30),
        ),
        "text": (b"plain", "Überschrift".encode()),
        "endpoint": (b"192.0.2.10:443", b"[2001:db8::7]:443", b"host.example.net"),
        "shell": (SHELL, b"Another user is logged\r\nAre you sure you want to continue (Yes/No): \x00\x00" + ROWS),
    }  # fmt: skip


PIECES = (
    b"\x1b[c", b"\x1b[>c", b"\x1b[6n", b"\x1b[5n", b"\x1bZ", b"\x05", b"\x1b]11;?\x07", b"\x1b]52;c;?\x07",
    b"\x1b]4;1;?\x1b\\", b"\x1bP$qm\x1b\\", b"\x1bP+q544e\x1b\\", b"\x1b[21t", b"\x1b[18t", b"\x1b[?2026$p",
    b"\x1b]0;title\x07", b"\x9b6n", b"\xc2\x9b6n", b"\x90", b"\x1b[2J", b"\x1b[1K", b"\x1b[", b"\x1b]",
    b"\x00\x00", b"\x00", b"\r", b"\n", b"\r\n", b"\t", b"\x08\x08\x08", b"\x7f", b"\x03", b"\x04",
    "\u202e".encode(), "\u2066".encode(), "\ufeff".encode(), b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"prime-pri/admin# ", b"prime-sec/admin# ", b"root@x:~# ", b"--More--", b"Press <Enter> to continue",
    b"(yes/no) ? ", b"restart (yes/no) ? ", b"Password: ", b"New password: ", b"Continue? ",
    b"Enter session number to resume or press <Enter> to start a new one:", b"host=", b";", b"subject=", b"/CN=",
    b"CN = ", b"\\", b'"', b"+", b",", b"/", b"=", b"_443", b"_99999", b"%", b"[", b"]", b"{{", b"[[", b"'" * 3,
    b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x06\x00", b"\x0c\x00", b"\x1e\x01a", b"\x31\x00", b"\xa0\x80",
    b"TOFU failed", b" - CN=", b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"Alias name: ",
    b"[Role] ", b"1" * 5000, b"99999999999999999999", b"\xc2\xb2", "\u0661\u0662".encode(), b"a" * 300, b"`" * 9,
    b"|", b"<script>", b"[link=x]", b"[bold]", b"ncs certvalidation tofu-certs deletecert host 1.2.3.4_443\n",
)  # fmt: skip
