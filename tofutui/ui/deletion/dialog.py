"""The delete dialog and, after its yes, the dialog in which the plan runs.

The first shows a frozen plan, keeps by default and deletes with its own key only; the second shows each step,
and how it ended as a second listing shows it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from tofutui.tofu.base.text import safe
from tofutui.tofu.deletion.plan import WAITING, Plan, Step
from tofutui.ui.actions.catalogue import DELETE, RUN
from tofutui.ui.actions.handlers import does, moves, steps
from tofutui.ui.backend import Runner
from tofutui.ui.deletion import wording
from tofutui.ui.kit.button import Choice
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Result, bindings_of
from tofutui.ui.text.spans import WIDE, Line, Tone, line, plain, width, wrap

Keeps = Callable[[tuple[Step, ...]], Awaitable[None]]
"""Gets how the steps of a plan ended."""
_OPENERS = ("row.delete", "plan.delete", "detail.delete")
COVERED = "The privacy mask is on: the real key is sent, not its stand-in. {} shows all until the next key."
REVEALED = "The real names are shown until the next key. You still type the stand-in."


class TypedKey(Input):
    """Takes what has to be typed. Keys from before the dialog was seen, and the opening key held down, do not
    count; Enter keeps.
    """

    def __init__(self, wanted: wording.Typed, number: int) -> None:
        super().__init__(id=f"typed-{number}", select_on_focus=False)
        self.wanted = wanted.text
        self.why = wanted.why

    @property
    def is_right(self) -> bool:
        """Whether exactly the wanted text was typed."""
        return self.value == self.wanted

    @property
    def is_wrong(self) -> bool:
        """Whether it cannot become the wanted text, or was left before it did."""
        may_become = self.wanted.startswith(self.value) and self.has_focus
        return bool(self.value) and not self.is_right and not may_become

    def on_key(self, event: events.Key) -> None:
        """Swallow what does not count, before the line takes it."""
        screen = self.screen
        early = isinstance(screen, DeleteScreen) and not screen.was_seen(event)
        if isinstance(screen, DeleteScreen):
            screen.cover(event.key)
        opening = isinstance(screen, DeleteScreen) and event.key in screen.opening_keys
        held = opening and not self.value and not self.wanted.startswith(event.character or " ")
        if event.is_printable and (early or held):
            event.stop()
            event.prevent_default()


class _OfPlan(Dialog[Result]):
    """A dialog about a plan, in the colours of the nodes that it changes."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan

    def on_mount(self) -> None:
        """The frame of the node or nodes."""
        roles = self.plan.roles
        self.add_class("-changes", f"-{roles[0].value}" if len(roles) == 1 else "-both")

    def heading(self) -> str:
        """The node or nodes, and what is done there."""
        return wording.framed_title(self.shown(self.plan), ascii_only=self.has_class("-ascii"))


