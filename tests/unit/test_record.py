"""The change record in its three forms: sections, no secrets, nothing from outside, stand-ins."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_bench import NOW, session
from tofutui.guide import engine
from tofutui.guide.playbook import playbooks
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal, JournalEntry
from tofutui.history.runs import Runs
from tofutui.history.statements import Statement
from tofutui.privacy.mask import Mask
from tofutui.report.record import RecordError, collect, render_record, render_since, run_of
from tofutui.report.record.model import Record, left_over
from tofutui.report.record.since import Since
from tofutui.tofu.base.secret import without_secrets
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.guide_run import (
    Check,
    Confirmation,
    Decision,
    GuideAnswer,
    Lease,
    NodeShot,
    OpenRow,
    Remark,
    Result,
    RowShot,
    Run,
    RunEvent,
    Vouched,
)  # fmt: skip
from tofutui.tofu.judgement.evidence import OperatorWord
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

SECTIONS = [
    "Change record", "What is left", "Decisions", "Nodes", "Steps", "Checks before", "SHA-256 compared",
    "Commands that changed a node", "Worksheet", "Tables before", "Tables after", "Checks after",
    "Seen during the run", "Notes", "Run log",
]  # fmt: skip
KEY = "192.0.2.11_8082"
COMMAND = f"ncs certvalidation tofu-certs deletecert host {KEY}"


def shot(verdict: str, cn: str) -> NodeShot:
    row = RowShot(
        key=KEY, who="peer", name="prime-sec", stored=f"/C=US/CN={cn}", presented="CN=sec-2",
        sha256="ab" * 32, verdict=verdict,
    )  # fmt: skip
    return NodeShot(
        role=Role.PRIMARY, hostname="prime-pri", address="192.0.2.10", version="3.7.0", fixes=("PI 3.7.1",),
        ha="Primary HA not Configured", at=NOW, complete=True, rows=(row,),
    )  # fmt: skip


def run() -> Run:
    made = engine.begin(playbooks()["ha-reregister"], session(), operator="ops", seen_from="jump01", now=NOW)
    made = engine.done(made, "preflight", by="ops", now=NOW + timedelta(seconds=70), seen="no check fails")
    made = engine.noted(made, "delete", "asked J. Doe <script>alert(1)</script> | x", by="ops", now=NOW)
    made = engine.entered(made, GuideAnswer("emails", "noc@example.net", "Email Address"))
    made = engine.checked(
        made, "verify", [Check(id="x", title="t", result=Result.FAIL, seen="bad", at=NOW, step="verify")]
    )
    said = Confirmation(
        role=Role.PRIMARY, key=KEY, sha256="ab" * 32, text="J. Doe by phone", by="ops", at=NOW
    )
    made = engine.confirmed(made, said)
    return replace(made, id=7, before=(shot("mismatch", "prime-sec"),), after=(shot("same-name", "sec-2"),))


def deletion(words: str | None = "", outcome: Outcome | None = Outcome.GONE) -> JournalEntry:
    return JournalEntry(
        id=1, session="site-a", role=Role.PRIMARY, host="192.0.2.10", hostname="prime-pri", key=KEY,
        command=COMMAND, operator="ops", sha256="ab" * 32, at=NOW, words=words, outcome=outcome,
        text="absent in a complete listing",
    )  # fmt: skip


def record(**changes: Any) -> Record:
    made = Record(
        run=run(), deletions=(deletion(),), events=(RunEvent(NOW, "ops", "", "begun"),), written=NOW
    )
    return replace(made, **changes)


class Page(HTMLParser):
    """Collects headings, tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        if self._inside in ("h1", "h2"):
            self.headings.append(data)
        self._inside = ""


def test_html_has_every_section_and_loads_nothing() -> None:
    text = render_record(record(), "html", "0.1")
    page = Page()
    page.feed(text)
    assert page.headings == SECTIONS
    assert not page.tags & {"script", "link", "img", "iframe", "object", "base", "form", "a"}
    assert not page.attributes & {"src", "href", "onload", "style"}
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert COMMAND in text


def test_markdown_has_every_section() -> None:
    text = render_record(record(), "markdown", "0.1")
    headings = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    assert headings == SECTIONS
    assert f"`{COMMAND}`" in text
    assert "<script>" not in text
    assert "J. Doe by phone" in text
    assert "1 min 10 s" in text


