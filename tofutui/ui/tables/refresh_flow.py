"""Listing the nodes: on a key, on a timer, and again after a lost connection."""

from datetime import datetime

from tofutui.tofu.site.session import Role
from tofutui.ui.actions.handlers import does
from tofutui.ui.backend import Link
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.screen import Flow
from tofutui.ui.tables.auto_reconnect import ReconnectPatience, Reconnects
from tofutui.ui.tables.auto_refresh import Watch
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.spans import Tone


class RefreshFlow(Flow[Tables]):
    """One refresh after the other of the nodes of a session; `set_up` says how often and how patiently."""

    watch: Watch
    reconnects: Reconnects
    _forecast = ""
    """The last message about a forecast."""

    def set_up(self, seconds: float, patience: ReconnectPatience) -> None:
        """How many seconds between automatic refreshes (0: none), how to retry a lost connection."""
        self.watch = Watch(self.screen, seconds, self._watch_again)
        self.reconnects = Reconnects(
            self.screen,
            patience,
            self._now,
            lambda: self.watch.on,
            self._connect_again,
        )

    def _now(self) -> datetime:
        return self.owner.clock()

    def stop(self) -> None:
        """No timer keeps running."""
        self.watch.stop()
        self.reconnects.stop()

    @does("table.refresh")
    def refresh(self) -> None:
        """List the armed pane's node."""
        self._start((self.screen.armed,))

    @does("table.refresh_all")
    def refresh_all(self) -> None:
        """List both nodes."""
        self._start(None)

    def _start(self, roles: tuple[Role, ...] | None) -> None:
        """List these nodes in the background; the messages of what went wrong before go."""
        for bar in self.screen.query(KeyBar):
            bar.hush(all_=True)
        for role in self.screen.panes if roles is None else roles:
            self.reconnects.ask(self.screen.panes[role].view)
        self.owner.run_guarded(self.run(roles))

    async def run(self, roles: tuple[Role, ...] | None, *, by_itself: bool = False) -> None:
        """List these nodes (None: all), decide deletions whose outcome is unknown, show what changed."""
        screen, link = self.screen, self.screen.link
        if link is None:
            return
        with self.watch.refreshing():
            await link.bench.refresh(roles, by_itself=by_itself)
            if screen.link is not link or not screen.is_attached:
                return
            for role in screen.panes:
                for sentence in await link.runner.settle(role):
                    screen.say(sentence, Tone.WARNING, stays=True)
            listed = [role for role in screen.panes if roles is None or role in roles]
            for role in listed:
                screen.panes[role].changes.take(screen.panes[role].view)
            screen.show_changes(*listed)
            await self._tell_of_forecast(link, by_itself=by_itself)

    async def _tell_of_forecast(self, link: Link, *, by_itself: bool) -> None:
        """Say what became of the forecast that is kept; a timer says it again only when that changes."""
        if link.forecasts is None:
            return
        outcome = await link.forecasts.outcome(self.screen.comparison)
        is_news = outcome.text != self._forecast
        if outcome.text and self.screen.link is link and (is_news or not by_itself):
            self.screen.say(outcome.text, stays=is_news and outcome.is_under_way)
        self._forecast = outcome.text

    @does("table.watch")
    def toggle_watch(self) -> None:
        """Switch the automatic refresh on or off."""
        self.watch.toggle()
        if not self.watch.on:
            self.reconnects.stop()
        self._show_lost()
        every = f"watching: a refresh every {self.watch.pause:g} s"
        self.screen.say(every if self.watch.on else "watching is off")

    def _watch_again(self) -> None:
        if self.owner.running_plan:  # deletions list the tables themselves
            self.watch.arm()
        else:
            waiting = self.reconnects.waiting
            roles = tuple(role for role in self.screen.panes if role not in waiting)
            self.owner.run_guarded(self.run(roles, by_itself=True))

    def _connect_again(self, role: Role) -> None:
        """The time for another try of a lost link has come."""
        if self.owner.running_plan:
            self.reconnects.later(role)
            self._show_lost()
        else:
            self.owner.run_guarded(self.run((role,), by_itself=True))

    @does("link.stop")
    def stop_reconnecting(self) -> None:
        """Leave lost links alone until the operator asks for them."""
        self.reconnects.stop()
        if self.watch.on:
            self.watch.toggle()
        self._show_lost()
        again = self.owner.keys.name("table.refresh")
        self.screen.say(f"no automatic reconnect is running; {again} connects again")

    def look_for_lost(self, *roles: Role) -> None:
        """Retry lost links where that is wanted, and show when."""
        if self.screen.link is None:
            return
        for role in roles:
            pane = self.screen.panes[role]
            self.reconnects.look(pane.view)
            pane.upcoming = self.reconnects.waiting.get(role)

    def _show_lost(self) -> None:
        self.look_for_lost(*self.screen.panes)
        self.screen.show_all()
