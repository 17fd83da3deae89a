"""The simulated pair in a process of its own, with faults that another process orders.

Run as a program: ``python faulty_lab.py SCENARIO FOLDER``; it prints ``ready`` and then answers each line of
its stdin (``FAULT ROLE-OR-ADDRESS``, or ``heal``) with ``ok``.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tofutui.lab.pair import Lab

ROOT = Path(__file__).resolve().parents[2]
NODE_FAULTS = ("lost", "refused", "slow", "cut", "hang")
UNREADABLE = ("refused", "cut", "hang")
"""While they last, no listing of the node can be read."""
ENDPOINT_FAULTS = ("reissue", "restart", "silent", "reset", "not-tls")
FROZEN = "frozen"
"""Nothing answers, and no connection is closed: the process is stopped."""


class FaultyLab:
    """The other process, as the one that orders its faults sees it. Nothing here waits long."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self.sessions = folder / "sessions.toml"

    def order(self, fault: str, where: str = "") -> None:
        """Let this happen now; what lasts does so until `heal`."""
        if fault == FROZEN:
            self._process.send_signal(SIGSTOP)
            return
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{fault} {where}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "ok\n", f"{fault} {where} was not done"

    def heal(self) -> None:
        """Everything is well again."""
        self._process.send_signal(SIGCONT)
        self.order("heal")


@contextmanager
def faulty_lab(scenario: str, folder: Path) -> Iterator[FaultyLab]:
    """A running lab; ended on the way out."""
    process = subprocess.Popen(
        [sys.executable, __file__, scenario, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield FaultyLab(process, folder)
    finally:
        process.kill()
        process.communicate()


async def _serve(scenario: str, folder: Path) -> None:
    from tofutui.lab.pair import Lab

    lab = await Lab.start(scenario, folder)
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await _do(lab, *line.split())
        print("ok", flush=True)


async def _do(lab: "Lab", fault: str, where: str = "") -> None:
    if fault == "heal":
        await _heal(lab)
    elif fault in NODE_FAULTS:
        await _hurt_node(lab, fault, where)
    elif fault in ("reissue", "restart"):
        await lab.command(f"reissue {where}")
        lab.endpoint(where).restart()
    else:
        lab.endpoint(where).mode = fault
        lab.endpoint(where).restart()


async def _hurt_node(lab: "Lab", fault: str, role: str) -> None:
    node, server = lab.nodes[role], lab.servers[role]
    if fault == "refused":
        await server.stop()
    if fault in ("refused", "lost"):
        for connection in list(server.connections):
            connection.abort()
    elif fault == "slow":
        node.list_seconds = 1.5
    elif fault == "cut":
        node.cut_listing = 5_000
    else:
        node.hang = "listcerts"


async def _heal(lab: "Lab") -> None:
    for role, node in lab.nodes.items():
        node.list_seconds, node.cut_listing, node.hang = 0.0, 0, ""
        server = lab.servers[role]
        if server._acceptor is None or not server._acceptor.sockets:
            await server.start()
    for endpoint in lab.endpoints:
        if endpoint.plan.mode == "ok":
            endpoint.mode = "ok"


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
