"""TOFU failures in logs: all forms of the samples, broken anywhere, and what is no TOFU failure."""

import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tofutui.tofu.logs.failures import Failure, read_log

FULL = "CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"
SENTENCE = (
    "Trust-on-first-use is configure for this connection. "
    "Current certificate of the remote host is different from what was used earlier - "
)
EXCEPTION = "javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException: "
STAMP = "11/23/26 14:02:11.123 ERROR "
AT = datetime(2026, 11, 23, 14, 2, 11, 123000)

# The two layouts of the TAC document: between lines blank ones, and a break inside the class name.
HEALTH_MONITOR = """\
[system] [HealthMonitorThread] TOFU failed.

Check local trust Trust-on-first-use is configure for this connection.

Current certificate of the remote host is different from what was used earlier

- CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US
 javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException:

Trust-on-first-use is configure for this connection.

Current certificate of the remote host is different from what was used earlier

- CN=prime-sec

Some prose follows that is not part of it.
"""
ISE = """\
[system] [seqtaskexecutor-3069] TOFU failed.

Check local trust Trust-on-first-use is configure for this connection.

Current certificate of the remote host is different from what was used earlier

- CN=ISE-server

javax.net.ssl.SSLHandshakeException: java.security.cert.

CertificateException: Trust-on-first-use is configure for this connection.

Current certificate of the remote host is different from what was used earlier

- CN=ISE-server
"""


def message(name: str = FULL, thread: str = "HealthMonitorThread", stamp: str = "") -> str:
    return f"{stamp}[system] [{thread}] TOFU failed. Check local trust {SENTENCE}{name}"


def exception(name: str = "CN=prime-sec", stamp: str = "") -> str:
    return f"{stamp}{EXCEPTION}{SENTENCE}{name}"


def read(text: str) -> tuple[Failure, ...]:
    return read_log(text.split("\n")).failures


def only(text: str) -> Failure:
    (failure,) = read(text)
    return failure


def test_the_health_monitor_sample() -> None:
    failure = only(HEALTH_MONITOR)
    assert (failure.name, failure.thread, failure.count) == (FULL, "HealthMonitorThread", 1)
    assert (failure.first, failure.last, failure.peer) == (None, None, "HA peer")


def test_the_ise_sample_with_its_broken_class_name() -> None:
    failure = only(ISE)
    assert (failure.name, failure.count) == ("CN=ISE-server", 1)
    assert (failure.thread, failure.peer) == ("seqtaskexecutor-3069", "ISE or another service")


def test_all_samples_one_after_the_other_keep_their_order() -> None:
    both = read(HEALTH_MONITOR + ISE + HEALTH_MONITOR.replace("prime-sec", "prime-pri"))
    assert [failure.name for failure in both] == [
        FULL,
        "CN=ISE-server",
        FULL.replace("prime-sec", "prime-pri"),
    ]


@pytest.mark.parametrize("separator", ["\n", "\r\n", " ", "\n\n", "\n\tat com.cisco.Foo.bar(Foo.java:12)\n"])
@pytest.mark.parametrize("stamp", ["", STAMP])
def test_one_long_line_each_or_both_in_one(separator: str, stamp: str) -> None:
    failure = only(message(stamp=stamp) + separator + exception())
    assert (failure.name, failure.count, failure.last) == (FULL, 1, AT if stamp else None)


@pytest.mark.parametrize("blank", ["\n", "\n\n"])
@pytest.mark.parametrize(("name", "cn"), [(FULL, "CN=prime-sec"), ("CN=ISE-server", "CN=ISE-server")])
def test_broken_at_any_column(blank: str, name: str, cn: str) -> None:
    log = [message(name, stamp=STAMP), exception(cn), "11/23/26 14:02:12.001 INFO [system] [main] Started."]
    for width in range(20, 300, 7):
        pieces = [line[i : i + width] for line in log * 2 for i in range(0, len(line), width)]
        failure = only(blank.join(pieces))
        assert (failure.name, failure.count, failure.thread) == (name, 2, "HealthMonitorThread"), width
        assert failure.last == AT, width


