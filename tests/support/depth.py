"""How far the tests go: what each change has to pass, and with ``--long`` what a release has to pass too.

A test or case marked `LONG` runs with ``--long`` alone. What stays in the short run meets each behaviour at
least once; the long run has the sweeps over all cases and sizes, the long stories, and the full length of
random ones.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

LONG = pytest.mark.long

Case = TypeVar("Case")


class Run:
    """The run of this process."""

    is_long = False
    """Set before any test is loaded: cases and lengths depend on it."""


def amount(short: int, long: int) -> int:
    """So many steps, bytes or examples."""
    return long if Run.is_long else short


def as_long(*values: Any) -> Any:
    """The values of one case, which the long run alone plays."""
    return pytest.param(*values, marks=LONG)


def short_first(cases: Iterable[Case], count: int = 1) -> list[Case | Any]:
    """Cases of one argument; those after the first `count` are for the long run."""
    return [case if number < count else as_long(case) for number, case in enumerate(cases)]


def short_where(cases: Iterable[Case], is_short: Callable[[Case], bool]) -> list[Case | Any]:
    """Cases of one argument in their order; those that are not short are for the long run."""
    return [case if is_short(case) else as_long(case) for case in cases]
