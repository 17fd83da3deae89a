"""What is remembered of a row as a time line: what happened when, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tofutui.tofu.base.text import short_sha256
from tofutui.tofu.judgement.row_history import Beginning, Incarnation, Past, Shown


class TimelineEvent(StrEnum):
    """What happened."""

    BEGAN = "began"
    PRESENTED = "presented"
    """The endpoint presented a certificate that it had not presented just before."""
    SILENT = "silent"
    """The newest look at which it presented nothing, if that is newer than its last certificate."""
    SEEN = "last-seen"
    """The newest listing that shows the row."""
    WENT = "went"


_BEGINNINGS = {
    Beginning.FIRST: "first seen; its age at that time is not known",
    Beginning.APPEARED: "appeared",
    Beginning.TEXT: "its text changed",
    Beginning.REDEPLOYED: "the node showed another SSH host key",
    Beginning.LEARNED: "the operator said that the node learned it again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One thing that happened to a row."""

    at: datetime
    event: TimelineEvent
    text: str
    """A few words; without fingerprints and times that have a place of their own here."""
    stored: str | None = None
    """The row's text, at its beginning."""
    beginning: Beginning | None = None
    sha256: str | None = None
    """The certificate presented; at a beginning, the one that the node was watched learning."""
    not_before: datetime | None = None
    baseline: str | None = None
    """How and where the endpoint was asked, if that was not always the same."""


def timeline(past: Past) -> tuple[TimelineItem, ...]:
    """Everything remembered of a row, the oldest first."""
    shown = [span for life in past.incarnations for span in life.shown]
    several = len({span.baseline for span in shown}) > 1
    lives = past.incarnations
    story: list[TimelineItem] = []
    for number, life in enumerate(lives):
        before = lives[number - 1] if number else None
        after = lives[number + 1] if number + 1 < len(lives) else None
        items = [_began(life, before), *_presented(life, several), *_end(life, after)]
        story += sorted(items, key=lambda item: item.at)
    return tuple(story)


def _began(life: Incarnation, before: Incarnation | None) -> TimelineItem:
    text = _BEGINNINGS[life.beginning]
    if life.beginning is Beginning.APPEARED and before is not None:
        text = "came back"
    if life.absent_at is not None and life.beginning is Beginning.APPEARED:
        text += f"; not in the listing of {life.absent_at:%Y-%m-%d %H:%M:%S} UTC"
    if life.known_sha256 is not None:
        text += "; the same certificate was presented before and after that"
    return TimelineItem(
        at=life.began,
        event=TimelineEvent.BEGAN,
        text=text,
        stored=life.text,
        beginning=life.beginning,
        sha256=life.known_sha256,
    )


def _presented(life: Incarnation, several: bool) -> Iterator[TimelineItem]:
    newest: dict[str, Shown] = {}
    for span in life.shown:
        before = newest.get(span.baseline)
        text = f"instead of {short_sha256(before.sha256)}" if before is not None else ""
        newest[span.baseline] = span
        yield TimelineItem(
            at=span.first,
            event=TimelineEvent.PRESENTED,
            text=text,
            sha256=span.sha256,
            not_before=span.not_before,
            baseline=span.baseline if several else None,
        )
    if life.ended is None:
        for baseline, span in newest.items():
            if span.silent is not None and span.silent > span.last:
                where = baseline if several else None
                yield TimelineItem(
                    at=span.silent, event=TimelineEvent.SILENT, text="no certificate", baseline=where
                )


def _end(life: Incarnation, after: Incarnation | None) -> Iterator[TimelineItem]:
    """Gone, unless another one took its place at once; of the one that lasts, when it was seen last."""
    if life.ended is None:
        yield TimelineItem(at=life.last, event=TimelineEvent.SEEN, text="")
    elif after is None or after.beginning is Beginning.APPEARED or after.began != life.ended:
        text = f"last seen {life.last:%Y-%m-%d %H:%M:%S} UTC"
        yield TimelineItem(at=life.ended, event=TimelineEvent.WENT, text=text)
