"""Listings: the samples of the fact sheet, odd tables, texts that are not a table, and anything at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tofutui.tofu.cli_output.listing import Listing, ListingReader, Row, read_listing
from tofutui.tofu.site.endpoint import Endpoint

HEADER = """\
Host certificate are automatically added to this list on first connection,

if trust-on-first-use is configured - ncs certvalidation certificate-check ...
"""
PI_35 = (
    HEADER
    + """
host=1X.XX.XX.XX_8082;  subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-pri

host=127.0.0.1_8082;  subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec

host=1X.XX.XX.XX_443; subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-pri
"""
)
PI_39 = """\
host=xx.xxx.xxx.xxx_443;  subject=CN = kong\x20
host=yy.yyy.yyy.yyy_443;  subject=CN = kong
"""
COMMON = [
    ("C", "US"),
    ("ST", "CA"),
    ("L", "SJ"),
    ("O", "Cisco Systems"),
    ("OU", "Prime Infra"),
    ("CN", "prime-sec"),
]


def pairs(row: Row) -> list[tuple[str, str]]:
    assert row.stored is not None
    assert row.stored.subject is not None
    return row.stored.subject.pairs()


def only(text: str) -> Row:
    (row,) = read_listing(text).rows
    return row


def test_the_sample_of_pi_35() -> None:
    listing = read_listing(PI_35)
    assert listing.complete
    assert listing.problems == ()
    assert [row.key for row in listing.rows] == [
        "1X.XX.XX.XX_8082",
        "127.0.0.1_8082",
        "1X.XX.XX.XX_443",
    ]
    assert listing.rows[1].endpoint == Endpoint("127.0.0.1", 8082)
    assert listing.rows[1].raw.startswith("host=127.0.0.1_8082;  subject= /C=US")
    assert pairs(listing.rows[1]) == COMMON


def test_the_sample_of_pi_39() -> None:
    listing = read_listing(PI_39)
    assert listing.complete
    assert [row.stored.raw for row in listing.rows if row.stored] == ["CN = kong", "CN = kong"]
    assert {row.id for row in listing.rows} == {"xx.xxx.xxx.xxx_443", "yy.yyy.yyy.yyy_443"}


@pytest.mark.parametrize(
    "subject",
    [
        "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec",
        "C = US, ST = CA, L = SJ, O = Cisco Systems, OU = Prime Infra, CN = prime-sec",
        "C=US, ST=CA, L=SJ, O=Cisco Systems, OU=Prime Infra, CN=prime-sec",
    ],
)
@pytest.mark.parametrize("blanks", ["", " ", "  "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", " \r\n\r\n", "\r"])
def test_three_grammars_in_any_spacing(subject: str, blanks: str, end: str) -> None:
    row = only(f"{blanks}host=192.0.2.11_8082;{blanks}subject={blanks}{subject}{end}")
    assert row.key == "192.0.2.11_8082"
    assert pairs(row) == COMMON


@pytest.mark.parametrize(
    ("key", "endpoint"),
    [
        ("2001:db8::7_443", Endpoint("2001:db8::7", 443)),
        ("[2001:db8:0::7]_443", Endpoint("2001:db8::7", 443)),
        ("fe80::1%eth0_8082", Endpoint("fe80::1%eth0", 8082)),
        ("ise_admin_01.example.net_443", Endpoint("ise_admin_01.example.net", 443)),
        ("Prime-Sec_8082", Endpoint("prime-sec", 8082)),
        ("a key, of sorts_443", Endpoint("a key, of sorts", 443)),
        ("noport", None),
        ("192.0.2.1_99999", None),
        ("$(reboot)", None),
    ],
)
def test_a_line_is_a_row_whatever_its_key_holds(key: str, endpoint: Endpoint | None) -> None:
    listing = read_listing(f"host={key};  subject= /CN=x\n")
    (row,) = listing.rows
    assert (row.id, row.key, row.endpoint) == (key, key, endpoint)
    assert listing.complete


@pytest.mark.parametrize(
    "subject",
    ["no name", "ERROR: denied", "/CN=x; host=10.0.0.1_443; subject=/CN=y", "\x1b[31m", "\udcff", "%"],
)
def test_a_line_is_a_row_whatever_its_subject_holds(subject: str) -> None:
    listing = read_listing(f"host=192.0.2.1_443;  subject={subject}\n")
    (row,) = listing.rows
    assert row.key == "192.0.2.1_443"
    assert row.stored is not None
    assert row.stored.raw == subject
    assert listing.complete


def test_what_is_between_key_and_subject_does_not_matter() -> None:
    row = only("host=192.0.2.1_443; added=2026-11-01; subject=/CN=x")
    assert (row.key, pairs(row)) == ("192.0.2.1_443", [("CN", "x")])


def test_a_control_character_stays_in_its_key() -> None:
    assert only("host=192.0.2.1_443\x1f; subject=/CN=x").key == "192.0.2.1_443\x1f"


@pytest.mark.parametrize(
    "line",
    [
        "host=192.0.2.1_443;",
        "host=192.0.2.1_443",
        "host=; subject=/CN=x",
        "host=",
        "host=192.0.2.1_443 subject=/CN=x",
        "subject= /CN=x",
        "192.0.2.1_443;  /CN=x",
        "[2001:db8::7]_443 /CN=x",
        "prime.example.net_8082, x",
    ],
)
def test_a_row_like_line_is_kept_as_unreadable(line: str) -> None:
    listing = read_listing(PI_39 + line + "\n")
    row = listing.rows[-1]
    assert (row.id, row.key, row.raw, row.stored) == ("?" + line, None, line, None)
    assert not row.is_readable
    assert not listing.complete
    assert "looks like a row" in listing.problems[0]


def test_an_empty_subject_keeps_its_key_and_makes_the_listing_incomplete() -> None:
    listing = read_listing("host=192.0.2.1_443;  subject= \n")
    (row,) = listing.rows
    assert row.key == "192.0.2.1_443"
    assert row.stored is not None
    assert (row.stored.raw, row.stored.subject) == ("", None)
    assert not listing.complete


def test_an_ambiguous_subject_is_marked() -> None:
    row = only("host=192.0.2.1_443;  subject= /O=Example/CN=a/OU=b")
    assert row.stored is not None
    assert row.stored.ambiguous


def test_doubled_keys_are_marked_in_both_lines() -> None:
    reader = ListingReader()
    first = reader.feed("host=a_1; subject=/CN=x\n")
    assert [(row.id, row.doubled) for row in first] == [("a_1", False)]
    later = reader.feed("host=a_1; subject=/CN=y\nhost=a_1; subject=/CN=z\n")
    assert [(row.id, row.doubled) for row in later] == [("a_1", True), ("a_1#2", True), ("a_1#3", True)]
    listing = reader.finish(prompt_returned=True)
    assert [(row.id, row.key, row.doubled) for row in listing.rows] == [
        ("a_1", "a_1", True),
        ("a_1#2", "a_1", True),
        ("a_1#3", "a_1", True),
    ]


def test_ids_stay_distinct_when_a_key_looks_like_one() -> None:
    text = "".join(f"host={key}; subject=/CN=x\n" for key in ("a_1#2", "a_1", "a_1", "a_1#2"))
    rows = read_listing(text).rows
    assert len({row.id for row in rows}) == 4
    assert [row.doubled for row in rows] == [True, True, True, True]


def test_unreadable_lines_that_are_equal_have_distinct_ids() -> None:
    rows = read_listing("host=\nhost=\n").rows
    assert [row.id for row in rows] == ["?host=", "?host=#2"]


@pytest.mark.parametrize("text", ["", "\n\r\n\n", HEADER, HEADER.replace("\n", "\r\n"), "  \t \n"])
def test_an_empty_table_is_complete(text: str) -> None:
    assert read_listing(text) == Listing((), True, ())


def test_echo_and_prompt_of_a_saved_transcript_do_not_count() -> None:
    command = "ncs certvalidation tofu-certs listcerts"
    text = f"prime-pri/admin# {command}\n\n{HEADER}\nprime-pri/admin#\n"
    assert read_listing(text).complete
    assert read_listing(f"{command}\n{HEADER}").complete


def test_further_header_lines_do_not_harm_a_table_with_rows() -> None:
    assert read_listing("TOFU certificates of this server\n=====\n" + PI_39).complete


def test_zero_rows_under_an_unknown_text_are_not_an_empty_table() -> None:
    listing = read_listing("Please wait ...\n")
    assert not listing.complete
    assert "Please wait ..." in listing.problems[0]


@pytest.mark.parametrize(
    "line",
    [
        "% invalid command detected at '^' marker.",
        "ERROR : Please enter Yes or No",
        "java.lang.NullPointerException",
        "Permission denied",
        "Error: the database is not running",
        "Could not read the certificate of 192.0.2.1",
        "Listing failed",
        "% Error: Invalid session, enter the number of the session",
        "java.lang.OutOfMemoryError: Java heap space",
        "at com.cisco.xmp.Tofu.list(Tofu.java:41)",
        "ORA-12541: TNS:no listener",
        "Killed",
        "/opt/CSCOlumos/bin/ncs: line 12: 4711 Segmentation fault (core dumped)",
        "Timeout waiting for the database",
        "Connection reset by peer",
        "ERR: no space left on device",
        "The server can't be reached, please try again later",
        "... output truncated ...",
        "Fehler: Datenbank nicht erreichbar",
        "Échec de la lecture",
        "エラー: 読み込みに失敗しました",
        "Ошибка чтения",
        "." * 100_000 + " Killed",
    ],
)
@pytest.mark.parametrize("before", ["", HEADER, PI_39])
def test_an_error_line_makes_a_listing_incomplete(line: str, before: str) -> None:
    listing = read_listing(before + line + "\n")
    assert not listing.complete
    assert line[:100] in listing.problems[0]
    assert len(listing.rows) == (2 if before == PI_39 else 0)


def test_an_unknown_command_says_what_that_means() -> None:
    listing = read_listing("                 ^\n% invalid command detected at '^' marker.\n")
    assert "older than 3.5, or not the admin CLI" in listing.problems[0]


def test_without_the_prompt_a_listing_is_not_complete() -> None:
    listing = read_listing(PI_39, prompt_returned=False)
    assert len(listing.rows) == 2
    assert not listing.complete
    assert "prompt" in listing.problems[0]


def test_a_cut_off_last_line_is_never_taken_for_a_whole_subject() -> None:
    text = "host=192.0.2.1_443; subject=/CN=a\nhost=192.0.2.2_443; subject=/C=US/O=Exam"
    listing = read_listing(text, prompt_returned=False)
    whole, cut = listing.rows
    assert pairs(whole) == [("CN", "a")]
    assert cut.key == "192.0.2.2_443"
    assert cut.stored is not None
    assert (cut.stored.raw, cut.stored.subject) == ("", None)
    assert cut.raw.endswith("/C=US/O=Exam")
    assert pairs(read_listing(text).rows[1]) == [("C", "US"), ("O", "Exam")]


def test_a_key_that_was_cut_off_is_not_a_key() -> None:
    listing = read_listing("host=192.0.2.1_44", prompt_returned=False)
    assert [row.key for row in listing.rows] == [None]


def test_rows_come_as_soon_as_their_lines_end() -> None:
    reader = ListingReader()
    assert reader.feed("host=a_1; subj") == []
    assert reader.feed("ect=/CN=x") == []
    assert [row.key for row in reader.feed("\r")] == ["a_1"]
    assert reader.feed("\nhost=b_2; subject=/CN=y\r\n")[0].key == "b_2"


def test_problems_hold_no_control_characters() -> None:
    for text in ("% \x1b[2Jerror\n", "host=\x1b]0;x\x07\n", "odd \u202e\n"):
        (problem,) = read_listing(text).problems
        assert problem.isprintable()


def test_a_thousand_rows_keep_their_order() -> None:
    keys = [f"192.0.{n // 250}.{n % 250}_443" for n in range(1000)]
    rows = read_listing("".join(f"host={key};  subject=CN = kong\n" for key in keys)).rows
    assert [row.key for row in rows] == keys


ANY = st.text(st.characters(exclude_categories=()), max_size=300)
ROW_LINES = st.builds(
    "host={}; subject={}".format,
    st.text(st.characters(exclude_characters="\r\n;"), min_size=1).filter(lambda t: t.strip(" \t")),
    st.text(st.characters(exclude_characters="\r\n")),
)
NOISE = st.sampled_from(["", " ", "--", "Host certificate are automatically added", "% x", "a/b# c", "^"])


@given(ANY, st.booleans())
def test_any_text_is_read_without_raising(text: str, prompt: bool) -> None:
    listing = read_listing(text, prompt_returned=prompt)
    assert listing.complete is (not listing.problems)
    assert len({row.id for row in listing.rows}) == len(listing.rows)


@given(st.lists(st.tuples(ROW_LINES | NOISE, st.sampled_from(["\n", "\r\n", "\r"]))))
def test_every_row_line_is_kept_in_order(lines: list[tuple[str, str]]) -> None:
    rows = read_listing("".join(line + end for line, end in lines)).rows
    wanted = [line.strip(" \t") for line, _ in lines if line.startswith("host=")]
    assert [row.raw for row in rows if row.raw.startswith("host=")] == wanted
    assert all(row.key for row in rows if row.raw.startswith("host="))


@given(st.lists(ROW_LINES | NOISE | ANY), st.data(), st.booleans())
def test_pieces_read_like_the_whole(lines: list[str], data: st.DataObject, prompt: bool) -> None:
    text = data.draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    reader = ListingReader()
    seen = {}
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        seen.update({row.id: row.raw for row in reader.feed(text[start:end])})
    listing = reader.finish(prompt_returned=prompt)
    assert listing == read_listing(text, prompt_returned=prompt)
    assert seen.items() <= {row.id: row.raw for row in listing.rows}.items()
