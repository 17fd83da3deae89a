"""Files that the user asked for: whole or not at all, for the owner only, never over another one."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tofutui.ui.kit.export import FileError, default_name, write_private

NOW = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)


def test_it_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = write_private(tmp_path / "r.md", "text \udc80", replace=False)
    assert path.read_text() == "text \\udc80"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["r.md"]


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "r.md"
    path.write_text("old")
    with pytest.raises(FileError, match="File exists"):
        write_private(path, "new", replace=False)
    assert path.read_text() == "old"
    write_private(path, "new", replace=True)
    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["r.md"]


def test_where_there_are_no_links_a_file_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert write_private(tmp_path / "a", "text", replace=False).read_text() == "text"
    with pytest.raises(FileError, match="File exists"):
        write_private(tmp_path / "a", "other", replace=False)
    assert (tmp_path / "a").read_text() == "text"


@pytest.mark.parametrize("name", ["no/r.md", ".", "~nobody-of-that-name/r", "a\0b", "x" * 300])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    path = Path(name) if name.startswith("~") else tmp_path / name
    with pytest.raises(FileError, match="cannot be written"):
        write_private(path, "text", replace=True)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(FileError, match="No space left"):
        write_private(tmp_path / "r", "text", replace=False)
    assert not list(tmp_path.iterdir())


def test_the_name_offered_tells_session_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stamp = NOW.astimezone().strftime("%Y%m%d-%H%M%S")
    assert default_name("site-a", "markdown", NOW, Path("/d")) == str(tmp_path / f"tofutui-site-a-{stamp}.md")
    assert default_name("../a b", "text", NOW, Path("/d")) == str(tmp_path / f"tofutui-..-a-b-{stamp}.txt")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert default_name("x", "svg", NOW, Path("/d")) == f"/d/tofutui-x-{stamp}.svg"
