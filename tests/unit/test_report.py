"""Reports: the JSON to the letter, lines for grep, Markdown that nothing can break out of."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tofutui.report import FORMATS, render
from tofutui.report.json_form import dump
from tofutui.report.many_form import joined
from tofutui.report.text_form import TextStyle
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Attempt, Presented, Status
from tofutui.tofu.cli_output.listing import StoredSubject, read_stored
from tofutui.tofu.cli_output.status import HaState
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase, TiedFailure
from tofutui.tofu.judgement.verdict import Evidence, Judgement, Kind, Verdict
from tofutui.tofu.logs.failures import Failure, OtherCause
from tofutui.tofu.names.match import compare
from tofutui.tofu.names.values import Attribute, DistinguishedName
from tofutui.tofu.site.endpoint import split_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, Role, Session

AT = datetime(2026, 11, 23, 14, 2, 11, 900_000, tzinfo=UTC)
HOSTILE = "\x1b[2Jx\u202egnp\x9b|`<b>*a*\n## h\udcff\u2028"


def name(*pairs: tuple[str, str]) -> DistinguishedName:
    return DistinguishedName(tuple((Attribute(kind, value),) for kind, value in pairs))


def certificate(cn: str, **changes: object) -> Certificate:
    plain = Certificate(
        der=b"",
        sha256="ab" * 32,
        sha1="cd" * 20,
        serial="1f",
        subject=name(("CN", cn)),
        issuer=name(("CN", cn)),
        not_before=AT,
        not_after=AT.replace(year=2027),
        key="RSA 2048",
        signature="sha256WithRSAEncryption",
        san=("DNS:" + cn,),
    )
    return replace(plain, **changes)


def presented(cn: str = "ise01", **changes: object) -> Presented:
    plain = Presented(
        status=Status.OK,
        at=AT,
        handshake=True,
        certificate=certificate(cn),
        tls="TLSv1.2",
        chain=(certificate("ca", sha256="11" * 32),),
        also=(certificate("x", sha256="22" * 32),),
        address="10.9.8.7:443",
        seen_from="jump01",
        attempts=(
            Attempt("tls", Status.TIMEOUT, "no answer in 5 s", 5.0),
            Attempt("tls", Status.OK, "", 0.1),
        ),
    )
    return replace(plain, **changes)


def entry(key: str | None, verdict: Verdict, **changes: object) -> Entry:
    raw = f"host={key};  subject= /C=US/CN=ISE-server"
    stored = StoredSubject("/C=US/CN=ISE-server", name(("C", "US"), ("CN", "ISE-server")))
    plain = Entry(
        id=key or "?",
        role=Role.PRIMARY,
        key=key,
        raw=raw,
        endpoint=split_key(key) if key else None,
        who=Who.ISE,
        name="ISE-server",
        stored=stored,
        presented=presented(),
        judgement=Judgement(verdict, ("first reason", "second reason"), (Evidence(Kind.NAMES, AT, "names"),)),
    )
    return replace(plain, **changes)


def comparison(*entries: Entry, **node: object) -> Comparison:
    settings = NodeSettings(role=Role.PRIMARY, host="192.0.2.10")
    session = Session(name="site-a", title="Site A", nodes={Role.PRIMARY: settings})
    facts: dict[str, object] = {
        "hostname": "prime-pri",
        "version": "3.7.0",
        "ha": HaState("Primary", "HA not Configured", ()),
        "clock_skew_s": 1.24,
        "phase": Phase.LISTED,
        "complete": True,
        "listed_at": AT,
    }
    view = NodeView(role=Role.PRIMARY, host="192.0.2.10", shown_address="192.0.2.10", **(facts | node))
    view.entries = {row.id: row for row in entries}
    return Comparison(session=session, nodes={Role.PRIMARY: view}, seen_from="jump01", taken_at=AT)


def rendered(comparisons: list[Comparison], fmt: str) -> str:
    return joined([(each.session.name, render(each, fmt, "0.1.0")) for each in comparisons], fmt)


def as_json(compared: Comparison) -> dict:
    return json.loads(render(compared, "json", "0.1.0"))


STALE = entry("198.51.100.20_443", Verdict.MISMATCH)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": None, "b": True, "c": -1, "d": 0.1, "e": 'é\u20ac\U0001f512"\\'},
        {"empty": [], "none": {}, "deep": [[{"x": [1, 2]}, []], ("pair", "of two")], 'key "é"': {"y": {}}},
    ],
)
def test_json_is_indented_as_the_standard_library_does(value):
    assert dump(value) == json.dumps(value, indent=1) + "\n"


def test_each_string_of_the_json_is_fit_for_a_terminal():
    document = json.loads(dump({"deep": [{"text": HOSTILE}, (HOSTILE,)]}))
    assert document == {"deep": [{"text": safe(HOSTILE)}, [safe(HOSTILE)]]}


def test_the_json_of_a_stale_row_has_the_documented_keys_in_their_order():
    document = as_json(comparison(STALE))
    assert list(document) == [
        "schema",
        "tool",
        "taken_at",
        "session",
        "complete",
        "seen_from",
        "nodes",
        "failures",
        "not_tofu",
        "summary",
    ]
    assert (document["tool"], document["taken_at"]) == ("tofutui 0.1.0", "2026-11-23T14:02:11Z")
    assert document["nodes"]["secondary"] is None
    node = document["nodes"]["primary"]
    entries = node.pop("entries")
    assert list(node.items()) == [
        ("host", "192.0.2.10"),
        ("shown_address", "192.0.2.10"),
        ("hostname", "prime-pri"),
        ("version", "3.7.0"),
        ("ha", {"role": "Primary", "state": "HA not Configured"}),
        ("clock_skew_s", 1.2),
        ("complete", True),
        ("error", None),
        ("unknown", []),
    ]
    assert list(entries[0].items()) == [
        ("key", "198.51.100.20_443"),
        ("raw", "host=198.51.100.20_443;  subject= /C=US/CN=ISE-server"),
        ("host", "198.51.100.20"),
        ("port", 443),
        ("who", "ise"),
        ("name", "ISE-server"),
        (
            "stored",
            {
                "raw": "/C=US/CN=ISE-server",
                "subject": [["C", "US"], ["CN", "ISE-server"]],
                "ambiguous": False,
            },
        ),
        (
            "presented",
            {
                "status": "ok",
                "handshake": True,
                "subject": [["CN", "ise01"]],
                "issuer": [["CN", "ise01"]],
                "sha256": "ab" * 32,
                "sha1": "cd" * 20,
                "serial": "1f",
                "not_before": "2026-11-23T14:02:11Z",
                "not_after": "2027-11-23T14:02:11Z",
                "key": "RSA 2048",
                "signature": "sha256WithRSAEncryption",
                "san": ["DNS:ise01"],
                "tls": "TLSv1.2",
                "sni": None,
                "chain": ["11" * 32],
                "also": ["22" * 32],
                "via": "direct",
                "address": "10.9.8.7:443",
                "attempts": ["tls: no answer in 5 s"],
                "error": None,
            },
        ),
        ("verdict", "mismatch"),
        ("why", ["first reason", "second reason"]),
        ("evidence", [{"kind": "names", "at": "2026-11-23T14:02:11Z", "text": "names"}]),
        ("delete", "ncs certvalidation tofu-certs deletecert host 198.51.100.20_443"),
    ]
    order = re.findall(r'"(\w+)":', render(comparison(STALE), "json", "0.1.0").partition('"presented"')[2])
    assert order[:8] == ["status", "handshake", "subject", "issuer", "sha256", "sha1", "serial", "not_before"]


def test_the_summary_counts_remote_rows_and_own_stale_ones_apart():
    document = as_json(
        comparison(
            STALE,
            entry("a_1", Verdict.SAME_NAME),
            entry("192.0.2.10_8082", Verdict.MISMATCH, who=Who.SELF),
            entry("127.0.0.1_8082", Verdict.SUSPECT, who=Who.LOOPBACK),
            entry("192.0.2.9_8082", Verdict.SAME_NAME, who=Who.VIP),
        )
    )
    assert list(document["summary"].items()) == [
        ("mismatch", 1),
        ("suspect", 0),
        ("same-name", 1),
        ("proven", 0),
        ("no-answer", 0),
        ("unreadable", 0),
        ("not-stored", 0),
        ("own_stale", 2),
    ]


def test_nothing_presented_is_status_error_and_attempts():
    nothing = Presented(
        status=Status.REFUSED,
        error="refused by 10.9.8.7:443",
        attempts=(Attempt("tls", Status.REFUSED, "refused", 0.0),),
    )
    (row_json,) = as_json(comparison(entry("a_1", Verdict.NO_ANSWER, presented=nothing)))["nodes"]["primary"][
        "entries"
    ]
    assert list(row_json["presented"].items()) == [
        ("status", "refused"),
        ("error", "refused by 10.9.8.7:443"),
        ("attempts", ["tls: refused"]),
    ]


def test_an_unreadable_line_has_no_key_and_its_raw_text():
    line = entry(None, Verdict.UNREADABLE, raw="host=; nonsense", stored=None, who=Who.OTHER, name="")
    compared = comparison(line, complete=False, error="1 row is unreadable")
    (row_json,) = as_json(compared)["nodes"]["primary"]["entries"]
    assert [row_json[key] for key in ("key", "raw", "host", "port", "name", "stored", "delete")] == [
        None,
        "host=; nonsense",
        None,
        None,
        None,
        None,
        None,
    ]
    assert as_json(compared)["complete"] is False
    assert as_json(compared)["nodes"]["primary"]["error"] == "1 row is unreadable"


def test_an_expected_remote_without_a_row_has_its_key_and_nothing_stored():
    missing = entry("198.51.100.20_443", Verdict.NOT_STORED, raw="", stored=None)
    (row_json,) = as_json(comparison(missing))["nodes"]["primary"]["entries"]
    assert (row_json["key"], row_json["stored"], row_json["delete"]) == ("198.51.100.20_443", None, None)


def test_a_key_that_is_not_plain_has_no_delete_command():
    (row_json,) = as_json(comparison(entry("a;b_443", Verdict.MISMATCH)))["nodes"]["primary"]["entries"]
    assert (row_json["key"], row_json["delete"]) == ("a;b_443", None)


def test_rows_about_a_node_carry_its_host_name():
    rows = [entry("192.0.2.10_8082", Verdict.SAME_NAME, who=who, name="") for who in (Who.SELF, Who.LOOPBACK)]
    for row in rows:
        (row_json,) = as_json(comparison(row))["nodes"]["primary"]["entries"]
        assert row_json["name"] == "prime-pri"


def test_rows_stand_in_the_order_of_their_verdicts():
    compared = comparison(*[entry(f"h{n}_1", verdict) for n, verdict in enumerate(reversed(Verdict))])
    shown = [row["verdict"] for row in as_json(compared)["nodes"]["primary"]["entries"]]
    assert shown == [str(verdict) for verdict in Verdict]


def test_failures_that_fit_no_row_and_other_causes_are_told():
    compared = comparison(STALE)
    naive = datetime(2026, 11, 23, 13, 0, 0)
    failure = Failure("CN=gone", "HealthMonitorThread", naive, naive, 3)
    compared.failures = (TiedFailure(Role.PRIMARY, failure, "no row fits"),)
    compared.not_tofu = (OtherCause("not TOFU: the certificate has expired", "line"),)
    document = as_json(compared)
    (failure_json,) = document["failures"]
    assert (failure_json["node"], failure_json["name"], failure_json["count"], failure_json["last"]) == (
        "primary",
        "CN=gone",
        3,
        "2026-11-23T13:00:00",
    )
    assert document["not_tofu"] == [{"text": "not TOFU: the certificate has expired", "line": "line"}]
    assert "TOFU failed for CN=gone in the log of PRIMARY (3 times" in render(compared, "text", "0.1.0")
    assert "TOFU failed for CN=gone" in render(compared, "markdown", "0.1.0")


def test_several_sessions_are_one_document():
    document = json.loads(rendered([comparison(STALE), comparison()], "json"))
    assert list(document) == ["schema", "sessions"]
    assert [part["summary"]["mismatch"] for part in document["sessions"]] == [1, 0]


def hostile() -> Comparison:
    row = entry(
        f"h{HOSTILE}_443",
        Verdict.MISMATCH,
        raw=HOSTILE,
        name=HOSTILE,
        stored=StoredSubject(HOSTILE, name(("CN", HOSTILE))),
        judgement=Judgement(Verdict.MISMATCH, (HOSTILE,)),
        presented=presented(HOSTILE),
    )
    compared = comparison(
        row,
        hostname=HOSTILE,
        version=HOSTILE,
        ha=HaState(HOSTILE, HOSTILE, ()),
        error=HOSTILE,
        complete=False,
        notices=(HOSTILE,),
    )
    compared.failures = (TiedFailure(None, Failure(HOSTILE, None, None, None, 1), HOSTILE),)
    compared.not_tofu = (OtherCause(HOSTILE, HOSTILE),)
    return replace(compared, session=replace(compared.session, title=HOSTILE))


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_control_or_bidirectional_character_is_in_any_output(fmt):
    output = rendered([hostile(), hostile()], fmt)
    assert (
        re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2066-\u2069\ud800-\udfff]", output) == []
    )
    assert "\\x1b[2Jx" in output.replace("\\\\", "\\").replace("\\[", "[")
    assert "\\u202e" in output.replace("\\\\", "\\")


def test_json_is_ascii_and_shows_undecodable_bytes_as_escapes():
    output = render(hostile(), "json", "0.1.0")
    assert output.isascii()
    assert json.loads(output)["nodes"]["primary"]["hostname"].endswith("\\xff\\u2028")


OWN = entry("192.0.2.10_8082", Verdict.SAME_NAME, who=Who.SELF)


def test_lines_hold_role_verdict_key_and_first_reason_and_nothing_else():
    lines = render(comparison(OWN, STALE), "lines", "0.1.0").splitlines()
    assert [re.split(r"\s{2,}", line) for line in lines] == [
        ["primary", "mismatch", "198.51.100.20_443", "first reason"],
        ["primary", "same-name", "192.0.2.10_8082", "first reason", "(own: self)"],
    ]
    both = rendered([comparison(STALE), comparison()], "lines").splitlines()
    assert both == ["SESSION site-a", lines[0], "SESSION site-a"]


def cells(output: str) -> list[list[str]]:
    """The first lines of the table's rows, cut at their columns."""
    return [
        re.split(r"\s{2,}", line.strip()) for line in output.splitlines() if re.match("  [^ ] [A-Z]", line)
    ]


