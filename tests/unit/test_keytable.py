"""Keys as terminals of other makers send them; what is not known is named, and is never a letter."""

import pytest
from textual import events

from tofutui.ui.actions.catalogue import ACTIONS
from tofutui.ui.actions.key_names import is_function_key, show_key
from tofutui.ui.terminal.keystream import KeyStream
from tofutui.ui.terminal.keytable import KeyTable, Noise


def read(*sequences: str, term: str = "xterm-256color") -> list[object]:
    """The messages of sequences, each of which arrives at once, as the driver reads them."""
    stream, table = KeyStream(), KeyTable(term)
    messages: list[object] = []
    for number, sequence in enumerate(sequences):
        for piece in stream.feed(sequence.encode(), float(number)):
            messages += table.messages(piece)
        stream.has_old_mouse = not table.is_sco
    return messages


def tilde(*codes: int) -> list[str]:
    return [f"\x1b[{code}~" for code in codes]


UPPER = tilde(15, 17, 18, 19, 20, 21, 23, 24)
"""F5 to F12 of the VT220, which most have."""
VT100 = [f"\x1bO{final}" for final in "PQRS"]
VT220_PAD = dict(
    zip(("home", "insert", "delete", "end", "pageup", "pagedown"), tilde(1, 2, 3, 4, 5, 6), strict=True)
)
XTERM_PAD = {**VT220_PAD, "home": "\x1b[H", "end": "\x1b[F"}
SCO = [f"\x1b[{final}" for final in "MNOPQRSTUVWX"]
SCO_PAD = {"home": "\x1b[H", "insert": "\x1b[L", "end": "\x1b[F", "pageup": "\x1b[I", "pagedown": "\x1b[G"}
PUTTY, KITTY = "\x1b[>0;136;0c", "\x1b[?0u"
TERMINALS: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "xterm": ("\x1b[>41;379;0c", VT100 + UPPER, XTERM_PAD),
    "xterm, application cursor keys": ("", VT100 + UPPER, {**VT220_PAD, "home": "\x1bOH", "end": "\x1bOF"}),
    "xterm, Sun's keys": (
        "",
        [f"\x1b[{code}z" for code in (*range(224, 234), 192, 193)],
        {
            name: f"\x1b[{code}z"
            for name, code in (
                ("home", 214),
                ("insert", 2),
                ("delete", 3),
                ("end", 220),
                ("pageup", 216),
                ("pagedown", 222),
            )
        },
    ),
    "Linux console": ("", [f"\x1b[[{final}" for final in "ABCDE"] + UPPER[1:], VT220_PAD),
    "rxvt": (
        "\x1b[>85;95;0c",
        tilde(11, 12, 13, 14) + UPPER,
        {**VT220_PAD, "home": "\x1b[7~", "end": "\x1b[8~"},
    ),
    "screen": ("\x1b[>83;40900;0c", VT100 + UPPER, VT220_PAD),
    "tmux": ("\x1b[>84;0;0c", VT100 + UPPER, VT220_PAD),
    "PuTTY, ESC[n~": (PUTTY, tilde(11, 12, 13, 14) + UPPER, VT220_PAD),
    "PuTTY, Linux": (PUTTY, [f"\x1b[[{final}" for final in "ABCDE"] + UPPER[1:], VT220_PAD),
    "PuTTY, Xterm R6": (PUTTY, VT100 + UPPER, VT220_PAD),
    "PuTTY, VT400": (PUTTY, VT100 + UPPER, VT220_PAD),
    "PuTTY, VT100+": (PUTTY, [f"\x1bO{final}" for final in "PQRSTUVWXYZ["], VT220_PAD),
    "PuTTY, SCO": (PUTTY, SCO, SCO_PAD),
    "PuTTY, rxvt's Home and End": (PUTTY, VT100 + UPPER, {"home": "\x1b[H", "end": "\x1bOw"}),
    "FreeBSD console": ("\x1b[L", SCO, SCO_PAD),
    "kitty": (KITTY, ["\x1b[P", "\x1b[Q", "\x1b[13~", "\x1b[S", *UPPER], XTERM_PAD),
}
"""What it said of itself, its function keys, and its other keys (terminfo, and the makers' manuals)."""


@pytest.mark.parametrize("name", TERMINALS)
def test_every_key_that_is_named_is_known_from_every_terminal(name: str) -> None:
    known, functions, others = TERMINALS[name]
    arrows = {key: f"\x1b{mode}{final}" for mode in "[O" for key, final in
              (("up", "A"), ("down", "B"), ("right", "C"), ("left", "D"))}  # fmt: skip
    sent = {**{f"f{number}": text for number, text in enumerate(functions, 1)}, **others, **arrows}
    assert len(functions) == 12
    for key, sequence in sent.items():
        *_, message = read(known, sequence)
        assert isinstance(message, events.Key), (key, sequence)
        assert message.key == key


@pytest.mark.parametrize(
    ("sequence", "key"), [("\x1b[P", "delete"), ("\x1b[4h", "insert"), ("\x1b[6~", "pagedown")]
)
def test_st_is_known_by_its_name(sequence: str, key: str) -> None:
    (message,) = read(sequence, term="st-256color")
    assert isinstance(message, events.Key)
    assert message.key == key


@pytest.mark.parametrize(
    ("sequence", "key"), [(text, f"f{number}") for number, text in enumerate(SCO, 1) if number not in (1, 3)]
)
def test_what_no_other_terminal_sends_is_known_from_one_that_says_nothing(sequence: str, key: str) -> None:
    (message,) = read(sequence)
    assert isinstance(message, events.Key)
    assert message.key == key


@pytest.mark.parametrize("known", ["", KITTY, "\x1b[>41;379;0c"])
def test_reports_of_focus_and_old_mice_are_not_keys_where_the_terminal_may_send_them(known: str) -> None:
    sent = read(known, "\x1b[I", "\x1b[O", "\x1b[M", " yy")
    assert not any(isinstance(message, events.Key) for message in sent)


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
