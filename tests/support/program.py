"""The command line as a program of its own."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.support.forked import LOCALE, start
from tests.support.waiting import PATIENCE


@dataclass
class Answer:
    """How it ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    def entries(self, role: str) -> dict[str, dict[str, Any]]:
        """The rows of a JSON report by key; unreadable ones by their text."""
        return {entry["key"] or entry["raw"]: entry for entry in self.json["nodes"][role]["entries"]}

    def verdicts(self, role: str) -> dict[str, str]:
        return {key: entry["verdict"] for key, entry in self.entries(role).items()}


async def tofutui(*argv: object, home: Path, cwd: Path | None = None, **environ: str) -> Answer:
    """Run it in a home of its own, without a terminal."""
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    return await run(*argv, cwd=cwd, **own, **environ)


async def run(*argv: object, cwd: Path | None = None, **environ: str) -> Answer:
    """Run it without a terminal and without an SSH agent."""
    env = {**os.environ, **LOCALE, "SSH_AUTH_SOCK": "", **environ}
    command = [sys.executable, "-m", "tofutui", *map(str, argv)]
    with Path(os.devnull).open("rb") as nothing, TemporaryFile() as out, TemporaryFile() as err:
        streams = (nothing.fileno(), out.fileno(), err.fileno())
        process = start(command, streams, env, cwd or Path.cwd())
        try:
            code = await asyncio.to_thread(process.wait, PATIENCE)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return Answer(code, out.read().decode(), err.read().decode())