def test_text_is_a_summary_a_table_and_the_commands():
    lines = render(comparison(OWN, STALE), "text", "0.1.0").splitlines()
    assert lines[:3] == [
        "SESSION site-a  Site A",
        "SUMMARY 1 mismatch",
        "taken 2026-11-23T14:02:11Z, certificates seen from jump01",
    ]
    assert any(line.startswith("PRIMARY prime-pri") and "HA not Configured" in line for line in lines)
    dates = ["2026-11-23", "2027-11-23", "ABAB ABAB"]
    assert cells("\n".join(lines)) == [
        ["✗ MISMATCH", "198.51.100.20:443", "ISE-server", "ise01", *dates, "first reason"],
        ["≈ SAME NAME", "192.0.2.10:8082", "ISE-server", "ise01", *dates, "first reason (own: self)"],
    ]
    own = next(number for number, line in enumerate(lines) if line.startswith("  own rows"))
    assert "192.0.2.10:8082" in lines[own + 1]
    start = lines.index("to delete, in this order:")
    assert lines[start + 1 : start + 3] == [
        "  PRIMARY prime-pri  $ ncs certvalidation tofu-certs deletecert host 198.51.100.20_443",
        "",
    ]


@pytest.mark.parametrize(
    ("stored", "cn", "organization", "shown"),
    [
        ("CN=ise01", "ise01", None, ["ise01", "=", "ise01"]),
        ("CN=old, O=A", "ise01", "A", ["old", "≠", "ise01"]),
        ("CN=ise01, O=A", "ise01", "B", ["ise01, O=A", "≠", "ise01, O=B"]),
        ("CN=ise01, O=A", "ise01", None, ["ise01, O=A", "≠", "ise01, no O"]),
        ("O=A", "ise01", None, ["no CN", "≠", "ise01"]),
    ],
)
def test_a_row_of_the_table_shows_what_differs(stored, cn, organization, shown):
    subject = name(*([("O", organization)] if organization else []), ("CN", cn))
    row = entry(
        "192.0.2.9_443",
        Verdict.MISMATCH,
        stored=read_stored(stored),
        presented=presented(certificate=certificate(cn, subject=subject)),
        names=compare(stored, subject),
    )
    assert cells(render(comparison(row), "text", "0.1.0"))[0][2:5] == shown


