"""Saved terminal text -> what it says about each node, and whether a listing in it is whole."""

import pytest

from tests.support.depth import amount
from tests.support.doubtful import entry_of
from tests.support.rows import certificate
from tests.support.transcripts import (
    HEADER,
    ISE,
    LISTCERTS,
    NAME,
    PRI,
    PRIMARY_ROWS,
    SEC,
    SECONDARY_ROWS,
    SEED,
    listed,
    said,
    session,
)
from tofutui.tofu.cli_output.listing import Listing
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version
from tofutui.tofu.cli_output.transcript import (
    Command,
    Recording,
    command_of,
    ha_role,
    read_transcript,
    recording_of,
)
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role

BYTES = amount(500_000, 2_000_000)
"""Of nonsense: a reader that is not linear needs more than the time-out for it."""

P = "prime-pri"
LIST = said(P, LISTCERTS, listed(PRIMARY_ROWS))
KEYS = [PRI, ISE, SEC]


def recording(text: str | bytes, host: str | None = P) -> Recording:
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return recording_of(read_transcript(raw), host, "x.log")


def listing(text: str | bytes, host: str | None = P) -> Listing:
    read = recording(text, host).listing
    assert read is not None
    return read.listing()


def keys(listed_rows: Listing) -> list[str | None]:
    return [row.key for row in listed_rows.rows]


def test_a_whole_session():
    read = recording(session(P, PRIMARY_ROWS))
    assert keys(listing(session(P, PRIMARY_ROWS))) == KEYS
    assert listing(session(P, PRIMARY_ROWS)).complete
    assert parse_clock(read.clock) is not None
    assert parse_version(read.version).version == "3.7.0"
    ha = parse_ha_status(read.ha)
    assert ha is not None
    assert ha.state == "HA not Configured"
    assert read.notices == ()


