"""The app's themes: which one is shown, and how to change that."""

from tofutui.ui.options import AppOptions
from tofutui.ui.terminal.painter import DiffingApp
from tofutui.ui.theme.catalogue import Themes
from tofutui.ui.theme.styles import Palette, textual_theme


class ThemedApp(DiffingApp):
    """Shows itself in one of the themes that there are."""

    def __init__(self, options: AppOptions) -> None:
        super().__init__(options.encoding)
        self.options = options

    def begin_themes(self) -> None:
        """Load the themes and go to the one of the options."""
        self.themes = Themes()
        self.palette = Palette(self.themes.default)
        for theme in self.themes.for_textual():
            self.register_theme(theme)
        self.use_theme(self.options.theme)

    @property
    def own_themes(self) -> list[str]:
        """The names of the themes that can be chosen."""
        return self.themes.names

    def next_theme(self) -> str:
        """Go to the next theme; returns its name."""
        self.use_theme(self.themes.following(self.palette.spec.name).name)
        return self.palette.spec.name

    def use_theme(self, name: str | None) -> None:
        """Go to this theme; where there is none of that name, to the default."""
        spec = self.themes.named(name)
        if spec is not self.palette.spec:
            self.palette = Palette(spec)
            self.register_theme(textual_theme(spec))
        self.theme = spec.name

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual's; before there is a screen, only note the theme: the first screen parses all for it."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def use_few_colors(self, count: int) -> None:
        """Get along with 16 or 256 colours; before the app runs."""
        self.themes.use_few_colors(count)
        self.use_theme(self.theme)
