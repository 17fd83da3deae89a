"""Writing a file that the user names: default name, never over another one unasked, off the event loop."""

import asyncio
import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tofutui.system import private_files
from tofutui.system.private_files import NotOurs
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.ui.kit.desk import Desk


class FileError(TofutuiError):
    """A file cannot be written."""


def write_private(path: Path, text: str, *, replace: bool) -> Path:
    """Write a file with mode 0600, whole or not at all; its whole path.

    Raises:
        FileError: it cannot be written, or is there already and is not to be replaced.
    """
    try:
        path = path.expanduser().absolute()
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        if not replace and os.path.lexists(path):
            raise FileExistsError(None, "File exists")
        private_files.write_private(path, text, replace=replace)
    except (OSError, RuntimeError, ValueError) as error:  # no such home folder; a NUL in the name
        own = error.reason if isinstance(error, NotOurs) else getattr(error, "strerror", None)
        reason = own or str(error)
        raise FileError(f"{path}: cannot be written: {reason}", "choose another folder or name") from error
    return path


SUFFIXES = {"text": "txt", "markdown": "md"}
"""Where they are not the name of the form."""
CHOICES = (
    ("text", "Text: the comparison as a table"),
    ("json", "JSON: the comparison with everything known, as tofutui check --format json"),
    ("markdown", "Markdown: the comparison for a ticket"),
    ("svg", "SVG: a picture of the screen"),
)
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def default_name(session: str, form: str, now: datetime, folder: Path) -> str:
    """A name with session and time, in the current folder, or in ``folder`` where that takes no files."""
    plain = re.sub(r"[^\w.-]+", "-", session) or "session"
    name = f"tofutui-{plain}-{now.astimezone():%Y%m%d-%H%M%S}.{SUFFIXES.get(form, form)}"
    return str((Path.cwd() if os.access(Path.cwd(), os.W_OK) else folder) / name)


def self_contained(picture: str) -> str:
    """An SVG that loads no fonts from elsewhere, and keeps its spaces in every viewer."""
    return _FONT.sub("", picture).replace("<svg ", '<svg xml:space="preserve" ', 1)


def held_still(comparison: Comparison) -> Comparison:
    """The comparison as it is now: another thread may read it while rows come and go."""
    nodes = {role: replace(view, entries=dict(view.entries)) for role, view in comparison.nodes.items()}
    return replace(comparison, nodes=nodes)


async def ask_and_write(app: "Desk", title: str, default: str, text: str) -> Path | None:
    """Ask for the path, and again if a file is there that is to stay; None if the user left it.

    Raises:
        FileError: it cannot be written.
    """
    from tofutui.ui.kit.dialogs.prompts import ChoiceScreen, LineScreen

    while True:
        typed = await app.push_screen_wait(LineScreen(title, ["Write to which file?"], default, _some))
        if typed is None:
            return None
        path = await asyncio.to_thread(_expanded, typed)
        over = await asyncio.to_thread(os.path.lexists, path)
        if over:
            choices = [("no", "Choose another name"), ("yes", "Replace it")]
            question = [f"{path} already exists."]
            answer = await app.push_screen_wait(ChoiceScreen(title, question, choices))
            if answer is None:
                return None
            if answer == "no":
                default = str(path)
                continue
        return await asyncio.to_thread(write_private, path, text, replace=over)


def _expanded(typed: str) -> Path:
    path = Path(typed)
    try:
        return path.expanduser()
    except RuntimeError:  # no user of that name: writing reports it
        return path


def _some(text: str) -> str | None:
    if "\0" in text:
        return "a file name cannot contain NUL"
    return None if text.strip() else "name a file, or leave with {ask.no}"
