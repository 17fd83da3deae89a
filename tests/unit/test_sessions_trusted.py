"""A sessions file can name a program that runs as the user: others must not be able to write one."""

import os
from pathlib import Path

import pytest

from tofutui.cli import main
from tofutui.cli.session_args import load
from tofutui.config.errors import ConfigError
from tofutui.config.sessions import read_sessions

TEXT = '[sessions.{name}.primary]\nhost = "192.0.2.1"\npassword_command = "touch /tmp/never"\n'
OTHER = 12345
"""A user who is neither the one who runs this nor root."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``mine`` in the user's own file, ``made`` in ``sessions.d``."""
    drop_ins = tmp_path / "own" / "sessions.d"
    drop_ins.mkdir(parents=True)
    for file, name in (("sessions.toml", "mine"), ("sessions.d/made.toml", "made")):
        path = tmp_path / "own" / file
        path.write_text(TEXT.format(name=name))
        path.chmod(0o600)
    for each in (tmp_path / "own", drop_ins):
        each.chmod(0o755)
    return tmp_path / "own"


@pytest.mark.parametrize("mode", [0o666, 0o662, 0o620, 0o660, 0o777])
@pytest.mark.parametrize(
    ("place", "lost"),
    [
        ("sessions.toml", {"mine"}),
        ("sessions.d/made.toml", {"made"}),
        ("sessions.d", {"made"}),
        (".", {"mine"}),
    ],
)
def test_what_others_may_write_is_not_read(folder: Path, place: str, lost: set[str], mode: int) -> None:
    (folder / place).chmod(mode | 0o700)
    report = read_sessions(folder / "sessions.toml")
    assert set(report.sessions) == {"mine", "made"} - lost
    assert report.errors
    cure = f"chmod go-w {(folder / place).resolve()}"
    assert all("can be changed by others" in error and cure in error for error in report.errors)
    (folder / place).chmod(0o700)
    assert read_sessions(folder / "sessions.toml").errors == ()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("place", ["sessions.toml", "sessions.d/made.toml", "sessions.d", "."])
def test_what_belongs_to_another_user_is_not_read(folder: Path, place: str) -> None:
    os.chown(folder / place, OTHER, OTHER)
    errors = read_sessions(folder / "sessions.toml").errors
    assert errors
    assert all("belongs to another user" in error and "chown" in error for error in errors)


def test_a_folder_in_which_others_cannot_replace_files_is_good(folder: Path) -> None:
    folder.chmod(0o1777)
    (folder / "sessions.d").chmod(0o1777)
    assert set(read_sessions(folder / "sessions.toml").sessions) == {"mine", "made"}


def test_behind_a_link_both_places_count(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").mkdir(mode=0o755)
    (tmp_path / "link" / "sessions.toml").symlink_to(folder / "sessions.toml")
    assert set(read_sessions(tmp_path / "link" / "sessions.toml").sessions) == {"mine"}
    folder.chmod(0o777)
    assert "can be changed" in read_sessions(tmp_path / "link" / "sessions.toml").errors[0]
    folder.chmod(0o755)
    (tmp_path / "link").chmod(0o777)
    assert "can be changed" in read_sessions(tmp_path / "link" / "sessions.toml").errors[0]


FAULTS = {
    "not TOML": "[sessions.made\n",
    "a wrong key": '[sessions.made.primary]\nhots = "192.0.2.1"\n',
    "a taken name": TEXT.format(name="mine"),
    "no UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_of_sessions_d_costs_its_own_sessions(
    folder: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = FAULTS[fault]
    made = folder / "sessions.d" / "made.toml"
    made.write_bytes(text if isinstance(text, bytes) else text.encode())
    said: list[str] = []
    own = folder / "sessions.toml"
    _, sessions = load(own, read_only=False, tell=said.append)
    assert set(sessions) == {"mine"}
    assert len(said) >= 1
    assert all("made.toml" in each for each in said)
    assert main(["sessions", "validate", "--sessions", str(own)]) == 2
    assert "made.toml" in capsys.readouterr().err
    assert main(["check", "made", "--sessions", str(own), "--data", str(folder)]) == 2
    assert "made.toml" in capsys.readouterr().err


def test_a_fault_in_the_users_own_file_is_still_one_of_all(folder: Path) -> None:
    (folder / "sessions.toml").write_text("[sessions\n")
    with pytest.raises(ConfigError, match="not TOML"):
        load(folder / "sessions.toml", read_only=False)


@pytest.mark.parametrize(
    "argv",
    [
        ["sessions", "list", "--sessions", "~nosuchuser/x"],
        ["check", "mine", "--data", "~nosuchuser/x"],
        ["check", "x", "--log", "~nosuchuser/x"],
        ["offline", "--primary", "~nosuchuser/x"],
    ],
)
def test_a_home_folder_that_is_not_there_is_one_line(
    argv: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [] if "--sessions" in argv else ["--sessions", str(folder / "sessions.toml")]
    assert main([*argv, *(own if argv[0] == "check" else [])]) == 2
    said = capsys.readouterr().err
    assert "~nosuchuser/x" in said
    assert "no such home folder" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["TOFUTUI_DATA", "TOFUTUI_SESSIONS"])
@pytest.mark.parametrize("argv", [["doctor"], ["history", "mine"], ["check", "mine"]])
def test_the_same_in_the_environment(
    name: str, argv: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("TOFUTUI_SESSIONS", str(folder / "sessions.toml"))
    monkeypatch.setenv(name, "~nosuchuser/x")
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert f"${name} ~nosuchuser/x: no such home folder" in said
    assert "Traceback" not in said
