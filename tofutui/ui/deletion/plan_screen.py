"""The plan: every stale row of a remote host on both nodes, which of them to delete, and the commands."""

from collections.abc import Sequence

from tofutui.tofu.deletion.choices import PlanChoices, RowId, row_id
from tofutui.tofu.deletion.plan import in_order
from tofutui.tofu.deletion.proof import changed_entry
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import PLAN
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.actions.movement import moved
from tofutui.ui.backend import Runner
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.kit.view import PickView
from tofutui.ui.text.spans import EMPTY, WIDE, Line, Tone, line, plain, wrap
from tofutui.ui.text.vocabulary import (
    VERDICT_TONES,
    WHO_MEANS,
    WHO_WORDS,
    both_names,
    listed,
    node_name,
    place,
    rows,
)


class PlanScreen(PickView[list[Entry]]):
    """Gives the rows to propose for deletion, or nothing.

    It shows the tables as they were at opening; what it gives are the rows as they are when Delete is
    pressed, and only if they are what is shown.
    """

    BINDINGS = bindings_of(PLAN)
    bar = PLAN

    def __init__(self, comparison: Comparison, runner: Runner, said: str = "") -> None:
        super().__init__()
        self._comparison = comparison
        self._runner = runner
        self._said = said
        """The message when it opens: how the previous dialog ended."""
        self._read_tables()
        self._chosen: set[RowId] = set()

    def on_mount(self) -> None:
        """Select what is proven stale, except where the operator decided differently before."""
        choices = self._choices
        only_to_copy = self._locked.keys() if len(self._locked) < len(self._comparison.nodes) else set()
        for number, entry in enumerate(self._entries):
            choice = choices.of(entry)
            wanted = entry.verdict is Verdict.MISMATCH if choice is None else choice.selected
            if wanted and row_id(entry) not in self._refused and entry.role not in only_to_copy:
                self._chosen.add(row_id(entry))
            if row_id(entry) == choices.cursor:
                self._cursor = number
        if self._said:
            self.call_after_refresh(lambda: self.say(self._said))

    @property
    def _choices(self) -> PlanChoices:
        return self.owner.plan_choices.setdefault(self._comparison.session.name, PlanChoices())

    def _read_tables(self) -> None:
        """The stale rows of this moment, and why some cannot be deleted."""
        comparison, runner = self._comparison, self._runner
        self._locked = {role: why for role in comparison.nodes if (why := runner.why_not(role))}
        """Where nothing can be deleted from here: then the commands are there to be pasted."""
        self._entries = in_order([entry for entry in comparison.entries() if entry.is_stale_remote])
        self._refused = {row_id(e): why for e in self._entries if (why := self._why_not(runner, e))}

    def _why_not(self, runner: Runner, entry: Entry) -> str | None:
        if entry.role in self._locked:
            return None if entry.delete_command else "no command: the key is not a plain address and port"
        return runner.why_not(entry.role, entry)

    @property
    def chosen(self) -> list[Entry]:
        """The rows selected, in the order in which they will run."""
        return [entry for entry in self._entries if row_id(entry) in self._chosen]

    def redraw(self) -> None:
        """Show everything again."""
        text = self.query_one("#text", Scroller)
        count = f"{len(self.chosen)} of {rows(len(self._entries))} selected"
        heading = f"Plan: stale rows, in the order of deletion; {count}"
        if len(heading) + len(" PRIVACY  ") > self.size.width:
            heading = f"Plan: stale rows; {count}"
        self.query_one("#heading", Painted).show([self.headline(heading)])
        lines, starts = self._lines(max(30, text.size.width - 2))
        text.show(lines)
        if starts:
            text.choose(starts[self._cursor])

    def _lines(self, width: int) -> tuple[list[Line], list[int]]:
        lines: list[Line] = []
        starts: list[int] = []
        for role in self._comparison.nodes:
            mine = [entry for entry in self._entries if entry.role is role]
            tone = Tone.PRIMARY if role is Role.PRIMARY else Tone.SECONDARY
            view = self._comparison.nodes[role]
            name = node_name(self.owner.privacy.head(view))
            lines += [EMPTY, line(f" {name}: {_how_many(view, mine)}", tone)]
            lines += [
                line(" " + part, Tone.WARNING) for part in wrap(self._not_listed(view), width - 1) if part
            ]
            if role in self._locked:
                why = self.shown(self._locked[role])
                copies = self.owner.keys.name("screen.copy")
                text = f"{why}; {copies} copies the commands, to paste into your own session"
                lines += [line(" " + part, Tone.WARNING) for part in wrap(text, width - 1)]
            for entry in mine:
                starts.append(len(lines))
                lines += self._row(entry, width)
            lines += [
                line(" " + part, Tone.MUTED) for part in wrap(self._left_alone(view), width - 1) if part
            ]
        return lines, starts

    def _not_listed(self, view: NodeView) -> str:
        """Why rows may be missing from the plan; "" if none can."""
        if view.complete:
            return ""
        why = self.shown(view.error) or "it has not been listed yet"
        return f"Rows may be missing here: {why}"

    def _left_alone(self, view: NodeView) -> str:
        """The own rows that are stale, and why they are not in the plan; "" if there is none."""
        own = [e for e in view.entries.values() if e.verdict.is_stale and not e.who.is_remote]
        if not own:
            return ""
        keys = listed([f"{place(self.shown(e))} ({WHO_MEANS[e.who]})" for e in own])
        return f"Not in the plan: {keys}. The TAC procedure deletes only rows about other hosts."

    def _row(self, entry: Entry, width: int) -> list[Line]:
        glyphs, look = self.owner.glyphs, entry.verdict.look
        box = "[x]" if row_id(entry) in self._chosen else "[ ]"
        refused = self.shown(self._refused.get(row_id(entry)))
        choice = self._choices.of(entry)
        entry = self.shown(entry)
        head: Line = (
            (f"  {box if not refused else ' - '} ", Tone.STRONG),
            (f"{glyphs.verdict(entry.verdict)} {look.word:9}", VERDICT_TONES[entry.verdict]),
            (f" {place(entry)}  {WHO_WORDS[entry.who]}  {both_names(entry, glyphs.arrow)}", Tone.TEXT),
        )
        why = entry.judgement.why[:1] if not refused else (refused,)
        if choice is not None and not choice.selected:
            why = (f"deselected by you, {choice.at.astimezone():%H:%M}", *why)
        reasons = [line("        " + part, Tone.MUTED) for text in why for part in wrap(text, width - 8)]
        command = [
            line("        " + part, Tone.COMMAND)
            for part in wrap(f"$ {entry.delete_command or 'no command'}", width - 8)
        ]
        return [head, *reasons, *command]

    @moves("plan")
    def move(self, name: str) -> None:
        """Put the cursor on another row."""
        if self._entries:
            self._cursor = moved(name, self._cursor, len(self._entries))
            self._choices.cursor = row_id(self._entries[self._cursor])
            self.redraw()

    @does("plan.toggle")
    def toggle(self) -> None:
        """Select the row, or deselect it."""
        if not self._entries:
            return
        entry = self._entries[self._cursor]
        refused = self._refused.get(row_id(entry))
        if refused:
            self.say(refused, Tone.WARNING)
        else:
            self._chosen ^= {row_id(entry)}
            selected = row_id(entry) in self._chosen
            self._choices.note(entry, selected=selected, at=self.owner.clock())
            self.redraw()
            if entry.role in self._locked and row_id(entry) in self._chosen:
                copies = self.owner.keys.name("screen.copy")
                self.say(f"selected for {copies} only: {self._locked[entry.role]}", Tone.WARNING)

    @does("plan.all")
    def select_all(self) -> None:
        """Select every row that can be deleted."""
        self._select({row_id(entry) for entry in self._entries if row_id(entry) not in self._refused})

    @does("plan.none")
    def select_none(self) -> None:
        """Deselect every row."""
        self._select(set())

    def _select(self, wanted: set[RowId]) -> None:
        for entry in self._entries:
            if (row_id(entry) in wanted) is not (row_id(entry) in self._chosen):
                self._choices.note(entry, selected=row_id(entry) in wanted, at=self.owner.clock())
        self._chosen = wanted
        self.redraw()

    @does("plan.delete")
    def open_delete_dialog(self) -> None:
        """On to the delete dialog, with the rows as they are now if that is what is shown."""
        changed = self._take_over_tables()
        if changed:
            self.redraw()
            text = f"{rows(changed)} changed since the plan was opened and no longer selected: review them"
            self.say(text, Tone.WARNING)
            return
        possible = [entry for entry in self.chosen if entry.role not in self._locked]
        if possible:
            self.dismiss(possible)
        elif self.chosen:
            delete, copies = (self.owner.keys.name(id_) for id_ in ("plan.delete", "screen.copy"))
            why = self._locked[self.chosen[0].role]
            self.say(f"{delete}: {why}; {copies} copies the commands", Tone.WARNING)
        else:
            takes = self.owner.keys.name("plan.toggle")
            self.say(f"no row is selected; {takes} selects one", Tone.WARNING)

    def _take_over_tables(self) -> int:
        """Show the rows as they are now; how many of those selected are not what was shown."""
        shown = self.chosen
        self._read_tables()
        self._cursor = max(0, min(self._cursor, len(self._entries) - 1))
        current = {row_id(entry): entry for entry in self._entries}
        kept = {
            row_id(entry)
            for entry in shown
            if row_id(entry) not in self._refused
            and (now := current.get(row_id(entry))) is not None
            and changed_entry(entry, now) is None
        }
        self._chosen &= kept
        return len(shown) - len(kept)

    def row_to_copy(self) -> tuple[str, str] | None:
        """The row under the cursor, with its reasons and its command."""
        if not self._entries:
            return None
        entry = self._entries[self._cursor]
        return plain(self._row(entry, WIDE)).strip("\n"), f"row {place(self.shown(entry))}"

    def value_to_copy(self) -> tuple[str, str]:
        """The commands of the selected rows."""
        chosen = map(self.shown, self.chosen)
        commands = [entry.delete_command for entry in chosen if entry.delete_command]
        return "\n".join(commands), "1 command" if len(commands) == 1 else f"{len(commands)} commands"

    @does("plan.copy")
    def copy_commands(self) -> None:
        """The same by a key of its own."""
        self.send(*self.value_to_copy())

    def as_text(self) -> str:
        """Every row with its command."""
        return plain(self._lines(WIDE)[0]).strip("\n")

    @does("plan.back")
    def go_back(self) -> None:
        """Close; nothing is sent."""
        self.dismiss([])


def _how_many(view: NodeView, mine: Sequence[Entry]) -> str:
    """How many rows of a node are in the plan; nothing is claimed of one that was not listed."""
    if view.complete or mine:
        return rows(len(mine))
    return "could not be listed" if view.error else "not listed yet"
