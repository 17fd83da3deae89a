"""The command line as a program of its own."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    env |= {"SSH_AUTH_SOCK": "", **environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tofutui", *map(str, argv), env=env, cwd=cwd, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.kill()
    return Answer(process.returncode or 0, out.decode(), err.decode())
