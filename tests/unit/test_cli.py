"""The command line: what it takes, what it answers, where it says it."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tofutui import __version__
from tofutui.cli import main
from tofutui.cli.argument_types import LogFile, Reissued
from tofutui.cli.commands import app
from tofutui.cli.commands.check import worst
from tofutui.cli.output import OutputError, check_writable, write_file
from tofutui.cli.parsers import UsageError, parse
from tofutui.cli.scenarios import FIRST, scenarios
from tofutui.tofu.site.session import Role
from tofutui.ui.options import START_DEMO

TWO = (
    '[sessions.site-a]\ntitle = "Site \\u202e A"\n[sessions.site-a.primary]\nhost = "192.0.2.10"\n'
    '[sessions.site-b.primary]\nhost = "192.0.2.20"\n[sessions.site-b.secondary]\nhost = "192.0.2.21"\n'
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the user's own files."""
    for name in ("TOFUTUI_SESSIONS", "TOFUTUI_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(TWO)
    return path


def lines_of(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    captured = capsys.readouterr()
    return captured.out.splitlines(), captured.err.splitlines()


@pytest.mark.parametrize("argv", [["--version"], ["check", "--version"], ["--debug", "lab", "--version"]])
def test_version_is_one_line(capsys, argv):
    assert main(argv) == 0
    assert capsys.readouterr().out == f"tofutui {__version__}\n"


@pytest.mark.parametrize("argv", [[], ["check"], ["lab"], ["sessions"], ["themes"]])
def test_help_is_on_stdout_and_offers_nothing_that_is_not_there(capsys, argv):
    assert main([*argv, "--help"]) == 0
    out, err = lines_of(capsys)
    text = "\n".join(out)
    assert "--sessions FILE" in text
    assert err == []
    assert "--redact" in text
    assert "_complete" not in text


@pytest.mark.parametrize(
    "argv",
    [
        ["--nonsense"],
        ["check", "--format", "xml", "a"],
        ["--watch", "-1"],
        ["--watch", "nan"],
        ["check", "--reissued", "a:0", "x"],
        ["check", "--reissued", "a b", "x"],
        ["check", "--log", "primary=", "x"],
        ["sessions"],
        ["sessions", "frob"],
        ["a", "b"],
        ["--sess", "x"],
        ["lab", "a", "b"],
        ["--theme"],
    ],
)
def test_a_usage_error_is_one_line_on_stderr_and_2(capsys, argv):
    assert main(argv) == 2
    out, err = lines_of(capsys)
    assert out == []
    assert len(err) == 1
    assert err[0].startswith("tofutui: ")
    assert "--help" in err[0]


def test_common_options_are_accepted_before_and_after_the_command():
    for argv in (["--sessions", "f", "--ascii", "check", "a"], ["check", "a", "--sessions", "f", "--ascii"]):
        name, options = parse(argv)
        assert (name, options.sessions, options.ascii, options.names) == ("check", Path("f"), True, ["a"])


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        ([], "app"),
        (["site-a"], "app"),
        (["--sessions", "check", "themes"], "themes"),
        (["--sessions=check", "site-a"], "app"),
        (["--theme", "lab", "--watch", "5"], "app"),
        (["--demo"], "app"),
        (["--demo", "lab"], "app"),
        (["--demo=clean"], "app"),
        (["--", "check"], "app"),
        (["lab", "check"], "lab"),
    ],
)
def test_which_word_is_the_command(argv, command):
    assert parse(argv)[0] == command


def test_app_options():
    _, options = parse(["--demo", "renamed", "--theme", "dark", "--watch", "2.5", "--no-mouse"])
    assert (options.demo, options.theme, options.watch, options.no_mouse) == ("renamed", "dark", 2.5, True)
    assert parse(["--demo"])[1].demo == "seed"


def test_logs_and_reissued_hosts_are_repeatable_and_read_exactly():
    argv = [
        "check",
        "a",
        "--log",
        "primary=x",
        "--log",
        "y=z",
        "--log",
        "secondary=/a=b",
        "--reissued",
        "h",
        "--reissued",
        "192.0.2.1:443",
        "--reissued",
        "[2001:db8::1]:8082",
        "--reissued",
        "2001:db8::1",
    ]
    _, options = parse(argv)
    assert options.logs == [
        LogFile(Role.PRIMARY, Path("x")),
        LogFile(None, Path("y=z")),
        LogFile(Role.SECONDARY, Path("/a=b")),
    ]
    assert options.reissued == [
        Reissued("h", None),
        Reissued("192.0.2.1", 443),
        Reissued("2001:db8::1", 8082),
        Reissued("2001:db8::1", None),
    ]


