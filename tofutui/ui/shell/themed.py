"""The app's themes: which one is shown, and how to change that."""

from tofutui.ui.options import AppOptions
from tofutui.ui.terminal.painter import DiffingApp
from tofutui.ui.theme.catalogue import Themes
from tofutui.ui.theme.styles import Palette


class ThemedApp(DiffingApp):
    """Shows itself in one of the themes that there are."""

    def __init__(self, options: AppOptions) -> None:
        super().__init__(options.encoding)
        self.options = options

    def begin_themes(self) -> None:
        """Load the themes and go to the one of the options."""
        self.themes = Themes()
        self.palette = Palette(self.themes.default)
        self._register_themes()
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
        self.theme = spec.name

    def use_few_colors(self) -> None:
        """Get along with 16 colours; before the app runs."""
        self.themes.use_few_colors()
        self._register_themes()
        self.palette = Palette(self.themes.named(self.theme))

    def _register_themes(self) -> None:
        for theme in self.themes.for_textual():
            self.register_theme(theme)
