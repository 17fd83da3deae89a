"""No text on any screen names a key that the user gave to something else."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from textual.binding import Binding

import tofutui
from tests.support.every_screen import ways
from tofutui.guide.playbook import causes, step_texts
from tofutui.ui.actions.catalogue import ACTIONS, BY_ID
from tofutui.ui.actions.keymap import KeyBook, load_keybook
from tofutui.ui.actions.model import Scope
from tofutui.ui.kit.screen import Acting

Start = Callable[..., Any]
FIXED = ("delete.keep", "ask_key.no", "confirm.no")
"""Their keys always say no."""
TYPED = (Scope.EVIDENCE, Scope.FORM, Scope.ASK, Scope.SHARED)
NAMED = re.compile(r"(?<![+\w])(Esc|Enter|Tab|Space|PageUp|PageDown|Ctrl\+\w|F1[0-2]|F[1-9])(?![\w+])")
LETTERS = {key for a in ACTIONS for key in a.keys if len(key) == 1 and key.isalpha()} - set("aAdsu")
"""Not those that are words or mean something else: an article, ``22 d``, ``0 s``, an option."""
ALWAYS = ("Enter accept", "Enter reads it", "Enter log in", "Enter send", "<Enter>", "as Enter")
"""Enter ends a line to type, whatever else is chosen."""


def spare_keys() -> tuple[Iterator[str], Iterator[str]]:
    """Keys that nothing has by default: some that type a letter, some that type nothing."""
    letters = (
        chr(code)
        for code in [*range(0x3B1, 0x3C0), *range(0x410, 0x450), *range(0x561, 0x587), *range(0x4E00, 0x4E80)]
    )
    others = [f"F{n}" for n in range(13, 25)] + [f"Shift+F{n}" for n in range(1, 25)]
    return letters, iter(others)


def everything_elsewhere(path: Path) -> KeyBook:
    """Every action on another key."""
    letters, others = spare_keys()
    lines = [
        f'"{action.id}" = "{next(others if action.scope in TYPED or action.id == "app.back" else letters)}"'
        for action in ACTIONS
        if action.keys and action.id not in FIXED
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return load_keybook(path)


def chosen_key(d: Any, key: str) -> str:
    """The key in force on this screen for what ``key`` does by default."""
    every = [*type(d.app.screen).BINDINGS, *Acting.BINDINGS]
    bindings = [binding for binding in every if isinstance(binding, Binding)]
    for action in [BY_ID[binding.id] for binding in bindings if binding.id in BY_ID]:
        if key in action.keys and action.id not in FIXED:
            return str(d.app.keys.of(action.id).keys[0])
    return key


def wrongly_named(text: str) -> list[str]:
    """Keys of the declaration that a screen's text names."""
    for words in ALWAYS:
        text = text.replace(words, "")
    text = re.sub(r"presented [=≠] \S*", "", text)  # a name that the palette leaves one letter of
    letters = [word for word in re.split(r"[\s,.;:()]+", text) if word in LETTERS]
    return [*NAMED.findall(text), *letters]


async def test_no_screen_names_a_key_that_is_another(desk: Start, tmp_path: Path) -> None:
    book = everything_elsewhere(tmp_path / "keys.toml")
    misnamed: dict[str, list[str]] = {}
    async with desk(keys=book) as d:
        plainly = d.press

        async def press(*keys: str) -> None:
            for key in keys:
                await plainly(chosen_key(d, key))

        d.press = press
        for name, (go, _) in ways("remote").items():
            await go(d)
            await d.until(lambda name=name: (d.app.screen is d.main) is (name in ("tables", "filter")))
            await d.pilot.pause()
            kept = "delete" in name or name in ("confirm", "host key")
            wrong = [key for key in wrongly_named(d.text) if not (kept and key in ("Esc", "Enter", "n", "q"))]
            if wrong:
                misnamed[name] = wrong
            await d.app.uncover(d.main)
            await press("escape", "g")
    assert misnamed == {}


def test_no_step_and_no_cause_names_a_key_that_is_another(tmp_path: Path) -> None:
    book = everything_elsewhere(tmp_path / "keys.toml")
    steps = {
        id_: (text.title, *text.do, text.expect, text.takes, text.if_not)
        for id_, text in step_texts().items()
    }
    known = {cause.id: (cause.title, cause.signs, cause.cure) for cause in causes()}
    named = {
        id_: wrong
        for id_, texts in (steps | known).items()
        if (wrong := wrongly_named(book.text(" ".join(texts))))
    }
    assert named == {}


WRITTEN_FOR_OTHERS = {
    "appliance/dialogues.py",
    "cli/commands/keys.py",
    "ui/actions/key_names.py",
    "ui/shell/leaving.py",
}
"""Where keys are those of a node's command line, of the key map file, or of every terminal."""


def sentences(path: Path) -> Iterator[str]:
    """The texts of a module that are neither docstrings, nor patterns, nor as short as a list of keys."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docs and text.count(" ") > 3 and "(?" not in text:
            yield text


def test_no_message_in_the_code_names_a_fixed_key() -> None:
    root = Path(tofutui.__file__).parent
    named = {
        f"{name}: {text}"
        for path in root.rglob("*.py")
        if (name := path.relative_to(root).as_posix()) not in WRITTEN_FOR_OTHERS
        and not name.startswith("lab/")
        for text in sentences(path)
        if wrongly_named(text.replace("e.g.", ""))
    }
    assert named == set()
