"""The whole life of the app: its signals, its end in time, and what the terminal keeps."""

import sys

from tofutui.system import background
from tofutui.system.clock import utc_now
from tofutui.system.leaving import Deadline
from tofutui.ui.backend import Opener
from tofutui.ui.options import AppOptions
from tofutui.ui.shell import gc_tuning
from tofutui.ui.shell.app import TofutuiApp
from tofutui.ui.shell.terminal_rules import for_terminal
from tofutui.ui.terminal.driver import leave_on_signals

_FEW_COLORS = {"standard": 16, "256": 256}
INTERNAL = 70
"""The exit code after an error of the program itself (``EX_SOFTWARE``)."""


async def _run(app: TofutuiApp) -> int:
    if count := _FEW_COLORS.get(app.console.color_system or ""):
        app.use_few_colors(count)
    leave_on_signals(app.leave, app.leaving.hurry)
    try:
        await app.run_async(mouse=app.options.mouse)
    finally:
        gc_tuning.resume()
        app.leaving.hurry(INTERNAL)
        await app.leaving.close_nodes()
    if app.errors.last_words:
        sys.stderr.write(app.errors.last_words)
        return INTERNAL
    return app.return_code or 0


def run(options: AppOptions, open_link: Opener | None = None) -> int:
    """Show the app until the user leaves; returns the exit code."""
    began = utc_now()
    app = TofutuiApp(for_terminal(options), open_link=open_link)
    app.leaving.deadline = Deadline()
    code = background.run(_run(app))
    if code == 0 and app.left is not None:
        from tofutui.ui.shell.farewell import say_farewell

        say_farewell(app.left, options.data_dir, began, lambda text: app.glyphs.plain(app.privacy(text)))
    app.leaving.deadline.stop()
    return code
