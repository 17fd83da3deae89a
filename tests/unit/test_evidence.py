"""Evidence: the node's clock, and which rows a failure in a log speaks of."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tests.support.rows import (
    ISSUED,
    LISTED,
    PRIME_SEC,
    PRIME_SEC_IN_LOGS,
    certificate,
    facts,
    presenting,
    silent,
)
from tofutui.tofu.base.timestamps import Stamp
from tofutui.tofu.base.zones import zone_offset
from tofutui.tofu.certificates.presented import PENDING, Presented
from tofutui.tofu.judgement.evidence import LogHit, OperatorWord, RowFacts, Strength
from tofutui.tofu.judgement.log_matching import Listed, Ties, tie_failures
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import Failure
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import Who

MINUTE = timedelta(minutes=1)
JUST_LISTED = Listed(LISTED)
SECOND = timedelta(seconds=1)
NODE_NOW = datetime(2026, 11, 23, 15, 2, 40)
CLOCK = NodeClock(NODE_NOW, "CET", LISTED)
"""The node's zone is an hour ahead, its clock right."""
BEGUN = LISTED - timedelta(days=9)
"""When the rows were seen to be learned."""
PEER = facts("192.0.2.11_8082", PRIME_SEC, presenting(certificate(PRIME_SEC)), incarnation=BEGUN)
ISE_NAME = "/CN=ISE-server"
ISE = facts("198.51.100.20_443", ISE_NAME, presenting(certificate(ISE_NAME)), who=Who.ISE, incarnation=BEGUN)


def failed(
    name: str = PRIME_SEC_IN_LOGS, at: datetime | None = NODE_NOW - MINUTE, *, count: int = 1
) -> Failure:
    return Failure(name, "HealthMonitorThread", at, at, count)


def tie(
    *rows: RowFacts,
    failure: Failure | None = None,
    clock: NodeClock | None = CLOCK,
    named_node: bool = True,
    now: datetime | None = None,
    listed: Listed = JUST_LISTED,
) -> Ties:
    return tie_failures(
        [failure or failed()], rows, clock=clock, listed=listed, named_node=named_node, now=now
    )


def hit(ties: Ties, row: RowFacts) -> LogHit:
    (matched,) = ties.hits[row.id]
    return matched


def test_a_fresh_full_name_that_fits_one_row_is_proof() -> None:
    ties = tie(PEER, ISE)
    assert list(ties.hits) == [PEER.id]
    matched = hit(ties, PEER)
    assert (matched.strength, matched.fits, matched.at) == (Strength.PROOF, "presented", LISTED - MINUTE)
    assert PRIME_SEC_IN_LOGS in matched.text
    assert "no proof" not in matched.text
    assert ties.unmatched == ()


@pytest.mark.parametrize(
    ("age", "strength", "doubt"),
    [
        (15 * MINUTE, Strength.PROOF, ""),
        (15 * MINUTE + SECOND, Strength.HINT, "15 min older than this listing"),
        (5 * 60 * MINUTE, Strength.HINT, "5 h older"),
        (72 * 60 * MINUTE, Strength.HINT, "3 d older"),
        (0 * MINUTE, Strength.PROOF, ""),
        (-2 * MINUTE, Strength.PROOF, ""),
        (-2 * MINUTE - SECOND, Strength.HINT, "in the future by the node's clock"),
    ],
)
def test_how_old_a_failure_may_be(age: timedelta, strength: Strength, doubt: str) -> None:
    matched = hit(tie(PEER, failure=failed(at=NODE_NOW - age)), PEER)
    assert matched.strength is strength
    assert doubt in matched.text
    assert (matched.at is None) is ("future" in doubt)


def test_what_is_logged_after_the_listing_is_not_future_if_that_time_has_come() -> None:
    failure = failed(at=NODE_NOW + 10 * MINUTE)
    assert hit(tie(PEER, failure=failure), PEER).strength is Strength.HINT
    later = tie(PEER, failure=failure, now=LISTED + 11 * MINUTE)
    assert hit(later, PEER).strength is Strength.PROOF


