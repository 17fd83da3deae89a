"""A record as one HTML file that prints well and loads nothing from anywhere."""

from collections.abc import Iterator, Sequence
from html import escape

from tofutui.report.record.sections import Grid, Lines, RecordFacts, RecordSection

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
.none { color: #555; } .pass { color: #0a6b2d; font-weight: 600; } .fail { color: #a80000; font-weight: 600; }
.warn { color: #8a5a00; font-weight: 600; } summary { cursor: pointer; padding: .3em 0; }
@media screen { details:not([open]) + table { display: none; } }
@media print {
  details { display: none; }
  body { margin: 0; max-width: none; font-size: 9pt; } h2 { break-after: avoid; } tr { break-inside: avoid; }
  thead { display: table-header-group; } @page { size: A4 landscape; margin: 12mm; }
}
"""
_LOOKS = {
    "pass": "pass", "gone": "pass", "came back": "pass", "done": "pass",
    "fail": "fail", "still there": "fail", "unknown": "fail", "refused": "fail",
    "warn": "warn", "cannot tell": "warn", "not sent": "warn", "skipped": "warn",
}  # fmt: skip
FOLDED_FROM = 40
"""Tables with more lines are folded on the screen; paper shows all of them."""
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
    facts = [pair for block in parts[0].blocks if isinstance(block, RecordFacts) for pair in block.pairs]
    pairs = dict(facts)
    what = f"run {pairs['Run']}" if "Run" in pairs else f"since {pairs.get('Since', '')}"
    return f"{parts[0].title}: {pairs.get('Session', '')} {what}"


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
    if len(block.rows) > FOLDED_FROM:
        # the table follows it: a browser prints nothing of what a closed one holds
        yield f"<details><summary>{len(block.rows)} lines</summary></details>"
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
    look = _looks(text) if name in ("Result", "Outcome", "State") else ""
    if look:
        return f'<td class="{look}">{shown}</td>'
    return f"<td><code>{shown}</code></td>" if name in ("Command", "Row") else f"<td>{shown}</td>"


def _looks(text: str) -> str:
    """The class of a result; the word itself is always there."""
    return next((look for word, look in _LOOKS.items() if text.casefold().startswith(word)), "")
