"""A row that may go on in the next line is judged under every reading, and never by a piece of its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.doubtful import KEY, NAME, OTHER, ROW, judge_rows, judge_text, presented
from tofutui.tofu.cli_output.listing import ListingReader, read_listing
from tofutui.tofu.judgement.verdict import Verdict

KONG = f"host=192.0.2.30_443;  subject={OTHER}"
SLASH = "/C=US/O=Example/CN=pi-b.example.net"
ESCAPED = r"C = BR, O = S\C3\A3o Paulo, CN = pi-b.example.net"
QUOTED = 'O = "Example, Inc.", CN = pi-b.example.net'
NOISE = (
    "",
    "--More--",
    "\n--More--\n",
    "\n--More--\r        \r",
    "\nBroadcast message from root@pi-a (pts/0) (Sat Nov 28 12:00:00 2026):\n\nThe system is going down\n\n",
    "\x07\x07\nBroadcast message from root@pi-a:\n\nbackup starts\n",
    "Broadcast message from root@pi-a:\nbackup starts\n",
    "\nMessage from syslogd@pi-a at Nov 28 12:00:00 ...\n kernel: disk is full\n",
    "WARNING: disk is full\n",
    "\n%SYS-5-CONFIG_I: Configured from console\n",
)


@pytest.mark.parametrize("width", [80, 132, 511, 60, 55])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("indent", ["", " ", "    ", "\t"])
def test_a_row_that_the_device_wraps_is_not_a_mismatch(width: int, end: str, indent: str) -> None:
    long = f"host={KEY};  subject=" + ", ".join(f"OU = Department {n}" for n in range(40)) + ", CN = pi-b"
    leaf = presented(",".join(f"OU=Department {n}" for n in range(40)) + ",CN=pi-b")
    lines = [long[at : at + width] for at in range(0, len(long), width)]
    text = end.join([KONG, (end + indent).join(lines), ""])
    entry = judge_text(text, leaf)
    assert entry.verdict is Verdict.UNREADABLE
    assert entry.key == KEY
    assert read_listing(text).complete


@pytest.mark.parametrize(
    "rest", ["Done.", "Total: 2 certificates", "-----------------------------", "2 rows", "mple.net", "[OK]"]
)
def test_a_line_after_the_last_row_leaves_it_unjudged_with_its_key(rest: str) -> None:
    text = f"{KONG}\r\n{ROW}\r\n{rest}\r\n"
    entry = judge_text(text)
    assert (entry.verdict, entry.key) == (Verdict.UNREADABLE, KEY)
    assert entry.delete_command is not None
    assert any(rest in why for why in entry.judgement.why)
    assert read_listing(text).complete


def test_a_prompt_a_header_or_a_row_ends_a_row() -> None:
    header = "Host certificate are automatically added to this list on first connection,"
    for rest in ("pi-a/admin# ", header, KONG, ""):
        assert judge_text(f"{ROW}\r\n{rest}\r\n").verdict is Verdict.SAME_NAME
        assert judge_text(f"{ROW}\r\n{rest}\r\n", presented("CN=ise01")).verdict is Verdict.MISMATCH


def test_what_was_joined_to_the_presented_name_is_said() -> None:
    entry = judge_text(f"host={KEY};  subject=CN = pi-b.exa\r\nmple.net, OU = Lab\r\n")
    assert entry.verdict is Verdict.UNREADABLE
    assert any("mple.net, OU = Lab" in why for why in entry.judgement.why)
    assert any(NAME in why for why in entry.judgement.why)


@pytest.mark.parametrize("leaf", ["CN=ise01", "CN=pi-b2.example.net,OU=Lab", "CN=pi-a.example.net,OU=Lab"])
@pytest.mark.parametrize("rest", ["mple.net, OU = Lab", "Done."])
def test_a_name_that_differs_under_every_reading_is_a_mismatch(leaf: str, rest: str) -> None:
    printed = f"host={KEY};  subject=CN = pi-b.exa" if "mple" in rest else ROW
    assert judge_text(f"{printed}\r\n{rest}\r\n", presented(leaf)).verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("first", "second"), [("", "subject=" + NAME), ("  subj", "ect=" + NAME), ("  subject=", NAME)]
)
def test_a_subject_in_the_next_line_keeps_the_key(first: str, second: str) -> None:
    text = f"host={KEY};{first}\r\n{second}\r\n{KONG}\r\n"
    entry = judge_text(text)
    assert (entry.verdict, entry.key) == (Verdict.UNREADABLE, KEY)
    listing = read_listing(text)
    assert (listing.complete, len(listing.rows)) == (True, 2)


@pytest.mark.parametrize("at", range(6, len(KEY) + 5))
def test_a_key_that_is_broken_is_not_a_row_and_the_listing_not_complete(at: int) -> None:
    listing = read_listing(f"{KONG}\r\n{ROW[:at]}\r\n{ROW[at:]}\r\n")
    assert not listing.complete
    assert [row.key for row in listing.rows if row.key] == ["192.0.2.30_443"]


def test_a_row_streams_at_once_and_is_revised_by_the_next_line() -> None:
    reader = ListingReader()
    (row,) = reader.feed(f"host={KEY};  subject=CN = pi-b.exa\r\n")
    assert row.stored is not None
    assert not row.stored.more
    (revised,) = reader.feed("mple.net, OU = Lab\r\n")
    assert (revised.id, revised.raw) == (row.id, row.raw)
    assert revised.stored is not None
    assert revised.stored.more == ("mple.net, OU = Lab",)
    assert reader.finish(prompt_returned=True).rows == (revised,)


def test_the_rest_of_a_row_that_looks_like_one_ends_nothing() -> None:
    text = f"host={KEY};  subject=CN = my\r\nhost=x, OU = Lab\r\n"
    assert judge_text(text, presented("CN=my host=x,OU=Lab")).verdict is Verdict.UNREADABLE
    text = f"host={KEY};  subject=CN = my\r\nhost=10.0.0.1_443;  subject=CN = x\r\n"
    leaf = presented("CN=myhost=10.0.0.1_443;  subject=CN = x")
    assert judge_text(text, leaf).verdict is not Verdict.MISMATCH


def test_lines_after_a_blank_one_only_take_a_mismatch_away() -> None:
    assert judge_text(f"{ROW}\r\n\r\nTotal: 2 certificates\r\n").verdict is Verdict.SAME_NAME
    trailer = f"{ROW}\r\n\r\nTotal: 2 certificates\r\n"
    assert judge_text(trailer, presented("CN=ise01")).verdict is Verdict.MISMATCH
    broken = f"host={KEY};  subject=CN = pi-b.exa\r\n\r\nmple.net, OU = Lab\r\n"
    assert judge_text(broken).verdict is Verdict.UNREADABLE


NAMES = [
    (NAME, "CN=pi-b.example.net,OU=Lab"),
    (" " + SLASH, "C=US,O=Example,CN=pi-b.example.net"),
    (ESCAPED, "C=BR,O=São Paulo,CN=pi-b.example.net"),
    (QUOTED, 'O="Example, Inc.",CN=pi-b.example.net'),
]


ENDS = ("\r\n", "\n", "\r")


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize(("name", "leaf"), NAMES)
def test_noise_anywhere_in_a_name_is_never_a_mismatch(name: str, leaf: str, noise: str) -> None:
    """With each line end where that is what breaks the name; else with the ends in turn."""
    certificate = presented(leaf)
    line = f"host={KEY};  subject={name}"
    start = line.index("subject=")
    for cut in range(start, len(line) + 1):
        for end in (ENDS[cut % 3],) if noise else ENDS:
            text = f"{line[:cut]}{noise or end}{line[cut:]}{end}{KONG}{end}"
            for entry in judge_rows(read_listing(text), certificate).values():
                if entry.key == KEY:
                    assert entry.verdict is not Verdict.MISMATCH, text


CUTS = st.lists(st.tuples(st.integers(0, 60), st.sampled_from((*NOISE[4:], "\r\n"))), max_size=4)


@given(st.sampled_from(NAMES), CUTS, st.booleans())
def test_any_breaks_and_messages_are_never_a_mismatch(
    name: tuple[str, str], cuts: list[tuple[int, str]], prompt: bool
) -> None:
    printed = name[0]
    for at, noise in sorted(cuts, reverse=True):
        printed = printed[:at] + noise + printed[at:]
    text = f"host={KEY};  subject={printed}\r\n{KONG}"
    rows = judge_rows(read_listing(text, prompt_returned=prompt), presented(name[1]))
    assert rows[KEY].verdict is not Verdict.MISMATCH


@pytest.mark.parametrize("name", NAMES)
def test_a_listing_that_ends_anywhere_is_never_a_mismatch(name: tuple[str, str]) -> None:
    line = f"host={KEY};  subject={name[0]}"
    for cut in range(line.index("=", 6), len(line) + 1):
        for end in ("", "\r\n"):
            listing = read_listing(line[:cut] + end, prompt_returned=False)
            entries = judge_rows(listing, presented(name[1])).values()
            assert all(entry.verdict is not Verdict.MISMATCH for entry in entries), line[:cut]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_cut_anywhere_right_before_the_prompt_is_never_a_mismatch(name: tuple[str, str]) -> None:
    line = f"{KONG}\nhost={KEY};  subject={name[0]}"
    for cut in range(line.index("subject=", len(KONG) + 1) + 8, len(line) + 1):
        entry = judge_text(line[:cut], presented(name[1]))
        assert entry.verdict is not Verdict.MISMATCH, line[:cut]
    assert entry.verdict is Verdict.SAME_NAME


def test_a_last_row_without_a_line_end_that_begins_differently_is_a_mismatch() -> None:
    assert judge_text(f"{KONG}\n{ROW}", presented("CN=ise01")).verdict is Verdict.MISMATCH
