"""Every screen as text, which fits, and the tables' colours in every theme, beside what was agreed on.

``pytest tests/ui/test_snapshots.py --renew-snapshots`` rewrites them; look at the difference before it is
committed. Plain text is kept, no pictures: a difference can be read, and a file is a few kilobytes.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style

from tests.support.every_screen import ways
from tests.support.frames import HELP, WITH_KEYS, frame

Start = Callable[..., Any]
FOLDER = Path(__file__).parent / "snapshots"
THEMES = sorted(path.stem for path in (Path(__file__).parents[2] / "themes").glob("*.toml"))
USUAL, SMALLEST = (80, 24), (60, 20)
ALSO = {
    "tables": [(120, 36), (200, 60), (60, 20)], "guide": [(120, 36)], "evidence": [(120, 36)],
    "delete": [(60, 20)], "detail": [(60, 20)],
}  # fmt: skip
"""Screens that are arranged in another way at another size."""


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def compare(name: str, text: str, renew: bool) -> None:
    """The same as in the file of this name; or write it."""
    path = FOLDER / f"{name}.txt"
    if renew:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no snapshot {path.name}: run with --renew-snapshots"
    assert text == path.read_text(encoding="utf-8")


def colours(style: Style | None) -> str:
    """A style in a few characters."""
    if style is None:
        return "-"
    parts = [style.color.name if style.color else "-", style.bgcolor.name if style.bgcolor else "-"]
    flags = (style.bold, style.dim, style.italic, style.underline, style.reverse)
    named = [letter for letter, on in zip("bdiur", flags, strict=True) if on]
    return "/".join(parts) + "".join(named)


async def settled(d: Any, fact: str) -> str:
    """The screen once it shows the fact and has come to rest."""
    await d.until(lambda: fact in d.text)
    before, same = "", 0
    while same < 3:
        await d.until(lambda: d.app.main is None or d.app.main._frame is None)  # nothing is yet to be shown
        await d.pilot.pause()
        before, same = d.text, same + 1 if d.text == before else 0
    return "\n".join(line.rstrip() for line in before.splitlines()) + "\n"


def fits(d: Any, name: str) -> None:
    """Every line has its width, and the last one the way to help where it holds keys."""
    lines = frame(d)
    assert len(lines) == d.app.size.height
    assert name not in WITH_KEYS or HELP.search(lines[-1]), lines[-1]


@pytest.mark.parametrize("name", ways())
async def test_text_and_fit(desk: Start, pytestconfig: pytest.Config, name: str) -> None:
    """At one size after the other, as in a terminal that is resized."""
    go, fact = ways()[name]
    renew = pytestconfig.getoption("renew_snapshots")
    async with desk(size=USUAL) as d:
        d.app.options = replace(d.app.options, sessions_path=Path("/home/ops/sessions.toml"))
        await go(d)
        for size in [USUAL, *ALSO.get(name, ())]:
            if size != d.app.size:
                await d.pilot.resize_terminal(*size)
            text = await settled(d, fact)
            compare(f"{name.replace(' ', '-')}-{size[0]}x{size[1]}", text, renew)
            fits(d, name)
        await d.pilot.resize_terminal(*SMALLEST)
        await d.until(lambda: fact in d.text)
        fits(d, name)


@pytest.mark.parametrize("theme", THEMES)
async def test_colours(desk: Start, pytestconfig: pytest.Config, theme: str) -> None:
    async with desk(size=USUAL, theme=theme) as d:
        await settled(d, "PRIMARY")
        lines = []
        for strip in d.app.screen._compositor.render_strips():
            runs = groupby(strip, key=lambda segment: colours(segment.style))
            lines.append(" ".join(f"{look}*{sum(s.cell_length for s in run)}" for look, run in runs))
        compare(f"theme-{theme}", "\n".join(lines) + "\n", pytestconfig.getoption("renew_snapshots"))
