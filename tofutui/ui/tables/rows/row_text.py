"""What a row says, in the words of the tables. Knows no Textual."""

from dataclasses import dataclass
from datetime import datetime

from tofutui.tofu.base.text import safe
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.row_owner import Who
from tofutui.ui.text.reasons import in_short
from tofutui.ui.text.vocabulary import WHO_WORDS, Glyphs, days, place, short_sha


@dataclass(frozen=True, slots=True)
class RowText:
    """One row in words; empty where there is nothing to say."""

    place: str
    who: str
    stored: str
    sign: str
    """Between stored and presented: equal, different, or not to be compared."""
    presented: str
    compared: bool
    """Whether both are names; else what is presented says why there is none."""
    age: str
    """How new the certificate is that is presented."""
    expiry: str
    sha256: str
    """The head of its fingerprint."""
    reason: str


def row_text(entry: Entry, glyphs: Glyphs, now: datetime) -> RowText:
    """The words for a row as it is now."""
    from tofutui.report.row_sides import sides  # it compares names: after the first paint

    both = sides(entry)
    sign = glyphs.dot if both.equal is None else "=" if both.equal else glyphs.differs
    certificate = entry.presented.certificate
    has_name = entry.stored is not None and bool(entry.stored.subject or entry.stored.raw)
    return RowText(
        place=place(entry),
        who="" if entry.who is Who.OTHER else WHO_WORDS[entry.who],
        stored=safe(both.stored) if has_name else "unreadable" if entry.is_stored else "not stored",
        sign=sign,
        presented=safe(both.presented),
        compared=both.equal is not None,
        age=issued(certificate.not_before if certificate else None, now),
        expiry=expires(certificate.not_after if certificate else None, now),
        sha256=short_sha(entry),
        reason=safe(in_short(entry)),
    )


def issued(start: datetime | None, now: datetime) -> str:
    """``issued today``, ``issued 22 d ago``; "" where that is not known."""
    if start is None:
        return ""
    age = days(start, now)
    return f"valid in {-age} d" if age < 0 else f"issued {age} d ago" if age else "issued today"


def expires(end: datetime | None, now: datetime) -> str:
    """``expires in 343 d``, ``expired 3 d ago``; "" where that is not known."""
    if end is None:
        return ""
    left = days(now, end)
    return f"expires in {left} d" if left > 0 else "expires today" if not left else f"expired {-left} d ago"
