"""Connecting again after a lost link: one timer a node, armed only while nothing is being tried."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from textual.message_pump import MessagePump
from textual.timer import Timer

from tofutui.tofu.base.backoff import Backoff, NextTry
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class ReconnectPatience:
    """How long to wait between tries, and where chance comes from (0 up to 1)."""

    backoff: Backoff = field(default_factory=Backoff)
    jitter: Callable[[], float] = random.random


class Reconnects:
    """The tries of one session's nodes.

    A node is tried again while ``wanted`` says so of it, or after the operator asked for it; never one
    that refused a login or waits for an answer that was not given (`NodeView.barred`).
    """

    def __init__(
        self,
        owner: MessagePump,
        patience: ReconnectPatience,
        clock: Callable[[], datetime],
        wanted: Callable[[], bool],
        again: Callable[[Role], None],
    ) -> None:
        self.waiting: dict[Role, NextTry] = {}
        self._owner = owner
        self._patience = patience
        self._clock = clock
        self._wanted = wanted
        self._again = again
        self._asked: set[Role] = set()
        self._tries: dict[Role, int] = {}
        self._timers: dict[Role, Timer] = {}

    def ask(self, view: NodeView) -> None:
        """The operator lists this node: if its link is lost, go on trying should this fail."""
        if view.lost_at is not None and not view.barred:
            self._asked.add(view.role)
        self._stop(view.role)

    def look(self, view: NodeView) -> None:
        """Take notice of how a node is now: arm its timer, or forget its tries."""
        role = view.role
        if view.phase.is_busy:
            self._stop(role)
        elif view.lost_at is None or view.barred or not (self._wanted() or role in self._asked):
            self.forget(role)
        elif role not in self.waiting and self._owner.is_attached:
            self._arm(role, self._tries.get(role, 0))

    def later(self, role: Role) -> None:
        """The try whose time has come is not made now: wait once more as long."""
        self._arm(role, self._tries[role] - 1)

    def forget(self, role: Role) -> None:
        """No more automatic tries."""
        self._stop(role)
        self._tries.pop(role, None)
        self._asked.discard(role)

    def stop(self) -> None:
        """Forget all tries."""
        for role in Role:
            self.forget(role)

    def _arm(self, role: Role, failed: int) -> None:
        self.waiting[role] = upcoming = NextTry.after(
            failed, self._clock(), self._patience.jitter(), self._patience.backoff
        )
        self._tries[role] = upcoming.number
        self._timers[role] = self._owner.set_timer(upcoming.pause, lambda: self._ring(role))

    def _ring(self, role: Role) -> None:
        self._stop(role)
        self._again(role)

    def _stop(self, role: Role) -> None:
        self.waiting.pop(role, None)
        timer = self._timers.pop(role, None)
        if timer is not None:
            timer.stop()
