"""``tofutui [SESSION]`` and ``tofutui --demo``: start the full-screen app."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from tofutui.cli.choosing import load, pick
from tofutui.cli.demo import lab_process
from tofutui.cli.output import complain
from tofutui.config.errors import ConfigError, nearest
from tofutui.config.paths import config_dir, data_dir
from tofutui.config.themes import load_themes
from tofutui.tofu.errors import TofutuiError
from tofutui.tofu.session import Session
from tofutui.ui.keybook import KeyBook, load_keybook
from tofutui.ui.options import AppOptions


class NoTerminal(TofutuiError):
    """The app has nothing to draw on."""


def run(options: argparse.Namespace) -> int:
    """Check what was asked for, then hand over to the app; the exit code is the app's."""
    _check_theme(options.theme)
    keys = load_keybook()
    if options.demo is not None:
        return _demo(options, keys)
    path, sessions = load(options.sessions, read_only=options.read_only)
    chosen = _app_options(options, path, sessions, data_dir(options.data, os.environ))
    check_terminal()
    return _show(replace(chosen, keys=keys))


def _demo(options: argparse.Namespace, keys: KeyBook) -> int:
    if options.sessions is not None:
        raise ConfigError(["--demo brings its own sessions: leave --sessions out"])
    check_terminal()
    with lab_process(options.demo) as lab:
        complain(f"starting the simulated pair, scenario {options.demo} …")
        import tofutui.ui.app  # noqa: F401 - loads while the lab starts

        files = lab.files()
        _, sessions = load(files.sessions, read_only=options.read_only)
        marked = {name: files.demo_of(session) for name, session in sessions.items()}
        chosen = _app_options(options, files.sessions, marked, options.data or files.data)
        return _show(replace(chosen, keys=keys, lab_logs=files.logs, lab_command=lab.command))


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
        debug=options.debug,
    )


def _check_theme(name: str | None) -> None:
    themes = load_themes(config_dir() / "themes").themes
    if name is not None and name not in themes:
        raise ConfigError([f"--theme {name}: no such theme, {nearest(name, list(themes))}"])


def check_terminal() -> None:
    """Raises `NoTerminal` where the app has nothing to draw on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminal("the app needs a terminal", "`tofutui check SESSION` does without")


def _show(chosen: AppOptions) -> int:
    from tofutui.ui.app import run as run_app

    return run_app(chosen)
