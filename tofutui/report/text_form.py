"""A comparison for people: the summary, a table per node, then the commands in the order of a plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tofutui.report.lines_form import marks
from tofutui.report.phrases import (
    NAMES_PROVE_NOTHING,
    failure_line,
    has_only_names,
    incomplete,
    node_line,
    reason,
    summary_line,
    utc,
)
from tofutui.report.row_sides import sides
from tofutui.report.trust_form import trust_lines
from tofutui.tofu.base.text import cells_of, safe, short_sha256
from tofutui.tofu.deletion.plan import in_order
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the text form is drawn; without arguments as a file or a pipe gets it."""

    ascii_: bool = False
    color: bool = False
    width: int | None = None
    """Columns of the terminal; None where there is none, then every row is one line."""


PLAIN = TextStyle()
_HEAD = ("VERDICT", "HOST:PORT", "STORED", "", "PRESENTED", "ISSUED", "EXPIRES", "SHA-256", "REASON")
_BELOW = ("", "", "", "", "", "issued ", "expires ", "SHA-256 ", "")
"""What a value is called where it is not in its column."""
_NAMES = 5
"""How many columns come before those of the certificate."""
_WIDEST = 48
"""Cells; a longer value does not widen its column, it pushes what follows to the right."""
_GAP = "  "
_INDENT = "      "
_OWN = "own rows, about the node itself: the procedure leaves them alone"
_BOLD, _MUTED = "1", "2"
_ROLE_COLORS = {Role.PRIMARY: "1;36", Role.SECONDARY: "1;35"}
_COLORS = {
    Verdict.MISMATCH: "1;31",
    Verdict.SUSPECT: "1;33",
    Verdict.PROVEN: "32",
    Verdict.NO_ANSWER: "33",
    Verdict.UNREADABLE: "33",
}
"""SGR parameters from the sixteen colours that the user's terminal defines."""


class _Row(NamedTuple):
    entry: Entry
    cells: tuple[str, ...]
    """One text for each column of `_HEAD`, fit for a terminal."""


def to_text(comparison: Comparison, style: TextStyle = PLAIN) -> str:
    """The whole report; no line of it is cut."""
    return "".join(line.rstrip() + "\n" for line in _lines(comparison, style))


def _lines(comparison: Comparison, style: TextStyle) -> Iterator[str]:
    session = comparison.session
    title = f"  {session.title}" if session.title else ""
    yield _painted(safe(f"SESSION {session.name}{title}"), _BOLD, style)
    yield _painted(safe(f"SUMMARY {summary_line(comparison)}"), _BOLD, style)
    if comparison.taken_at:
        yield safe(f"taken {utc(comparison.taken_at)}, certificates seen from {comparison.seen_from}")
    for role in session.roles:
        yield from _node(comparison.nodes[role], style)
    yield from _commands(comparison, style)
    yield from _section(map(safe, trust_lines(comparison)))
    yield from _section(map(safe, _notes(comparison)))


def _section(lines: Iterator[str]) -> Iterator[str]:
    """Lines after a blank one; nothing if there are none."""
    for number, line in enumerate(lines):
        if number == 0:
            yield ""
        yield line


def _notes(comparison: Comparison) -> Iterator[str]:
    yield from map(failure_line, comparison.failures)
    yield from (f"{cause.text} | {cause.line}" for cause in comparison.not_tofu)
    if has_only_names(comparison):
        yield NAMES_PROVE_NOTHING


def _node(node: NodeView, style: TextStyle) -> Iterator[str]:
    yield ""
    head = safe(f"{node.role.word} {node.hostname or '(host name not seen)'}")
    yield f"{_painted(head, _ROLE_COLORS[node.role], style)}  {safe(node_line(node))}"
    for warning in filter(None, (incomplete(node), *node.notices)):
        yield _painted(safe(f"! {warning}"), _COLORS[Verdict.SUSPECT], style)
    rows = node.ordered()
    if rows:
        yield from _table(rows, style)
    else:
        yield "  no row" if node.complete else "  no row was read"


