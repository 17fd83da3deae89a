"""How long a rotated set of logs takes to read, against `grep -c TOFU` over the same files.

20 plain files and 80 gzipped ones, 100 MB in all when unpacked, with 5,000 TOFU events; nothing in them tells
of another cause, so that every kind of it is looked for to the end. Each run is a process of its own; of ours
the time of an interpreter that imports the same and reads nothing is taken off. The logs are made in a
temporary folder. Run: python tests/benchmarks/bench_logs.py [--rounds N] [--crlf]
"""

import argparse
import gzip
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

FILES, PLAIN, SIZE, EVENTS = 100, 20, 100_000_000, 5_000
TEMPLATES = """\
INFO  [inventory] [seqtaskexecutor-{n}] Collection of 10.20.{b}.{b} finished in {n} ms, {b} interfaces
INFO  [system] [HealthMonitorThread] Heartbeat {n} received from the secondary server, state is SYNCING
DEBUG [poller] [pool-{b}-thread-{b}] Polled sysUpTime of switch-{n}.example.net: {n}{n} ticks, next in 300 s
INFO  [services] [http-bio-443-exec-{b}] GET /webacs/api/v4/data/Devices/{n} took {b} ms for user admin
WARN  [fault] [seqtaskexecutor-{n}] Alarm {n}{b} on ap-{n} cleared: the client count fell below {b}
INFO  [jobs] [scheduler_Worker-{b}] Job JOB_{n} of type ConfigArchive started, {b} devices, run {n}
DEBUG [ncsCache] [seqtaskexecutor-{n}] Cache refreshed: {n} entries, {b} expired, index rebuilt in {b} ms
INFO  [system] [main] Memory used {n} MB of 12288 MB, {b} threads, {n} open files
INFO  [snmp] [TrapReceiver-{b}] Trap linkUp from 10.20.{b}.{b}, interface GigabitEthernet1/0/{b}, ifIndex {n}
DEBUG [db] [pool-{b}-thread-{b}] Query of table CLIENTSESSION returned {n} rows in {b} ms
""".splitlines()
LAST = "Current certificate of the remote host is different from what was used earlier"
USE = "Trust-on-first-use is configure for this connection."
FULL = "CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"


def event(at: str, number: int) -> str:
    """One rejected connection, as docs/appliance.md, Logs prints it, each message on one line."""
    name, cn, thread = (
        (FULL, "CN=prime-sec", "HealthMonitorThread")
        if number % 2
        else ("CN=ISE-server", "CN=ISE-server", f"seqtaskexecutor-{number}")
    )
    return (
        f"{at} ERROR [system] [{thread}] TOFU failed. Check local trust {USE} {LAST} - {name}\n"
        f"javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException: {USE} {LAST} - {cn}\n"
        "\tat sun.security.ssl.Alerts.getSSLException(Alerts.java:192)\n"
    )


def lines(dice: random.Random, size: int, events: int) -> Iterator[str]:
    """A file's worth of log with so many events spread over it."""
    at, written, told = datetime(2026, 11, 23, 2), 0, 0
    while written < size:
        at += timedelta(milliseconds=dice.randrange(1, 40))
        stamp = f"{at:%m/%d/%y %H:%M:%S}.{at.microsecond // 1000:03d}"
        if told < events and written >= size * told / events:
            line, told = event(stamp, told), told + 1
        else:
            what = dice.choice(TEMPLATES).format(n=dice.randrange(10_000), b=dice.randrange(250))
            line = f"{stamp} {what}\n"
        written += len(line)
        yield line


def make(folder: Path, crlf: bool) -> tuple[list[str], list[str]]:
    """The files, plain and packed."""
    dice = random.Random(4)
    names: tuple[list[str], list[str]] = ([], [])
    for number in range(FILES):
        text = "".join(lines(dice, SIZE // FILES, EVENTS // FILES)).replace("\n", "\r\n" if crlf else "\n")
        is_plain = number < PLAIN
        path = folder / f"hm-0-{number}.log{'' if is_plain else '.gz'}"
        path.write_bytes(text.encode() if is_plain else gzip.compress(text.encode(), 6))
        names[not is_plain].append(str(path))
    return names


def timed(words: list[str]) -> tuple[float, str]:
    """Wall seconds of a program, and what it printed."""
    started = time.perf_counter()
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - started, printed.strip()


def read(names: list[str]) -> None:
    """Read the files as a comparison does; prints what was found and the peak memory."""
    from tofutui.workbench.evidence.logs import read_logs

    if names:
        read = read_logs(names, None)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(sum(failure.count for failure in read.digest.failures), "events, peak RSS", peak, "MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--crlf", action="store_true", help="lines end as on Windows")
    parser.add_argument("--read", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read is not None:
        read(given.read)
        return
    with tempfile.TemporaryDirectory(prefix="bench-logs-") as name:
        plain, packed = make(Path(name), given.crlf)
        unpacked = "gzip -dc " + " ".join(packed) + " | grep -c TOFU"
        grep = ["sh", "-c", "grep -c TOFU " + " ".join(plain) + f" > {os.devnull}; {unpacked}"]
        ours = [sys.executable, __file__, "--read"]
        rounds = [
            (timed(grep)[0], timed([*ours, *plain, *packed]), timed(ours)[0]) for _ in range(given.rounds)
        ]
    print(f"{PLAIN} plain files, {FILES - PLAIN} gzipped, {SIZE / 1e6:.0f} MB, {EVENTS} events, ", end="")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; {rounds[0][1][1]}")
    net = [read - start for _, (read, _), start in rounds]
    print(f"grep {statistics.median(g for g, _, _ in rounds):.3f} s, ", end="")
    print(
        f"ours {statistics.median(net):.3f} s without {statistics.median(s for *_, s in rounds):.3f} s start"
    )
    ratios = sorted(n / g for n, (g, _, _) in zip(net, rounds, strict=True))
    print(f"ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
