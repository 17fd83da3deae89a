"""What documents, mail and code pages do to a listing: undone where that is certain, else not compared."""

import pytest

from tests.support.doubtful import KEY, NAME, judge_text, presented
from tofutui.tofu.base.damaged_text import damage, plain, undone
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.judgement.verdict import Verdict

ROW = f"host={KEY};  subject={NAME}\r\n"
UNICODE = "CN=pi-b.example.net,O=Soci\u00e9t\u00e9 G\u00e9n\u00e9rale,L=K\u00f6ln"
PRINTED = UNICODE.replace(",", ", ").replace("=", " = ")
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212\u00ad\ufe63"
REPAIRED = [
    *(ROW.replace("-", hyphen, 1) for hyphen in HYPHENS if hyphen != "\u00ad"),
    ROW.replace("example", "exam\u00adple"),
    ROW.replace("subject=CN = ", "subject=CN\u00a0=\u202f"),
    ROW.replace("pi-b.example.net", "pi-b.example.net<http://pi-b.example.net>"),
    ROW.replace("pi-b.example.net", "pi-b.example.net <https://pi-b.example.net/>"),
    ROW.replace("pi-b.example.net", "[pi-b.example.net](http://pi-b.example.net)"),
    ROW.replace("Lab", "L\u200bab"),
    ROW.replace("Lab", "\ufeffLab"),
    ROW.replace("Lab", '\\"Lab\\"'),
    ROW.replace("Lab", '\\\\\\"Lab\\\\\\"'),
    ROW.replace("Lab", "&quot;Lab&quot;"),
    ROW.replace("Lab", "?Lab?"),
    ROW.replace("Lab", "L&#97;b&shy;"),
]


@pytest.mark.parametrize("row", REPAIRED, ids=ascii)
def test_a_damaged_text_that_is_certain_is_undone(row: str) -> None:
    assert judge_text(row).verdict is Verdict.SAME_NAME


@pytest.mark.parametrize(
    ("stored", "leaf", "named"),
    [
        ("CN = pi\u2011c.example.net", "CN=pi-b.example.net", "U+2011 NON-BREAKING HYPHEN"),
        ("CN = pi\u2013c.example.net", "CN=pi-b.example.net", "U+2013 EN DASH"),
        ("O = \u201cExample\u201d, CN = x", "O=Exemple,CN=x", "U+201C LEFT DOUBLE QUOTATION MARK"),
        ("O = O\u2019Neil, CN = x", "O=O`Neil,CN=x", "U+2019 RIGHT SINGLE QUOTATION MARK"),
        ("CN = a\u2026", "CN=abcdef", "U+2026 HORIZONTAL ELLIPSIS"),
        ("CN = \ufb01sh", "CN=fishes", "U+FB01 LATIN SMALL LIGATURE FI"),
        ("CN = a\ufffdb", "CN=aéb", "U+FFFD REPLACEMENT CHARACTER"),
        ("CN = a\udc82c", "CN=aéb", "byte 0x82"),
        ("CN = pi-c<http://pi-c>", "CN=pi-b", "a link that a mail program added"),
        ("O = A &amp; B, CN = x", "O=A + B,CN=x", "&amp; of a web page"),
    ],
)
def test_a_damaged_text_that_differs_is_not_judged_and_says_what_is_in_it(
    stored: str, leaf: str, named: str
) -> None:
    entry = judge_text(f"host={KEY};  subject={stored}\n", presented(leaf))
    assert (entry.verdict, entry.key) == (Verdict.UNREADABLE, KEY)
    assert named in entry.judgement.why[0]


@pytest.mark.parametrize("page", ["cp1252", "latin-1", "cp437", "cp850", "mac_roman", "cp1250"])
def test_bytes_of_legacy_code_pages_are_read_as_what_fits(page: str) -> None:
    stored = PRINTED.encode(page).decode("utf-8", "surrogateescape")
    entry = judge_text(f"host={KEY};  subject={stored}\n", presented(UNICODE))
    assert entry.verdict is Verdict.SAME_NAME


@pytest.mark.parametrize("page", ["cp1252", "latin-1", "cp437", "cp850"])
def test_utf_8_that_was_read_in_another_code_page_is_undone(page: str) -> None:
    stored = PRINTED.encode().decode(page)
    entry = judge_text(f"host={KEY};  subject={stored}\n", presented(UNICODE))
    assert entry.verdict is Verdict.SAME_NAME


def test_letters_lost_in_ascii_are_not_a_difference() -> None:
    stored = PRINTED.encode("ascii", "replace").decode()
    entry = judge_text(f"host={KEY};  subject={stored}\n", presented(UNICODE))
    assert entry.verdict is Verdict.UNREADABLE
    dashed = PRINTED.replace("-", "?").encode("cp1252").decode("cp1252")
    entry = judge_text(f"host={KEY};  subject={dashed}\n", presented(UNICODE))
    assert entry.verdict is Verdict.UNREADABLE
    entry = judge_text(f"host={KEY};  subject=CN = what?\n", presented("CN=whatx"))
    assert entry.verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    "name", ["CN=pi-b,O=O\u2019Neil", "CN=\u6771\u4eac", "CN=M\u00fcller", "CN=a\u2013b"]
)
def test_characters_that_the_certificate_holds_are_compared(name: str) -> None:
    printed = name.replace(",", ", ").replace("=", " = ")
    assert judge_text(f"host={KEY};  subject={printed}\n", presented(name)).verdict is Verdict.SAME_NAME


def test_letters_of_other_languages_are_not_damage() -> None:
    for text in ("CN = M\u00fcller", "CN = \u6771\u4eac", "CN = \u0410\u0411", "CN = caf\u00e9"):
        assert (damage(text), undone(text)) == ("", ())
        assert judge_text(f"host={KEY};  subject={text}\n", presented("CN=x")).verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    "key",
    [
        *("192.0.2.20\u200b_8082", "\u200b192.0.2.20_8082", "192.0.2.20\u00a0_8082", "192.0.2\u00ad.20_8082"),
        *("192.0.2.20\ufe0f_8082", "pi\u2011b_8082", "192.0.2.20<http://192.0.2.20>_8082", "a\udc82_443"),
        *("\u202e192.0.2.20_8082", "192.0.2.20\u3164_8082", "192.0.2.20\U000e0041_8082"),
    ],
    ids=ascii,
)
def test_a_key_with_foreign_characters_is_a_row_that_is_neither_asked_nor_deleted(key: str) -> None:
    (row,) = read_listing(f"host={key};  subject={NAME}\n").rows
    assert (row.key, row.endpoint) == (key, None)
    entry = judge_text(f"host={KEY};  subject={NAME}\nhost={key};  subject={NAME}\n")
    assert entry.verdict is Verdict.SAME_NAME


def test_plain_text_has_ascii_blanks_hyphens_and_quotes() -> None:
    assert plain("\u201cpi\u2011a\u201d\u00a0#\u200b \u2019") == '"pi-a" # \''
