"""Inputs of absurd size: bounded or refused with a word, and in time that grows as they do."""

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.hostile import give
from tests.support.hostile_samples import CHANGED, LOG, ROWS, certificate_message, tls_record
from tests.support.x509_der import CN, certificate
from tests.support.x509_der import name as name_of
from tofutui.appliance.cli.console import Screen
from tofutui.tls.sniffer import Sniffer
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.certificate import UnreadableCertificate, read_certificate
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.cli_output.stored_names import compare_stored
from tofutui.tofu.cli_output.transcript import read_transcript
from tofutui.tofu.logs.failures import LogReader
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import compare
from tofutui.tofu.names.render import renderings
from tofutui.tofu.names.values import UnreadableName
from tofutui.workbench.evidence.logs import read_logs

PROMPT = b"prime-pri/admin# ncs certvalidation tofu-certs listcerts\n"
ROW = "host=192.0.2.11_8082; subject="


def read_whole_log(data: bytes) -> int:
    reader = LogReader()
    for at in range(0, len(data), 65_536):
        reader.feed(data[at : at + 65_536])
    return len(reader.finish().failures)


def show(data: bytes) -> None:
    screen = Screen()
    for at in range(0, len(data), 4096):
        screen.feed(data[at : at + 4096])


def sniff(data: bytes) -> None:
    sniffer = Sniffer()
    for at in range(0, len(data), 1000):
        sniffer.feed(data[at : at + 1000])


