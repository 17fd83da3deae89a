"""A record as Markdown for a change ticket."""

from collections.abc import Iterator, Sequence

from tofutui.report.markdown_form import code, escape
from tofutui.report.record.sections import Grid, Lines, RecordFacts, RecordSection


def to_markdown(parts: Sequence[RecordSection]) -> str:
    """The whole record."""
    return "\n".join(line for number, part in enumerate(parts) for line in _section(part, number)) + "\n"


def _section(part: RecordSection, number: int) -> Iterator[str]:
    if number:
        yield ""
    yield f"{'#' if number == 0 else '##'} {part.title}"
    for block in part.blocks:
        yield ""
        if isinstance(block, RecordFacts):
            yield from (
                (f"- {name}: {escape(value)}" for name, value in block.pairs) if block.pairs else ("None.",)
            )
        elif isinstance(block, Lines):
            yield from (f"- {escape(text)}" for text in block.texts)
        else:
            yield from _grid(block)


def _grid(block: Grid) -> Iterator[str]:
    if block.caption:
        yield from (f"**{escape(block.caption)}**", "")
    if not block.rows:
        yield "None."
        return
    yield f"| {' | '.join(block.head)} |"
    yield f"|{' --- |' * len(block.head)}"
    for row in block.rows:
        cells = (_cell(name, text) for name, text in zip(block.head, row, strict=True))
        yield f"| {' | '.join(cells)} |"


def _cell(name: str, text: str) -> str:
    return code(text) if name in ("Command", "Row") and text else escape(text)
