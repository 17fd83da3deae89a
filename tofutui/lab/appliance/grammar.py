"""The admin CLI's commands: keywords that may be shortened, and where a line stops being one of them."""

from dataclasses import dataclass

WORD = "<word>"
"""Any text in this place."""

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("exit",),
    ("ncs", "certvalidation", "tofu-certs", "deletecert", "host", WORD),
    ("ncs", "certvalidation", "tofu-certs", "listcerts"),
    ("ncs", "ha", "status"),
    ("ncs", "status"),
    ("show", "clock"),
    ("show", "version"),
    ("terminal", "length", WORD),
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A whole command: its keywords in full, and the free words."""

    keywords: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The column at which a line went wrong, and whether it only ends too early."""

    column: int
    incomplete: bool


def understand(line: str, *, without: str = "") -> Understood | NotUnderstood:
    """Read a line; `without` is a first keyword that this appliance does not have."""
    candidates = [command for command in COMMANDS if command[0] != without]
    position = 0
    words: list[str] = []
    for index, word in enumerate(line.split()):
        column = line.index(word, position)
        position = column + len(word)
        candidates = _narrowed(candidates, index, word)
        if not candidates:
            return NotUnderstood(column, incomplete=False)
        if candidates[0][index] == WORD:
            words.append(word)
    count = len(line.split())
    whole = [command for command in candidates if len(command) == count]
    if len(whole) != 1:
        return NotUnderstood(len(line.rstrip()), incomplete=True)
    return Understood(tuple(word for word in whole[0] if word != WORD), tuple(words))


def _narrowed(candidates: list[tuple[str, ...]], index: int, word: str) -> list[tuple[str, ...]]:
    """The commands that still fit; a word that fits exactly beats those it only begins."""
    long_enough = [command for command in candidates if len(command) > index]
    exact = [command for command in long_enough if command[index] in (word, WORD)]
    return exact or [command for command in long_enough if command[index].startswith(word)]
