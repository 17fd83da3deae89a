"""keys.toml, the keys in force, and what `tofutui keys` prints of them."""

import json
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from textual.keys import _character_to_key
from textual.widgets import Input, TextArea

from tofutui.cli.commands.keys import as_markdown, as_text, as_toml
from tofutui.config.errors import ConfigError
from tofutui.ui.actions.catalogue import ACTIONS, DELETE, MAIN, Action, Danger, Scope
from tofutui.ui.actions.key_names import (
    KeyNameError,
    is_function_key,
    key_of,
    name_of_character,
    show_key,
    types_text,
)
from tofutui.ui.actions.keymap import UNBOUND, KeyBook, load_keybook


@pytest.fixture
def book(tmp_path: Path):
    """The keys in force with this text in keys.toml."""

    def load(text: str) -> KeyBook:
        path = tmp_path / "keys.toml"
        path.write_text(text, "utf-8")
        return load_keybook(path)

    return load


def errors_of(book, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        book(text)
    return [error.partition("keys.toml:")[2] for error in caught.value.errors]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ctrl+y", "ctrl+y"), ("Ctrl+Y", "ctrl+y"), ("F5", "f5"), ("f10", "f10"), ("space", "space"),
        (" ", "space"),
        ("?", "question_mark"), ("/", "slash"), ("+", "plus"), ("D", "D"), ("d", "d"), ("Esc", "escape"),
        ("PageDown", "pagedown"), ("pgdn", "pagedown"), ("↑", "up"), ("Shift+Tab", "shift+tab"),
        ("ctrl+home", "ctrl+home"), ("Return", "enter"), ("question_mark", "question_mark"), ("é", "é"),
    ],
)  # fmt: skip
def test_keys_are_named_as_people_write_them(written, key):
    assert key_of(written) == key


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("ctrl+i", "cannot tell it from Tab"), ("ctrl+m", "cannot tell it from Enter"),
        ("ctrl+h", "cannot tell it from Backspace"), ("ctrl+[", "cannot tell it from Esc"),
        ("ctrl+c", "leaves the app"), ("ctrl+1", "as the key alone"), ("ctrl+enter", "as the key alone"),
        ("ctrl+shift+x", "Ctrl+Shift"), ("alt+x", "Alt"), ("cmd+x", "desktops often use"),
        ("shift+x", "the letter that it types, X"), ("shift+1", "the character that it types"),
        ("hold+x", "'hold' is not a modifier key"), ("F25", "no such key"), ("pagdown", "no such key"),
        ("", "no key was given"),
        ("dd", "no such key"),
    ],
)  # fmt: skip
def test_what_a_terminal_cannot_send_is_refused_with_the_reason(written, reason):
    with pytest.raises(KeyNameError, match=re.escape(reason)):
        key_of(written)


def test_characters_have_the_names_that_textual_gives_them():
    for character in string.printable[:-6]:
        assert name_of_character(character) == _character_to_key(character)
        assert show_key(key_of(character)) == character
        assert types_text(key_of(character))


def test_every_key_of_the_declaration_can_be_written_as_it_is_shown():
    keys = {key for action in ACTIONS for key in action.keys}
    assert {key for key in keys if key_of(show_key(key)) != key} == set()
    assert [key for key in ("f5", "enter", "tab", "up", "ctrl+y", "delete") if types_text(key)] == []


ON_FUNCTION_KEYS = [action for action in ACTIONS if any(map(is_function_key, action.keys))]
TYPED_IN = {Scope.EVIDENCE, Scope.FORM, Scope.SHARED}
"""Where a function key works while a line to type has the focus."""
EDITING = {key for field in (Input, TextArea) for bound in field.BINDINGS for key in bound.key.split(",")}


@pytest.mark.parametrize("action", ON_FUNCTION_KEYS, ids=lambda action: action.id)
def test_every_function_key_has_a_second_key_for_terminals_that_keep_it(action: Action):
    others = [key for key in action.keys if not is_function_key(key)]
    usable = [key for key in others if action.scope not in TYPED_IN or not types_text(key)]
    assert usable, "no key beside the function key"
    assert action.priority or not EDITING & set(usable), "a field takes the key for its text"
    assert {key_of(show_key(key)) for key in usable} == set(usable)
    assert all(show_key(key) in action.shown_keys for key in usable)


def test_second_keys_leave_alone_what_terminals_and_multiplexers_use():
    seconds = {key for action in ON_FUNCTION_KEYS for key in action.keys}
    assert not seconds & {"ctrl+a", "ctrl+b", "ctrl+l", "ctrl+s", "ctrl+z", "ctrl+right_square_bracket"}


