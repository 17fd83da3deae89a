"""Verdicts: the conclusion about a row, in which words, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """In the order of rows on the screen and in reports."""

    MISMATCH = "mismatch"
    SUSPECT = "suspect"
    SAME_NAME = "same-name"
    PROVEN = "proven"
    NO_ANSWER = "no-answer"
    UNREADABLE = "unreadable"
    NOT_STORED = "not-stored"
    PENDING = "pending"

    @property
    def look(self) -> "VerdictLook":
        """Glyph, word and rank of this verdict."""
        return LOOKS[self]

    @property
    def is_stale(self) -> bool:
        """Whether the row counts as stale: mismatch or suspect."""
        return self in _STALE


_STALE = (Verdict.MISMATCH, Verdict.SUSPECT)


@dataclass(frozen=True, slots=True)
class VerdictLook:
    """How a verdict is shown; colour is never the only carrier."""

    rank: int
    glyph: str
    ascii: str
    """The glyph where only ASCII may be used."""
    word: str
    meaning: str
    """One sentence for help and legends."""


LOOKS: dict[Verdict, VerdictLook] = {
    Verdict.MISMATCH: VerdictLook(0, "✗", "x", "MISMATCH", "proven stale: the node will refuse this host"),
    Verdict.SUSPECT: VerdictLook(
        1, "!", "!", "SUSPECT", "same subject, with evidence of a re-issue that is not proof"
    ),
    Verdict.SAME_NAME: VerdictLook(
        2, "≈", "~", "SAME NAME", "same subject; nothing contradicts it, nothing proves it"
    ),
    Verdict.PROVEN: VerdictLook(
        3, "✓", "+", "PROVEN", "the stored certificate is known and is the one presented"
    ),
    Verdict.NO_ANSWER: VerdictLook(4, "?", "?", "NO ANSWER", "this endpoint presented no certificate"),
    Verdict.UNREADABLE: VerdictLook(
        5, "#", "#", "UNREADABLE", "the row's subject is missing or not understood"
    ),
    Verdict.NOT_STORED: VerdictLook(6, "·", ".", "NOT STORED", "no row yet; the next connection stores one"),
    Verdict.PENDING: VerdictLook(7, "…", "-", "PROBING", "not known yet"),
}


def verdict_word(value: str) -> str:
    """The word of the screen for a verdict's value, as it is kept; any other text as it is."""
    return Verdict(value).look.word if value in tuple(Verdict) else value


class Kind(StrEnum):
    """Where a piece of evidence comes from; `judge` has the order in which it decides."""

    NAMES = "names"
    KNOWN = "known"
    LOG = "log"
    OBSERVED = "observed"
    HISTORY = "history"
    OPERATOR = "operator"
    BROWSER = "browser"
    """A page of Prime Infrastructure, as the operator entered its words; it counts as that node's log."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence as it is shown."""

    kind: Kind
    at: datetime | None
    """The time it speaks of (UTC); None if undated."""
    text: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons, strongest first, and the evidence behind them."""

    verdict: Verdict
    why: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
