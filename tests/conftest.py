"""Options of the tests."""

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew-snapshots``: write the screens' snapshots anew in place of comparing them."""
    parser.addoption("--renew-snapshots", action="store_true", help="write tests/ui/snapshots anew")
