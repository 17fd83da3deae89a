"""The simulated pair on an event loop of its own thread: for tests that drive the program from outside."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tofutui.lab.pair import Lab, LabPace

QUICK = LabPace(milestone=0.1)


@dataclass
class ThreadedLab:
    """A running lab that plain functions may operate."""

    lab: Lab
    loop: asyncio.AbstractEventLoop

    def command(self, line: str) -> str:
        return asyncio.run_coroutine_threadsafe(self.lab.command(line), self.loop).result(20)

    def deletions(self) -> list[str]:
        sent = self.lab.sent
        return [f"{role} {line}" for role in sent for line in sent[role] if "deletecert host" in line]

    def tables(self) -> dict[str, list[tuple[str, str]]]:
        """What both nodes hold: keys with fingerprints."""
        nodes = self.lab.nodes.items()
        return {role: sorted((key, row.sha256) for key, row in node.table.items()) for role, node in nodes}

    @contextmanager
    def held_up(self, role: str, place: str) -> Iterator[None]:
        """A node that says nothing more from this place on, until the end of the block."""
        node, released = self.lab.nodes[role], asyncio.Event()

        async def hold(reached: str) -> None:
            if reached == place:
                await released.wait()

        node.reached = hold
        try:
            yield
        finally:
            node.reached = None
            self.loop.call_soon_threadsafe(released.set)


@contextmanager
def lab_thread(scenario: str, directory: Path) -> Iterator[ThreadedLab]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        lab = asyncio.run_coroutine_threadsafe(Lab.start(scenario, directory, pace=QUICK), loop).result(30)
        try:
            yield ThreadedLab(lab, loop)
        finally:
            asyncio.run_coroutine_threadsafe(lab.stop(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
