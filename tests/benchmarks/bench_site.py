"""`check` of two real OpenSSH servers with 250 rows each, 500 endpoints on nginx (RSA and ECDSA).

Beside the script by hand (both listings through `ssh` at once, then `xargs -P 8 openssl s_client` piped into
`openssl x509`), and beside the floor: the slower node's own listing time, a bare probing loop over the same
endpoints, interpreter and imports. Needs openssh-server, nginx, openssl.
Run: python tests/benchmarks/bench_site.py [ROWS]
"""

import contextlib
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import bench_probes
from tests.benchmarks.figures import (
    PYTHON,
    Figure,
    in_turn,
    markdown,
    ratio,
    ratios,
    seconds,
    spread,
    tofutui,
)
from tests.support import force_cli, sshd

ROLES = ("primary", "secondary")
ROUNDS = 7
IMPORTS = (
    "import asyncssh, tofutui.cli.commands.check, tofutui.cli.check_runner, tofutui.tls.prober, "
    "tofutui.appliance.node"
)


class Site:
    """The two nodes, their endpoints, and the three ways to look at them."""

    def __init__(self, folder: Path, servers: dict[str, sshd.Sshd], ports: list[int], rows: int) -> None:
        self.folder = folder
        self.servers = servers
        self.ports = ports
        self.rows = rows
        self.sessions = folder / "sessions.toml"
        self._write()

    def _write(self) -> None:
        known = self.folder / "known_hosts"
        lines = []
        for role, server in self.servers.items():
            server.write_known_hosts(known)
            lines += [
                f"[sessions.real.{role}]", 'host = "127.0.0.1"', f"port = {server.port}",
                f'username = "{server.user}"', f'key_file = "{server.key_file}"', f'known_hosts = "{known}"',
            ]  # fmt: skip
        lines.append("[sessions.real.probe.map]")
        for number, (host, port) in enumerate(row for role in ROLES for row in table(role, self.rows)):
            lines.append(f'"{host}:{port}" = "127.0.0.1:{self.ports[number % len(self.ports)]}"')
        self.sessions.write_text("\n".join(lines) + "\n")
        (self.folder / "targets").write_text(
            "".join(f"127.0.0.1:{self.ports[n % len(self.ports)]}\n" for n in range(2 * self.rows))
        )

    def check(self) -> float:
        """`tofutui check`, as a program."""
        words = [*tofutui(), "check", "real", "--sessions", str(self.sessions), "--format", "json"]
        took = seconds(
            [*words, "--data", str(self.folder / "data"), "--output", "report.json"],
            cwd=self.folder, HOME=str(self.folder), SSH_AUTH_SOCK="",
        )  # fmt: skip
        summary = json.loads((self.folder / "report.json").read_text())["summary"]
        assert summary["same-name"] == 2 * self.rows, summary
        return took

    def listing(self, role: str) -> list[str]:
        """One listing through `ssh`, by hand."""
        server = self.servers[role]
        options = f"-F none -i {server.key_file} -o UserKnownHostsFile={self.folder}/known_hosts"
        kex = "-o KexAlgorithms=curve25519-sha256 -o BatchMode=yes"
        ssh = f"ssh -T {options} {kex} -p {server.port} {server.user}@127.0.0.1"
        typed = r"ncs certvalidation tofu-certs listcerts\nexit\n"
        return ["sh", "-c", f"printf '{typed}' | {ssh} > {self.folder}/{role}.txt"]

    def listings(self) -> float:
        """Both at once; the slower one's time."""
        started = time.perf_counter()
        running = [subprocess.Popen(self.listing(role), stderr=subprocess.DEVNULL) for role in ROLES]
        for server in running:
            server.wait()
        for role in ROLES:
            assert (self.folder / f"{role}.txt").read_text().count("subject=") == self.rows
        return time.perf_counter() - started

    def by_hand(self) -> float:
        """The whole script."""
        probe = (
            "openssl s_client -connect {} -no-CAfile -no-CApath -no-CAstore </dev/null 2>/dev/null"
            " | openssl x509 -noout -subject -fingerprint -sha256"
        )
        script = f"xargs -P 8 -I{{}} sh -c {shlex.quote(probe)} < {self.folder}/targets > {self.folder}/seen"
        took = self.listings() + seconds(["sh", "-c", script])
        assert (self.folder / "seen").read_text().count("ingerprint") == 2 * self.rows
        return took

    def probing(self) -> float:
        """The bare loop over the same endpoints, without its start."""
        ports = [self.ports[n % len(self.ports)] for n in range(2 * self.rows)]
        whole = bench_probes.timed("bare", 32, ports, self.folder)[0]
        return max(0.0, whole - bench_probes.timed("bare", 32, ports[:1], self.folder)[0])


