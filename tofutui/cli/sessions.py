"""``tofutui sessions list|path|validate``."""

import argparse
import os

from tofutui.cli.output import complain, say
from tofutui.config.paths import sessions_file
from tofutui.config.sessions import SessionsReport, read_sessions
from tofutui.tofu.session import Session


def run(options: argparse.Namespace) -> int:
    """Do what the word after ``sessions`` says."""
    path = sessions_file(options.sessions, os.environ)
    if options.what == "path":
        say(str(path))
        return 0
    report = read_sessions(path)
    for line in (*report.errors, *(f"warning: {text}" for text in report.warnings)):
        complain(line)
    if options.what == "list":
        for session in report.sessions.values():
            say(_line(session))
    elif not report.errors:
        say(f"{path}: ok, {_number(report)}")
    return 2 if report.errors else 0


def _line(session: Session) -> str:
    nodes = " ".join(f"{role}={node.host}" for role, node in session.nodes.items())
    return "  ".join(part for part in (session.name, nodes, session.title) if part)


def _number(report: SessionsReport) -> str:
    number = len(report.sessions)
    return "1 session" if number == 1 else f"{number} sessions"