def test_an_abbreviation_is_not_an_option():
    with pytest.raises(UsageError):
        parse(["check", "a", "--form", "json"])


def test_the_sessions_file_is_the_option_else_the_variable_else_the_config_folder(capsys, monkeypatch, home):
    assert main(["sessions", "path"]) == 0
    assert lines_of(capsys)[0] == [str(home / "config/tofutui/sessions.toml")]
    monkeypatch.setenv("TOFUTUI_SESSIONS", "~/own.toml")
    main(["sessions", "path"])
    assert lines_of(capsys)[0] == [str(home / "home/own.toml")]
    main(["sessions", "path", "--sessions", "/x/y.toml"])
    assert lines_of(capsys)[0] == ["/x/y.toml"]


def test_sessions_list_is_one_line_each_and_safe(capsys, two):
    assert main(["sessions", "list", "--sessions", str(two)]) == 0
    out, err = lines_of(capsys)
    assert out == [
        "site-a  primary=192.0.2.10  Site \\u202e A",
        "site-b  primary=192.0.2.20 secondary=192.0.2.21",
    ]
    assert err == []


def test_sessions_validate_says_ok(capsys, two):
    assert main(["sessions", "validate", "--sessions", str(two)]) == 0
    assert lines_of(capsys) == ([f"{two}: ok, 2 sessions"], [])


def test_sessions_validate_names_each_file_that_holds_a_session(capsys, tmp_path):
    file = tmp_path / "sessions.d" / "b.toml"
    file.parent.mkdir()
    file.write_text('[sessions.b.primary]\nhost = "192.0.2.10"\n')
    assert main(["sessions", "validate", "--sessions", str(tmp_path / "sessions.toml")]) == 0
    assert lines_of(capsys) == ([f"{file}: ok, 1 session"], [])


def test_sessions_validate_of_the_example_says_ok(capsys):
    example = Path(__file__).parents[2] / "sessions.toml.example"
    assert main(["sessions", "validate", "--sessions", str(example)]) == 0
    assert "ok, 1 session" in lines_of(capsys)[0][0]


def test_a_theme_that_is_not_there_is_a_warning(capsys, two):
    two.write_text(TWO.replace("[sessions.site-a]\n", '[sessions.site-a]\ntheme = "drak"\n'))
    assert main(["sessions", "validate", "--sessions", str(two)]) == 0
    assert "theme = 'drak': no such theme, did you mean dark?" in capsys.readouterr().err


def test_sessions_validate_shows_warnings_and_stays_0(capsys, two):
    two.write_text(TWO + 'password_command = "pass x"\n')
    two.chmod(0o644)
    assert main(["sessions", "validate", "--sessions", str(two)]) == 0
    out, (warning,) = lines_of(capsys)
    assert "warning: " in warning
    assert "chmod 600" in warning
    assert out == [f"{two}: ok, 2 sessions"]


@pytest.mark.parametrize(
    "command", [["sessions", "validate"], ["sessions", "list"], ["check", "--all"], ["site-a"]]
)
def test_every_fault_of_the_file_is_a_line_on_stderr_and_2(capsys, two, command):
    two.write_text("[sessions.site-a.primary]\nhostt = 'a'\nport = 0\nhost = 5\n")
    assert main([*command, "--sessions", str(two)]) == 2
    out, err = lines_of(capsys)
    assert out == []
    assert len(err) == 3
    assert all(line.startswith(f"tofutui: {two}: [sessions.site-a.primary] ") for line in err)


@pytest.mark.parametrize("command", [["check", "a"], ["a"], [], ["sessions", "validate"]])
def test_without_a_file_the_way_to_make_one_is_shown(capsys, home, command):
    assert main(command) == 2
    out, err = lines_of(capsys)
    assert out == []
    assert "no such file" in err[0]
    assert "make one: mkdir -p" in err[1]


