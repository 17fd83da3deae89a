"""A clock of keys and questions that a test moves on, so that no test waits for a person to read."""

from tofutui.ui.kit.confirmation import Ticks

BY_HAND = 0.6
"""Seconds from one key to the next of somebody who reads what the key before did."""


class HandTicks(Ticks):
    """The machine's clock, ahead by as much as the test says."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    def of(self, stamp: float) -> float:
        return stamp + self.ahead
