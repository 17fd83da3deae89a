"""Several sessions in one report: their own reports one after the other, and a line for each at the end."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tofutui.report.phrases import summary_line
from tofutui.tofu.base.text import safe
from tofutui.tofu.judgement.comparison import Comparison

_NAME_CELLS = 32


@dataclass(frozen=True, slots=True)
class SessionLine:
    """What the table at the end says of one session."""

    name: str
    code: int
    complete: bool
    words: str
    """How many remote rows carry which verdict."""


def line_of(comparison: Comparison, *, strict: bool = False) -> SessionLine:
    """The line of one comparison; ``strict`` is that of its exit code."""
    return SessionLine(
        comparison.session.name,
        comparison.exit_code(strict=strict),
        comparison.complete,
        summary_line(comparison).removesuffix(", not complete"),
    )


def joined(reports: Sequence[tuple[str, str]], fmt: str) -> str:
    """Rendered reports, each with its session's name, as one: one JSON document, or one after the other.

    Lines for scripts do not name their session, so that a line ``SESSION name`` comes before them.
    """
    if fmt == "lines":
        return "".join(f"SESSION {safe(name)}\n{report}" for name, report in reports)
    if fmt != "json":
        return "\n".join(report for _, report in reports)
    sessions = ",\n".join(textwrap.indent(report.rstrip("\n"), "  ") for _, report in reports)
    return f'{{\n "schema": 1,\n "sessions": [\n{sessions}\n ]\n}}\n'


def session_table(lines: Sequence[SessionLine], worst: int) -> str:
    """One line a session, in the order given; none of them begins like the line of a row."""
    return "".join(safe(line) + "\n" for line in _table(lines, worst))


def _table(lines: Sequence[SessionLine], worst: int) -> Iterator[str]:
    width = min(max((len(safe(line.name)) for line in lines), default=0), _NAME_CELLS)
    yield f"SESSIONS {len(lines)}"
    for line in lines:
        state = "complete" if line.complete else "not complete"
        yield f"  {safe(line.name).ljust(width)}  exit {line.code}  {state.ljust(12)}  {line.words}"
    yield f"EXIT {worst}, the worst of them"
