"""The evidence screen: the time line, logs from files, known certificates."""

import asyncio
import gzip
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input, TextArea

from tests.support.fake_bench import NOW, entry, name
from tofutui.tofu.exports.assignment import Imported
from tofutui.tofu.exports.reading import Export
from tofutui.tofu.judgement.row_history import Beginning, Incarnation, Past, Shown
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.help.screen import HelpScreen
from tofutui.ui.terminal.text_area import UndoableTextArea

Start = Callable[..., Any]
ROW = "198.51.100.20_443"
TOFU = (
    "11/23/26 14:01:58.120 ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust "
    "Trust-on-first-use is configure for this connection. Current certificate of the remote host is "
    "different from what was used earlier - CN=prime-sec, O=Cisco Systems, C=US"
)
OLD, NEW = "ab" * 32, "cd" * 32


def past(changes: int = 1) -> Past:
    """A row seen for days, its certificate changed so many times."""
    start = NOW - timedelta(days=30)
    shown = tuple(
        Shown(
            sha256=(OLD, NEW)[n % 2], first=start + timedelta(days=n),
            last=start + timedelta(days=n, hours=9),
            not_before=start, sole=True,
        )
        for n in range(changes + 1)
    )  # fmt: skip
    life = Incarnation(
        key=ROW, text="/CN=ISE-server", beginning=Beginning.FIRST, began=start, last=NOW, shown=shown
    )
    return Past((life,))


def known(d: Any) -> str:
    """Everything in the upper part, including what is out of sight."""
    lines = d.app.screen.query_one("#known").lines
    return " ".join(" ".join(text for text, _ in line) for line in lines)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 16)])