def test_undated_is_a_hint() -> None:
    matched = hit(tie(PEER, failure=failed(at=None)), PEER)
    assert (matched.strength, matched.at) == (Strength.HINT, None)
    assert "undated" in matched.text


def test_without_the_nodes_clock_nothing_is_dated() -> None:
    matched = hit(tie(PEER, clock=None), PEER)
    assert (matched.strength, matched.at) == (Strength.HINT, None)
    assert "clock is not known" in matched.text


def test_the_node_s_clock_may_be_wrong_by_hours() -> None:
    clock = NodeClock(NODE_NOW - timedelta(hours=7, minutes=3), "CET", LISTED)
    failure = failed(at=clock.local - MINUTE)
    matched = hit(tie(PEER, failure=failure, clock=clock), PEER)
    assert (matched.strength, matched.at) == (Strength.PROOF, LISTED - MINUTE)


@pytest.mark.parametrize(
    ("begun", "counts"),
    [(LISTED - 2 * MINUTE, True), (LISTED - MINUTE, True), (LISTED - MINUTE + SECOND, False)],
)
def test_a_failure_before_the_incarnation_never_counts(begun: datetime, counts: bool) -> None:
    row = facts(PEER.id, PRIME_SEC, PEER.presented, incarnation=begun)
    ties = tie(row)
    assert (row.id in ties.hits) is counts
    assert ties.unmatched == ()  # it fits the row, so it is not reported as fitting none


def test_an_undated_failure_counts_as_a_hint_in_any_incarnation() -> None:
    row = facts(PEER.id, PRIME_SEC, PEER.presented, incarnation=LISTED)
    assert hit(tie(row, failure=failed(at=None)), row).strength is Strength.HINT


@pytest.mark.parametrize(
    ("not_before", "strength"),
    [
        (LISTED - MINUTE, Strength.PROOF),
        (LISTED - MINUTE + SECOND, Strength.HINT),
        (None, Strength.HINT),
    ],
)
def test_a_failure_before_not_before_is_not_proof(not_before: datetime | None, strength: Strength) -> None:
    presented = presenting(certificate(PRIME_SEC, not_before=not_before))
    row = facts(PEER.id, PRIME_SEC, presented, incarnation=BEGUN)
    assert hit(tie(row), row).strength is strength


def test_the_cn_alone_is_a_hint() -> None:
    matched = hit(tie(PEER, failure=failed("CN=prime-sec")), PEER)
    assert matched.strength is Strength.HINT
    assert "only the CN fits" in matched.text


def test_the_cn_alone_is_the_full_name_of_a_subject_that_has_no_more() -> None:
    assert hit(tie(ISE, PEER, failure=failed("CN=ISE-server")), ISE).strength is Strength.PROOF


def test_a_name_that_contradicts_the_subject_fits_nothing() -> None:
    failure = failed("CN=prime-sec, O=Elsewhere")
    ties = tie(PEER, ISE, failure=failure)
    assert ties.hits == {}
    assert ties.unmatched == (failure,)


def test_two_rows_that_present_the_name_are_both_only_hinted_at() -> None:
    twin = facts("prime-sec_8082", PRIME_SEC, PEER.presented)
    ties = tie(PEER, twin)
    assert {id_: hits[0].strength for id_, hits in ties.hits.items()} == {
        PEER.id: Strength.HINT,
        twin.id: Strength.HINT,
    }
    assert "2 rows fit" in hit(ties, PEER).text


UNKNOWN = replace(PEER, incarnation=None)
"""A row of which it is not known how long it has been there."""


