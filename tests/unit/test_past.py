"""What the remembered past of a row says to a verdict, and the row's time line."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.history_builders import BEGIN, DIRECT, ISE, KEY, at, sha
from tests.support.rows import PRIME_SEC, certificate, facts, presenting
from tofutui.tofu.base.text import short_sha256
from tofutui.tofu.judgement.judge import Case, judge
from tofutui.tofu.judgement.row_history import Beginning, Incarnation, Past, Shown
from tofutui.tofu.judgement.timeline import TimelineEvent, TimelineItem, timeline
from tofutui.tofu.judgement.verdict import Judgement, Kind, Verdict

DAY = timedelta(days=1)
FIRST = certificate(PRIME_SEC, mark="one", not_before=BEGIN - 30 * DAY)
SECOND = certificate(PRIME_SEC, mark="two", not_before=BEGIN - 20 * DAY)
THIRD = certificate(PRIME_SEC, mark="three", not_before=at(300))


def life(**changes: object) -> Incarnation:
    plain = Incarnation(key=KEY, text=ISE, beginning=Beginning.FIRST, began=at(0), last=at(9))
    return replace(plain, **changes)


def shown(mark: str, first: float, last: float | None = None, **changes: object) -> Shown:
    plain = Shown(
        sha256=sha(mark),
        first=at(first),
        last=at(first if last is None else last),
        not_before=BEGIN - DAY,
        sole=False,
        baseline=DIRECT,
    )
    return replace(plain, **changes)


def of(cert, first: float) -> Shown:
    return shown("", first, sha256=cert.sha256, not_before=cert.not_before)


def verdict(past: Past, now, *also, skew_s: float | None = None) -> Judgement:
    """The verdict over a row that presents a certificate now, by its past alone."""
    row = facts("192.0.2.11_8082", PRIME_SEC, presenting(now, *also), incarnation=past.began)
    case = Case(
        facts=row,
        observed=past.observation,
        first_sighting=past.first_sighting,
        skew_s=skew_s,
        now=at(1000),
    )
    return judge(case)


# What it says to a verdict.


def test_a_changed_certificate_says_from_which_to_which_and_since_when():
    past = Past((life(shown=(of(FIRST, 0), of(SECOND, 65))),))
    judged = verdict(past, SECOND)
    assert judged.verdict is Verdict.SUSPECT
    assert judged.why[0] == (
        "another certificate was presented when this row was first seen (2026-11-23 09:00 UTC): SHA-256 "
        f"{short_sha256(FIRST.sha256)} then, {short_sha256(SECOND.sha256)} since 2026-11-23 10:05 UTC"
    )
    assert (judged.evidence[0].kind, judged.evidence[0].at) == (Kind.HISTORY, at(0))


def test_a_certificate_that_was_never_seen_before_is_presented_now():
    judged = verdict(Past((life(shown=(of(FIRST, 0), of(SECOND, 65))),)), THIRD)
    assert judged.why[0].endswith(f"then, {short_sha256(THIRD.sha256)} now")


def test_since_is_when_the_certificate_was_seen_first_not_when_it_returned():
    past = Past((life(shown=(of(FIRST, 0), of(SECOND, 5), of(FIRST, 6), of(SECOND, 7))),))
    assert "since 2026-11-23 09:05 UTC" in verdict(past, SECOND).why[0]


def test_the_first_certificate_again_is_not_a_change():
    past = Past((life(shown=(of(FIRST, 0), of(SECOND, 5), of(FIRST, 6))),))
    assert verdict(past, FIRST).verdict is Verdict.SAME_NAME


def test_a_second_certificate_of_the_endpoint_beside_the_first_is_not_a_change():
    past = Past((life(shown=(of(FIRST, 0),)),))
    assert verdict(past, SECOND, FIRST).verdict is Verdict.SAME_NAME
    assert verdict(past, SECOND, THIRD).verdict is Verdict.SUSPECT


def test_fingerprints_are_short_groups_as_they_are_read_aloud():
    assert short_sha256("3f9a61c077d2") == "3F9A 61C0"


LATER = certificate(PRIME_SEC, mark="later", not_before=at(121))


@pytest.mark.parametrize("answered", [None, 200], ids=["never answered before", "answered since"])
@pytest.mark.parametrize(
    ("skew_s", "stale"), [(None, True), (0.0, True), (59.0, True), (61.0, False), (-61.0, False)]
)
def test_a_row_seen_while_its_endpoint_was_silent_is_older_than_a_certificate_issued_later(
    answered, skew_s, stale
):
    past = Past((life(shown=(of(LATER, answered),) if answered else ()),))
    judged = verdict(past, LATER, skew_s=skew_s)
    assert judged.verdict is (Verdict.SUSPECT if stale else Verdict.SAME_NAME)
    if stale:
        assert judged.why[0] == (
            "the certificate presented is valid from 2026-11-23 11:01 UTC, after this row was first seen "
            "(2026-11-23 09:00 UTC)"
        )
        assert judged.evidence[0].at == at(0)


def test_a_host_that_was_silent_at_first_and_changed_since_says_when_it_first_answered():
    past = Past((life(shown=(of(FIRST, 5), of(SECOND, 6))),))
    assert past.first_sighting.silent_since == at(0)
    text = verdict(past, SECOND).why[0]
    assert text.startswith(
        "another certificate was presented when this row's host first answered (2026-11-23"
    )
    assert "09:05 UTC): SHA-256" in text


def test_a_certificate_presented_from_the_beginning_is_not_suspect_by_its_date():
    past = Past((life(shown=(of(LATER, 0),)),))
    assert past.first_sighting.silent_since is None
    assert verdict(past, LATER).verdict is Verdict.SAME_NAME


def test_what_was_seen_in_an_earlier_incarnation_does_not_count():
    gone = life(shown=(of(FIRST, 0),), ended=at(2), last=at(1))
    again = life(beginning=Beginning.APPEARED, began=at(3), absent_at=at(2), shown=(of(SECOND, 3),))
    assert verdict(Past((gone, again)), SECOND).verdict is Verdict.SAME_NAME
    assert Past((gone,)).first_sighting is None
    assert (Past((gone, again)).began, Past((gone,)).began, Past((life(),)).began) == (at(3), None, None)


def test_an_observation_needs_an_incarnation_that_lasts():
    watched = life(beginning=Beginning.APPEARED, absent_at=at(-1), known_sha256=FIRST.sha256)
    assert verdict(Past((replace(watched, shown=(of(FIRST, 0),)),)), FIRST).verdict is Verdict.PROVEN
    assert Past((replace(watched, ended=at(9)),)).observation is None


# The time line.


def told(past: Past) -> list[tuple[TimelineEvent, object]]:
    return [(item.event, item.at) for item in timeline(past)]


def test_nothing_remembered_is_an_empty_time_line():
    assert timeline(Past()) == ()


def test_a_row_that_went_and_came_back():
    first = life(last=at(1), ended=at(2), shown=(shown("A", 0, 1),))
    second = life(beginning=Beginning.APPEARED, began=at(4), absent_at=at(3), known_sha256=sha("A"))
    second = replace(second, shown=(shown("A", 4, 6), shown("B", 7, 9)))
    items = timeline(Past((first, second)))
    assert [(item.event, item.at, item.sha256) for item in items] == [
        (TimelineEvent.BEGAN, at(0), None),
        (TimelineEvent.PRESENTED, at(0), sha("A")),
        (TimelineEvent.WENT, at(2), None),
        (TimelineEvent.BEGAN, at(4), sha("A")),
        (TimelineEvent.PRESENTED, at(4), sha("A")),
        (TimelineEvent.PRESENTED, at(7), sha("B")),
        (TimelineEvent.SEEN, at(9), None),
    ]
    assert items[0].text == "first seen; its age at that time is not known"
    assert items[1].not_before == BEGIN - DAY
    assert items[2].text == "last seen 2026-11-23 09:01:00 UTC"
    assert items[3].text.startswith("came back; not in the listing of 2026-11-23 09:03:00 UTC; the same")
    assert items[5].text == f"instead of {short_sha256(sha('A'))}"
    assert (items[3].stored, items[3].beginning) == (ISE, Beginning.APPEARED)


@pytest.mark.parametrize(
    ("beginning", "word"),
    [
        (Beginning.TEXT, "text changed"),
        (Beginning.REDEPLOYED, "another SSH host key"),
        (Beginning.LEARNED, "operator said"),
    ],
)
def test_a_row_that_starts_over_in_its_place_did_not_go(beginning, word):
    second = life(beginning=beginning, began=at(2))
    items = timeline(Past((life(last=at(1), ended=at(2)), second)))
    assert [item.event for item in items] == [TimelineEvent.BEGAN, TimelineEvent.BEGAN, TimelineEvent.SEEN]
    assert word in items[1].text


def test_a_row_that_appeared_for_the_first_time_did_not_come_back():
    (item, _) = timeline(Past((life(beginning=Beginning.APPEARED, absent_at=at(-1)),)))
    assert item.text == "appeared; not in the listing of 2026-11-23 08:59:00 UTC"


def test_silence_is_reported_only_while_it_lasts():
    def line(silent: float, **changes: object) -> list[tuple[TimelineEvent, object]]:
        return told(Past((life(shown=(shown("A", 0, 5, silent=at(silent)),), **changes),)))

    assert (TimelineEvent.SILENT, at(8)) in line(8)
    assert TimelineEvent.SILENT not in dict(line(3))
    assert TimelineEvent.SILENT not in dict(line(8, ended=at(9)))


def test_where_a_row_was_asked_in_two_ways_each_certificate_says_how():
    past = Past((life(shown=(shown("A", 0, 5), shown("B", 1, 5, baseline="jump x"), shown("C", 2))),))
    items = [item for item in timeline(past) if item.event is TimelineEvent.PRESENTED]
    assert [item.baseline for item in items] == [DIRECT, "jump x", DIRECT]
    assert [item.text for item in items] == ["", "", f"instead of {short_sha256(sha('A'))}"]
    one_way = timeline(Past((life(shown=(shown("A", 0),)),)))
    assert {item.baseline for item in one_way} == {None}


def test_a_time_line_never_runs_backwards():
    past = Past(
        (
            life(last=at(1), ended=at(2), shown=(shown("A", 0, 2), shown("B", 1, baseline="jump x"))),
            life(beginning=Beginning.APPEARED, began=at(3), shown=(shown("A", 3), shown("C", 4))),
        )
    )
    items: tuple[TimelineItem, ...] = timeline(past)
    assert [item.at for item in items] == sorted(item.at for item in items)
