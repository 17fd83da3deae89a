"""The time line of a row as lines. Knows no Textual."""

from collections.abc import Iterator, Sequence

from tofutui.tofu.judgement.evidence import OperatorWord, Word
from tofutui.tofu.judgement.row_history import Past
from tofutui.tofu.judgement.timeline import TimelineEvent, TimelineItem, timeline
from tofutui.ui.text.spans import Line, Tone, fit, labelled, line, wrap
from tofutui.ui.text.vocabulary import day, fingerprint, moment

NOTHING = "there is no history of this row"
_WORD = 11
_QUOTED = 200
"""Characters of the browser's words that are shown."""
_TONES = {
    TimelineEvent.BEGAN: Tone.STRONG,
    TimelineEvent.PRESENTED: Tone.TEXT,
    TimelineEvent.SILENT: Tone.NO_ANSWER,
    TimelineEvent.SEEN: Tone.MUTED,
    TimelineEvent.WENT: Tone.STRONG,
}


def past_lines(past: Past, width: int, nothing: str = NOTHING) -> list[Line]:
    """What was seen of a row, the oldest first, each with its time."""
    items = timeline(past)
    lines = [line("seen over time", Tone.HEAD)]
    if not items:
        return [*lines, line("  " + nothing, Tone.MUTED)]
    return [*lines, *(part for item in items for part in _item(item, width))]


def said_lines(words: Sequence[Word], width: int) -> list[Line]:
    """What operators stated about a row and entered of the browser's words, the oldest first."""
    return [part for word in words for part in labelled("said", [said_words(word)], width)]


def said_words(word: Word) -> str:
    """Who stated what and when."""
    by = word.by or "from the command line"
    if isinstance(word, OperatorWord):
        ports = "" if word.port is None else f", port {word.port}"
        return f"{moment(word.at)}, {by}: {word.host}{ports} was re-issued"
    where = f"browser of {word.role.word}" if word.role else "browser"
    return f"{moment(word.at)}, {by}, {where}: {word.text[:_QUOTED]}"


def _item(item: TimelineItem, width: int) -> Iterator[Line]:
    when = f"  {moment(item.at)}  "
    tone = _TONES[item.event]
    texts = [part for text in _texts(item) for part in wrap(text, width - len(when) - _WORD)]
    word = fit(item.event.value.replace("-", " "), _WORD)
    yield (when, Tone.MUTED), (word, tone), (texts[0] if texts else "", tone)
    for text in texts[1:]:
        yield (" " * (len(when) + _WORD), tone), (text, tone)
    if item.event is TimelineEvent.PRESENTED and item.sha256:
        for part in fingerprint(item.sha256, width - 4):
            yield (("    " + part, Tone.TEXT),)


def _texts(item: TimelineItem) -> Iterator[str]:
    if item.event is TimelineEvent.PRESENTED:
        begin = f", valid from {day(item.not_before)}" if item.not_before else ""
        yield f"{item.text or 'this certificate'}{begin}"
    elif item.text:
        yield item.text
    if item.baseline:
        yield f"probed {item.baseline}"
    if item.stored:
        yield f"subject= {item.stored}"
