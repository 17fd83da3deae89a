"""The two nodes of a pair."""

from enum import StrEnum


class Role(StrEnum):
    """Which node of the pair."""

    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def other(self) -> "Role":
        """The peer's role."""
        return Role.SECONDARY if self is Role.PRIMARY else Role.PRIMARY

    @property
    def word(self) -> str:
        """As titles and dialogs show it."""
        return self.value.upper()