def _table(entries: Sequence[Entry], style: TextStyle) -> Iterator[str]:
    rows = [_Row(entry, _cells(entry, style)) for entry in entries]
    columns = zip(_HEAD, *(row.cells for row in rows), strict=True)
    widths = [max(filter(_WIDEST.__ge__, map(cells_of, column))) for column in columns]
    shape = _Shape.of(widths, style.width)
    yield _painted(shape.first_line(_HEAD), _MUTED, style)
    for row in rows:
        if row.entry.who.is_remote:
            yield from _drawn(row, shape, style)
    own = [row for row in rows if not row.entry.who.is_remote]
    if own:
        yield _painted(f"  {_OWN}", _MUTED, style)
    for row in own:
        yield from _drawn(row, shape, style)


class _Shape(NamedTuple):
    """How a table's columns are laid out: all in one line, or the last of them below."""

    widths: list[int]
    ends: tuple[int, ...]
    """The column after the last of each line of a row."""

    @classmethod
    def of(cls, widths: list[int], room: int | None) -> "_Shape":
        """One line where it fits; else the reason goes below, then the certificate's columns too."""
        count = len(_HEAD)
        for ends in ((count,), (count - 1, count)):
            if room is None or len(_GAP) + sum(widths[: ends[0]]) + len(_GAP) * (ends[0] - 1) <= room:
                return cls(widths, ends)
        return cls(widths, (_NAMES, count - 1, count))

    def first_line(self, cells: Sequence[str]) -> str:
        """The columns of a row's first line, aligned."""
        return (_GAP + _GAP.join(self._padded(cells, number) for number in range(self.ends[0]))).rstrip()

    def lines_below(self, cells: Sequence[str]) -> Iterator[str]:
        """The other lines of a row, each column with its name where it has lost its place."""
        for start, end in zip(self.ends, self.ends[1:], strict=False):
            words = [f"{_BELOW[n]}{cells[n]}" for n in range(start, end) if cells[n]]
            if words:
                yield _INDENT + ", ".join(words)

    def _padded(self, cells: Sequence[str], number: int) -> str:
        return cells[number] + " " * (self.widths[number] - cells_of(cells[number]))


def _drawn(row: _Row, shape: _Shape, style: TextStyle) -> Iterator[str]:
    first = shape.first_line(row.cells)
    if row.entry.who.is_remote:
        word = row.cells[0]
        yield first.replace(word, _painted(word, _COLORS.get(row.entry.verdict, ""), style), 1)
        yield from shape.lines_below(row.cells)
    else:
        yield _painted(first, _MUTED, style)
        yield from (_painted(line, _MUTED, style) for line in shape.lines_below(row.cells))


def _cells(entry: Entry, style: TextStyle) -> tuple[str, ...]:
    look, pair, certificate = entry.verdict.look, sides(entry), entry.presented.certificate
    said = " ".join((reason(entry), *(f"({mark})" for mark in marks(entry))))
    cells = (
        f"{look.ascii if style.ascii_ else look.glyph} {look.word}",
        _place(entry),
        pair.stored,
        _sign(pair.equal, style),
        pair.presented,
        _day(certificate.not_before) if certificate else "",
        _day(certificate.not_after) if certificate else "",
        short_sha256(certificate.sha256) if certificate else "",
        said,
    )
    return tuple(map(safe, cells))


def _place(entry: Entry) -> str:
    return str(entry.endpoint) if entry.endpoint else entry.key or "-"


def _sign(equal: bool | None, style: TextStyle) -> str:
    if equal is None:
        return ""
    return "=" if equal else "!=" if style.ascii_ else "≠"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def _commands(comparison: Comparison, style: TextStyle) -> Iterator[str]:
    """The commands for the stale rows of remote hosts; they hold nothing but plain keys."""
    stale = [entry for entry in comparison.entries() if entry.is_stale_remote and entry.delete_command]
    if stale:
        yield from ("", "to delete, in this order:")
    for entry in in_order(stale):
        node = comparison.nodes[entry.role]
        whose = safe(f"{entry.role.word} {node.hostname or node.shown_address}")
        yield f"  {_painted(whose, _ROLE_COLORS[entry.role], style)}  $ {entry.delete_command}"


def _painted(text: str, sgr: str, style: TextStyle) -> str:
    return f"\x1b[{sgr}m{text}\x1b[0m" if style.color and sgr else text
