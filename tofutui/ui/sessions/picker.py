"""The session picker."""

import asyncio
from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tofutui.tofu.site.session import Session
from tofutui.ui.actions.catalogue import PICK, State
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.actions.movement import moved
from tofutui.ui.kit.dialogs.confirm import ConfirmScreen
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted, Scroller
from tofutui.ui.kit.screen import Acting, bindings_of
from tofutui.ui.kit.whole_screens import is_whole
from tofutui.ui.sessions.store import Shelf, look
from tofutui.ui.sessions.wording import about, fits, head_line, none_lines, session_line
from tofutui.ui.text.spans import Line, Tone, line


class SessionScreen(Acting[str]):
    """Gives the name of the session to open, or nothing."""

    CSS_PATH = "picker.tcss"
    BINDINGS = bindings_of(PICK)
    AUTO_FOCUS = ""

    def __init__(self, current: str | None, made: str | None = None) -> None:
        super().__init__()
        self._current = current
        self._made = made
        """A session that was saved just now, before there was a picker."""
        self._at = made or current
        """The session under the cursor."""
        self._filter = ""
        self._shelf = Shelf()
        self._shown: list[Session] = []

    def compose(self) -> ComposeResult:
        """Heading, sessions, what is known of the one under the cursor, filter, keys."""
        yield Painted(id="heading")
        yield Painted(id="columns")
        yield Scroller(id="text", picks=True)
        yield Painted(id="about")
        yield Input(id="filter", placeholder="filter: name, title, host", select_on_focus=False)
        yield KeyBar(PICK, id="keys")

    def on_mount(self) -> None:
        """What has to be read comes later: the names are shown immediately."""
        self.call_after_refresh(self._read_again)
        if self._made is not None:
            self.call_after_refresh(self._saved, self._made)

    def on_resize(self) -> None:
        """Draw again at the new size."""
        self.call_after_refresh(self.redraw)

    def on_screen_resume(self) -> None:
        """Back from the form: what changed is shown."""
        if self.is_mounted:
            self._read_again()

    def _read_again(self) -> None:
        self.redraw()
        self.owner.run_guarded(self._read())

    async def _read(self) -> None:
        options = self.owner.options
        self._shelf = await asyncio.to_thread(look, options.sessions_path, options.data_dir)
        if is_whole(self):
            if self._shelf.trouble:
                self.say(self._shelf.trouble, Tone.WARNING)
            self.redraw()

    @property
    def _cursor(self) -> int:
        names = [session.name for session in self._shown]
        return names.index(self._at) if self._at in names else 0

    @property
    def _session(self) -> Session | None:
        shown = self._shown
        return shown[self._cursor] if shown else None

    def state(self) -> State:
        """What the registry's rules need to know now."""
        session = self._session
        kept = self._shelf.kept.get(session.name) if session else None
        if not self._shelf.was_read:
            kept = "the sessions files are still loading"
        return State(sessions=len(self._shown), kept=kept, fixed=self.owner.options.fixed)

    def redraw(self) -> None:
        """Show everything again."""
        self._shown = shown = [
            session for session in self.owner.sessions.values() if fits(self.shown(session), self._filter)
        ]
        text = self.query_one("#text", Scroller)
        every = len(self.owner.sessions)
        count = f"{len(shown)} of {every}" if self._filter else f"{every}"
        self.query_one("#heading", Painted).show([self.headline(f"tofutui  Sessions  {count}")])
        self.query_one("#columns", Painted).show([head_line(text.size.width)] if every else [])
        text.picks = bool(shown)
        cells = text.size.width
        text.show(
            [self._line(session, cells) for session in shown] if shown else self._nothing(text.size.width - 2)
        )
        self._follow()

    def _follow(self) -> None:
        """Bring the rest up to date with the cursor."""
        text = self.query_one("#text", Scroller)
        text.choose(self._cursor if self._shown else 0)
        self._draw_about(text.size.width - 2)
        self.query_one(KeyBar).tell(self.state())

    def _line(self, session: Session, cells: int) -> Line:
        owner = self.owner
        result = self._shelf.results.get(session.name)
        is_open = session.name == self._current
        return session_line(self.shown(session), result, owner.glyphs, owner.clock(), cells, is_open=is_open)

    def _nothing(self, cells: int) -> list[Line]:
        if self._filter:
            return [
                line(
                    f"  no session contains {self._filter!r}; {self._key('back')} clears the filter",
                    Tone.MUTED,
                )
            ]
        return none_lines(str(self.shown(self.owner.options.sessions_path)), self._key("new"), cells)

    def _key(self, name: str) -> str:
        return self.owner.keys.name(f"pick.{name}")

    def _draw_about(self, cells: int) -> None:
        session, below = self._session, self.query_one("#about", Painted)
        if session is None:
            below.show([])
            return
        result, kept = self._shelf.results.get(session.name), self._shelf.kept.get(session.name)
        fixed = self.owner.options.fixed
        words = f"not changed here: {fixed or self.shown(kept)}" if fixed or kept else ""
        words += f"; {self._key('copy')} duplicates it" if kept and not fixed else ""
        below.show(about(self.shown(session), result, cells, words, self.owner.glyphs))

    def _go(self, to: int) -> None:
        shown = self._shown
        if shown:
            self._at = shown[max(0, min(to, len(shown) - 1))].name
            self._follow()

    @moves("pick")
    def move(self, name: str) -> None:
        """Put the cursor on another session."""
        self._go(moved(name, self._cursor, len(self._shown), self.query_one("#text").size.height))

    @does("pick.open")
    def choose(self) -> None:
        """Open the session under the cursor."""
        if self._session is not None:
            self.dismiss(self._session.name)

    @does("pick.filter")
    def begin_filter(self) -> None:
        """Type a filter; it works while it is typed."""
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        self._filter = event.value.strip()
        self.redraw()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.remove_class("-filtering")
        self.set_focus(None)

    @does("pick.new")
    def new_session(self) -> None:
        """A new session."""
        self._open_form(None, is_new=True)

    @does("pick.edit")
    def edit_session(self) -> None:
        """Change the session under the cursor."""
        self._open_form(self._session, is_new=False)

    @does("pick.copy")
    def duplicate_session(self) -> None:
        """A new session like the one under the cursor."""
        self._open_form(self._session, is_new=True)

    def _open_form(self, session: Session | None, *, is_new: bool) -> None:
        from tofutui.ui.sessions.form import FormScreen

        self.app.push_screen(FormScreen(session, is_new=is_new), self._saved)

    def _saved(self, name: str | None) -> None:
        if name is not None:
            self._at = name
            is_open = name == self._current
            then = "open it again to apply the changes" if is_open else f"{self._key('open')} logs in"
            self.say(f"{name} is saved; {then}")

    @does("pick.delete")
    def delete_session(self) -> None:
        """Ask, and delete the session under the cursor."""
        session = self._session
        if session is None:
            return
        if session.name == self._current:
            self.say(f"{session.name} is open; open another session first", Tone.WARNING)
            return
        words = [
            f"This deletes the file of the session {session.name}.",
            "No node is touched. The history of its rows is kept.",
        ]
        screen = ConfirmScreen(f"Delete the session {session.name}", words, "delete the session")
        self.app.push_screen(screen, self._deleter(session.name))

    def _deleter(self, name: str) -> Callable[[bool | None], None]:
        def answered(yes: bool | None) -> None:
            if yes:
                self.owner.run_guarded(self._delete(name))

        return answered

    async def _delete(self, name: str) -> None:
        from tofutui.config.editable_sessions import delete_session

        await asyncio.to_thread(delete_session, name, self.owner.options.sessions_path)
        self.owner.sessions.pop(name, None)
        self.say(f"{name} is deleted")
        self._read_again()

    @does("pick.back")
    def go_back(self) -> None:
        """Clear the filter; else leave the picker."""
        if self._filter or self.has_class("-filtering"):
            self.query_one("#filter", Input).value = ""
            self._filter_done()
        else:
            self.dismiss(None)
