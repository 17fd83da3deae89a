"""Why a row has its verdict, without what is shown beside it anyway. Knows no Textual."""

from datetime import UTC, datetime

from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Evidence, Kind, Verdict
from tofutui.ui.text.vocabulary import clock_time, moment


def deciding(entry: Entry) -> str:
    """The reason that decided; where it names values that differ, without them: ``CN differs``."""
    why = entry.judgement.why
    if not why:
        return entry.verdict.look.meaning
    return why[0].partition(": ")[0] if why[0] in _shown_as_names(entry) else why[0]


def standing(entry: Entry) -> list[str]:
    """All reasons, but that equal names prove nothing only where nothing outweighs it."""
    first, *rest = entry.judgement.why or (entry.verdict.look.meaning,)
    return [first, *(why for why in rest if why != _equal_names())]


def sourced(entry: Entry) -> tuple[list[str], list[str]]:
    """The reasons, each with the source and time of its evidence; then the evidence that is none of them."""
    said = {item.text: with_source(item) for item in entry.judgement.evidence}
    reasons = standing(entry)
    others = [text for words, text in said.items() if words not in (*reasons, *entry.judgement.why)]
    return [said.get(reason, reason) for reason in reasons], others


def with_source(evidence: Evidence) -> str:
    """``log, 2026-11-23 14:02:38 UTC: …``; without the time where the sentence holds it."""
    when = "" if evidence.at and says_when(evidence.text, evidence.at) else f", {moment(evidence.at)}"
    return f"{evidence.kind.value}{when}: {evidence.text}"


def says_when(text: str, at: datetime) -> bool:
    """Whether a sentence holds this moment, to the minute."""
    return any(at.astimezone(zone).strftime("%Y-%m-%d %H:%M") in text for zone in (None, UTC))


def further(entry: Entry) -> list[str]:
    """The other reasons; not what the names show, nor that equal names prove nothing, which is outweighed."""
    said = {*_shown_as_names(entry), *(item.text for item in entry.judgement.evidence), _equal_names()}
    return [why for why in entry.judgement.why[1:] if why not in said]


def _equal_names() -> str:
    from tofutui.tofu.judgement.judge import EQUAL_NAMES  # it judges rows: after the first paint

    return EQUAL_NAMES


def dated(entry: Entry) -> list[Evidence]:
    """The evidence beside the names, and beside what decided."""
    first = entry.judgement.why[:1]
    return [e for e in entry.judgement.evidence if e.kind is not Kind.NAMES and (e.text,) != first]


def decided_by(entry: Entry) -> Evidence | None:
    """The evidence that the deciding reason is; None where it is about the names alone."""
    first = entry.judgement.why[:1]
    names = _shown_as_names(entry)
    return next((e for e in entry.judgement.evidence if (e.text,) == first and e.text not in names), None)


def _shown_as_names(entry: Entry) -> frozenset[str]:
    """The sentences that say what the two subjects, shown side by side, say too."""
    return frozenset(entry.names.reasons if entry.names else ())


_EQUAL_NAMES = "equal names prove nothing either way"


def _has_equal_names(entry: Entry) -> bool:
    """Whether the two subjects say the same: then only the certificate tells why it is refused."""
    return entry.names is not None and not any(line.differs for line in entry.names.lines)


def in_short(entry: Entry) -> str:
    """What decided, as short as a table needs it."""
    evidence = decided_by(entry)
    if evidence is not None and evidence.kind is Kind.LOG and evidence.at is not None:
        refused = "the certificate" if _has_equal_names(entry) else "this host"
        return f"the node refused {refused}, {clock_time(evidence.at)}"
    if evidence is not None and evidence.kind is Kind.HISTORY and entry.verdict.is_stale:
        return "another certificate was presented before"
    if entry.verdict is Verdict.SAME_NAME and deciding(entry) == _equal_names():
        return _EQUAL_NAMES
    reason = deciding(entry)
    return entry.verdict.look.meaning if reason == entry.presented.error else reason