@pytest.mark.parametrize("command", [["check", "sitea", "site-b", "zzz"], ["sitea"]])
def test_an_unknown_session_is_named_with_the_nearest(capsys, two, command):
    assert main([*command, "--sessions", str(two)]) == 2
    out, err = lines_of(capsys)
    assert out == []
    assert err[0] == f"tofutui: no session sitea in {two}, did you mean site-a?"
    assert err[1:] == (
        [f"tofutui: no session zzz in {two}, available: site-a, site-b"] if len(command) > 1 else []
    )


def test_a_mistyped_command_is_recognised(capsys, two):
    assert main(["chek", "--sessions", str(two)]) == 2
    assert "did you mean check?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (["chekc"], "`tofutui check`"),
        (["ofline", "--primary", "x"], "`tofutui offline`"),
        (["chek", "site-a"], "`tofutui check`"),
        (["check", "--formt", "json"], "--format"),
        (["check", "--al"], "--all"),
        (["--thme", "dark"], "--theme"),
        (["sessions", "lst"], "list"),
        (["check", "--format", "jsn"], "json"),
    ],
)
def test_what_was_probably_meant_is_said_without_a_sessions_file_too(capsys, argv, meant):
    assert main(argv) == 2
    out, err = lines_of(capsys)
    assert out == []
    assert f"did you mean {meant}?" in err[0]


