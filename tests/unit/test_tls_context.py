"""What is offered, and which names are sent."""

import ssl
import warnings

import pytest

from tofutui.tls.context import build_contexts, server_name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("ise.example.net", "ise.example.net"),
        ("ise.example.net.", "ise.example.net"),
        ("ise", "ise"),
        ("my_host.example.net", "my_host.example.net"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.1", None),
        ("2001:db8::7", None),
        ("[2001:db8::7]", None),
        ("fe80::1%eth0", None),
        ("123", None),
        ("1.2", None),
        ("", None),
        (".", None),
        ("a..b", None),
        ("-a.example", None),
        ("a b", None),
        ("a\0b", None),
        ("x" * 64 + ".example", None),
        (".".join(["x" * 60] * 5), None),
        ("ü" * 64, None),
    ],
)
def test_only_host_names_are_sent_as_sni(host: str, name: str | None) -> None:
    assert server_name(host) == name
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    build_contexts().broad.wrap_bio(incoming, outgoing, server_hostname=name)  # nothing it may refuse


def test_the_settings_do_not_depend_on_how_python_was_built() -> None:
    contexts = build_contexts()
    broad = contexts.broad
    assert broad.minimum_version == ssl.TLSVersion.TLSv1
    assert broad.maximum_version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.MAXIMUM_SUPPORTED)
    assert broad.verify_mode is ssl.CERT_NONE
    assert not broad.check_hostname
    assert broad.options & 0x4
    ciphers = {cipher["name"] for cipher in broad.get_ciphers()}
    assert {"AES128-SHA", "DHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA"} <= ciphers


def test_each_kind_of_key_can_be_asked_for_alone() -> None:
    contexts = build_contexts()
    for context, kind in ((contexts.rsa, "RSA"), (contexts.ecdsa, "ECDSA")):
        assert context.maximum_version == ssl.TLSVersion.TLSv1_2
        kinds = {c["auth"] for c in context.get_ciphers() if c["protocol"] != "TLSv1.3"}
        assert kinds == {f"auth-{kind.lower()}"}


def test_building_them_says_nothing() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        build_contexts()
    assert said == []