@pytest.mark.parametrize("indent", ["", "    "])
def test_broken_at_spaces(indent: str) -> None:
    for width in (*range(60, 125, 4), 160, 200):
        wrapped = [
            line
            for text in (message(), exception())
            for line in textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
        ]
        failure = only("\n".join(wrapped))
        assert (failure.name, failure.count) == (FULL, 1), width


@pytest.mark.parametrize(
    ("name", "last_line"),
    [
        ("CN=ISE-server", "The operator wrote this below it."),
        (FULL, "prime-pri/admin#"),
        (FULL, "11/23/26 14:02:12.001 INFO  [system] [main] Something else"),
        (FULL, "\tat com.cisco.common.ha.Foo.bar(Foo.java:123)"),
        (FULL, "Caused by: java.io.IOException: x"),
    ],
)
def test_the_line_after_a_name_is_not_taken_into_it(name: str, last_line: str) -> None:
    assert only(f"{message(name)}\n{last_line}").name == name


@pytest.mark.parametrize("name", ["CN=prime-01", "CN=ise2", "CN=node-2026", "CN=192.0.2.10"])
@pytest.mark.parametrize(
    "stamp", ["11/23/26 14:02:12.001 ", "2026-11-23 14:02:12,001 ", "23-Nov-2026 14:02:12 "]
)
@pytest.mark.parametrize("text", [message, exception])
def test_the_digits_of_a_name_are_not_taken_into_the_time_after_it(
    text: Callable[[str], str], stamp: str, name: str
) -> None:
    assert only(f"{text(name)}\n{stamp}INFO [system] [main] Something else").name == name


@pytest.mark.parametrize(
    "name",
    [
        'CN=prime-sec, O="Cisco Systems, Inc.", C=US',
        "EMAILADDRESS=a@example.net, CN=prime-sec, C=US",
        "CN=prime-sec + OU=a, OID.2.5.4.97=#130158",
        "C=US, O=Example, CN=last",
        "CN=b\\, c, O=x",
        "CN=\u8a3c\u660e\u66f8, O=\xd3",
    ],
)
def test_names_in_javas_forms(name: str) -> None:
    assert only(message(name) + "\n" + exception(name)).name == name


def test_a_failure_without_its_exception_counts_once() -> None:
    assert only(message()).count == 1
    assert only("\n".join([message()] * 3)).count == 3


def test_an_exception_without_its_message_counts_too() -> None:
    failure = only(exception())
    assert (failure.name, failure.thread, failure.count) == ("CN=prime-sec", None, 1)


def test_an_exception_long_after_a_message_is_another_event() -> None:
    log = message(stamp=STAMP) + "\n" + exception(stamp="11/23/26 15:00:00.000 ERROR ")
    assert [(f.name, f.count) for f in read(log)] == [(FULL, 1), ("CN=prime-sec", 1)]


def test_interleaved_events_find_their_own_exceptions() -> None:
    log = [message(), message("CN=ISE-server", "seqtaskexecutor-7"), exception(), exception("CN=ISE-server")]
    assert [(f.name, f.count, f.peer) for f in read("\n".join(log))] == [
        (FULL, 1, "HA peer"),
        ("CN=ISE-server", 1, "ISE or another service"),
    ]