def test_a_narrow_terminal_puts_below_what_has_no_room_beside_and_cuts_nothing():
    for width, first, below in [
        (200, "first reason", []),
        (100, "ABAB ABAB", ["first reason"]),
        (60, "ise01", ["issued 2026-11-23, expires 2027-11-23, SHA-256 ABAB ABAB", "first reason"]),
    ]:
        output = render(comparison(STALE), "text", "0.1.0", TextStyle(width=width)).splitlines()
        row = next(number for number, line in enumerate(output) if "198.51.100.20:443" in line)
        assert output[row].endswith(first)
        assert [line.strip() for line in output[row + 1 : row + 1 + len(below)]] == below
        assert output[row + 1 + len(below)] == ""


def test_colour_and_glyphs_are_those_of_the_style_and_change_no_word():
    plain = render(comparison(OWN, STALE), "text", "0.1.0")
    colored = render(comparison(OWN, STALE), "text", "0.1.0", TextStyle(color=True))
    assert "\x1b[1;31m✗ MISMATCH\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert "\x1b" not in plain
    assert "x MISMATCH" in render(comparison(STALE), "text", "0.1.0", TextStyle(ascii_=True))


def test_text_marks_what_is_not_complete_or_old():
    old = replace(STALE, unseen=True)
    output = render(comparison(old, complete=False, error="the prompt did not come back"), "text", "0.1.0")
    assert "! listing not complete: the prompt did not come back" in output
    assert "(not in the newest listing)" in output
    (line,) = render(comparison(STALE, complete=False), "lines", "0.1.0").splitlines()
    assert line.endswith("first reason  (listing not complete)")


