"""What is written for a text that goes to the terminal's clipboard."""

import re
from base64 import b64decode

import pytest

from tofutui.ui.terminal.clipboard import LIMIT, encoded, fits, sequence

PLAIN = "\x1b]52;c;U0hBLTI1Ng==\x07"
TMUX = "\x1bPtmux;\x1b\x1b]52;c;U0hBLTI1Ng==\x07\x1b\\"
SCREEN = "\x1bP\x1b]52;c;U0hBLTI1Ng==\x07\x1b\\"


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, PLAIN),
        ({"TERM": "xterm-256color"}, PLAIN),
        ({"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "screen-256color"}, PLAIN + TMUX),
        ({"TERM": "tmux-256color"}, PLAIN + TMUX),
        ({"STY": "77.pts-1", "TERM": "screen"}, SCREEN),
        ({"TERM": "screen-256color"}, SCREEN + PLAIN),
        ({"TMUX": "x", "STY": "y"}, PLAIN + TMUX),
    ],
)
def test_each_multiplexer_gets_the_form_that_it_passes_on(env: dict[str, str], expected: str) -> None:
    assert sequence("SHA-256", env) == expected


@pytest.mark.parametrize("env", [{"STY": "1"}, {"TERM": "screen"}])
def test_screen_gets_a_long_text_in_short_strings_and_never_a_long_one(env: dict[str, str]) -> None:
    text = "x" * 5000
    parts = re.findall("\x1bP(.*?)\x1b\\\\", sequence(text, env), re.DOTALL)
    assert max(map(len, parts)) <= 240
    assert "".join(parts) == f"\x1b]52;c;{encoded(text)}\x07"
    assert sequence(text, env) == "".join(f"\x1bP{part}\x1b\\" for part in parts)


def test_what_is_longer_than_a_terminal_takes_is_not_sent() -> None:
    longest = "x" * (LIMIT // 4 * 3)
    assert fits(longest)
    assert len(encoded(longest)) <= LIMIT
    assert not fits(longest + "xxx")
    assert sequence(longest + "xxx", {}) == ""


def test_text_that_cannot_be_encoded_is_sent_all_the_same() -> None:
    assert b64decode(encoded("a\udc80b")) == b"a?b"
