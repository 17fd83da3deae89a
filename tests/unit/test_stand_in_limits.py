"""Masking takes time in proportion to the text; one host has one stand-in, and no link is made of a name."""

import sys

import pytest

from tofutui.privacy.pseudonyms import StandIns
from tofutui.report.markdown_form import escape


def steps(text: str) -> int:
    """Calls of functions while a text is masked, and the characters that those of Python are given."""
    names = StandIns()
    names.host("pi-a.example.net")
    count = 0

    def watch(frame: object, event: str, argument: object) -> None:
        nonlocal count
        if event == "call":
            local = frame.f_locals if hasattr(frame, "f_locals") else {}
            count += 1 + len(str(local.get("host", "")))

    sys.setprofile(watch)
    try:
        names.text(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", ["1.", "a1.", "a-1.", "1", "1:", "a.b-"])
def test_the_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert steps(unit * 4_000) <= 5 * steps(unit * 1_000) + 5_000


def test_a_long_dotted_text_is_masked_at_once() -> None:
    names = StandIns()
    names.host("pi-a.example.net")
    assert names.text("1." * 20_000 + " pi-b.example.net").endswith(" name-4")


@pytest.mark.parametrize(
    "spellings",
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "::FFFF:C000:201", "0:0:0:0:0:ffff:192.0.2.1"),
        ("2001:db8::1", "2001:DB8:0::1", "2001:0db8:0:0:0:0:0:1"),
        ("ISE01.example.net", "ise01.example.net", "ise01.example.net."),
    ],
)
def test_one_host_has_one_stand_in(spellings: tuple[str, ...]) -> None:
    names = StandIns()
    assert len({names.host(text) for text in spellings}) == 1
    assert len({names.text(f"at {text} now") for text in spellings}) == 1


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("fe80::1%eth0", "fe80::1%ETH0"),
        ("fe80::1%eth0", "fe80::1"),
        ("192.0.2.1", "::192.0.2.1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("192.0.2.1", "::ffff:0:192.0.2.1"),
        ("straße.example.net", "strasse.example.net"),
    ],
)
def test_two_hosts_never_share_one(host: str, other: str) -> None:
    names = StandIns()
    assert names.host(host) != names.host(other)
    assert names.text(f"at {host} now") != names.text(f"at {other} now")


@pytest.mark.parametrize(
    "text", ["https://evil.example", "see HTTP://evil.example/x", "ftp://x", "www.evil.example", "mailto:a"]
)
def test_a_bare_address_makes_no_link_in_markdown(text: str) -> None:
    shown = escape(text).lower()
    assert "://" not in shown
    assert "www." not in shown
    assert "mailto:" not in shown
