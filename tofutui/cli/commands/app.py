"""``tofutui [SESSION]`` and ``tofutui --demo``: start the full-screen app."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from tofutui.cli.output import complain
from tofutui.cli.parsers import meant_command
from tofutui.cli.scenarios import FIRST, scenarios
from tofutui.cli.session_args import load, pick
from tofutui.config.errors import ConfigError, NoSessionsFile, nearest
from tofutui.config.paths import config_dir, data_dir
from tofutui.config.themes import load_themes
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.site.session import Session
from tofutui.ui.actions.keymap import KeyBook, load_keybook
from tofutui.ui.options import START_DEMO, AppOptions
from tofutui.ui.shell import gc_tuning


class NoTerminal(TofutuiError):
    """The app has nothing to draw on."""


def run(options: argparse.Namespace) -> int:
    """Check what was asked for, then hand over to the app; the exit code is the app's."""
    gc_tuning.hold()
    _check_theme(options.theme)
    keys = load_keybook()
    if options.demo is not None:
        return _demo(options, keys)
    warnings: list[str] = []
    path, sessions = _sessions(options, warnings)
    chosen = _app_options(options, path, sessions, data_dir(options.data, os.environ))
    check_terminal()
    wanted: list[str] = []
    code = _show(_with_demos(replace(chosen, keys=keys, warnings=tuple(warnings)), wanted))
    return _show_wanted(code, options, keys, wanted)


def _sessions(options: argparse.Namespace, warnings: list[str]) -> tuple[Path, dict[str, Session]]:
    """The sessions file and its sessions: none at a first start, which the app itself helps with.

    Raises:
        ConfigError: the file is wrong; or it is missing, and a session is named or there is no terminal.
    """
    try:
        return load(options.sessions, read_only=options.read_only, tell=warnings.append)
    except NoSessionsFile as error:
        mistyped = meant_command(options.session) if options.session is not None else None
        if mistyped:
            raise ConfigError([mistyped]) from error
        if options.session is not None or not has_terminal():
            raise
        return error.path, {}


def _demo(options: argparse.Namespace, keys: KeyBook) -> int:
    if options.sessions is not None:
        raise ConfigError(["--demo brings its own sessions: omit --sessions"])
    check_terminal()
    wanted: list[str] = []
    code = _show_demo(options, keys, options.demo, wanted)
    return _show_wanted(code, options, keys, wanted)


def _with_demos(chosen: AppOptions, wanted: list[str]) -> AppOptions:
    """The scenarios that the app may ask for; the one that it asks for goes to ``wanted``."""
    return replace(chosen, scenarios=scenarios(), ask_for_demo=wanted.append)


def _show_wanted(code: int, options: argparse.Namespace, keys: KeyBook, wanted: list[str]) -> int:
    """One demo after the other, as long as the app asks for one; the exit code of the last."""
    bare = argparse.Namespace(**{**vars(options), "session": None, "data": None})
    while code == START_DEMO:
        code = _show_demo(bare, keys, wanted.pop() if wanted else FIRST, wanted)
    return code


def _show_demo(options: argparse.Namespace, keys: KeyBook, scenario: str, wanted: list[str]) -> int:
    from tofutui.cli.commands.demo import lab_process

    with lab_process(scenario) as lab:
        complain(f"starting the simulated pair, scenario {scenario} ...")
        import tofutui.ui.shell.start  # noqa: F401 - loads while the lab starts
        from tofutui.appliance.loading import begin_loading

        begin_loading()
        files = lab.files()
        _, sessions = load(files.sessions, read_only=options.read_only)
        marked = {name: files.demo_of(session) for name, session in sessions.items()}
        chosen = _app_options(options, files.sessions, marked, options.data or files.data)
        kept = "the demo's sessions are not kept"
        chosen = replace(chosen, lab_logs=files.logs, lab_command=lab.command)
        return _show(_with_demos(replace(chosen, keys=keys, fixed=kept), wanted))


def _app_options(
    options: argparse.Namespace, path: Path, sessions: dict[str, Session], data: Path
) -> AppOptions:
    initial = pick([options.session], sessions, path)[0].name if options.session else None
    if initial is None and len(sessions) == 1:
        initial = next(iter(sessions))
    return AppOptions(
        sessions=sessions,
        initial=initial,
        sessions_path=path,
        data_dir=data,
        theme=options.theme,
        watch=options.watch,
        mouse=not options.no_mouse,
        last_key=options.last_key,
        ascii=options.ascii,
        read_only=options.read_only,
        redact=options.redact,
        debug=options.debug,
    )


def _check_theme(name: str | None) -> None:
    if name is None:
        return
    themes = load_themes(config_dir() / "themes").themes
    if name not in themes:
        raise ConfigError([f"--theme {name}: no such theme, {nearest(name, list(themes))}"])


def has_terminal() -> bool:
    """Whether there is a terminal to draw on and to type at."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def check_terminal() -> None:
    """Raises `NoTerminal` where the app has nothing to draw on."""
    if not has_terminal():
        raise NoTerminal("the app needs a terminal", "`tofutui check SESSION` needs none")


def _show(chosen: AppOptions) -> int:
    from tofutui.ui.shell.start import run as run_app

    return run_app(chosen)
