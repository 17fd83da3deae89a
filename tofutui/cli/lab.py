"""``tofutui lab``: the simulated pair alone."""

import argparse
import asyncio

from tofutui.lab.main import serve


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; with ``--until-eof`` until the end of stdin."""
    return asyncio.run(serve(options.scenario, until_eof=options.until_eof))
