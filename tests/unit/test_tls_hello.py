"""The own ClientHello, read back by an independent reader."""

import asyncio

import pytest

from tests.support.tls_servers import ClientHello, read_hello
from tofutui.tls.hello import KeyKind, Version, client_hello

EC_SUITES = {0xC02C, 0xC02B, 0xCCA9, 0xC024, 0xC023, 0xC00A, 0xC009, 0xC008, 0xC007, 0xC005, 0xC004}


async def read(raw: bytes) -> ClientHello:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    hello = await read_hello(reader)
    assert await reader.read() == b""
    return hello


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("keys", list(KeyKind))
async def test_it_is_well_formed(version: Version, keys: KeyKind) -> None:
    hello = await read(client_hello(version, "ise.example.net", keys))
    assert hello.version == version.number
    assert len(set(hello.suites)) == len(hello.suites)
    assert hello.sni == (None if version is Version.SSL3 else "ise.example.net")
    assert (13 in hello.extensions) is (version is Version.TLS12)
    assert 0x00FF in hello.suites


async def test_old_ciphers_are_offered_and_anonymous_ones_are_not() -> None:
    hello = await read(client_hello(Version.TLS10, None))
    assert {0x0005, 0x0004, 0x000A, 0x0003, 0x0006, 0x0009} <= set(hello.suites)
    assert not {0x0018, 0x0034, 0xC018} & set(hello.suites)


async def test_without_a_name_it_stays_below_256_bytes() -> None:
    for version in Version:
        hello = await read(client_hello(version, None))
        assert hello.length < 256


async def test_each_kind_of_key_can_be_asked_for_alone() -> None:
    rsa = await read(client_hello(Version.TLS12, None, KeyKind.RSA))
    ecdsa = await read(client_hello(Version.TLS12, None, KeyKind.ECDSA))
    assert not EC_SUITES & set(rsa.suites)
    assert set(ecdsa.suites) <= EC_SUITES | {0x00FF}


async def test_no_two_are_alike() -> None:
    assert client_hello(Version.TLS12, None) != client_hello(Version.TLS12, None)
