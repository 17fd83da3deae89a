"""`tofutui record SESSION --since TIME`: what was changed without the guide."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tofutui.cli import main
from tofutui.cli.argument_types import since_time
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.site.session import Role

NOW = datetime.now(UTC)
KEY = "192.0.2.11_8082"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    database = Database(tmp_path / FILE)
    journal = Journal(database)
    for age, key in ((timedelta(days=2), "192.0.2.99_443"), (timedelta(minutes=5), KEY)):
        number = journal.open_entry(
            session="site-a", role=Role.PRIMARY, host="192.0.2.10", hostname="prime-pri", key=key,
            command=f"ncs certvalidation tofu-certs deletecert host {key}", operator="ops", sha256="ab" * 32,
            at=NOW - age, evidence="MISMATCH: CN differs",
        )  # fmt: skip
        journal.outcome(number, Outcome.GONE, "absent in a complete listing", NOW)
    database.close()
    return tmp_path


@pytest.mark.parametrize("since", ["{:%Y-%m-%d}", "{:%Y-%m-%dT%H:%M}", "{:%Y-%m-%dT%H:%M%z}"])
def test_only_what_is_newer_is_in_the_record(
    data: Path, capsys: pytest.CaptureFixture[str], since: str
) -> None:
    text = since.format((NOW - timedelta(days=1)).astimezone())
    assert main(["record", "site-a", "--since", text, "--data", str(data)]) == 0
    out = capsys.readouterr().out
    assert "Deletions: 1 gone" in out
    assert KEY in out
    assert "192.0.2.99" not in out


@pytest.mark.parametrize(
    ("ends", "left"),
    [
        ([Outcome.STILL_THERE], "still there, seen"),
        ([Outcome.CANNOT_TELL], "cannot tell, seen"),
        ([Outcome.UNKNOWN], "outcome unknown"),
        ([Outcome.STILL_THERE, Outcome.GONE], "Nothing that the journal knows of."),
        ([Outcome.STILL_THERE, Outcome.REFUSED], "still there, seen"),
        ([Outcome.REFUSED], "Nothing that the journal knows of."),
    ],
)
def test_a_deletion_that_did_not_end_well_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ends: list[Outcome], left: str
) -> None:
    database = Database(tmp_path / FILE)
    journal = Journal(database)
    for outcome in ends:
        number = journal.open_entry(
            session="site-a", role=Role.PRIMARY, host="192.0.2.10", hostname="prime-pri", key=KEY,
            command="", operator="ops", sha256=None, at=NOW,
        )  # fmt: skip
        journal.outcome(number, outcome, "seen", NOW)
    database.close()
    assert main(["record", "site-a", "--since", "2020-01-01", "--data", str(tmp_path)]) == 0
    section = capsys.readouterr().out.split("## What is left")[1].split("##")[0]
    assert section.strip().endswith(left)
    assert ("192.0.2.11" in section) is not left.startswith("Nothing")


def test_without_a_run_the_error_names_the_way(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "site-a", "--data", str(data)]) != 0
    assert "--since TIME" in capsys.readouterr().err


def test_names_are_masked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "site-a", "--since", "2020-01-01", "--data", str(data), "--redact"]) == 0
    out = capsys.readouterr().out
    assert "192.0.2." not in out
    assert "prime-pri" not in out


@pytest.mark.parametrize("text", ["25:00", "yesterday", "2026-13-01", ""])
def test_what_is_not_a_time_is_a_usage_error(
    text: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", "site-a", "--since", text, "--data", str(data)]) == 2
    assert "is not a time; use HH:MM" in capsys.readouterr().err


def test_a_time_of_day_is_the_newest_one() -> None:
    now = datetime(2026, 11, 28, 12, 0).astimezone()
    assert since_time("11:59", now) == now - timedelta(minutes=1)
    assert since_time("12:01", now) == now - timedelta(hours=23, minutes=59)
