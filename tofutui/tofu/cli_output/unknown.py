"""What a node prints that no parser here knows: kept, bounded and named, never dropped silently.

Each answer has its own rule for what is known (docs/appliance.md); the listing's is in its reader. What is
left over is evidence for those who maintain the parsers: `tofutui capture` hands it over.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version

MOST_LINES = 100
"""Lines of one node that are kept."""
_MOST_CHARACTERS = 300
"""Characters of a line that are kept."""
KNOWN_STATES = frozenset(
    {
        "HA not Configured", "Stand Alone", "HA Initializing",
        "Primary Active", "Primary Alone", "Primary Database Copy Failed", "Primary Failback",
        "Primary Failover", "Primary Lost Secondary", "Primary Preparing for Failback", "Primary Syncing",
        "Primary Uncertain",
        "Secondary Active", "Secondary Alone", "Secondary Failback", "Secondary Failover",
        "Secondary Lost Primary", "Secondary Post Failback", "Secondary Syncing", "Secondary Uncertain",
    }
)  # fmt: skip
"""The states of the administrator guide's table, as recalled (docs/appliance.md, High availability)."""
_KNOWN_ROLES = frozenset({"Primary", "Secondary"})
_REFUSED = re.compile(
    r"\s*(?:\^|% ?(?:invalid|incomplete|ambiguous) command detected at '\^' marker\.?)\s*", re.IGNORECASE
)
"""How the command line refuses a command (docs/appliance.md, Login)."""
_EMPTY = "(an empty answer to `"


def is_refusal(line: str) -> bool:
    """Whether a line is the command line's own way to refuse a command, or its marker."""
    return _REFUSED.fullmatch(line) is not None


def is_empty_answer(line: str) -> bool:
    """Whether a kept line says that an answer had none."""
    return line.startswith(_EMPTY)


def empty_answer(command: str) -> str:
    """What is kept of an answer without a word."""
    return f"{_EMPTY}{command}`)"


def unknown_in_ha_status(text: str) -> tuple[str, ...]:
    """The lines, roles and states of an answer to ``ncs ha status`` that are not known."""
    return _of_answer(text, Command.HA_STATUS, _unknown_of_ha)


def _unknown_of_ha(text: str) -> Iterator[str]:
    state = parse_ha_status(text)
    if state is None:
        yield from text.splitlines()
        return
    yield from state.other
    yield from (f"[Role] {role}" for role in state.roles if role not in _KNOWN_ROLES)
    yield from (f"[State] {printed}" for printed in state.states if printed not in KNOWN_STATES)


def unknown_in_version(text: str) -> tuple[str, ...]:
    """An answer to ``show version`` in which no version can be read; the rest may be anything."""
    return _of_answer(
        text, Command.VERSION, lambda text: () if parse_version(text).version else text.splitlines()
    )


def unknown_in_clock(text: str) -> tuple[str, ...]:
    """An answer to ``show clock`` in which no time can be read."""
    return _of_answer(text, Command.CLOCK, lambda text: () if parse_clock(text) else text.splitlines())


def _of_answer(text: str, command: str, rule: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    if not text.strip():
        return (empty_answer(command),)
    return bounded(line for line in rule(text) if not is_refusal(line))


def bounded(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that have something in them, each once, as many and as long as are kept."""
    kept: dict[str, None] = {}
    for line in lines:
        if len(kept) >= MOST_LINES:
            break
        if line.strip():
            kept.setdefault(line.strip()[:_MOST_CHARACTERS])
    return tuple(kept)


def unknown_notice(lines: Sequence[str]) -> str:
    """What a person is shown; "" where everything is known."""
    if not lines:
        return ""
    more = " or more" if len(lines) >= MOST_LINES else ""
    count = "1 line" if len(lines) == 1 else f"{len(lines)}{more} lines"
    return f"this pair prints something tofutui does not know ({count}): `tofutui capture`"