def test_thousands_of_events_become_one_failure_with_first_and_last() -> None:
    def lines() -> list[str]:
        begin = datetime(2026, 11, 23, 10, 0)
        stamps = (begin + timedelta(seconds=30 * n) for n in range(5000))
        return [
            line
            for n, at in enumerate(stamps)
            for line in (
                message(thread=f"seqtaskexecutor-{n}", stamp=f"{at:%m/%d/%y %H:%M:%S.000} ERROR "),
                exception(),
            )
        ]

    (failure,) = read_log(lines()).failures
    assert failure.count == 5000
    assert failure.first == datetime(2026, 11, 23, 10, 0)
    assert failure.last == datetime(2026, 11, 25, 3, 39, 30)
    assert failure.thread == "seqtaskexecutor-4999"


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("11/23/26 14:02:11.123 ERROR ", AT),
        ("11/23/2026 14:02:11,123 ", AT),
        ("11/23/26 2:02:11 PM ", AT.replace(microsecond=0)),
        ("2026-11-23 14:02:11,123 [main] ERROR c.c.Foo - ", AT),
        ("2026-11-23T14:02:11.123456 ", AT.replace(microsecond=123456)),
        ("[2026-11-23 14:02:11.123] ", AT),
        ("2026/11/23 14:02:11 ", AT.replace(microsecond=0)),
        ("2026-11-23T14:02:11.123Z ", AT.replace(tzinfo=UTC)),
        ("2026-11-23 14:02:11,123 +0130 ", AT.replace(tzinfo=timezone(timedelta(minutes=90)))),
        ("2026-11-23T14:02:11.123-03:00 ", AT.replace(tzinfo=timezone(timedelta(hours=-3)))),
        ("Mon Nov 23 14:02:11 2026 ", AT.replace(microsecond=0)),
        ("Mon Nov 23 14:02:11 CET 2026 ", AT.replace(microsecond=0, tzinfo=timezone(timedelta(hours=1)))),
        ("Nov 23, 2026 2:02:11 PM com.cisco.Foo bar\nSEVERE: ", AT.replace(microsecond=0)),
        ("23/Nov/2026:14:02:11 +0000 ", AT.replace(microsecond=0, tzinfo=UTC)),
        ("11/23/26 14:02:11.123 UTC ERROR ", AT.replace(tzinfo=UTC)),
        ("2026-11-23 14:02:11,123 (EDT) ", AT.replace(tzinfo=timezone(timedelta(hours=-4)))),
        ("2026-11-23 14:02:11.123 GMT+02:00 ", AT.replace(tzinfo=timezone(timedelta(hours=2)))),
        (
            "Nov 23, 2026 2:02:11 PM JST com.cisco.Foo ",
            AT.replace(microsecond=0, tzinfo=timezone(timedelta(hours=9))),
        ),
        ("2026-11-23 14:02:11,123 [GMT] ", AT.replace(tzinfo=UTC)),
        ("2026-11-23 14:02:11,123 [ERROR] ", AT),
        ("2026-11-23 14:02:11,123 WARN ", AT),
        ("23-Nov-2026 14:02:11.123 ", AT),
        ("<11>1 2026-11-23T14:02:11.123Z prime-pri hm 123 - - ", AT.replace(tzinfo=UTC)),
        ("13/23/26 14:02:11 ", None),
        ("11/23/26 25:02:11 ", None),
        ("14:02:11 ", None),
        ("", None),
    ],
)
def test_time_stamps(stamp: str, at: datetime | None) -> None:
    failure = only(message(stamp=stamp) + "\n" + exception())
    assert (failure.first, failure.last, failure.thread) == (at, at, "HealthMonitorThread")


@pytest.mark.parametrize(
    ("stamp", "zone"),
    [
        ("11/23/26 14:02:11.123 XYZ ", "XYZ"),
        ("2026-11-23 14:02:11 CST ", "CST"),
        ("Mon Nov 23 14:02:11 AB 2026 ", "AB"),
        ("2026-11-23 14:02:11,123 Europe/Berlin ", "Europe/Berlin"),
        ("11/23/26 14:02:11.123 ERROR ", ""),
        ("11/23/26 14:02:11.123 CEST ", ""),
    ],
)
def test_a_zone_that_says_no_offset_is_kept_by_name(stamp: str, zone: str) -> None:
    (time,) = only(message(stamp=stamp)).times
    assert time.zone == zone


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (("11/23/27 09:00:00", "11/23/26 09:00:00"), "11/23/26 09:00:00"),
        (("10/25/26 02:59:30", "10/25/26 02:00:10"), "10/25/26 02:00:10"),
        (("11/23/26 09:00:00", "11/23/26 09:00:30", "11/23/26 08:00:30"), "11/23/26 08:00:30"),
    ],
)
def test_where_stamps_run_backwards_the_last_in_the_log_is_the_last(days: tuple[str, ...], last: str) -> None:
    failure = only("\n".join(message(stamp=f"{day}.000 ERROR ") for day in days))
    assert failure.last == datetime.strptime(last, "%m/%d/%y %H:%M:%S")
    assert len(failure.times) == len(days)


