"""What saved terminal text says about a node: the answers to its commands, separated by their prompts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tofutui.tofu.base.damaged_text import plain
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.grammar import SAVED_PROMPT, Command
from tofutui.tofu.cli_output.listing import Listing, Row, read_listing
from tofutui.tofu.cli_output.screen_lines import Line, shown_lines
from tofutui.tofu.cli_output.status import parse_ha_status
from tofutui.tofu.site.session import Role

_OVER = re.compile(
    r"\s*(?:login as:|using username|keyboard-interactive|-- keyboard-interactive"
    r"|[\w.@:-]{0,100}'s password:|password:|last login|last failed login"
    r"|connection (?:to [^\s]{1,255} )?(?:closed|reset|lost|timed out|aborted|refused)"
    r"|network error|remote side|timeout, server|packet_write_wait|client_loop:|ssh:? "
    r"|script (?:started|done)|=~=~=~|another user is logged|following disconnected ssh sessions"
    r"|[\w.-]{1,80}@[\w.-]{1,100}[:~][^\s$#%]{0,200}[$#%]\s)",
    re.IGNORECASE,
)
"""Lines between two logins: what was printed before them is over."""
_ROW = re.compile(r"[ \t]*host[ \t]*=", re.IGNORECASE)
_KNOWN_LINE = re.compile(r"\s*(?:%|host certificates?\b|if trust-on-first-use\b|ncs\b|\^)", re.IGNORECASE)
ADDRESSES_UNKNOWN = (
    "a node's own addresses are not known, so its rows about itself count as rows about other hosts"
)
_UNPAGED = ("nomore", "more", "no more")
"""What an answer may be piped through without losing a line."""
_ROWS_NAMED = 3
"""Rows that a sentence about two listings names."""
_MOST_BROKEN = 3
"""Lines over which a command may be broken."""
_NARROWEST = 40
"""Columns; no terminal that wraps a row is narrower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswer:
    """A command typed at a prompt and what was printed after it."""

    host: str
    """The host name in the prompt; "" where no prompt was seen."""
    command: Command
    lines: tuple[str, ...]
    finished: bool = True
    """Whether the prompt came back after it."""
    trouble: str = ""
    """Why it may not be whole though the prompt came back."""
    cut: bool = False
    """Whether the file ends inside the last line."""
    login: int = 0
    """Which login of the transcript it belongs to."""

    @property
    def text(self) -> str:
        """What was printed, lines ended by line feeds."""
        return "".join(f"{line}\n" for line in self.lines)

    def listing(self) -> Listing:
        """The answer read as a listing; rows that the terminal broke are put together again."""
        listing = read_listing(self.listing_text(), prompt_returned=self.finished)
        problems = [*listing.problems, *([self.trouble] if self.trouble else [])]
        whole = {line.strip() for line in self.lines}
        rows = tuple(row if row.raw in whole else _rejoined(row) for row in listing.rows)
        return Listing(rows, not problems, tuple(problems), listing.unknown)

    def listing_text(self) -> str:
        """The text of `listing`."""
        text = "".join(f"{line}\n" for line in _unwrapped(self.lines))
        return text.removesuffix("\n") if self.cut else text


