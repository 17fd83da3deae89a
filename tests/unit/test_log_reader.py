"""Logs of any size: what is passed over changes nothing, wherever a log is cut into blocks."""

import random
import textwrap
from datetime import datetime
from itertools import cycle

import pytest

from tests.support.depth import amount
from tofutui.tofu.logs import failures
from tofutui.tofu.logs.failures import LogDigest, LogReader, merged, read_log

AROUND = datetime(2026, 11, 23, 15)
FULL = "CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"
SENTENCE = (
    "Trust-on-first-use is configure for this connection. "
    "Current certificate of the remote host is different from what was used earlier - "
)
NAMES = [FULL, "CN=ISE-server", "CN=pri, O=\u00d3rg\u00e3o, C=BR", "CN=\u8a3c\u660e", "CN=a-1"]
STAMPS = ["", "11/23/26 14:02:11.123 ERROR ", "Nov 23 14:02:11 prime hm: ", "2026-11-23T14:02:11Z "]
ENDS = ["\n", "\n", "\n", "\r\n", "\n\n", "\n   \n", " \n \t\n", "\r", "\n" * 400]
FILLERS = [
    "11/23/26 14:02:10.001 INFO [system] [main] polling the device",
    "\tat com.cisco.Foo(Foo.java:1)",
    "",
    "      ",
    "x" * 300,
    "\u8a3c\u660e" * 100,
    " " * 3000,
    "\t \t" * 200 + "z",
    "word " * 800,
    "session expired, checksum mismatch",
    "java.net.ConnectException: Connection refused",
    "PKIX path\r\n\r\nbuilding failed",
    "version 3.7 does not match",
    "Authentication key\n  does  not\n\nmatch",
    "java.net.SocketTimeoutException",
]
PIECES = ["different from", "what was used", "- CN=x", "earlier", " ", "TOFU failed", "Exception", "\udc80"]


def event(dice: random.Random) -> str:
    """One event, whole or broken anywhere, in one of many layouts."""
    name = dice.choice(NAMES)
    thread = dice.choice(["HealthMonitorThread", "seqtaskexecutor-7"])
    lines = [
        f"{dice.choice(STAMPS)}[system] [{thread}] TOFU failed. Check local trust {SENTENCE}{name}",
        f"javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException: {SENTENCE}"
        + name.split(",")[0],
    ][dice.choice([slice(2), slice(2), slice(2), slice(1), slice(1, 2)])]
    layout = dice.randrange(8)
    if layout == 0:
        lines = [dice.choice([line.upper(), line.lower()]) for line in lines]
    if layout in (1, 2):
        width = dice.randint(5, 200)
        lines = [line[i : i + width] for line in lines for i in range(0, len(line), width)]
    if layout == 3:
        lines = [part for line in lines for part in textwrap.wrap(line, dice.randint(40, 130))]
    end = dice.choice(ENDS)
    return end.join(lines) + end


def filler(dice: random.Random) -> str:
    line = dice.choice(FILLERS) + dice.choice(["\n", "\n", "\r\n"])
    return line * dice.choice([1, 1, 3, 50 if len(line) < 400 else 2])


def random_log(dice: random.Random) -> bytes:
    kinds = [event, filler, filler, lambda dice: dice.choice(PIECES)]
    text = "".join(dice.choice(kinds)(dice) for _ in range(dice.randint(1, 30)))
    return text.encode("utf-8", "surrogateescape")


def digest(raw: bytes, sizes: list[int], *, is_sifting: bool) -> LogDigest:
    reader = LogReader(AROUND, is_sifting=is_sifting)
    begin = 0
    for size in cycle(sizes):
        if begin >= len(raw):
            return reader.finish()
        reader.feed(raw[begin : begin + size])
        begin += size
    raise AssertionError


