"""The judgement over a row: which evidence decides, and in what words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tofutui.tofu.base.text import safe, short_sha256
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.cli_output.stored_names import compare_stored
from tofutui.tofu.judgement.evidence import (
    KnownCertificate,
    LogHit,
    Observation,
    OperatorWord,
    RowFacts,
    Sighting,
    Strength,
)
from tofutui.tofu.judgement.verdict import Evidence, Judgement, Kind, Verdict
from tofutui.tofu.names.match import NameComparison, Relation

EQUAL_NAMES = "the subjects are equal; that proves nothing either way"
_ISSUE_SLACK = timedelta(hours=2)
_LOG_REASONS = 3
"""How many log lines are listed among the reasons of an unanswered row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that is known about one row."""

    facts: RowFacts
    is_stored: bool = True
    """False for an expected remote that has no row."""
    log: tuple[LogHit, ...] = ()
    words: tuple[OperatorWord, ...] = ()
    """Those that concern this row's endpoint."""
    known: KnownCertificate | None = None
    """The imported certificate assigned to this row."""
    known_unusable: tuple[str, ...] = ()
    """Why imported certificates that might be this row's are not used, one sentence each."""
    observed: Observation | None = None
    first_sighting: Sighting | None = None
    skew_s: float | None = None
    """Seconds that the node's clock is ahead of this machine's."""
    now: datetime


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one piece of evidence says, and the verdict it argues for (None: none)."""

    verdict: Verdict | None
    evidence: Evidence
    reasons: tuple[str, ...] = ()
    """The sentences for ``why``; the evidence's own text if empty."""
    is_log_proof: bool = False
    is_equal: bool | None = None
    """Whether the certificate that it says the row holds is the one presented; None: it says none."""

    @property
    def why(self) -> tuple[str, ...]:
        return self.reasons or (self.evidence.text,)


def judge(case: Case) -> Judgement:
    """The verdict over a row, its reasons strongest first, and all the evidence.

    The first piece of evidence that argues for a verdict decides, in this order: no stored subject or no
    certificate, imported certificate, names, the node's log, own observation, history and the operator's
    word. Where an imported certificate and an own observation, or a certificate thought proven and the
    node's log, say the opposite, the row is suspect.
    """
    facts = case.facts
    if not case.is_stored:
        return Judgement(Verdict.NOT_STORED, ("no row yet; the next connection stores one",))
    if facts.stored is None or not (facts.stored.raw or facts.stored.more):
        what = "no readable key and subject" if facts.stored is None else "no subject"
        return Judgement(Verdict.UNREADABLE, (f"the line has {what}",))
    if facts.presented.status is Status.PENDING:
        return Judgement(Verdict.PENDING, ())
    if not _is_understood(facts, facts.stored):
        return Judgement(Verdict.UNREADABLE, _not_understood(facts, facts.stored))
    if facts.presented.certificate is None:
        return _judge_unanswered(case)
    return _weigh(list(_findings(case, facts.stored, facts.presented.certificate)))


def _is_understood(facts: RowFacts, stored: StoredSubject) -> bool:
    """A text that is a name in no grammar still counts if it is just what the presented one prints as."""
    if facts.names is not None:
        return facts.names.relation is not Relation.UNREADABLE
    return stored.subject is not None


def _not_understood(facts: RowFacts, stored: StoredSubject) -> tuple[str, ...]:
    """Why the stored subject cannot be compared; the lines are shown where more than one may hold it."""
    if facts.names is not None and facts.names.reasons:
        return facts.names.reasons
    shown = " / ".join(filter(None, (stored.raw, *stored.more)))
    return (f"the stored subject is not understood: {safe(shown)}",)


def _judge_unanswered(case: Case) -> Judgement:
    presented = case.facts.presented
    error = presented.error or f"no certificate: {presented.status.value}"
    log = list(_log_findings(case))
    words = list(_word_findings(case))
    evidence = tuple(finding.evidence for finding in (*log, *words))
    reasons = _texts(log[:_LOG_REASONS])
    verdict = Verdict.SUSPECT if log else Verdict.NO_ANSWER
    return Judgement(verdict, (*reasons, error, *_texts(words)), evidence)


