"""Options of the tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew-snapshots``: write the screens' snapshots anew in place of comparing them."""
    parser.addoption("--renew-snapshots", action="store_true", help="write tests/ui/snapshots anew")
