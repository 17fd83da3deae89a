"""``tofutui capture``: what a pair prints and presents as a file that can be handed on; it reads only."""

import argparse
import sys
from collections.abc import Coroutine, Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tofutui import __version__
from tofutui.cli.output import check_writable, complain, say, write_file
from tofutui.cli.session_args import load, pick
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.site.session import Role, Session

if TYPE_CHECKING:
    from tofutui.appliance.questions import Asker
    from tofutui.capture.making import Made, Material

_TOOL = f"tofutui {__version__}"
_SURE = (
    "--real-names writes the names, addresses and certificates of this site into the file as they are.",
    "Type yes to continue: ",
)


class CaptureError(TofutuiError):
    """The options contradict each other, or the question about real names was not answered with yes."""


def run(options: argparse.Namespace) -> int:
    """Take a capture, show what is in it, and write it; 128 + its number after a signal."""
    if options.session is None and not options.transcripts:
        raise CaptureError("capture needs a SESSION or --from FILE")
    path = options.output or _default_name()
    check_writable(path)
    if options.real_names:
        _make_sure()
    taken: list[Material] = []
    ended = _until_signal(_material(options, taken))
    if ended:
        return 128 + ended
    made = _looked_through(taken[0], options.strike, real_names=options.real_names)
    from tofutui.capture_file import dumps

    write_file(path, dumps(made.capture))
    say(f"written: {path}")
    return 0


def _material(options: argparse.Namespace, taken: "list[Material]") -> Coroutine[Any, Any, None]:
    """The work that puts one `Material` into ``taken``; files and settings are read before it begins."""
    if options.transcripts:
        return _of_transcripts(options, taken)
    path, sessions = load(options.sessions, read_only=True)
    (session,) = pick([options.session], sessions, path)
    complain(f"{session.name}: logging in, reading only")
    return _of_pair(session, taken)


async def _of_pair(session: Session, taken: "list[Material]") -> None:
    from tofutui.capture.taking import take

    taken.append(await take(session, _asker(), _TOOL))


def _of_transcripts(options: argparse.Namespace, taken: "list[Material]") -> Coroutine[Any, Any, None]:
    from tofutui.capture.taking import take_recorded
    from tofutui.cli.commands.offline import recorded

    session, recordings = recorded(_as_offline(options))

    async def work() -> None:
        taken.append(await take_recorded(session, recordings, _TOOL))

    return work()


def _as_offline(options: argparse.Namespace) -> argparse.Namespace:
    """The transcripts as `tofutui offline` takes them: one that names no node may hold both."""
    named = {file.role or Role.PRIMARY: file.path for file in options.transcripts}
    if len(named) < len(options.transcripts):
        raise CaptureError("--from names one node twice", "say primary=FILE and secondary=FILE")
    if Role.PRIMARY not in named:
        raise CaptureError("--from needs the primary's transcript too", "or one file that holds both nodes")
    return argparse.Namespace(
        sessions=options.sessions,
        session=options.session,
        primary=named[Role.PRIMARY],
        secondary=named.get(Role.SECONDARY),
        primary_address=[],
        secondary_address=[],
        no_probe=True,
    )


def _asker() -> "Asker":
    """Asks on the terminal for passwords, and for the answer to a question that nothing here knows."""
    from tofutui.appliance.questions import DialogueQuestion, PasswordQuestion
    from tofutui.cli.asking import TerminalAsker

    class Person(TerminalAsker):
        """What is typed is never shown: any answer may be a secret."""

        async def dialogue(self, question: DialogueQuestion, /) -> str | None:
            """The answer that is typed, or None without a terminal."""
            asked = PasswordQuestion(question.role, question.hostname or "", "", question.text, "answer")
            return await self.password(asked)

    return Person(nullcontext)


def _until_signal(work: Coroutine[Any, Any, None]) -> int:
    """Run the work; the number of the signal that ended it, or 0."""
    from tofutui.cli.check_runner import CheckOutcome, until_signal

    async def done() -> CheckOutcome:
        await work
        return CheckOutcome()

    return until_signal(done()).signal


def _looked_through(material: "Material", strike: Iterable[str], *, real_names: bool) -> "Made":
    """The capture with the words struck out that a person named, after each look at what stays."""
    from tofutui.capture.making import summary

    struck = set(strike)
    while True:
        made = material.make(struck, real_names=real_names)
        for line in summary(made.redaction):
            say(line)
        more = set(_asked("Words to strike out (leave empty to write the file): ").lower().split())
        if not more - struck:
            return made
        struck |= more


def _asked(question: str) -> str:
    """A line that is typed; "" without a terminal."""
    if not (sys.stdin and sys.stdin.isatty()):
        return ""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _make_sure() -> None:
    sys.stderr.write("\n".join(_SURE))
    sys.stderr.flush()
    if not sys.stdin or sys.stdin.readline().strip().lower() != "yes":
        raise CaptureError("nothing was captured: --real-names was not confirmed", "omit it to get stand-ins")


def _default_name() -> Path:
    return Path(f"tofutui-capture-{datetime.now().astimezone():%Y%m%d-%H%M%S}.jsonl")
