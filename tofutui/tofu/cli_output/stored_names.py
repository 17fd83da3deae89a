"""A stored subject beside the presented one, where it is not sure which text the row holds.

A row may go on in the next line, and a document may have changed its characters. A verdict by names holds
only under every reading of such a row; else the comparison is unreadable and its reasons say why.
"""

import re
from collections.abc import Iterator

from tofutui.tofu.base.damaged_text import damage, plain, undone
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.names.match import NameComparison, Relation, compare
from tofutui.tofu.names.render import renderings
from tofutui.tofu.names.values import DistinguishedName

_MOST_JOINED = 4
"""Lines that are joined in every way; more of them are a message, not the rest of a row."""
_LONGEST = 4_000
"""Characters of a row and the lines after it that are joined, and searched for the pieces of a name."""
_SHOWN = 200
_NEXT_ROW = re.compile(r"host=", re.IGNORECASE)


def compare_stored(stored: StoredSubject, presented: DistinguishedName | None) -> NameComparison:
    """Compare a row's subject with the one presented now (None: there is none), under all its readings."""
    printed = _compare_damaged(stored.raw, presented)
    if presented is None or presented.is_empty:
        return printed
    if stored.more:
        return _compare_joined(stored, printed, presented)
    if printed.relation is Relation.DIFFERENT and _may_be_cut(stored, presented):
        reason = (
            "the row's text may continue where the listing ends or another line begins, so it is not compared"
        )
        return _unreadable(reason)
    if stored.rejoined and printed.relation is Relation.DIFFERENT and _lacks_blanks(stored.raw, presented):
        return _unreadable("the row was broken over several lines, and only blanks differ in its name")
    return printed


def _lacks_blanks(text: str, presented: DistinguishedName) -> bool:
    return _squeezed(text) in map(_squeezed, renderings(presented))


def _compare_damaged(text: str, presented: DistinguishedName | None) -> NameComparison:
    """Compare a text with what it may have been; one with foreign characters never differs."""
    printed = compare(text, presented)
    if printed.relation is Relation.EQUAL or not text:
        return printed
    for form in undone(text):
        repaired = compare(form, presented)
        if repaired.relation is Relation.EQUAL:
            return repaired
    if what := damage(text):
        return _unreadable(f"the stored text cannot be compared: the node hardly printed {what} in it")
    return _unreadable(_LOST_LETTERS) if _has_lost_letters(printed) else printed


_LOST_LETTERS = (
    "the stored text cannot be compared: it has `?` where the name presented has letters beyond ASCII, or "
    "characters that mail programs replace"
)


def _has_lost_letters(printed: NameComparison) -> bool:
    """Whether all that differs is ``?`` for what a code page lacks: letters, and the dashes and quotation
    marks that a word processor made of plain ones."""
    differing = [line for line in printed.lines if line.differs]
    return bool(differing) and all(_lost_letters(line.stored, line.presented) for line in differing)


def _lost_letters(stored: str | None, presented: str | None) -> bool:
    if not stored or not presented or "?" not in stored or len(stored) > _SHOWN:
        return False
    pattern = r"(?:[^\x00-\x7f]{1,4}|[-'\" ])".join(map(re.escape, re.split(r"\?+", stored)))
    return re.fullmatch(pattern, presented) is not None


def _compare_joined(
    stored: StoredSubject, printed: NameComparison, presented: DistinguishedName
) -> NameComparison:
    if stored.apart and printed.relation is Relation.EQUAL:
        return printed
    if sum(map(len, _lines_to_join(stored))) > _LONGEST:
        return _cannot_join(stored, printed)
    joined = {text: _compare_damaged(text, presented) for text in _joined(stored)}
    whole = next((text for text, names in joined.items() if names.relation is Relation.EQUAL), None)
    equal = [names.relation is Relation.EQUAL for names in (printed, *joined.values())]
    if all(equal):
        return printed
    if printed.relation is Relation.DIFFERENT and not any(equal) and not _is_spread(stored, presented):
        return printed
    return _cannot_join(stored, printed, whole)


def _cannot_join(stored: StoredSubject, printed: NameComparison, whole: str | None = None) -> NameComparison:
    """The reason where the readings differ; ``whole`` is a joined text that is the name presented."""
    reasons = [
        f"the row may continue on the next line, so its name cannot be compared: {_shown(stored.more)}"
    ]
    if printed.relation is Relation.EQUAL:
        reasons.append("as printed, its name is the one presented")
    elif whole is not None:
        reasons.append(f"joined, its name is the one presented: {_shown((whole,))}")
    return _unreadable(*reasons)


def _joined(stored: StoredSubject) -> Iterator[str]:
    """The row's text with some of the following lines, joined with nothing and with a blank."""
    raw, *lines = _lines_to_join(stored)
    for first in range(len(lines)):
        for last in range(first + 1, len(lines) + 1):
            for glue in ("", " "):
                yield glue.join((raw, *lines[first:last]))


def _lines_to_join(stored: StoredSubject) -> tuple[str, ...]:
    """The row's own text, and of the lines after it the first ones and the last."""
    lines = stored.more[:_MOST_JOINED]
    if len(stored.more) > _MOST_JOINED:
        lines = (*lines[:-1], stored.more[-1])
    return (stored.raw, *lines)


def _is_spread(stored: StoredSubject, presented: DistinguishedName) -> bool:
    """Whether the row's text begins the presented name and pieces of the following lines complete it."""
    lines = [_squeezed(text) for text in (stored.raw, *stored.more)]
    if sum(map(len, lines)) > _LONGEST:
        return True
    return any(_covers(lines, _squeezed(form)) for form in renderings(presented))


def _covers(lines: list[str], name: str) -> bool:
    """Whether a name is a beginning of the first line, followed by at most one piece of each further line."""
    if len(name) > _LONGEST:
        return True
    reached = _common(lines[0], name)
    for line in lines[1:]:
        end = 0
        for start in range(reached + 1):
            end = max(end, start)
            while end < len(name) and name[start : end + 1] in line:
                end += 1
        reached = max(reached, end)
    return reached == len(name)


def _may_be_cut(stored: StoredSubject, presented: DistinguishedName) -> bool:
    """Whether the text may be the beginning of the presented name, with the rest elsewhere."""
    begun = _squeezed(stored.raw)
    rests = [form[len(begun) :] for form in map(_squeezed, renderings(presented)) if form.startswith(begun)]
    return any(stored.unfinished or _NEXT_ROW.match(rest) for rest in rests)


def _common(text: str, name: str) -> int:
    """Characters that both begin with."""
    pairs = zip(text, name, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(text), len(name)))


def _squeezed(text: str) -> str:
    """Without blanks and case, and with the characters of a terminal."""
    return "".join(plain(text).lower().split())


def _unreadable(*reasons: str) -> NameComparison:
    return NameComparison(Relation.UNREADABLE, False, None, (), reasons)


def _shown(lines: tuple[str, ...]) -> str:
    text = " / ".join(lines[:_MOST_JOINED])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
