"""Whatever a terminal reports, and however its bytes are cut and delayed: keys are what was pressed.

``TOFUTUI_MODEL_INPUTS`` sets how many streams are tried.
"""

import os

import pytest
from hypothesis import HealthCheck, given, seed, settings
from textual import events

from tests.support.model_terminal import Part, Piece, streams
from tofutui.ui.terminal.keystream import KeyStream
from tofutui.ui.terminal.keytable import KeyTable

INPUTS = int(os.environ.get("TOFUTUI_MODEL_INPUTS", "1000"))


def keys_of(pieces: list[Piece]) -> list[str]:
    """The keys that the real parser makes of the bytes."""
    stream, table, now = KeyStream(), KeyTable(), 0.0
    read = []
    for piece in pieces:
        now += piece.pause
        read += stream.tick(now)
        read += stream.feed(piece.data, now)
    read += stream.tick(now + 60)
    messages = [message for piece in read for message in table.messages(piece)]
    return [message.key for message in messages if isinstance(message, events.Key)]


@pytest.mark.timeout(max(120, INPUTS // 20))
@seed(1)
@settings(max_examples=INPUTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(stream=streams())
def test_only_keys_that_were_pressed_arrive(stream: tuple[list[Part], list[Piece]]) -> None:
    sent, pieces = stream
    assert keys_of(pieces) == [key for part in sent for key in part.keys]
