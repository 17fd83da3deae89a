"""``tofutui doctor``: what this program runs on and how it is set up, to paste into a ticket."""

import argparse
import getpass
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tofutui.cli.doctor.report import (
    FAILED,
    Configuration,
    Finding,
    Section,
    clock,
    configuration,
    history,
    paths,
    settings,
    terminal,
    versions,
)
from tofutui.cli.output import complain, say, write
from tofutui.cli.session_args import load, pick
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import Session

BROKEN = 2


def run(options: argparse.Namespace) -> int:
    """Print everything; 2 where the configuration is broken."""
    setup = configuration(options)
    cover, shown = _covers(setup) if options.redact else (_home, dict(setup.sessions))
    sections = [
        versions(),
        paths(options, setup),
        *settings(options, setup, shown),
        terminal(),
        history(options),
        clock(),
        *_steps(options),
    ]
    sections = [_covered(section, cover) for section in sections]
    faults, notes = [cover(text) for text in setup.faults], [cover(text) for text in setup.notes]
    if options.format == "json":
        write(as_json(sections, faults, notes) + "\n")
    else:
        for line in as_text(sections, faults, notes):
            say(line)
    has_failed = any(finding.value.startswith(FAILED) for section in sections for finding in section.findings)
    return BROKEN if faults or has_failed else 0


def _steps(options: argparse.Namespace) -> list[Section]:
    """Each step to the nodes of the session that is named; nothing without one."""
    if options.session is None:
        return []
    from contextlib import nullcontext

    from tofutui.cli.asking import TerminalAsker
    from tofutui.cli.doctor.session import steps_of
    from tofutui.system.background import run as run_work

    path, sessions = load(options.sessions, read_only=True)
    (session,) = pick([options.session], sessions, path)
    complain("logging in, reading only")
    return run_work(steps_of(session, TerminalAsker(nullcontext)))


def _home(text: str) -> str:
    """The user's folder without the user's name."""
    return text.replace(str(Path.home()), "~")


def _covers(setup: Configuration) -> tuple[Callable[[str], str], dict[str, Session]]:
    """A way to mask text, and the sessions masked: the same stand-ins in both."""
    from tofutui.privacy.mask import Mask

    mask = Mask()
    mask.learn(*setup.sessions.values())
    mask.learn_users(getpass.getuser())
    shown = {name: mask(session) for name, session in setup.sessions.items()}
    return lambda text: mask.text(_home(text)), shown


def _covered(section: Section, cover: Callable[[str], str]) -> Section:
    covered = (
        Finding(finding.name, cover(finding.value), cover(finding.source)) for finding in section.findings
    )
    return Section(section.title, tuple(covered))


def as_text(sections: Sequence[Section], faults: Sequence[str], notes: Sequence[str]) -> Iterable[str]:
    """A heading, then a line for each finding: name, value, source."""
    for section in sections:
        yield section.title
        wide = max((len(finding.name) for finding in section.findings), default=0)
        for finding in section.findings:
            source = f"  [{finding.source}]" if finding.source else ""
            yield f"  {finding.name.ljust(wide)}  {finding.value}{source}"
        yield ""
    yield "Faults"
    yield from (f"  {text}" for text in faults or ["none"])
    yield from (f"  note: {text}" for text in notes)


def as_json(sections: Sequence[Section], faults: Sequence[str], notes: Sequence[str]) -> str:
    """The same for programs."""
    document_sections = {
        section.title: [
            {"name": entry.name, "value": safe(entry.value), "source": safe(entry.source) or None}
            for entry in section.findings
        ]
        for section in sections
    }
    document = {"schema": 1, "sections": document_sections, "faults": list(faults), "notes": list(notes)}
    return json.dumps(document, indent=2, ensure_ascii=False)
