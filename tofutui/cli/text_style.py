"""How a report for people is drawn: colour, characters and width of where it goes."""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

from tofutui.report.text_form import TextStyle
from tofutui.tofu.judgement.verdict import Verdict


def style_of(options: argparse.Namespace, out: TextIO, environment: Mapping[str, str]) -> TextStyle:
    """The style for this output; a file of ``--output`` is drawn as a pipe is, unless colour is asked for."""
    on_terminal = options.output is None and out.isatty()
    color = {"always": True, "never": False}.get(options.color, on_terminal and _may_color(environment))
    width = shutil.get_terminal_size().columns if on_terminal else None
    carries = options.output is not None or _carries_glyphs(out.encoding)
    return TextStyle(ascii_=options.ascii or not carries, color=color, width=width)


def style_here(options: argparse.Namespace) -> TextStyle:
    """The style for standard output."""
    return style_of(options, sys.stdout, os.environ)


def _may_color(environment: Mapping[str, str]) -> bool:
    """Not with NO_COLOR set to something (no-color.org), nor on a terminal that knows no colour."""
    return not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"


def _carries_glyphs(encoding: str) -> bool:
    glyphs = "≠" + "".join(verdict.look.glyph for verdict in Verdict)
    try:
        glyphs.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