def _weigh(findings: list[_Finding]) -> Judgement:
    """The first finding with a verdict decides, unless another of the same weight says the opposite."""
    first = _contradiction(findings)
    verdict: Verdict | None = Verdict.SUSPECT
    if not first:
        first = [next(finding for finding in findings if finding.verdict is not None)]
        verdict = first[0].verdict
    assert verdict is not None
    ordered = [*first, *(finding for finding in findings if finding not in first)]
    proven = any(finding.verdict is Verdict.PROVEN for finding in findings)
    told = [f for f in ordered if not (proven and f.verdict is Verdict.SAME_NAME)]
    return Judgement(verdict, _texts(told), tuple(finding.evidence for finding in ordered))


def _contradiction(findings: list[_Finding]) -> list[_Finding]:
    """Two findings that cannot both be right, where one of them would decide; none if there are none."""
    decider = next(finding for finding in findings if finding.verdict is not None)
    by_kind = {finding.evidence.kind: finding for finding in reversed(findings)}
    imported, observed = by_kind.get(Kind.KNOWN), by_kind.get(Kind.OBSERVED)
    if decider is imported and observed and observed.is_equal is (not imported.is_equal):
        return [imported, observed]
    refused = next((f for f in findings if f.is_log_proof), None)
    proven = next((f for f in findings if f.verdict is Verdict.PROVEN), None)
    return [refused, proven] if refused and proven and decider in (refused, proven) else []


def _texts(findings: list[_Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for finding in findings for text in finding.why))


def _findings(case: Case, stored: StoredSubject, certificate: Certificate) -> Iterator[_Finding]:
    """Everything that speaks about an answered row, in the order in which it decides."""
    names = case.facts.names or compare_stored(stored, certificate.subject)
    at = case.facts.presented.at
    if case.known is not None:
        yield _known_finding(case, case.known, certificate)
    if certificate.subject is None:
        text = "the presented certificate's subject cannot be read, so the names cannot be compared"
        yield _Finding(Verdict.NO_ANSWER, Evidence(Kind.NAMES, at, text))
    elif names.relation is not Relation.EQUAL:
        yield _names_finding(names, case.facts.presented)
    yield from _log_findings(case)
    yield from _past_findings(case, certificate)
    yield from _word_findings(case)
    if certificate.subject is not None and names.relation is Relation.EQUAL:
        yield _Finding(Verdict.SAME_NAME, Evidence(Kind.NAMES, at, EQUAL_NAMES), _equal_reasons(names))
    for text in (*case.known_unusable, *filter(None, [case.facts.presented.also_doubt])):
        kind = Kind.KNOWN if text in case.known_unusable else Kind.NAMES
        yield _Finding(None, Evidence(kind, None, text))


def _names_finding(names: NameComparison, presented: Presented) -> _Finding:
    """Names that differ prove it where all the certificates of the endpoint were asked for."""
    reasons = names.reasons or ("the subjects differ",)
    verdict = Verdict.SUSPECT if presented.also_doubt else Verdict.MISMATCH
    return _Finding(verdict, Evidence(Kind.NAMES, presented.at, "; ".join(reasons)), reasons)


def _known_finding(case: Case, known: KnownCertificate, certificate: Certificate) -> _Finding:
    doubt = known.doubt or _age_doubt(case, known)
    suffix = f" (no proof: {doubt})" if doubt else ""
    if known.sha256 == certificate.sha256:
        text = f"the certificate imported from {safe(known.source)} is the one presented{suffix}"
        verdict = None if doubt else Verdict.PROVEN
        return _Finding(verdict, Evidence(Kind.KNOWN, known.at, text), is_equal=True)
    text = f"the certificate imported from {safe(known.source)} has another SHA-256 than the one presented"
    is_proof = not (doubt or case.facts.presented.also_doubt)
    verdict = Verdict.MISMATCH if is_proof else Verdict.SUSPECT
    return _Finding(verdict, Evidence(Kind.KNOWN, known.at, text + suffix), is_equal=False)


def _age_doubt(case: Case, known: KnownCertificate) -> str:
    """Why an export may be of an earlier life of the row; "" if it cannot."""
    sent, begun = case.facts.deletion_sent_at, case.facts.incarnation
    if sent is not None and (known.at is None or known.at <= sent):
        return "it may have been exported before a deletion of this row was sent"
    if begun is None or known.sha256 == _sha256(case):
        return ""
    if known.at is None:
        return f"when it was exported is not known, and this row was learned at {_when(begun)} or later"
    if known.at < begun:
        return f"it may have been exported before this row was learned ({_when(begun)})"
    return ""


