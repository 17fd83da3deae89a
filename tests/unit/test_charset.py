"""What a terminal's encoding carries, and what is drawn where it does not."""

import io
import string

import pytest
from rich.cells import cell_len

from tofutui.ui.terminal.charset import Charset, encoding_of

STAND_INS = "┏━┓┃│…→▸●≠·▾▴█✗✓≈\u2013\u201c\u8a3c\U0001f600é"


@pytest.mark.parametrize(
    ("written", "environ", "encoding"),
    [
        ("utf-8", {"LANG": "en_US.UTF-8"}, "utf-8"),
        ("utf-8", {"LANG": "de_DE.utf8"}, "utf-8"),
        ("utf-8", {}, "utf-8"),
        ("utf-8", {"LANG": "en_US.UTF-8", "LC_CTYPE": "UTF-8"}, "utf-8"),
        ("utf-8", {"LC_CTYPE": "C.UTF-8"}, "utf-8"),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "ascii"),
        ("utf-8", {"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, "ascii"),
        ("utf-8", {"LANG": "C"}, "ascii"),
        ("utf-8", {"LANG": "en_US.UTF-8", "LC_CTYPE": "C.UTF-8"}, "utf-8"),
        ("utf-8", {"LANG": "de_DE.ISO-8859-1", "LC_CTYPE": "C.UTF-8"}, "ascii"),
        ("utf-8", {"LANG": "en_US.ISO-8859-1"}, "ascii"),
        ("utf-8", {"LC_ALL": "ja_JP.eucJP"}, "ascii"),
        ("iso8859-1", {"LANG": "en_US.ISO-8859-1"}, "iso8859-1"),
        ("iso8859-15", {"LANG": "de_DE@euro"}, "iso8859-15"),
        ("cp437", {}, "cp437"),
    ],
)
def test_the_encoding_is_what_the_locale_and_the_stream_agree_on(
    written: str, environ: dict[str, str], encoding: str
) -> None:
    assert encoding_of(io.TextIOWrapper(io.BytesIO(), encoding=written), environ) == encoding


@pytest.mark.parametrize(
    "encoding", ["ascii", "iso8859-1", "iso8859-15", "cp1252", "cp437", "koi8-r", "euc_jp", "x"]
)
def test_what_an_encoding_lacks_has_a_stand_in_of_the_same_width(encoding: str) -> None:
    charset = Charset(encoding)
    assert not charset.carries_drawing
    for character in STAND_INS + string.printable:
        fitting = charset.fitting(character)
        assert cell_len(fitting) == cell_len(character)
        assert fitting.isascii() or fitting.encode(encoding)


def test_an_encoding_of_everything_changes_nothing() -> None:
    for encoding in ("utf-8", "UTF8", "utf_8"):
        assert Charset(encoding).carries_drawing
        assert Charset(encoding).fitting(STAND_INS) == STAND_INS
