"""Saved terminal output -> the lines that a terminal would have shown.

For whole logs of PuTTY, ``script`` and the like: carriage returns, backspaces, redrawn command lines, pagers
that wipe their mark, escape sequences. What lies about rows must not be lost: a row of the table is never
overwritten, and a line that would hide one is given as it was written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tofutui.tofu.base.encodings import decode_text
from tofutui.tofu.cli_output.grammar import (
    CONTROL_SEQUENCE,
    ESCAPE_SEQUENCE,
    SAVED_PAGER,
    SAVED_PROMPT,
    TEXT,
)
from tofutui.tofu.cli_output.saved_text import as_printed, without_prefixes

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TOKEN = re.compile(
    rf"{TEXT}|{CONTROL_SEQUENCE}|(?P<ignored>{ESCAPE_SEQUENCE})"
    r"|(?P<return>\r+)|(?P<back>[\x08\x7f]+)|(?P<tab>\t)|(?P<interrupt>\x03)"
    r"|[\x00-\x1f]"
)
_ROW = re.compile(r"host[ \t]*=", re.IGNORECASE)
_OURS = re.compile(rf"{SAVED_PROMPT.pattern}|[ \t]*(?i:host)[ \t]*=")
"""What a line begins with that a prefix must not hide."""
_LONGEST_MARK = 100
_LONGEST_PROMPT = 300
_FARTHEST = 1_000
"""Columns that one sequence may move the cursor."""
_HEAD = 400
"""Characters that show a recording."""
_PRINTED = "o"
_MOST_EDITS = 2_000
"""Insertions and deletions in one line; each costs as much as the line is long."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was shown."""

    text: str
    paged: bool = False
    """A pager had stopped here."""
    ended: bool = True
    """False for the last line of a file that does not end with a line's end."""


_EMPTY = Line("")


def shown_lines(raw: bytes) -> Iterator[Line]:
    """The lines of a transcript, whatever its encoding and line ends; never raises."""
    text = _text_of(raw)
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            *lines, last = _shown(text[start:])
            yield from (*lines, replace(last, ended=False))
            return
        yield from _shown(text[start:end].rstrip("\r"))
        start = end + 1


def _text_of(raw: bytes) -> str:
    text = as_printed(printed_text(decode_text(raw)))
    text = text if "\n" in text else text.replace("\r", "\n")
    return "\n".join(without_prefixes(text.split("\n"), _OURS))


def _shown(chunk: str) -> list[Line]:
    """The lines that one line of the file makes: more than one where a carriage return ended one."""
    if not chunk:
        return [_EMPTY]
    if not _CONTROL.search(chunk):
        return [_unpaged(chunk, paged=False)]
    row = _Row()
    for token in _TOKEN.finditer(chunk):
        row.take(token, chunk)
    row.end()
    return row.lines


def _unpaged(text: str, *, paged: bool) -> Line:
    mark = SAVED_PAGER.match(text)
    return Line(text[mark.end() :], True) if mark else Line(text, paged)


@dataclass(slots=True)
class _Row:
    """One row of a terminal of endless width."""

    lines: list[Line] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _written: list[str] = field(default_factory=list)
    _cursor: int = 0
    _paged: bool = False
    _edits: int = 0

    def take(self, token: re.Match[str], chunk: str) -> None:
        """The next piece of the file's line."""
        kind = token.lastgroup
        if kind == "text":
            self._write(token.group())
        elif kind == "final":
            self._sequence(token["final"], token["parameters"])
        elif kind == "return":
            self._return(chunk, token.end())
        elif kind == "back":
            self._note_pager()
            self._cursor = max(0, self._cursor - len(token.group()))
        elif kind == "tab":
            self._write(" " * (8 - self._cursor % 8))
        elif kind == "interrupt":
            self._write("^C")

    def end(self) -> None:
        """The line is over."""
        text, written = "".join(self._cells), "".join(self._written)
        if _ROW.search(written) and not _ROW.search(text):
            text = written
        self.lines.append(_unpaged(text, paged=self._paged))
        self._wipe()

    def _wipe(self) -> None:
        self._cells, self._written = [], []
        self._cursor, self._paged = 0, False

    def _write(self, text: str) -> None:
        if self._cursor > len(self._cells):
            self._cells.extend(" " * (self._cursor - len(self._cells)))
        self._cells[self._cursor : self._cursor + len(text)] = text
        self._cursor += len(text)
        self._written.append(text)

    def _note_pager(self) -> bool:
        """Whether a pager's mark is all there is here; once is enough for the line."""
        if self._cursor != len(self._cells) or len(self._cells) > _LONGEST_MARK:
            return False
        is_mark = SAVED_PAGER.fullmatch("".join(self._cells)) is not None
        self._paged = self._paged or is_mark
        return is_mark

    def _return(self, chunk: str, after: int) -> None:
        """A carriage return: the line may be drawn again, wrapped by the terminal, or over."""
        head = "".join(self._cells[:_LONGEST_PROMPT])
        prompt = SAVED_PROMPT.match(head)
        if self._note_pager() or not head.strip():
            paged = self._paged
            self._wipe()
            self._paged = paged
        elif prompt is None:
            self.end()
        elif chunk.startswith(prompt.group().strip(), after):
            self._cursor = 0
        else:  # a long command went on in the terminal's next row; a blank made it wrap
            if self._cells[-1] == " ":
                self._cells.pop()
            self._cursor = len(self._cells)

    def _sequence(self, final: str, parameters: str) -> None:
        number = int(parameters) if parameters.isdecimal() else 0
        count = min(max(number, 1), _FARTHEST)
        self._note_pager()
        if final == "C":
            self._cursor = min(self._cursor + count, len(self._cells) + _FARTHEST)
        elif final == "D":
            self._cursor = max(0, self._cursor - count)
        elif final == "G":
            self._cursor = min(count - 1, len(self._cells) + _FARTHEST)
        elif final in "Hf" or (final == "J" and number == 2):
            self.end()
        elif final in "KJ":
            self._erase(number)
        elif final in "P@":
            self._shift(final, count)

    def _erase(self, what: int) -> None:
        self._edits += 1
        if what == 0:
            del self._cells[self._cursor :]
        elif self._edits <= _MOST_EDITS:
            end = self._cursor + 1 if what == 1 else len(self._cells)
            self._cells[:end] = " " * min(end, len(self._cells))

    def _shift(self, final: str, count: int) -> None:
        self._edits += 1
        if self._edits > _MOST_EDITS:
            return
        if final == "P":
            del self._cells[self._cursor : self._cursor + count]
        else:
            self._cells[self._cursor : self._cursor] = " " * count


def printed_text(text: str) -> str:
    """What was printed in a recording of asciinema (versions 1 to 3); any other text as it is.

    The format: https://docs.asciinema.org/manual/asciicast/v2/
    """
    head = text[:_HEAD].lstrip()
    if not head.startswith("{") or '"version"' not in head:
        return text
    lines = text.splitlines()
    first = _value(lines[0]) or _value(text)
    if not isinstance(first, dict) or first.get("version") not in (1, 2, 3):
        return text
    events = first.get("stdout") if first["version"] == 1 else map(_value, lines[1:])
    return "".join(_printed(events)) if events is not None else text


def _printed(events: Any) -> Iterator[str]:
    for event in events:
        if isinstance(event, list) and len(event) >= 2 and event[-2] in (_PRINTED, event[0]):
            yield event[-1] if isinstance(event[-1], str) else ""


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
