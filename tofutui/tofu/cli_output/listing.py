"""``listcerts`` text -> rows, and whether the listing is complete.

The samples are those of docs/appliance.md: ``host=KEY;  subject= /C=US/…`` under two header lines (PI 3.5)
and ``host=KEY;  subject=CN = kong `` without any (PI 3.9). Everything else that a node may print here is
unverified, so the reader is lenient: it drops nothing that looks like a row, and calls a listing complete
only when nothing in it speaks against that.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from tofutui.tofu.base.damaged_text import damage, undone
from tofutui.tofu.base.text import has_hidden, safe
from tofutui.tofu.cli_output.error_lines import says_error
from tofutui.tofu.cli_output.grammar import LIKE_PROMPT, Command
from tofutui.tofu.cli_output.unknown import MOST_LINES, bounded, empty_answer, is_refusal
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint, split_key

_GAP = r"[\s\u00ad\u200b-\u200d\u2060\ufeff]*"
"""Blanks, and what mail programs put where a line may be broken."""
_HOST = re.compile(rf"host{_GAP}=", re.IGNORECASE)
_SUBJECT = re.compile(rf"(?<![^\s;,\u200b\ufeff])subject{_GAP}=", re.IGNORECASE)
_FIRST_TOKEN = re.compile(r"[^\s;,/=]{3,600}(?=[;,\s])")
_PROMPT = re.compile(LIKE_PROMPT)
_HEADER = re.compile(
    r"host certificates? (?:are|is) automatically added to this list"
    r"|if trust-on-first-use is configured"
    rf"|(?:[$#>]\s*)?{Command.LISTCERTS}$",
    re.IGNORECASE,
)
_UNKNOWN_COMMAND = re.compile(r"% ?(?:invalid|unknown) (?:command|input)|syntax error", re.IGNORECASE)
_FURTHER_COLUMN = re.compile(r"\t|[ \u00a0]{2}|[;|][ \u00a0]*[A-Za-z][\w -]{0,30}[=:]")
"""What no subject holds, so that a row with it has a column more than the known ones."""
_MUST_GO_ON = (",", "=", "+", "\\")
"""Ends of a text that is hardly a whole name."""
_BLANKS = " \t"
"""What may be trimmed; any other character belongs to a key or a subject."""
_SHOWN = 120
"""Characters of a node's own words that appear in a problem."""
_MOST_MORE = 20
"""Lines after a row that are kept as its possible continuation."""


