"""The columns of a pane: which ones, how wide, and what they show. Knows no Textual."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.tables.row_list import RowOrder
from tofutui.ui.text.spans import Line, Tone, fit, fit_middle
from tofutui.ui.text.vocabulary import VERDICT_TONES, WHO_WORDS, Glyphs, both_names, days, place, short_sha

LEAD = 4
"""Cells for cursor, mark, glyph and a blank."""
_WORD, _WHO, _SHA, _DAYS = 10, 5, 9, 6


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in cells; 0 = not shown. Chosen once for a width, never by what the rows hold."""

    place: int
    name: int
    sha: int = 0
    age: int = 0
    word_first: bool = True
    """Wide enough for the verdict's word before the host; else it comes last."""


@lru_cache(maxsize=64)
def columns(width: int) -> Columns:
    """The columns for a pane of that many cells inside its border.

    At 38 (two panes at 80 columns) glyph, host:port, who and the verdict's word; the name from 50 on, days
    from 70 on, the short fingerprint from 86 on.
    """
    fixed = LEAD + _WORD + 1 + _WHO
    if width < 50:
        return Columns(place=max(8, width - fixed - 1), name=0, word_first=False)
    place_width = 17 if width < 64 else 21 if width < 100 else 28
    rest = width - fixed - place_width - 2
    age = 2 * _DAYS if width >= 70 else 0
    sha = _SHA + 1 if width >= 86 else 0
    return Columns(place=place_width, name=max(0, rest - age - sha), sha=sha, age=age)


def header(width: int, order: RowOrder, glyphs: Glyphs) -> Line:
    """The names of the columns, the sorted one marked."""
    cols = columns(width)

    def title(text: str, cells: int, by: RowOrder | None = None) -> str:
        return fit(text + glyphs.sorted if by is order else text, cells)

    word = title("Verdict", _WORD + (1 if cols.word_first else 0), RowOrder.VERDICT)
    host = title("Host:port", cols.place + 1, RowOrder.HOST)
    who = title("Who", _WHO + (0 if cols.name else 1))
    parts = [" " * LEAD, word, host, who] if cols.word_first else [" " * LEAD, host, who, word]
    if cols.name:
        parts.append(" " + title(f"Stored {glyphs.arrow} presented", cols.name))
    if cols.age:
        parts += [fit("  age", _DAYS), title("  left", _DAYS, RowOrder.EXPIRY)]
    if cols.sha:
        parts.append(fit(" SHA-256", cols.sha))
    return ((fit("".join(parts), width), Tone.HEAD),)


def cells(
    entry: Entry,
    width: int,
    glyphs: Glyphs,
    now: datetime,
    *,
    cursor: bool,
    marked: bool,
    sign: str = "",
    old: bool = False,
) -> Line:
    """One row as a line of exactly ``width`` cells; ``sign`` shows what changed since the listing before.

    ``old``: the link to its node is lost, so the whole row is muted.
    """
    cols = columns(width)
    tone = Tone.MUTED if old else _tone(entry)
    look = Tone.MUTED if old else VERDICT_TONES[entry.verdict]
    lead = _lead(glyphs, sign, cursor=cursor, marked=marked)
    glyph = (glyphs.verdict(entry.verdict) + " ", look)
    word = fit(entry.verdict.look.word, _WORD)
    host = fit_middle(place(entry), cols.place, glyphs.ellipsis) + " "
    who = fit(WHO_WORDS[entry.who], _WHO)
    if not cols.word_first:
        return (
            (lead, Tone.TEXT),
            glyph,
            (host + who, tone),
            (" ", tone),
            (fit(word, width - LEAD - len(host) - 6), look),
        )
    return (
        (lead, Tone.TEXT), glyph, (word + " ", look), (host, tone), (who + " ", tone),
        (fit(both_names(entry, glyphs.arrow), cols.name, glyphs.ellipsis), tone),
        (_dates(entry, now) if cols.age else "", tone),
        (fit(" " + short_sha(entry), cols.sha) if cols.sha else "", Tone.MUTED),
    )  # fmt: skip


def _lead(glyphs: Glyphs, sign: str, *, cursor: bool, marked: bool) -> str:
    """Two cells for three signs: the cursor shows by its line too, so it gives way where all three meet."""
    second = glyphs.mark if marked else sign
    first = sign if marked and sign else glyphs.cursor if cursor else ""
    return fit(first, 1) + fit(second, 1)


def _tone(entry: Entry) -> Tone:
    """Own rows and rows of an older listing are muted."""
    return Tone.TEXT if entry.who.is_remote and not entry.unseen else Tone.MUTED


def _dates(entry: Entry, now: datetime) -> str:
    certificate = entry.presented.certificate
    start = certificate.not_before if certificate else None
    end = certificate.not_after if certificate else None
    age = f"{days(start, now)}d" if start else ""
    left = f"{days(now, end)}d" if end else ""
    return age.rjust(_DAYS - 1)[:_DAYS].rjust(_DAYS) + left.rjust(_DAYS)[:_DAYS]
