"""A record as one HTML file that prints well and loads nothing from anywhere."""

from collections.abc import Iterator, Sequence
from html import escape

from tofutui.report.record_sections import Grid, Lines, RecordFacts, RecordSection

_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 2em auto;
  max-width: 75em; padding: 0 1em; }
h1 { font-size: 1.7em; } h2 { font-size: 1.2em; margin-top: 1.8em; border-bottom: 1px solid #999; }
table { border-collapse: collapse; width: 100%; margin: .6em 0; }
caption { text-align: left; font-weight: 600; padding: .3em 0; }
th, td { border: 1px solid #bbb; padding: .25em .5em; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #eee; } code { font-family: ui-monospace, monospace; font-size: .95em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2em 1.2em; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
.none { color: #555; }
@media print {
  body { margin: 0; max-width: none; font-size: 9pt; } h2 { break-after: avoid; } tr { break-inside: avoid; }
  thead { display: table-header-group; } @page { size: A4 landscape; margin: 12mm; }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NOTHING = '<p class="none">None.</p>'


def to_html(parts: Sequence[RecordSection]) -> str:
    """The whole record; the policy in it forbids whatever would be loaded."""
    body = "\n".join(line for number, part in enumerate(parts) for line in _section(part, number))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_title(parts))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n"
        "</body>\n</html>\n"
    )


def _title(parts: Sequence[RecordSection]) -> str:
    facts = parts[0].blocks[0]
    pairs = dict(facts.pairs) if isinstance(facts, RecordFacts) else {}
    return f"{parts[0].title}: {pairs.get('Session', '')} run {pairs.get('Run', '')}"


def _section(part: RecordSection, number: int) -> Iterator[str]:
    level = "h1" if number == 0 else "h2"
    yield f"<{level}>{escape(part.title)}</{level}>"
    for block in part.blocks:
        if isinstance(block, RecordFacts):
            yield from _facts(block)
        elif isinstance(block, Lines):
            yield from ("<ul>", *(f"<li>{escape(text)}</li>" for text in block.texts), "</ul>")
        else:
            yield from _grid(block)


def _facts(block: RecordFacts) -> Iterator[str]:
    if not block.pairs:
        yield _NOTHING
        return
    pairs = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in block.pairs)
    yield from ("<dl>", *pairs, "</dl>")


def _grid(block: Grid) -> Iterator[str]:
    if not block.rows:
        yield from ([f"<p><strong>{escape(block.caption)}</strong></p>"] if block.caption else [])
        yield _NOTHING
        return
    yield "<table>"
    if block.caption:
        yield f"<caption>{escape(block.caption)}</caption>"
    heads = "".join(f"<th>{escape(name)}</th>" for name in block.head)
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in block.rows:
        cells = "".join(_cell(name, text) for name, text in zip(block.head, row, strict=True))
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"


def _cell(name: str, text: str) -> str:
    shown = escape(text)
    return f"<td><code>{shown}</code></td>" if name in ("Command", "Row") else f"<td>{shown}</td>"
