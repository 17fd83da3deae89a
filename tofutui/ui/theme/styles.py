"""Theme files as Textual themes, and tones as the styles that are drawn."""

from dataclasses import dataclass
from functools import cached_property

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from tofutui.config.paths import config_dir
from tofutui.config.themes import TOKENS, ThemeSpec, load_themes, parse_theme
from tofutui.tofu.base.text import safe
from tofutui.ui.text.spans import Line, Tone

FALLBACK = parse_theme('name = "plain"\n[colors]\nprimary = "#7fb4ff"\n', "built in")
"""Where no theme file can be read."""


def all_themes() -> tuple[dict[str, ThemeSpec], list[str]]:
    """The bundled themes and the user's by name, at least one; and what was wrong with other files."""
    book = load_themes(config_dir() / "themes")
    return dict(book.themes) or {FALLBACK.name: FALLBACK}, list(book.errors)


def textual_theme(spec: ThemeSpec) -> Theme:
    """The theme as Textual wants it; the domain tokens become variables of the style sheets."""
    colors = spec.colors
    fore, back, muted = colors["foreground"], colors["background"], spec.tokens["muted"]
    return Theme(
        name=spec.name,
        dark=spec.dark,
        primary=colors["primary"],
        secondary=colors["secondary"],
        accent=colors["accent"],
        warning=colors["warning"],
        error=colors["error"],
        success=colors["success"],
        foreground=fore,
        background=back,
        surface=colors["surface"],
        panel=colors["panel"],
        variables={
            **spec.tokens,
            # Textual's own widgets: nothing paler than quiet text, cursors and selections reversed as ours.
            "text": fore, "text-muted": muted, "text-disabled": muted,
            "block-cursor-foreground": back, "block-cursor-background": fore,
            "block-cursor-blurred-foreground": back, "block-cursor-blurred-background": fore,
            "block-hover-background": colors["panel"],
            "input-cursor-foreground": fore, "input-cursor-background": back,
            "input-cursor-text-style": "reverse",
            "input-selection-foreground": fore, "input-selection-background": back,
            "border": colors["primary"], "border-blurred": spec.tokens["line"],
        },
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Palette:
    """Tones -> styles, for one theme; each is equal to itself only."""

    spec: ThemeSpec

    @cached_property
    def styles(self) -> dict[Tone, Style]:
        """One style for every tone; states differ in word and glyph too, colour is only an aid."""
        colors, tokens = self.spec.colors, self.spec.tokens
        styles = {
            Tone.TEXT: Style(color=colors["foreground"]),
            Tone.STRONG: Style(color=colors["foreground"], bold=True),
            Tone.HEAD: Style(color=tokens["muted"]),
            Tone.KEY: Style(color=colors["primary"], bold=True),
            Tone.WARNING: Style(color=colors["warning"]),
            Tone.COMMAND: Style(color=colors["foreground"], bold=True),
            Tone.MATCH: Style(color=colors["foreground"], bold=True, underline=True),
            Tone.BADGE: Style(color=colors["warning"], bold=True, reverse=True),
        }
        styles |= {tone: Style(color=tokens[tone.value]) for tone in Tone if tone.value in TOKENS}
        for tone in (Tone.MISMATCH, Tone.SUSPECT, Tone.DANGER, Tone.PRIMARY, Tone.SECONDARY):
            styles[tone] += Style(bold=True)
        for tone in (Tone.READ_ONLY, Tone.DEMO, Tone.PRIVACY):
            styles[tone] += Style(bold=True, reverse=True)
        return styles

    @cached_property
    def reversed(self) -> dict[Tone, Style]:
        """The same for the row under the cursor and what has the focus; quiet text is as clear as other."""
        quiet = (Tone.MUTED, Tone.HEAD, Tone.LINE)
        extra = Style(reverse=True, bold=True)
        return {tone: self.styles[Tone.TEXT if tone in quiet else tone] + extra for tone in Tone}

    def strip(self, line: Line, width: int, *, reverse: bool = False) -> Strip:
        """A line as exactly ``width`` cells; whatever is in it, no control character gets out."""
        return Strip(self.segments(line, width, reverse=reverse), width)

    def segments(self, line: Line, width: int, *, reverse: bool = False) -> list[Segment]:
        """The same as segments, of which several lines side by side become one `Strip`."""
        styles = self.reversed if reverse else self.styles
        segments = [Segment(safe(text), styles[tone]) for text, tone in line if text]
        missing = width - sum(segment.cell_length for segment in segments)
        if missing < 0:
            return Segment.adjust_line_length(segments, width, styles[Tone.TEXT])
        return [*segments, Segment(" " * missing, styles[Tone.TEXT])] if missing else segments
