"""``tofutui sessions list|path|validate|example``."""

import argparse
import os
from collections import Counter
from collections.abc import Iterator

from tofutui.cli.output import complain, say, write
from tofutui.config.errors import nearest
from tofutui.config.paths import bundled, config_dir, sessions_file
from tofutui.config.sessions import SessionsReport, read_sessions
from tofutui.config.themes import load_themes
from tofutui.tofu.site.session import Session


def run(options: argparse.Namespace) -> int:
    """Do what the word after ``sessions`` says."""
    path = sessions_file(options.sessions, os.environ)
    if options.what == "path":
        say(str(path))
        return 0
    if options.what == "example":
        write(bundled("sessions.toml.example").read_text("utf-8"))
        return 0
    report = read_sessions(path)
    if options.mask is not None:
        options.mask.learn(*report.sessions.values())
    for line in (*report.errors, *(f"warning: {text}" for text in _warnings(report))):
        complain(line)
    if options.what == "list":
        for session in report.sessions.values():
            say(_line(session))
    elif not report.errors:
        for file, number in Counter(report.origin.values()).items():
            say(f"{file}: ok, {number} session{'s' if number > 1 else ''}")
    return 2 if report.errors else 0


def _warnings(report: SessionsReport) -> Iterator[str]:
    yield from report.warnings
    themes = load_themes(config_dir() / "themes").themes
    for name, session in report.sessions.items():
        if session.theme is not None and session.theme not in themes:
            place = f"{report.origin[name]}: [sessions.{name}] theme = {session.theme!r}"
            yield f"{place}: no such theme, {nearest(session.theme, list(themes))}"


def _line(session: Session) -> str:
    nodes = " ".join(f"{role}={node.host}" for role, node in session.nodes.items())
    return "  ".join(part for part in (session.name, nodes, session.title) if part)
