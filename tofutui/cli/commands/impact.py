"""``tofutui impact SESSION --of SERVER``: what renewing a certificate will make stale, before the change."""

import argparse
import getpass
import os
import sys

from tofutui import __version__
from tofutui.cli.commands.check import order_of
from tofutui.cli.output import check_writable, complain, write, write_file
from tofutui.cli.session_args import load, pick
from tofutui.config.paths import data_dir


def run(options: argparse.Namespace) -> int:
    """Compare once, print the forecast and keep it; 3 where a listing is not complete."""
    if options.output:
        check_writable(options.output)
    path, sessions = load(options.sessions, read_only=True)
    (session,) = pick([options.session], sessions, path)
    order = order_of([session], options, data=data_dir(options.data, os.environ))
    from tofutui.cli.check_runner import compare_all, until_signal
    from tofutui.cli.progress import CheckProgress
    from tofutui.report.impact_form import render_impact
    from tofutui.tofu.judgement.comparison import Comparison
    from tofutui.tofu.site.role import Role

    def form(comparison: Comparison) -> str:
        is_role = options.of in tuple(Role)
        of = options.of if is_role or order.mask is None else order.mask.host(options.of)
        return render_impact(comparison, of, options.format, __version__)

    progress = CheckProgress(1, sys.stderr, many=False, ascii_=options.ascii, mask=order.mask)
    keep = (options.of, _operator())
    outcome = until_signal(compare_all(order, form, progress, keep_forecast=keep))
    if outcome.signal:
        return 128 + outcome.signal
    (done,) = outcome.done
    for line in (*outcome.remarks, *done.unfinished):
        complain(line)
    report = order.mask.text(done.report) if order.mask is not None else done.report
    if options.output:
        write_file(options.output, report)
    else:
        write(report)
    return 3 if done.unfinished else 0


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
