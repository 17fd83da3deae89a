"""Why a row has its verdict, without what is shown beside it anyway. Knows no Textual."""

from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Evidence, Kind
from tofutui.ui.text.vocabulary import clock_time


def deciding(entry: Entry) -> str:
    """The reason that decided; where it names values that differ, without them: ``CN differs``."""
    why = entry.judgement.why
    if not why:
        return entry.verdict.look.meaning
    return why[0].partition(": ")[0] if why[0] in _shown_as_names(entry) else why[0]


def further(entry: Entry) -> list[str]:
    """The other reasons; not what the names show, nor that equal names prove nothing, which is outweighed."""
    from tofutui.tofu.judgement.judge import EQUAL_NAMES  # it judges rows: after the first paint

    said = {*_shown_as_names(entry), *(item.text for item in entry.judgement.evidence), EQUAL_NAMES}
    return [why for why in entry.judgement.why[1:] if why not in said]


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


def _has_equal_names(entry: Entry) -> bool:
    """Whether the two subjects say the same: then only the certificate tells why it is refused."""
    return entry.names is not None and not any(line.differs for line in entry.names.lines)


def in_short(entry: Entry) -> str:
    """What decided, as short as a table needs it."""
    evidence = decided_by(entry)
    if evidence is not None and evidence.kind is Kind.LOG and evidence.at is not None:
        refused = "the certificate" if _has_equal_names(entry) else "this host"
        return f"its log refuses {refused}, {clock_time(evidence.at)}"
    if evidence is not None and evidence.kind is Kind.HISTORY and entry.verdict.is_stale:
        return "another certificate was presented before"
    reason = deciding(entry)
    return entry.verdict.look.meaning if reason == entry.presented.error else reason