class DeleteScreen(_OfPlan[bool]):
    """True if the plan shown should be run."""

    CSS_PATH = Path(__file__).with_name("dialog.tcss")
    BINDINGS = bindings_of(DELETE)
    called = "delete dialog"

    def __init__(self, plan: Plan, hidden: int, seen_from: str) -> None:
        super().__init__(plan)
        self._hidden = hidden
        self._seen_from = seen_from
        self._typed: list[TypedKey] = []

    def fields(self) -> ComposeResult:
        """What has to be typed."""
        wanted = wording.to_type(self.shown(self.plan))
        self._typed = [TypedKey(text, number) for number, text in enumerate(wanted)]
        for number, typed in enumerate(self._typed):
            yield Painted(id=f"ask-{number}")
            yield typed

    def ends(self) -> ComposeResult:
        """Keep and Delete."""
        with Horizontal(id="buttons"):
            yield Choice("Keep row" if len(self.plan.deletions) == 1 else "Keep rows", id="keep")
            yield Choice(wording.confirm_words(self.shown(self.plan)), id="delete")

    def on_mount(self) -> None:
        """Focus where nothing happens: on Keep, or where the key is typed."""
        delete = self.query_one("#delete", Choice)
        delete.key = self.owner.keys.name("delete.confirm")
        delete.disabled = bool(self._typed)
        delete.watch_disabled(delete.disabled)
        delete.refresh(layout=True)
        first = self._typed[0] if self._typed else self.query_one("#keep")
        first.focus()

    def text(self, width: int) -> list[Line]:
        """What will be sent where, and why."""
        seen_from = self._seen_from if self.revealed else self.owner.privacy.host(self._seen_from)
        lines = wording.dialog(self.shown(self.plan), self._hidden, seen_from, width, self.owner.glyphs)
        return [*lines, *self._about_privacy(width)]

    def on_resize(self) -> None:
        """The lines over what has to be typed, and how much of the text is below."""
        self._show_typed()
        self.call_after_refresh(self._name_deletion)
        self.call_after_refresh(self._show_more)

    def _name_deletion(self) -> None:
        """On which nodes, beside the key that deletes, as far as there is room."""
        if not self.query("#delete"):  # closed meanwhile
            return
        buttons, delete = self.query_one("#buttons"), self.query_one("#delete", Choice)
        around = width(delete.content()) - cell_len(delete.text)
        room = buttons.region.right - delete.region.x - around
        delete.text = wording.confirm_words(self.shown(self.plan), room)
        delete.refresh(layout=True)

    def _show_typed(self) -> None:
        """Above each field: what is asked for and why, or that what was typed does not match."""
        press = self.owner.keys.name("delete.next")
        for number, typed in enumerate(self._typed):
            wanted, why = safe(typed.wanted), typed.why
            text = line(f"To enable Delete, type {wanted}, then {press}: {why}", Tone.WARNING)
            if typed.is_wrong:
                text = line(f"Does not match {wanted}, asked for because {why}", Tone.DANGER)
            self.query_one(f"#ask-{number}", Painted).show([text])

    def _about_privacy(self, width: int) -> list[Line]:
        """That other words are sent than are shown, and how to see them."""
        if not self.owner.privacy.on:
            return []
        text = REVEALED if self.revealed else COVERED.format(self.owner.keys.name("delete.reveal"))
        return [line(part, Tone.WARNING) for part in wrap(text, width)]

    def redraw(self) -> None:
        """Draw everything again."""
        super().redraw()
        self.query_one("#delete", Choice).text = wording.confirm_words(self.shown(self.plan))
        self.query_one("#delete", Choice).refresh(layout=True)
        self.on_resize()

    def _show_more(self) -> None:
        if not self.query("#body"):  # closed meanwhile
            return
        body = self.query_one("#body", Scroller)
        below = len(body.lines) - body.top - body.size.height
        more = f"{below} more below: {self.owner.keys.name('delete.page_down')}"
        text = more if below > 0 else f"{self.owner.keys.name('screen.copy')} copies"
        self.put_message(self.unseen or text, Tone.TEXT, stays=False)

    def parts_to_see(self, lines: Sequence[Line]) -> list[range]:
        """What will be sent: the lines of each command."""
        starts = [number for number, part in enumerate(lines) if wording.is_command(part)]
        ends = [wording.end_of_command(lines, start) for start in starts]
        return list(map(range, starts, ends))

    @property
    def unseen(self) -> str:
        """How many of the commands were not on the screen yet, and how to get there."""
        missing, press = self._seen.missing, self.owner.keys.name("delete.page_down")
        of = f"{missing} of {len(self._seen.parts)} commands"
        return f"{of} not seen yet: {press}" if missing else ""

    def show_unseen(self) -> None:
        """Say what has to be looked at before a yes counts."""
        self._show_more()

    @on(Input.Changed)
    def _typed_something(self) -> None:
        self.query_one("#delete", Choice).disabled = not self.is_enabled
        self._show_typed()

    @on(Input.Blurred)
    def _left_a_field(self) -> None:
        self._show_typed()

    @on(Input.Submitted)
    def _enter_keeps(self) -> None:
        self.keep()

    @on(Choice.Clicked)
    def _clicked(self, event: Choice.Clicked) -> None:
        if event.choice.id == "keep":
            self.keep()
        else:
            event.choice.focus()

    @property
    def opening_keys(self) -> set[str]:
        """The keys that may have opened it; held down they type nothing here."""
        return {key for id_ in _OPENERS for key in self.owner.keys.of(id_).keys}

    @property
    def is_enabled(self) -> bool:
        """Whether everything that has to be typed was typed."""
        return all(typed.is_right for typed in self._typed)

    @does("delete.keep")
    def keep(self) -> None:
        """Close; nothing is sent."""
        self.answer(False)

    @does("delete.confirm")
    def confirm(self) -> None:
        """Say yes, once, if everything was typed and the key is a yes."""
        if self.is_enabled and not isinstance(self.focused, Input):
            self.when_yes(self.owner.keys.of("delete.confirm").keys, self._confirm)

    def _confirm(self) -> None:
        if self.is_enabled and not isinstance(self.focused, Input):
            self.answer(True)

    @steps("delete.next", "delete.previous")
    def step(self, by: int) -> None:
        """From what is typed to Delete (when it is right) or Keep, and round; or the other way round."""
        stops: list[Widget] = [*self._typed, self.query_one("#delete"), self.query_one("#keep")]
        order = [stop for stop in stops if not stop.disabled]
        here = next((i for i, stop in enumerate(order) if stop is self.focused), 0)
        order[(here + by) % len(order)].focus()

    def as_text(self) -> str:
        """All that it says."""
        return wording.for_clipboard(self.shown(self.plan), self._hidden, self.owner.glyphs)

    @moves("delete")
    def move(self, name: str) -> None:
        """Show another part of what the dialog says."""
        super().move(name)
        self._show_more()


