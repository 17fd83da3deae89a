"""Style sheets parsed once a process: each app that a test starts reads the same ones."""

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_sheets: Any = Stylesheet
_parse = _sheets._parse_rules


def parse_once() -> None:
    """Let every app of this process share what was parsed; rules are not changed afterwards."""
    parsed: dict[object, list[RuleSet]] = {}

    def rules(sheet: Any, css: str, read_from: object, *given: object, **named: object) -> list[RuleSet]:
        variables = frozenset(sheet._variables.items())
        key = (variables, css, read_from, given, frozenset(named.items()))
        if key not in parsed:
            parsed[key] = _parse(sheet, css, read_from, *given, **named)
        return parsed[key]

    _sheets._parse_rules = rules