def test_the_layout_of_the_tac_document():
    transcript = read_transcript(SEED.encode())
    assert transcript.hosts == transcript.listed_hosts == (P, "prime-sec")
    primary, secondary = (listing(SEED, host) for host in transcript.hosts)
    assert primary.complete
    assert secondary.complete
    assert keys(primary) == ["1X.XX.XX.XX_8082", "1Z.ZZ.ZZ.ZZ_443", "1YY.YY.YY.YY_8082"]
    assert keys(secondary) == ["1YY.YY.YY.YY_8082", "127.0.0.1_8082", "1X.XX.XX.XX_8082"]
    assert recording(SEED).notices == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_line_ends_and_encodings_do_not_matter(end):
    text = session(P, PRIMARY_ROWS).replace("\n", end)
    for raw in (text.encode(), text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        read = listing(raw)
        assert read.complete
        assert [row.raw for row in read.rows] == [row.raw for row in listing(session(P, PRIMARY_ROWS)).rows]


def test_both_nodes_in_one_file_are_distinguished_by_their_prompts():
    text = session(P, PRIMARY_ROWS) + "exit\n" + session("prime-sec", SECONDARY_ROWS, role="Secondary")
    assert keys(listing(text)) == KEYS
    assert keys(listing(text, "prime-sec")) == [SEC, "127.0.0.1_8082", PRI]
    transcript = read_transcript(text.encode())
    assert (ha_role(transcript, P), ha_role(transcript, "prime-sec")) == (Role.PRIMARY, Role.SECONDARY)


def test_two_windows_that_take_turns():
    parts = [
        said(P, LISTCERTS, listed(PRIMARY_ROWS)),
        said("prime-sec", "show clock", "Mon Nov 23 14:02:38 UTC 2026\n"),
        said(P, "show clock", "Mon Nov 23 14:05:38 UTC 2026\n"),
    ]
    read = listing("".join(parts) + f"{P}/admin# ")
    assert keys(read) == KEYS
    assert not read.complete
    assert "the prompt did not come back" in read.problems[0]


@pytest.mark.parametrize(
    "text",
    [
        LIST,
        LIST.rstrip(),
        LIST[:-30],
        LIST + "prime-sec/admin# ",
        LIST + "PuTTY Network Error: ...\nlogin as: admin\n" + f"{P}/admin# ",
        LIST + "Connection to 192.0.2.10 closed by remote host.\n" + f"{P}/admin# ",
        LIST + "client_loop: send disconnect: Broken pipe\nadmin@jump:~$ ssh pri\n" + f"{P}/admin# ",
        LIST + "Script done on 2026-11-23\n" + f"{P}/admin# ",
        LIST + "=~=~=~= PuTTY log 2026.11.23 14:02:11 =~=~=~=\n" + f"{P}/admin# ",
        LIST + "--More--\r        \r" + f"{P}/admin# ",
        LIST + "--More--\n" + f"{P}/admin# ",
        LIST.rstrip() + "^C\n" + f"{P}/admin# ",
        LIST.rstrip() + "\n^C\n" + f"{P}/admin# ",
        LIST + "% Error: something\n" + f"{P}/admin# ",
        LIST + "host=192.0.2.99_443;\n" + f"{P}/admin# ",
    ],
)
def test_a_listing_that_may_lack_rows_is_not_complete(text):
    read = listing(text)
    assert not read.complete
    assert read.problems
    assert keys(read)[:2] == [PRI, ISE]


def test_a_row_that_is_cut_off_keeps_its_key_and_is_not_understood():
    read = listing(LIST.rstrip()[:-4])
    assert read.rows[-1].key == SEC
    assert read.rows[-1].stored is not None
    assert read.rows[-1].stored.subject is None


def test_the_newest_complete_listing_counts():
    newer = said(P, LISTCERTS, listed(PRIMARY_ROWS[:2]))
    assert keys(listing(LIST + newer + f"{P}/admin# ")) == [PRI, ISE]
    cut = recording(LIST + newer)
    assert cut.listing is not None
    assert keys(cut.listing.listing()) == KEYS
    assert cut.notices == ("a later listcerts is not complete; the last complete one counts",)


def test_of_listings_that_are_all_cut_off_the_newest_is_shown():
    assert keys(listing(LIST + f"prime-sec/admin# \n{said(P, LISTCERTS, listed(PRIMARY_ROWS[:1]))}")) == [PRI]


def test_deletions_after_the_listing_are_told():
    text = said(P, f"ncs certvalidation tofu-certs deletecert host {SEC}", "")
    assert recording(LIST + text + f"{P}/admin# ").notices == (
        "1 deletecert was sent after this listing: it shows the table as it was before",
    )
    assert recording(text + LIST + f"{P}/admin# ").notices == ()


@pytest.mark.parametrize("width", [80, 90])
def test_rows_broken_at_the_terminals_width_are_put_together(width):
    def wrapped(line: str) -> str:
        return "\n".join(line[at : at + width] for at in range(0, max(len(line), 1), width))

    text = "\n".join(wrapped(line) for line in session(P, PRIMARY_ROWS).split("\n"))
    read = listing(text)
    assert [row.raw for row in read.rows] == [row.raw for row in listing(session(P, PRIMARY_ROWS)).rows]
    assert read.complete


@pytest.mark.parametrize("indent", [" ", "  ", "    "])
def test_rows_that_a_device_breaks_and_indents_are_not_put_together(indent):
    def wrapped(line: str) -> str:
        first, rest = line[:80], [line[at : at + 76] for at in range(80, len(line), 76)]
        return "\n".join([first, *(indent + part for part in rest)])

    read = listing("\n".join(map(wrapped, session(P, PRIMARY_ROWS).split("\n"))))
    assert all(row.stored and row.stored.more for row in read.rows)


def test_rows_that_an_editor_broke_at_a_blank_are_equal_or_in_doubt():
    name = "C = US, O = Example Holding International, OU = Network Operations, CN = pi-b"
    rows = [f"host=192.0.2.{n}_8082;  subject={name}" for n in (20, 21)]
    text = "\n".join(row.replace("Network Operations", "Network\nOperations") for row in rows)
    leaf = certificate("C=US,O=Example Holding International,OU=Network Operations,CN=pi-b")
    read = listing(f"{P}/admin# {LISTCERTS}\n{text}\n{P}/admin# ")
    assert [row.stored.rejoined for row in read.rows if row.stored] == [True, True]
    assert [entry_of(row, leaf).verdict for row in read.rows] == [Verdict.UNREADABLE] * 2
    other = certificate("CN=ise01")
    assert [entry_of(row, other).verdict for row in read.rows] == [Verdict.MISMATCH] * 2


def test_what_follows_a_row_outside_of_an_answer_belongs_to_it():
    text = "host=192.0.2.20_8082;  subject=CN = pi-b.exam\nple.net, OU = Lab\n"
    (row,) = listing(text, None).rows
    assert row.stored is not None
    assert row.stored.more == ("ple.net, OU = Lab",)


def test_a_row_broken_elsewhere_is_never_taken_for_whole():
    text = session(P, PRIMARY_ROWS).replace("OU=Prime Infra/CN=ISE", "OU=Prime\nInfra/CN=ISE")
    read = listing(text)
    assert read.complete
    row = next(row for row in read.rows if row.key == ISE)
    assert row.stored is not None
    assert row.stored.more == ("Infra/CN=ISE-server",)


@pytest.mark.parametrize("rest", ["Done.", "Total: 2 certificates", "-" * 20])
def test_a_line_after_the_longest_row_is_not_joined_to_it(rest: str) -> None:
    read = listing(session(P, PRIMARY_ROWS).replace("/CN=prime-sec\n", f"/CN=prime-sec\n{rest}\n"))
    assert all(rest not in row.raw for row in read.rows)
    assert [row.stored.more for row in read.rows if row.stored] == [(), (), (rest,)]


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (LISTCERTS, Command.LISTCERTS),
        ("ncs  certval tofu list ", Command.LISTCERTS),
        ("NCS certvalidation tofu-certs listcerts", Command.LISTCERTS),
        (f"{LISTCERTS} | include 443", Command.OTHER),
        ("ncs certvalidation tofu-certs ?", Command.OTHER),
        ("ncs certvalidation tofu-certs deletecert host a_1", Command.DELETECERT),
        ("sh cl", Command.CLOCK),
        ("sh ver", Command.VERSION),
        ("ncs ha status", Command.HA_STATUS),
        ("ncs status", Command.STATUS),
        ("exit", Command.EXIT),
        ("", Command.OTHER),
    ],
)
def test_commands(typed, command):
    assert command_of(typed) is command