def test_json_holds_the_values_themselves() -> None:
    document = json.loads(render_record(record(), "json", "0.1"))
    assert document["schema"] == 1
    assert (document["run"], document["session"], document["started_at"]) == (
        7,
        "site-a",
        "2026-11-23T14:02:38Z",
    )
    assert document["commands"][0]["outcome"] == "gone"
    assert document["steps"][0]["seconds"] == 70
    assert document["worksheet"] == {"Email Address": "noc@example.net"}
    assert [row["verdict"] for side in ("before", "after") for row in document[side][0]["rows"]] == [
        "mismatch", "same-name",
    ]  # fmt: skip
    assert any("t: fail, bad" in line for line in document["left"])


@pytest.mark.parametrize("fmt", ["markdown", "json", "html"])
@pytest.mark.parametrize(
    "words",
    [
        "prime-pri/admin# ncs ha authkey S3cret!",
        "NCS HA AUTHKEY  S3cret! and more S3cret!",
        "password: S3cret!",
        'Authentication key = "S3cret! with blanks"',
        "scp ops:S3cret!@host", "ftp://ops:S3cret!@192.0.2.1/x",
    ],
)  # fmt: skip
def test_no_secret_is_in_it_wherever_it_came_from(fmt: str, words: str) -> None:
    if words.startswith("scp"):
        words = "passphrase is S3cret!"
    raw = run()
    step = replace(raw.steps[0], notes=(Remark(NOW, "ops", words),), evidence=(Remark(NOW, "ops", words),))
    raw = replace(raw.with_step(step), title=words)
    text = render_record(
        record(run=raw, deletions=(deletion(words),), events=(RunEvent(NOW, "ops", "", words),)), fmt, "0.1"
    )
    assert "S3cret" not in text
    assert "secret omitted" in text


@pytest.mark.parametrize(
    "text",
    [
        "the authentication key differs",
        "ncs ha authkey",
        "Authentication key does not match between primary x",
    ],
)
def test_words_about_secrets_are_not_secrets(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize("fmt", ["markdown", "json", "html"])
def test_redacted_nothing_names_the_site_and_the_same_is_the_same(fmt: str) -> None:
    text = render_record(record(), fmt, "0.1", mask=Mask())
    for name in ("192.0.2", "prime-pri", "prime-sec", "sec-2", "jump01", "ops", "example.net", "J. Doe by"):
        assert name not in text, name
    assert "deletecert host address-" in text
    assert "site-a" not in text


@pytest.mark.parametrize("fmt", ["markdown", "json", "html"])
@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202egnp", "\udc80"])
def test_hostile_answers_are_shown_as_escapes(fmt: str, hostile: str) -> None:
    text = render_record(record(deletions=(deletion(f"a{hostile}b"),)), fmt, "0.1")
    assert hostile not in text
    text.encode("utf-8")


def test_what_is_left_names_open_steps_and_unknown_outcomes() -> None:
    left = left_over(record(deletions=(deletion(None, None),)))
    assert f"PRIMARY {KEY}: outcome unknown" in left
    assert any(line.startswith("Worksheet: to do") for line in left)


def test_it_is_made_from_the_history_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE)
    runs, journal = Runs(database), Journal(database)
    held = Lease(host="h", user="ops", pid=1, since=NOW, token="t")
    began = runs.begin(run(), held, RunEvent(NOW, "ops", "", "begun"))
    for minutes in (-5, 5):
        journal.open_entry(
            session="site-a", role=Role.PRIMARY, host="h", hostname="prime-pri", key=KEY, command=COMMAND,
            operator="ops", sha256=None, at=NOW + timedelta(minutes=minutes),
        )  # fmt: skip
    got = collect(runs, journal, run_of(runs, "site-a", None), NOW)
    assert got.run == began
    assert [deletion.at for deletion in got.deletions] == [NOW + timedelta(minutes=5)]
    with pytest.raises(RecordError, match="has no run 99"):
        run_of(runs, "site-a", 99)
    with pytest.raises(RecordError, match="no guide run"):
        run_of(runs, "other", None)
    database.close()


