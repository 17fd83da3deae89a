"""Crash files: what is in them, what is not, and how many there are."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tofutui.report.crash import KEPT, crash_report, pointer, sentence, traceback_text, write_crash
from tofutui.tofu.base.secret import Secret

AT = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)


def broken(password: Secret) -> None:
    local = "a-local-value"
    try:
        {}[password.reveal()]
    except KeyError as error:
        raise ValueError(f"token: abc123 \x1b[2J {len(local)}") from error


def caught(password: Secret) -> Exception:
    try:
        broken(password)
    except ValueError as error:
        return error
    raise AssertionError


def test_it_says_where_and_holds_no_secret_and_no_local() -> None:
    password = Secret("hunter2-canary")
    error = caught(password)
    for text in (crash_report(error, AT, "app", ["table.sort", "row.delete"]), traceback_text(error)):
        assert "in broken" in text
        assert "KeyError: '(secret omitted)'" in text
        for hidden in ("hunter2-canary", "a-local-value", "abc123", "\x1b"):
            assert hidden not in text
    report = crash_report(error, AT, "app", ["table.sort", "row.delete"])
    assert "last actions: table.sort row.delete" in report
    assert "2026-11-23 14:02:11+0000, command app" in report
    assert "tofutui 0" in report
    assert "textual" in report
    assert sentence(error.__cause__ or error) == "internal error, KeyError: '(secret omitted)'"


def test_a_bounded_number_of_private_files_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    written = [write_crash(folder, AT + timedelta(seconds=n), f"no {n}") for n in range(KEPT + 3)]
    kept = sorted(folder.iterdir())
    assert kept == written[-KEPT:]
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert kept[-1].read_text() == f"no {KEPT + 2}"
    assert str(kept[-1]) in pointer(kept[-1])


def test_where_nothing_can_be_written_the_error_is_reported_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert write_crash(tmp_path / "file" / "data", AT, "x") is None
    assert pointer(None) == ""
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    assert write_crash(open_folder, AT, "x") is None
