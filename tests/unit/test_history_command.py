"""``tofutui history``: the time line of each row in three forms, and forgetting."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.history_builders import KEY, SESSION, at, look, row, sha
from tofutui.cli import main
from tofutui.history.database import FILE, Database
from tofutui.history.row_history import Sightings
from tofutui.history.statements import Statements
from tofutui.tofu.judgement.evidence import BrowserWord, OperatorWord
from tofutui.tofu.site.session import Role

TOML = '[sessions.site-a.primary]\nhost = "192.0.2.10"\n[sessions.site-b.primary]\nhost = "192.0.2.11"\n'
HOSTILE = "k\x1b[2J\n|`_1"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the history of a session."""
    folder = tmp_path / "data"
    database = Database(folder / FILE)
    store = Sightings(database)
    store.record(look(0, row("A"), row("X", key=HOSTILE, text="/CN=\u202e")))
    store.record(look(5, row("B")))
    store.record(look(6))
    store.record(look(7, row("B", sole=True)))
    store.record(look(0, row("A", key="192.0.2.10_8082"), role="secondary", address="192.0.2.11:22"))
    database.close()
    return folder


@pytest.fixture
def run(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    sessions = tmp_path / "sessions.toml"
    sessions.write_text(TOML)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["history", *argv, "--data", str(data), "--sessions", str(sessions)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_text_is_one_line_for_each_thing_that_happened(run):
    code, out, err = run(SESSION, "--row", KEY)
    assert (code, err) == (0, "")
    lines = [re.split(r"\s{2,}", line) for line in out.splitlines() if line.startswith("primary")]
    assert [(line[1], line[2], line[3]) for line in lines] == [
        (KEY, "2026-11-23T09:00:00Z", "began"),
        (KEY, "2026-11-23T09:00:00Z", "presented"),
        (KEY, "2026-11-23T09:05:00Z", "presented"),
        (KEY, "2026-11-23T09:06:00Z", "went"),
        (KEY, "2026-11-23T09:07:00Z", "began"),
        (KEY, "2026-11-23T09:07:00Z", "presented"),
        (KEY, "2026-11-23T09:07:00Z", "last-seen"),
    ]
    assert lines[2][4].startswith(f"SHA-256 {sha('B')}, valid from 2026-11-03T09:00:00Z; instead of ")
    assert "PRIMARY 192.0.2.10:22, last complete listing 2026-11-23T09:07:00Z" in out


def test_json_holds_every_row_of_every_node(run):
    document = json.loads(run(SESSION, "--format", "json")[1])
    assert list(document) == ["schema", "tool", "session", "nodes"]
    nodes = [(node["role"], node["address"], len(node["rows"])) for node in document["nodes"]]
    assert nodes == [("primary", "192.0.2.10:22", 2), ("secondary", "192.0.2.11:22", 1)]
    (ise,) = [row for row in document["nodes"][0]["rows"] if row["key"] == KEY]
    assert ise["present"] is True
    assert ise["timeline"][2] == {
        "at": "2026-11-23T09:05:00Z",
        "event": "presented",
        "beginning": None,
        "stored": None,
        "sha256": sha("B"),
        "not_before": "2026-11-03T09:00:00Z",
        "asked": None,
        "text": ise["timeline"][2]["text"],
    }
    assert ise["timeline"][4]["sha256"] == sha("B")  # watched while it was learned


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_nothing_that_was_listed_breaks_out_of_any_form(run, form):
    code, out, _ = run(SESSION, "--format", form)
    assert code == 0
    assert not [mark for mark in ("\x1b", "\u202e") if mark in out]
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == ({6} if form == "markdown" else set())


def test_one_node_may_be_chosen(run):
    out = run(SESSION, "--role", "secondary")[1]
    assert "192.0.2.10_8082" in out
    assert "PRIMARY" not in out


@pytest.mark.parametrize("name", [KEY, "198.51.100.20:443"])
def test_a_row_is_named_by_its_key_or_by_its_endpoint(run, name):
    out = run(SESSION, "--row", name)[1]
    assert {line.split()[1] for line in out.splitlines() if line.startswith("primary")} == {KEY}


def test_a_row_with_an_odd_key_is_named_as_it_is_shown(run):
    code, out, _ = run(SESSION, "--row", "k\\x1b[2J\\x0a|`_1")
    assert code == 0
    assert "began" in out


def test_a_row_that_nobody_remembers_is_an_error_with_the_nearest(run):
    code, out, err = run(SESSION, "--row", "198.51.100.20_444")
    assert (code, out) == (2, "")
    assert err == f"tofutui: --row 198.51.100.20_444: the history has no such row (did you mean {KEY}?)\n"


def test_a_session_without_history_says_so_and_an_unknown_one_is_an_error(run, data):
    assert run("site-b")[:2] == (0, "SESSION site-b\nnothing is remembered\n")
    assert json.loads(run("site-b", "--format", "json")[1])["nodes"] == []
    assert run("site-b", "--forget")[:2] == (0, "there was nothing to remove\n")
    code, out, err = run("site-c")
    assert (code, out) == (2, "")
    assert "no session site-c" in err


def test_a_session_that_left_the_sessions_file_still_has_its_history(data, tmp_path, capsys):
    missing = str(tmp_path / "none.toml")
    assert main(["history", SESSION, "--data", str(data), "--sessions", missing]) == 0
    assert KEY in capsys.readouterr().out


def test_looking_makes_no_file(tmp_path, run):
    sessions = tmp_path / "sessions.toml"
    empty = tmp_path / "empty"
    assert main(["history", SESSION, "--data", str(empty), "--sessions", str(sessions)]) == 0
    assert not empty.exists()


def test_forgetting_one_row_leaves_the_others(run):
    assert run(SESSION, "--row", KEY, "--forget") == (0, "2 incarnations forgotten\n", "")
    assert run(SESSION, "--row", KEY)[0] == 2
    assert "192.0.2.10_8082" in run(SESSION)[1]


@pytest.mark.parametrize(
    ("argv", "out", "left"),
    [
        ((), "2 incarnations forgotten, with 1 statement of operators\n", {"whole host", "another", "page"}),
        (("--role", "primary"), "2 incarnations forgotten\n", {"exact", "whole host", "another", "page"}),
    ],
)
def test_with_a_row_goes_what_operators_said_about_exactly_its_server(run, data, argv, out, left):
    host, port = "198.51.100.20", 443
    database = Database(data / FILE)
    statements = Statements(database)
    for word in (
        OperatorWord(host, port, at(8), "exact"),
        OperatorWord(host, None, at(8), "whole host"),
        OperatorWord(host, 8443, at(8), "another"),
        BrowserWord(text=f"TOFU failed on primary for {KEY}", role=Role.PRIMARY, at=at(8), by="page"),
    ):
        statements.add(SESSION, word)
    statements.add("site-b", OperatorWord(host, port, at(8), "another site"))
    assert f"{host}_{port}" == KEY
    assert run(SESSION, "--row", f"{host}:{port}", "--forget", *argv) == (0, out, "")
    assert {kept.word.by for kept in statements.every(SESSION)} == left
    assert len(statements.every("site-b")) == 1
    database.close()


def test_forgetting_one_node_leaves_the_other(run):
    assert run(SESSION, "--role", "secondary", "--forget")[1] == "1 incarnation forgotten\n"
    assert KEY in run(SESSION)[1]
    assert "SECONDARY" not in run(SESSION)[1]


def test_forgetting_a_session_forgets_all_of_it(run):
    assert run(SESSION, "--forget")[1] == "4 incarnations forgotten\n"
    assert run(SESSION)[:2] == (0, f"SESSION {SESSION}\nnothing is remembered\n")


def test_a_look_after_forgetting_a_row_does_not_claim_that_it_just_appeared(run, data):
    run(SESSION, "--row", KEY, "--forget")
    database = Database(data / FILE)
    Sightings(database).record(look(9, row("C")))
    database.close()
    out = run(SESSION, "--row", KEY)[1]
    assert "first seen; its age at that time is not known" in out
    assert at(9).strftime("%H:%M") in out


def test_ascii_output_stays_ascii(run, data):
    database = Database(data / FILE)
    Sightings(database).record(look(9, row("C", text="/CN=Zürich")))
    database.close()
    assert run(SESSION, "--ascii")[1].isascii()
    assert "Zürich" in run(SESSION)[1]


def test_a_damaged_file_is_reported_and_set_aside(run, data):
    (data / FILE).write_bytes(b"no database" * 1000)
    code, out, err = run(SESSION)
    assert (code, out) == (0, f"SESSION {SESSION}\nnothing is remembered\n")
    assert "was damaged" in err


def test_what_was_said_is_in_every_form_with_who_and_when(run, data):
    database = Database(data / FILE)
    statements = Statements(database)
    statements.add(SESSION, OperatorWord("192.0.2.11", 8082, at(1), "ops"))
    page = BrowserWord(text="TOFU failed\x1b for 192.0.2.11_8082", role=Role.PRIMARY, at=at(2), by="ops")
    statements.take_back(statements.add(SESSION, page), by="second", at=at(3))
    database.close()
    text = run(SESSION)[1]
    assert "SAID  2026-11-23T09:01:00Z  ops  operator: 192.0.2.11, port 8082 was re-issued" in text
    assert "browser of PRIMARY: TOFU failed\\x1b for" in text
    assert "taken back 2026-11-23T09:03:00Z by second" in text
    first, second = json.loads(run(SESSION, "--format", "json")[1])["statements"]
    assert (first["kind"], first["by"], first["host"], first["taken_back_at"]) == (
        "operator", "ops", "192.0.2.11", None,
    )  # fmt: skip
    assert (second["kind"], second["role"], second["taken_back_by"]) == ("browser", "primary", "second")
    assert "## Statements" in run(SESSION, "--format", "markdown")[1]
    assert "SAID" not in run(SESSION, "--row", KEY)[1]
