"""The root of every error that a user may read."""


class TofutuiError(Exception):
    """An error with an address: what is wrong and where, and what cures it.

    ``message`` is one sentence without a trailing newline; ``hint`` names the cure and may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message
