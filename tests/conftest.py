"""Options of the tests."""

import gc
import os
import sys

import pytest
from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, max_examples=500)
settings.load_profile("same")

# Without bytecode, each of the programs that the tests start would compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and never what was imported: tests keep little for long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew-snapshots``: rewrite the screens' snapshots instead of comparing them."""
    parser.addoption("--renew-snapshots", action="store_true", help="rewrite tests/ui/snapshots")
