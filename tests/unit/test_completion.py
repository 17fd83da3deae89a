"""Completion: what is offered where, and that real shells offer it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.terminal import terminal
from tofutui.cli.commands import completion_words
from tofutui.cli.commands.completion_words import joined, offer_for
from tofutui.cli.parsers import COMMANDS, parser_of

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
SESSIONS = '[sessions.{}.primary]\nhost = "192.0.2.10"\n[sessions.{}.primary]\nhost = "192.0.2.12"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config folder with the sessions site-a and site-b, and a theme of the user's own."""
    folder = tmp_path / "tofutui"
    (folder / "themes").mkdir(parents=True)
    folder.joinpath("sessions.toml").write_text(SESSIONS.format("site-a", "site-b"))
    folder.joinpath("themes", "mine.toml").write_text('name = "mine"\n[colors]\nprimary = "#ffffff"\n')
    for variable in ("XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("TOFUTUI_SESSIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(*words: str) -> set[str]:
    return {word for word, _ in offer_for(words).words}


def test_first_come_commands_and_sessions(home):
    assert offered("") == {*COMMANDS, "site-a", "site-b"}
    assert offered("si") == {"site-a", "site-b"}
    assert offered("--read-only", "ch") == {"check"}
    assert offered("site-a", "") == set()


def test_names_come_from_the_files(home):
    other = home / "other.toml"
    other.write_text(SESSIONS.format("lab-x", "lab-y"))
    assert offered("check", "") == {"site-a", "site-b"}
    assert offered("check", "site-a", "site-b", "") == {"site-a", "site-b"}
    assert offered("history", "site-") == {"site-a", "site-b"}
    assert offered("--sessions", str(other), "lab") == {"lab", "lab-x", "lab-y"}
    assert offered(f"--sessions={other}", "check", "") == {"lab-x", "lab-y"}
    assert "mine" in offered("--theme", "")
    assert offered("--theme=mi") == {"--theme=mine"}
    assert offered("--demo", "ren") == {"renamed"}
    assert offered("offline", "--session", "") == {"site-a", "site-b"}


def test_values_are_those_of_the_parsers(home):
    assert offered("check", "--format", "") == {"text", "lines", "json", "markdown"}
    assert offered("check", "--format=j") == {"--format=json"}
    assert offered("sessions", "") == {"list", "path", "validate", "example"}
    assert offered("completion", "") == {"bash", "zsh", "fish"}
    assert offered("check", "--watch") == set()


@pytest.mark.parametrize("name", ["app", *COMMANDS])
def test_every_option_that_help_shows_is_offered(home, name):
    words = [] if name == "app" else [name]
    text = parser_of(name).format_help()
    options = offered(*words, "--")
    assert options
    assert {option for option in options if option not in text} == set()
    assert "--until-eof" not in options


@pytest.mark.parametrize(
    ("words", "shell"),
    [
        (["check", "--output", ""], ":files"), (["--sessions", "x"], ":files"), (["--data", ""], ":dirs"),
        (["check", "--log=primary=h"], ":files"), (["check", "site-a", "--known", ""], ":files"),
        (["check", ""], ":"), (["--watch", ""], ":"),
    ],
)  # fmt: skip
def test_files_are_left_to_the_shell(home, words, shell):
    assert offer_for(words).shell == shell


def test_broken_or_missing_sessions_offer_none_and_say_nothing(home, capsys):
    home.joinpath("tofutui", "sessions.toml").write_text("[[[")
    assert offered("check", "") == set()
    home.joinpath("tofutui", "sessions.toml").unlink()
    assert offered("") == set(COMMANDS)
    assert capsys.readouterr() == ("", "")


def test_bash_takes_words_apart_at_equals_signs(home, capsys):
    assert joined(["check", "--theme", "=", "da"]) == ["check", "--theme=da"]
    assert joined(["check", "--log", "primary", "="]) == ["check", "--log", "primary="]
    options = type("Options", (), {"words": ["bash", "check", "--format", "=", "j"]})
    assert completion_words.run(options) == 0
    assert capsys.readouterr().out == ":\njson\t\n"


def completed(command: list[str], home: Path, **more: str) -> str:
    """What a shell prints that asks for completions."""
    env = {"PATH": f"{SCRIPTS}:{os.environ['PATH']}", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    env |= {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "xterm"} | more
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=env, cwd=home, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def in_bash(home: Path, *words: str) -> list[str]:
    listed = " ".join(f"'{word}'" for word in words)
    program = (
        'eval "$(tofutui completion bash)"\n'
        f"COMP_WORDS=(tofutui {listed}); COMP_CWORD={len(words)}\n"
        'compopt() { :; }\n_tofutui; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return completed(["bash", "--norc", "-c", program], home).split()


def test_bash_completes_names_options_and_files(home):
    home.joinpath("report one.json").write_text("")
    assert sorted(in_bash(home, "check", "si")) == ["site-a", "site-b"]
    assert in_bash(home, "--theme", "=", "mi") == ["mine"]
    assert in_bash(home, "offline", "--secondary-") == ["--secondary-address"]
    assert in_bash(home, "check", "--output", "rep") == ["report", "one.json"]
    assert in_bash(home, "check", "--log", "primary", "=", "rep") == ["report", "one.json"]
    assert in_bash(home, "--data", "tof") == ["tofutui"]


SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ""),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; "),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key_completes_in_a_real_shell(home, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command, first = SHELLS[shell]
    env = {"PATH": f"{SCRIPTS}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(home)}
    with terminal(command, home, **env) as running:
        running.press(f'{first}eval "$(tofutui completion {shell})"; echo RE""ADY', "enter")
        running.wait_for("READY")
        running.press("echo tofutui; tofutui history --row x si", "tab")
        running.wait_for("--row x site-")
        running.press("b --form", "tab", "j", "tab", "# ")
        running.wait_for("site-b --format json #")


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_session_names(home):
    program = 'tofutui completion fish | source; complete -C "tofutui check si"'
    assert completed(["fish", "--no-config", "-c", program], home).split() == ["site-a", "site-b"]


@pytest.mark.parametrize("words", [["check", ""], ["--theme", ""], [""]])
def test_completing_loads_nothing_heavy(home, words):
    program = (
        f"import sys\nfrom tofutui.cli import main\nassert main({['_complete', 'bash', *words]!r}) == 0\n"
        "print('HEAVY', {'textual', 'rich', 'asyncssh', 'asyncio', 'cryptography'} & set(sys.modules))"
    )
    assert "HEAVY set()" in completed([sys.executable, "-c", program], home)
