"""The trust map: who trusts whom, with the worst verdict of the rows behind each arrow."""

from tofutui.report.trust_form import whom
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.trust_map import Arrow, trust_map
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import EMPTY, Line, Tone, clip, fit, line, wrap
from tofutui.ui.text.vocabulary import VERDICT_TONES, node_name, place

_MEANING = (
    "An arrow is what a node holds in its table; the verdict is the worst of the rows behind it. What a node "
    "holds about itself or the virtual IP is never part of a plan."
)


class TrustScreen(ViewScreen):
    """Follows the comparison for as long as it is shown."""

    heading = "Trust map: who trusts whom"

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._comparison = comparison

    def on_mount(self) -> None:
        """Look once a second whether something changed."""
        self.set_interval(1.0, self.redraw)

    def content(self, width: int) -> list[Line]:
        """Each node with its arrows below it."""
        comparison = self.shown(self._comparison)
        arrows = trust_map(comparison)
        lines: list[Line] = []
        for role, view in comparison.nodes.items():
            tone = Tone.PRIMARY if role is Role.PRIMARY else Tone.SECONDARY
            own = [arrow for arrow in arrows if arrow.role is role]
            lines += [EMPTY, line(node_name(view), tone)]
            lines += [part for arrow in own for part in self._arrow(comparison, arrow, width)]
            if not own:
                lines.append(line("  has no known row", Tone.MUTED))
        return [*lines, EMPTY, *(line(part, Tone.MUTED) for part in wrap(_MEANING, width))]

    def _arrow(self, comparison: Comparison, arrow: Arrow, width: int) -> list[Line]:
        view = comparison.nodes[arrow.role]
        glyphs, look = self.owner.glyphs, arrow.verdict.look
        word = fit(f"{glyphs.verdict(arrow.verdict)} {look.word}", 13)
        places = [place(view.entries[id_]) for id_ in arrow.ids if id_ in view.entries]
        rest = max(8, width - 22)
        name = clip(whom(comparison, arrow), rest, glyphs.ellipsis)
        shown: Line = (
            ("  ── ", Tone.LINE),
            (word, VERDICT_TONES[arrow.verdict]),
            ("─▸ ", Tone.LINE),
            (name, Tone.STRONG if arrow.who.is_remote else Tone.MUTED),
        )
        text = ", ".join(dict.fromkeys(places[:6])) + (
            f" and {len(places) - 6} more" if len(places) > 6 else ""
        )
        if len(name) + 2 + len(text) <= rest:
            return [(*shown, (f"  {text}", Tone.MUTED))]
        return [shown, *(line(" " * 22 + part, Tone.MUTED) for part in wrap(text, rest))]