@pytest.mark.parametrize("seed", range(amount(10, 40)))
def test_sifting_finds_what_reading_everything_finds(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    raw = random_log(random.Random(seed))
    thorough = digest(raw, [len(raw)], is_sifting=False)
    for block in (67, 997, 20_000):
        monkeypatch.setattr(failures, "_BLOCK", max(block, len(raw) // 500))
        assert digest(raw, [1, 7, 100, 5000], is_sifting=True) == thorough, block
        assert digest(raw, [50_000], is_sifting=False) == thorough, block


def test_the_random_logs_are_worth_reading() -> None:
    digests = [digest(random_log(random.Random(seed)), [10**6], is_sifting=True) for seed in range(60)]
    assert sum(failure.count for log in digests for failure in log.failures) > 200
    assert len({cause.text for log in digests for cause in log.other}) >= 5


def plain(name: str, at: str, thread: str = "HealthMonitorThread") -> str:
    return f"11/23/26 {at}.000 ERROR [system] [{thread}] TOFU failed. Check local trust {SENTENCE}{name}\n"


@pytest.mark.parametrize("gap", [0, 100, 5_000, 300_000])
def test_events_far_apart_in_a_large_log_are_all_found(gap: int) -> None:
    noise = "11/23/26 14:00:00.000 INFO [system] [main] polling\n" * (gap // 50)
    text = "".join(noise + plain(FULL, f"14:02:{second:02d}") for second in range(5))
    (failure,) = read_log([text]).failures
    assert (failure.count, failure.first, failure.last) == (
        5,
        datetime(2026, 11, 23, 14, 2, 0),
        datetime(2026, 11, 23, 14, 2, 4),
    )


@pytest.mark.parametrize("blanks", ["\n", " \n", "\t", "\r\n", "\u3000\n"])
def test_an_endless_blank_inside_a_message_is_not_a_hindrance_and_takes_no_memory(blanks: str) -> None:
    head, tail = plain(FULL, "14:02:11").split("used earlier")
    reader = LogReader()
    reader.feed(head.encode())
    for _ in range(40):
        reader.feed((blanks * 20_000).encode())
        assert len(reader._kept) < 100_000
    reader.feed(f"used earlier{tail}".encode())
    (failure,) = reader.finish().failures
    assert failure.name == FULL


def test_a_character_cut_between_two_pieces_is_whole() -> None:
    raw = plain("CN=\u8a3c\u660e\u66f8", "14:02:11").encode()
    for cut in range(len(raw)):
        reader = LogReader()
        reader.feed(raw[:cut])
        reader.feed(raw[cut:])
        assert [f.name for f in reader.finish().failures] == ["CN=\u8a3c\u660e\u66f8"]


def test_the_line_of_a_cause_is_whole_wherever_a_block_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"{'y' * 100} java.net.UnknownHostException: prime-sec and more words to the end of it"
    text = f"before\n{line}\nafter\n"
    for block in range(4, len(text)):
        monkeypatch.setattr(failures, "_BLOCK", block)
        assert [cause.line for cause in read_log([text]).other] == [line]


def test_rotated_files_become_one_failure_in_any_order() -> None:
    texts = [plain(FULL, "14:02:11", f"seqtaskexecutor-{n}").replace(":02:", f":{n:02d}:") for n in range(9)]
    digests = [read_log([text * (n + 1)]) for n, text in enumerate(texts)]
    for order in (digests, digests[::-1], digests[4:] + digests[:4]):
        (failure,) = merged(order).failures
        assert (failure.name, failure.count, failure.thread) == (FULL, 45, "seqtaskexecutor-8")
        assert (failure.first, failure.last) == (
            datetime(2026, 11, 23, 14, 0, 11),
            datetime(2026, 11, 23, 14, 8, 11),
        )


def test_merging_keeps_each_cause_once_and_counts_what_was_dropped() -> None:
    refused = read_log(["java.net.ConnectException: Connection refused"])
    many = read_log(plain(f"CN=host-{n}", "14:02:11") for n in range(1100))
    both = merged([refused, refused, many, read_log([plain("CN=other", "14:02:11")])])
    assert len(both.other) == 1
    assert (len(both.failures), both.dropped) == (1000, 101)


def test_merging_nothing_is_nothing() -> None:
    assert merged([]) == LogDigest((), ())