def test_of_very_many_times_the_first_and_the_last_are_kept_and_what_is_undated_is_counted() -> None:
    begin = datetime(2026, 11, 23)
    times = [begin + timedelta(seconds=30 * n) for n in range(500)]
    log = [message(stamp=f"{at:%m/%d/%y %H:%M:%S}.000 ERROR ") for at in times] + [message()]
    failure = only("\n".join(log))
    assert (failure.count, failure.undated) == (501, 1)
    assert [failure.times[0].at, failure.times[-1].at] == [times[0], times[-1]]
    assert len(failure.times) < 50


@pytest.mark.parametrize(
    ("stamp", "doubtful"),
    [
        ("11/12/26 9:00:00 ", True),
        ("11/13/26 9:00:00 ", False),
        ("11/11/26 9:00:00 ", False),
        ("2026-11-12 09:00:00 ", False),
    ],
)
def test_a_date_that_can_be_read_two_ways_is_marked(stamp: str, doubtful: bool) -> None:
    (time,) = only(message(stamp=stamp)).times
    assert time.two_readings is doubtful


@pytest.mark.parametrize(
    ("stamp", "around", "at"),
    [
        ("Nov 23 14:02:11 prime-pri hm: ", None, None),
        (
            "Nov 23 14:02:11 prime-pri hm: ",
            datetime(2026, 11, 23, 15),
            datetime(2026, 11, 23, 14, 2, 11),
        ),
        (
            "Dec 31 23:59:59 prime-pri hm: ",
            datetime(2027, 1, 1, 0, 5),
            datetime(2026, 12, 31, 23, 59, 59),
        ),
        (
            "Jan  1 00:00:01 prime-pri hm: ",
            datetime(2026, 12, 31, 23, 59),
            datetime(2027, 1, 1, 0, 0, 1),
        ),
        ("Feb 29 12:00:00 prime-pri hm: ", datetime(2025, 3, 1), datetime(2024, 2, 29, 12)),
    ],
)
def test_a_stamp_without_a_year_needs_a_time_to_be_near_to(
    stamp: str, around: datetime | None, at: datetime | None
) -> None:
    (failure,) = read_log([message(stamp=stamp)], around=around).failures
    assert failure.last == at


def test_the_time_of_another_record_is_not_taken() -> None:
    assert only(f"{STAMP}[system] [main] Started.\n{message()}").last is None
    assert only(f"{STAMP}{'x' * 300}\n{message()}").last is None


def test_dated_and_undated_events_together_are_dated_by_the_dated() -> None:
    failure = only("\n".join([message(), message(stamp=STAMP), message()]))
    assert (failure.count, failure.first, failure.last) == (3, AT, AT)


