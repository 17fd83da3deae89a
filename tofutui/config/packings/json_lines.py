"""Logs with one JSON object in each line, as containers, journalctl and log collectors write them."""

import json
from collections.abc import Iterator
from typing import Any

from tofutui.config.packings.streams import CHUNK
from tofutui.tofu.base.text import decode, encode

_DEEPEST = 20
"""Objects one in another; what is deeper stays as it is written."""


def is_json_lines(first: bytes) -> bool:
    """Whether a file that begins so has an object in each of its first lines."""
    if not first.lstrip().startswith(b"{"):
        return False
    lines = first.splitlines()
    whole = [
        line for line in (lines if first.endswith(b"\n") or len(lines) == 1 else lines[:-1]) if line.strip()
    ]
    return bool(whole) and all(isinstance(_value(line), dict) for line in whole)


def values_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The texts of every object in a line as logs have them, the short ones first; other lines stay."""
    waiting = b""
    for chunk in chunks:
        waiting += chunk
        cut = waiting.rfind(b"\n") + 1 or (len(waiting) if len(waiting) > CHUNK else 0)
        yield b"".join(map(_texts, waiting[:cut].splitlines()))
        waiting = waiting[cut:]
    yield b"".join(map(_texts, waiting.splitlines()))


def _texts(line: bytes) -> bytes:
    value = _value(line)
    if not isinstance(value, dict):
        return line + b"\n"
    *others, longest = sorted((text.strip("\n") for text in _strings(value, 0)), key=len) or [""]
    return encode("".join((*(f"[{text}] " for text in others), longest, "\n")))


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth > _DEEPEST:
        yield json.dumps(value)
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, depth + 1)


def _value(line: bytes) -> Any:
    try:
        return json.loads(decode(line))
    except (ValueError, RecursionError):
        return None
