"""Where a report is coloured, drawn with ASCII or fitted to a width."""

import io

import pytest

from tofutui.cli.parsers import parse
from tofutui.cli.text_style import style_of


class Out(io.StringIO):
    """An output with an encoding, on a terminal or not."""

    def __init__(self, encoding: str, on_terminal: bool) -> None:
        super().__init__()
        self._encoding, self._on_terminal = encoding, on_terminal

    @property
    def encoding(self) -> str:
        return self._encoding

    def isatty(self) -> bool:
        return self._on_terminal


def style(*argv: str, encoding: str = "utf-8", on_terminal: bool = True, **environment: str):
    _, options = parse(["check", "site-a", *argv])
    return style_of(options, Out(encoding, on_terminal), {"TERM": "xterm", **environment})


@pytest.mark.parametrize(
    ("argv", "facts", "colored"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        ([], {"on_terminal": False}, False),
        (["--output", "x"], {}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"on_terminal": False, "NO_COLOR": "1"}, True),
    ],
)
def test_colour_is_for_terminals_unless_said(argv, facts, colored):
    assert style(*argv, **facts).color is colored


def test_ascii_where_it_is_asked_for_or_the_encoding_has_no_glyphs():
    assert not style().ascii_
    assert style("--ascii").ascii_
    assert all(style(encoding=name).ascii_ for name in ("ascii", "latin-1", "koi8-r", "no such encoding"))
    assert not style("--output", "x", encoding="ascii").ascii_, "a file is UTF-8"


def test_only_a_terminal_has_a_width():
    assert style().width
    assert style(on_terminal=False).width is style("--output", "x").width is None