def test_stamps_with_and_without_offset_do_not_collide() -> None:
    log = [message(stamp=STAMP), message(stamp="2026-11-23T14:03:00Z ")]
    failure = only("\n".join(log))
    assert failure.count == 2


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (
            "Authentication key does not match between primary 192.0.2.1 and secondary servers",
            "authentication keys",
        ),
        ("Secondary version 3.7.0 does not match primary version 3.9.0", "versions"),
        ("HA registration failed: patch mismatch between servers", "versions"),
        ("java.net.ConnectException: Connection refused (Connection refused)", "port is closed"),
        ("sun.security.validator.ValidatorException: PKIX path building failed", "trust store"),
        ("unable to find valid certification path to requested target", "trust store"),
        ("java.security.cert.CertificateExpiredException: NotAfter: Mon Nov 23", "expired"),
        ("java.security.cert.CertificateNotYetValidException: NotBefore", "not valid yet"),
        ("java.net.NoRouteToHostException: No route to host", "no route"),
        ("java.net.UnknownHostException: prime-sec", "DNS"),
        ("java.net.SocketTimeoutException: connect timed out", "in time"),
    ],
)
def test_other_causes_are_named_once_with_their_first_line(line: str, word: str) -> None:
    digest = read_log(["before", "  " + line, line, "after"])
    assert digest.failures == ()
    (cause,) = digest.other
    assert cause.text.startswith("not TOFU: ")
    assert word in cause.text
    assert cause.line == line


def test_a_tofu_failure_alone_is_not_another_cause() -> None:
    assert read_log([HEALTH_MONITOR, ISE]).other == ()


def test_a_healthy_log_says_nothing() -> None:
    digest = read_log(
        ["11/23/26 14:02:11.123 INFO [system] [HealthMonitorThread] TOFU check passed", "version 3.7"]
    )
    assert (digest.failures, digest.other, digest.dropped) == ((), (), 0)


def test_more_names_than_are_kept_are_counted() -> None:
    digest = read_log(message(f"CN=host-{n}") for n in range(1200))
    assert len(digest.failures) == 1000
    assert digest.dropped == 200


def test_messages_across_block_boundaries_are_whole() -> None:
    filler = "11/23/26 14:02:10.001 INFO [system] [main] nothing to see here"
    for count in range(1000, 1100, 3):
        log = [filler] * count + [message(stamp=STAMP), exception()] + [filler] * 900
        (failure,) = read_log(log).failures
        assert (failure.name, failure.last, failure.count) == (FULL, AT, 1)


HOSTILE = {
    "letters": "d" * 3_000_000,
    "sentence without a name": "different from what was used earlier " * 80_000,
    "almost the sentence": "different from what was used earlie " * 80_000,
    "spaces in the sentence": "different from what was used" + " " * 3_000_000 + "earlier - CN=x",
    "a long name": "different from what was used earlier - CN=" + "a" * 3_000_000,
    "an endless list": "different from what was used earlier - C=a," + "a," * 1_500_000,
    "brackets": "[" * 3_000_000,
    "half stamps": "11/23/26 " * 300_000,
    "class names": "j a v a x . " * 250_000,
    "words of other causes": "version not match refused expired pkix timed out " * 60_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_line_takes_time_in_proportion(case: str) -> None:
    digest = read_log([HOSTILE[case]])
    assert all(len(failure.name) <= 4096 for failure in digest.failures)


@pytest.mark.timeout(20)
def test_a_hostile_number_of_short_lines_takes_time_in_proportion() -> None:
    head = f"{message('CN=a, O=b,')}"
    assert len(read_log([head, *["c,"] * 300_000]).failures) == 1


def test_a_line_of_many_messages_counts_them_all() -> None:
    (failure,) = read_log([" ".join([message(stamp=STAMP), exception()] * 2000)]).failures
    assert (failure.name, failure.count) == (FULL, 2000)


FRAGMENTS = st.sampled_from(
    [
        message(),
        exception(),
        "\n",
        "-",
        "CN=",
        FULL,
        STAMP,
        "TOFU failed",
        "used earlier - ",
        "[",
        "]",
        '"',
        ",",
    ]
)


@given(st.lists(FRAGMENTS | st.text(st.characters(exclude_categories=()), max_size=20), max_size=30))
def test_any_text_is_read_without_raising(parts: list[str]) -> None:
    text = "".join(parts)
    digest = read_log(text.split("\n"))
    assert all(failure.count >= 1 and "=" in failure.name for failure in digest.failures)
    assert digest == read_log([text])
