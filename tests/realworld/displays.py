"""A display that no one looks at, and the keys of X."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


@contextmanager
def display() -> Iterator[str]:
    """The name of a display without a screen, and without a window manager."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def press(keys: Sequence[str], env: Mapping[str, str]) -> None:
    """Press keys by XTEST, by the names that X has for them; the window under the pointer gets them."""
    subprocess.run(["xdotool", "mousemove", "50", "50", "key", "--delay", "60", *keys], env=env, check=True)