def test_help_lists_the_scenarios_with_their_titles(capsys):
    for argv in (["--help"], ["lab", "--help"]):
        assert main(argv) == 0
        text = capsys.readouterr().out
        assert scenarios()
        assert all(re.search(rf"^  {name} +{title}$", text, re.M) for name, title in scenarios().items())


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["check"], "--all"),
        (["check", "--all", "site-a"], "not both"),
        (["check", "site-a", "--log", "/nonexistent/x"], "/nonexistent/x"),
        (["check", "--all", "--log", "primary=/dev/null"], "exactly one session"),
        (["check", "site-a", "--output", "/nonexistent/x/y"], "no such folder"),
        (["check", "site-a", "--output", "/tmp"], "is a folder"),
        (["--theme", "drak", "site-a"], "did you mean dark?"),
        (["--demo", "--theme", "drak"], "did you mean dark?"),
        (["--demo"], "omit --sessions"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_connection(capsys, two, argv, word):
    assert main([*argv, "--sessions", str(two)]) == 2
    out, err = lines_of(capsys)
    assert out == []
    assert len(err) == 1
    assert word in err[0]


@pytest.mark.parametrize("argv", [["--demo"], ["site-a"]])
def test_the_app_without_a_terminal_points_to_check(two, argv):
    command = [sys.executable, "-m", "tofutui", *argv]
    env = {**os.environ, "TOFUTUI_SESSIONS": str(two)}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "tofutui: the app needs a terminal (`tofutui check SESSION` needs none)\n"


def test_themes_are_one_a_line_with_their_origin(capsys, home):
    folder = home / "config/tofutui/themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('name = "mine"\n[colors]\nprimary = "#abc"\n')
    (folder / "bad.toml").write_text("name =")
    assert main(["themes"]) == 0
    out, err = lines_of(capsys)
    bundled = ["dark", "deuteranopia", "high-contrast", "light", "mono", "tritanopia", "video-call"]
    mine = ["mine", str(folder / "mine.toml")]
    assert [line.split() for line in out] == [*([name, "bundled"] for name in bundled), mine]
    assert len(err) == 1
    assert f"{folder}/bad.toml:1: " in err[0]


def test_themes_says_what_is_hard_to_read_in_ones_own(capsys, home):
    folder = home / "config/tofutui/themes"
    folder.mkdir(parents=True)
    (folder / "pale.toml").write_text(
        'name = "pale"\n[colors]\nprimary = "#abc"\n[tokens]\ndanger = "#333"\n'
    )
    assert main(["themes"]) == 0
    _, err = lines_of(capsys)
    assert len(err) == 1
    assert f"{folder}/pale.toml: danger #333333: contrast 1." in err[0]


def test_debug_adds_the_traceback(capsys):
    assert main(["check", "a"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert main(["--debug", "check", "a"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_error_of_the_program_is_one_line_and_no_code_of_check(capsys, monkeypatch, two, tmp_path):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a\x1b[2J")

    monkeypatch.setattr("tofutui.cli.commands.sessions.read_sessions", broken)
    assert main(["--data", str(tmp_path / "data"), "sessions", "list"]) == 70
    _, (err,) = lines_of(capsys)
    (file,) = (tmp_path / "data").iterdir()
    assert err == (
        f"tofutui: internal error, ZeroDivisionError: a\\x1b[2J; where it happened is written in {file}"
    )
    assert "in broken" in file.read_text()
    assert main(["--debug", "--data", str(tmp_path / "data"), "sessions", "list"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("codes", "code"), [([0], 0), ([0, 4], 4), ([4, 1, 0], 1), ([1, 3, 4], 3), ([0, 0], 0), ([3], 3)]
)
def test_the_worst_of_several_sessions_is_the_exit_code(codes, code):
    assert worst(codes) == code


def test_a_reader_that_leaves_early_is_not_an_error(two):
    two.write_text("".join(f'[sessions.s{n}.primary]\nhost="h{n}"\n' for n in range(5000)))
    command = f"{sys.executable} -m tofutui sessions list --sessions {two} | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.stdout == "s0  primary=h0\n"
    assert done.stderr == ""
    assert done.returncode in (0, 141)


def test_what_the_locale_cannot_print_is_escaped(two):
    two.write_text('[sessions.a]\ntitle = "証"\n[sessions.a.primary]\nhost = "h"\n')
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "tofutui", "sessions", "list", "--sessions", str(two)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0
    assert "\\u8a3c" in done.stdout


def test_output_is_written_whole_and_keeps_the_mode_of_a_file(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, "new ü")
    assert path.read_text("utf-8") == "new ü"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith((".", "report"))] == [
        "report.json"
    ]


def test_output_through_a_link_writes_the_file_behind_it(tmp_path):
    (tmp_path / "real").write_text("old")
    link = tmp_path / "link"
    link.symlink_to("real")
    write_file(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_output_to_a_pipe_is_written_to_and_not_replaced(tmp_path):
    check_writable(Path("/dev/null"))
    write_file(Path("/dev/null"), "gone")
    assert Path("/dev/null").is_char_device()


def test_output_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_file(tmp_path / "missing" / "x", "text")


def test_check_of_a_dead_node_is_3_with_the_reason_on_stderr_and_a_report(tmp_path, unused_port):
    path = tmp_path / "s.toml"
    path.write_text(f'[sessions.s.primary]\nhost = "127.0.0.1"\nport = {unused_port}\n')
    command = [sys.executable, "-m", "tofutui", "check", "s", "--format", "json", "--sessions", str(path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    node = json.loads(done.stdout)["nodes"]["primary"]
    assert node["complete"] is False
    assert node["error"]
    (line,) = done.stderr.splitlines()
    assert line.startswith("tofutui: s, primary 127.0.0.1: ")


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as taken:  # bound and not listening: no other process gets it, nothing answers
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize(
    "command",
    [["sessions", "path"], ["sessions", "validate"], ["themes"], ["keys"], ["completion", "zsh"], ["doctor"]],
)
def test_redact_is_common_to_all_commands(command, two, capsys):
    assert main([*command, "--redact", "--sessions", str(two)]) == 0
    assert main(["--redact", *command, "--sessions", str(two)]) == 0
    assert capsys.readouterr().err == ""


def test_a_redacted_list_of_sessions_names_none(two, capsys):
    assert main(["sessions", "list", "--sessions", str(two)]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names
    assert main(["sessions", "list", "--redact", "--sessions", str(two)]) == 0
    out = capsys.readouterr().out
    shown = [line.split()[0] for line in out.splitlines()]
    assert shown == [f"session-{n}" for n in range(1, len(names) + 1)]
    assert "address-1" in out


def test_one_demo_follows_the_other_as_long_as_the_app_asks(monkeypatch):
    shown, answers = [], iter([START_DEMO, START_DEMO, 3])

    def show(options, _keys, scenario, wanted):
        shown.append((scenario, options.session, options.data))
        code = next(answers)
        wanted += ["renamed"] if len(shown) == 1 else []
        return code

    monkeypatch.setattr(app, "_show_demo", show)
    _, options = parse(["--data", "/tmp/x", "site-a"])
    assert app._show_wanted(START_DEMO, options, None, ["clean"]) == 3
    assert shown == [("clean", None, None), ("renamed", None, None), (FIRST, None, None)]