@dataclass(frozen=True, slots=True)
class StoredSubject:
    """The subject that a row holds: the text after ``subject=``, trimmed, and its most natural reading."""

    raw: str
    subject: DistinguishedName | None
    """None if the text is empty or is not a name in any of the known grammars."""
    ambiguous: bool = False
    """Whether the text can be read in more than one way (a slash form with ``/`` inside a value)."""
    more: tuple[str, ...] = ()
    """The lines after the row's own that may belong to it: a terminal, a pager or a message broke the row."""
    apart: bool = False
    """Whether a blank line separates the row from the first line of ``more``."""
    unfinished: bool = False
    """Whether the text may go on although no further line was seen."""
    rejoined: bool = False
    """Whether it was put together from lines that were broken, so that blanks may be missing in it."""

    @property
    def may_go_on(self) -> bool:
        """Whether more than one text may be the stored one."""
        return bool(self.more) or self.unfinished


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Without a key or without ``subject=`` it is unreadable: ``key`` and ``stored`` are None and ``raw`` holds
    the line. A line that was cut off keeps its key, with an empty subject: half a name would be another name.
    """

    id: str
    """The key; ``key#2`` … for later lines with the same key; ``?`` and the line for an unreadable one."""
    key: str | None
    """The literal text after ``host=``, trimmed."""
    raw: str
    """The whole line, trimmed; further lines that may belong to it are in ``stored.more``."""
    endpoint: Endpoint | None
    """None if the key does not end in ``_<port>``, or has characters that a node hardly printed."""
    stored: StoredSubject | None
    doubled: bool = False
    """Whether its key appears in more than one line."""

    @property
    def is_readable(self) -> bool:
        """Whether the line has a key and a subject, whatever they hold, or the next line has the subject."""
        return self.key is not None and self.stored is not None and bool(self.stored.raw or self.stored.more)


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer to ``listcerts``."""

    rows: tuple[Row, ...]
    complete: bool
    """Whether a row that is not here is absent from the table."""
    problems: tuple[str, ...]
    """Why it is not complete, one sentence each."""
    unknown: tuple[str, ...] = field(default=(), compare=False)
    """Lines, and columns of rows, that are none of the known forms; some of how many there were."""


class ListingReader:
    """Reads a listing while it arrives, in pieces of any size."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._after_cr = False
        self._rows: dict[str, Row] = {}
        self._first_of: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._errors: list[str] = []
        self._strange: list[str] = []
        self._unknown: list[str] = []
        self._has_words = False
        """Whether any line but a blank one came."""
        self._last = ""
        """The id of the row that the next line may belong to; "" if there is none."""
        self._after_blank = False

    def feed(self, text: str) -> list[Row]:
        """The rows whose lines are complete now.

        A row that is doubled by a later line, or that may go on in it, is given once more with the same id
        and marked as such.
        """
        if self._after_cr and text:
            text, self._after_cr = text.removeprefix("\n"), False
        self._after_cr = text.endswith("\r") or (not text and self._after_cr)
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rows: list[Row] = []
        for line in lines:
            rows += self._line("".join((*self._parts, line)))
            self._parts.clear()
        if rest:
            self._parts.append(rest)
        return rows

    def finish(self, *, prompt_returned: bool) -> Listing:
        """The whole listing. Without the prompt a last line without an end is taken as cut off.

        With it, that line may be cut all the same: a program that is stopped leaves what it wrote so far.
        """
        rest = "".join(self._parts)
        self._parts.clear()
        self._line(rest, cut=not prompt_returned)
        if rest or not prompt_returned:
            self._end_early()
        rows = tuple(self._rows.values())
        problems = tuple(self._problems(rows, prompt_returned))
        return Listing(rows, not problems, problems, self._unknown_of(prompt_returned))

    def _unknown_of(self, prompt_returned: bool) -> tuple[str, ...]:
        if prompt_returned and not self._has_words:
            return (empty_answer(Command.LISTCERTS),)
        return bounded(self._unknown)

    def _note(self, line: str, *, cut: bool) -> None:
        """Keep a line that is none of the known ones; half of a known one counts as known."""
        if len(self._unknown) < MOST_LINES and not (cut and _is_beginning(line)):
            self._unknown.append(line)

    def _line(self, line: str, *, cut: bool = False) -> list[Row]:
        line = line.strip(_BLANKS)
        if not line or line.isspace():
            self._after_blank = self._after_blank or bool(self._last)
            return []
        self._has_words = True
        row = _read_row(line, cut=cut)
        if row is not None and not _is_known_row(row, cut=cut):
            self._note(line, cut=cut)
        if row is None and (_HEADER.match(line) or _PROMPT.fullmatch(line)):
            self._last = ""
            return []
        if row is not None and row.key is not None:
            return self._begin(row)
        if row is None and not is_refusal(line):
            self._note(line, cut=cut)
        completed = self._complete(line)
        if completed:
            return completed
        revised = self._go_on(line)
        if row is not None:
            return [*revised, *self._begin(row, follows=bool(revised))]
        (self._errors if says_error(line) else self._strange).append(line)
        return revised

    def _begin(self, row: Row, *, follows: bool = False) -> list[Row]:
        """A row's line; one that ``follows`` another may be no row of its own but the rest of that one."""
        rows = self._add(row)
        if not follows:
            self._last, self._after_blank = rows[-1].id, False
        return rows

    def _go_on(self, line: str) -> list[Row]:
        """The row before, if there is one, as the row that may go on in this line."""
        row = self._rows.get(self._last)
        if row is None or row.stored is None or len(row.stored.more) >= _MOST_MORE:
            return []
        apart = row.stored.apart if row.stored.more else self._after_blank
        stored = replace(row.stored, more=(*row.stored.more, line), apart=apart)
        self._rows[row.id] = replace(row, stored=stored)
        return [self._rows[row.id]]

    def _complete(self, line: str) -> list[Row]:
        """The row before that has a whole key and whose subject is in this line: its text is in doubt."""
        row = self._rows.get(self._last)
        if row is None or row.stored is not None or ";" not in row.raw:
            return []
        joined = (_read_row(row.raw + glue + line, cut=False) for glue in ("", " "))
        whole = next((made for made in joined if made is not None and made.stored is not None), None)
        if whole is None or whole.stored is None:
            return []
        del self._rows[row.id]
        stored = StoredSubject("", None, more=(whole.stored.raw,))
        return self._begin(replace(whole, raw=row.raw, stored=stored))

    def _end_early(self) -> None:
        """The list broke off: the last row may go on in what was never printed."""
        row = self._rows.get(self._last)
        if row is not None and row.stored is not None and row.stored.raw:
            self._rows[row.id] = replace(row, stored=replace(row.stored, unfinished=True))

    def _add(self, row: Row) -> list[Row]:
        first = self._first_of.get(row.key) if row.key is not None else None
        row = replace(row, id=self._free_id(row.id), doubled=first is not None)
        self._rows[row.id] = row
        if row.key is None:
            return [row]
        if first is None:
            self._first_of[row.key] = row.id
            return [row]
        earlier = self._rows[first]
        if earlier.doubled:
            return [row]
        self._rows[first] = replace(earlier, doubled=True)
        return [self._rows[first], row]

    def _free_id(self, base: str) -> str:
        number = self._counts.get(base, 0) + 1
        name = base if number == 1 else f"{base}#{number}"
        while name in self._rows:
            number += 1
            name = f"{base}#{number}"
        self._counts[base] = number
        return name

    def _problems(self, rows: tuple[Row, ...], prompt_returned: bool) -> list[str]:
        problems = [_error_sentence(line) for line in dict.fromkeys(self._errors[:20])]
        if not prompt_returned:
            problems.append("the prompt did not come back after the listing, so it may be cut off")
        unreadable = [row for row in rows if not row.is_readable]
        if unreadable:
            problems.append(_unreadable_sentence(unreadable))
        if not rows and self._strange and not self._errors:
            problems.append(f"no rows, and unexpected output: {_shown(self._strange[0])}")
        return problems


