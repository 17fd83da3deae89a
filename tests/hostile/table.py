"""What hostile inputs give: one row for each, from which the tests are made.

``python -m tests.hostile.table`` prints it as Markdown.
"""

import gzip
from collections.abc import Callable
from typing import NamedTuple

from tests.support.hostile import give, zipped
from tests.support.hostile_samples import (
    KEYTOOL,
    LOG,
    PAGE,
    ROWS,
    SESSIONS,
    TRANSCRIPT,
    message,
    samples,
    tls_record,
)


class Case(NamedTuple):
    """One input."""

    where: str
    """Where it goes in: a target of `tests.support.hostile`."""
    what: str
    data: Callable[[], bytes]
    gives: str
    """Its word, or the error that refuses it."""


CASES = (
    Case(
        "listing",
        "a row whose subject asks the terminal what it is (DA)",
        lambda: b"host=192.0.2.11_8082; subject=/CN=a\x1b[c\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "a subject that asks for the cursor (DSR)",
        lambda: b"host=192.0.2.11_8082; subject=/CN=\x1b[6n\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "a subject that reads the clipboard (OSC 52)",
        lambda: b"host=192.0.2.11_8082; subject=/CN=\x1b]52;c;?\x07\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "a key with a command behind it",
        lambda: b"host=1.2.3.4_443 reload;  subject= /CN=a\n",
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a key with a second command",
        lambda: b"host=1.2.3.4|reload_443;  subject= /CN=a\n",
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a key with a carriage return",
        lambda: b"host=1.2.3.4\rreload_443;  subject= /CN=a\n",
        "2 rows, 2 unreadable, 0 deletable, not complete",
    ),
    Case(
        "listing",
        "a key that begins with a dash",
        lambda: b"host=-all_443;  subject= /CN=a\n",
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "the key all",
        lambda: b"host=all;  subject= /CN=a\n",
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a key in full-width letters",
        lambda: "host=１.2.3.4_443;  subject= /CN=a\n".encode(),  # noqa: PLW0108, RUF001
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a key with Arabic digits as its port",
        lambda: "host=1.2.3.4_٤٤٣;  subject= /CN=a\n".encode(),  # noqa: PLW0108
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a key of 400 characters",
        lambda: b"host=" + b"a" * 400 + b"_443;  subject= /CN=a\n",
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a right-to-left override in the key",
        lambda: "host=1.2.3.4\u202e_443;  subject= /CN=a\n".encode(),  # noqa: PLW0108
        "1 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "the same key twice",
        lambda: b"host=1.2.3.4_443;  subject= /CN=a\n" * 2,
        "2 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case(
        "listing",
        "a row without a subject",
        lambda: b"host=1.2.3.4_443;\n",
        "1 rows, 1 unreadable, 0 deletable, not complete",
    ),
    Case(
        "listing",
        "a row without a key",
        lambda: b"host=;  subject= /CN=a\n",
        "1 rows, 1 unreadable, 0 deletable, not complete",
    ),
    Case(
        "listing",
        "a prompt in the middle of the list",
        lambda: b"host=1.2.3.4_443;  subject= /CN=prime-pri/admin# \n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "an error among rows",
        lambda: ROWS + b"% Error: the database is down\n",
        "3 rows, 0 unreadable, 3 deletable, not complete",
    ),
    Case(
        "listing",
        "bytes that are no UTF-8 in a subject",
        lambda: b"host=1.2.3.4_443;  subject= /CN=\xff\xfe\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "a NUL in a subject",
        lambda: b"host=1.2.3.4_443;  subject= /CN=a\x00b\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "a Java exception in place of the list",
        lambda: b"java.lang.NullPointerException\n\tat com.cisco.X\n",
        "0 rows, 0 unreadable, 0 deletable, not complete",
    ),
    Case(
        "listing",
        "markup in a subject",
        lambda: b"host=1.2.3.4_443;  subject= /CN=[bold red]x[/]\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "HTML and a table's bars in a subject",
        lambda: b"host=1.2.3.4_443;  subject= /CN=<script>|`a`\n",
        "1 rows, 0 unreadable, 1 deletable, complete",
    ),
    Case(
        "listing",
        "ten thousand rows of one key",
        lambda: b"host=1.2.3.4_443;  subject= /CN=a\n" * 10_000,
        "10000 rows, 0 unreadable, 0 deletable, complete",
    ),
    Case("key", "a line feed at its end", lambda: b"1.2.3.4_443\n", "no command, no endpoint"),
    Case("key", "a semicolon", lambda: b"1.2.3.4;exit_443", "no command, an endpoint"),
    Case("key", "a blank", lambda: b"1.2.3.4 _443", "no command, an endpoint"),
    Case("key", "a port of six digits", lambda: b"1.2.3.4_443443", "no command, no endpoint"),
    Case("key", "a command substitution", lambda: b"$(reload)_443", "no command, an endpoint"),
    Case("key", "an IPv6 address with a zone", lambda: b"fe80::1%eth0_443", "plain"),
    Case(
        "name",
        "an attribute type of control characters",
        lambda: b"/\x1b[31m=x/CN=a",
        "0 readings, unreadable",
    ),
    Case("name", "ten thousand attributes", lambda: b"/CN=a" * 10_000, "2 readings, different"),
    Case("name", "a name of nothing but separators", lambda: b"/" * 5000 + b"=", "0 readings, unreadable"),
    Case("name", "an unfinished escape", lambda: b"CN=a\\", "2 readings, different"),
    Case("name", "a quotation that does not end", lambda: b'CN = "a', "1 readings, different"),
    Case(
        "name DER",
        "an attribute of indefinite length",
        lambda: bytes.fromhex("308031803080060355040313016100000000"),
        "refused: UnreadableName",
    ),
    Case("name DER", "a length of 4 GB", lambda: bytes.fromhex("3084ffffffff31"), "refused: UnreadableName"),
    Case(
        "name DER",
        "a BMPString of odd length",
        lambda: bytes.fromhex("300d310b300906035504031e02612f") + b"x",
        "a name",
    ),
    Case(
        "name DER",
        "an escape sequence as CN",
        lambda: bytes.fromhex("300e310c300a06035504030c031b5b63"),
        "a name",
    ),
    Case("certificate", "nothing", lambda: b"", "refused: UnreadableCertificate"),
    Case(
        "certificate",
        "a sequence in a sequence, 100,000 deep",
        lambda: b"\x30\x80" * 100_000,
        "refused: UnreadableCertificate",
    ),
    Case(
        "certificate",
        "cut in the middle",
        lambda: samples()["certificate"][0][:150],
        "refused: UnreadableCertificate",
    ),
    Case(
        "certificate",
        "dates of the year 0",
        lambda: samples()["certificate"][0].replace(b"260101000000Z", b"000000000000Z"),
        "read without not_before",
    ),
    Case(
        "certificate",
        "an escape sequence in the subject",
        lambda: samples()["certificate"][0].replace(b"ise-one", b"i\x1b[6n!!"),
        "read",
    ),
    Case("certificate", "16 MB of zeros", lambda: bytes(16 << 20), "refused: UnreadableCertificate"),
    Case(
        "log",
        "a failure with an escape sequence in its name",
        lambda: LOG.replace(b"prime-pri", b"\x1b]0;x\x07"),
        "1 failures, 0 other causes",
    ),
    Case(
        "log",
        "a failure without a name",
        lambda: LOG[: LOG.index(b" - CN")] + b" - \n",
        "0 failures, 0 other causes",
    ),
    Case(
        "log", "one line of a million words", lambda: b"TOFU failed " * 100_000, "0 failures, 0 other causes"
    ),
    Case("log", "UTF-16", lambda: LOG.decode().encode("utf-16"), "0 failures, 0 other causes"),
    Case(
        "log",
        "two thousand different names",
        lambda: b"".join(LOG.replace(b"prime-pri", b"h%d" % n) for n in range(2000)),
        "1000 failures, 0 other causes",
    ),
    Case(
        "transcript",
        "a prompt of another product",
        lambda: b"Router# show clock\nroot@x:~# id\n",
        "0 hosts, 0 rows",
    ),
    Case("transcript", "backspaces over everything", lambda: TRANSCRIPT + b"\x08" * 5000, "1 hosts, 3 rows"),
    Case(
        "transcript",
        "device queries between the lines",
        lambda: TRANSCRIPT.replace(b"\n", b"\n\x1b[c\x1b[6n"),
        "1 hosts, 3 rows",
    ),
    Case(
        "transcript",
        "cursor to the top and a new list over the old",
        lambda: TRANSCRIPT + b"\x1b[H\x1b[2J" + ROWS,
        "1 hosts, 3 rows",
    ),
    Case(
        "export",
        "PEM of nothing",
        lambda: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "refused: NoCertificate",
    ),
    Case(
        "export",
        "PEM that never ends",
        lambda: b"-----BEGIN CERTIFICATE-----\n" + b"AAAA\n" * 10_000,
        "refused: NoCertificate",
    ),
    Case(
        "export",
        "a private key",
        lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "refused: NoCertificate",
    ),
    Case(
        "export",
        "an alias with an escape sequence",
        lambda: KEYTOOL.replace(b"192.0.2.10_8082", b"\x1b[c") + samples()["export"][0],
        "1 certificates",
    ),
    Case("sessions", "arrays in arrays, ten thousand deep", lambda: b"a = " + b"[" * 10_000, "refused"),
    Case("sessions", "a number of ten thousand digits", lambda: b"a = " + b"1" * 10_000, "refused"),
    Case("sessions", "bytes that are no UTF-8", lambda: b'a = "\xff"', "refused"),
    Case(
        "sessions",
        "an escape sequence in a host",
        lambda: SESSIONS.replace(b"192.0.2.10", b"\\u001b[c"),
        "refused",
    ),
    Case(
        "sessions",
        "a command line as a host",
        lambda: SESSIONS.replace(b"192.0.2.10", b"-oProxyCommand=reboot"),
        "refused",
    ),
    Case(
        "theme",
        "a colour of control characters",
        lambda: b'name = "a"\n[colors]\nprimary = "\\u001b[31m"\n',
        "refused",
    ),
    Case("theme", "arrays in arrays, ten thousand deep", lambda: b"a = " + b"[" * 10_000, "refused"),
    Case("keys", "arrays in arrays, ten thousand deep", lambda: b"a = " + b"[" * 10_000, "refused"),
    Case("keys", "a number of ten thousand digits", lambda: b"a = " + b"1" * 10_000, "refused"),
    Case("gzip log", "cut off", lambda: gzip.compress(LOG)[:-12], "1 failures, 1 remarks"),
    Case("gzip log", "gzip in gzip", lambda: gzip.compress(gzip.compress(LOG)), "1 failures, 0 remarks"),
    Case(
        "tar log",
        "a member of 8 EB",
        lambda: samples()["tar log"][0].replace(b"%011o" % len(LOG), b"77777777777"),
        "0 failures, 1 remarks",
    ),
    Case(
        "tar log",
        "a path out of the archive",
        lambda: samples()["tar log"][0].replace(b"logs/hm-0-0.log", b"../../hm-00.log"),
        "0 failures, 1 remarks",
    ),
    Case("zip log", "cut off", lambda: samples()["zip log"][0][:200], "0 failures, 2 remarks"),
    Case(
        "zip log",
        "an escape sequence in a member's name",
        lambda: zipped({"hm-\x1b[c.log": LOG}),
        "1 failures, 0 remarks",
    ),
    Case("HA status", "a thousand keys", lambda: b"[Role] Primary " * 1000, "role Primary"),
    Case("HA status", "an escape sequence as the role", lambda: b"[Role] \x1b[c [State] x", "role \\x1b"),
    Case(
        "version",
        "a version of ten thousand digits",
        lambda: b"Cisco Prime Infrastructure\nVersion : " + b"9" * 10_000,
        "version 99999999999999999999999999999999999999999",
    ),
    Case("clock", "the 99th of a month", lambda: b"Mon Nov 99 14:02:38 UTC 2026", "nothing"),
    Case("clock", "the year 99999", lambda: b"Mon Nov 23 14:02:38 UTC 99999", "nothing"),
    Case(
        "TLS",
        "a certificate message of 16 MB",
        lambda: tls_record(22, b"\x0b\xff\xff\xff" + bytes(16000)) * 20,
        "0 certificates, too long",
    ),
    Case(
        "TLS",
        "an HTTP page with an escape sequence",
        lambda: b"HTTP/1.1 400 \x1b[6n\r\n",
        "not TLS: HTTP/1.1 400 \\x1b[6n",
    ),
    Case("TLS", "an alert before everything", lambda: tls_record(21, b"\x02\x28"), "0 certificates"),
    Case("TLS", "records of length 0, ten thousand", lambda: tls_record(22, b"") * 10_000, "0 certificates"),
    Case(
        "TLS",
        "a chain of which each length lies",
        lambda: tls_record(22, message(11, b"\xff\xff\xff" * 100)),
        "0 certificates",
    ),
    Case("page", "a version with markup", lambda: PAGE.replace(b"3.7.0", b"3.7<b>\x1b[c"), "version 3.7"),
    Case("SSH hello", "a version line that never ends", lambda: b"SSH-2.0-" + b"a" * 60_000, "no lists"),
    Case(
        "SSH hello",
        "lists longer than the packet",
        lambda: b"SSH-2.0-x\r\n\x00\x00\x00\x20\x04\x14" + bytes(16) + b"\x7f\xff\xff\xff" * 4,
        "an SSH server",
    ),
    Case(
        "shell",
        "device queries before the prompt",
        lambda: b"\x1b[c\x1b[6n\x05\x1bP$qm\x1b\\\x1b[21t\r\n\x00\x00",
        "1 lines, answered",
    ),
    Case(
        "shell",
        "a question that restarts",
        lambda: b"\x00\x00x\r\nThe server will restart. Continue (yes/no) ? \x00\x00",
        "opened, UnknownDialogue",
    ),
    Case(
        "shell",
        "a password question after a command",
        lambda: b"\x00\x00Password: \x00\x00",
        "opened, UnknownDialogue",
    ),
    Case("shell", "a million lines", lambda: b"\x00\x00" + b"line\r\n" * 1_000_000, "opened, OutputTooLong"),
    Case(
        "shell",
        "ten megabytes without a line end",
        lambda: b"\x00\x00" + b"a" * 10_000_000,
        "opened, OutputTooLong",
    ),
    Case(
        "shell",
        "a pager without end",
        lambda: b"\x00\x00" + b"--More--\x00\x00" * 500,
        "opened, CommandTimeout",
    ),
    Case(
        "shell",
        "another host's prompt",
        lambda: b"\x00\x00prime-sec/admin# \x00\x00",
        "opened, PromptChanged",
    ),
    Case(
        "shell",
        "a command in the node's words",
        lambda: b"ncs certvalidation tofu-certs deletecert host 1.2.3.4_443\r\n\x00\x00",
        "1 lines, answered",
    ),
    Case("endpoint", "a port of a hundred digits", lambda: b"host:" + b"4" * 100, "refused: EndpointError"),
    Case("endpoint", "a host with a line feed", lambda: b"a\nb:443", "refused: EndpointError"),
)


def markdown() -> str:
    """The table, with what each input gives now."""
    lines = [f"{len(CASES)} hostile inputs:", "", "| goes in as | input | gives |", "|---|---|---|"]
    lines += [f"| {c.where} | {c.what} | {give(c.where, c.data())} |" for c in CASES]
    return "\n".join(lines)


if __name__ == "__main__":
    print(markdown())
