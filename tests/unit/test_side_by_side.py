"""Two names in little room."""

import pytest
from rich.cells import cell_len

from tofutui.ui.text.side_by_side import keeping_difference, pair, shortened


@pytest.mark.parametrize(
    ("text", "other", "cells", "shown"),
    [
        ("prime-pri", "pri-2", 9, "prime-pri"),
        ("long-name-of-the-site-01.example.net", "long-name-of-the-site-02.example.net", 12, "lon…-01.e…et"),
        ("ise01.example.net", "ise01.example.org", 8, "is…e.net"),
        ("a.example.net", "b.example.net", 6, "a.e…et"),
        ("same-name-everywhere", "same-name-everywhere", 9, "same…here"),
        ("abcdefghij", "0123456789", 6, "abc…ij"),
        ("\u30d7\u30e9\u30a4\u30e0-1", "\u30d7\u30e9\u30a4\u30e0-2", 6, "\u30d7…-1"),
        ("x", "y", 0, ""),
    ],
)  # fmt: skip
def test_what_differs_is_cut_last(text: str, other: str, cells: int, shown: str) -> None:
    result = keeping_difference(text, other, cells)
    assert cell_len(result) <= cells
    assert result == shown


@pytest.mark.parametrize("cells", range(0, 40))
def test_both_names_never_take_more_than_their_room(cells: int) -> None:
    names = ("ISE-server", "ise01.example.net", "", "\u30d7\u30e9\u30a4\u30e0", "a" * 60, "a" * 59 + "b")
    for stored in names:
        for presented in names:
            assert sum(map(cell_len, pair(stored, presented, cells))) <= cells


def test_a_short_name_leaves_its_room_to_the_other() -> None:
    assert pair("ise", "a-rather-long-name.example.net", 33) == ("ise", "a-rather-long-name.example.net")
    assert pair("a-rather-long-name.example.net", "ise", 33) == ("a-rather-long-name.example.net", "ise")


def test_control_characters_do_not_reach_the_screen() -> None:
    assert "\x1b" not in "".join(pair("a\x1b[2J", "b\x1b[2J", 20))
    assert shortened("abcdef", 4) == "ab…f"
