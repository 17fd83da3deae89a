"""What colours reach terminals that have few of them, or whose user wants none."""

import re
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal
from tests.support.transcripts import PRIMARY_ROWS, session

ROOT = Path(__file__).resolve().parents[2]
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")


def shown(tmp_path: Path, *options: str, **env: str) -> Terminal:
    """The app on a transcript: another theme, the cursor, the palette, and the end."""
    (tmp_path / "one.log").write_text(session("prime-pri", PRIMARY_ROWS))
    command = [sys.executable, "-m", "tofutui", *options, "offline", "--primary", str(tmp_path / "one.log"),
               "--primary-address", "192.0.2.10", "--no-probe", "--screen"]  # fmt: skip
    with terminal(command, tmp_path, PYTHONPATH=str(ROOT), **env) as screen:
        screen.wait_for("as recorded")
        screen.press("T")
        screen.wait_for("theme ")
        screen.press("j")
        screen.wait_for("2 of 3")
        screen.press(":")
        screen.wait_for("Search for commands")
        screen.press("esc")
        screen.wait_for(lambda text: "Search for" not in text)
        screen.press("q")
        assert screen.wait_end() == 0
    return screen


def codes(screen: Terminal) -> list[list[int]]:
    """The numbers of every sequence that sets colours or weight."""
    return [[int(part or 0) for part in re.split(rb"[;:]", code)] for code in SGR.findall(bytes(screen.raw))]


def colours(numbers: list[int]) -> list[int]:
    """Those that choose a colour (39 and 49 choose the terminal's own)."""
    return [n for n in numbers if 30 <= n <= 38 or 40 <= n <= 48 or 90 <= n <= 97 or 100 <= n <= 107]


@pytest.mark.parametrize("value", ["1", "0"])
def test_no_color_sends_no_colour_and_tells_the_cursor_by_reversing(tmp_path: Path, value: str) -> None:
    sent = codes(shown(tmp_path, NO_COLOR=value))
    assert [numbers for numbers in sent if colours(numbers)] == []
    assert any(7 in numbers for numbers in sent)
    assert any(1 in numbers for numbers in sent)


def test_sixteen_colours_are_asked_for_by_their_numbers_and_never_alike_in_front_and_behind(
    tmp_path: Path,
) -> None:
    sent = codes(shown(tmp_path, TERM="xterm", COLORTERM=""))
    chosen = [colours(numbers) for numbers in sent if colours(numbers)]
    assert chosen
    assert all(n not in (38, 48) for numbers in chosen for n in numbers)
    for numbers in chosen:
        fore = [n - 30 if n < 40 else n - 82 for n in numbers if 30 <= n <= 37 or 90 <= n <= 97]
        back = [n - 40 if n < 50 else n - 92 for n in numbers if 40 <= n <= 47 or 100 <= n <= 107]
        assert not (fore and fore == back)
    assert len({n for numbers in chosen for n in numbers}) > 4


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "linux", "COLORTERM": ""}], ids=["none", "few"])
def test_ascii_needs_neither_colour_nor_unicode(tmp_path: Path, env: dict[str, str]) -> None:
    screen = shown(tmp_path, "--ascii", **env)
    assert bytes(screen.raw).isascii()