@pytest.mark.parametrize(
    ("ages", "began", "strength"),
    [
        ([10], 20, Strength.PROOF),  # since the listing began
        ([20], 20, Strength.PROOF),
        ([30], 20, Strength.HINT),  # once, before
        ([30, 60], 20, Strength.PROOF),  # again and again, until just now
        ([30, 33], 20, Strength.HINT),  # one event that was logged twice
        ([120, 600], 20, Strength.PROOF),
        ([121, 600], 20, Strength.HINT),
        ([30, 5000], 20, Strength.PROOF),
        ([-30], 20, Strength.PROOF),
    ],
)
@pytest.mark.parametrize("apart", [True, False])
def test_on_a_first_run_a_failure_has_to_be_of_now_or_to_repeat(
    ages: list[int], began: int, strength: Strength, apart: bool
) -> None:
    stamps = tuple(Stamp(NODE_NOW - age * SECOND) for age in reversed(ages))
    whole = Failure(PRIME_SEC_IN_LOGS, None, stamps[0].at, stamps[-1].at, len(stamps), stamps)
    failures = [failed(at=stamp.at) for stamp in stamps] if apart else [whole]
    listed = Listed(LISTED, LISTED - began * SECOND)
    ties = tie_failures(failures, [UNKNOWN, ISE], clock=CLOCK, listed=listed, named_node=True)
    assert ties.hits[PEER.id][0].strength is strength


@pytest.mark.parametrize(
    ("sent", "strength"),
    [
        (2 * MINUTE, Strength.PROOF),
        (MINUTE + 2 * SECOND, Strength.PROOF),
        (MINUTE + SECOND, Strength.HINT),  # by a clock that shows whole seconds it may be the older one
        (MINUTE + SECOND / 2, Strength.HINT),
        (MINUTE, Strength.HINT),
        (0 * MINUTE, Strength.HINT),
    ],
)
@pytest.mark.parametrize("row", [PEER, UNKNOWN])
def test_a_failure_before_a_deletion_that_was_sent_is_a_hint(
    row: RowFacts, sent: timedelta, strength: Strength
) -> None:
    deleted = replace(row, deletion_sent_at=LISTED - sent)
    matched = hit(tie(deleted, listed=Listed(LISTED, LISTED - 3 * MINUTE)), deleted)
    assert matched.strength is strength
    assert ("a deletion of this row was sent after it" in matched.text) is (strength is Strength.HINT)


def test_a_failure_before_a_deletion_is_not_the_first_of_several() -> None:
    deleted = replace(UNKNOWN, deletion_sent_at=LISTED - 50 * SECOND)
    stamps = tuple(Stamp(NODE_NOW - age * SECOND) for age in (60, 30))
    failure = Failure(PRIME_SEC_IN_LOGS, None, stamps[0].at, stamps[1].at, 2, stamps)
    listed = Listed(LISTED, LISTED - 10 * SECOND)
    assert hit(tie(deleted, failure=failure, listed=listed), deleted).strength is Strength.HINT


def test_nothing_is_proof_in_a_partial_listing() -> None:
    matched = hit(tie(PEER, listed=Listed(LISTED, complete=False)), PEER)
    assert matched.strength is Strength.HINT
    assert "the listing is not complete" in matched.text


@pytest.mark.parametrize("presented", [silent(), PENDING, presenting(certificate(None))])
def test_a_row_whose_name_was_not_seen_may_have_any_name(presented: Presented) -> None:
    quiet = facts("203.0.113.9_443", "/CN=elsewhere", presented)
    ties = tie(PEER, quiet)
    assert list(ties.hits) == [PEER.id]
    assert hit(ties, PEER).strength is Strength.HINT
    assert "another row did not answer" in hit(ties, PEER).text


def times(*stamps: Stamp | None) -> Failure:
    dated = tuple(stamp for stamp in stamps if stamp)
    undated = len(stamps) - len(dated)
    ends = (dated[0].at, dated[-1].at) if dated else (None, None)
    return Failure(PRIME_SEC_IN_LOGS, None, *ends, len(stamps), dated, undated)


FRESH = Stamp(NODE_NOW - MINUTE)
OLD = Stamp(NODE_NOW - timedelta(days=20))
AHEAD = Stamp(NODE_NOW + 365 * 24 * 60 * MINUTE)