@pytest.mark.parametrize("piece", ["a", "/CN=a", "CN = a, ", '"', "\\", "+", " subject= "])
def test_a_line_of_ten_megabytes_is_one_row(piece: str) -> None:
    line = ROW + "/CN=" + piece * (10_000_000 // len(piece))
    (row,) = read_listing(line + "\n").rows
    assert row.key == "192.0.2.11_8082"
    assert row.stored is not None
    assert row.stored.subject is None


def test_twenty_thousand_rows_are_all_there() -> None:
    rows = "".join(f"host=h{number}_443; subject=/CN=a\n" for number in range(20_000))
    listing = read_listing(rows)
    assert listing.complete
    assert len(listing.rows) == 20_000


def test_a_printed_name_of_a_hundred_thousand_attributes_is_not_taken_apart() -> None:
    text = "/CN=a" * 100_001
    assert readings(text) == ()
    assert compare(text, readings("/CN=a")[0]).relation == "unreadable"


@pytest.mark.parametrize("piece", ["/CN=a", "+CN=a", "/O=a", "/OU=a", "/t=a", "CN = a, ", "CN=a,"])
def test_a_printed_name_of_up_to_ten_thousand_attributes_is_taken_apart(piece: str) -> None:
    first = "/CN=a" if piece[0] in "/+" else piece
    assert readings(first + piece * 9_999)
    assert readings(first + piece * 10_000) == ()


@pytest.mark.parametrize("line", ["x", "/CN=a", "CN = a, ", "\u2013 ", "? "])
@pytest.mark.parametrize("raw", ["/CN=a", "/CN=b"])
def test_long_lines_after_a_row_are_not_joined_with_it(line: str, raw: str) -> None:
    """Judging the row costs less than reading its lines did, and its name is never claimed to be known."""
    text = f"{ROW}{raw}\n" + f"{line * (20_000 // len(line))}\n" * 20
    (row,) = read_listing(text).rows
    (presented,) = readings("/CN=a")
    assert row.stored is not None
    stored = row.stored
    assert len(stored.more) == 20
    assert compare_stored(stored, presented).relation == "unreadable"
    assert takes_less(lambda: compare_stored(stored, presented), seconds(lambda: read_listing(text)) / 4)


def test_a_certificate_whose_name_has_a_megabyte_is_read_without_it() -> None:
    long = name_of(*[(CN, "a" * 1000)] * 1100)
    with pytest.raises(UnreadableName, match="is not read"):
        from_der(long)
    read = read_certificate(certificate(subject=long))
    assert read.subject is None
    assert "subject" in read.unread
    assert len(read.sha256) == 64


def test_a_certificate_whose_name_has_ten_thousand_attributes_is_read() -> None:
    read = read_certificate(certificate(subject=name_of(*[(CN, "a")] * 10_000)))
    assert read.subject is not None
    assert len(read.subject.rdns) == 10_000


def test_a_certificate_message_of_sixteen_megabytes_is_not_read() -> None:
    message = certificate_message(bytes((1 << 24) - 7))
    sniffer = Sniffer()
    fed = 0
    for at in range(0, len(message), 16_000):
        sniffer.feed(tls_record(22, message[at : at + 16_000]))
        fed += 1
        if sniffer.too_long:
            break
    assert sniffer.too_long == len(message) - 4
    assert fed == 1
    assert sniffer.chain == ()


@pytest.mark.parametrize("level", [b"\x30\x80", b"\x31\x82\xff\xff", b"\xa0\x84\x00\xff\xff\xff"])
def test_elements_in_elements_a_million_deep_are_refused(level: bytes) -> None:
    with pytest.raises(UnreadableCertificate):
        read_certificate(level * 1_000_000)


def test_a_bomb_of_a_gigabyte_is_given_up_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "hm-0-0.log.gz"
    path.write_bytes(gzip.compress(LOG) + gzip.compress(bytes(16 << 20)) * 64)
    read = read_logs([str(path)], None)
    assert len(read.digest.failures) == 1
    (remark,) = read.remarks
    assert "unpacks to more than" in remark


def test_a_dialogue_of_two_hundred_thousand_lines_is_read(tmp_path: Path) -> None:
    read = read_transcript(PROMPT + b"host=h_443; subject=/CN=a\n" * 200_000 + b"prime-pri/admin# ")
    (answer,) = read.of("prime-pri", Command.LISTCERTS)
    assert answer.text.count("\n") >= 199_999


def test_a_node_that_does_not_stop_is_stopped() -> None:
    assert give("shell", b"\x00\x00" + b"x" * 30_000_000) == "opened, OutputTooLong"


Work = Callable[[], object]
GROWING: dict[str, Callable[[int], Work]] = {
    "one subject": lambda n: lambda: read_listing(f"{ROW}/CN=" + "a" * n * 100),
    "many subject words": lambda n: lambda: read_listing(ROW + "subject= /CN=a " * n * 2),
    "blanks in a row": lambda n: lambda: read_listing(ROW + " " * n * 100 + "x"),
    "blanks after host": lambda n: lambda: read_listing("host" + " " * n * 100 + "x"),
    "half a key": lambda n: lambda: read_listing("a.b" * n * 100 + "_"),
    "half an error": lambda n: lambda: read_listing("exceptio" * n * 20),
    "rows of one key": lambda n: lambda: read_listing(f"{ROW}/CN=a\n" * n),
    "log messages": lambda n: lambda: read_whole_log(LOG * n),
    "log sentences without a name": lambda n: lambda: read_whole_log((CHANGED + b" - CN=\n") * n),
    "log sentences in one line": lambda n: lambda: read_whole_log((CHANGED + b" - ") * n),
    "log digits": lambda n: lambda: read_whole_log(b"1" * n * 500),
    "transcript rows": lambda n: lambda: read_transcript(PROMPT + ROWS * n),
    "transcript prompts": lambda n: lambda: read_transcript(PROMPT * n),
    "transcript backspaces": lambda n: lambda: read_transcript(PROMPT + b"a\x08" * n * 10),
    "transcript cursor moves": lambda n: lambda: read_transcript(PROMPT + b"a" * n + b"\x1b[D" * n * 5),
    "screen backspaces": lambda n: lambda: show(b"a" * n * 10 + b"\x08" * n * 10),
    "screen escapes": lambda n: lambda: show(b"\x1b" * n * 50),
    "screen control strings": lambda n: lambda: show(b"\x1b]" * n * 20),
    "screen returns": lambda n: lambda: show(b"a\r" * n * 10),
    "TLS records": lambda n: lambda: sniff(tls_record(22, b"") * n * 10),
    "TLS pieces": lambda n: lambda: sniff(tls_record(22, b"\x0b\x0f\xff\xff" + bytes(1000)) * n),
    "PEM that begins": lambda n: lambda: give("export", b"-----BEGIN CERTIFICATE-----\n" * n * 5),
    "aliases": lambda n: lambda: give("export", b"Alias name: a\n" * n * 5),
    "a page": lambda n: lambda: give("page", b"Health Monitor" + b"productVersion>Version: " * n * 5),
    "control characters": lambda n: lambda: safe("\x1b" * n * 50),
    "names to render": lambda n: lambda: renderings(from_der(name_of(*[(CN, "a")] * (n // 2)))),
}


def seconds(work: Work) -> float:
    """Of this process alone, the best of some tries."""
    return min(once(work) for _ in range(TRIES))


def takes_less(work: Work, limit: float) -> bool:
    """Whether the best of some tries does; the others are spared."""
    return any(once(work) < limit for _ in range(TRIES))


TRIES = 4


def once(work: Work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("kind", GROWING)
def test_time_grows_as_the_input_does(kind: str) -> None:
    """Eight times as much takes about eight times as long; if it grew with the square it took 64 times."""
    small, large = (GROWING[kind](n) for n in (500, 4000))
    assert takes_less(large, 32 * max(seconds(small), 0.001))