def table(role: str, rows: int) -> list[tuple[str, int]]:
    """The addresses that a node lists."""
    net = 18 + ROLES.index(role)
    return [(f"198.{net}.{number // 250}.{number % 250 + 1}", 443) for number in range(rows)]


@contextlib.contextmanager
def site(rows: int) -> Iterator[Site]:
    """Everything running."""
    with tempfile.TemporaryDirectory(prefix="bench-site-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        ports = bench_probes.free_ports(min(500, 2 * rows))
        bench_probes.make_certificates(folder)
        stack.enter_context(bench_probes.servers(folder, ports))
        servers = {role: stack.enter_context(_node(folder, role, rows, ports)) for role in ROLES}
        yield Site(folder, servers, ports, rows)


def _node(
    folder: Path, role: str, rows: int, ports: list[int]
) -> contextlib.AbstractContextManager[sshd.Sshd]:
    home = folder / role
    home.mkdir()
    lines = []
    for number, (host, port) in enumerate(table(role, rows)):
        name = bench_probes.kind_of((ROLES.index(role) * rows + number) % len(ports))
        lines.append(f"host={host}_{port};  subject= /O=Bench/CN={name}\n")
    (home / "table.txt").write_text("".join(lines))
    command = [sys.executable, "-S", force_cli.__file__, str(home), "--hostname", f"prime-{role[:3]}"]
    return sshd.start(folder / f"{role}-sshd", command, options=["UsePAM no"] if os.getuid() else [])


def figures(*, quick: bool = False, rows: int = 250) -> list[Figure]:
    """Number 3 of the table, and its part of number 14."""
    rounds = 2 if quick else ROUNDS
    with site(rows) as here:
        here.check()  # the first one writes the history's file
        ways = {
            "check": here.check, "by hand": here.by_hand, "listings": here.listings, "probing": here.probing,
            "imports": partial(seconds, [PYTHON, "-c", IMPORTS]),
        }  # fmt: skip
        taken = in_turn(ways, rounds)
    floor = [sum(parts) for parts in zip(taken["listings"], taken["probing"], taken["imports"], strict=True)]
    what = f"check, 2 x {rows} rows, OpenSSH and nginx: {spread(taken['check'], 's', 2)}"
    parts = ", ".join(
        f"{name} {statistics.median(taken[name]):.2f}" for name in ("listings", "probing", "imports")
    )
    hand = f"the script by hand: {spread(taken['by hand'], 's', 2)}"
    return [
        Figure(3, what, "0.13 x", ratios(taken["check"], taken["by hand"]), hand,
               ratio(taken["check"], taken["by hand"]) <= 0.13),
        Figure(3, what, "1.3 x", ratios(taken["check"], floor), f"floor {spread(floor, 's', 2)}: {parts}",
               ratio(taken["check"], floor) <= 1.3),
    ]  # fmt: skip


def growth(*, quick: bool = False) -> list[Figure]:
    """The same with ten times the rows, on the same 500 endpoints."""
    took = []
    for rows in (250, 2500):
        with site(rows) as here:
            here.check()
            took.append(statistics.median(here.check() for _ in range(1 if quick else 3)))
    times = took[1] / took[0]
    text = f"{took[0]:.2f} s -> {took[1]:.2f} s"
    return [Figure(14, "check, 2 x 250 -> 2 x 2,500 rows", "11 x", f"{times:.1f} x", text, times <= 11)]


if __name__ == "__main__":
    print(markdown(figures(rows=int(sys.argv[1]) if len(sys.argv) > 1 else 250)))
