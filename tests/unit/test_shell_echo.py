"""Taking a command's echo off its output."""

import pytest

from tofutui.appliance.cli.command_output import EchoFilter

COMMAND = "ncs certvalidation tofu-certs listcerts"
PROMPT = "prime-pri/admin# "


def kept(*lines: str) -> list[str]:
    echo = EchoFilter(COMMAND, PROMPT)
    return [*echo.lines(list(lines)), *echo.rest()]


@pytest.mark.parametrize(
    "echo",
    [
        [],
        [COMMAND],
        ["", COMMAND],
        [PROMPT + COMMAND],
        [COMMAND, PROMPT + COMMAND],
        [COMMAND[:20] + " ", COMMAND[20:]],
        [PROMPT + COMMAND[:11], COMMAND[11:]],
    ],
)
def test_the_echo_goes_and_the_output_stays(echo: list[str]) -> None:
    assert kept(*echo, "one", "", "two") == ["one", "", "two"]


def test_output_that_names_the_command_stays() -> None:
    assert kept(COMMAND, "usage:", COMMAND) == ["usage:", COMMAND]


def test_output_that_begins_like_the_command_stays() -> None:
    assert kept("ncs", "certvalidation is off") == ["ncs", "certvalidation is off"]
    assert kept("ncs") == ["ncs"]


def test_blank_lines_alone_stay_and_do_not_pile_up() -> None:
    assert kept(*[""] * 50) == [""] * 50
    assert kept("", "") == ["", ""]