@pytest.mark.parametrize(
    ("failure", "strength", "at"),
    [
        (times(FRESH, AHEAD), Strength.PROOF, LISTED - MINUTE),
        (times(AHEAD, FRESH), Strength.PROOF, LISTED - MINUTE),
        (times(FRESH, None), Strength.PROOF, LISTED - MINUTE),
        (times(OLD, None), Strength.HINT, None),  # the old one is of another life of the row
        (times(OLD, FRESH), Strength.PROOF, LISTED - MINUTE),
        (times(FRESH, OLD), Strength.PROOF, LISTED - MINUTE),
        (times(OLD, AHEAD), Strength.HINT, None),
    ],
)
def test_each_date_of_a_failure_decides_for_itself(
    failure: Failure, strength: Strength, at: datetime | None
) -> None:
    matched = hit(tie(PEER, failure=failure), PEER)
    assert (matched.strength, matched.at) == (strength, at)


EAST = timezone(timedelta(hours=5))


@pytest.mark.parametrize(
    ("zone", "stamp", "at", "why"),
    [
        ("CET", Stamp(NODE_NOW), LISTED, ""),
        ("CET", Stamp(NODE_NOW.replace(tzinfo=timezone(timedelta(hours=1)))), LISTED, ""),
        ("CET", Stamp((LISTED - 5 * MINUTE).astimezone(EAST)), LISTED - 5 * MINUTE, ""),
        ("CET", Stamp(NODE_NOW, "XYZ"), None, "XYZ is not known"),
        ("CET", Stamp(NODE_NOW, "CST"), None, "CST is not known"),
        ("IST", Stamp(NODE_NOW, "IST"), LISTED, ""),
        ("IST", Stamp(LISTED.astimezone(EAST)), None, "the node's clock shows none"),
        ("", Stamp(LISTED.astimezone(EAST)), None, "the node's clock shows none"),
        ("", Stamp(NODE_NOW), LISTED, ""),
    ],
)
def test_a_printed_zone_counts_or_the_line_is_undated(
    zone: str, stamp: Stamp, at: datetime | None, why: str
) -> None:
    dated, reason = NodeClock(NODE_NOW, zone, LISTED).dated(stamp)
    assert dated == at
    assert why in reason


def clock_at(text: str, zone: str) -> NodeClock:
    return NodeClock(datetime.fromisoformat(text), zone, LISTED)


@pytest.mark.parametrize(
    ("clock", "local", "age"),
    [
        (clock_at("2026-10-25 02:05:00", "CET"), "2026-10-25 02:00:10", None),
        (clock_at("2026-10-25 03:05:00", "CET"), "2026-10-25 02:55:00", None),
        (clock_at("2026-10-25 02:05:00", "CET"), "2026-10-25 01:58:00", 67),
        (clock_at("2026-10-25 04:00:00", "CET"), "2026-10-25 03:50:00", 10),
        (clock_at("2026-10-25 03:05:00", "EET"), "2026-10-25 02:58:00", 67),
        (clock_at("2026-10-25 01:05:00", "GMT"), "2026-10-25 01:00:10", None),
        (clock_at("2026-11-01 01:05:00", "EST"), "2026-11-01 01:00:10", None),
        (clock_at("2026-11-01 02:05:00", "PST"), "2026-11-01 01:58:00", None),
        (clock_at("2026-11-01 01:05:00", "MST"), "2026-11-01 00:58:00", 67),
        (clock_at("2026-04-05 02:05:00", "AEST"), "2026-04-05 02:01:00", None),
        (clock_at("2026-04-05 02:05:00", "NZST"), "2026-04-05 01:59:00", 66),
        (clock_at("2026-03-29 03:05:00", "CEST"), "2026-03-29 01:55:00", 10),
        (clock_at("2026-10-25 02:05:00", "UTC"), "2026-10-25 02:00:00", 5),
        (clock_at("2026-10-25 02:05:00", "JST"), "2026-10-25 02:00:00", 5),
        (clock_at("2026-10-25 02:05:00", ""), "2026-10-25 02:00:10", None),
        (clock_at("2026-10-25 02:05:00", "IST"), "2026-10-25 01:58:00", None),
        (clock_at("2026-11-23 15:05:00", ""), "2026-11-23 15:00:00", 5),
        (clock_at("2026-07-01 12:00:00", "MST"), "2026-07-01 11:55:00", 5),
    ],
)
def test_the_end_of_summer_time(clock: NodeClock, local: str, age: int | None) -> None:
    at = clock.utc_of(datetime.fromisoformat(local))
    rounded = None if at is None else round((LISTED - at).total_seconds() / 60)
    assert rounded == age


