"""``tofutui doctor``: what this program runs on and how it is set up, to paste into a ticket."""

import argparse
import getpass
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tofutui.cli.doctor_report import (
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
from tofutui.cli.output import say, write
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.session import Session

BROKEN = 2


def run(options: argparse.Namespace) -> int:
    """Print everything; 2 where the configuration is broken."""
    found = configuration(options)
    cover, shown = _covers(found) if options.redact else (_home, dict(found.sessions))
    sections = [
        versions(),
        paths(options, found),
        *settings(options, found, shown),
        terminal(),
        history(options),
        clock(),
    ]
    sections = [_covered(section, cover) for section in sections]
    faults, notes = [cover(text) for text in found.faults], [cover(text) for text in found.notes]
    if options.format == "json":
        write(as_json(sections, faults, notes) + "\n")
    else:
        for line in as_text(sections, faults, notes):
            say(line)
    return BROKEN if faults else 0


def _home(text: str) -> str:
    """The user's folder without the user's name."""
    return text.replace(str(Path.home()), "~")


def _covers(found: Configuration) -> tuple[Callable[[str], str], dict[str, Session]]:
    """A way to mask text, and the sessions masked: the same stand-ins in both."""
    from tofutui.privacy.mask import Mask

    mask = Mask()
    mask.learn(*found.sessions.values())
    mask.learn_users(getpass.getuser())
    shown = {name: mask(session) for name, session in found.sessions.items()}
    return lambda text: mask.text(_home(text)), shown


def _covered(section: Section, cover: Callable[[str], str]) -> Section:
    found = (Finding(one.name, cover(one.value), cover(one.source)) for one in section.findings)
    return Section(section.title, tuple(found))


def as_text(sections: Sequence[Section], faults: Sequence[str], notes: Sequence[str]) -> Iterable[str]:
    """A heading, then a line for each finding: name, value, source."""
    for section in sections:
        yield section.title
        wide = max((len(one.name) for one in section.findings), default=0)
        for one in section.findings:
            yield f"  {one.name.ljust(wide)}  {one.value}" + (f"  [{one.source}]" if one.source else "")
        yield ""
    yield "Faults"
    yield from (f"  {text}" for text in faults or ["none"])
    yield from (f"  note: {text}" for text in notes)


def as_json(sections: Sequence[Section], faults: Sequence[str], notes: Sequence[str]) -> str:
    """The same for programs."""
    found = {
        section.title: [
            {"name": one.name, "value": safe(one.value), "source": safe(one.source) or None}
            for one in section.findings
        ]
        for section in sections
    }
    document = {"schema": 1, "sections": found, "faults": list(faults), "notes": list(notes)}
    return json.dumps(document, indent=2, ensure_ascii=False)