class RunScreen(_OfPlan[None]):
    """Runs the plan it is given, once, and stays until the user has read how it ended.

    ``keep`` is given the steps once all have ended, before the screen says so.
    """

    BINDINGS = bindings_of(RUN)
    asks = False

    def __init__(self, plan: Plan, runner: Runner, keep: Keeps | None = None) -> None:
        super().__init__(plan)
        self._runner = runner
        self._keep = keep
        self._steps = [Step(deletion=deletion, text=WAITING) for deletion in plan.deletions]
        self._done = False
        self._stopping = ""
        """The message about stopping; "" while it is not asked for."""
        self._begun: datetime | None = None

    def on_mount(self) -> None:
        """Begin."""
        self._begun = self.owner.clock()
        self.owner.running_plan = True
        self.owner.run_guarded(self._run())

    async def _run(self) -> None:
        try:
            steps = await self._runner.run(self.plan, self._stepped)
            if self._keep is not None:
                await self._keep(steps)
            self._steps = list(steps)
        finally:
            self._done = True
            self.owner.running_plan = False
            self.owner.jobs.row_ended()
            if self.is_attached:
                self.redraw()

    def _stepped(self, number: int, step: Step) -> None:
        self._steps[number] = step
        if step.outcome is not None:
            self.owner.jobs.row_ended()
        if self.is_attached:
            self.redraw()

    def text(self, width: int) -> list[Line]:
        """Each step as far as it went."""
        return [piece for part in self._parts(width) for piece in part]

    def _parts(self, width: int) -> list[list[Line]]:
        glyphs = self.owner.glyphs
        return [
            [tuple((glyphs.plain(text), tone) for text, tone in piece) for piece in part]
            for part in wording.progress(self.shown(self._steps), width)
        ]

    def redraw(self) -> None:
        """Draw everything again; the row under way is kept in view."""
        super().redraw()
        if not self._done:
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        for body in self.query("#body").results(Scroller):
            lengths = [len(part) for part in self._parts(body.size.width)]
            end = sum(lengths[: self._under_way + 1])
            body.scroll_lines(max(0, end - body.size.height) - body.top)

    @property
    def _under_way(self) -> int:
        """The index of the row that runs; of the last one when all have ended."""
        ended = sum(1 for step in self._steps if step.outcome is not None)
        return min(ended, len(self._steps) - 1)

    def keys(self) -> Line:
        """How far it is and how to stop it; then how it ended, and the way back."""
        if self._done:
            return (
                (wording.summary(self._steps) or "It did not complete", Tone.STRONG),
                (".  ", Tone.STRONG),
                *self.keys_line(("run.back", "back")),
            )
        if self.owner.jobs.is_waiting:
            words = f"suspends after row {self._under_way + 1} of {len(self._steps)}; fg resumes"
            return line(words, Tone.WARNING)
        if self._stopping:
            return line(self._stopping, Tone.WARNING)
        seconds = (self.owner.clock() - self._begun).total_seconds() if self._begun else 0.0
        far = (f"{wording.how_far(self._steps, seconds)}.  ", Tone.MUTED)
        is_last = self._under_way == len(self._steps) - 1
        return (far, *(() if is_last else self.keys_line(("run.stop", "stops after this row"))))

    def as_text(self) -> str:
        """Each step as far as it went."""
        plan, steps = self.shown(self.plan), self.shown(self._steps)
        lines = [piece for part in wording.progress(steps, WIDE) for piece in part]
        return f"{wording.title(plan)}\n{plain(lines)}"

    @does("run.stop")
    def stop(self) -> None:
        """Begin no further row; once everything has ended, close."""
        if self._done:
            self.answer(None)
            return
        self._runner.stop(self.plan)
        index, count = self._under_way, len(self._steps)
        number = index + int(self._steps[index].is_begun)
        where = f"after row {number} of {count}" if number else "before the first row"
        self._stopping = f"stopping {where}; the deletion already sent is still verified"
        self.redraw()

    @does("run.back")
    def close_when_done(self) -> None:
        """Close, once everything has ended."""
        if self._done:
            self.answer(None)

    @moves("run")
    def move(self, name: str) -> None:
        """Show another part of a long run."""
        super().move(name)