async def test_the_time_line_of_the_row_is_shown_and_scrolls(desk: Start, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        d.fakes.bench.memory.pasts[ROW] = past(12)
        await d.press("j", "e")
        await d.until(lambda: "its age at that time is not known" in " ".join(known(d).split()))
        seen = d.text
        for _ in range(60):
            await d.press("pagedown")
            seen += d.text
        assert "CDCD CDCD CDCD" in seen
        assert "instead of ABAB ABAB" in " ".join(seen.split())
        assert "last seen" in seen
        assert d.app.screen.query_one(TextArea).has_focus
        await d.press(*["pageup"] * 60)
        assert "✗ MISMATCH" in d.text
        for words in ("TOFU failed", "or log files", "certificates", "learned at", "F5", "Add (F8)"):
            assert words in d.text, words


async def test_the_time_line_follows_what_is_judged_again(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "e")
        await d.until(lambda: "there is no history of this row" in known(d))
        d.fakes.bench.memory.pasts[ROW] = past()
        row = entry(Role.PRIMARY, ROW, Verdict.SUSPECT, who=Who.ISE, presented="x", why=("changed",))
        d.fakes.bench.put(Role.PRIMARY, [row])
        await d.until(lambda: "CDCD" in known(d) and "SUSPECT" in known(d))


async def test_a_history_that_cannot_be_read_is_said(desk: Start) -> None:
    async with desk() as d:
        d.fakes.bench.memory.trouble = "the history cannot be read: disk I/O error"
        await d.press("e")
        await d.until(lambda: "disk I/O error" in known(d))


async def test_a_missing_log_file_is_said_and_read_once_it_is_there(desk: Start, tmp_path: Path) -> None:
    log = tmp_path / "hm-0-0.log"
    async with desk(lab_logs={Role.PRIMARY: log}) as d:
        await d.press("e")
        assert d.app.screen.query_one("#path", Input).value == str(log)
        await d.press("f5")
        await d.until(lambda: "no such file" in d.message)
        log.write_text(TOFU)
        await d.press("f5")
        await d.until(lambda: "TOFU failed once" in d.message)
        kind, names, role, digest = d.fakes.bench.said[-1]
        assert (kind, names, role, len(digest.failures)) == ("files", (str(log),), Role.PRIMARY, 1)
        assert "TOFU failed once" in known(d)


async def test_globs_folders_and_packed_logs_are_taken(desk: Start, tmp_path: Path) -> None:
    (tmp_path / "hm-1.log").write_text(TOFU)
    (tmp_path / "hm-2.log.gz").write_bytes(gzip.compress(TOFU.replace("14:01:58", "13:00:00").encode()))
    async with desk() as d:
        await d.press("e")
        for number, name in enumerate((tmp_path, tmp_path / "hm-*", tmp_path / "*.gz"), 1):
            d.app.screen.query_one("#path", Input).value = str(name)
            await d.press("f5")
            await d.until(lambda count=number: len(d.fakes.bench.said) == count)
            await d.until(lambda: "TOFU failed" in d.message)
        counts = [sum(f.count for f in said[3].failures) for said in d.fakes.bench.said]
        assert counts == [2, 2, 1]


async def test_reading_does_not_block_and_only_one_thing_is_read_at_a_time(
    desk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(path: str) -> Export:
        assert go_on.wait(30)
        return Export((), ("nothing usable",))

    monkeypatch.setattr("tofutui.config.export_files.read_export_at", slow)
    async with desk() as d:
        await d.press("e")
        d.app.screen.query_one("#certificates", Input).value = "x"
        await d.press("f8")
        assert "reading x" in d.message
        await d.press("f8")
        assert "still reading" in d.message
        await d.press("f2")
        assert "SECONDARY prime-sec" in d.text
        go_on.set()
        await d.until(lambda: "nothing usable" in d.message)


def imported(cn: str, sha256: str = OLD, **more: Any) -> Imported:
    return Imported(
        sha256=sha256, subject=name(cn), source="/x/export.pem", file="/x/export.pem",
        forms=frozenset({f"/C=US/O=Cisco Systems/CN={cn}"}), **more,
    )  # fmt: skip


async def test_known_certificates_say_which_rows_they_are_of(
    desk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def reading(path: str) -> Export:
        read.append((path, threading.current_thread() is threading.main_thread()))
        return Export((imported("ISE-server"), imported("nobody", NEW)), ("one block cannot be read",))

    monkeypatch.setattr("tofutui.config.export_files.read_export_at", reading)
    async with desk() as d:
        await d.press("e", "f8")
        assert d.app.screen.query_one("#certificates").has_focus
        await d.press(*"/x/*.pem", "enter")
        await d.until(lambda: "PRIMARY prime-pri: certificates now known for 198.51.100.20:443" in d.message)
        assert read == [("/x/*.pem", False)]
        kind, certificates, role = d.fakes.bench.said[-1]
        assert (kind, len(certificates), role) == ("known", 2, Role.PRIMARY)
        assert "1 of 2 certificates not used for any row" in known(d)
        assert "one block cannot be read" in known(d)
        assert asyncio.all_tasks()


async def test_a_certificate_that_fits_no_row_or_no_file_is_said(desk: Start, tmp_path: Path) -> None:
    async with desk() as d:
        await d.press("e")
        for name, words in (
            (tmp_path / "none.pem", "none.pem"),
            (tmp_path, "no certificate in any file of this folder"),
        ):
            d.app.screen.query_one("#certificates", Input).value = str(name)
            await d.press("f8")
            await d.until(lambda words=words: words in d.message and "reading" not in d.message)
        assert not d.fakes.bench.said


@pytest.mark.parametrize(
    ("keys", "heading"),
    [
        (("e", "f1"), "Evidence and logs"),
        (("p", "question_mark"), "The plan"),
        (("enter", "question_mark"), "One row, full size"),
        (("L", "f1"), "Full-size views"),
        (("m", "f1"), "Full-size views"),
        (("f1",), "The two tables"),
    ],
)
async def test_help_opens_everywhere_with_the_keys_of_that_screen_first(
    desk: Start, keys: tuple[str, ...], heading: str
) -> None:
    async with desk() as d:
        await d.press(*keys)
        assert isinstance(d.app.screen, HelpScreen)
        assert d.text.splitlines()[1].strip() == heading
        below = d.app.screen_stack[-2]
        await d.press("question_mark")
        assert d.app.screen is below


async def test_a_question_mark_can_be_typed_into_the_evidence_fields(desk: Start) -> None:
    async with desk() as d:
        await d.press("e", "question_mark")
        assert d.app.screen.query_one(TextArea).text == "?"


async def test_what_the_browser_said_is_read_kept_and_taken_back(desk: Start) -> None:
    async with desk() as d:
        await d.press("e")
        paste = d.app.screen.query_one(TextArea)
        paste.text = "Registration: TOFU failed on secondary for 192.0.2.10_8082"
        await d.press("f5")
        kind, heard = d.fakes.bench.said[-1]
        assert (kind, heard.role, [row.key for row in heard.rows]) == (
            "browser", Role.SECONDARY, ["192.0.2.10_8082"],
        )  # fmt: skip
        assert "SECONDARY refused 192.0.2.10_8082" in d.message
        assert "ops, browser of SECONDARY: Registration: TOFU failed on secondary" in known(d)
        await d.press("f7")
        assert d.message.startswith("taken back: ")
        assert d.fakes.bench.statements.words == []
        await d.press("f7")
        assert "no statement about this row" in d.message
        paste.text = "Registration: TOFU failed for 192.0.2.99_8082"
        await d.press("f5")
        assert "it names no row of PRIMARY: looked for a key, address or name" in d.message
        paste.text = "Registration failed"
        await d.press("f5")
        assert 'looked for the words "TOFU failed"' in d.message


class OneField(App[None]):
    """Nothing but a field of several lines, as high as the form's."""

    def compose(self) -> ComposeResult:
        field = UndoableTextArea("first\nsecond")
        field.styles.height = 5
        yield field


@pytest.mark.parametrize("size", [(120, 36), (30, 12)])
@pytest.mark.parametrize("lines", [1, 8, 300])
async def test_what_was_pasted_can_be_undone_and_redone(size: tuple[int, int], lines: int) -> None:
    pasted = "\n".join(f"a line that may be wrapped {n}" for n in range(lines))
    app = OneField()
    async with app.run_test(size=size) as pilot:
        field = app.query_one(UndoableTextArea)
        field.focus()
        for _ in range(2):
            field.move_cursor(field.document.end)
            app.post_message(events.Paste(pasted))
            await pilot.pause()
            field.history.checkpoint()
        whole = field.text
        assert whole.count("wrapped 0") == 2
        for key in ("ctrl+z",) * 3:
            await pilot.press(key)
        assert field.text == "first\nsecond"
        for key in ("ctrl+y",) * 3:
            await pilot.press(key)
        assert field.text == whole


async def test_a_row_of_the_same_name_says_where_its_proof_lies(desk: Start) -> None:
    async with desk() as d:
        await d.press("2", "j", "e")
        await d.until(lambda: "SAME NAME" in known(d))
        text = " ".join(known(d).split())
        for words in ("main log (ncs-*.log) of SECONDARY", "/opt/CSCOlumos/logs", "inferred", "recalled",
                      "root shell only"):  # fmt: skip
            assert words in text, words
