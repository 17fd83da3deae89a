"""The title line at every width: nothing that matters is cut silently."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.fake_bench import session
from tofutui.ui.text.spans import Tone, plain, width
from tofutui.ui.text.title_line import Tally, Title
from tofutui.ui.text.vocabulary import Glyphs

Start = Callable[..., Any]
ALL = [
    ("PRIVACY", Tone.BADGE),
    ("READ-ONLY", Tone.READ_ONLY),
    ("DEMO", Tone.DEMO),
    ("LEGACY SSH", Tone.BADGE),
]


@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24), (60, 20)])
async def test_session_counts_and_badges_are_there_at_every_width(
    desk: Start, columns: int, rows: int
) -> None:
    chosen = session()
    nodes = {role: replace(node, legacy_ssh=True) for role, node in chosen.nodes.items()}
    site = replace(chosen, nodes=nodes, demo=True, read_only=True)
    async with desk(sessions=[site], size=(columns, rows), read_only=True) as d:
        title = d.text.splitlines()[0]
        assert "both" in title
        assert "site" in title
        assert "DEMO" in title
        assert "LEGACY" in title
        assert "READ-ONLY" in title or " RO " in title
        for words in ("3 ✗", "1 ≈", "1 ?"):
            assert words in title, words


def shown_in(text: str) -> int:
    """How many of the six badges appear in a title, written out or short."""
    words = (
        ("PRIV",),
        ("READ-ONLY", "RO"),
        ("DEMO",),
        ("LEGACY",),
        ("W 60", "WATCH"),
        ("TRANSCRIPT", "FILE"),
    )
    return sum(any(f" {word}" in text for word in some) for some in words)


@pytest.mark.parametrize("ascii_only", [True, False])
async def test_a_badge_is_there_or_counted(desk: Start, ascii_only: bool) -> None:
    badges = ALL
    async with desk() as d:
        comparison = d.main.comparison
    title = Title(
        name="site-a · CHG0012345", seen="seen from jump01", tally=Tally.of(comparison), badges=badges,
        both=True, glyphs=Glyphs(ascii_only),
    )  # fmt: skip
    for columns in range(16, 160):
        line = title.line(columns)
        assert width(line) <= columns
        text = plain([line])
        shown = shown_in(text)
        if columns >= 44:
            assert "both" in text, columns
            assert shown == len(badges) or f"+{len(badges) - shown}" in text, columns
        if columns >= 80:
            assert shown == len(badges), columns


async def test_with_room_the_verdicts_are_words(desk: Start) -> None:
    async with desk() as d:
        for words in ("3 mismatch", "1 same name", "1 no answer", "seen from jump01"):
            assert words in d.text.splitlines()[0]