def _sha256(case: Case) -> str | None:
    leaf = case.facts.presented.certificate
    return leaf.sha256 if leaf else None


def _equal_reasons(names: NameComparison) -> tuple[str, ...]:
    if not names.ambiguous:
        return (EQUAL_NAMES,)
    return (
        EQUAL_NAMES,
        "the stored text can be read in more than one way; it was read in the certificate's favour",
    )


def _counts(case: Case, at: datetime | None) -> bool:
    """Evidence older than the row's incarnation never counts."""
    return at is None or case.facts.incarnation is None or at >= case.facts.incarnation


def _log_findings(case: Case) -> Iterator[_Finding]:
    for hit in sorted(case.log, key=lambda hit: hit.strength is not Strength.PROOF):
        if _counts(case, hit.at):
            proof = hit.strength is Strength.PROOF
            verdict = Verdict.MISMATCH if proof else Verdict.SUSPECT
            yield _Finding(verdict, Evidence(hit.kind, hit.at, hit.text), is_log_proof=proof)


def _past_findings(case: Case, certificate: Certificate) -> Iterator[_Finding]:
    """Own observation and history (rules 5 and 6)."""
    observed = case.observed
    if observed is not None and _counts(case, observed.present_at):
        yield _observed_finding(case, observed, certificate)
    sighting = _sighting_evidence(case, certificate)
    if sighting is not None and _counts(case, sighting.at):
        yield _Finding(Verdict.SUSPECT, sighting)


def _observed_finding(case: Case, observed: Observation, certificate: Certificate) -> _Finding:
    when = _when(observed.present_at)
    if observed.sha256 == certificate.sha256:
        text = (
            f"this certificate was presented when the node learned the row, and it is presented now ({when})"
        )
        verdict = None if _is_before_a_deletion(case, observed.present_at) else Verdict.PROVEN
        return _Finding(verdict, Evidence(Kind.OBSERVED, observed.present_at, text), is_equal=True)
    text = (
        f"another certificate was presented when the node learned the row ({when}), unless someone deleted "
        "it and the node learned it again in between"
    )
    return _Finding(Verdict.SUSPECT, Evidence(Kind.OBSERVED, observed.present_at, text), is_equal=False)


def _is_before_a_deletion(case: Case, at: datetime) -> bool:
    sent = case.facts.deletion_sent_at
    return sent is not None and at <= sent


def _sighting_evidence(case: Case, certificate: Certificate) -> Evidence | None:
    """Why the first sighting of this incarnation speaks for a re-issue; None if it does not.

    Another certificate than the first one says nothing while the endpoint still presents that one as well.
    """
    sighting = case.first_sighting
    if sighting is None:
        return None
    still = {leaf.sha256 for leaf in (certificate, *case.facts.presented.also)}
    if sighting.sha256 is not None and sighting.sha256 not in still:
        return Evidence(Kind.HISTORY, sighting.at, _change_text(sighting, sighting.sha256, certificate))
    seen = sighting.at if sighting.sha256 is None else sighting.silent_since
    slack = _ISSUE_SLACK + timedelta(seconds=abs(case.skew_s or 0.0))
    if seen is None or certificate.not_before is None or certificate.not_before <= seen + slack:
        return None
    begin = _when(certificate.not_before)
    text = f"the certificate presented is valid from {begin}, after this row was first seen ({_when(seen)})"
    return Evidence(Kind.HISTORY, seen, text)


def _change_text(sighting: Sighting, first: str, certificate: Certificate) -> str:
    """From which certificate to which, and since when."""
    what = "this row was first seen" if sighting.silent_since is None else "this row's host first answered"
    since = dict(sighting.since).get(certificate.sha256)
    then = f"SHA-256 {short_sha256(first)} then, {short_sha256(certificate.sha256)}"
    now = "now" if since is None else f"since {_when(since)}"
    return f"another certificate was presented when {what} ({_when(sighting.at)}): {then} {now}"


def _word_findings(case: Case) -> Iterator[_Finding]:
    for word in case.words:
        if _counts(case, word.at):
            text = "the operator says that this host was re-issued" + (
                f" ({safe(word.by)})" if word.by else ""
            )
            yield _Finding(Verdict.SUSPECT, Evidence(Kind.OPERATOR, word.at, text))


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
