"""`tofutui doctor`: everything that a ticket needs, and no secret."""

import json
from pathlib import Path

import pytest

from tofutui.cli import main
from tofutui.history.database import FILE, Database

SESSIONS = """
[defaults]
username = "chief"
[sessions.site-a]
title = "Very secret site"
[sessions.site-a.primary]
host = "203.0.113.77"
password_command = "pass show prime/topsecret"
[sessions.site-a.secondary]
host = "sec.corp.example.org"
password_env = "MY_PASSWORD"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config folder with one session."""
    folder = tmp_path / "tofutui"
    folder.mkdir()
    folder.joinpath("sessions.toml").write_text(SESSIONS)
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    for variable in ("TOFUTUI_SESSIONS", "TOFUTUI_DATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("MY_PASSWORD", "hunter2")
    return tmp_path


def lines_of(capsys) -> dict[str, str]:
    """Name of a finding -> the rest of its line."""
    values = {}
    for line in capsys.readouterr().out.splitlines():
        name, _, rest = line.strip().partition("  ")
        values[name] = rest.strip()
    return values


def test_values_are_shown_with_their_source(home, capsys, monkeypatch):
    monkeypatch.setenv("TOFUTUI_DATA", str(home / "data"))
    assert main(["doctor", "--read-only"]) == 0
    values = lines_of(capsys)
    assert values["data"].endswith("[$TOFUTUI_DATA]")
    assert "sessions.toml (mode" in values["sessions file"]
    assert values["sessions file"].endswith("[default]")
    assert values["read-only"] == "yes  [option]"
    assert values["primary.username"] == "chief  [file, [defaults]]"
    assert values["primary.host"] == "203.0.113.77  [file]"
    assert values["primary.port"] == "22  [default]"
    assert values["primary.password_command"] == "set  [file]"
    assert values["secondary.password_command"] == "not set  [default]"
    assert values["secondary.password_env"] == "$MY_PASSWORD, which is set  [file]"
    assert values["clipboard (OSC 52)"] == "cannot be determined from here"
    assert {"tofutui", "Python", "textual", "asyncssh", "cryptography", "OpenSSL", "SQLite", "system"} <= set(
        values
    )
    assert values["file"] == "none yet"
    assert "time zone" in values


@pytest.mark.parametrize("more", [[], ["--format", "json"], ["--redact"], ["--redact", "--format", "json"]])
def test_no_secret_is_printed(home, capsys, more):
    main(["doctor", *more])
    out = capsys.readouterr().out
    assert "topsecret" not in out
    assert "hunter2" not in out
    if "--redact" in more:
        assert [
            word for word in ("203.0.113", "corp", "site-a", "Very secret", str(home)) if word in out
        ] == []
        assert "address-1" in out


def test_a_broken_configuration_is_reported_and_everything_else_printed(home, capsys):
    home.joinpath("tofutui", "keys.toml").write_text('"row.delete" = "d"\n')
    home.joinpath("tofutui", "sessions.toml").write_text(SESSIONS + "port = 99999999\n")
    themes = home / "tofutui" / "themes"
    themes.mkdir()
    themes.joinpath("bad.toml").write_text("nope = 1\n")
    assert main(["doctor", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert len(document["faults"]) == 3
    assert {"Versions", "Paths", "Settings", "Terminal", "History", "Clock"} <= set(document["sections"])


def test_no_sessions_yet_is_not_a_fault(home, capsys):
    home.joinpath("tofutui", "sessions.toml").unlink()
    assert main(["doctor"]) == 0
    assert "note: " in capsys.readouterr().out


def test_own_keys_are_shown_with_their_place(home, capsys):
    home.joinpath("tofutui", "keys.toml").write_text('"row.delete" = "X"\n')
    assert main(["doctor"]) == 0
    assert "keys.toml:1]" in lines_of(capsys)["key of row.delete"]


def test_the_history_is_looked_at_and_left_alone(home, capsys):
    data = home / "tofutui"
    Database(data / FILE).close()
    before = (data / FILE).read_bytes()
    assert main(["doctor"]) == 0
    values = lines_of(capsys)
    assert values["integrity"] == "ok"
    assert (data / FILE).read_bytes() == before
    (data / FILE).write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    assert main(["doctor"]) == 0
    assert "cannot be read" in lines_of(capsys)["integrity"]
