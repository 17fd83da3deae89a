"""Hosts and ports: keys of tables, what users type, what must never be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tofutui.tofu.site.endpoint import (
    Endpoint,
    EndpointError,
    is_delete_command,
    is_loopback,
    is_masked,
    is_plain_key,
    normalise_host,
    parse_endpoint,
    place_of,
    split_key,
    why_no_endpoint,
)


@pytest.mark.parametrize(
    ("key", "endpoint"),
    [
        ("192.0.2.11_8082", Endpoint("192.0.2.11", 8082)),
        ("ise_admin_01_443", Endpoint("ise_admin_01", 443)),
        ("2001:DB8:0:0::7_443", Endpoint("2001:db8::7", 443)),
        ("[2001:db8::7]_443", Endpoint("2001:db8::7", 443)),
        ("::ffff:192.0.2.11_443", Endpoint("192.0.2.11", 443)),
        ("Prime.Example.NET._443", Endpoint("prime.example.net", 443)),
        ("1X.XX.XX.XX_8082", Endpoint("1x.xx.xx.xx", 8082)),
        ("a_0", None),
        ("a_65536", None),
        ("a_443_", None),
        ("_443", None),
        ("a", None),
        ("", None),
        ("a_\u0664\u0664\u0663", None),
        ("a_443\n", None),
    ],
)
def test_a_key_is_split_at_the_last_underscore(key: str, endpoint: Endpoint | None) -> None:
    assert split_key(key) == endpoint


@given(st.ip_addresses(), st.integers(1, 65535))
def test_the_key_of_an_address_is_split_into_it_again(address: object, port: int) -> None:
    endpoint = Endpoint(normalise_host(str(address)), port)
    assert split_key(endpoint.key) == endpoint
    assert parse_endpoint(str(endpoint)) == endpoint


@pytest.mark.parametrize(
    "key",
    [
        "192.0.2.11_8082",
        "2001:db8::7_443",
        "[2001:db8::7]_443",
        "::1_8082",
        "fe80::1%eth0_443",
        "a_b-c_1",
    ],
)
def test_plain_keys(key: str) -> None:
    assert is_plain_key(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        "-rf_443",
        ".._443",
        "a b_443",
        "a;reload_443",
        "a|b_443",
        "a_443\n",
        "a_443 ",
        "a_443\x00",
        "$(x)_443",
        "`x`_443",
        "../a_443",
        "\u0430_443",
        "a_443443",
        "a" * 256 + "_443",
    ],
)
def test_keys_that_are_never_sent(key: str) -> None:
    assert not is_plain_key(key)


@pytest.mark.parametrize(
    ("text", "default", "endpoint"),
    [
        ("192.0.2.11:8082", None, Endpoint("192.0.2.11", 8082)),
        (" prime.example.net ", 443, Endpoint("prime.example.net", 443)),
        ("[2001:db8::7]:443", None, Endpoint("2001:db8::7", 443)),
        ("[2001:db8::7]", 443, Endpoint("2001:db8::7", 443)),
        ("2001:db8::7", 443, Endpoint("2001:db8::7", 443)),
    ],
)
def test_what_users_type(text: str, default: int | None, endpoint: Endpoint) -> None:
    assert parse_endpoint(text, default) == endpoint


@pytest.mark.parametrize(
    "text",
    ["", "a", ":443", "a:", "a:0", "a:65536", "a:x", "a b:1", "2001:db8::7", "[::1:2", "a]:1", "1:2:3"],
)
def test_what_is_not_an_endpoint_is_refused_by_name(text: str) -> None:
    with pytest.raises(EndpointError) as error:
        parse_endpoint(text)
    assert ascii(text) in str(error.value)


def test_a_long_text_is_cut_in_the_message() -> None:
    with pytest.raises(EndpointError) as error:
        parse_endpoint("x" * 10_000)
    assert len(str(error.value)) < 200


def test_an_ipv6_endpoint_is_shown_in_brackets() -> None:
    assert str(Endpoint("2001:db8::7", 443)) == "[2001:db8::7]:443"
    assert str(Endpoint("192.0.2.11", 443)) == "192.0.2.11:443"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("LocalHost", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.1", False),
        ("localhost.example.net", False),
        ("128.0.0.1", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(normalise_host(host)) is loopback


@pytest.mark.parametrize(
    ("host", "masked"),
    [
        ("1X.XX.XX.XX", True),
        ("1YY.YY.YY.YY", True),
        ("xx.xxx.xxx.xxx", True),
        ("10.*.*.*", True),
        ("192.0.2.1", False),
        ("1X.XX.XX", False),
        ("1X.YY.XX.XX", False),
        ("www.example.net", False),
        ("a.b.c.d", False),
        ("1X.XX.XX.XXXX", False),
        ("", False),
    ],
)
def test_masked_addresses(host: str, masked: bool) -> None:
    assert is_masked(host) is masked


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    endpoint = split_key(text)
    assert endpoint is None or 0 < endpoint.port < 65536
    is_masked(text)
    is_loopback(text)
    assert not is_plain_key(text) or text.isascii()


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("198.51.100.20_443", "198.051.100.020_443"),
        ("192.0.2.20_443", "192.000.002.020_443"),
        ("198.51.100.20_443", "198.51.100.20_0443"),
        ("198.51.100.20_443", "::ffff:198.51.100.20_443"),
        ("198.51.100.20_443", "[::FFFF:c633:6414]_443"),
        ("2001:db8::7_443", "2001:0DB8:0:0:0:0:0:7_443"),
        ("2001:db8::7_443", "[2001:db8::7]_443"),
        ("ise.example.net_443", "ISE.Example.NET._443"),
    ],
)
def test_keys_of_one_place_are_one_place_however_they_are_spelled(key, other):
    assert place_of(key) == place_of(other)


@pytest.mark.parametrize(
    "other",
    ["198.51.100.21_443", "198.51.100.20_444", "198.51.100.20", "198.51.100.200_443", "2001:db8::7_443"],
)
def test_keys_of_other_places_are_not(other):
    assert place_of("198.51.100.20_443") != place_of(other)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "198.51.100.20_443",
        "ncs certvalidation tofu-certs deletecert host ",
        "ncs certvalidation tofu-certs deletecert host a_443\n",
        "ncs certvalidation tofu-certs deletecert host a_443 b_443",
        "ncs certvalidation tofu-certs deletecert host a_443;reload",
        " ncs certvalidation tofu-certs deletecert host a_443",
        "ncs certvalidation tofu-certs listcerts",
        "ncs stop",
    ],
)
def test_only_the_command_that_deletes_one_row_is_one(command):
    assert not is_delete_command(command)
    assert is_delete_command("ncs certvalidation tofu-certs deletecert host 198.51.100.20_443")


@pytest.mark.parametrize(
    ("key", "endpoint"),
    [
        ("192.000.002.020_443", Endpoint("192.0.2.20", 443)),
        ("010.1.1.1_8082", Endpoint("10.1.1.1", 8082)),
        ("192.0.2_443", None),
        ("3221225994_443", None),
        ("0xC0000214_443", None),
        ("192.0.2.0x14_443", None),
        ("192.0.2.999_443", None),
        ("2001:db8::7_443", Endpoint("2001:db8::7", 443)),
        ("node7_443", Endpoint("node7", 443)),
        ("0x7.example_443", Endpoint("0x7.example", 443)),
    ],
)
def test_a_number_that_programs_read_differently_is_not_asked(key: str, endpoint: Endpoint | None) -> None:
    assert split_key(key) == endpoint
    assert endpoint is not None or "is not an address that all programs read the same way" in why_no_endpoint(
        key
    )


@pytest.mark.parametrize("port", ["0", "65536", "99999", "123456"])
def test_a_port_that_does_not_exist_is_named(port: str) -> None:
    assert split_key(f"192.0.2.1_{port}") is None
    assert f"the port {port} is not between" in why_no_endpoint(f"192.0.2.1_{port}")