@dataclass(frozen=True, slots=True)
class Transcript:
    """The answers of one file, in its order."""

    answers: tuple[RecordedAnswer, ...]
    hosts: tuple[str, ...]
    """Every host whose prompt was seen, in order of appearance."""

    @property
    def listed_hosts(self) -> tuple[str, ...]:
        """Those whose table was listed."""
        listed = {answer.host for answer in self.answers if answer.command is Command.LISTCERTS}
        return tuple(host for host in self.hosts if host in listed)

    def of(self, host: str, *commands: Command) -> list[RecordedAnswer]:
        """The answers of one host to these commands."""
        return [answer for answer in self.answers if answer.host == host and answer.command in commands]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One node as a transcript shows it."""

    source: str
    """The file, for the reader."""
    host: str | None
    """The host name in its prompt."""
    listing: RecordedAnswer | None
    """The newest complete listing; where there is none, the newest."""
    clock: str = ""
    """The answer to `show clock` nearest to the listing."""
    version: str = ""
    ha: str = ""
    notices: tuple[str, ...] = ()


def read_transcript(raw: bytes) -> Transcript:
    """The commands and answers in saved terminal text; never raises."""
    reader = _Reader()
    for line in shown_lines(raw):
        reader.take(line)
    return reader.result()


def recording_of(transcript: Transcript, host: str | None, source: str) -> Recording:
    """What a transcript says about one of its hosts (None: it shows no prompt)."""
    name = host or ""
    listings = transcript.of(name, Command.LISTCERTS)
    chosen = next((answer for answer in reversed(listings) if answer.listing().complete), None)
    listing = chosen or (listings[-1] if listings else None)
    ha = [answer.text for answer in transcript.of(name, Command.HA_STATUS, Command.STATUS)]
    version = [answer.text for answer in transcript.of(name, Command.VERSION) if answer.finished]
    return Recording(
        source=source,
        host=host,
        listing=listing,
        clock=_clock_beside(transcript, listing) if listing else "",
        version=version[-1] if version else "",
        ha=next((text for text in reversed(ha) if parse_ha_status(text)), ha[-1] if ha else ""),
        notices=tuple(_notices(transcript, listing, listings)) if listing else (),
    )


def ha_role(transcript: Transcript, host: str) -> Role | None:
    """The role that a host gives itself in `ncs ha status`."""
    ha = parse_ha_status(recording_of(transcript, host, "").ha)
    said = (ha.role or "").strip().lower() if ha else ""
    return next((role for role in Role if said.startswith(role)), None)


def _clock_beside(transcript: Transcript, listing: RecordedAnswer) -> str:
    """The clock of the same login: the first one after the listing, else the last one before it."""
    ours = transcript.of(listing.host, Command.LISTCERTS, Command.CLOCK)
    ours = [answer for answer in ours if answer.login == listing.login]
    at = next(place for place, answer in enumerate(ours) if answer is listing)
    nearest = [*ours[at + 1 :], *reversed(ours[:at])]
    return next((answer.text for answer in nearest if answer.command is Command.CLOCK), "")


def _changes(listing: RecordedAnswer, listings: Sequence[RecordedAnswer]) -> Iterator[str]:
    """What differs between the listing that counts and the complete one before it in the same file."""
    whole = [answer for answer in listings[: listings.index(listing)] if answer.listing().complete]
    if not whole:
        return
    before, after = (_texts(answer) for answer in (whole[-1], listing))
    rows = [f"{safe(key)} changed" for key in after if key in before and before[key] != after[key]]
    rows += [f"{safe(key)} came" for key in after if key not in before]
    rows += [f"{safe(key)} went" for key in before if key not in after]
    if rows:
        more = f" and {len(rows) - _ROWS_NAMED} more" if len(rows) > _ROWS_NAMED else ""
        yield f"an earlier listing in this file differs: {', '.join(rows[:_ROWS_NAMED])}{more}"


def _texts(answer: RecordedAnswer) -> dict[str, str]:
    rows = answer.listing().rows
    return {row.key: row.stored.raw for row in rows if row.key is not None and row.stored is not None}


def _notices(
    transcript: Transcript, listing: RecordedAnswer, listings: Sequence[RecordedAnswer]
) -> Iterator[str]:
    if listing is not listings[-1]:
        yield "a later listcerts is not complete; the last complete one counts"
    yield from _changes(listing, listings)
    since = False
    deleted = 0
    for answer in transcript.answers:
        since = since or answer is listing
        deleted += since and answer.host == listing.host and answer.command is Command.DELETECERT
    if deleted:
        commands = "1 deletecert was" if deleted == 1 else f"{deleted} deletecert commands were"
        yield f"{commands} sent after this listing: it shows the table as it was before"


@dataclass(slots=True)
class _Reader:
    """Cuts lines into answers."""

    _answers: list[RecordedAnswer] = field(default_factory=list)
    _hosts: dict[str, None] = field(default_factory=dict)
    _stray: list[str] = field(default_factory=list)
    """Rows outside of any answer, and what follows them: the list was saved without its command."""
    _prompt: str = ""
    _host: str = ""
    _command: Command | None = None
    _lines: list[str] = field(default_factory=list)
    _at_pager: bool = False
    _is_cut: bool = False
    _login: int = 0
    _typed: str = ""
    """The command as far as it was typed."""
    _filter: str = ""
    """What the answer was piped through, where that may leave lines out."""

    def take(self, line: Line) -> None:
        """The next line."""
        shown = plain(line.text)
        prompt = SAVED_PROMPT.match(shown)
        self._is_cut = not line.ended
        if prompt:
            self._at_pager = self._at_pager or line.paged
            self._close(prompt.group())
            self._open(prompt, shown[prompt.end() :])
        elif whole := self._whole_command(shown):
            self._lines.clear()
            self._open_command(whole)
        elif _OVER.match(shown):
            self._close(None)
            self._login += 1
        elif self._command is None and _without_pipe(shown) is Command.LISTCERTS:
            self._host = self._prompt = ""  # the file begins behind the prompt
            self._lines = []
            self._open_command(shown)
        elif self._command is None:
            if self._stray or _ROW.match(shown):
                self._stray.append(line.text)
        else:
            self._lines.append(line.text)
            self._at_pager = not line.text.strip() and (line.paged or self._at_pager)

    def result(self) -> Transcript:
        """Everything is read."""
        self._close(None)
        hosts = tuple(self._hosts)
        if self._stray and not any(answer.command is Command.LISTCERTS for answer in self._answers):
            trouble = "the rows are not in an answer to listcerts, so the beginning may be missing"
            self._answers.append(
                RecordedAnswer(
                    host=hosts[0] if len(hosts) == 1 else "",
                    command=Command.LISTCERTS,
                    lines=tuple(self._stray),
                    finished=False,
                    trouble=trouble,
                )
            )
        return Transcript(tuple(self._answers), hosts)

    def _open(self, prompt: re.Match[str], typed: str) -> None:
        self._host, self._prompt = prompt["host"], prompt.group()
        self._hosts.setdefault(self._host)
        self._command, self._filter = None, ""
        self._lines, self._at_pager = [], False
        if typed.strip() and not prompt["mode"]:
            self._open_command(typed)

    def _open_command(self, typed: str) -> None:
        """A command begins, with what was piped behind it."""
        pipe, behind = typed.partition("|")[1:]
        self._typed = typed
        self._command = _without_pipe(typed)
        is_whole = not pipe or behind.strip().lower().replace("-", "") in _UNPAGED
        self._filter = "" if is_whole else f"|{behind.rstrip()}"

    def _whole_command(self, line: str) -> str:
        """The command whose rest, broken by the terminal, ends with this line; "" if it does not."""
        if self._command is not Command.OTHER or len(self._lines) >= _MOST_BROKEN or not line.strip():
            return ""
        joined = (glue.join((self._typed, *self._lines, line)) for glue in ("", " "))
        return next((typed for typed in joined if _without_pipe(typed) is not Command.OTHER), "")

    def _close(self, prompt: str | None) -> None:
        """An answer ends: at a prompt, or (None) because something else begins or the file ends."""
        command, self._command = self._command, None
        if command is None:
            return
        if prompt is not None and not self._prompt:
            begun = SAVED_PROMPT.match(prompt)
            self._host, self._prompt = begun["host"] if begun else "", prompt
        answer = RecordedAnswer(
            host=self._host,
            command=command,
            lines=tuple(self._lines),
            finished=prompt is not None and prompt.strip() == self._prompt.strip(),
            trouble=self._trouble(),
            cut=prompt is None and self._is_cut,
            login=self._login,
        )
        self._answers.append(answer)
        if command is Command.EXIT:
            self._login += 1

    def _trouble(self) -> str:
        if self._filter:
            return f"rows may be missing: the list was filtered by `{safe(self._filter)}`"
        if self._at_pager:
            return "the output was left at the pager"
        if any(line.rstrip().endswith("^C") for line in self._lines):
            return "the answer was interrupted with Ctrl-C"
        if any(_ROW.match(line) and self._prompt.strip() in line for line in self._lines):
            return "there is a prompt in the middle of a row"
        return ""


def _without_pipe(typed: str) -> Command:
    """Which command was typed, whatever its answer was piped through."""
    return command_of(typed.partition("|")[0])


def command_of(typed: str) -> Command:
    """Which command was typed; the admin CLI takes words that are cut short."""
    words = typed.split()
    for command in Command:
        full = command.split()
        extra = 1 if command is Command.DELETECERT else 0
        if full and len(words) == len(full) + extra and all(map(_is_short_for, words, full)):
            return command
    return Command.OTHER


def _is_short_for(word: str, full: str) -> bool:
    return full.startswith(word.lower()) and len(word) >= min(2, len(full))


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines with rows put together that a terminal broke at its right edge.

    Only what a terminal would have broken is joined: the longest lines are all equally long, and at least two
    of them go on in the next, not all with a blank, which a terminal does not add. What else may go on is
    left to the reader of the listing, which doubts it.
    """
    width = max(map(len, lines), default=0)
    broken = _broken_at(lines, width)
    is_indented = all(lines[at].startswith(" ") for at in broken)
    if len(broken) < 2 or width < _NARROWEST or is_indented:
        return list(lines)
    joined: list[str] = []
    for at, line in enumerate(lines):
        if at in broken:
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _broken_at(lines: Sequence[str], width: int) -> set[int]:
    """Which lines may be the rest of a row: the line before is part of one and as long as the longest."""
    broken: set[int] = set()
    in_row = False
    for at, line in enumerate(lines):
        goes_on = in_row and _may_be_rest(line) and len(lines[at - 1]) == width
        if _ROW.match(line):
            in_row = True
        elif goes_on:
            broken.add(at)
        else:
            in_row = False
    return broken


def _rejoined(row: Row) -> Row:
    return replace(row, stored=replace(row.stored, rejoined=True)) if row.stored else row


def _may_be_rest(line: str) -> bool:
    """Whether a terminal may have broken a row before this line: it would not have indented it."""
    return bool(line.strip()) and not line.startswith("  ") and not _KNOWN_LINE.match(line)
