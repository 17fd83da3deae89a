"""The command line. Nothing is loaded before it is needed; Textual, asyncssh and cryptography come late."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from tofutui.cli.output import close_stdout, complain, complain_of, open_streams
from tofutui.cli.parsers import UsageError, parse
from tofutui.tofu.base.errors import TofutuiError

USAGE = 2
INTERNAL = 70
"""An error of the program itself (``EX_SOFTWARE``), distinct from every result of `check`."""
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; errors are written to stderr, one line each.

    Without ``argv`` this is the program itself: its process is closed to others, and ends with the command,
    whatever thread still hangs.
    """
    if argv is None:
        open_streams()
    code = _main(argv)
    if argv is None:
        from tofutui.system.process_end import end_process

        end_process(code)
    return code


def _main(argv: Sequence[str] | None) -> int:
    try:
        name, options = parse(sys.argv[1:] if argv is None else argv)
    except UsageError as error:
        complain(str(error))
        return USAGE
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    if argv is None:
        from tofutui.cli.hardening import seal

        seal(os.environ)
    options.mask = None
    if not getattr(options, "redact", False):
        return _guarded(name, options)
    from tofutui.cli.redaction import redacted

    with redacted(options) as options.mask:
        return _guarded(name, options)


def _guarded(name: str, options: argparse.Namespace) -> int:
    try:
        return _run(name, options)
    except Exception as error:  # the seam to the user: whatever comes becomes one line
        return _failed(error, name, options)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(name: str, options: argparse.Namespace) -> int:
    if not options.debug:
        _hush()
    command = import_module(f"tofutui.cli.commands.{name}")
    code: int = command.run(options)
    return code


def _hush() -> None:
    """What libraries say to developers goes to their log, where it is not read without ``--debug``.

    On stderr it would tear the screen, or look like an error of ours: old key exchanges and odd certificates
    are what this program is for.
    """
    import logging

    logging.captureWarnings(True)
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def _failed(error: Exception, name: str, options: argparse.Namespace) -> int:
    if isinstance(error, BrokenPipeError):
        close_stdout()  # whoever read our output has enough
        return 141
    if options.debug:
        from tofutui.report.crash import traceback_text

        sys.stderr.write(traceback_text(error))
    if isinstance(error, TofutuiError):
        complain_of(error)
        return USAGE
    complain(_written_down(error, name, options))
    return INTERNAL


def _written_down(error: Exception, name: str, options: argparse.Namespace) -> str:
    """An error of the program itself as one sentence; where it happened goes to a crash file."""
    from tofutui.config.paths import data_dir
    from tofutui.report.crash import crash_report, pointer, sentence, write_crash
    from tofutui.system.clock import utc_now

    at = utc_now()
    try:
        folder = data_dir(getattr(options, "data", None), os.environ)
    except TofutuiError:  # the error itself is to be seen, not why it could not be written down
        return sentence(error)
    path = write_crash(folder, at, crash_report(error, at, name, ()))
    return sentence(error) + pointer(path)