def test_of_two_times_that_are_not_a_date_the_later_in_the_log_is_said() -> None:
    clock = clock_at("2026-10-25 02:05:00", "CET")
    stamps = [Stamp(datetime.fromisoformat(f"2026-10-25 {time}")) for time in ("02:59:30", "02:00:10")]
    matched = hit(tie(PEER, failure=times(*stamps), clock=clock), PEER)
    assert (matched.at, "02:00:10" in matched.text) == (None, True)


def test_a_date_with_two_readings_is_said() -> None:
    failure = times(Stamp(NODE_NOW - MINUTE, two_readings=True))
    assert "date read as month/day" in hit(tie(PEER, failure=failure), PEER).text


@pytest.mark.parametrize("presented", [silent(), PENDING])
def test_an_unanswered_row_counts_as_fitting_if_its_stored_subject_does(presented: Presented) -> None:
    quiet = facts("192.0.2.99_8082", PRIME_SEC, presented)
    ties = tie(PEER, quiet)
    assert hit(ties, PEER).strength is Strength.HINT
    assert (hit(ties, quiet).strength, hit(ties, quiet).fits) == (Strength.HINT, "stored")


def test_an_answered_row_does_not_count_by_its_stored_subject() -> None:
    renamed = facts("192.0.2.99_8082", PRIME_SEC, presenting(certificate("/CN=new")))
    ties = tie(PEER, renamed)
    assert list(ties.hits) == [PEER.id]
    assert hit(ties, PEER).strength is Strength.PROOF


def test_the_full_name_of_one_row_does_not_fit_another_with_the_same_cn() -> None:
    longer = facts("a_1", "/CN=x", presenting(certificate(PRIME_SEC + "/OU=more")))
    ties = tie(PEER, longer)
    assert list(ties.hits) == [PEER.id]
    assert hit(ties, PEER).strength is Strength.PROOF


def test_a_bare_cn_may_be_the_name_of_any_row_with_that_cn() -> None:
    bare = facts("a_1", "/CN=prime-sec", presenting(certificate("/CN=prime-sec")))
    ties = tie(PEER, bare, failure=failed("CN=prime-sec"))
    assert hit(ties, bare).strength is Strength.HINT
    assert hit(ties, PEER).strength is Strength.HINT


def test_another_certificate_of_an_endpoint_is_a_hint_and_takes_uniqueness_away() -> None:
    both = facts("a_1", "/CN=x", presenting(certificate("/CN=x"), certificate(PRIME_SEC, mark="ec")))
    ties = tie(PEER, both)
    assert hit(ties, PEER).strength is Strength.HINT
    assert "another certificate of this endpoint" in hit(ties, both).text


@pytest.mark.parametrize("name", [PRIME_SEC_IN_LOGS, "CN=prime-sec"])
@pytest.mark.parametrize("at", [NODE_NOW - MINUTE, None])
def test_an_unanswered_row_is_hit_by_its_stored_name(name: str, at: datetime | None) -> None:
    quiet = facts("192.0.2.11_8082", PRIME_SEC, silent())
    matched = hit(tie(quiet, failure=failed(name, at)), quiet)
    assert (matched.fits, matched.strength) == ("stored", Strength.HINT)


def test_the_log_of_an_unnamed_node_is_a_hint_at_most() -> None:
    matched = hit(tie(PEER, named_node=False), PEER)
    assert matched.strength is Strength.HINT
    assert "it is not known whose log it is" in matched.text


@pytest.mark.parametrize("who", [Who.SELF, Who.LOOPBACK])
@pytest.mark.parametrize("answered", [True, False])
def test_the_log_of_an_unnamed_node_never_concerns_own_rows(who: Who, answered: bool) -> None:
    presented = PEER.presented if answered else silent()
    own = facts("127.0.0.1_8082", PRIME_SEC, presented, who=who)
    failure = failed()
    ties = tie(own, failure=failure, named_node=False)
    assert (ties.hits, ties.unmatched) == ({}, (failure,))
    assert own.id in tie(own).hits


