"""How long what is under way has taken, in the words of a pane's status."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tofutui.tofu.judgement.comparison import NodeView, Phase
from tofutui.tofu.site.session import Role
from tofutui.ui.text.vocabulary import status

BEGAN = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
VIEW = NodeView(role=Role.PRIMARY, host="h", shown_address="h", since=BEGAN, patience=120.0, listed_at=BEGAN)


@pytest.mark.parametrize(
    ("phase", "seconds", "words"),
    [
        (Phase.CONNECTING, 1.9, "logging in"),
        (Phase.CONNECTING, 4, "logging in, 4 s"),
        (Phase.LISTING, 0, "listing: 0 rows"),
        (Phase.LISTING, 8.7, "listing: 0 rows, 8 s of 120"),
        (Phase.LISTED, 8, "listed 14:02:00"),
    ],
)
def test_what_takes_more_than_a_second_says_for_how_long(phase, seconds, words):
    now = BEGAN + timedelta(seconds=seconds)
    assert status(replace(VIEW, phase=phase), now) == words


def test_without_a_clock_or_a_beginning_no_time_is_claimed():
    assert status(replace(VIEW, phase=Phase.CONNECTING)) == "logging in"
    assert status(replace(VIEW, phase=Phase.CONNECTING, since=None), BEGAN) == "logging in"
