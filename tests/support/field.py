"""The library of shapes: captures and logs in tests/field, and how the program reads each of them.

A shell of a capture is played without a network and without waiting; `tests/integration/test_replay.py` plays
captures over SSH.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.cli.command_output import Order
from tofutui.appliance.cli.shell import Shell
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.questions import DialogueQuestion, NoAsker
from tofutui.capture_file import Capture, CapturedLogin, loads
from tofutui.lab.playback.shells import PlaybackStep, Script, script_of
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version
from tofutui.tofu.cli_output.unknown import (
    unknown_in_clock,
    unknown_in_ha_status,
    unknown_in_version,
)
from tofutui.tofu.logs.failures import read_log
from tofutui.tofu.site.session import NodeSettings, Role

FOLDER = Path(__file__).parent.parent / "field"
SILENT = 3600.0


def shapes() -> list[Path]:
    """Every folder of the library."""
    return sorted(path.parent for path in FOLDER.glob("*/sample.toml"))


def reading(folder: Path) -> dict[str, Any]:
    """How the program reads the capture or the log of a folder."""
    log = folder / "log.txt"
    if log.exists():
        failures = read_log(log.read_text().splitlines()).failures
        return {"failures": [{"name": f.name, "thread": f.thread, "count": f.count} for f in failures]}
    return reading_of(loads((folder / "capture.jsonl").read_text()))


def reading_of(capture: Capture) -> dict[str, Any]:
    """The same of a capture: each login by its node."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return {login.node: runner.run(_read(login)) for login in capture.logins}


class PlayedWire:
    """A shell's wire on which a script is played; nothing is waited for in real time."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._counts: Counter[str] = Counter()
        self._steps: list[PlaybackStep] = list(script.opening)
        self._typed = bytearray()
        self.is_closed = False

    async def read(self, seconds: float) -> bytes | None:
        """The next piece, or a silence."""
        while self._steps:
            step = self._steps[0]
            if step.end:
                self.is_closed = True
                return b""
            if step.data:
                self._steps.pop(0)
                return step.data
            if not self._take(step):
                break
            self._steps.pop(0)
        await asyncio.sleep(seconds)
        return None

    def write(self, data: bytes) -> None:
        """What is typed: a command, once nothing else waits for it."""
        self._typed += data
        if not self._steps and b"\r" in self._typed:
            line, _, rest = bytes(self._typed).partition(b"\r")
            command = line.replace(b"\x03", b"").decode("utf-8", "surrogateescape")
            self._typed = bytearray(rest)
            self._steps = list(self._script.answer(command, self._counts[command]))
            self._counts[command] += 1

    def _take(self, step: PlaybackStep) -> bool:
        """Whether what the script waits for has been typed; then it is used up."""
        if step.line and b"\r" in self._typed:
            self._typed = bytearray(bytes(self._typed).partition(b"\r")[2])
            return True
        if not step.line and self._typed:
            del self._typed[:1]
            return True
        return False


class _Person(NoAsker):
    """Answers every question that is not known."""

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        return "an answer"


async def _read(login: CapturedLogin) -> dict[str, Any]:
    settings = NodeSettings(role=Role(login.node), host="192.0.2.10")
    shell = Shell(PlayedWire(script_of(login)), settings, _Person(), Timings(), lambda kind, text: None)
    try:
        await shell.open()
        listing = await _listing(shell)
        facts = await _facts(shell)
        await shell.leave()
    except ApplianceError as error:
        return {"error": type(error).__name__, "hostname": shell.hostname, "unknown": shell.unknown}
    unknown = [*shell.unknown, *listing.pop("unknown"), *facts.pop("unknown")]
    return {
        "hostname": shell.hostname,
        "notices": list(shell.notices),
        **listing,
        **facts,
        "unknown": unknown,
    }


async def _listing(shell: Shell) -> dict[str, Any]:
    try:
        text, whole, why = await shell.run(Order(command=Command.LISTCERTS, total=120)), True, []
    except ApplianceError as error:
        text, whole, why = getattr(error, "words", ""), False, [type(error).__name__]
    listing = read_listing(text, prompt_returned=whole)
    rows = [
        {
            "key": row.key,
            "subject": [list(pair) for pair in row.stored.subject.pairs()]
            if row.stored and row.stored.subject
            else None,
            "in doubt": bool(row.stored and row.stored.may_go_on),
        }
        for row in listing.rows
    ]
    return {"complete": listing.complete, "stopped": why, "rows": rows, "unknown": listing.unknown}


async def _facts(shell: Shell) -> dict[str, Any]:
    clock, version, ha = [await _text(shell, c) for c in (Command.CLOCK, Command.VERSION, Command.HA_STATUS)]
    state, shown = parse_ha_status(ha or ""), parse_clock(clock or "")
    rules = ((clock, unknown_in_clock), (version, unknown_in_version), (ha, unknown_in_ha_status))
    return {
        "clock": shown[0].isoformat() if shown else None,
        "version": parse_version(version or "").version,
        "ha": [state.role, state.state] if state else None,
        "unknown": [line for text, rule in rules if text is not None for line in rule(text)],
    }


async def _text(shell: Shell, command: str) -> str | None:
    """An answer; None where the shell is over."""
    if not shell.is_usable:
        return None
    try:
        return await shell.run(Order(command=command, total=120, idle=60))
    except ApplianceError:
        return None


def names(parts: Sequence[Path]) -> list[str]:
    """For the ids of tests."""
    return [path.name for path in parts]
