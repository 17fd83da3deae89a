"""Options of the tests. ``--long`` is what a release has to pass, see `tests.support.depth`."""

import gc
import os
import sys

import pytest
from hypothesis import settings

from tests.support import depth

settings.register_profile("same", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("long", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, max_examples=500)
settings.load_profile("same")

# Without bytecode, each of the programs that the tests start would compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and never what was imported: tests keep little for long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew-snapshots``: rewrite the screens' snapshots instead of comparing them."""
    parser.addoption("--renew-snapshots", action="store_true", help="rewrite tests/ui/snapshots")
    parser.addoption("--long", action="store_true", help="the long tests too, and random ones at full length")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run before any test is loaded."""
    if config.getoption("--long"):
        depth.Run.is_long = True
        settings.load_profile("long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to ``--long``."""
    if config.getoption("--long"):
        return
    left_out = [item for item in items if item.get_closest_marker(depth.LONG.name)]
    items[:] = [item for item in items if not item.get_closest_marker(depth.LONG.name)]
    config.hook.pytest_deselected(items=left_out)