def test_what_was_not_seen_or_only_said_is_left_open() -> None:
    made = run()
    while made.current is not None and made.current.id != "overwrite":
        doubt = "not judged: 3: a, b, c" if made.current.id == "delete" else ""
        made = engine.done(made, made.current.id, by="ops", now=NOW, doubt=doubt)
    direction = Check(
        id="ha-direction", title="direction", result=Result.WARN, seen="SECONDARY: ?", at=NOW, blocks=True
    )
    said = Vouched(step="overwrite", states="SECONDARY: ?", text="the primary's is newer", by="ops", at=NOW)
    made = engine.overwriting(made, "overwrite", direction, said, by="ops", now=NOW)
    left = left_over(record(run=made))
    assert "Find and delete the stale rows: done, not judged: 3: a, b, c" in left
    assert any("the primary's is newer, said by ops; SECONDARY: ?" in text for text in left)
    for fmt in ("markdown", "html"):
        text = render_record(record(run=made), fmt, "0.1")
        assert text.count("done with open points") == 2
        assert "not judged: 3" in text
    assert json.loads(render_record(record(run=made), "json", "0.1"))["vouched"][0]["by"] == "ops"


@pytest.mark.parametrize("verified", [False, True])
def test_rows_not_judged_at_the_start_are_left_until_they_were_verified(verified: bool) -> None:
    checks = [Check(id="stale-rows", title="rows", result=Result.WARN, seen="not judged: 1: a", at=NOW)]
    if verified:
        checks.append(replace(checks[0], step="verify", result=Result.PASS, seen="none"))
    left = left_over(record(run=replace(run(), checks=tuple(checks))))
    assert any("not judged: 1" in text for text in left) is not verified


def test_the_record_begins_with_the_result() -> None:
    text = render_record(record(), "markdown", "0.1")
    head = text.split("## What is left")[0]
    assert head.index("Deletions: 1 gone") < head.index("Session: site-a")
    for words in ("SHA-256 compared: 1 of 1 rows, entered by ops", "Checks passed: ", "Learned again: 1 of 1",
                  "Not judged: 1 rows about other hosts"):  # fmt: skip
        assert words in head, words


OPEN = OpenRow(role=Role.PRIMARY, key=KEY, who=Who.PEER, verdict="same-name", issued=NOW - timedelta(hours=3))


def decided() -> Run:
    """The operator ann went on over a row, ops answered for the direction before."""
    went_on = Decision(step="delete", rows=(OPEN,), by="ann", at=NOW + timedelta(minutes=9))
    said = Vouched(step="overwrite", states="SECONDARY: ?", text="the primary's is newer", by="ops", at=NOW)
    return replace(run(), operators=("ops", "ann"), decisions=(went_on,), vouched=(said,))


@pytest.mark.parametrize("of", ["run", "since"])
def test_what_operators_decided_has_a_section_of_its_own(of: str) -> None:
    def rendered(fmt: str, **rest: Any) -> str:
        if of == "run":
            return render_record(record(run=decided()), fmt, "0.1", **rest)
        return render_since(since(runs=(decided(),)), fmt, "0.1", **rest)

    text = rendered("markdown")
    section = text.split("## Decisions")[1].split("\n## ")[0]
    answered, went_on = [line for line in section.splitlines() if line.startswith("| 2")]
    assert all(words in answered for words in ("ops", "answered: the primary's is newer", "SECONDARY: ?"))
    for words in ("14:11:38", "ann", "Find and delete the stale rows", "went on with open rows",
                  f"PRIMARY {KEY} (SAME NAME, certificate issued 3 h ago)"):  # fmt: skip
        assert words in went_on.replace("\\", ""), words
    document = json.loads(rendered("json"))
    assert document["decisions"][0]["by"] == "ann"
    assert document["decisions"][0]["rows"][0]["key"] == KEY
    assert document["vouched"][0]["by"] == "ops"
    for fmt in ("markdown", "html", "json"):
        shown = rendered(fmt, mask=Mask())
        assert KEY not in shown
        assert "ann" not in re.findall(r"\b[a-z]+\b", shown)


def test_since_a_time_only_what_was_decided_after_it_is_there() -> None:
    late = since(runs=(decided(),), since=NOW + timedelta(minutes=1))
    assert "answered:" not in render_since(late, "markdown", "0.1")
    assert "went on with open" in render_since(late, "markdown", "0.1")
    assert json.loads(render_since(late, "json", "0.1"))["vouched"] == []


def listed(*rows: RowShot, complete: bool = True) -> NodeShot:
    return replace(shot("", ""), rows=rows, complete=complete)


def at(key: str, verdict: str = "proven", stored: str = "CN=a", sha256: str = "cd" * 32) -> RowShot:
    return RowShot(
        key=key, who="other", name="", stored=stored, presented="CN=a", sha256=sha256, verdict=verdict,
        why=f"why of {key}",
    )  # fmt: skip


