"""The command palette: every action of the screen below by name, themes and sessions."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.content import Content

from tofutui.ui.actions import MAIN
from tofutui.ui.app import TofutuiApp
from tofutui.ui.screens.base import Acting


class ActionProvider(Provider):
    """Offers what the registry declares; what cannot be done now says why when it is chosen."""

    def _commands(self) -> Iterator[tuple[str, Callable[[], object], str]]:
        screen = cast("Acting[None]", self.screen)
        state = screen.state()
        for action in MAIN:
            if action.palette:
                why = action.why_disabled(state)
                title = f"{action.title} ({action.shown_key})"
                yield title, partial(screen.action_act, action.id), f"not now: {why}" if why else action.help
        app = cast("TofutuiApp", self.app)
        for name in app.own_themes:
            yield f"Theme: {name}", partial(app.use_theme, name), "Change the colours."

    async def discover(self) -> Hits:
        """Everything, while nothing is typed."""
        for title, run, text in self._commands():
            yield DiscoveryHit(Content(title), run, text=title, help=_plain(text))

    async def search(self, query: str) -> Hits:
        """What fits what is typed."""
        matcher = self.matcher(query)
        for title, run, text in self._commands():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, Content(title), run, text=title, help=_plain(text))


class Palette(CommandPalette):
    """The palette without its emoji, which is of another width in some terminals."""

    def __init__(self) -> None:
        super().__init__(providers=[ActionProvider])

    def on_mount(self) -> None:
        """Show a plain sign."""
        self.query_one(SearchIcon).icon = "> "


def _plain(text: str) -> str:
    """Help is read as markup by the palette."""
    return text.replace("[", r"\[")
