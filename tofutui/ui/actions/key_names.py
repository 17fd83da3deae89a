"""Keys of the keyboard: as people write them, as Textual calls them, and which a terminal cannot send.

Loads no Textual, so that a wrong keys.toml is reported immediately.
"""

import unicodedata

_NAMED = {
    "esc": "escape", "escape": "escape", "enter": "enter", "return": "enter", "tab": "tab", "space": "space",
    "backspace": "backspace", "delete": "delete", "del": "delete", "insert": "insert", "ins": "insert",
    "home": "home", "end": "end", "pageup": "pageup", "pgup": "pageup", "pagedown": "pagedown",
    "pgdn": "pagedown", "pgdown": "pagedown", "up": "up", "down": "down", "left": "left", "right": "right",
    "↑": "up", "↓": "down", "←": "left", "→": "right",
}  # fmt: skip
"""Names of keys that are not characters, in lower case, with what Textual calls them."""

_SHOWN = {
    "escape": "Esc", "enter": "Enter", "tab": "Tab", "space": "Space", "backspace": "Backspace",
    "delete": "Delete", "insert": "Insert", "home": "Home", "end": "End", "pageup": "PageUp",
    "pagedown": "PageDown", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip

_SHORTENED = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Textual's names of characters where they are not Unicode's."""

_MODIFIERS = {
    "ctrl": "ctrl", "control": "ctrl", "shift": "shift", "alt": "alt", "option": "alt", "meta": "alt",
    "super": "super", "cmd": "super", "command": "super", "hyper": "super",
}  # fmt: skip
_CURSOR = frozenset({"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"})
_WITH_SHIFT = _CURSOR | {"tab"}
_CTRL_SIGNS = frozenset({"backslash", "right_square_bracket", "circumflex_accent", "underscore"})
_SAME_AS = {
    "ctrl+i": "Tab", "ctrl+m": "Enter", "ctrl+j": "Enter", "ctrl+h": "Backspace",
    "ctrl+left_square_bracket": "Esc",
}  # fmt: skip
"""Ctrl with these letters is the same byte as a key of its own (RFC 20), in some terminals at least."""
_KEPT = {
    "ctrl+c": "always leaves the app",
    "ctrl+q": "always leaves the app",
    "ctrl+s": "stops the output of some terminals",
    "ctrl+z": "belongs to the shell's job control",
}


class KeyNameError(ValueError):
    """A key that is none, or one that cannot be used; the message is the reason."""


def key_of(written: str) -> str:
    """Textual's name of a key as people write it: ``F5``, ``Ctrl+Y``, ``space``, ``?``, ``D``.

    Raises:
        KeyNameError: there is no such key, a terminal cannot send it, or it is not to be given away.
    """
    *modifiers, base = _parts(written)
    unknown = [name for name in modifiers if name.lower() not in _MODIFIERS]
    if unknown:
        raise KeyNameError(f"{unknown[0]!r} is not a modifier key; use ctrl or shift")
    held = sorted({_MODIFIERS[name.lower()] for name in modifiers})
    name = _base(base)
    if not held:
        return name
    if held == ["ctrl"]:
        return _with_ctrl(name)
    if held == ["shift"]:
        return _with_shift(name)
    if held == ["ctrl", "shift"]:
        raise KeyNameError("most terminals send Ctrl+Shift as Ctrl alone, or keep it for themselves")
    raise KeyNameError(
        "terminals send Alt as Esc plus the key; desktops often use the other modifiers themselves"
    )


def _parts(written: str) -> list[str]:
    """``ctrl+y`` as its parts; ``+`` and ``ctrl++`` end in the plus sign itself."""
    text = written if written == " " else written.strip()
    if not text:
        raise KeyNameError("no key was given")
    if text == " ":
        return ["space"]
    if text.endswith("+"):
        front = text[:-1].removesuffix("+")
        return [*front.split("+"), "+"] if front else ["+"]
    return text.split("+")


def _base(text: str) -> str:
    """One key without Ctrl and Shift."""
    low = text.lower()
    if low in _NAMED:
        return _NAMED[low]
    if low[:1] == "f" and low[1:].isdecimal() and 1 <= int(low[1:]) <= 24:
        return f"f{int(low[1:])}"
    if len(text) == 1 and text.isprintable():
        return name_of_character(text)
    if _character(low) is not None:
        return low
    raise KeyNameError("there is no such key; write one as in ctrl+y, F5, space, pagedown, ?, D")


def _with_ctrl(name: str) -> str:
    if len(name) == 1 and name.isascii() and name.isalpha():
        name = name.lower()
    key = f"ctrl+{name}"
    if key in _SAME_AS:
        raise KeyNameError(f"a terminal cannot tell it from {_SAME_AS[key]}")
    if key in _KEPT:
        raise KeyNameError(f"it {_KEPT[key]}")
    if name == "space":
        return "ctrl+@"
    letter = len(name) == 1 and name.isascii() and name.isalpha()
    if letter or name in _CURSOR or name in _CTRL_SIGNS:
        return key
    raise KeyNameError("most terminals send it as the key alone, or not at all")


def _with_shift(name: str) -> str:
    if name in _WITH_SHIFT or is_function_key(name):
        return f"shift+{name}"
    if len(name) == 1 and name.isalpha():
        raise KeyNameError(f"write it as the letter that it types, {name.upper()}")
    if _character(name) is not None:
        raise KeyNameError("write it as the character that it types")
    raise KeyNameError("most terminals send it as the key alone")


def name_of_character(character: str) -> str:
    """What Textual calls the key that types this character: letters and digits are themselves."""
    if character.isalnum():
        return character
    if character == " ":
        return "space"
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTENED.get(name, name)


_ASCII = {name_of_character(chr(code)): chr(code) for code in range(0x20, 0x7F)}


def _character(key: str) -> str | None:
    """The character that a key types, None where it types none."""
    if key in _ASCII:
        return _ASCII[key]
    if len(key) == 1:
        return key
    if key in _SHOWN:
        return None
    try:
        return unicodedata.lookup(key.replace("_", " ").upper())
    except KeyError:
        return None


def types_text(key: str) -> bool:
    """Whether a line to type takes this key as text."""
    return "+" not in key and _character(key) is not None


def is_function_key(key: str) -> bool:
    """Whether it is one of F1 to F24, which some terminals keep for themselves or send differently."""
    return key[0] == "f" and key[1:].isdecimal()


def show_key(key: str) -> str:
    """A key of the keyboard as people write it: ``ctrl+d`` is Ctrl+D, ``question_mark`` is ?."""
    front, plus, base = key.rpartition("+")
    if plus:
        if key == "ctrl+@":
            return "Ctrl+Space"
        return f"{front.title()}+{show_key(base).upper() if len(base) == 1 else show_key(base)}"
    if key in _SHOWN:
        return _SHOWN[key]
    if is_function_key(key):
        return key.upper()
    return _character(key) or key
