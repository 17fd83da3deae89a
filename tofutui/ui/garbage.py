"""Python's garbage collector during the start.

What is loaded and built until the first paint stays for the whole run: looking through it for garbage again
and again takes a tenth of the way there and finds nothing.
"""

import gc


def hold() -> None:
    """Collect nothing until `resume`."""
    gc.disable()


def resume() -> None:
    """Collect again, but leave out for good what is there now; nothing happens without `hold` before."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
