"""The command palette: every action of this screen and of the tables by name, sessions, themes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.content import Content

from tofutui.ui.actions.catalogue import MAIN, SHARED, Action
from tofutui.ui.help.theme_preview import PreviewPalette, ThemeChoice
from tofutui.ui.kit.desk import Desk, OpenTables, Simulation
from tofutui.ui.kit.screen import Acting
from tofutui.ui.options import START_DEMO

_Command = tuple[str, Callable[[], object], str]
"""Title, what it does, help."""
_CAPTURE = "Write what it prints and presents to a file, with stand-ins for names. It only reads."


class ActionProvider(Provider):
    """Offers what the registry declares; what cannot be done now says why when it is chosen."""

    @property
    def _owner(self) -> Desk:
        return cast("Desk", self.app)

    def _commands(self) -> Iterator[_Command]:
        here = cast("Acting[None]", self.screen)
        main = self._owner.main
        own = [] if cast("object", here) is main else self._actions_of(here)
        for action in own:
            yield self._command(here, action)
        if main is not None:
            shown = {action.id for action in own}
            for action in self._owner.keys.these(MAIN):
                if action.palette and action.id not in shown:
                    yield self._command(main, action)
            yield "Capture this pair for a report", partial(self._capture, main), _CAPTURE
            for simulation in main.simulations():
                yield simulation.title, partial(self._simulate, main, simulation), simulation.help
        for action in self._owner.keys.these(SHARED):
            yield self._command(here, action)
        if main is not None:
            yield from self._sessions()
        yield from self._demos()
        for name in self._owner.own_themes:
            yield f"Theme: {name}", ThemeChoice(self._owner, name), "Change the colours."

    def _actions_of(self, screen: "Acting[None]") -> list[Action]:
        """What the keys of a screen over the tables do; moves are left to the keys."""
        return [
            action
            for action in screen.declared()
            if (action.footer or action.palette)
            and (not action.demo or screen.state().demo)
            and not action.id.startswith("app.")
        ]

    def _command(self, screen: "Acting[None] | OpenTables", action: Action) -> _Command:
        key = f" ({action.shown_key})" if action.keys else ""
        why = action.why_disabled(screen.state())
        text = f"not now: {self._owner.keys.text(why)}" if why else action.help
        return f"{action.title}{key}", partial(self._act, screen, action.id), text

    async def _act(self, screen: "Acting[None] | OpenTables", id_: str) -> None:
        """Do it there where it belongs: what lies over that screen is closed first."""
        await self._owner.uncover(screen)
        await screen.action_act(id_)

    async def _capture(self, main: OpenTables) -> None:
        await self._owner.uncover(main)
        main.capture()

    async def _simulate(self, main: OpenTables, simulation: Simulation) -> None:
        await self._owner.uncover(main)
        simulation.do()

    def _sessions(self) -> Iterator[_Command]:
        for name, session in self._owner.sessions.items():
            words = session.title or "Open it; the connections of this one are closed first."
            yield f"Session: {name}", partial(self._switch, name), words

    def _demos(self) -> Iterator[_Command]:
        for name, title in self._owner.options.scenarios.items():
            words = f"{title}. Starts the simulated pair; the connections of this session are closed first."
            yield f"Demo: {name}", partial(self._start_demo, name), words

    async def _start_demo(self, name: str) -> None:
        self._owner.options.ask_for_demo(name)
        self._owner.leave(START_DEMO)

    async def _switch(self, name: str) -> None:
        main = self._owner.main
        if main is not None and main.session.name != name:
            await self._owner.uncover(main)
            self._owner.open_session(self._owner.sessions[name])

    def _shown(self) -> Iterator[_Command]:
        plain = self._owner.glyphs.plain
        for title, run, text in self._commands():
            yield plain(title), run, plain(text)

    async def discover(self) -> Hits:
        """Everything, while nothing is typed."""
        for title, run, text in self._shown():
            yield DiscoveryHit(Content(title), run, text=title, help=_plain(text))

    async def search(self, query: str) -> Hits:
        """What fits what is typed."""
        matcher = self.matcher(query)
        for title, run, text in self._shown():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, Content(title), run, text=title, help=_plain(text))


class ActionPalette(PreviewPalette):
    """The palette without its emoji, which is of another width in some terminals."""

    def __init__(self) -> None:
        super().__init__(providers=[ActionProvider], placeholder="Search for commands")

    def on_mount(self) -> None:
        """Show a plain sign."""
        self.query_one(SearchIcon).icon = "> "


def _plain(text: str) -> str:
    """Help is read as markup by the palette."""
    return text.replace("[", r"\[")
