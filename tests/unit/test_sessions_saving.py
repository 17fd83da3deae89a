"""Sessions made in the app: one private file each, whole or not at all, read back equal."""

from dataclasses import replace
from pathlib import Path

import pytest

from tofutui.config.errors import ConfigError
from tofutui.config.saving import save_session
from tofutui.config.sessions import load_sessions
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Remote, Role, Session, Via

PRIMARY = NodeSettings(role=Role.PRIMARY, host="192.0.2.10")
FULL = Session(
    name="site-b",
    title='quote " and \\ and ü',
    watch=30.0,
    theme="dark",
    virtual_ip=("192.0.2.9",),
    nodes={
        Role.PRIMARY: replace(
            PRIMARY,
            port=2222,
            username="ops",
            password_command="pass show x",
            key_file=Path("/k"),
            legacy_ssh=True,
            jump="j",
            known_hosts=Path("/kh"),
            addresses=("a", "2001:db8::1"),
            hm_port=8083,
            command_timeout=3.5,
            read_only=True,
            logs=("/l/*.log",),
            known=("/x/",),
        ),
        Role.SECONDARY: NodeSettings(role=Role.SECONDARY, host="192.0.2.11", password_env="P"),
    },
    remotes=(Remote(name="I", kind="ise", endpoint=Endpoint("2001:db8::5", 443), nodes=(Role.SECONDARY,)),),
    probe=ProbeSettings(
        via=Via.JUMP, timeout=2.5, concurrency=4, map={Endpoint("2001:db8::5", 443): Endpoint("::1", 1443)}
    ),
)


@pytest.mark.parametrize("session", [FULL, Session(name="small", nodes={Role.PRIMARY: PRIMARY})])
def test_what_is_saved_is_read_back_equal(tmp_path, session):
    path = save_session(session, tmp_path / "sessions.toml")
    assert path == tmp_path / "sessions.d" / f"{session.name}.toml"
    assert load_sessions(tmp_path / "sessions.toml") == {session.name: session}


def test_the_file_is_private_and_nothing_else_is_left(tmp_path):
    path = save_session(FULL, tmp_path / "sessions.toml")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["site-b.toml"]


def test_saving_again_replaces_its_own_file(tmp_path):
    save_session(FULL, tmp_path / "sessions.toml")
    save_session(replace(FULL, title="new"), tmp_path / "sessions.toml")
    assert load_sessions(tmp_path / "sessions.toml")["site-b"].title == "new"


def test_the_users_own_file_is_never_touched_and_its_names_are_taken(tmp_path):
    own = tmp_path / "sessions.toml"
    own.write_text('# mine\n[sessions.site-b.primary]\nhost = "a"\n')
    with pytest.raises(ConfigError, match="already holds a session site-b"):
        save_session(FULL, own)
    assert own.read_text().startswith("# mine\n")
    assert list((tmp_path / "sessions.d").iterdir()) == []


@pytest.mark.parametrize("name", ["check", "../x", "a b", ""])
def test_what_would_not_be_read_back_is_not_saved(tmp_path, name):
    with pytest.raises(ConfigError):
        save_session(replace(FULL, name=name), tmp_path / "sessions.toml")
    assert list(tmp_path.rglob("*.toml")) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "sessions.d").write_text("a file in the way")
    with pytest.raises(ConfigError, match="cannot be written"):
        save_session(FULL, tmp_path / "sessions.toml")