def test_a_filtered_listing_has_its_rows_and_is_not_complete():
    text = said(P, f"{LISTCERTS} | include 443", f"host={ISE};  subject= {NAME}x\n") + f"{P}/admin# "
    read = recording(text).listing
    assert read is not None
    assert keys(read.listing()) == [ISE]
    assert not read.listing().complete


def test_a_command_line_that_was_edited_and_asked_for_help():
    typed = "ncs certvalidation tofu-certs ?\n  deletecert\n  listcerts\n"
    text = said(P, typed + f"{P}/admin# ncs certvalidation tofu-certs lisx\b \btcerts", listed(PRIMARY_ROWS))
    assert keys(listing(text + f"{P}/admin# ")) == KEYS


@pytest.mark.parametrize(
    "prompt", ["prime-pri/admin#", "  prime-pri/admin#  ", "prime-pri/admin>", "pri_1.x/ops-2#"]
)
def test_prompts(prompt):
    host = prompt.split("/")[0].strip()
    text = f"{prompt} {LISTCERTS}\n{listed(PRIMARY_ROWS)}{prompt}\n"
    assert keys(listing(text, host)) == KEYS
    assert listing(text, host).complete


def test_a_command_right_after_the_prompt():
    assert listing(f"{P}/admin#{LISTCERTS}\n{listed(PRIMARY_ROWS)}{P}/admin#").complete


