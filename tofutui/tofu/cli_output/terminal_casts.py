"""Recordings of asciinema (asciicast versions 1 to 3): what was printed in them, one event after the other.

The format: https://docs.asciinema.org/manual/asciicast/v2/
"""

import json
from collections.abc import Iterator
from typing import Any

_HEAD = 400
"""Characters that show a recording."""
_PRINTED = "o"


def printed_text(text: str) -> str:
    """What a recording's program printed; any other text as it is."""
    head = text[:_HEAD].lstrip()
    if not head.startswith("{") or '"version"' not in head:
        return text
    lines = text.splitlines()
    first = _value(lines[0]) or _value(text)
    if not isinstance(first, dict) or first.get("version") not in (1, 2, 3):
        return text
    events = first.get("stdout") if first["version"] == 1 else map(_value, lines[1:])
    return "".join(_printed(events)) if events is not None else text


def _printed(events: Any) -> Iterator[str]:
    for event in events:
        if isinstance(event, list) and len(event) >= 2 and event[-2] in (_PRINTED, event[0]):
            yield event[-1] if isinstance(event[-1], str) else ""


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
