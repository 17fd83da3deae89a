"""sessions.toml: what is right is read, and every fault is reported at once with file, session and key."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tofutui.config.errors import ConfigError
from tofutui.config.sessions import load_sessions, read_sessions
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Role, Via

EXAMPLE = Path(__file__).parents[2] / "sessions.toml.example"
MINIMAL = '[sessions.site-a.primary]\nhost = "192.0.2.10"\n'
PAIR = MINIMAL + '[sessions.site-a.secondary]\nhost = "192.0.2.11"\n'


@pytest.fixture
def write(tmp_path: Path):
    def write_file(text: str, name: str = "sessions.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    return write_file


def errors_of(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_sessions(path)
    return list(caught.value.errors)


def test_the_example_is_valid_and_holds_what_the_design_shows():
    session = load_sessions(EXAMPLE)["site-a"]
    primary = session.nodes[Role.PRIMARY]
    assert session.title == "Site A, change CHG0012345"
    assert session.virtual_ip == ("192.0.2.9",)
    assert primary.password_command == "pass show prime/site-a"
    assert primary.known_hosts == Path("~/.ssh/known_hosts").expanduser()
    assert session.nodes[Role.SECONDARY].host == "192.0.2.11"
    assert session.remotes[0].endpoint == Endpoint("198.51.100.20", 443)
    assert session.probe.map[Endpoint("198.51.100.20", 443)] == Endpoint("10.9.8.7", 443)
    assert session.probe.map[Endpoint("2001:db8::7", 443)] == Endpoint("2001:db8:ffff::7", 443)


def test_the_example_shows_every_key_there_is(write):
    path = write(
        '[sessions.a]\nx=1\n[sessions.a.primary]\nhost="a"\nx=1\n[[sessions.a.remotes]]\nx=1\n[sessions.a.probe]\nx=1'
    )
    valid = [error.partition("valid: ")[2] for error in errors_of(path) if "x: unknown key" in error]
    keys = {key for group in valid for key in group.split(", ")}
    assert len(valid) == 4
    assert len(keys) >= 30
    shown = EXAMPLE.read_text()
    assert [key for key in keys if f"{key} =" not in shown and f".{key}" not in shown] == []


def test_what_is_not_said_has_the_defaults_of_the_design(write):
    session = load_sessions(write(MINIMAL))["site-a"]
    node = session.nodes[Role.PRIMARY]
    assert (node.port, node.username, node.hm_port, node.command_timeout) == (22, "admin", 8082, 120.0)
    assert (session.probe.via, session.probe.timeout, session.probe.concurrency) == (Via.DIRECT, 5.0, 32)
    assert session.roles == (Role.PRIMARY,)


def test_a_remote_is_expected_by_the_primary_on_443_unless_it_says_otherwise(write):
    text = PAIR + '[[sessions.site-a.remotes]]\nname="x"\nhost="X.example."\n'
    (remote,) = load_sessions(write(text))["site-a"].remotes
    assert remote.nodes == (Role.PRIMARY,)
    assert remote.endpoint == Endpoint("x.example", 443)
    assert remote.kind == "other"


def test_defaults_fill_any_node_key_and_the_node_wins(write):
    text = '[defaults]\nusername = "ops"\nport = 2222\nlegacy_ssh = true\n' + PAIR + "port = 2223\n"
    nodes = load_sessions(write(text))["site-a"].nodes
    assert (nodes[Role.PRIMARY].username, nodes[Role.PRIMARY].port) == ("ops", 2222)
    assert nodes[Role.SECONDARY].port == 2223
    assert nodes[Role.SECONDARY].legacy_ssh


def test_home_is_expanded_and_relative_paths_start_at_the_file(write, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ops")
    text = (
        MINIMAL
        + 'key_file = "~/k"\nknown_hosts = "kh"\nlogs = ["~/l/*.log", "hm.log"]\nknown = ["exported/"]\n'
    )
    node = load_sessions(write(text))["site-a"].nodes[Role.PRIMARY]
    assert node.key_file == Path("/home/ops/k")
    assert node.known_hosts == tmp_path / "kh"
    assert node.logs == ("/home/ops/l/*.log", str(tmp_path / "hm.log"))
    assert node.known == (f"{tmp_path / 'exported'}/",)


def test_all_faults_of_all_files_are_reported_at_once(write):
    path = write(
        "[default]\n[sessions.site-a]\ntitel = 'x'\nwatch = -1\n"
        "[sessions.site-a.primary]\nhost = '192.0.2.10'\nusrname = 'x'\nport = '22'\n"
        "[sessions.site-b]\n[sessions.site-b.probe]\nvia = 'drect'\n"
    )
    write("[sessions.site-c.primary]\nport = 0\n", "sessions.d/c.toml")
    errors = errors_of(path)
    text = "\n".join(errors)
    assert "[sessions.site-a] titel: unknown key, did you mean title?" in text
    assert "[sessions.site-a] watch = -1: must not be below 0" in text
    assert "[sessions.site-a.primary] usrname: unknown key, did you mean username?" in text
    assert "[sessions.site-a.primary] port = '22': not a whole number" in text
    assert "default: unknown key, did you mean defaults?" in text
    assert "[sessions.site-b] primary: missing" in text
    assert "[sessions.site-b.probe] via = 'drect': did you mean direct?" in text
    assert "[sessions.site-c.primary] port = 0: must be between 1 and 65535" in text
    assert "[sessions.site-c.primary] host: missing" in text
    assert len(errors) == 9
    assert all(error.startswith((f"{path}: ", f"{path.parent}/sessions.d/c.toml: ")) for error in errors)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("host", '"192.0.2.10:22"', "not a host name or address"),
        ("host", '"ops@a"', "not a host name or address"),
        ("host", '"192.0.2.010"', "not an IP address: four numbers from 0 to 255"),
        ("host", '"192.0.2"', "not an IP address"),
        ("addresses", '["192.0.2.099"]', "not an IP address"),
        ("addresses", '["a", "300.1.1.1"]', "not an IP address"),
        ("host", '""', "empty"),
        ("host", "5", "not a string"),
        ("port", "65536", "must be between 1 and 65535"),
        ("port", "true", "not a whole number"),
        ("port", "22.0", "not a whole number"),
        ("hm_port", "-1", "must be between 1 and 65535"),
        ("command_timeout", "0", "must be above 0"),
        ("command_timeout", "nan", "must be between -1e9 and 1e9"),
        ("command_timeout", "inf", "must be between -1e9 and 1e9"),
        ("command_timeout", "true", "not a number"),
        ("command_timeout", "9" * 400, "must be between -1e9 and 1e9"),
        ("legacy_ssh", '"yes"', "must be true or false"),
        ("read_only", "1", "must be true or false"),
        ("addresses", '"a"', "not a list"),
        ("addresses", '["a", 5]', "5: not a string"),
        ("username", '"a b"', "must not contain white space"),
        ("password_command", '"pass \'x"', "not a command line"),
        ("key_file", '"~nobody-of-this-name/k"', "no such home folder"),
        ("logs", "[[]]", "[]: not a string"),
    ],
)
def test_a_wrong_value_is_reported_with_its_key_and_reason(write, key, value, reason):
    host = "" if key == "host" else 'host = "192.0.2.10"\n'
    (error,) = errors_of(write(f"[sessions.site-a.primary]\n{host}{key} = {value}\n"))
    assert f"[sessions.site-a.primary] {key} = " in error
    assert reason in error


def test_a_password_in_the_file_is_refused_and_not_repeated(write):
    (error,) = errors_of(write(MINIMAL + 'password = "hunter2"\n'))
    assert "did you mean password_" in error
    assert "hunter2" not in error


@pytest.mark.parametrize("name", ["check", "lab", "sessions", "themes", "offline", "doctor"])
def test_a_command_is_not_a_session_name(write, name):
    (error,) = errors_of(write(f'[sessions.{name}.primary]\nhost = "a"\n'))
    assert f"{name} is a command of tofutui" in error


@pytest.mark.parametrize("name", ['"-x"', '"a/b"', '".."', '""', r'"a\u001b[2J"', '"a b"'])
def test_a_name_that_cannot_be_typed_or_be_a_file_is_refused(write, name):
    (error,) = errors_of(write(f'[sessions.{name}.primary]\nhost = "a"\n'))
    assert "a session's name has letters" in error
    assert "\x1b" not in error


def test_the_same_host_and_port_for_both_nodes_is_refused(write):
    (error,) = errors_of(write(PAIR.replace("192.0.2.11", "192.0.2.10")))
    assert "[sessions.site-a.secondary] host, port: the same 192.0.2.10:22" in error
    text = PAIR.replace("192.0.2.11", "192.0.2.10") + "port = 23\n"
    assert load_sessions(write(text))["site-a"].nodes[Role.SECONDARY].port == 23


def test_one_address_of_both_nodes_is_refused_in_any_spelling(write):
    text = (
        '[sessions.s.primary]\nhost="a"\naddresses=["2001:db8::1", "x"]\n'
        '[sessions.s.secondary]\nhost="b"\naddresses=["y", "2001:0db8:0::0001"]\n'
    )
    (error,) = errors_of(write(text))
    assert "[sessions.s.secondary] addresses: 2001:0db8:0::0001 is also one of the primary's" in error


def test_remotes_are_checked_against_each_other_and_the_nodes(write):
    text = MINIMAL + (
        '[[sessions.site-a.remotes]]\nname="x"\nhost="h"\n'
        '[[sessions.site-a.remotes]]\nname="y"\nhost="H"\nnodes=["secondary"]\nkind="isee"\n'
        '[[sessions.site-a.remotes]]\nname="z"\nhost="h"\nnodes=["secondary"]\n'
    )
    errors = errors_of(write(text))
    assert any("remotes.2] kind = 'isee': did you mean ise?" in error for error in errors)
    assert any("host, port: h:443 is already x" in error for error in errors)
    assert any("nodes: the session has no secondary" in error for error in errors)


def test_probe_map_takes_endpoints_only(write):
    text = MINIMAL + (
        "[sessions.site-a.probe.map]\n"
        '"[2001:db8::7]:443" = "[::1]:8443"\n"192.0.2.1" = "a:1"\n"b:1" = "c"\n"d:1" = 5\n"e:70000" = "f:1"\n'
        '"[2001:db8:0::7]:443" = "g:1"\n'
    )
    errors = errors_of(write(text))
    assert len(errors) == 5
    assert all("[sessions.site-a.probe.map]" in error for error in errors)
    assert any("the same endpoint as '[2001:db8::7]:443'" in error for error in errors)


def test_via_jump_without_a_jump_is_a_warning_because_the_ssh_configuration_may_name_one(write):
    (error,) = read_sessions(write(MINIMAL + '[sessions.site-a.probe]\nvia = "jump"\n')).warnings
    assert "neither node has a jump" in error
    load_sessions(write(MINIMAL + 'jump = "ops@j"\n[sessions.site-a.probe]\nvia = "jump"\n'))


@pytest.mark.parametrize(
    "text",
    [
        "sessions = 5",
        "[sessions]\na = 5",
        "[sessions.a]\nprimary = 5",
        '[sessions.a]\nprimary.host="x"\nremotes=5',
        '[sessions.a]\nprimary.host="x"\nremotes=[5]',
        '[sessions.a]\nprimary.host="x"\nprobe=5',
        "defaults = 5",
        '[sessions.a]\nprimary.host="x"\nprobe.map=5',
    ],
)
def test_a_value_where_a_table_belongs_is_told(write, text):
    assert any(
        "5" in error and ("not a table" in error or "not a list" in error) for error in errors_of(write(text))
    )


def test_a_syntax_error_is_reported_with_its_line(write):
    (error,) = errors_of(write('[sessions.a.primary]\nhost = "a"\nport = = 5\n'))
    assert "line 3" in error


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 5000, b"a = " + b"9" * 5000])
def test_a_file_that_is_not_toml_at_all_is_reported_and_no_crash(tmp_path, content):
    path = tmp_path / "sessions.toml"
    path.write_bytes(content)
    (error,) = errors_of(path)
    assert error.startswith(f"{path}: not ")


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    (error,) = errors_of(tmp_path)
    assert "cannot be read" in error


def test_a_missing_file_says_how_to_make_one_and_the_way_works(tmp_path):
    import subprocess

    path = tmp_path / "a folder" / "sessions.toml"
    with pytest.raises(ConfigError) as caught:
        load_sessions(path)
    assert "no such file" in caught.value.errors[0]
    command = caught.value.hint.removeprefix("make one: ").partition(";")[0]
    subprocess.run(["sh", "-c", command], check=True)
    assert load_sessions(path)["site-a"].nodes[Role.PRIMARY].host == "192.0.2.10"


def test_a_file_without_a_session_is_told(write):
    assert "contains no session" in errors_of(write("[defaults]\nport = 22\n"))[0]


def test_sessions_d_is_read_too_and_a_name_appears_once(write, tmp_path):
    path = write(PAIR)
    write('[sessions.site-b.primary]\nhost = "b"\n', "sessions.d/site-b.toml")
    assert list(load_sessions(path)) == ["site-a", "site-b"]
    write('[sessions.site-a.primary]\nhost = "c"\n', "sessions.d/again.toml")
    (error,) = errors_of(path)
    assert (
        f"{tmp_path}/sessions.d/again.toml: [sessions.site-a] {path} already defines a session with this name"
        in error
    )


def test_sessions_d_alone_is_enough(write, tmp_path):
    write('[sessions.site-b.primary]\nhost = "b"\n', "sessions.d/site-b.toml")
    assert list(load_sessions(tmp_path / "sessions.toml")) == ["site-b"]


def test_a_readable_way_to_a_password_is_a_warning(write):
    path = write(MINIMAL + 'password_command = "pass x"\n')
    assert read_sessions(path).warnings == ()
    path.chmod(0o644)
    (warning,) = read_sessions(path).warnings
    assert "chmod 600" in warning
    assert list(load_sessions(path)) == ["site-a"]


_KEYS = st.sampled_from(["host", "port", "sessions", "primary", "probe", "map", "remotes", "title", "a"])
_VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-5, 70000), st.floats(), st.text(max_size=5), st.sampled_from(["a:1"])
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_whatever_is_in_the_file_gives_sessions_or_errors(tmp_path_factory, document):
    import tomli_w

    folder = tmp_path_factory.mktemp("any")
    path = folder / "sessions.toml"
    path.write_text(tomli_w.dumps({"sessions": {"s": document}}), encoding="utf-8")
    try:
        assert read_sessions(path).sessions or read_sessions(path).errors
    finally:
        shutil.rmtree(folder)


def test_an_unknown_word_in_a_list_names_the_nearest_one(write):
    path = write(
        "[sessions.a.primary]\nhost = '192.0.2.10'\n"
        "[[sessions.a.remotes]]\nname = 'x'\nhost = '198.51.100.20'\nnodes = ['primry']\n"
    )
    (error,) = errors_of(path)
    assert error.endswith("[sessions.a.remotes.1] nodes = ['primry']: 'primry': did you mean primary?")


def test_what_both_nodes_share_is_reported_together_with_the_other_faults(write):
    node = 'host = "192.0.2.10"\naddresses = ["prime"]\n'
    errors = errors_of(
        write(f"[sessions.a.primary]\n{node}usrname = 'x'\n[sessions.a.secondary]\n{node}hm_port = 'x'\n")
    )
    assert any("usrname: unknown key, did you mean username?" in error for error in errors)
    assert any("hm_port = 'x'" in error for error in errors)
    assert any("[sessions.a.secondary] host, port: the same 192.0.2.10:22" in error for error in errors)
    assert any("secondary] addresses: prime is also one of the primary's" in error for error in errors)
    assert len(errors) == 4


@pytest.mark.parametrize("line", ["port = 'x'", "prot = 2222", "hots = '192.0.2.11'"])
def test_a_host_or_port_written_wrongly_is_one_fault_and_not_taken_for_the_other_node_too(write, line):
    errors = errors_of(
        write(f"[defaults]\nhost = '192.0.2.10'\n[sessions.a.primary]\n[sessions.a.secondary]\n{line}\n")
    )
    assert len(errors) == 1
