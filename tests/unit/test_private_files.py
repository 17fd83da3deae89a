"""What the program writes is its user's alone, whatever the umask; links and others' files are refused."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tofutui.cli.output import OutputError, write_file
from tofutui.config.errors import ConfigError
from tofutui.config.saving import save_session
from tofutui.config.sessions import read_sessions
from tofutui.history.database import FILE, Database, HistoryError
from tofutui.system.file_permissions import why_exposed, why_not_used, why_not_written
from tofutui.system.private_files import NotOurs, claim, private_folder, write_private
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.ui.kit.export import FileError
from tofutui.ui.kit.export import write_private as write_export

SESSION = Session(name="a", nodes={Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="192.0.2.1")})


@pytest.fixture(autouse=True, params=[0o000, 0o027, 0o077], ids=["umask000", "umask027", "umask077"])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def found(mode: int, *, uid: int = 1000) -> os.stat_result:
    return os.stat_result((mode, 1, 1, 1, uid, 1000, 0, 0, 0, 0))


def in_use(folder: Path) -> set[int]:
    database = Database(folder / "deep" / FILE)
    with database.transaction() as connection:
        connection.execute("DELETE FROM run")
    modes = {mode(file) for file in (folder / "deep").iterdir()}
    assert {file.name for file in (folder / "deep").iterdir()} == {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    database.close()
    return modes


def test_folders_made_on_the_way_and_files_are_private(tmp_path: Path) -> None:
    assert in_use(tmp_path / "data") == {0o600}
    saved = save_session(SESSION, tmp_path / "config" / "tofutui" / "sessions.toml")
    for folder in (saved.parent, saved.parent.parent, tmp_path / "config", tmp_path / "data" / "deep"):
        assert mode(folder) == 0o700, folder
    record = write_export(tmp_path / "record.md", "x", replace=True)
    write_file(tmp_path / "report.txt", "x")
    files = (saved, record, tmp_path / "report.txt")
    assert {mode(file) for file in files} == {0o600}


def test_a_note_of_damage_is_private(tmp_path: Path) -> None:
    database = Database(tmp_path / "data" / FILE)
    database.close()
    raw = bytearray(database.path.read_bytes())
    raw[4096:] = b"\xff" * len(raw[4096:])
    database.path.write_bytes(raw)
    database = Database(tmp_path / "data" / FILE)
    database.close()
    assert {mode(file) for file in (tmp_path / "data").iterdir()} == {0o600}


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_link_in_place_of_the_history_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "data").mkdir(0o700)
    (tmp_path / "data" / f"{FILE}{suffix}").symlink_to(tmp_path / "victim")
    with pytest.raises(HistoryError, match="is a symbolic link"):
        Database(tmp_path / "data" / FILE)
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_link_that_leads_nowhere_is_refused_too(tmp_path: Path) -> None:
    for name in ("data", "sessions.d"):
        (tmp_path / name).mkdir(0o700)
    (tmp_path / "data" / FILE).symlink_to(tmp_path / "nowhere")
    (tmp_path / "sessions.d" / "a.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "record.md").symlink_to(tmp_path / "nowhere")
    with pytest.raises(HistoryError, match="is a symbolic link"):
        Database(tmp_path / "data" / FILE)
    with pytest.raises(ConfigError, match="is a symbolic link"):
        save_session(SESSION, tmp_path / "sessions.toml")
    with pytest.raises(FileError, match="is a symbolic link"):
        write_export(tmp_path / "record.md", "x", replace=True)
    assert not (tmp_path / "nowhere").exists()
    assert sorted(p.name for p in tmp_path.rglob("*.draft")) == []


def test_a_folder_in_which_everybody_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(HistoryError, match="is writable by everyone"):
        Database(folder / FILE)
    with pytest.raises(NotOurs, match="is writable by everyone"):
        private_folder(folder)
    folder.chmod(0o1777)
    assert private_folder(folder) == folder


def test_whose_it_is_decides() -> None:
    assert why_not_written(found(0o100644), 1000) is None
    assert why_not_written(found(0o100644), 0) == "belongs to another user"
    assert why_not_written(found(0o100644, uid=0), 1000) == "belongs to another user"
    assert why_not_written(found(0o120777), 1000) == "is a symbolic link, which is not followed"
    assert why_not_written(found(0o010600), 1000) == "is not a file"
    assert why_not_used(found(0o040755, uid=0), 1000) is None
    assert why_not_used(found(0o040755, uid=7), 1000) == "belongs to another user"
    assert why_not_used(found(0o100755), 1000) == "is not a folder"
    assert [why_exposed(found(0o100000 | m)) is None for m in (0o600, 0o640, 0o644, 0o660)] == [
        True, True, False, True,
    ]  # fmt: skip


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_not_written(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")
    os.chown(theirs, 12345, 12345)
    with pytest.raises(OutputError, match="belongs to another user"):
        write_file(theirs, "ours")
    with pytest.raises(NotOurs, match="belongs to another user"):
        write_private(theirs, "ours")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "ours")
    os.chown(link, 12345, 12345, follow_symlinks=False)
    (tmp_path / "ours").write_text("before")
    with pytest.raises(OutputError, match="belongs to another user"):
        write_file(link, "ours")
    assert (theirs.read_text(), (tmp_path / "ours").read_text()) == ("theirs", "before")


def test_a_way_to_a_password_that_others_may_read_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "sessions.toml"
    path.write_text('[sessions.a.primary]\nhost = "h"\npassword_command = "pass x"\n')
    path.chmod(0o644)
    report = read_sessions(path)
    assert report.warnings == report.exposed
    assert "everyone can read it" in report.exposed[0]
    path.chmod(0o600)
    assert read_sessions(path).warnings == ()


def test_what_another_program_makes_and_removes_at_the_same_moment_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, log = tmp_path / "history.db", tmp_path / "history.db-wal"
    log.touch()
    lstat, exists = Path.lstat, Path.exists

    def lstat_after_removal(path: Path) -> os.stat_result:
        if path == log:
            log.unlink(missing_ok=True)
        return lstat(path)

    def exists_before_it_is_made(path: Path) -> bool:
        was_there = exists(path)
        if path == database:
            database.touch()
        return was_there

    monkeypatch.setattr(Path, "lstat", lstat_after_removal)
    monkeypatch.setattr(Path, "exists", exists_before_it_is_made)
    claim(database)
    assert database.stat().st_mode & 0o777 == 0o600
    assert not exists(log)
