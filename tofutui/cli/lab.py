"""``tofutui lab``: the simulated pair alone."""

import argparse
import asyncio

from tofutui.lab.main import serve
from tofutui.lab.scenario import ScenarioError
from tofutui.tofu.errors import TofutuiError


class NoLab(TofutuiError):
    """The scenario cannot be played."""


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; with ``--until-eof`` until the end of stdin."""
    try:
        return asyncio.run(serve(options.scenario, until_eof=options.until_eof))
    except ScenarioError as error:
        raise NoLab(str(error)) from error
