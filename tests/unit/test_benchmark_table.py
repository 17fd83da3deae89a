"""The document of the benchmarks: what is measured is replaced, what is written by hand stays."""

import pytest

from tests.benchmarks.__main__ import HEAD, TABLE, write_table

NEW = "| # | what |\n| --- | --- |\n| 1 | new |\n"
NOTES = "\nA note.\n\n| of | another table |\n| --- | --- |\n| 1 | kept |\n\n- The last | note.\n"


@pytest.mark.parametrize(
    ("before", "notes"),
    [
        (
            "# Old head\n\nOld words.\n\n| # |\n| --- |\n| 1 |\n| 2 |\n" + NOTES,
            NOTES,
        ),
        ("| 1 | old |\n", ""),
        ("| 1 | old |\nA note without a final newline", "A note without a final newline"),
        ("", ""),
        (None, ""),
    ],
)
def test_only_head_and_table_are_replaced(tmp_path, before, notes):
    path = tmp_path / "docs" / "benchmarks.md"
    if before is not None:
        path.parent.mkdir()
        path.write_text(before)
    write_table(path, "2026-01-02, a machine.", NEW)
    assert path.read_text() == f"{HEAD}2026-01-02, a machine.\n\n{NEW}{notes}"


def test_the_document_begins_with_the_head_that_the_program_writes():
    assert TABLE.read_text().startswith(HEAD)
