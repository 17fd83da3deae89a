"""From connecting to the first prompt of a real OpenSSH server, beside `ssh` with curve25519.

Ours without its imports, which happen while the first screen is looked at; `ssh` with its start, which is
short. Both type nothing, both log in with an Ed25519 key. Needs openssh-server.
Run: python tests/benchmarks/bench_prompt.py
"""

import asyncio
import os
import pty
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from unittest import mock

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bench_login import on_sshd, own_home
from tests.benchmarks.figures import Figure, markdown, ratio, ratios, spread
from tests.support.appliance import Bench
from tofutui.appliance.cli.first_prompt import Opening

PROMPT = b"/admin# "


async def ours(bench: Bench) -> float:
    """Milliseconds to the prompt; what is typed there first (`terminal length 0`) does not count."""
    run, ended = Opening.run, [0.0]

    async def noted(opening: Opening) -> None:
        await run(opening)
        ended[0] = time.perf_counter()

    started = time.perf_counter()
    with mock.patch.object(Opening, "run", noted):
        await bench.node.connect()
    return (ended[0] - started) * 1000


def by_ssh(bench: Bench) -> float:
    """The same by `ssh` on a pseudo-terminal."""
    settings = bench.node.settings
    words = [
        "ssh", "-F", "none", "-tt", "-i", str(settings.key_file), "-o", "KexAlgorithms=curve25519-sha256",
        "-o", f"UserKnownHostsFile={bench.known_hosts}", "-o", "BatchMode=yes", "-p", str(settings.port),
        f"{settings.username}@{settings.host}",
    ]  # fmt: skip
    master, slave = pty.openpty()
    started = time.perf_counter()
    process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    said = b""
    while PROMPT not in said:
        said += os.read(master, 4096)
    took = (time.perf_counter() - started) * 1000
    os.write(master, b"exit\r")
    process.wait(10)
    os.close(master)
    os.close(slave)
    return took


async def measure(number: int) -> tuple[float, float]:
    """One round; the two take turns at being first."""
    with tempfile.TemporaryDirectory(prefix="bench-prompt-") as name:
        async with on_sshd()(Path(name)) as bench:
            if number % 2:
                rival = await asyncio.to_thread(by_ssh, bench)
                return await ours(bench), rival
            return await ours(bench), await asyncio.to_thread(by_ssh, bench)


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 6 of the table."""
    import tofutui.appliance.ssh.connection  # noqa: F401 - its import is not what is measured

    with own_home(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rounds = [asyncio.run(measure(number)) for number in range(3 if quick else 15)]
    mine, rivals = zip(*rounds, strict=True)
    what = f"login to the first prompt, imports excluded: {spread(mine, 'ms')}"
    beside = f"ssh, curve25519: {spread(rivals, 'ms')}"
    return [Figure(6, what, "1.0 x", ratios(mine, rivals), beside, ratio(mine, rivals) <= 1)]


if __name__ == "__main__":
    print(markdown(figures()))