def test_without_a_file_the_keys_are_the_defaults(tmp_path):
    keys = load_keybook(tmp_path / "none.toml")
    assert [a.keys for a in keys.these(ACTIONS)] == [a.keys for a in ACTIONS]
    assert keys.keymap == {}


def test_keys_are_replaced_taken_away_and_swapped(book):
    keys = book(
        '"row.delete" = ["X"]\n"plan.delete" = "X"\nevidence.add = ["f5", "Ctrl+L"]\n'
        '[table]\nsort = "r"\nrefresh = "s"\n[trust]\nopen = []\n[guide]\nlog = "none"\n'
    )
    assert keys.of("row.delete").keys == ("X",)
    assert keys.of("evidence.add").shown_keys == "F5 Ctrl+L"
    assert (keys.of("table.sort").keys, keys.of("table.refresh").keys) == (("r",), ("s",))
    assert keys.of("trust.open").keys == keys.of("guide.log").keys == ()
    assert keys.name("trust.open") == '"Trust map"'
    assert keys.keymap["trust.open"] == UNBOUND
    assert keys.keymap["evidence.add"] == "f5,ctrl+l"
    assert keys.places["table.sort"].endswith("keys.toml:5")
    assert keys.of("move.down").keys == ("j", "down")


def test_texts_name_the_keys_in_force(book):
    keys = book('"row.delete" = "X"\n"delete.confirm" = "!"\n"table.refresh" = []\n')
    assert "before ! is pressed" in keys.of("row.delete").help
    assert "X then deletes" in keys.of("row.mark").help
    assert 'until "Refresh this pane" asks' in keys.of("table.watch").help
    assert keys.text("{row.delete} and {no.such} and {other}") == "X and {no.such} and {other}"
    assert not [a.id for a in KeyBook().these(ACTIONS) if "{" in a.help]


