"""A session in writing: each fault at its field; which sessions the app may change or delete."""

from pathlib import Path

import pytest

from tofutui.config.drafts import check_draft
from tofutui.config.editable_sessions import delete_session, why_kept
from tofutui.config.errors import ConfigError, NoSessionsFile
from tofutui.config.saving import save_session
from tofutui.config.sessions import load_sessions, read_sessions
from tofutui.tofu.site.session import NodeSettings, Role, Session

GOOD = {"primary": {"host": "192.0.2.10"}}


@pytest.mark.parametrize(
    ("name", "table", "field", "words"),
    [
        ("a b", GOOD, "name", "letters, digits"),
        ("check", GOOD, "name", "is a command"),
        ("a", {"primary": {}}, "primary.host", "missing"),
        ("a", {"primary": {"host": "x y"}}, "primary.host", "not a host name"),
        ("a", {"primary": {"host": "x", "port": "1a"}}, "primary.port", "not a whole number"),
        ("a", {**GOOD, "secondary": {"host": "192.0.2.10"}}, "secondary.host", "the same"),
        ("a", {**GOOD, "watch": -1.0}, "watch", "must not be below 0"),
        ("a", {**GOOD, "virtual_ip": ["x y"]}, "virtual_ip", "not a host"),
        ("a", {**GOOD, "remotes": [{"name": "i", "host": "h"}, {"host": "h"}]}, "remotes", "line 2: name"),
        ("a", {**GOOD, "probe": {"via": "x"}}, "probe.via", "direct"),
        ("a", {**GOOD, "probe": {"timeout": 0}}, "probe.timeout", "must be above 0"),
        ("a", {**GOOD, "probe": {"map": {"x": "y:1"}}}, "probe.map", "not HOST:PORT"),
    ],
)
def test_each_fault_is_shown_at_its_field(name, table, field, words):
    draft = check_draft(name, table, Path("/base"))
    assert draft.session is None
    assert [fault.field for fault in draft.errors] == [field]
    assert words in draft.errors[0].text


def test_all_faults_come_at_once_and_a_warning_alone_keeps_nothing_back():
    many = check_draft("a b", {"primary": {"host": "", "port": 0}, "watch": "x"}, Path("/"))
    assert {fault.field for fault in many.errors} == {"name", "primary.host", "primary.port", "watch"}
    warned = check_draft("a", {**GOOD, "probe": {"via": "jump"}}, Path("/"))
    assert warned.session is not None
    assert [(fault.field, fault.is_error) for fault in warned.faults] == [("probe.via", False)]
    assert not warned.errors


def session(name: str, **node: object) -> Session:
    return Session(name=name, nodes={Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="h", **node)})


def test_only_a_file_that_the_app_made_may_be_changed_or_deleted(tmp_path):
    own = tmp_path / "sessions.toml"
    own.write_text('[sessions.mine.primary]\nhost = "h"\n')
    save_session(session("made", password_command='echo "#"'), own)
    drop_ins = tmp_path / "sessions.d"
    (drop_ins / "other.toml").write_text('[sessions.stray.primary]\nhost = "h"\n')
    (drop_ins / "two.toml").write_text(
        '[sessions.two.primary]\nhost="h"\n[sessions.three.primary]\nhost="h"\n'
    )
    (drop_ins / "noted.toml").write_text('[sessions.noted.primary]\nhost = "h"  # the old one\n')
    why = why_kept(own)
    assert set(why) == {"mine", "stray", "two", "three", "noted"}
    assert "your own and never rewritten" in why["mine"]
    assert "holds more" in why["two"]
    assert "comments" in why["noted"]
    before = own.read_bytes()
    for name in why:
        with pytest.raises(ConfigError, match="cannot be deleted"):
            delete_session(name, own)
    assert delete_session("made", own) == drop_ins / "made.toml"
    assert "made" not in load_sessions(own)
    assert own.read_bytes() == before


def test_without_any_file_nothing_is_kept_and_it_is_said_apart(tmp_path):
    assert why_kept(tmp_path / "sessions.toml") == {}
    with pytest.raises(NoSessionsFile) as told:
        read_sessions(tmp_path / "sessions.toml")
    assert told.value.path == tmp_path / "sessions.toml"


def test_a_port_and_a_user_that_were_written_are_written_again(tmp_path):
    path = tmp_path / "sessions.toml"
    path.write_text(
        '[sessions.a.primary]\nhost="h"\nport=22\nusername="admin"\n[sessions.b.primary]\nhost="h"\n'
    )
    for name, loaded in load_sessions(path).items():
        saved = save_session(loaded, tmp_path / name / "sessions.toml")
        assert ("port" in saved.read_text(), "username" in saved.read_text()) == (name == "a", name == "a")


def test_a_name_that_another_drop_in_holds_is_taken_without_a_file_of_the_users_own(tmp_path):
    path = tmp_path / "sessions.toml"
    (tmp_path / "sessions.d").mkdir()
    (tmp_path / "sessions.d" / "x.toml").write_text('[sessions.a.primary]\nhost = "h"\n')
    with pytest.raises(ConfigError, match="already holds a session a"):
        save_session(session("a"), path)
