"""Before a change: what renewing the certificate of the server under the cursor will make stale."""

import shlex
from typing import TYPE_CHECKING

from tofutui import __version__
from tofutui.report.impact_form import render_impact
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.impact import NotCompared
from tofutui.tofu.site.row_owner import Who
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import Line, Tone, line, wrap

if TYPE_CHECKING:
    from tofutui.workbench.forecasting import Forecasting

_FORM = "For the change request:"
KEPT = "the forecast is saved; the next comparison reports how it turned out"
NOT_KEPT = "without history: the forecast is not saved"


class ImpactScreen(ViewScreen):
    """Keeps the forecast as it opens, and follows the comparison for as long as it is shown."""

    heading = "Impact: what a renewed certificate will make stale"

    def __init__(self, comparison: Comparison, of: str, forecasts: "Forecasting | None") -> None:
        super().__init__()
        self._comparison = comparison
        self._of = of
        self._forecasts = forecasts

    def on_mount(self) -> None:
        """Keep what is shown: it is the baseline of the change."""
        self.owner.run_guarded(self._keep())

    async def _keep(self) -> None:
        if self._forecasts is None:
            self.say(NOT_KEPT, Tone.WARNING)
            return
        try:
            trouble = await self._forecasts.keep_in_turn(self._comparison, self._of)
        except NotCompared as error:
            trouble = str(error)
        self.say(trouble or KEPT, Tone.WARNING if trouble else Tone.TEXT)

    def content(self, width: int) -> list[Line]:
        """The forecast, and the command that writes it down."""
        texts = render_impact(self._comparison, self._of, "text", __version__).splitlines()
        named = shlex.quote(self._of)  # a remote's own name may be in it
        command = f"tofutui impact {self._comparison.session.name} --of {named} --format markdown"
        return [
            *(line(part) for text in texts for part in _indented(self.shown(text), width)),
            *(line(part, Tone.MUTED) for part in wrap(_FORM, width)),
            *(line(part, Tone.COMMAND) for part in wrap(self.shown(command), width)),
        ]


def _indented(text: str, cells: int) -> list[str]:
    """The text wrapped, every line as far to the right as its first one."""
    lead = " " * (len(text) - len(text.lstrip()))
    return [lead + part for part in wrap(text.lstrip(), cells - len(lead))]


def server_of(entry: Entry) -> str:
    """The server that a row is about, as `tofutui impact --of` takes it."""
    if entry.who is Who.PEER:
        return str(entry.role.other)
    if entry.who in (Who.SELF, Who.LOOPBACK):
        return str(entry.role)
    return entry.name or (entry.endpoint.host if entry.endpoint else "")