FAULTS = {
    "unknown id": ('"row.delte" = "X"', ["1: row.delte: there is no such action, did you mean row.delete?"]),
    "far off": ('zzz = "X"', ["1: zzz: there is no such action, `tofutui keys --format toml` lists them"]),
    "number": ('"row.delete" = 4', ['1: row.delete = 4: not a list of keys, as in ["D"]']),
    "number inside": (
        '"row.delete" = ["X", 4]',
        ["1: row.delete = ['X', 4]: not a list of keys, as in [\"D\"]"]),
    "key": ('\n"row.delete" = "ctrl+i"', ['2: row.delete = "ctrl+i": a terminal cannot tell it from Tab']),
    "clash": (
        '"table.sort" = "r"',
        ["1: table.sort: r is also the key of table.refresh (Refresh this pane); give one of them another"],
    ),
    "clash of two": (
        '"table.sort" = "X"\n"trust.open" = "X"',
        ["2: trust.open: X is also the key of table.sort (Sort) (see {path}:1); give one of them another"],
    ),
    "clash with what works everywhere": (
        '"plan.copy" = ":"',
        ["1: plan.copy: : is also the key of app.palette (Command palette); give one of them another"],
    ),
    "clash of help and view": (
        '"help.search" = "j"',
        ["1: help.search: j is also the key of view.down (Down); give one of them another"],
    ),
    "twice": ('"table.sort" = "X"\ntable.sort = "Z"', ["1: table.sort appears in this file twice"]),
    "d deletes": ('"row.delete" = "d"', ["1: row.delete: d alone never deletes"]),
    "a move deletes": (
        '"row.delete" = "B"\n"stale.nxt" = "B"\n"view.half_up" = "B"',
        ["2: stale.nxt: there is no such action, did you mean stale.next?",
         "1: row.delete: B moves the cursor (view.half_up): it must not delete",
         "3: view.half_up: B deletes (row.delete): it must not move"],
    ),
    "Enter confirms": (
        '"delete.confirm" = "space"', ["1: delete.confirm: Space never confirms"],
    ),
    "Ctrl+Space confirms": (
        '"delete.confirm" = ["y", "Ctrl+Space"]', ["1: delete.confirm: Ctrl+Space never confirms"],
    ),
    "an arrow confirms": (
        '"confirm.yes" = ["y", "left"]', ["1: confirm.yes: ← never confirms"],
    ),
    "Backspace confirms": (
        '"ask_key.yes" = ["y", "backspace"]', ["1: ask_key.yes: Backspace never confirms"],
    ),
    "the opening key confirms": (
        '"delete.confirm" = "D"',
        ["1: delete.confirm: D opens the delete dialog (detail.delete) and must do nothing in it"],
    ),
    "the confirming key opens": (
        '"row.delete" = ["Ctrl+G"]\n"delete.keep" = ["Enter", "Esc", "n", "q", "Ctrl+G"]',
        ["1: row.delete: Ctrl+G would open the delete dialog and is delete.keep in it",
         "2: delete.keep: Ctrl+G opens the delete dialog (row.delete) and must do nothing in it"],
    ),
    "a key of every screen and dialog": (
        '"row.delete" = ["Ctrl+Y"]',
        ["1: row.delete: Ctrl+Y is also the key of screen.copy (Copy what is shown); "
         "give one of them another"],
    ),
    "no way to confirm": ('"delete.confirm" = []', ["1: delete.confirm: Delete needs a key"]),
    "Enter does not keep": (
        '"delete.keep" = ["n", "q", "Esc", "k"]',
        ["1: delete.keep: k is also the key of delete.up (Scroll up); give one of them another",
         "1: delete.keep: Enter always says no here and must stay in the list"],
    ),
    "host key": (
        '"ask_key.yes" = ["y", "Space"]\n"ask_key.no" = ["n", "q", "Esc", "Enter", "x"]',
        ["1: ask_key.yes: Space never confirms"],
    ),
    "no way back": ('"guide.back" = "none"', ["1: guide.back: Back needs a key"]),
    "a letter where is typed": (
        '"evidence.back" = "b"',
        ["1: evidence.back: it needs a key that types nothing, because a text field has the focus there"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_named_with_place_and_reason(book, tmp_path, name):
    text, expected = FAULTS[name]
    errors = errors_of(book, text)
    wanted = [error.replace("{path}", str(tmp_path / "keys.toml")) for error in expected]
    assert [error for error in errors if error not in wanted] == []
    assert [error for error in wanted if error not in errors] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'"row.delete" = ', "not TOML"),
        (b'\xff = "x"', "not UTF-8"),
        (b"[row]\ndelete = 'X'\n[row]\n", "not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path, content, words):
    path = tmp_path / "keys.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        load_keybook(path)


def test_all_faults_are_reported_at_once(book):
    assert (
        len(errors_of(book, '"x.y" = "a"\n"row.delete" = ["ctrl+i", "alt+x", "d"]\n"table.sort" = "r"\n'))
        == 5
    )


def test_the_defaults_keep_the_rules(book):
    """The template with every line in force is the declaration, rules and all."""
    template = as_toml(KeyBook())
    keys = book(template.replace('\n# "', '\n"'))
    assert [a.keys for a in keys.these(ACTIONS)] == [a.keys for a in ACTIONS]
    assert set(keys.places) == {action.id for action in ACTIONS}


def test_the_template_keeps_what_the_user_changed(book):
    keys = book('"row.delete" = ["X", "\\\\"]\n"trust.open" = []')
    again = book(as_toml(keys))
    assert again.of("row.delete").keys == ("X", "backslash")
    assert set(again.places) == {"row.delete", "trust.open"}


def test_the_tables_show_the_keys_in_force_and_their_source(book):
    keys = book('"row.delete" = ["X"]\n"trust.open" = []')
    (row,) = [line for line in as_text(keys).splitlines() if "keys.toml:1" in line]
    assert row.split()[0] == "X"
    assert "| `X` | Delete the row" in as_markdown(keys)
    assert "| none | Trust map |" in as_markdown(keys)
    assert "`D`" in as_markdown()


def test_only_the_tables_a_row_the_plan_and_the_dialog_delete():
    assert {a.id for a in ACTIONS if a.danger is Danger.IRREVERSIBLE} == {
        "row.delete", "detail.delete", "plan.delete", "delete.confirm",
    }  # fmt: skip
    assert {a.scope for a in DELETE} == {Scope.DELETE}
    assert not any("d" in a.keys for a in MAIN)


@pytest.mark.parametrize("arguments", [["keys"], ["--demo"], []])
def test_a_broken_file_ends_the_program_before_anything_heavy_is_loaded(tmp_path, arguments):
    folder = tmp_path / "tofutui"
    folder.mkdir()
    folder.joinpath("keys.toml").write_text('"row.delete" = ["d"]\n"x" = "y"\n')
    program = (
        f"import sys\nfrom tofutui.cli import main\ncode = main({json.dumps(arguments)})\n"
        "print(code, sorted({'textual', 'asyncssh', 'cryptography'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, timeout=60,
        env={"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout.strip() == "2 []"
    assert "keys.toml:1: row.delete: d alone never deletes" in done.stderr
    assert "keys.toml:2: x: there is no such action" in done.stderr
