"""What nodes say about themselves: HA state, version, clock. No literal output of most is confirmed."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tofutui.tofu.cli_output.status import HaState, parse_clock, parse_ha_status, parse_version

SHOW_VERSION = """\
Cisco Application Deployment Engine OS Release: 2.3
ADE-OS Build Version: 2.3.0.101-root
ADE-OS System Architecture: x86_64

Copyright (c) 2009-2015 by Cisco Systems, Inc.
All rights reserved.
Hostname: cpi

Version information of installed applications
---------------------------------------------

Cisco Prime Infrastructure
********************************************************
Version : 3.0.0
Build : 3.0.0.0.78
Critical Fixes:
        PI 3.0.3 ( 3.0.0 )
        PI 3.0.2 Update ( 2.0.0 )
Device Support Fixes:
        Prime Infrastructure 3.0 Device Pack 4 ( 4.0 )
"""
ISE = """\
Hostname: ise01
Cisco Identity Services Engine
---------------------------------------------
Version      : 3.2.0.542
Build Date   : Wed Oct 19 10:00:00 2022
Install Date : Mon Nov 14 10:00:00 2022
"""


def test_the_state_in_round_brackets() -> None:
    text = "Health Monitor Server is running. ( [Role] Primary [State] HA not Configured )\r\nDatabase up\r\n"
    assert parse_ha_status(text) == HaState(
        "Primary", "HA not Configured", (("Role", "Primary"), ("State", "HA not Configured"))
    )


def test_the_state_of_a_registered_pair() -> None:
    text = "[Role] Secondary [Primary Server] prime-pri(10.0.0.1) [State] Secondary Syncing [Type] Manual"
    state = parse_ha_status(text)
    assert state is not None
    assert (state.role, state.state) == ("Secondary", "Secondary Syncing")
    assert dict(state.pairs)["Primary Server"] == "prime-pri(10.0.0.1)"


@pytest.mark.parametrize("text", ["", "% invalid command detected at '^' marker.", "[]", "[system"])
def test_no_pairs_is_no_state(text: str) -> None:
    assert parse_ha_status(text) is None


def test_pairs_without_role_or_state_are_kept() -> None:
    assert parse_ha_status("[Failover Type] Manual") == HaState(None, None, (("Failover Type", "Manual"),))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_show_version(end: str) -> None:
    info = parse_version(SHOW_VERSION.replace("\n", end))
    assert (info.version, info.build, info.hostname) == ("3.0.0", "3.0.0.0.78", "cpi")
    assert info.fixes == (
        "PI 3.0.3 ( 3.0.0 )",
        "PI 3.0.2 Update ( 2.0.0 )",
        "Prime Infrastructure 3.0 Device Pack 4 ( 4.0 )",
    )


def test_the_version_of_prime_infrastructure_counts_where_other_applications_come_before_it() -> None:
    assert parse_version(ISE + SHOW_VERSION).version == "3.0.0"


def test_the_version_of_another_product() -> None:
    info = parse_version(ISE)
    assert (info.version, info.build, info.hostname, info.fixes) == ("3.2.0.542", None, "ise01", ())


def test_the_version_of_the_operating_system_is_not_the_products() -> None:
    info = parse_version("ADE-OS Build Version: 2.3.0.101-root\n")
    assert (info.version, info.build, info.hostname, info.fixes) == (None, None, None, ())


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Mon Nov 23 14:02:38 UTC 2026", "UTC"),
        ("Mon Nov 23 14:02:38 CET 2026\r\n", "CET"),
        ("Mon Nov 23 14:02:38 +03 2026", "+03"),
        ("Mon Nov 23 14:02:38 2026", ""),
        ("Mon 23 Nov 2026 02:02:38 PM UTC", "UTC"),
        ("*14:02:38 UTC Mon Nov 23 2026", "UTC"),
        ("Monday, 23 November 2026 14:02:38 MST", "MST"),
        ("2026-11-23 14:02:38 +0530", "+0530"),
        ("2026-11-23T14:02:38Z", "Z"),
        ("Mon Nov 23 14:02:38 America/New_York 2026", "America/New_York"),
        ("\n\nMon Nov 23 14:02:38 UTC 2026\n\n", "UTC"),
    ],
)
def test_the_clock(text: str, zone: str) -> None:
    assert parse_clock(text) == (datetime(2026, 11, 23, 14, 2, 38), zone)


def test_the_clock_with_fractions_and_midnight() -> None:
    assert parse_clock("14:02:38.123 UTC Mon Nov 23 2026") == (
        datetime(2026, 11, 23, 14, 2, 38, 123000),
        "UTC",
    )
    assert parse_clock("Mon Nov 23 12:00:00 AM UTC 2026") == (datetime(2026, 11, 23), "UTC")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "% invalid command detected at '^' marker.",
        "Mon Nov 23 25:02:38 UTC 2026",
        "Mon Feb 30 14:02:38 UTC 2026",
        "14:02:38",
        "Mon Nov 23 UTC 2026",
    ],
)
def test_no_clock(text: str) -> None:
    assert parse_clock(text) is None


@given(
    st.text()
    | st.lists(st.sampled_from(["Nov", "23", "14:02:38", "2026", "[Role]", "(", ")", "\n", " "])).map("".join)
)
def test_any_text_is_read_without_raising(text: str) -> None:
    parse_clock(text)
    parse_version(text)
    state = parse_ha_status(text)
    assert state is None or state.pairs


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Cisco Prime Infrastructure", ""),
        ("Cisco Identity Services Engine", "Cisco Identity Services Engine"),
        ("Cisco Evolved Programmable Network Manager", "Cisco Evolved Programmable Network Manager"),
        ("Cisco EPN Manager", "Cisco EPN Manager"),
        ("Cisco Prime Network Control System", "Cisco Prime Network Control System"),
        ("Cisco ACS VERSION INFORMATION", "Cisco ACS VERSION INFORMATION"),
    ],
)
def test_another_product_is_called_by_its_own_name(title: str, other: str) -> None:
    rule = "-" * 45
    said = parse_version(f"ADE-OS Build Version: 3.0.5.144\n\n{title}\n{rule}\nVersion      : 3.2.0.542\n")
    assert (said.version, said.other_product) == ("3.2.0.542", other)


def test_a_patch_below_the_product_is_not_another_product() -> None:
    rule = "-" * 45
    text = (
        f"Cisco Prime Infrastructure\n{rule}\nVersion : 3.7.0\n\n"
        f"Cisco Identity Services Engine Patch\n{rule}\nVersion : 7\n"
    )
    assert (parse_version(text).version, parse_version(text).other_product) == ("3.7.0", "")
