"""Stored beside presented: on every row that is visible, what differs can be read from the cells."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.depth import short_where
from tests.support.fake_bench import Fakes
from tests.support.live import live
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.session import Role

Start = Callable[..., Any]
SCENARIOS = ("seed", "renamed", "reissued", "broken", "old", "large")
SIZES = ((120, 36), (80, 24))


async def _table(scenario: str, folder: Path) -> Callable[[Role], list[Entry]]:
    """The rows of a scenario as the program itself judges them, once."""
    async with live(scenario, folder) as pair:
        rows = {role: list(view.entries.values()) for role, view in pair.bench.comparison.nodes.items()}
    return lambda role: rows[role]


def _blocks(desk: Any, role: Role) -> Iterator[tuple[Entry, str]]:
    """Each visible row of a pane with the text of its lines."""
    region = desk.pane_of(role).region
    lines = desk.text.splitlines()[region.y : region.bottom]
    inside = [line[region.x + 1 : region.right - 1] for line in lines]
    starts = {}
    for entry in desk.pane_of(role).rows.shown:
        place = re.compile(rf"(?<![\d.]){re.escape(str(entry.endpoint))}(?!\d)")
        starts |= {number: entry for number, line in enumerate(inside[:-1]) if place.search(line)}
    height = desk.pane_of(role).body.height
    for number, entry in starts.items():
        yield entry, "\n".join(inside[number : number + height])


def _differing(text: str, other: str) -> str:
    """What a text has that the other has not, between what both begin and end with."""
    start = _in_common(text, other)
    return text[start : len(text) - _in_common(text[start:][::-1], other[start:][::-1])]


def _in_common(text: str, other: str) -> int:
    pairs = enumerate(zip(text, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(text), len(other)))


def _unreadable(entry: Entry, block: str) -> bool:
    certificate = entry.presented.certificate
    if entry.stored is None or entry.stored.subject is None or certificate is None:
        return False
    stored, presented = entry.stored.subject.common_name, certificate.subject.common_name
    assert stored
    assert presented
    if stored == presented:
        sign = "=" if not entry.names or not any(line.differs for line in entry.names.lines) else "≠"
        return sign not in block or stored not in block
    return not all(
        part in block for part in ("≠", _differing(stored, presented), _differing(presented, stored))
    )


@pytest.mark.parametrize("scenario", short_where(SCENARIOS, lambda name: name != "large"))
async def test_what_differs_can_be_read_on_every_visible_row(
    desk: Start, scenario: str, tmp_path: Path
) -> None:
    table = await _table(scenario, tmp_path / "pair")
    async with desk(fakes=Fakes(table)) as d:
        for size in SIZES:
            await d.resize(*size)
            for role in Role:
                blocks = list(_blocks(d, role))
                assert blocks or not d.pane_of(role).rows.shown
                assert [block for entry, block in blocks if _unreadable(entry, block)] == []


async def test_less_than_half_of_the_first_picture_is_blank(desk: Start, tmp_path: Path) -> None:
    table = await _table("seed", tmp_path / "pair")
    async with desk(fakes=Fakes(table)) as d:
        d.fakes.bench.print(Role.SECONDARY, "host=192.0.2.10_8082;  subject= /C=US/ST=CA/CN=prime-pri\n")
        await d.until(lambda: "→ host=192.0.2.10_8082" in d.text)
        width, height = d.app.size
        blank = "".join(line.ljust(width) for line in d.text.splitlines()).count(" ")
        assert blank / (width * height) < 0.45


async def test_the_filter_underlines_what_it_found_and_nothing_else(desk: Start) -> None:
    async with desk() as d:
        assert _underlined(d) == []
        await d.press("slash", *"SEC", "enter")
        assert set(_underlined(d)) == {"sec"}
        assert len(_underlined(d)) == sum(
            block.lower().count("sec") for role in Role for _, block in _blocks(d, role)
        )
        await d.press("slash", *["backspace"] * 3, *"8082", "enter")
        assert set(_underlined(d)) == {"8082"}
        await d.press("slash", *["backspace"] * 4, *"!8082", "enter")
        assert _underlined(d) == []


def _underlined(desk: Any) -> list[str]:
    """The underlined texts in both panes."""
    strips = desk.app.screen._compositor.render_strips()
    below = max(desk.pane_of(role).region.bottom for role in Role)
    return [s.text for strip in strips[:below] for s in strip if s.style and s.style.underline]
