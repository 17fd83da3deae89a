"""The options of every command. Nothing heavy is imported here."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

from tofutui import __version__
from tofutui.cli import argument_types
from tofutui.cli.argument_types import as_written
from tofutui.cli.comparison_options import add_comparison
from tofutui.cli.examples import EXIT_CODES, epilog
from tofutui.cli.scenarios import FIRST
from tofutui.config.errors import closest, nearest
from tofutui.tofu.site.role import Role

COMMANDS = {
    "check": "one comparison without the screen",
    "offline": "the same comparison from saved transcripts",
    "capture": "what a pair prints and presents, as a file to share",
    "impact": "what renewing a server's certificate will make stale, before the change",
    "history": "the history of each row of a session",
    "record": "the change record of a guide run",
    "lab": "only the simulated pair",
    "sessions": "list, locate or validate the sessions, or print an example",
    "themes": "the themes that --theme accepts",
    "keys": "every key of the app",
    "doctor": "versions, paths, settings and connection steps, to paste into a ticket",
    "completion": "completion for bash, zsh or fish",
}
"""The commands on offer, each with its line in the help."""
COMPLETE = "_complete"
"""The hidden command that the shells' completion asks; what follows are the words typed so far."""

SESSIONS_AT_ONCE = 4
"""How many sessions `check` compares side by side by default."""


class UsageError(Exception):
    """The command line cannot be understood."""


class _Form(argparse.RawDescriptionHelpFormatter):
    """As wide as the terminal. argparse itself asks `shutil`, which takes as long to load as all the rest."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        try:
            return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 80
        except (OSError, ValueError):
            return 80


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line; ``ending`` makes the end of its help, when that is shown."""

    def __init__(self, prog: str, description: str, ending: Callable[[], str]) -> None:
        super().__init__(prog, description=description, formatter_class=_Form, allow_abbrev=False)
        self._ending = ending

    def format_help(self) -> str:
        self.epilog = self._ending()
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self._with_nearest(message)} (see {self.prog} --help)")

    def _with_nearest(self, message: str) -> str:
        """The message with the option or the choice that was probably meant."""
        unknown = re.fullmatch(r"unrecognized arguments: (--[\w-]+).*", message)
        if unknown:
            options = [option for option in self._option_string_actions if option.startswith("--")]
            close = closest(unknown[1], options)
            return f"{message}, did you mean {close}?" if close else message
        wrong = re.fullmatch(r"(.*invalid choice: '([^']*)') \(choose from (.*)\)", message)
        if wrong:
            choices = re.findall(r"[\w-]+", wrong[3])
            return f"{wrong[1]}, {nearest(wrong[2], choices)}"
        return message


def parse(argv: Sequence[str]) -> tuple[str, argparse.Namespace]:
    """The command (``app`` if none is named) and its options, which may be before or after it.

    Raises:
        UsageError: the command line cannot be understood.
        SystemExit: ``--help`` and ``--version`` have been answered.
    """
    rest = list(argv)
    if rest[:1] == [COMPLETE]:
        return "completion_words", argparse.Namespace(words=rest[1:], debug=False)
    at = command_at(rest)
    name = rest.pop(at) if at is not None else "app"
    parser = _PARSERS[name]()
    try:
        return name, parser.parse_intermixed_args(rest) if name == "check" else parser.parse_args(rest)
    except UsageError as error:
        raise (_mistyped(argv) if at is None else None) or error from None


def meant_command(word: str) -> str | None:
    """A message for a word in the place of a command that is probably a mistyped one."""
    close = closest(word, tuple(COMMANDS))
    return f"{word} is not a command, did you mean `tofutui {close}`?" if close else None


def _mistyped(argv: Sequence[str]) -> UsageError | None:
    words = [word for word in argv[:1] if not word.startswith("-")]
    message = meant_command(words[0]) if words else None
    return UsageError(message) if message else None


def command_at(argv: Sequence[str]) -> int | None:
    """Where the first word that is neither an option nor an option's value is, if it is a command."""
    skip = False
    for number, word in enumerate(argv):
        if skip:
            skip = False
        elif word in ("--", "--demo") or word.startswith("--demo="):
            return None
        elif word.startswith("-") and word != "-":
            skip = word in _WITH_VALUE
        else:
            return number if word in COMMANDS else None
    return None


_WITH_VALUE = frozenset({"--sessions", "--data", "--theme", "--watch"})
"""The options that may precede a command and take the next word."""


