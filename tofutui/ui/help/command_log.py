"""What happened in this run: the command log of the nodes, and the messages of the app."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tofutui.tofu.site.endpoint import DELETE_COMMAND
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import LOG, VIEW
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Bench
from tofutui.ui.kit.desk import ShownMessage
from tofutui.ui.kit.painted import Scroller
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.kit.search_view import SearchView
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap
from tofutui.ui.text.vocabulary import clock_time

if TYPE_CHECKING:
    from tofutui.appliance.node import LogLine

_MARKS = {"sent": "$", "answer": ">", "printed": " ", "note": "#", "error": "!"}
_TONES = {
    "sent": Tone.COMMAND,
    "answer": Tone.COMMAND,
    "printed": Tone.TEXT,
    "note": Tone.MUTED,
    "error": Tone.DANGER,
}
_FOLDED = 2
"""How many lines of what a command printed are shown while it is folded."""


class LogScreen(SearchView):
    """The newest at the end; what a command printed is folded until it is asked for."""

    BINDINGS = bindings_of(LOG)
    bar = (*LOG, *VIEW)
    placeholder = "search commands and what was printed"
    heading = "Command log: what was sent ($), answered (>) and printed"

    def __init__(self, bench: "Bench | None") -> None:
        super().__init__()
        self._bench = bench
        self._follows = True
        self._unfolded = False
        self._only_deletions = False

    def on_mount(self) -> None:
        """Look for new lines once a second, as long as the log is shown."""
        super().on_mount()
        self.set_interval(1.0, self.redraw)

    @does("log.fold")
    def toggle_folding(self) -> None:
        """Show all that was printed, or only its beginning."""
        self._unfolded = not self._unfolded
        self.redraw()

    @does("log.deletions")
    def toggle_deletions(self) -> None:
        """Show only deletions, or every command again."""
        self._only_deletions = not self._only_deletions
        self.redraw()
        self.say("only deletions are shown" if self._only_deletions else "every command is shown")

    def redraw(self) -> None:
        """Fill in the lines; stay at the end if the end was shown."""
        text = self.query_one("#text", Scroller)
        self._follows = text.top >= text.end
        super().redraw()
        if self._follows:
            text.move("last")

    def content(self, width: int) -> list[Line]:
        """One entry a line, longer ones wrapped."""
        shown = [self.shown(entry) for entry in (self._bench.command_log if self._bench else ())]
        chosen = [group for group in _by_command(shown) if self._is_wanted(group)]
        lines = [part for group in chosen for entry in group for part in self._lines(entry, width)]
        if lines:
            return lines
        return [line("nothing here matches" if shown else "nothing has been sent yet", Tone.MUTED)]

    def _is_wanted(self, group: Sequence["LogLine"]) -> bool:
        """Whether a command with what came of it holds the words looked for."""
        if self._only_deletions and not is_deletion(group[0]):
            return False
        text = " ".join(f"{entry.role.word} {entry.text}" for entry in group).lower()
        return all(word in text for word in self.words)

    def _lines(self, entry: "LogLine", width: int) -> Iterator[Line]:
        role = Tone.PRIMARY if entry.role is Role.PRIMARY else Tone.SECONDARY
        lead = f"{clock_time(entry.at)} {entry.role.word:9} "
        tone = Tone.DANGER if is_deletion(entry) else _TONES[entry.kind]
        pieces = entry.text.strip("\r\n").splitlines() or [""]
        kept = pieces if self._unfolded or entry.kind != "printed" else pieces[:_FOLDED]
        parts = [part for piece in kept for part in wrap(piece, width - 22)]
        for number, part in enumerate(parts):
            mark = _MARKS[entry.kind] if number == 0 else " "
            head = lead if number == 0 else " " * len(lead)
            yield (head, role), (f"{mark} ", Tone.MUTED), (part, tone)
        if len(kept) < len(pieces):
            key = self.owner.keys.name("log.fold")
            more = f"{' ' * len(lead)}  … {len(pieces) - len(kept)} more lines: {key}"
            yield ((more, Tone.MUTED),)


def is_deletion(entry: "LogLine") -> bool:
    """Whether it is a command that deletes a row."""
    return entry.kind == "sent" and entry.text.startswith(DELETE_COMMAND)


def _by_command(entries: Iterable["LogLine"]) -> Iterator[list["LogLine"]]:
    """Each command with everything of its node up to the next one, in the order of the commands."""
    open_groups: dict[Role, list[LogLine]] = {}
    groups: list[list[LogLine]] = []
    for entry in entries:
        if entry.kind == "sent" or entry.role not in open_groups:
            open_groups[entry.role] = []
            groups.append(open_groups[entry.role])
        open_groups[entry.role].append(entry)
    return iter(groups)


class MessagesScreen(ViewScreen):
    """Every message with its time, the newest first and whole, so that one that went can be read again."""

    heading = "Messages, the newest first"

    def __init__(self, messages: Sequence[ShownMessage]) -> None:
        super().__init__()
        self._messages = tuple(reversed(messages))

    def content(self, width: int) -> list[Line]:
        """One message after the other, wrapped below its time."""
        lines: list[Line] = []
        for message in self._messages:
            lead = f"{clock_time(message.at)}  "
            text = wrap(self.shown(message.text), max(width - len(lead), 10))
            for number, part in enumerate(text):
                head = lead if number == 0 else " " * len(lead)
                lines.append(((head, Tone.MUTED), (part, message.tone)))
        return lines or [line("no messages yet", Tone.MUTED), EMPTY]
