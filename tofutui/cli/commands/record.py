"""``tofutui record SESSION``: the change record of a guide run, or of all since a time, from the history."""

import argparse
import os

from tofutui import __version__
from tofutui.cli.argument_types import since_time
from tofutui.cli.output import check_writable, write, write_file
from tofutui.config.paths import data_dir
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.runs import Runs
from tofutui.report.record import (
    RecordError,
    collect,
    collect_since,
    render_record,
    render_since,
    run_of,
)
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
        text = _rendered(database, options)
    finally:
        database.close()
    if options.output is not None:
        write_file(options.output, text)
    else:
        write(text)
    return 0


def _rendered(database: Database, options: argparse.Namespace) -> str:
    now, form = utc_now(), options.format
    if options.since is not None:
        changes = collect_since(database, options.session, since_time(options.since, now), now)
        return render_since(changes, form, __version__, mask=options.mask)
    runs = Runs(database)
    record = collect(runs, Journal(database), run_of(runs, options.session, options.run), now)
    return render_record(record, form, __version__, mask=options.mask)