def _common(name: str, description: str, more: str = "", *, scenarios: bool = False) -> _Parser:
    """A command's parser with what all of them take; its help ends with ``more``, the scenarios, examples."""
    prog = "tofutui" if name == "app" else f"tofutui {name}"
    parser = _Parser(prog, description, partial(epilog, name, more, scenarios=scenarios))
    group = parser.add_argument_group("common options")
    group.add_argument(
        "--sessions", type=as_written, metavar="FILE", help="the sessions file (default: $TOFUTUI_SESSIONS)"
    )
    group.add_argument(
        "--data", type=as_written, metavar="DIR", help="journal and history folder (default: $TOFUTUI_DATA)"
    )
    group.add_argument("--read-only", action="store_true", help="never change anything on a node")
    group.add_argument("--redact", action="store_true", help="show stand-ins for addresses and names")
    group.add_argument("--ascii", action="store_true", help="draw and print with ASCII only")
    group.add_argument("--debug", action="store_true", help="show the traceback of an error")
    group.add_argument("--version", action="version", version=f"tofutui {__version__}")
    return parser


def _app() -> _Parser:
    commands = "\n".join(f"  {name:12}{words}" for name, words in COMMANDS.items())
    parser = _common(
        "app",
        "Find and clear stale trust-on-first-use certificates on a Cisco Prime Infrastructure pair.",
        f"commands; `tofutui COMMAND --help` shows their options:\n{commands}",
        scenarios=True,
    )
    parser.add_argument(
        "session", nargs="?", metavar="SESSION", help="the session to open (default: choose from a list)"
    )
    group = parser.add_argument_group("app options")
    group.add_argument(
        "--demo", nargs="?", const=FIRST, metavar="SCENARIO", help="a simulated pair on this machine"
    )
    group.add_argument("--theme", metavar="NAME", help="one of `tofutui themes`")
    group.add_argument(
        "--watch",
        type=argument_types.seconds,
        metavar="SECONDS",
        help="seconds between automatic refreshes; 0 = off",
    )
    group.add_argument(
        "--last-key", action="store_true", help="show the last key and what it did, for an audience"
    )
    group.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    return parser


def _check() -> _Parser:
    parser = _common("check", "One comparison without the screen.", EXIT_CODES)
    parser.add_argument("names", nargs="*", metavar="SESSION", help="the sessions to compare")
    parser.add_argument("--all", action="store_true", help="every session")
    parser.add_argument(
        "--at-once",
        type=argument_types.number,
        default=SESSIONS_AT_ONCE,
        metavar="N",
        help=f"how many sessions are compared at the same time (default: {SESSIONS_AT_ONCE})",
    )
    add_comparison(parser)
    return parser


def _offline() -> _Parser:
    parser = _common(
        "offline",
        "The same comparison as check, from saved terminal output, without a login. No history is kept.",
        EXIT_CODES,
    )
    parser.add_argument(
        "--primary",
        type=argument_types.path,
        required=True,
        metavar="FILE",
        help="the primary's transcript; it may hold both nodes",
    )
    parser.add_argument(
        "--secondary", type=argument_types.path, metavar="FILE", help="the secondary's transcript"
    )
    parser.add_argument(
        "--session", metavar="SESSION", help="addresses, remotes and probe settings of a session"
    )
    for role in Role:
        parser.add_argument(
            f"--{role}-address",
            action="append",
            default=[],
            type=argument_types.host,
            metavar="HOST",
            help=f"a name or address that the tables may hold for the {role} (repeatable)",
        )
    parser.add_argument(
        "--screen", action="store_true", help="open the full-screen app on it instead of printing a report"
    )
    add_comparison(parser)
    return parser


def _capture() -> _Parser:
    parser = _common(
        "capture",
        "Write what a pair prints and its endpoints present to one file, with stand-ins for names, "
        "addresses, serial numbers and keys. It only reads.",
    )
    parser.add_argument("session", nargs="?", metavar="SESSION", help="the session to capture")
    parser.add_argument(
        "--from",
        dest="transcripts",
        action="append",
        default=[],
        type=argument_types.log_file,
        metavar="[primary=|secondary=]FILE",
        help="capture a saved transcript, without a login; the session only gives addresses (repeatable)",
    )
    parser.add_argument(
        "--output",
        type=as_written,
        metavar="FILE",
        help="the file to write (default: a new one in the current folder)",
    )
    parser.add_argument(
        "--strike",
        action="append",
        default=[],
        metavar="WORD",
        help="replace this word too (repeatable); on a terminal you are asked for words",
    )
    parser.add_argument(
        "--real-names", action="store_true", help="no stand-ins: the file names your site (asks first)"
    )
    return parser


