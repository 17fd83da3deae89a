"""``tofutui record SESSION``: the change record of a guide run, from the history alone."""

import argparse
import os

from tofutui import __version__
from tofutui.cli.output import check_writable, write, write_file
from tofutui.config.paths import data_dir
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.runs import Runs
from tofutui.report.record import RecordError, collect, render_record, run_of
from tofutui.system.clock import utc_now


def run(options: argparse.Namespace) -> int:
    """Print the record, or write it to ``--output``."""
    path = data_dir(options.data, os.environ) / FILE
    if not path.exists():
        raise RecordError(f"{path}: there is no history", "see --data")
    if options.output is not None:
        check_writable(options.output)
    database = Database(path)
    try:
        runs = Runs(database)
        run_id = run_of(runs, options.session, options.run)
        record = collect(runs, Journal(database), run_id, utc_now())
    finally:
        database.close()
    text = render_record(record, options.format, __version__, mask=options.mask)
    if options.output is not None:
        write_file(options.output, text)
    else:
        write(text)
    return 0
