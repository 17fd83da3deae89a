"""The way from the tables to the other screens."""

from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.screen import Acting, Flow
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.spans import Tone


class OtherScreens(Flow[Tables]):
    """Each opened late, so that the tables are there early."""

    @does("row.detail")
    def open_detail(self) -> None:
        """Everything about the row, full size."""
        from tofutui.ui.tables.detail_screen import DetailScreen

        if self.screen.current is not None:
            self._push(DetailScreen(self.screen, self.screen.current))

    @does("evidence.open")
    def open_evidence(self) -> None:
        """Paste log lines, say what was re-issued."""
        from tofutui.ui.evidence.screen import EvidenceScreen

        if self.screen.link is not None:
            self._push(EvidenceScreen(self.screen.link.bench, self.screen.armed, self.screen.current))

    @does("trust.open")
    def open_trust_map(self) -> None:
        """Who trusts whom."""
        from tofutui.ui.tables.trust_map import TrustScreen

        self._push(TrustScreen(self.screen.comparison))

    @does("impact.open")
    def open_impact(self) -> None:
        """What renewing the certificate of this row's server will make stale."""
        from tofutui.tofu.judgement.impact import NoSuchServer, impact_of
        from tofutui.ui.tables.impact import ImpactScreen, server_of

        row = self.screen.current
        of = server_of(row) if row is not None else ""
        try:
            impact_of(self.screen.comparison, of)
        except NoSuchServer as error:
            self.screen.say(str(error), Tone.WARNING)
            return
        forecasts = self.screen.link.forecasts if self.screen.link else None
        self._push(ImpactScreen(self.screen.comparison, of, forecasts))

    @does("guide.open")
    def open_guide(self) -> None:
        """The guide, with the run that is open if there is one."""
        from tofutui.ui.guide.screen import GuideScreen

        link = self.screen.link
        if link is not None and link.guide is not None:
            self._push(GuideScreen(link, link.guide))

    @does("log.open")
    def open_log(self) -> None:
        """The commands that were sent."""
        from tofutui.ui.help.command_log import LogScreen

        self._push(LogScreen(self.screen.link.bench if self.screen.link else None))

    def _push(self, screen: Acting[None]) -> None:
        """Show it; the tables follow what was done there."""
        self.owner.push_screen(screen, lambda _: self.screen.follow())
