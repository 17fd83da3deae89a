"""The plan: every stale row of a remote host on both nodes, which of them to delete, and the commands."""

from textual.app import ComposeResult

from tofutui.tofu.comparison import Comparison, Entry
from tofutui.tofu.session import Role
from tofutui.tofu.verdict import Verdict
from tofutui.ui.actions import PLAN
from tofutui.ui.lines import EMPTY, Line, Tone, line, wrap
from tofutui.ui.link import Runner
from tofutui.ui.screens.base import Acting, bindings_of
from tofutui.ui.widgets.bars import KeyBar
from tofutui.ui.widgets.painted import Painted, Scroller
from tofutui.ui.words import VERDICT_TONES, WHO_WORDS, both_names, node_name, place, rows


class PlanScreen(Acting[list[Entry]]):
    """Gives the rows to propose for deletion, or nothing. It shows the tables as they were at opening."""

    CSS_PATH = "../styles/view.tcss"
    BINDINGS = bindings_of(PLAN)
    AUTO_FOCUS = ""

    def __init__(self, comparison: Comparison, runner: Runner) -> None:
        super().__init__()
        self._comparison = comparison
        stale = [entry for entry in comparison.entries() if entry.is_stale_remote]
        self._refused = {id(e): why for e in stale if (why := runner.why_not(e.role, e))}
        possible = [entry for entry in stale if id(entry) not in self._refused]
        frozen = runner.freeze(possible).deletions if possible else ()
        self._entries = [d.entry for d in frozen] + [e for e in stale if id(e) in self._refused]
        self._entries.sort(key=lambda entry: list(Role).index(entry.role))
        self._chosen = {id(e) for e in possible if e.verdict is Verdict.MISMATCH}
        self._cursor = 0

    def compose(self) -> ComposeResult:
        """Heading, rows by node, keys."""
        yield Painted(id="heading")
        yield Scroller(id="text", picks=True)
        yield KeyBar(PLAN, id="keys")

    def on_resize(self) -> None:
        """Wrap anew."""
        self.call_after_refresh(self._draw)

    @property
    def chosen(self) -> list[Entry]:
        """The rows taken in, in the order in which they will run."""
        return [entry for entry in self._entries if id(entry) in self._chosen]

    def _draw(self) -> None:
        text = self.query_one("#text", Scroller)
        count = f"{len(self.chosen)} of {rows(len(self._entries))} taken in"
        heading = f" Plan: stale rows of remote hosts, in the order they will run; {count}"
        self.query_one("#heading", Painted).show([line(heading, Tone.STRONG)])
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
            lines += [EMPTY, line(f" {node_name(self._comparison.nodes[role])}: {rows(len(mine))}", tone)]
            for entry in mine:
                starts.append(len(lines))
                lines += self._row(entry, width)
        return lines, starts

    def _row(self, entry: Entry, width: int) -> list[Line]:
        glyphs, look = self.owner.glyphs, entry.verdict.look
        box = "[x]" if id(entry) in self._chosen else "[ ]"
        refused = self._refused.get(id(entry))
        head: Line = (
            (f"  {box if not refused else ' - '} ", Tone.STRONG),
            (f"{glyphs.verdict(entry.verdict)} {look.word:9}", VERDICT_TONES[entry.verdict]),
            (f" {place(entry)}  {WHO_WORDS[entry.who]}  {both_names(entry, glyphs.arrow)}", Tone.TEXT),
        )
        why = entry.judgement.why[:1] if not refused else (refused,)
        reasons = [line("        " + part, Tone.MUTED) for text in why for part in wrap(text, width - 8)]
        command = [
            line("        " + part, Tone.COMMAND)
            for part in wrap(f"$ {entry.delete_command or 'no command'}", width - 8)
        ]
        return [head, *reasons, *command]

    def _step(self, by: int) -> None:
        if self._entries:
            self._cursor = max(0, min(self._cursor + by, len(self._entries) - 1))
            self._draw()

    def do_plan_down(self) -> None:
        """The next row."""
        self._step(1)

    def do_plan_up(self) -> None:
        """The row before."""
        self._step(-1)

    def do_plan_toggle(self) -> None:
        """Take the row in, or leave it out."""
        if not self._entries:
            return
        entry = self._entries[self._cursor]
        refused = self._refused.get(id(entry))
        if refused:
            self.say(refused, Tone.WARNING)
        else:
            self._chosen ^= {id(entry)}
            self._draw()

    def do_plan_delete(self) -> None:
        """On to the delete dialog."""
        if self.chosen:
            self.dismiss(self.chosen)
        else:
            self.say("no row is taken in; Space takes one in", Tone.WARNING)

    def do_plan_copy(self) -> None:
        """The commands of the rows taken in."""
        commands = [entry.delete_command for entry in self.chosen if entry.delete_command]
        self.owner.copy("\n".join(commands))
        self.say(f"{len(commands)} commands sent to the terminal's clipboard")

    def do_plan_back(self) -> None:
        """Close; nothing is sent."""
        self.dismiss([])
