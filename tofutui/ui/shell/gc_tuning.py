"""Python's garbage collector: out of the way of the first paint, and of the keys afterwards.

What is loaded and built until the first paint stays for the whole run: looking through it for garbage again
and again takes a tenth of the way there and finds nothing. Looking through tables of thousands of rows stops
the screen for a tenth of a second, so that it is done less often; young garbage is found without it, in
portions that take a few milliseconds each.
"""

import gc

YOUNG, MIDDLE, OLD = 5_000, 2, 100
"""For `gc.set_threshold`: what survived is looked through 10,000 new objects at a time, about 5 ms.

What is old follows after a million new objects, not after 70,000.
"""


def hold() -> None:
    """Collect nothing until `resume`."""
    gc.disable()


def resume() -> None:
    """Collect again, but ignore for good what is there now; nothing happens without `hold` before."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(YOUNG, MIDDLE, OLD)
        gc.enable()
