"""Every shape in tests/field is read as its table says."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.support.field import names, reading, shapes

SHAPES = shapes()
KNOWN = {"seen", "inferred", "recalled", "assumed"}


@pytest.mark.parametrize("folder", SHAPES, ids=names(SHAPES))
def test_a_shape_is_read_as_its_table_says(folder: Path) -> None:
    assert reading(folder) == json.loads((folder / "table.json").read_text())


def test_every_shape_says_where_it_comes_from_and_how_sure_it_is() -> None:
    assert len(SHAPES) >= 25
    for folder in SHAPES:
        sample = tomllib.loads((folder / "sample.toml").read_text())
        assert sample["source"]
        assert sample["known"] in KNOWN
