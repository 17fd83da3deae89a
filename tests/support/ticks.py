"""A clock of keys and questions that a test moves on, so that no test waits for a person to read."""

from tofutui.ui.kit.confirmation import Ticks

BY_HAND = 0.6
"""Seconds from one key to the next of an operator who reads what the key before did."""


class HandTicks(Ticks):
    """The machine's clock, ahead by as much as the test says; or one that only the test moves."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._held_at: float | None = None

    def hold(self) -> None:
        """Let only the test move it from now on, so that it does not matter how fast the machine is."""
        self._held_at = super().now()

    def now(self) -> float:
        return self.of(super().now())

    def of(self, stamp: float) -> float:
        return (stamp if self._held_at is None else self._held_at) + self.ahead
