"""Evidence and logs: paste "TOFU failed" lines, name a log file, say what was re-issued or learned again."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, TextArea

from tofutui.tofu.comparison import Entry
from tofutui.tofu.failures import LogDigest
from tofutui.tofu.session import Role
from tofutui.tofu.text import decode
from tofutui.ui.actions import EVIDENCE
from tofutui.ui.lines import EMPTY, Line, Tone, labelled, line
from tofutui.ui.link import Bench
from tofutui.ui.screens.base import Acting, bindings_of
from tofutui.ui.widgets.bars import KeyBar
from tofutui.ui.widgets.choice import Choice
from tofutui.ui.widgets.painted import Painted, Scroller
from tofutui.ui.words import VERDICT_TONES, listed, moment, node_name, place

LARGEST = 64 * 1024 * 1024
"""Bytes of a log file that are read, from its end."""


class EvidenceScreen(Acting[None]):
    """What speaks for and against the rows, beside the names."""

    CSS_PATH = "../styles/evidence.tcss"
    BINDINGS = bindings_of(EVIDENCE)
    AUTO_FOCUS = "#paste"

    def __init__(self, bench: Bench, armed: Role, entry: Entry | None) -> None:
        super().__init__()
        self._bench = bench
        self._role: Role | None = armed
        self._entry = entry

    def compose(self) -> ComposeResult:
        """What is known of the row; the ways to add to it."""
        yield Painted(id="heading")
        yield Scroller(id="known")
        yield Painted(id="whose")
        yield TextArea(id="paste", soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False)
        with Horizontal(classes="field"):
            yield Painted(id="path-label")
            yield Input(id="path", select_on_focus=False)
        with Horizontal(classes="field"):
            yield Painted(id="time-label")
            yield Input(id="time", select_on_focus=False, max_length=5)
        yield Choice("Add the lines (F5)", id="add")
        yield KeyBar(EVIDENCE, id="keys")

    def on_mount(self) -> None:
        """Fill in what is known."""
        self.query_one(TextArea).cursor_blink = False
        now = self.owner.clock().astimezone()
        self.query_one("#time", Input).value = now.strftime("%H:%M")
        self._suggest_path()
        self.set_interval(0.5, self._draw_known)

    def on_resize(self) -> None:
        """Draw anew."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        row = self._entry
        name = f" about {place(row)} in the table of {self._node(row.role)}" if row else ""
        self.query_one("#heading", Painted).show([line(f" Evidence{name}", Tone.STRONG)])
        self.query_one("#path-label", Painted).show([line(" or a log file  ", Tone.HEAD)])
        self.query_one("#time-label", Painted).show([line(" learned at     ", Tone.HEAD)])
        self._draw_whose()
        self._draw_known()

    def _node(self, role: Role) -> str:
        return node_name(self._bench.comparison.nodes[role])

    def _draw_whose(self) -> None:
        whose = self._node(self._role) if self._role else "an unknown node (a hint, never a proof)"
        text: Line = (
            (' Paste the "TOFU failed" lines from the log of ', Tone.TEXT),
            (whose, Tone.STRONG),
            ("  F2", Tone.KEY),
            (" changes", Tone.TEXT),
        )
        self.query_one("#whose", Painted).show([text])

    def _current(self) -> Entry | None:
        """The row as it is judged now."""
        row = self._entry
        return self._bench.comparison.nodes[row.role].entries.get(row.id, row) if row else None

    def _draw_known(self) -> None:
        known = self.query_one("#known", Scroller)
        width = max(20, known.size.width - 2)
        known.show([((" ", Tone.TEXT), *part) if part else EMPTY for part in self._known(width)])

    def _known(self, width: int) -> list[Line]:
        row = self._current()
        if row is None:
            return [line("no row under the cursor", Tone.MUTED)]
        glyphs, look = self.owner.glyphs, row.verdict.look
        found: list[Line] = [((f"{glyphs.verdict(row.verdict)} {look.word}", VERDICT_TONES[row.verdict]),)]
        found += labelled("why", row.judgement.why or (look.meaning,), width)
        texts = [f"{e.kind.value}, {moment(e.at)}: {e.text}" for e in row.judgement.evidence]
        found += labelled("evidence", texts or ["none"], width, Tone.MUTED)
        for tied in self._bench.comparison.failures:
            found += labelled("fits no row", [f"{tied.failure.name}: {tied.meaning}"], width, Tone.MUTED)
        for other in self._bench.comparison.not_tofu:
            found += labelled("other", [other.text], width, Tone.MUTED)
        return found

    def _suggest_path(self) -> None:
        logs = self.owner.options.lab_logs
        suggested = str(logs.get(self._role, "")) if self._role else ""
        field = self.query_one("#path", Input)
        if not field.value or field.value in {str(path) for path in logs.values()}:
            field.value = suggested

    def do_evidence_role(self) -> None:
        """Primary, secondary, not known, in turn."""
        choices: list[Role | None] = [*self._bench.comparison.nodes, None]
        self._role = choices[(choices.index(self._role) + 1) % len(choices)]
        self._suggest_path()
        self._draw_whose()

    @on(Choice.Clicked)
    async def _clicked(self) -> None:
        await self.do_evidence_add()

    async def on_key(self, event: object) -> None:
        """Enter on the button adds."""
        if getattr(event, "key", "") == "enter" and isinstance(self.focused, Choice):
            await self.do_evidence_add()

    @on(Input.Submitted, "#path")
    async def _path_entered(self) -> None:
        await self.do_evidence_add()

    @on(Input.Submitted, "#time")
    def _time_entered(self) -> None:
        self.do_evidence_learned()

    async def do_evidence_add(self) -> None:
        """Read what was pasted, else the file named."""
        paste = self.query_one("#paste", TextArea)
        path = self.query_one("#path", Input).value.strip()
        if paste.text.strip():
            self._added(self._bench.add_log(paste.text, self._role, "pasted"), "the pasted text")
            paste.text = ""
        elif path:
            await self._add_file(Path(path))
        else:
            self.say("paste lines, or name a file", Tone.WARNING)

    async def _add_file(self, path: Path) -> None:
        try:
            text = await asyncio.to_thread(_read_end, path)
        except OSError as error:
            self.say(f"{path}: {error.strerror or error}", Tone.DANGER)
            return
        self._added(self._bench.add_log(text, self._role, str(path)), path.name)

    def _added(self, digest: LogDigest, source: str) -> None:
        count = sum(failure.count for failure in digest.failures)
        names = listed([failure.name for failure in digest.failures[:3]])
        times = "once" if count == 1 else f"{count} times"
        text = f"{source}: TOFU failed {times}, {names}" if count else f"{source}: no TOFU failure"
        if digest.other:
            text += f"; {digest.other[0].text}"
        self.say(text, Tone.TEXT if count else Tone.WARNING)
        self._draw_known()

    def do_evidence_reissued(self) -> None:
        """Say that the row's host has a new certificate."""
        row = self._entry
        if row is None or row.endpoint is None:
            self.say("no row with a host under the cursor", Tone.WARNING)
            return
        count = self._bench.say_reissued(row.endpoint.host, row.endpoint.port)
        self.say(f"noted: {place(row)} was re-issued; that concerns {count} of the rows")

    def do_evidence_learned(self) -> None:
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
            self.say(f"{text!r} is no time like 14:05", Tone.WARNING)
            return
        at = _not_later(at, now)
        self._bench.say_learned(row.role, row.id, at)
        self.say(f"noted: {place(row)} was learned again at {moment(at)}; older evidence does not count")

    def do_evidence_back(self) -> None:
        """Close."""
        self.dismiss(None)


def _not_later(at: datetime, now: datetime) -> datetime:
    return at if at <= now else at - timedelta(days=1)


def _read_end(path: Path) -> str:
    with path.expanduser().open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LARGEST))
        return decode(file.read(LARGEST))
