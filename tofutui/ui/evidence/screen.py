"""Evidence of one row: what was seen over time, and the ways to add to it: logs, certificates, one's word."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, TextArea

from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.evidence import Word
from tofutui.tofu.judgement.row_history import Past
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import EVIDENCE
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.backend import Bench
from tofutui.ui.evidence.import_messages import certificate_words, log_words
from tofutui.ui.evidence.timeline import NOTHING, past_lines, said_lines, said_words
from tofutui.ui.kit.button import Choice
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Acting, bindings_of
from tofutui.ui.terminal.text_area import UndoableTextArea
from tofutui.ui.text.reasons import sourced
from tofutui.ui.text.sources import ways_to_prove
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, labelled, line, plain, width
from tofutui.ui.text.vocabulary import VERDICT_TONES, moment, node_name, place, rows, value_of


class EvidenceScreen(Acting[None]):
    """What speaks for and against the rows, beside the names."""

    CSS_PATH = "screen.tcss"
    BINDINGS = bindings_of(EVIDENCE)
    AUTO_FOCUS = "#paste"

    def __init__(self, bench: Bench, armed: Role, entry: Entry | None) -> None:
        super().__init__()
        self._bench = bench
        self._role: Role | None = armed
        self._entry = entry
        self._past = Past()
        self._past_of: Entry | None = None
        """The entry as it was judged when its past was read."""
        self._said: tuple[Word, ...] = ()
        """Statements about the row that were not taken back."""
        self._notes: list[str] = []
        """What was added here, the newest first."""
        self._reading = False

    def compose(self) -> ComposeResult:
        """What is known of the row; the ways to add to it."""
        yield Painted(id="heading")
        yield Scroller(id="known")
        yield Painted(id="whose")
        yield UndoableTextArea(id="paste")
        yield from self._fields()
        yield KeyBar(EVIDENCE, id="keys")

    def _fields(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Painted(id="path-label", classes="label")
            yield Input(id="path", placeholder="file, glob, folder, .zip or .tar.gz", select_on_focus=False)
            yield Choice(f"Add ({self.owner.keys.name('evidence.add')})", id="add")
        with Horizontal(classes="field"):
            yield Painted(id="certificates-label", classes="label")
            yield Input(id="certificates", placeholder="file, folder or glob", select_on_focus=False)
            yield Choice(f"Add ({self.owner.keys.name('evidence.certificates')})", id="add-certificates")
        with Horizontal(classes="field"):
            yield Painted(id="time-label", classes="label")
            yield Input(id="time", select_on_focus=False, max_length=5)

    def on_mount(self) -> None:
        """Fill in what is known."""
        now = self.owner.clock().astimezone()
        self.query_one("#time", Input).value = now.strftime("%H:%M")
        self._suggest_path()
        self.set_interval(0.5, self._draw_known)

    def on_resize(self) -> None:
        """Draw again at the new size."""
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Show everything again."""
        labels = {"path": "or log files", "certificates": "certificates", "time": "learned at"}
        for field, label in labels.items():
            self.query_one(f"#{field}-label", Painted).show([line(f" {label}", Tone.HEAD)])
        self._draw_whose()
        self._draw_known()

    def _node(self, role: Role) -> str:
        return node_name(self.owner.privacy.head(self._bench.comparison.nodes[role]))

    def _draw_whose(self) -> None:
        below = self.query_one("#whose", Painted)
        named, short = self._names_of_role()
        long = 'Paste "TOFU failed" lines (log, browser) from'
        forms = [
            self._whose(long, named),
            self._whose(long, short),
            self._whose('Paste "TOFU failed" lines from', short),
        ]
        fitting = (form for form in forms if width(form) <= below.size.width)
        below.show([next(fitting, forms[-1])])

    def _names_of_role(self) -> tuple[str, str]:
        """Whose log it is, with the host name and without."""
        if self._role is None:
            return "an unknown node (a hint, never a proof)", "an unknown node"
        return self._node(self._role), self._role.word

    def _whose(self, lead: str, name: str) -> Line:
        key = self.owner.keys.name("evidence.role")
        return (
            (f" {lead} ", Tone.TEXT),
            (name, Tone.STRONG),
            (f"  {key}", Tone.KEY),
            (" changes", Tone.TEXT),
        )

    def _current(self) -> Entry | None:
        """The row as it is judged now."""
        row = self._entry
        return self._bench.comparison.nodes[row.role].entries.get(row.id, row) if row else None

    def _draw_known(self) -> None:
        row = self._current()
        if row is not None and row is not self._past_of:
            self._past_of = row
            self._said = self._bench.statements.about(row)
            self.owner.run_guarded(self._read_past(row))
        known = self.query_one("#known", Scroller)
        width = max(20, known.size.width - 2)
        known.show([((" ", Tone.TEXT), *part) if part else EMPTY for part in self._known(width)])
        self._draw_heading(known)

    def _draw_heading(self, known: Scroller) -> None:
        row = self.shown(self._entry)
        titles = ["Evidence"]
        if row is not None:
            names = (self._node(row.role), row.role.word)
            titles = [f"Evidence about {place(row)} in the table of {name}" for name in names]
            titles.append(f"Evidence: {place(row)}, {row.role.word}")
        below = len(known.lines) - known.top - known.size.height
        down = self.owner.keys.name("evidence.page_down")
        more = f"  {below} more: {down} " if below > 0 and known.size.height else ""
        heading = self.query_one("#heading", Painted)
        room = heading.size.width - len(more)
        title = next((text for text in titles if len(text) < room), titles[-1])
        heading.show([(*self.headline(title, room), (more, Tone.KEY))])

    async def _read_past(self, row: Entry) -> None:
        past = await self._bench.memory.whole_past(row)
        if row is self._past_of and self.is_attached:
            self._past = past
            self._draw_known()

    def _known(self, width: int) -> list[Line]:
        notes = [
            part
            for note in map(self.shown, self._notes)
            for part in labelled("added", [note], width, Tone.WARNING)
        ]
        row = self.shown(self._current())
        if row is None:
            return [*notes, line("no row under the cursor", Tone.MUTED), *self._of_all(width)]
        word = f"{self.owner.glyphs.verdict(row.verdict)} {row.verdict.look.word}"
        lines: list[Line] = [line(word, VERDICT_TONES[row.verdict])]
        why, others = sourced(row)
        lines += labelled("why", why[:1], width)
        lines += said_lines(self.shown(self._said), width)
        lines += past_lines(self.shown(self._past), width, self._why_nothing())
        others = others if row.judgement.evidence else ["none"]
        lines += labelled("also", why[1:], width) + labelled("evidence", others, width, Tone.MUTED)
        if row.verdict in (Verdict.SAME_NAME, Verdict.SUSPECT):
            lines += labelled("to prove it", ways_to_prove(row), width)
        return [*notes, *lines, *self._of_all(width)]

    def _why_nothing(self) -> str:
        if any(view.recorded for view in self._bench.comparison.nodes.values()):
            return "transcripts keep no history"
        return self._bench.memory.trouble or NOTHING

    def _of_all(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for tied in self.shown(self._bench.comparison.failures):
            lines += labelled("fits no row", [f"{tied.failure.name}: {tied.meaning}"], width, Tone.MUTED)
        for other in self.shown(self._bench.comparison.not_tofu):
            lines += labelled("other", [other.text], width, Tone.MUTED)
        return lines

    def _suggest_path(self) -> None:
        logs = self.owner.options.lab_logs
        suggested = str(logs.get(self._role, "")) if self._role else ""
        field = self.query_one("#path", Input)
        if not field.value or field.value in {str(path) for path in logs.values()}:
            field.value = suggested

    @does("evidence.role")
    def next_role(self) -> None:
        """Primary, secondary, not known, in turn."""
        choices: list[Role | None] = [*self._bench.comparison.nodes, None]
        self._role = choices[(choices.index(self._role) + 1) % len(choices)]
        self._suggest_path()
        self._draw_whose()

    @on(Choice.Clicked)
    def _clicked(self, event: Choice.Clicked) -> None:
        self._press(event.choice)

    def on_key(self, event: object) -> None:
        """Enter on a button presses it."""
        if getattr(event, "key", "") == "enter" and isinstance(self.focused, Choice):
            self._press(self.focused)

    def _press(self, choice: Choice) -> None:
        if choice.id == "add":
            self.add_log()
        else:
            self.add_certificates()

    @on(Input.Submitted, "#path")
    def _path_entered(self) -> None:
        self.add_log()

    @on(Input.Submitted, "#certificates")
    def _certificates_entered(self) -> None:
        self.add_certificates()

    @on(Input.Submitted, "#time")
    def _time_entered(self) -> None:
        self.say_learned()

    @does("evidence.add")
    def add_log(self) -> None:
        """Read what was pasted, else the files named."""
        paste = self.query_one("#paste", TextArea)
        name = self.query_one("#path", Input).value.strip()
        if paste.text.strip():
            self._add_text(paste.text)
            paste.text = ""
        elif name:
            self._begin(self._add_files(name, self._role), name)
        else:
            self.say("paste lines, or name a file", Tone.WARNING)

    def _add_text(self, text: str) -> None:
        """A log, or what a page in the browser showed."""
        from tofutui.workbench.evidence.logs import pasted_text
        from tofutui.workbench.evidence.statements import LOOKED_FOR, is_page_text

        text, unread = pasted_text(text)
        if is_page_text(text):
            heard = self._bench.statements.browser(text, self._role)
            self._tell([f"the browser's words: {heard.message}"], is_news=heard.is_understood)
            return
        digest = self._bench.add_log(text, self._role, "pasted")
        words = log_words(digest, "the pasted text")
        is_news = bool(digest.failures)
        hint = "" if is_news or digest.other else f"; looked for {LOOKED_FOR}"
        self._tell([*unread, *([] if unread and not is_news else [words + hint])], is_news=is_news)

    async def _add_files(self, name: str, role: Role | None) -> None:
        read = await self._bench.add_log_files([name], role)
        words = log_words(read.digest, Path(name).name or name)
        self._tell([*read.remarks, *([] if read.remarks and not read.digest.failures else [words])],
                   is_news=bool(read.digest.failures))  # fmt: skip

    @does("evidence.certificates")
    def add_certificates(self) -> None:
        """Read the exported certificates that are named."""
        name = self.query_one("#certificates", Input).value.strip()
        if name:
            self._begin(self._add_certificates(name, self._role), name)
        else:
            self.query_one("#certificates", Input).focus()
            key = self.owner.keys.name("evidence.certificates")
            self.say(f"name a file, folder or glob of exported certificates; {key} or Enter reads it")

    async def _add_certificates(self, name: str, role: Role | None) -> None:
        from tofutui.config.export_files import read_export_at

        export = await asyncio.to_thread(read_export_at, name)
        self._bench.add_known(export.certificates, role)
        nodes = self._bench.comparison.nodes
        words = certificate_words(export.certificates, nodes, [role] if role else list(nodes))
        self._tell([*words, *export.remarks], is_news=True)

    def _begin(self, reading: Coroutine[Any, Any, None], name: str) -> None:
        """Read in the background, one thing at a time; errors are shown, nothing waits."""
        if self._reading:
            reading.close()
            self.say("still reading", Tone.WARNING)
            return
        self._reading = True
        self.say(f"reading {name} …")
        self.owner.run_guarded(self._read(reading))

    async def _read(self, reading: Coroutine[Any, Any, None]) -> None:
        try:
            await reading
        finally:
            self._reading = False

    def _tell(self, words: list[str], *, is_news: bool) -> None:
        """Say the first in the key bar; all of it stays above, where it can be scrolled."""
        if not self.is_attached:
            self.owner.announce(words[0], Tone.TEXT if is_news else Tone.WARNING)
            return
        self._notes = [*words, *self._notes]
        self._past_of = None  # what was just added may be about the row
        self.say(words[0], Tone.TEXT if is_news else Tone.WARNING)
        self.query_one("#known", Scroller).move("first")
        self._draw_known()

    @does("evidence.reissued")
    def say_reissued(self) -> None:
        """Say that the row's host has a new certificate."""
        row = self._entry
        if row is None or row.endpoint is None:
            self.say("no row with a host under the cursor", Tone.WARNING)
            return
        count = self._bench.say_reissued(row.endpoint.host, row.endpoint.port)
        self.say(f"noted: {place(row)} was re-issued; this affects {rows(count)}")

    @does("evidence.take_back")
    def do_evidence_take_back(self) -> None:
        """The last statement about the row no longer counts."""
        row = self._current()
        said = self._bench.statements.about(row) if row is not None else ()
        if not said:
            self.say("there is no statement about this row to take back", Tone.WARNING)
            return
        self._bench.statements.take_back(said[-1:])
        self._tell([f"taken back: {said_words(self.shown(said[-1]))}"], is_news=True)

    @does("evidence.learned")
    def say_learned(self) -> None:
        """Say when the node learned the row again: today, or yesterday if that time is still to come."""
        row = self._entry
        if row is None or not row.is_stored:
            self.say("no stored row under the cursor", Tone.WARNING)
            return
        text = self.query_one("#time", Input).value
        try:
            hour, minute = (int(part) for part in text.split(":"))
            now = self.owner.clock().astimezone()
            at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        except ValueError:
            self.say(f"{text!r} is not a time; use HH:MM, e.g. 14:05", Tone.WARNING)
            return
        at = _not_later(at, now)
        self._bench.say_learned(row.role, row.id, at)
        self.say(f"noted: {place(row)} was learned again at {moment(at)}; older evidence does not count")

    def as_text(self) -> str:
        """All that is known of the row."""
        row = self._current()
        lead = f"{place(row)} in the table of {self._node(row.role)}\n" if row else ""
        return lead + plain(self._known(WIDE))

    def value_to_copy(self) -> tuple[str, str] | None:
        """The fingerprint of the row, else its key."""
        row = self._current()
        return value_of(self.shown(row)) if row else None

    @moves("evidence")
    def move(self, name: str) -> None:
        """Show another part of what is known."""
        self.query_one("#known", Scroller).move(name)
        self._draw_known()

    @does("evidence.back")
    def go_back(self) -> None:
        """Close."""
        self.dismiss(None)


def _not_later(at: datetime, now: datetime) -> datetime:
    return at if at <= now else at - timedelta(days=1)
