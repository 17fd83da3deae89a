"""Keys as terminals of other makers send them; what is not known is named, and is never a letter."""

import pytest
from textual import events

from tofutui.ui.actions.catalogue import ACTIONS
from tofutui.ui.actions.key_names import is_function_key, show_key
from tofutui.ui.terminal.keystream import KeyStream
from tofutui.ui.terminal.keytable import KeyTable, Noise


def read(sequence: str) -> list[object]:
    """The messages of one sequence that arrives at once."""
    table = KeyTable()
    return [
        message for piece in KeyStream().feed(sequence.encode(), 0.0) for message in table.messages(piece)
    ]


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\x1bOP", "f1"),
        ("\x1bOT", "f5"),
        ("\x1bOX", "f9"),
        ("\x1bOY", "f10"),
        ("\x1bO[", "f12"),
        ("\x1b[N", "f2"),
        ("\x1b[T", "f8"),
        ("\x1b[X", "f12"),
        ("\x1b[L", "insert"),
        ("\x1b[4h", "insert"),
        ("\x1b[P", "f1"),
        ("\x1b[11~", "f1"),
        ("\x1b[[A", "f1"),
        ("\x1b[7~", "home"),
        ("\x1b[a", "shift+up"),
    ],
)
def test_function_keys_of_putty_st_rxvt_and_the_console_are_known(sequence: str, key: str) -> None:
    (message,) = read(sequence)
    assert isinstance(message, events.Key)
    assert (message.key, message.character) == (key, None) or message.key == key


@pytest.mark.parametrize(
    ("sequence", "named"),
    [
        ("\x1b[99~", "ESC [99~"),
        ("\x1b[25~", "ESC [25~"),
        ("\x1b[121~", "ESC [121~"),
        ("\x1bOE", "ESC OE"),
        ("\x1b[K", "ESC [K"),
        ("\x1b[?62;22c", ""),
        ("\x1b[?2026;2$y", None),
        ("\x1b]11;rgb:0/0/0\x07", None),
        ("\x1b[12;40R", None),
    ],
)
def test_an_unknown_key_is_named_and_a_report_is_not(sequence: str, named: str | None) -> None:
    messages = read(sequence)
    assert not any(isinstance(message, events.Key) for message in messages)
    noise = [message.sequence for message in messages if isinstance(message, Noise)]
    assert noise == ([named] if named else noise)
    assert named or not any(noise)


SECOND_KEYS = sorted(
    {key for action in ACTIONS if any(map(is_function_key, action.keys)) for key in action.keys if "+" in key}
)


@pytest.mark.parametrize("key", SECOND_KEYS)
def test_the_second_keys_of_function_keys_arrive_as_one_byte(key: str) -> None:
    character = "@" if key == "ctrl+@" else show_key(key)[-1]
    (message,) = read(chr(ord(character) & 0x1F))
    assert isinstance(message, events.Key)
    assert message.key == key
