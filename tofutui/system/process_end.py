"""The end of the process, whatever threads are left. Every command ends here, so it loads next to nothing."""

import os
import sys

LAST_ACTS = 0.3
"""Seconds that the last acts may take: the terminal may take no more bytes."""


def end_process(code: int) -> int:
    """Give the code back; where threads are left that Python would wait for, or trip over, end here."""
    threading = sys.modules.get("threading")  # not loaded: there are none
    if threading is not None and threading.active_count() > 1:
        _flush()
        os._exit(code)
    return code


def _flush() -> None:
    """Write what is still held back; a terminal that takes nothing is waited for no longer than the rest."""
    import threading

    writer = threading.Thread(target=_flush_all, daemon=True, name="flush")
    writer.start()
    writer.join(LAST_ACTS)


def _flush_all() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # no reader any more; closed
            continue
    if logging := sys.modules.get("logging"):
        logging.shutdown()
