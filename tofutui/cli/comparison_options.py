"""The options of every command that compares: what it takes into account, and how it is reported."""

import argparse

from tofutui.cli import argument_types


def add_comparison(parser: argparse.ArgumentParser) -> None:
    """The options of ``check`` and ``offline``."""
    _add_form(parser)
    _add_evidence(parser)
    parser.add_argument("--no-probe", action="store_true", help="list the tables only; probe no endpoint")
    parser.add_argument(
        "--strict", action="store_true", help="exit with 3 if a node prints something that is not recognized"
    )
    parser.add_argument(
        "--output", type=argument_types.as_written, metavar="FILE", help="write the report to this file"
    )


def _add_form(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "lines", "json", "markdown"),
        default="text",
        help="a table, one line per row for scripts, JSON, or Markdown (default: text)",
    )
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour in the table (default: on a terminal, unless NO_COLOR is set)",
    )


def _add_evidence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log",
        dest="logs",
        action="append",
        default=[],
        type=argument_types.log_file,
        metavar="[primary=|secondary=]FILE",
        help="a log that may hold TOFU failures, and whose it is: a file, a glob or a folder, also packed "
        "(.gz, .bz2, .xz, .zip, .tar; repeatable)",
    )
    parser.add_argument(
        "--known",
        action="append",
        default=[],
        type=argument_types.known_file,
        metavar="[primary=|secondary=]FILE",
        help="certificates exported from a node's store, in PEM, DER or as keytool lists them; "
        "a file, folder or glob (repeatable)",
    )
    parser.add_argument(
        "--reissued",
        action="append",
        default=[],
        type=argument_types.reissued,
        metavar="HOST[:PORT]",
        help="this host's certificate was re-issued; it counts in this comparison only (repeatable)",
    )
