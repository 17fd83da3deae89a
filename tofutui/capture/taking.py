"""Takes a capture of a pair: one comparison that is listened to. It reads only, and keeps no history."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.questions import Asker
from tofutui.appliance.tap import LinkFacts
from tofutui.capture.making import Material
from tofutui.capture.recorder import HeardLogin, Recorder
from tofutui.capture_file import CapturedEvent, CapturedKind
from tofutui.system.clock import utc_now
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.transcript import Recording
from tofutui.tofu.site.session import ProbeSettings, Role, Session, Via
from tofutui.workbench import Change, Workbench
from tofutui.workbench.recorded import RecordedWorkbench


async def take(
    session: Session,
    asker: Asker,
    tool: str,
    *,
    on_change: Callable[[Change], None] = lambda change: None,
    timings: Timings | None = None,
) -> Material:
    """Compare the pair once and keep everything. What goes wrong with a node is part of the capture."""
    recorder = Recorder(session.roles)
    bench = Workbench(
        _alone(session),
        recorder.keeping(asker),
        on_change=on_change,
        timings=timings,
        listening=recorder.listening,
    )
    try:
        await bench.refresh()
    finally:
        await bench.close()
    return Material(comparison=bench.comparison, recorder=recorder, taken_at=utc_now(), tool=tool)


async def take_recorded(session: Session, recordings: Mapping[Role, Recording], tool: str) -> Material:
    """The same of saved transcripts: the shells that would have printed them, and no endpoint."""
    recorder = Recorder(session.roles)
    silent = replace(_alone(session), probe=ProbeSettings(via=Via.OFF))
    bench = RecordedWorkbench(silent, recordings)
    try:
        await bench.refresh()
    finally:
        await bench.close()
    for role, recording in recordings.items():
        recorder.logins.append(_login_of(role, recording))
    return Material(
        comparison=bench.comparison, recorder=recorder, taken_at=utc_now(), tool=tool, source="transcript"
    )


def _alone(session: Session) -> Session:
    """The session without what only this machine knows: logs, exported certificates."""
    nodes = {role: replace(node, logs=(), known=()) for role, node in session.nodes.items()}
    return replace(session, nodes=nodes, read_only=True)


def _login_of(role: Role, recording: Recording) -> HeardLogin:
    """A shell that prints what a transcript shows, each answer after its command."""
    login = HeardLogin(role, LinkFacts(server="", algorithms={}, host_key="", banner=""))
    prompt = f"{recording.host or 'node'}/admin# "
    shell = _Shell(login, prompt)
    shell.say(prompt)
    shell.answer("terminal length 0", "")
    for command, text in _answers(recording).items():
        shell.answer(command, text)
    if recording.listing is not None:
        is_whole = recording.listing.listing().complete
        shell.answer(Command.LISTCERTS, recording.listing.listing_text(), ends=is_whole)
        if not is_whole:
            shell.add(CapturedKind.ENDED, b"lost")
            return login
    shell.add(CapturedKind.SENT, b"exit\r")
    shell.say("exit\r\n")
    shell.add(CapturedKind.ENDED, b"exit")
    return login


def _answers(recording: Recording) -> dict[str, str]:
    answers = {
        Command.CLOCK: recording.clock,
        Command.VERSION: recording.version,
        Command.HA_STATUS: recording.ha,
    }
    return {command: text for command, text in answers.items() if text}


class _Shell:
    """Adds events to a login as a shell would have caused them; the times are those of the order."""

    def __init__(self, login: HeardLogin, prompt: str) -> None:
        self._login = login
        self._prompt = prompt

    def add(self, kind: CapturedKind, data: bytes) -> None:
        self._login.events.append(CapturedEvent(kind, len(self._login.events) / 100, data))

    def say(self, text: str) -> None:
        self.add(CapturedKind.RECEIVED, text.encode("utf-8", "surrogateescape"))

    def answer(self, command: str, text: str, *, ends: bool = True) -> None:
        self.add(CapturedKind.SENT, f"{command}\r".encode())
        lines = text.replace("\n", "\r\n")
        self.say(f"{command}\r\n{lines}" + (self._prompt if ends else ""))
