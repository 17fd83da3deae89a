"""The judgement over a row: every combination of evidence, and the words it is given in."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from tests.support.rows import ISSUED, LISTED, PRIME_SEC, certificate, facts, presenting, silent
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import PENDING, Status
from tofutui.tofu.judgement.evidence import (
    KnownCertificate,
    LogHit,
    Observation,
    OperatorWord,
    Sighting,
    Strength,
)
from tofutui.tofu.judgement.judge import EQUAL_NAMES, Case, judge
from tofutui.tofu.judgement.verdict import Kind, Verdict

HOUR = timedelta(hours=1)
NOW = LISTED + timedelta(minutes=1)
SAME = certificate(PRIME_SEC)
OTHER_NAME = certificate(PRIME_SEC + "-2")
ELSE = "0" * 64

# Each combination must fit exactly one line. ``*`` is anything, ``a|b`` either.
# stored presented known    log        observed  history   word verdict    first reason
TABLE = """
  empty  *         *         *          *         *         *    unreadable no subject
  odd    *         *         *          *         *         *    unreadable stored subject is not understood
  plain  none      *         none       *         *         *    no-answer  connection refused
  plain  none      *         hint|proof *         *         *    suspect    TOFU failed
  plain  same|diff different *          diff|none *         *    mismatch   has another SHA-256
  plain  same|diff different *          same      *         *    suspect    has another SHA-256
  plain  same|diff equal     *          diff      *         *    suspect    from prime-sec.pem is the one
  plain  same|diff equal     proof      same|none *         *    suspect    TOFU failed
  plain  same|diff equal     hint|none  same|none *         *    proven     from prime-sec.pem is the one
  plain  diff      none      *          *         *         *    mismatch   CN differs: stored prime-sec
  plain  same      none      proof      same      *         *    suspect    TOFU failed
  plain  same      none      proof      diff|none *         *    mismatch   TOFU failed
  plain  same      none      hint       *         *         *    suspect    TOFU failed
  plain  same      none      none       same      *         *    proven     when the node learned the row
  plain  same      none      none       diff      *         *    suspect    unless someone deleted it
  plain  same      none      none       none      other     *    suspect    another certificate was
  plain  same      none      none       none      later     *    suspect    is valid from 2026-11-20 08:00 UTC
  plain  same      none      none       none      none|same yes  suspect    the operator says
  plain  same      none      none       none      none|same no   same-name  the subjects are equal