def test_text_says_that_equal_names_prove_nothing_only_where_there_are_some():
    assert "proves nothing" in render(comparison(entry("a_1", Verdict.SAME_NAME)), "text", "0.1.0")
    assert "proves nothing" not in render(comparison(STALE), "text", "0.1.0")


def test_an_unreadable_line_is_shown_whole_in_text():
    line = entry(None, Verdict.UNREADABLE, raw="host=; nonsense", stored=None, who=Who.OTHER)
    output = render(comparison(line), "lines", "0.1.0")
    assert re.search(r"^primary\s+unreadable\s+-\s+first reason: host=; nonsense$", output, re.M)
    assert cells(render(comparison(line), "text", "0.1.0"))[0][-1] == "first reason: host=; nonsense"


def test_nothing_remote_breaks_out_of_its_markdown_cell():
    output = render(hostile(), "markdown", "0.1.0")
    table = [line for line in output.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {8}
    assert "<b>" not in output
    assert not re.search(r"(?<!\\)\*a(?<!\\)\*", output)
    assert [line for line in output.splitlines() if line.startswith("## ")] == [
        line for line in output.splitlines() if re.match(r"## (PRIMARY|Who trusts whom|Notes)", line)
    ]
    assert output.count("```") % 2 == 0


def test_markdown_lists_the_commands_of_stale_remote_rows_with_plain_keys_only():
    rows = [
        STALE,
        entry("a_1", Verdict.SAME_NAME),
        entry("b;c_1", Verdict.MISMATCH),
        entry("192.0.2.10_8082", Verdict.MISMATCH, who=Who.SELF),
    ]
    output = render(comparison(*rows), "markdown", "0.1.0")
    block = output.partition("```text\n")[2].partition("```")[0]
    assert block == "ncs certvalidation tofu-certs deletecert host 198.51.100.20_443\n"


def test_a_node_that_gave_nothing_is_reported_all_the_same():
    compared = comparison(
        complete=False,
        error="no answer from 192.0.2.10:22",
        hostname=None,
        version=None,
        ha=None,
        clock_skew_s=None,
        listed_at=None,
    )
    compared.taken_at = None
    assert as_json(compared)["nodes"]["primary"]["ha"] is None
    for fmt in ("text", "markdown"):
        assert "no answer from 192.0.2.10:22" in render(compared, fmt, "0.1.0")
