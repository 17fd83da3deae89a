"""Options of the tests."""

import os
import sys

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# Without bytecode, each of the programs that the tests start would compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew-snapshots``: write the screens' snapshots anew in place of comparing them."""
    parser.addoption("--renew-snapshots", action="store_true", help="write tests/ui/snapshots anew")
