"""What `tofutui` starts is not given the passwords of other sessions."""

import sys
from pathlib import Path

import pytest

from tofutui.cli.session_args import load


def test_every_sessions_variable_is_gone_before_a_program_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import os

    monkeypatch.setenv("TOFU_TEST_ONE", "a")
    monkeypatch.setenv("TOFU_TEST_TWO", "b")
    path = tmp_path / "sessions.toml"
    path.write_text(
        '[sessions.a.primary]\nhost = "h"\npassword_env = "TOFU_TEST_ONE"\n'
        '[sessions.b.primary]\nhost = "i"\npassword_env = "TOFU_TEST_TWO"\n'
        f'[sessions.c.primary]\nhost = "j"\npassword_command = "{sys.executable}"\n'
    )
    path.chmod(0o644)
    load(path, read_only=True)
    assert not {"TOFU_TEST_ONE", "TOFU_TEST_TWO"} & os.environ.keys()
    assert "everyone can read it: chmod 600" in capsys.readouterr().err
