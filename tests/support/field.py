"""The library of shapes: captures and logs in tests/field, and how the program reads each of them.

A shell of a capture is played without a network and without waiting; `tests/integration/test_replay.py` plays
captures over SSH.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.memory_wire import MemoryWire
from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.cli.command_output import Order
from tofutui.appliance.cli.shell import Shell
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.questions import DialogueQuestion, NoAsker
from tofutui.capture_file import Capture, CapturedLogin, loads
from tofutui.lab.console.terminal import LinkDropped
from tofutui.lab.playback.shells import ScriptShell, script_of
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


class _Person(NoAsker):
    """Answers every question that is not known."""

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        return "an answer"


async def _read(login: CapturedLogin) -> dict[str, Any]:
    settings = NodeSettings(role=Role(login.node), host="192.0.2.10")
    wire = MemoryWire(echo=False)
    shell = Shell(wire, settings, _Person(), Timings(), lambda kind, text: None)
    playing = asyncio.create_task(_play(login, wire))
    try:
        await shell.open()
        listing = await _listing(shell)
        facts = await _facts(shell)
        await shell.leave()
    except ApplianceError as error:
        return {"error": type(error).__name__, "hostname": shell.hostname, "unknown": shell.unknown}
    finally:
        playing.cancel()
    unknown = [*shell.unknown, *listing.pop("unknown"), *facts.pop("unknown")]
    return {
        "hostname": shell.hostname,
        "notices": list(shell.notices),
        **listing,
        **facts,
        "unknown": unknown,
    }


async def _play(login: CapturedLogin, wire: MemoryWire) -> None:
    with suppress(EOFError, LinkDropped):
        await ScriptShell(script_of(login), wire.terminal, wire.print, timing=True).run()
    wire.end()


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
