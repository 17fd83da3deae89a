"""Themes in the command palette: the one under the cursor shows at once, leaving brings back the old one."""

from dataclasses import dataclass
from typing import cast

from textual import on
from textual.command import Command, CommandList, CommandPalette
from textual.theme import Theme
from textual.widgets import Input, OptionList

from tofutui.ui.kit.desk import Desk
from tofutui.ui.kit.whole_screens import Whole


@dataclass(frozen=True, slots=True)
class ThemeChoice:
    """The command that goes to a theme."""

    app: Desk
    name: str

    def __call__(self) -> None:
        """Go to it."""
        self.app.use_theme(self.name)


class PreviewPalette(Whole, CommandPalette):
    """A palette in which themes are seen before they are chosen."""

    _before = ""
    """The theme to leave with."""

    def _action_command_list(self, action: str) -> None:
        """As Textual's, which fails for a page up or down in a list without room for a line."""
        commands = self.query_one(CommandList)
        if commands.option_count and commands.scrollable_content_region:
            super()._action_command_list(action)

    def on_mount(self) -> None:
        """Note what to come back to; borders in ASCII where only that may be used; nothing blinks."""
        self.query_one(Input).cursor_blink = False
        self._before = self._owner.palette.spec.name
        self.set_class(self._owner.glyphs.ascii, "-ascii")
        self.app.theme_changed_signal.subscribe(self, self._restyle)

    def _restyle(self, _theme: Theme) -> None:
        """Textual leaves its own screens out when the theme changes."""
        self.app.stylesheet.update(self)

    @property
    def _owner(self) -> Desk:
        return cast("Desk", self.app)

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        choice = _choice(event)
        self._owner.use_theme(choice.name if choice else self._before)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        choice = _choice(event)
        self._before = choice.name if choice else self._before

    def on_unmount(self) -> None:
        """Leave with the theme that was chosen, or the one before."""
        self._owner.use_theme(self._before)


def _choice(event: OptionList.OptionMessage) -> ThemeChoice | None:
    option = event.option
    command = option.hit.command if isinstance(option, Command) else None
    return command if isinstance(command, ThemeChoice) else None
