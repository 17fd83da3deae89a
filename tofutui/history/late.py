"""Where a look belongs that is taken over after a newer one: another process was faster.

Pure: what is remembered of one row goes in, what is to be remembered instead comes out. The order in which
looks arrive must not decide what the history says of a row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tofutui.tofu.judgement.row_history import Beginning, Incarnation, RowSeen, Shown

Lives = tuple[Incarnation, ...]
Spans = tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A late look's place among the complete listings taken over already."""

    at: datetime
    before: datetime | None
    """The newest one before it that is remembered."""
    after: datetime
    """The oldest one after it that is remembered."""


def lives_with(lives: Iterable[Incarnation], key: str, text: str | None, when: Between) -> Lives:
    """The incarnations of a row, given that a listing at that time shows it with this text (None: does not).

    Where it contradicts what lasted until now, that ends and begins anew with the next listing.
    """
    held = sorted(lives, key=lambda life: life.began)
    covering = next((life for life in held if _covers(life, when.at)), None)
    if covering is None:
        found = _absent(held, when) if text is None else _present(held, key, text, when)
    elif covering.text == text:
        found = [replace(x, last=max(x.last, when.at)) if x is covering else x for x in held]
    else:
        found = [life for life in held if life is not covering] + _parted(covering, text, when)
    return tuple(sorted(found, key=lambda life: life.began))


def unless_doubted(lives: Lives, seen: RowSeen, at: datetime) -> Lives:
    """The incarnations without what a probe at that time takes from them.

    A certificate counts as learned only if every probe around the learning showed it, the first one after it
    thoroughly.
    """
    following = next((life for life in lives if life.began >= at), None)
    unasked = seen.sha256 is None and seen.asked_at is None and following is not None and following.began > at
    if following is None or following.known_sha256 is None or unasked:
        return lives
    thorough = seen.sole or following.began > at
    if following.known_sha256 == seen.sha256 and thorough:
        return lives
    return tuple(replace(x, known_sha256=None) if x is following else x for x in lives)


def spans_with(spans: Iterable[Shown], seen: RowSeen, when: Between) -> Spans:
    """What was presented when, given that this was presented then."""
    held = sorted(spans, key=lambda span: span.first)
    at = when.at
    if seen.sha256 is None:
        newest = held[-1] if held else None
        if newest is not None and newest.last < at and seen.asked_at is not None:
            held[-1] = replace(newest, silent=max(newest.silent or at, at))
        return tuple(held)
    around = next((span for span in held if span.first <= at <= span.last), None)
    if around is not None:
        rest = [span for span in held if span is not around]
        held = rest + _around(around, seen, when)
    else:
        held = _into_gap(held, seen, at)
    return tuple(sorted(held, key=lambda span: span.first))


def _covers(life: Incarnation, at: datetime) -> bool:
    return life.began <= at and (life.ended is None or at < life.ended)


def _parted(life: Incarnation, text: str | None, when: Between) -> list[Incarnation]:
    """A life that a contradiction in its middle makes two, with another between if there was another text."""
    at = when.at
    seen_before = when.before if when.before is not None and when.before >= life.began else life.began
    parts = [replace(life, ended=at, last=min(life.last, seen_before))] if life.began < at else []
    end = life.ended
    resumed = min(when.after, life.last) if life.last > at else when.after
    if life.ended is None or (life.last > at and resumed < life.ended):
        end = resumed
        beginning = Beginning.APPEARED if text is None else Beginning.TEXT
        absent_at = at if text is None else None
        parts.append(replace(life, beginning=beginning, began=end, known_sha256=None, absent_at=absent_at))
    if text is not None:
        parts.append(
            Incarnation(key=life.key, text=text, beginning=Beginning.TEXT, began=at, last=at, ended=end)
        )
    return parts


def _present(held: Sequence[Incarnation], key: str, text: str, when: Between) -> list[Incarnation]:
    """The row was seen where nothing says that it was there."""
    following = next((life for life in held if life.began > when.at), None)
    touches = following is not None and following.began <= when.after
    appeared = following is not None and following.beginning in (Beginning.FIRST, Beginning.APPEARED)
    if following is not None and touches and appeared:
        if following.text == text:  # it began earlier than thought
            return [replace(x, began=when.at) if x is following else x for x in held]
        changed = replace(following, beginning=Beginning.TEXT, known_sha256=None, absent_at=None)
        held = [changed if x is following else x for x in held]
    end = when.after if following is None else min(when.after, following.began)
    first = when.before is None
    beginning = Beginning.FIRST if first else Beginning.APPEARED
    new = Incarnation(
        key=key,
        text=text,
        beginning=beginning,
        began=when.at,
        last=when.at,
        ended=end,
        absent_at=when.before,
    )
    return [*held, new]


def _absent(held: Sequence[Incarnation], when: Between) -> list[Incarnation]:
    """The row was missing where nothing says that it was there: the next look may have seen it come."""
    following = next((life for life in held if life.began > when.at), None)
    if following is None or following.beginning not in (Beginning.FIRST, Beginning.APPEARED):
        return list(held)
    absent = max(following.absent_at or when.at, when.at)
    seen = replace(following, beginning=Beginning.APPEARED, absent_at=absent)
    return [seen if life is following else life for life in held]


def _around(span: Shown, seen: RowSeen, when: Between) -> list[Shown]:
    """A span in which this was presented at some time."""
    at = when.at
    if span.sha256 == seen.sha256:
        return [replace(span, sole=span.sole or seen.sole)]
    parts = [shown(seen, at)]
    if span.first < at:
        until = when.before if when.before is not None and when.before > span.first else span.first
        parts.append(replace(span, last=until, silent=None))
    if span.last > at:
        parts.append(replace(span, first=min(when.after, span.last)))
    return parts if len(parts) > 1 else [span, *parts]


def _into_gap(held: Sequence[Shown], seen: RowSeen, at: datetime) -> list[Shown]:
    before = next((span for span in reversed(held) if span.last < at), None)
    after = next((span for span in held if span.first > at), None)
    for old, new in (
        (before, before and replace(before, last=at, sole=before.sole or seen.sole)),
        (after, after and replace(after, first=at, sole=after.sole or seen.sole)),
    ):
        if old is not None and new is not None and old.sha256 == seen.sha256:
            return [new if span is old else span for span in held]
    return [*held, shown(seen, at)]


def shown(seen: RowSeen, at: datetime) -> Shown:
    """What a probe at that time begins."""
    assert seen.sha256 is not None
    return Shown(
        sha256=seen.sha256,
        first=at,
        last=at,
        not_before=seen.not_before,
        sole=seen.sole,
        baseline=seen.baseline,
    )
