"""The journal: on disk before a command is sent, readable after whatever happened."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tofutui.history.database import MIGRATIONS, Database, HistoryError
from tofutui.history.journal import Journal, JournalEntry
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.site.session import Role

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


def test_a_folder_that_cannot_be_made_is_reported_with_its_name(tmp_path):
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


@pytest.mark.parametrize("layout", range(1, len(MIGRATIONS) + 1))
def test_a_journal_of_an_older_layout_is_taken_over(path, layout):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript("".join(MIGRATIONS[:layout]) + f"PRAGMA user_version = {layout};")
    for key, outcome in (("k_1", None), ("k_2", "gone")):
        connection.execute(
            "INSERT INTO deletion (session, role, host, hostname, key, command, operator, sha256, at, words,"
            " outcome, text) VALUES ('site-a', 'primary', 'h', 'prime-pri', ?, 'c', 'ops', 'ab',"
            " '2026-11-23T14:02:11+00:00', 'words', ?, 'text')",
            (key, outcome),
        )
    connection.commit()
    connection.close()
    for _ in range(2):
        journal = OpenJournal(path)
        first, second = journal.entries("site-a")
        assert (first.key, first.outcome, first.words, first.hostname) == ("k_1", None, "words", "prime-pri")
        assert (second.outcome, second.text, second.at) == (Outcome.GONE, "text", AT)
        assert first.is_let_go
        assert first.host_key is None
        assert [entry.key for entry in journal.unsettled("site-a")] == ["k_1"]
        journal.close()


OWNER, STRANGER = "machine 1 2 mine", "machine 1 2 theirs"


def owned(journal: Journal, **more: object) -> int:
    return journal.open_entry(
        session="site-a", role=Role.PRIMARY, host="h", hostname="prime-pri", key="k_1", command=COMMAND,
        operator="ops", sha256=None, at=AT, owner=OWNER, **more,
    )  # fmt: skip


@pytest.mark.parametrize("who", [None, STRANGER])
@pytest.mark.parametrize("settled", [o for o in Outcome if o is not Outcome.UNKNOWN])
def test_what_was_settled_is_changed_by_its_owner_only(journal, who, settled):
    number = owned(journal)
    assert journal.outcome(number, settled, "seen", AT, by=OWNER)
    assert not journal.outcome(number, Outcome.CANNOT_TELL, "guessed", AT, by=who)
    (entry,) = journal.entries("site-a")
    assert (entry.outcome, entry.text) == (settled, "seen")
    assert journal.outcome(number, Outcome.CAME_BACK, "seen later", AT, by=OWNER)
    assert journal.entries("site-a")[0].outcome is Outcome.CAME_BACK


@pytest.mark.parametrize("who", [None, STRANGER, OWNER])
def test_what_is_unknown_is_decided_by_whoever_sees_it(journal, who):
    number = owned(journal)
    assert journal.outcome(number, Outcome.UNKNOWN, "link lost", AT, by=OWNER)
    assert journal.outcome(number, Outcome.GONE, "absent", AT, by=who)


def test_a_heartbeat_counts_until_the_owner_lets_go(journal):
    number = owned(journal)
    beats = []
    for _ in range(3):
        journal.beat(number)
        beats.append(journal.entries("site-a")[0].beat)
    assert beats == [1, 2, 3]
    assert not journal.entries("site-a")[0].is_let_go
    journal.let_go(number)
    journal.beat(number)
    assert journal.entries("site-a")[0].is_let_go


def test_a_veto_sees_the_node_by_session_and_by_host_key_and_nothing_is_written(journal):
    same_key = owned(journal, host_key="SHA256:x")
    mine = write(journal)
    write(journal, session="elsewhere")
    seen: list[int] = []

    def veto(entries):
        seen.extend(entry.id for entry in entries)
        return "another deletion is under way"

    with pytest.raises(HistoryError, match="another deletion is under way"):
        journal.open_entry(
            session="site-a", role=Role.PRIMARY, host="h", hostname="p", key="k_1", command=COMMAND,
            operator="ops", sha256=None, at=AT, host_key="SHA256:x", veto=veto,
        )  # fmt: skip
    assert seen == [same_key, mine]
    assert len(journal.entries("site-a")) == 2
    assert [e.id for e in journal.about_node("other name", Role.SECONDARY, "SHA256:x")] == [same_key]
    assert journal.about_node("other name", Role.SECONDARY, None) == []


def test_of_two_programs_the_second_sees_the_entry_of_the_first(journal, path):
    other = OpenJournal(path)
    written: list[int] = []

    def alone(entries):
        return "not alone" if entries else None

    def both(opened: Journal) -> None:
        try:
            written.append(owned(opened, veto=alone))
        except HistoryError:
            written.append(0)

    threads = [threading.Thread(target=both, args=(opened,)) for opened in (journal, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(number > 0 for number in written) == [False, True]


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_journal_without_its_file_writes_nothing_down(journal, path, suffix):
    write(journal)
    path.with_name(path.name + suffix).unlink()
    with pytest.raises(HistoryError):
        write(journal)


def test_a_journal_whose_file_was_replaced_writes_nothing_down(journal, path):
    path.rename(path.with_name("moved"))
    OpenJournal(path).close()
    with pytest.raises(HistoryError, match="was removed or replaced while tofutui was running"):
        write(journal)