def _impact() -> _Parser:
    parser = _common(
        "impact",
        "Which rows will be stale once a server's certificate is renewed, what that breaks, and what to "
        "delete then. The comparison it makes is the baseline; the next one reports how it turned out.",
    )
    parser.add_argument("session", metavar="SESSION", help="the session")
    parser.add_argument(
        "--of",
        required=True,
        metavar="primary|secondary|NAME",
        help="the server: a node, a remote of the session or a host of a row",
    )
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.add_argument("--output", type=as_written, metavar="FILE", help="write the report to this file")
    parser.set_defaults(logs=[], known=[], reissued=[], no_probe=False, strict=False)
    return parser


def _history() -> _Parser:
    parser = _common("history", "The history of each row of a session, as a timeline.")
    parser.add_argument("session", metavar="SESSION", help="the session")
    parser.add_argument("--row", metavar="KEY", help="only this row, by its key or as HOST:PORT")
    parser.add_argument("--role", choices=tuple(map(str, Role)), help="only this node's rows")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.add_argument(
        "--forget",
        action="store_true",
        help="remove it instead (the session's, the node's or the row's, with what operators said about "
        "exactly that row's server); the journal of deletions stays",
    )
    return parser


def _record() -> _Parser:
    parser = _common(
        "record", "The change record of a guide run, or of everything since a time, from the history."
    )
    parser.add_argument("session", metavar="SESSION", help="the session that the run belongs to")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--run", type=int, metavar="ID", help="which run (default: the newest)")
    which.add_argument(
        "--since",
        type=argument_types.moment,
        metavar="TIME",
        help="everything changed since then, with or without the guide: HH:MM, YYYY-MM-DD or both",
    )
    parser.add_argument("--format", choices=("markdown", "json", "html"), default="markdown")
    parser.add_argument("--output", type=as_written, metavar="FILE", help="write the record to this file")
    return parser


def _lab() -> _Parser:
    parser = _common(
        "lab",
        "The simulated pair: real SSH and TLS on this machine, until Ctrl-C.",
        "commands on stdin, one per line: reissue HOST:PORT, restart NODE, contact NODE, register, ise-add",
        scenarios=True,
    )
    parser.add_argument("scenario", nargs="?", default=FIRST, metavar="SCENARIO")
    parser.add_argument(
        "--replay", type=argument_types.path, metavar="FILE", help="play a capture instead of a scenario"
    )
    parser.add_argument("--original-timing", action="store_true", help="with --replay: keep its pauses")
    parser.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    return parser


def _sessions() -> _Parser:
    parser = _common(
        "sessions",
        "The sessions file: list its sessions, say where it is, check it, print an example.",
    )
    parser.add_argument("what", choices=("list", "path", "validate", "example"))
    return parser


def _themes() -> _Parser:
    return _common("themes", "The themes, one per line, and where each comes from.")


def _keys() -> _Parser:
    parser = _common("keys", "Every key of the app, and where it works; keys.toml changes them.")
    parser.add_argument("--format", choices=("text", "markdown", "toml"), default="text")
    return parser


def _doctor() -> _Parser:
    parser = _common(
        "doctor",
        "What this program runs on and how it is set up, without secrets. With a session: also each step "
        "from this machine to a certificate, with its time; it logs in and only reads.",
        "exit codes:\n  0  nothing wrong\n"
        "  2  the configuration is broken, or a step failed (everything is still printed)",
    )
    parser.add_argument("session", nargs="?", metavar="SESSION", help="the session to log in to")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _completion() -> _Parser:
    parser = _common("completion", "Print the completion script for commands, options and names.")
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser of a command; ``app`` is that of no command."""
    return _PARSERS[name]()


_PARSERS = {
    "app": _app,
    "check": _check,
    "offline": _offline,
    "capture": _capture,
    "impact": _impact,
    "history": _history,
    "record": _record,
    "lab": _lab,
    "sessions": _sessions,
    "themes": _themes,
    "keys": _keys,
    "doctor": _doctor,
    "completion": _completion,
}
