"""``--redact``: everything that a command prints passes through one mask, errors and tracebacks too."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

from tofutui.privacy.mask import Mask


class _Masked:
    """A stream that shows stand-ins; in everything else it is the stream behind it."""

    def __init__(self, stream: TextIO, mask: Mask) -> None:
        self._stream = stream
        self._mask = mask

    def write(self, text: str) -> int:
        """Write the text with stand-ins."""
        self._stream.write(self._mask.text(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def redacted(options: argparse.Namespace) -> Iterator[Mask]:
    """Mask stdout and stderr while the block runs; what was named on the command line is known at once.

    What is printed of values is masked before it is laid out; this is the net below that, and the only mask
    of messages and tracebacks.
    """
    mask = Mask()
    names = [getattr(options, "session", None), *(getattr(options, "names", None) or ())]
    for name in names:
        if name:
            mask.session(name)
    out, err = (cast("TextIO", _Masked(stream, mask)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield mask
