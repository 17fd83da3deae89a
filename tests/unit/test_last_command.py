"""The last command and the first line of its answer, in one line."""

from datetime import UTC, datetime

import pytest

from tofutui.appliance.cli.shell_context import LogKind
from tofutui.appliance.node import LogLine
from tofutui.tofu.site.session import Role
from tofutui.ui.text.last_command import last_command
from tofutui.ui.text.spans import Tone, plain
from tofutui.ui.text.vocabulary import Glyphs, clock_time

AT = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)


def said(role: Role, kind: LogKind, text: str) -> LogLine:
    return LogLine(AT, role, kind, text)


P, S = Role.PRIMARY, Role.SECONDARY


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ([said(P, "sent", "show clock"), said(P, "printed", "Mon Nov 23\n")], "show clock → Mon Nov 23"),
        (
            [said(P, "sent", "show version"), said(P, "printed", "\r\n  \nCisco ADE  \nOS\n")],
            "show version → Cisco ADE",
        ),
        ([said(P, "sent", "show version")], "show version → …"),
        ([said(P, "sent", "show clock"), said(P, "error", "lost")], "show clock → lost"),
        (
            [said(P, "sent", "ncs ha status"), said(S, "printed", "other"), said(P, "printed", "[Role]")],
            "ncs ha status → [Role]",
        ),
        (
            [said(P, "sent", "one"), said(P, "printed", "its answer"), said(P, "sent", "two")],
            "two → …",
        ),
        (
            [said(P, "sent", "listcerts"), said(P, "note", "slow"), said(P, "printed", "host=1\n" * 5000)],
            "listcerts → host=1",
        ),
    ],
)  # fmt: skip
def test_it_is_the_answer_of_that_command_of_that_node(log: list[LogLine], expected: str) -> None:
    assert plain([last_command(log, Glyphs())]) == f" last sent: PRIMARY {clock_time(AT)} $ {expected}"


def test_the_role_is_in_its_colour_and_nothing_is_shown_before_the_first_command() -> None:
    assert last_command([said(S, "note", "connected")], Glyphs()) == ()
    line = last_command([said(S, "sent", "exit\x1b[2J")], Glyphs())
    assert line[1] == ("SECONDARY", Tone.SECONDARY)
    assert line[0][1] is line[2][1] is Tone.MUTED
    assert "\x1b" not in plain([line])