"""
VALUES = (
    ("empty", "odd", "plain"),
    ("same", "diff", "none"),
    ("equal", "different", "none"),
    ("proof", "hint", "none"),
    ("same", "diff", "none"),
    ("other", "later", "same", "none"),
    ("yes", "no"),
)
COMBINATIONS = list(product(*VALUES))
LINES = [line.split(None, 8) for line in TABLE.strip().splitlines()]


def fits(pattern: str, value: str) -> bool:
    return pattern == "*" or value in pattern.split("|")


def build(combination: tuple[str, ...]) -> Case:
    stored, presented, known, log, observed, history, word = combination
    endpoint = {"same": presenting(SAME), "diff": presenting(OTHER_NAME), "none": silent()}[presented]
    shown = endpoint.certificate or SAME
    text = {"empty": "", "odd": "no name at all", "plain": PRIME_SEC}[stored]
    past = LISTED - 24 * HOUR
    sightings = {
        "other": Sighting(ELSE, past),
        "later": Sighting(None, ISSUED - 3 * HOUR),
        "same": Sighting(shown.sha256, past),
        "none": None,
    }
    fingerprints = {"equal": shown.sha256, "different": ELSE, "same": shown.sha256, "diff": ELSE}
    return Case(
        facts=facts("192.0.2.11_8082", text, endpoint),
        log=()
        if log == "none"
        else (LogHit(Strength(log), LISTED, "the log says TOFU failed", "presented"),),
        words=(OperatorWord("192.0.2.11", None, NOW),) if word == "yes" else (),
        known=None if known == "none" else KnownCertificate(fingerprints[known], "prime-sec.pem", None),
        observed=None if observed == "none" else Observation(fingerprints[observed], past - HOUR, past),
        first_sighting=sightings[history],
        now=NOW,
    )


@pytest.mark.parametrize("start", list(product(*VALUES[:3])), ids="-".join)
def test_each_combination_of_evidence_has_one_verdict_and_first_reason(start: tuple[str, ...]) -> None:
    for combination in (combination for combination in COMBINATIONS if combination[:3] == start):
        (line,) = (line for line in LINES if all(map(fits, line, combination)))
        verdict, reason = line[7:]
        judgement = judge(build(combination))
        assert judgement.verdict == verdict, combination
        assert reason in judgement.why[0], combination


def test_no_line_of_the_table_is_idle() -> None:
    for line in LINES:
        assert any(all(map(fits, line, combination)) for combination in COMBINATIONS), line


def test_proven_against_the_log_gives_both_reasons() -> None:
    judgement = judge(build(("plain", "same", "none", "proof", "same", "none", "no")))
    assert "TOFU failed" in judgement.why[0]
    assert "when the node learned the row" in judgement.why[1]


@pytest.mark.parametrize(("known", "observed"), [("equal", "diff"), ("different", "same")])
def test_an_import_against_an_own_observation_gives_both_reasons(known: str, observed: str) -> None:
    judgement = judge(build(("plain", "same", known, "none", observed, "none", "no")))
    assert judgement.verdict is Verdict.SUSPECT
    assert "imported from" in judgement.why[0]
    assert "when the node learned the row" in judgement.why[1]


def test_evidence_is_in_the_order_of_the_reasons() -> None:
    for combination in COMBINATIONS:
        judgement = judge(build(combination))
        places = [
            place
            for evidence in judgement.evidence
            for place, reason in enumerate(judgement.why)
            if reason in evidence.text
        ]
        assert places == sorted(places), combination


IMPORTED = "the certificate imported from prime-sec.pem"


@pytest.mark.parametrize(
    ("sha256", "facts_", "known", "verdict", "doubt"),
    [
        (SAME.sha256, {}, {}, Verdict.PROVEN, ""),
        (ELSE, {}, {}, Verdict.MISMATCH, ""),
        (SAME.sha256, {"incarnation": LISTED}, {}, Verdict.PROVEN, ""),
        (ELSE, {"incarnation": LISTED}, {}, Verdict.SUSPECT, "when it was exported is not known"),
        (ELSE, {"incarnation": LISTED}, {"at": NOW}, Verdict.MISMATCH, ""),
        (
            ELSE,
            {"incarnation": LISTED},
            {"at": LISTED - HOUR},
            Verdict.SUSPECT,
            "before this row was learned",
        ),
        (SAME.sha256, {"incarnation": LISTED}, {"at": LISTED - HOUR}, Verdict.PROVEN, ""),
        (ELSE, {"deletion_sent_at": LISTED}, {}, Verdict.SUSPECT, "before a deletion of this row was sent"),
        (SAME.sha256, {"deletion_sent_at": LISTED}, {}, Verdict.SAME_NAME, "before a deletion"),
        (ELSE, {"deletion_sent_at": LISTED}, {"at": LISTED}, Verdict.SUSPECT, "before a deletion"),
        (ELSE, {"deletion_sent_at": LISTED}, {"at": NOW}, Verdict.MISMATCH, ""),
        (ELSE, {}, {"doubt": "say whose store it is"}, Verdict.SUSPECT, "say whose store it is"),
        (SAME.sha256, {}, {"doubt": "say whose store it is"}, Verdict.SAME_NAME, "say whose store it is"),
    ],
)
def test_what_an_imported_certificate_proves(
    sha256: str, facts_: dict[str, Any], known: dict[str, Any], verdict: Verdict, doubt: str
) -> None:
    row = replace(facts("a_1", PRIME_SEC, presenting(SAME)), **facts_)
    imported = KnownCertificate(sha256, "prime-sec.pem", None, **known)
    judgement = judge(Case(facts=row, known=imported, now=NOW))
    assert judgement.verdict is verdict
    (reason,) = [reason for reason in judgement.why if IMPORTED in reason]
    assert doubt in reason
    assert bool(doubt) is ("no proof" in reason)


def test_an_observation_before_a_deletion_that_was_sent_proves_nothing() -> None:
    row = replace(facts("a_1", PRIME_SEC, presenting(SAME)), deletion_sent_at=LISTED)
    seen = Observation(SAME.sha256, LISTED - 2 * HOUR, LISTED - HOUR)
    assert judge(Case(facts=row, observed=seen, now=NOW)).verdict is Verdict.SAME_NAME
    later = Observation(SAME.sha256, LISTED, LISTED + HOUR)
    assert judge(Case(facts=row, observed=later, now=NOW)).verdict is Verdict.PROVEN


@pytest.mark.parametrize("known", [None, KnownCertificate(ELSE, "a.pem", None)])
@pytest.mark.parametrize("subject", [OTHER_NAME, SAME])
def test_what_was_not_asked_for_keeps_names_and_imports_from_proving_anything(
    known: KnownCertificate | None, subject: Certificate
) -> None:
    doubt = "it may have other certificates, which could not be requested (RSA only: no connection)"
    presented = replace(presenting(subject), also_doubt=doubt)
    judgement = judge(Case(facts=facts("a_1", PRIME_SEC, presented), known=known, now=NOW))
    is_clean = known is None and subject is SAME
    assert judgement.verdict is (Verdict.SAME_NAME if is_clean else Verdict.SUSPECT)
    assert doubt in judgement.why


def test_every_piece_of_evidence_is_kept_with_its_time() -> None:
    judgement = judge(build(("plain", "same", "equal", "hint", "same", "other", "yes")))
    kinds = {evidence.kind: evidence.at for evidence in judgement.evidence}
    assert kinds == {
        Kind.KNOWN: None,
        Kind.LOG: LISTED,
        Kind.OBSERVED: LISTED - 24 * HOUR,
        Kind.HISTORY: LISTED - 24 * HOUR,
        Kind.OPERATOR: NOW,
        Kind.NAMES: LISTED,
    }


def test_a_proven_row_does_not_say_that_nothing_is_proven() -> None:
    assert EQUAL_NAMES not in judge(build(("plain", "same", "equal", "none", "none", "none", "no"))).why


def test_a_mismatch_says_all_differences_before_anything_else() -> None:
    presented = presenting(certificate("/C=DE/O=Example/CN=ise01"))
    row = facts("198.51.100.20_443", "/C=US/O=Cisco Systems/CN=ISE-server", presented)
    judgement = judge(Case(facts=row, now=NOW, words=(OperatorWord("198.51.100.20", 443, NOW),)))
    assert judgement.verdict is Verdict.MISMATCH
    assert judgement.why[0] == "CN differs: stored ISE-server, presented ise01"
    assert len(judgement.why) == 4
    assert "operator" in judgement.why[-1]


def test_without_a_row_it_is_not_stored() -> None:
    row = facts("198.51.100.20_443", "", presenting(SAME))
    judgement = judge(Case(facts=row, is_stored=False, now=NOW))
    assert judgement.verdict is Verdict.NOT_STORED
    assert "the next connection stores one" in judgement.why[0]


def test_before_an_answer_it_is_pending_and_says_nothing() -> None:
    judgement = judge(Case(facts=facts("a_1", PRIME_SEC, PENDING), now=NOW))
    assert (judgement.verdict, judgement.why, judgement.evidence) == (Verdict.PENDING, (), ())


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.OK, Status.PENDING)])
def test_no_answer_gives_the_reason_or_at_least_the_status(status: Status) -> None:
    explained = judge(Case(facts=facts("a_1", PRIME_SEC, silent(status, "why it is so")), now=NOW))
    assert (explained.verdict, explained.why) == (Verdict.NO_ANSWER, ("why it is so",))
    bare = judge(Case(facts=facts("a_1", PRIME_SEC, silent(status, "")), now=NOW))
    assert status.value in bare.why[0]


def test_an_unanswered_row_named_by_the_log_still_says_why_there_is_no_answer() -> None:
    hit = LogHit(Strength.HINT, LISTED, "the log says TOFU failed", "stored")
    judgement = judge(Case(facts=facts("a_1", PRIME_SEC, silent()), log=(hit,), now=NOW))
    assert judgement.verdict is Verdict.SUSPECT
    assert judgement.why == ("the log says TOFU failed", "connection refused")


@pytest.mark.parametrize("kind", ["log", "word", "observed", "sighting"])
@pytest.mark.parametrize(("age", "counts"), [(timedelta(seconds=1), False), (timedelta(0), True)])
def test_evidence_older_than_the_incarnation_never_counts(kind: str, age: timedelta, counts: bool) -> None:
    begun = LISTED - HOUR
    at = begun - age
    case = Case(
        facts=facts("a_1", PRIME_SEC, presenting(SAME), incarnation=begun),
        log=(LogHit(Strength.PROOF, at, "log", "presented"),) if kind == "log" else (),
        words=(OperatorWord("a", 1, at),) if kind == "word" else (),
        observed=Observation(ELSE, at - HOUR, at) if kind == "observed" else None,
        first_sighting=Sighting(ELSE, at) if kind == "sighting" else None,
        now=NOW,
    )
    assert judge(case).verdict.is_stale is counts


def test_an_undated_hint_counts_in_any_incarnation() -> None:
    row = facts("a_1", PRIME_SEC, presenting(SAME), incarnation=LISTED)
    hit = LogHit(Strength.HINT, None, "undated", "presented")
    assert judge(Case(facts=row, log=(hit,), now=NOW)).verdict is Verdict.SUSPECT


@pytest.mark.parametrize(
    ("later", "skew_s", "stale"),
    [
        (timedelta(hours=2), None, False),
        (timedelta(hours=2, seconds=1), None, True),
        (timedelta(hours=2, seconds=60), 60.0, False),
        (timedelta(hours=2, seconds=61), 60.0, True),
        (timedelta(hours=2, seconds=61), -60.0, True),
        (timedelta(hours=2, seconds=60), -60.0, False),
    ],
)
def test_a_certificate_issued_after_the_first_sighting_is_suspect_beyond_two_hours_and_the_skew(
    later: timedelta, skew_s: float | None, stale: bool
) -> None:
    sighting = Sighting(None, ISSUED - later)
    case = Case(
        facts=facts("a_1", PRIME_SEC, presenting(SAME)),
        first_sighting=sighting,
        skew_s=skew_s,
        now=NOW,
    )
    assert judge(case).verdict is (Verdict.SUSPECT if stale else Verdict.SAME_NAME)


def test_an_ambiguous_name_says_how_it_was_read() -> None:
    stored = "/O=Example/CN=a/OU=b"
    leaf = certificate("O = Example, CN = a/OU=b")
    judgement = judge(Case(facts=facts("a_1", stored, presenting(leaf)), now=NOW))
    assert judgement.verdict is Verdict.SAME_NAME
    assert any("in the certificate's favour" in reason for reason in judgement.why)


def test_a_certificate_whose_subject_cannot_be_read_proves_nothing() -> None:
    judgement = judge(Case(facts=facts("a_1", PRIME_SEC, presenting(certificate(None))), now=NOW))
    assert judgement.verdict is Verdict.NO_ANSWER
    assert "cannot be read" in judgement.why[0]


def test_an_imported_certificate_decides_where_the_subject_cannot_be_read() -> None:
    leaf = certificate(None)
    case = Case(
        facts=facts("a_1", PRIME_SEC, presenting(leaf)),
        known=KnownCertificate(leaf.sha256, "a.pem", None),
        now=NOW,
    )
    assert judge(case).verdict is Verdict.PROVEN


def test_an_imported_certificate_that_is_not_used_is_said_last() -> None:
    reason = "all.pem fits 2 rows and is not used"
    case = Case(facts=facts("a_1", PRIME_SEC, presenting(SAME)), known_unusable=(reason,), now=NOW)
    judgement = judge(case)
    assert judgement.verdict is Verdict.SAME_NAME
    assert judgement.why[-1] == reason


def test_remote_text_in_a_reason_is_harmless() -> None:
    judgement = judge(Case(facts=facts("a_1", "\x1b[2J\u202e", presenting(SAME)), now=NOW))
    assert judgement.verdict is Verdict.UNREADABLE
    assert "\x1b" not in judgement.why[0]
    assert "\u202e" not in judgement.why[0]


def test_verdicts_have_distinct_looks_in_the_order_of_the_design() -> None:
    looks = [verdict.look for verdict in Verdict]
    assert [look.rank for look in looks] == list(range(8))
    assert len({look.glyph for look in looks}) == len({look.ascii for look in looks}) == 8
    assert all(look.ascii.isascii() for look in looks)
    assert [v for v in Verdict if v.is_stale] == [Verdict.MISMATCH, Verdict.SUSPECT]
