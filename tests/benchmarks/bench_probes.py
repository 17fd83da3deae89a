"""500 endpoints asked for their certificates, beside a bare wrap_bio loop and ``openssl s_client``.

    .venv/bin/python tests/benchmarks/bench_probes.py [--endpoints 500] [--rounds 5]

All endpoints are ports of one nginx worker, or of one asyncio process where nginx is missing; half show an
RSA-2048 certificate, half a P-256 one. Wall times wander on a shared machine, so the ratio is the median of
the ratios within each round. Everything but s_client runs in a fresh process and includes its start.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.benchmarks.figures import Figure, ratio, ratios, spread  # noqa: E402


def free_ports(count: int) -> list[int]:
    held = []
    for _ in range(count):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        held.append(listener)
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return ports


def make_certificates(folder: Path) -> None:
    for name, kind in (("rsa", ["rsa:2048"]), ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])):
        files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"]
        words = ["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/O=Bench/CN={name}"]
        subprocess.run([*words, "-newkey", *kind, *files], check=True, capture_output=True)


def kind_of(number: int) -> str:
    return ("rsa", "ec")[number % 2]


def nginx_configuration(folder: Path, ports: list[int]) -> Path:
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/{kind_of(n)}.pem;"
        f" ssl_certificate_key {folder}/{kind_of(n)}.key; return 204; }}"
        for n, port in enumerate(ports)
    )
    file = folder / "nginx.conf"
    temporary = "\n".join(
        f"{what}_temp_path {folder}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log crit;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; {temporary}\n"
        f"ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;\n{servers}\n}}\n"
    )
    return file


@contextlib.contextmanager
def servers(folder: Path, ports: list[int]) -> Iterator[str]:
    """One process that listens on all ports; gives its name."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx:
        words = [nginx, "-p", str(folder), "-c", str(nginx_configuration(folder, ports))]
    else:
        words = [sys.executable, __file__, "--serve", str(folder), *map(str, ports)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        wait_for(ports[-1], process)
        yield "one nginx worker" if nginx else "one asyncio process"
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit("the servers did not start")


async def serve(folder: Path, ports: list[int]) -> None:
    contexts = {}
    for name in ("rsa", "ec"):
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[name].load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    for number, port in enumerate(ports):
        await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", port, ssl=contexts[kind_of(number)])
    await asyncio.get_running_loop().create_future()


# The ways compared


async def ours(ports: list[int], at_once: int) -> int:
    from tofutui.tls.prober import Prober
    from tofutui.tofu.site.endpoint import Endpoint
    from tofutui.tofu.site.session import ProbeSettings

    settings = ProbeSettings(concurrency=at_once)
    prober = Prober(settings, seen_from="bench", clock=lambda: datetime.now(UTC))
    where = [Endpoint("127.0.0.1", port) for port in ports]
    # Rows of different hosts, as in a table: the limit of four for one host is not what is measured.
    rows = [Endpoint(f"198.51.{n // 256}.{n % 256}", 443) for n in range(len(ports))]
    got = await asyncio.gather(*(prober.fetch(row, at) for row, at in zip(rows, where, strict=True)))
    return sum(presented.certificate is not None for presented in got)


class Bare(asyncio.Protocol):
    """The least that gets a chain: a handshake, the private chain, no words, no limits."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.step()

    def data_received(self, data: bytes) -> None:
        self.incoming.write(data)
        self.step()

    def step(self) -> None:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self.transport.write(self.outgoing.read())
        else:
            self.transport.write(self.outgoing.read())
            self.over.set_result(self.tls.getpeercert(binary_form=True))


async def bare(ports: list[int], at_once: int) -> int:
    from tofutui.tls.context import build_contexts

    context, gate = build_contexts().broad, asyncio.Semaphore(at_once)
    loop = asyncio.get_running_loop()

    async def handshake(port: int) -> bool:
        async with gate, asyncio.timeout(5):
            transport, protocol = await loop.create_connection(lambda: Bare(context), "127.0.0.1", port)
            try:
                return bool(await protocol.over)
            finally:
                transport.abort()

    return sum(await asyncio.gather(*map(handshake, ports)))


def stall(ports: list[int]) -> float:
    """The longest time in ms that probing keeps the event loop from anything else."""

    async def watch() -> float:
        loop, worst = asyncio.get_running_loop(), 0.0
        task = asyncio.create_task(ours(ports, 32))
        while not task.done():
            before = loop.time()
            await asyncio.sleep(0)
            worst = max(worst, loop.time() - before)
        return worst * 1000

    return asyncio.run(watch())


def s_client(ports: list[int]) -> int:
    flags = "-no-CAfile -no-CApath -no-CAstore"
    command = f"openssl s_client -connect 127.0.0.1:{{}} {flags} </dev/null 2>/dev/null | grep -c BEGIN"
    words = ["xargs", "-P", "8", "-I{}", "sh", "-c", command]
    done = subprocess.run(words, input="\n".join(map(str, ports)), capture_output=True, text=True, check=True)
    return done.stdout.split().count("1")


def nmap(ports: list[int]) -> int:
    """Its certificate script on every port."""
    words = ["nmap", "-n", "-Pn", "-sT", "--script", "ssl-cert", "-p", ",".join(map(str, ports)), "127.0.0.1"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout.count("ssl-cert: Subject")


OURS, BARE = "tofutui, 32 at once (the default)", "bare wrap_bio, 32 at once, nothing parsed"
S_CLIENT, NMAP = "openssl s_client, no CA store, xargs -P 8", "nmap --script ssl-cert"
WAYS = {
    OURS: ("ours", 32),
    "tofutui, 64 at once": ("ours", 64),
    BARE: ("bare", 32),
    "python start and our imports only": ("nothing", 0),
    S_CLIENT: ("s_client", 0),
} | ({NMAP: ("nmap", 0)} if shutil.which("nmap") else {})
OUTSIDE = {"s_client": s_client, "nmap": nmap}


def timed(way: str, at_once: int, ports: list[int], folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds of one run in a process of its own."""
    if way in OUTSIDE:
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        assert OUTSIDE[way](ports) == len(ports)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    else:
        (folder / "ports").write_text(" ".join(map(str, ports)))
        words = [sys.executable, __file__, "--run", way, str(at_once), str(folder / "ports")]
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def run(way: str, at_once: int, ports: list[int]) -> None:
    if way == "nothing":
        import tofutui.tls.prober

        assert tofutui.tls.prober
        return
    got = asyncio.run({"ours": ours, "bare": bare}[way](ports, at_once))
    if got != len(ports):
        raise SystemExit(f"{way}: {got} of {len(ports)}")


def measured(count: int, rounds: int) -> tuple[str, dict[str, list[tuple[float, float]]], float]:
    """What served, wall and CPU seconds of each way, and the longest stall of the loop in ms."""
    with tempfile.TemporaryDirectory(prefix="bench-probes-") as name:
        folder, ports = Path(name), free_ports(count)
        make_certificates(folder)
        with servers(folder, ports) as what:
            results: dict[str, list[tuple[float, float]]] = {label: [] for label in WAYS}
            for _ in range(rounds):
                for label, (way, at_once) in WAYS.items():
                    results[label].append(timed(way, at_once, ports, folder))
            return what, results, statistics.median(stall(ports) for _ in range(rounds))


def figures(*, quick: bool = False) -> list[Figure]:
    """Number 4 of the table."""
    count, rounds = 500, 2 if quick else 7
    _, results, _ = measured(count, rounds)
    walls = {label: [wall for wall, _ in times] for label, times in results.items()}
    what = f"500 probes, with Python's start: {spread(walls[OURS], 's', 2)}"
    limits = [(BARE, 1.3), (S_CLIENT, 0.35), (NMAP, 0.6)]
    figures = [
        Figure(4, what, f"{most} x", ratios(walls[OURS], walls[rival]),
               f"{rival}: {spread(walls[rival], 's', 2)}", ratio(walls[OURS], walls[rival]) <= most)
        for rival, most in limits
        if rival in walls
    ]  # fmt: skip
    cpu = handshakes(count, rounds)
    mine = f"CPU of each handshake, start taken off: {spread(cpu['ours'], 'ms', 2)}"
    beside = f"bare wrap_bio: {spread(cpu['bare'], 'ms', 2)}"
    met = ratio(cpu["ours"], cpu["bare"]) <= 1.2
    return [*figures, Figure(4, mine, "1.2 x", ratios(cpu["ours"], cpu["bare"]), beside, met)]


def handshakes(count: int, rounds: int) -> dict[str, list[float]]:
    """CPU milliseconds of one handshake in each of the two ways, without the start of Python."""
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    with tempfile.TemporaryDirectory(prefix="bench-probes-") as name:
        folder, ports = Path(name), free_ports(count)
        make_certificates(folder)
        with servers(folder, ports):
            for _ in range(rounds):
                for way, times in seconds.items():
                    whole, start = (timed(way, 32, some, folder)[1] for some in (ports, ports[:1]))
                    times.append((whole - start) / (count - 1) * 1000)
    return seconds


def growth(*, quick: bool = False) -> list[Figure]:
    """500 and 5,000 probes of the same 500 endpoints, the start of Python left out."""
    with tempfile.TemporaryDirectory(prefix="bench-probes-") as name:
        folder, ports = Path(name), free_ports(500)
        make_certificates(folder)
        with servers(folder, ports):
            start = statistics.median(timed("nothing", 0, ports, folder)[0] for _ in range(3))
            few, many = (
                statistics.median(timed("ours", 32, ports * n, folder)[0] - start for _ in range(3))
                for n in (1, 10)
            )
    text = f"{few:.2f} s -> {many:.2f} s"
    return [Figure(14, "probes, 500 -> 5,000", "11 x", f"{many / few:.1f} x", text, many / few <= 11)]


def compare(count: int, rounds: int) -> None:
    what, results, longest = measured(count, rounds)
    print(f"{count} endpoints on {what}, {rounds} rounds, {os.cpu_count()} cores, {ssl.OPENSSL_VERSION}")
    print(f"{'way':<44} {'wall s (min-max)':>20} {'x bare':>7} {'CPU ms each':>12}")
    base = [wall for wall, _ in results["bare wrap_bio, 32 at once, nothing parsed"]]
    for label, times in results.items():
        walls, each = [wall for wall, _ in times], statistics.median(cpu for _, cpu in times) / count * 1000
        ratio = statistics.median(wall / bare for wall, bare in zip(walls, base, strict=True))
        spread = f"{statistics.median(walls):.2f} ({min(walls):.2f}-{max(walls):.2f})"
        print(f"{label:<44} {spread:>20} {ratio:>7.2f} {each:>12.2f}")
    print(f"longest stall of the event loop while probing: {longest:.1f} ms (median of {rounds})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--endpoints", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(Path(given.serve[0]), [int(port) for port in given.serve[1:]]))
    elif given.run:
        way, at_once, file = given.run
        run(way, int(at_once), [int(port) for port in Path(file).read_text().split()])
    else:
        compare(given.endpoints, given.rounds)


if __name__ == "__main__":
    main()
