"""The encodings of logs and transcripts: by mark, by shape, by what a text declares."""

import pytest

from tofutui.tofu.base.encodings import as_utf8, decode_text, is_binary

LOG = (
    "".join(
        f"11/23/26 14:02:{n:02}.000 ERROR TOFU failed - CN=J\u00fcrgen, O=\u8a3c\u660e\n" for n in range(60)
    )
    * 99
)
CODECS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("size", [7, 5_001, 1 << 20])
def test_a_log_is_utf_8_whatever_it_was_and_however_it_arrives(codec: str, size: int) -> None:
    raw = LOG.encode(codec)
    chunks = iter([raw[at : at + size] for at in range(0, len(raw), size)])
    assert b"".join(as_utf8(chunks)).decode() == LOG
    assert not is_binary(raw)


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_text_that_is_hardly_latin_is_known_by_its_shape(mark: str) -> None:
    text = "\u8a3c\u660e\u66f8\u306e\u540d\u524d\u304c\u9055\u3044\u307e\u3059 CN=kong 14:02:11\r\n" * 20
    for codec in ("utf-16-le", "utf-16-be"):
        assert decode_text((mark + text).encode(codec)) == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16"])
def test_texts_of_two_widths_in_one_file_are_read(codec: str) -> None:
    wide = "TOFU failed in wide letters - CN=J\u00fcrgen, OU=Lab\r\n" * 20
    narrow = "TOFU failed in narrow letters, appended by another program - CN=kong\r\n"
    assert decode_text((wide * 20).encode(codec) + narrow.encode()) == wide * 20 + narrow
    if codec != "utf-16":
        ascii_wide = wide.replace("\u00fc", "u")
        assert decode_text(narrow.encode() + ascii_wide.encode(codec)) == narrow + ascii_wide


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_text_of_another_width_is_read_between_the_zeros_of_a_file_with_holes(codec: str) -> None:
    hole = bytes(4096)
    raw = b"ERROR first line\n" + hole + "\nERROR second line\n".encode(codec) + hole + b"\nERROR third\n"
    read = b"".join(as_utf8(iter([raw])))
    assert b"ERROR second line" in read
    assert read.replace(b"\0", b"").splitlines()[0] == b"ERROR first line"
    assert read.endswith(b"\nERROR third\n")


def test_marks_of_texts_that_were_joined_are_not_characters() -> None:
    assert decode_text("\ufeffa\n\ufeffb\n".encode()) == "a\nb\n"


@pytest.mark.parametrize(
    ("declaration", "page"),
    [
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "latin-1"),
        ('Content-Type: text/plain; charset="windows-1251"', "cp1251"),
        ("-*- coding: shift_jis -*-", "shift_jis"),
    ],
)
def test_a_declared_code_page_counts_where_a_line_is_not_utf_8(declaration: str, page: str) -> None:
    name = {"latin-1": "J\u00fcrgen", "cp1251": "\u0418\u043c\u044f", "shift_jis": "\u8a3c\u660e"}[page]
    raw = f"{declaration}\nCN=".encode() + name.encode(page) + "\nCN=\u8a3c\n".encode()
    assert decode_text(raw) == f"{declaration}\nCN={name}\nCN=\u8a3c\n"


@pytest.mark.parametrize("declaration", ["charset=zlib", "coding: rot13", "encoding=utf-7", "charset=idna"])
def test_no_other_codec_is_run_because_a_text_says_so(declaration: str) -> None:
    raw = f"{declaration}\nCN=J\u00fcrgen\n".encode("latin-1")
    assert decode_text(raw) == raw.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "\x1b[1mCN\x1b[0m\x07\x08 \r\n",
        "J\u00fcrgen \u8a3c",
        "\0" * 999 + "a log",
        "a log" * 9 + "\0" * 999,
    ],
)
def test_a_text_is_not_binary(text: str) -> None:
    assert not is_binary(text.encode())


@pytest.mark.parametrize(
    "raw", [bytes(range(256)), bytes(9) + bytes(range(256)), b"\x00\x01\x02\x03text" * 20]
)
def test_binary_data_are(raw: bytes) -> None:
    assert is_binary(raw)
