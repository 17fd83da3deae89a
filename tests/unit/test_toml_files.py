"""TOML files that editors and word processors wrote: read, or named as what they are."""

from pathlib import Path

import pytest

from tofutui.config.keymap_file import read_keys
from tofutui.config.sessions import read_file
from tofutui.config.themes import load_themes
from tofutui.system.toml_files import TomlFault, read_toml

TEXT = 'title = "Prag"\nname = "J\u00fcrgen"\n'
CURLY = "title = \u201cPrag\u201d\n"
ODD = {
    "utf-16": (TEXT.encode("utf-16"), "UTF-16", 1),
    "utf-16 without a mark": (TEXT.encode("utf-16-be"), "UTF-16", 1),
    "utf-32": (TEXT.encode("utf-32"), "UTF-32", 1),
    "latin-1": (TEXT.encode("latin-1"), "not UTF-8: byte 24, in line 2", 2),
    "curly quotes": (f"a = 1\n{CURLY}".encode(), "U+201C LEFT DOUBLE QUOTATION MARK", 2),
    "single curly quotes": ("a = \u2018Prag\u2019\n".encode(), "U+2018 LEFT SINGLE QUOTATION MARK", 1),
    "hard blank": ("a\u00a0= 1\n".encode(), "U+00A0 NO-BREAK SPACE", 1),
    "rich text": (rb"{\rtf1\ansi a = 1}", "RTF", 1),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_not_toml_is_named_as_what_it_is(tmp_path: Path, kind: str) -> None:
    content, words, line = ODD[kind]
    path = tmp_path / "sessions.toml"
    path.write_bytes(content)
    with pytest.raises(TomlFault) as caught:
        read_toml(path)
    assert (words in str(caught.value), caught.value.line) == (True, line)


def test_a_mark_before_utf_8_is_not_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert read_toml(path) == ({"title": "Prag", "name": "J\u00fcrgen"}, TEXT)


def test_every_file_of_the_user_is_read_so(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(CURLY)
    said = [*read_file(path)[1].errors, *read_keys(path).errors, *load_themes(tmp_path).errors]
    assert ["U+201C" in line for line in said] == [True, True, True]
    path.write_bytes('[sessions.s.primary]\nhost = "192.0.2.1"\n'.encode("utf-8-sig"))
    assert [session.name for session in read_file(path)[0]] == ["s"]