def read_listing(text: str, *, prompt_returned: bool = True) -> Listing:
    """A listing that arrived as a whole. Never raises, whatever the text is."""
    reader = ListingReader()
    reader.feed(text)
    return reader.finish(prompt_returned=prompt_returned)


@lru_cache(maxsize=16_384)
def _read_row(line: str, *, cut: bool) -> Row | None:
    """The row of a line. Each refresh prints the same again: those of the two largest tables are kept."""
    host = _HOST.match(line)
    if host is None:
        return _unreadable(line) if _is_row_like(line) else None
    key, semicolon, rest = line[host.end() :].partition(";")
    key = key.strip(_BLANKS)
    subject = _SUBJECT.search(rest)
    if not key or not semicolon or subject is None:
        return _unreadable(line)
    raw = rest[subject.end() :].strip(_BLANKS)
    endpoint = None if has_hidden(key) or damage(key) else split_key(key)
    return Row(key, key, line, endpoint, read_stored("" if cut else raw))


def _is_known_row(row: Row, *, cut: bool) -> bool:
    """Whether a line has the two columns of the known forms, and a subject in one of the known grammars."""
    if row.key is None or row.stored is None:
        return False
    between, _, subject = row.raw.partition(";")[2].partition("=")
    is_plain = between.strip(f"{_BLANKS}\u00a0").lower() == "subject"
    is_read = row.stored.subject is not None or cut
    return is_plain and is_read and not _FURTHER_COLUMN.search(subject.strip(f"{_BLANKS}\u00a0"))


def _is_beginning(line: str) -> bool:
    """Whether a line that was cut off may be the beginning of a row or of a header line."""
    begun = line.casefold()
    known = ("host certificate", "host=", "if trust-on-first-use")
    return any(start.startswith(begun) or begun.startswith(start) for start in known)


def _is_row_like(line: str) -> bool:
    """Whether a line without ``host=`` holds a subject, or begins with something that a key may be."""
    if _SUBJECT.search(line):
        return True
    token = _FIRST_TOKEN.match(line)
    return token is not None and any(c in ".:" for c in token[0]) and split_key(token[0]) is not None


def read_stored(raw: str) -> StoredSubject:
    """The subject of a row from its text."""
    names = (readings(raw) or next(filter(None, map(readings, undone(raw))), ())) if raw else ()
    unfinished = raw.endswith(_MUST_GO_ON) or raw.count('"') % 2 == 1
    return StoredSubject(raw, names[0] if names else None, ambiguous=len(names) > 1, unfinished=unfinished)


def _unreadable(line: str) -> Row:
    return Row("?" + line, None, line, None, None)


def _error_sentence(line: str) -> str:
    sentence = f"the node answered: {_shown(line)}"
    if _UNKNOWN_COMMAND.search(line):
        sentence += " (Prime Infrastructure older than 3.5, or not the admin CLI)"
    return sentence


def _unreadable_sentence(rows: list[Row]) -> str:
    lines = "1 line looks" if len(rows) == 1 else f"{len(rows)} lines look"
    return f"{lines} like a row without a readable key or subject: {_shown(rows[0].raw)}"


def _shown(line: str) -> str:
    return safe(line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…")