@pytest.mark.parametrize("complete", [True, False])
def test_before_and_after_are_distinguished_and_each_row_says_what_became_of_it(complete: bool) -> None:
    gone, same, renewed, new = "192.0.2.21_443", "192.0.2.22_443", "192.0.2.23_443", "192.0.2.24_443"
    learned, removed = KEY, "192.0.2.25_443"
    before = listed(at(gone), at(same), at(renewed), at(learned, "mismatch"), at(removed, "mismatch"))
    after = listed(
        at(same), at(renewed, "suspect", sha256="ef" * 32), at(learned), at(new), complete=complete
    )
    sent = deletion(), replace(deletion(), key=removed)
    text = render_record(
        record(run=replace(run(), before=(before,), after=(after,)), deletions=sent), "markdown", "0.1"
    )
    first = text.split("## Tables before")[1].split("\n## ")[0]
    last = text.split("## Tables after")[1].split("\n## ")[0]
    assert new not in first
    assert first.count("| MISMATCH |") == 2
    assert "why of 192.0.2.21" in first
    ends = {
        gone: "gone" if complete else "not seen: the listing is not complete",
        same: "as before",
        renewed: "verdict was PROVEN, another certificate presented",
        learned: "deleted, learned again",
        removed: "deleted",
        new: "new",
    }
    for key, end in ends.items():
        line = next(line for line in last.splitlines() if key in line)
        assert f"| {end} |" in line, line
        assert ("| absent |" in line) is (key in (gone, removed))


def test_what_no_parser_knows_is_said_with_its_node_and_kept_in_json() -> None:
    odd = replace(shot("proven", "prime-sec"), role=Role.SECONDARY, unknown=("Total: 3", "id=7"))
    made = record(run=replace(run(), after=(*run().after, odd)))
    notice = "SECONDARY: this pair prints something tofutui does not know (2 lines): `tofutui capture`"
    for fmt in ("markdown", "html"):
        text = render_record(made, fmt, "0.1")
        assert html.unescape(text).count(notice) == 1
        assert "PRIMARY: this pair prints" not in text
    after = json.loads(render_record(made, "json", "0.1"))["after"]
    assert [node["unknown"] for node in after] == [[], ["Total: 3", "id=7"]]


def test_a_node_that_was_not_listed_again_says_so() -> None:
    text = render_record(record(run=replace(run(), after=())), "markdown", "0.1")
    assert "PRIMARY prime-pri: not listed again" in text.split("## Tables after")[1]


def since(**changes: Any) -> Since:
    statement = Statement(OperatorWord("192.0.2.11", 8082, NOW, "ops"))
    made = Since(
        session="site-a", since=NOW, deletions=(replace(deletion(), evidence="MISMATCH: CN differs"),),
        statements=(statement,), runs=(), written=NOW,
    )  # fmt: skip
    return replace(made, **changes)


def test_all_since_a_time_has_evidence_command_answer_and_proof_of_each_deletion() -> None:
    text = render_since(since(), "markdown", "0.1")
    head, rest = text.split("## Commands that changed a node")
    assert head.index("Deletions: 1 gone") < head.index("Session: site-a")
    for words in ("MISMATCH: CN differs", f"`{COMMAND}`", "gone: absent in a complete listing", "192.0.2.11"):
        assert words in rest, words
    document = json.loads(render_since(since(), "json", "0.1"))
    assert document["commands"][0]["evidence"] == "MISMATCH: CN differs"
    assert document["statements"][0]["word"]["by"] == "ops"
    assert '<td class="pass">gone' in render_since(since(), "html", "0.1")
    open_one = since(deletions=(deletion(outcome=None),))
    assert "outcome unknown" in render_since(open_one, "markdown", "0.1")


def test_long_tables_are_folded_in_html_and_printed_whole() -> None:
    text = render_since(since(deletions=(deletion(),) * 60), "html", "0.1")
    # no browser prints what a closed element holds: the table is beside it, and hidden on screens alone
    assert text.count("<details><summary>60 lines</summary></details>\n<table>") == 1
    on_screen = "@media screen { details:not([open]) + table { display: none; } }"
    assert on_screen in text
    assert text.replace(on_screen, "").count("display: none") == 1
    assert "@media print {\n  details { display: none; }" in text
