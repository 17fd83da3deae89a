"""The journal: on disk before a command is sent, readable after whatever happened."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tofutui.history.database import MIGRATIONS, Database, HistoryError
from tofutui.history.journal import Journal, JournalEntry
from tofutui.tofu.plan import Outcome
from tofutui.tofu.session import Role

AT = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
COMMAND = "ncs certvalidation tofu-certs deletecert host 198.51.100.20_443"


class OpenJournal(Journal):
    """A journal that has its file to itself."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        super().__init__(self.database)
        self.message = self.database.message

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path):
    opened = OpenJournal(path)
    yield opened
    opened.close()


def write(journal: Journal, key: str = "198.51.100.20_443", session: str = "site-a") -> int:
    return journal.open_entry(
        session=session,
        role=Role.PRIMARY,
        host="192.0.2.10",
        hostname="prime-pri",
        key=key,
        command=COMMAND,
        operator="ops",
        sha256="ab" * 32,
        at=AT,
    )


def test_an_entry_is_there_for_others_the_moment_it_is_written(journal, path):
    number = write(journal)
    other = OpenJournal(path)
    (entry,) = other.entries("site-a")
    other.close()
    assert entry == JournalEntry(
        id=number, session="site-a", role=Role.PRIMARY, host="192.0.2.10", hostname="prime-pri",
        key="198.51.100.20_443", command=COMMAND, operator="ops", sha256="ab" * 32, at=AT,
    )  # fmt: skip


def test_answer_and_outcome_complete_it_and_times_are_utc(journal):
    number = write(journal)
    journal.answered(number, "", AT.astimezone(timezone(timedelta(hours=-3))) + timedelta(seconds=1))
    journal.outcome(number, Outcome.GONE, "absent in a complete listing", AT + timedelta(seconds=2))
    (entry,) = journal.entries("site-a")
    assert (entry.words, entry.answered_at) == ("", AT + timedelta(seconds=1))
    assert (entry.outcome, entry.text) == (Outcome.GONE, "absent in a complete listing")
    assert entry.settled_at == AT + timedelta(seconds=2)


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_only_no_outcome_and_unknown_are_unsettled(journal, outcome):
    number = write(journal)
    if outcome is not None:
        journal.outcome(number, outcome, "", AT)
    open_ones = [entry.id for entry in journal.unsettled("site-a")]
    assert open_ones == ([number] if outcome in (None, Outcome.UNKNOWN) else [])


def test_sessions_do_not_see_each_other(journal):
    first, second = write(journal, session="a"), write(journal, session="b")
    assert [e.id for e in journal.entries("a")] == [first]
    assert [e.id for e in journal.unsettled("b")] == [second]


def test_folder_and_file_are_private(journal, path):
    write(journal)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in path.parent.iterdir()} == {0o600}


def test_a_file_that_everybody_could_read_becomes_private(path):
    OpenJournal(path).close()
    path.chmod(0o644)
    OpenJournal(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_undecodable_bytes_and_escapes_are_kept_readable(journal):
    number = write(journal, key="a\udcff\x1b_443")
    journal.answered(number, "\udc80 words", AT)
    (entry,) = journal.entries("site-a")
    assert entry.key == "a\\udcff\x1b_443"
    assert entry.words == "\\udc80 words"


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 200, b"SQLite format 3\0" + b"\7" * 4000]
)
def test_a_damaged_file_is_set_aside_and_said_so(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    journal = OpenJournal(path)
    number = write(journal)
    assert [entry.id for entry in journal.entries("site-a")] == [number]
    journal.close()
    aside = path.with_name("journal.sqlite3.damaged-1")
    assert str(aside) in journal.message
    assert aside.read_bytes() == content


def test_a_second_damaged_file_does_not_replace_the_first(path):
    for content in (b"x" * 5000, b"y" * 5000):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        OpenJournal(path).close()
    assert path.with_name("journal.sqlite3.damaged-1").read_bytes() == b"x" * 5000
    assert path.with_name("journal.sqlite3.damaged-2").read_bytes() == b"y" * 5000


def test_a_good_file_has_no_message(journal, path):
    assert journal.message == ""
    again = OpenJournal(path)
    again.close()
    assert again.message == ""


def test_a_newer_schema_is_refused_and_left_alone(path):
    OpenJournal(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(HistoryError, match="newer tofutui"):
        OpenJournal(path)
    assert [f.name for f in path.parent.iterdir() if "damaged" in f.name] == []


def test_a_folder_that_cannot_be_made_is_told_with_its_name(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(HistoryError, match="data"):
        OpenJournal(tmp_path / "data" / "journal.sqlite3")


def test_an_unknown_entry_is_told(journal):
    with pytest.raises(HistoryError, match="no entry 77"):
        journal.answered(77, "", AT)


def test_two_threads_and_two_programs_write_at_once(journal, path):
    other = OpenJournal(path)
    threads = [
        threading.Thread(target=lambda j=j: [write(j) for _ in range(20)]) for j in (journal, other, journal)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(journal.entries("site-a")) == 60


def test_closing_twice_is_harmless_and_writing_after_it_is_told(path):
    journal = OpenJournal(path)
    journal.close()
    journal.close()
    with pytest.raises(HistoryError):
        write(journal)


def test_a_journal_of_the_first_layout_is_taken_over(path):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
    connection.execute(
        "INSERT INTO deletion (session, role, host, key, command, operator, at)"
        " VALUES ('site-a', 'primary', 'h', 'k_1', 'c', 'ops', '2026-11-23T14:02:11+00:00')"
    )
    connection.commit()
    connection.close()
    journal = OpenJournal(path)
    assert [entry.key for entry in journal.unsettled("site-a")] == ["k_1"]
    journal.close()
