"""What is remembered of the rows of a session, as text, JSON and Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tofutui.history.statements import Statement
from tofutui.report.json_form import Json, dump
from tofutui.report.markdown_form import code, escape
from tofutui.report.phrases import utc
from tofutui.tofu.base.text import safe
from tofutui.tofu.judgement.evidence import BrowserWord
from tofutui.tofu.judgement.row_history import NodeSeen, Past
from tofutui.tofu.judgement.timeline import TimelineEvent, TimelineItem, timeline

NOTHING = "nothing is remembered"
_HEAD = ("When", "What", "SHA-256", "Valid from", "Details")
_WIDTH = max(len(event) for event in TimelineEvent)


@dataclass(frozen=True, slots=True)
class NodePast:
    """What is remembered of one node's rows, by key."""

    node: NodeSeen
    rows: dict[str, Past]


def render_history(
    session: str, nodes: Sequence[NodePast], fmt: str, version: str, said: Sequence[Statement] = ()
) -> str:
    """The history of a session's rows in one of `tofutui.report.FORMATS`, with a final line feed.

    ``said`` is what the operators stated about the rows, and entered of the browser's words.
    """
    if fmt == "json":
        statements = {"statements": [_said(kept) for kept in said]} if said else {}
        return dump(_document(session, nodes, version) | statements)
    if fmt == "markdown":
        lines = [*_markdown(session, nodes), *_markdown_said(said)]
    else:
        lines = [safe(line) for line in (*_text(session, nodes), *_text_said(said))]
    return "".join(line.rstrip() + "\n" for line in lines)


def _document(session: str, nodes: Sequence[NodePast], version: str) -> Json:
    return {
        "schema": 1,
        "tool": f"tofutui {version}",
        "session": session,
        "nodes": [
            {
                "role": kept.node.role,
                "address": kept.node.address,
                "listed": utc(kept.node.listed) if kept.node.listed else None,
                "rows": [_row(key, past) for key, past in kept.rows.items()],
            }
            for kept in nodes
        ],
    }


def _row(key: str, past: Past) -> Json:
    return {
        "key": key,
        "present": past.current is not None,
        "timeline": [_item(item) for item in timeline(past)],
    }


def _item(item: TimelineItem) -> Json:
    return {
        "at": utc(item.at),
        "event": str(item.event),
        "beginning": str(item.beginning) if item.beginning else None,
        "stored": item.stored,
        "sha256": item.sha256,
        "not_before": utc(item.not_before) if item.not_before else None,
        "asked": item.baseline,
        "text": item.text,
    }


def _said(kept: Statement) -> Json:
    word = kept.word
    return {
        "kind": str(kept.kind),
        "at": utc(word.at),
        "by": word.by,
        "role": str(word.role) if isinstance(word, BrowserWord) and word.role else None,
        "host": None if isinstance(word, BrowserWord) else word.host,
        "port": None if isinstance(word, BrowserWord) else word.port,
        "text": word.text if isinstance(word, BrowserWord) else "re-issued",
        "taken_back_at": utc(kept.taken_back_at) if kept.taken_back_at else None,
        "taken_back_by": kept.taken_back_by or None,
    }


def sentence(kept: Statement) -> str:
    """A statement, and whether it was taken back."""
    word = kept.word
    if isinstance(word, BrowserWord):
        text = f"browser of {word.role.word}: {word.text}" if word.role else f"browser: {word.text}"
    else:
        text = f"{word.host}{'' if word.port is None else f', port {word.port}'} was re-issued"
    if kept.taken_back_at is None:
        return text
    return f"{text}; taken back {utc(kept.taken_back_at)} by {kept.taken_back_by}"


def _text_said(said: Sequence[Statement]) -> Iterator[str]:
    if said:
        yield ""
    for kept in said:
        yield f"SAID  {utc(kept.word.at)}  {kept.word.by}  {kept.kind}: {sentence(kept)}"


def _markdown_said(said: Sequence[Statement]) -> Iterator[str]:
    if not said:
        return
    yield from ("", "## Statements", "", "| When | By | Kind | Statement |", "| --- | --- | --- | --- |")
    for kept in said:
        yield f"| {utc(kept.word.at)} | {escape(kept.word.by)} | {kept.kind} | {escape(sentence(kept))} |"


def _text(session: str, nodes: Sequence[NodePast]) -> Iterator[str]:
    """Only the lines of rows begin with a role in lower case, as those of `check` do."""
    yield f"SESSION {session}"
    if not nodes:
        yield NOTHING
    for kept in nodes:
        yield ""
        yield _node_line(kept)
        width = min(max((len(safe(key)) for key in kept.rows), default=0), 50)
        for key, past in kept.rows.items():
            yield ""
            for item in timeline(past):
                columns = (kept.node.role, safe(key).ljust(width), utc(item.at), item.event.ljust(_WIDTH))
                yield "  ".join((*columns, "; ".join(_details(item))))


def _node_line(kept: NodePast) -> str:
    listed = f"last complete listing {utc(kept.node.listed)}" if kept.node.listed else "no complete listing"
    rows = "" if kept.rows else f", {NOTHING}"
    return f"{kept.node.role.upper()} {kept.node.address}, {listed}{rows}"


def _details(item: TimelineItem) -> Iterator[str]:
    if item.event is TimelineEvent.PRESENTED and item.sha256:
        begin = f", valid from {utc(item.not_before)}" if item.not_before else ""
        yield f"SHA-256 {item.sha256}{begin}"
    yield from _words(item)


def _words(item: TimelineItem) -> Iterator[str]:
    if item.text:
        yield item.text
    if item.baseline:
        yield f"probed {item.baseline}"
    if item.stored:
        yield f"subject= {item.stored}"


def _markdown(session: str, nodes: Sequence[NodePast]) -> Iterator[str]:
    yield f"# What was seen of the rows of {escape(session)}"
    if not nodes:
        yield from ("", NOTHING.capitalize() + ".")
    for kept in nodes:
        yield from ("", f"## {escape(_node_line(kept))}")
        for key, past in kept.rows.items():
            yield from ("", f"### {code(key)}", "")
            yield from (f"| {' | '.join(_HEAD)} |", f"|{' --- |' * len(_HEAD)}")
            for item in timeline(past):
                yield f"| {' | '.join(_cells(item))} |"


def _cells(item: TimelineItem) -> tuple[str, ...]:
    return (
        utc(item.at),
        str(item.event),
        code(item.sha256) if item.sha256 else "",
        utc(item.not_before) if item.not_before else "",
        escape("; ".join(_words(item))),
    )
