"""``tofutui completion``: the script that teaches a shell to ask `tofutui.cli.commands.completion_words`."""

import argparse
from importlib.resources import files

from tofutui.cli.output import write


def run(options: argparse.Namespace) -> int:
    """Print the script of a shell."""
    write(files("tofutui.cli").joinpath("shells", f"tofutui.{options.shell}").read_text("utf-8"))
    return 0
