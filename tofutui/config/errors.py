"""What is wrong with the user's files, all of it at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tofutui.tofu.base.errors import TofutuiError

if TYPE_CHECKING:
    from pathlib import Path


class ConfigError(TofutuiError):
    """One or more faults in the user's files; ``errors`` holds one sentence for each."""

    def __init__(self, errors: Sequence[str], hint: str = "") -> None:
        super().__init__("\n".join(errors), hint)
        self.errors = tuple(errors)


class NoSessionsFile(ConfigError):
    """There is no sessions file at all, and nothing in ``sessions.d``: a first start."""

    def __init__(self, path: "Path", hint: str) -> None:
        super().__init__([f"{path}: no such file"], hint)
        self.path = path


def nearest(word: str, valid: Sequence[str]) -> str:
    """Which valid word was probably meant, as the end of a message: all of them if none comes near."""
    close = closest(word, valid, cutoff=0.4)
    if close is not None:
        return f"did you mean {close}?"
    return f"valid: {', '.join(valid)}" if valid else ""


def closest(word: str, valid: Sequence[str], *, cutoff: float = 0.6) -> str | None:
    """The valid word that is most like this one; None if none is like it by ``cutoff`` (0 to 1)."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, valid, n=1, cutoff=cutoff)), None)
