"""A record as JSON: the values themselves, times in UTC, keys in the order of the sections."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from tofutui.report.json_form import dump
from tofutui.report.phrases import utc
from tofutui.report.record.model import Record, left_over
from tofutui.tofu.base.secret import without_secrets


def to_json(record: Record, version: str, shown: Callable[[str], str] = str) -> str:
    """The whole record, each text as ``shown`` gives it."""
    run = record.run
    document = {
        "schema": 1,
        "tool": f"tofutui {version}",
        "written_at": record.written,
        "session": run.session,
        "title": run.title,
        "procedure": run.procedure,
        "playbook": run.playbook,
        "run": run.id,
        "started_at": run.started,
        "ended_at": run.ended,
        "seconds": (run.ended - run.started).total_seconds() if run.ended else None,
        "operators": run.operators,
        "seen_from": run.seen_from,
        "left": left_over(record),
        "steps": [{**_plain(step), "seconds": _seconds(step.started, step.ended)} for step in run.steps],
        "checks": run.checks,
        "compared": run.confirmations,
        "vouched": run.vouched,
        "decisions": run.decisions,
        "commands": record.deletions,
        "worksheet": {answer.label or answer.field: answer.words or answer.value for answer in run.answers},
        "before": run.before,
        "after": run.after,
        "log": record.events,
    }
    plain: dict[str, Any] = _texts(as_json(document), shown)
    return dump(plain)


def as_json(value: Any) -> Any:
    """Dataclasses, times and choices as values of JSON."""
    return _plain(value)


def dumped(document: dict[str, Any], shown: Callable[[str], str] = str) -> str:
    """A document without secrets, each text as ``shown`` gives it."""
    plain: dict[str, Any] = _texts(document, shown)
    return dump(plain)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return utc(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _texts(value: Any, shown: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return shown(without_secrets(value))
    if isinstance(value, dict):
        return {key: _texts(item, shown) for key, item in value.items()}
    return [_texts(item, shown) for item in value] if isinstance(value, list) else value