def test_rows_hold_no_prompts():
    rows = ((PRI, "a#b"), ("x/y_1", "c/d# ncs ha status"), ("z_1", "prime-pri/admin#"))
    read = listing(said(P, LISTCERTS, listed(rows)) + f"{P}/admin# ")
    assert keys(read) == [PRI, "x/y_1", "z_1"]
    assert read.problems == ("there is a prompt in the middle of a row",)


def test_an_empty_table_is_complete():
    assert listing(said(P, LISTCERTS, f"\n{HEADER}\n") + f"{P}/admin# ").complete
    assert listing(said(P, LISTCERTS, "") + f"{P}/admin# ").complete


def test_rows_without_their_command_are_shown_and_not_complete():
    read = listing(listed(PRIMARY_ROWS), None)
    assert keys(read) == KEYS
    assert not read.complete
    assert keys(listing(listed(PRIMARY_ROWS) + f"{P}/admin# ")) == KEYS
    assert not listing(listed(PRIMARY_ROWS) + f"{P}/admin# ").complete


def test_the_clock_of_the_same_login_counts_the_one_after_the_listing_first():
    def clock(minute: int) -> str:
        return said(P, "show clock", f"Mon Nov 23 14:{minute:02}:38 UTC 2026\n")

    end = f"{P}/admin# "
    assert ":02:" in recording(clock(1) + LIST + clock(2) + clock(3) + end).clock
    assert ":01:" in recording(clock(0) + clock(1) + LIST + end).clock
    assert recording(clock(1) + said(P, "exit", "") + LIST + end).clock == ""
    assert recording(LIST + said(P, "exit", "logout\n") + clock(1) + end).clock == ""


def test_ncs_status_says_the_ha_state_too():
    text = LIST + said(
        P, "ncs status", "Health Monitor Server is running. ( [Role] Primary [State] Primary Active )\n"
    )
    ha = parse_ha_status(recording(text + f"{P}/admin# ").ha)
    assert ha is not None
    assert ha.state == "Primary Active"


def test_what_is_not_a_transcript_says_nothing():
    for raw in (b"", b"\0" * 100, b"\xff" * 1000, b"hello\nworld\n", b"\x1b" * 500, bytes(range(256)) * 20):
        transcript = read_transcript(raw)
        assert transcript.answers == ()
        assert recording_of(transcript, None, "x").listing is None


@pytest.mark.parametrize(
    "raw",
    [
        b"prime-pri/admin# " * (BYTES // 13),
        b"prime-pri/admin# show clock\n" * (BYTES // 25),
        (LIST.encode() + b"a/b# \n") * (BYTES // 700),
        b"a@" + b":" * BYTES,
        b"a@b:" * (BYTES // 4),
        b"a/" * (BYTES // 2),
        LIST.encode().rstrip() + b"x" * BYTES,
        f"{P}/admin# {LISTCERTS}\n".encode() + b"host=a_1; subject=/CN=a\n" * (BYTES // 33),
    ],
    ids=["prompts", "clocks", "listings", "colons", "logins", "slashes", "long", "rows"],
)
def test_megabytes_of_nonsense_are_read_to_their_end(raw):
    """A reader that is not linear runs into the time-out here."""
    transcript = read_transcript(raw)
    for host in transcript.hosts or ("",):
        recording_of(transcript, host, "x")


@pytest.mark.parametrize("begin", [f"{LISTCERTS}\r\n", f"pi-a/admin# {LISTCERTS}\r\n"])
def test_what_changed_between_two_listings_of_one_file_is_said(begin: str) -> None:
    first = f"{begin}host=192.0.2.20_8082;  subject=CN = a\r\nhost=192.0.2.31_443;  subject=CN = b\r\n"
    second = f"pi-a/admin# {LISTCERTS}\r\nhost=192.0.2.20_8082;  subject=CN = c\r\npi-a/admin# "
    notices = recording_of(read_transcript((first + second).encode()), "pi-a", "x").notices
    assert notices == (
        "an earlier listing in this file differs: 192.0.2.20_8082 changed, 192.0.2.31_443 went",
    )
    assert not recording_of(read_transcript((second + second).encode()), "pi-a", "x").notices