def test_hits_are_strongest_and_newest_first() -> None:
    failures = [failed(at=None), failed(at=NODE_NOW - 40 * MINUTE), failed(at=NODE_NOW - MINUTE)]
    ties = tie_failures(failures, [PEER], clock=CLOCK, listed=Listed(LISTED), named_node=True)
    matches = ties.hits[PEER.id]
    assert [match.at for match in matches] == [LISTED - MINUTE, LISTED - 40 * MINUTE, None]
    assert matches[0].strength is Strength.PROOF


def test_an_unreadable_row_takes_no_part() -> None:
    failure = failed("CN=x")
    ties = tie(facts("a_1", "", silent()), facts("b_2", "odd", silent()), failure=failure)
    assert ties.unmatched == (failure,)


def test_the_sentence_says_how_often_and_shows_no_control_characters() -> None:
    row = facts("a_1", "/CN=a\u202eb", silent())
    matched = hit(tie(row, failure=failed("CN=a\u202eb", count=312)), row)
    assert "312 times" in matched.text
    assert matched.text.isprintable()


@pytest.mark.parametrize(
    ("local", "zone", "skew"),
    [
        (NODE_NOW, "CET", 0),
        (NODE_NOW + 90 * SECOND, "cet", 90),
        (LISTED.replace(tzinfo=None) - 3600 * SECOND, "UTC", -3600),
        (LISTED.replace(tzinfo=None), "GMT", 0),
        (NODE_NOW, "+01", 0),
        (NODE_NOW + 4.5 * 60 * MINUTE, "+0530", 0),
        (NODE_NOW - 4.5 * 60 * MINUTE, "-03:30", 0),
        (NODE_NOW + 4.5 * 60 * MINUTE + 5 * SECOND, "IST", 5),
        (NODE_NOW + 8 * MINUTE, "XYZ", -7 * 60),
        (NODE_NOW - 7 * MINUTE, "", -7 * 60),
    ],
)
def test_skew_is_exact_where_the_zone_is_known_and_within_a_quarter_elsewhere(
    local: datetime, zone: str, skew: float
) -> None:
    assert NodeClock(local, zone, LISTED).skew_s == skew


@pytest.mark.parametrize(
    "zone", ["", "+", "+1", "+xx", "+0000000", "CST", "America/New_York", "+\u0661\u0662"]
)
def test_a_zone_that_says_no_offset(zone: str) -> None:
    assert zone_offset(zone) is None


@pytest.mark.timeout(20)
def test_a_thousand_names_against_a_thousand_rows() -> None:
    def subject(n: int) -> str:
        return f"CN=host-{n}, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"

    rows = [
        facts(f"h{n}_443", subject(n), presenting(certificate(subject(n))), incarnation=BEGUN)
        for n in range(1000)
    ]
    failures = [failed(subject(n)) for n in range(1000)]
    ties = tie_failures(failures, rows, clock=CLOCK, listed=Listed(LISTED), named_node=True)
    assert len(ties.hits) == 1000
    assert all(hits[0].strength is Strength.PROOF for hits in ties.hits.values())


def test_a_stamp_with_its_own_offset_is_dated_by_that_and_the_skew() -> None:
    clock = NodeClock(NODE_NOW + 90 * SECOND, "CET", LISTED)
    assert clock.utc_of(LISTED + 90 * SECOND) == LISTED
    assert clock.utc_of(clock.local - MINUTE) == LISTED - MINUTE


def test_the_operators_word_is_about_a_host_or_one_of_its_ports() -> None:
    word = OperatorWord("[2001:DB8::7]", None, ISSUED)
    assert word.concerns(Endpoint("2001:db8::7", 443))
    assert OperatorWord("ISE01.example.net.", 443, ISSUED).concerns(Endpoint("ise01.example.net", 443))
    assert not OperatorWord("ise01.example.net", 443, ISSUED).concerns(Endpoint("ise01.example.net", 8443))
    assert not word.concerns(Endpoint("2001:db8::8", 443))
