"""Algorithms: what the library can do is offered; where nothing is common, both lists are named."""

import asyncio
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from asyncssh.encryption import get_default_encryption_algs

from tests.support.appliance import TABLE, bench, host_key, tcp_server, trust
from tofutui.appliance.errors import ClosedAtOnce, HostKeyInvalid, NoCommonAlgorithm, Unreachable
from tofutui.appliance.ssh.algorithms import CIPHERS, HOST_KEYS, KEX

pytestmark = pytest.mark.usefixtures("isolated_home")

NEWER = (
    "diffie-hellman-group15-sha512",
    "diffie-hellman-group17-sha512",
    "curve448-sha512",
    "mlkem768x25519-sha256",
    "mlkem1024nistp384-sha384",
)


@pytest.mark.parametrize("kex", [name for name in NEWER if name in KEX])
async def test_a_server_with_one_newer_key_exchange_is_reached(tmp_path: Path, kex: str) -> None:
    async with bench(tmp_path, listening={"kex_algs": [kex]}) as b:
        assert (await b.node.listcerts()).text == TABLE


def test_all_newer_key_exchanges_are_offered_after_the_usual_ones() -> None:
    assert {"diffie-hellman-group18-sha512", *NEWER[:3]} <= set(KEX)
    assert KEX.index("curve25519-sha256") < min(KEX.index(name) for name in NEWER if name in KEX)


def test_every_cipher_of_the_library_is_offered_and_the_cheapest_come_first() -> None:
    assert sorted(CIPHERS) == sorted(name.decode() for name in get_default_encryption_algs())
    assert {"aes256-gcm@openssh.com", "aes128-gcm@openssh.com"} == set(CIPHERS[:2])


async def test_rsa_is_not_asked_for_where_another_host_key_is_there(tmp_path: Path) -> None:
    """As ssh does; a wide-spread server agrees to RSA without a key for it, and dies."""
    async with bench(
        tmp_path, keys=[host_key("ssh-rsa"), host_key("ecdsa-sha2-nistp256")], trusted=False
    ) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key("ecdsa-sha2-nistp256"))
        await b.node.connect()
        assert b.node.login is not None
        assert b.node.login.link.fingerprint == host_key("ecdsa-sha2-nistp256").get_fingerprint("sha256")
    assert HOST_KEYS.index("ssh-ed25519") < HOST_KEYS.index("rsa-sha2-512")


@pytest.mark.parametrize(("cipher", "expected"), [("aes128-ctr", False), ("aes128-cbc", True)])
async def test_empty_messages_are_sent_only_where_a_cipher_needs_them(
    tmp_path: Path, cipher: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TinySSH stops sending when it gets them."""
    real, kinds = asyncssh.SSHServerConnection.process_packet, set[int]()

    def process(self: Any, kind: int, *rest: Any) -> Any:
        kinds.add(kind)
        return real(self, kind, *rest)

    monkeypatch.setattr(asyncssh.SSHServerConnection, "process_packet", process)
    async with bench(tmp_path, listening={"encryption_algs": [cipher]}, legacy_ssh=True) as b:
        assert (await b.node.listcerts()).text == TABLE
    assert (2 in kinds) is expected


async def test_an_ed448_host_key(tmp_path: Path) -> None:
    async with bench(tmp_path, keys=[host_key("ssh-ed448")]) as b:
        assert (await b.node.listcerts()).text == TABLE


def kexinit(**changed: str) -> bytes:
    """A server's lists of algorithms as a packet."""
    lists = {
        "kex": "curve25519-sha256",
        "host_keys": "ssh-ed25519",
        "to_server": "aes128-ctr",
        "to_client": "aes128-ctr",
        "macs_to_server": "hmac-sha2-256",
        "macs_to_client": "hmac-sha2-256",
        "packing_to_server": "none",
        "packing_to_client": "none",
    } | changed
    names = b"".join(len(text).to_bytes(4, "big") + text.encode() for text in lists.values())
    payload = b"\x14" + bytes(16) + names + bytes(8 + 5)
    return (len(payload) + 5).to_bytes(4, "big") + b"\x04" + payload + bytes(4)


UNCOMMON = {
    "kex": ({"kex": "sntrup761x25519-sha512,x@example"}, "key exchange", "group14-sha256"),
    "host key": ({"host_keys": "sk-ssh-ed25519@openssh.com"}, "host key", "ssh-ed25519"),
    "cipher": ({"to_server": "blowfish-cbc", "to_client": "blowfish-cbc"}, "encryption", "aes256-cbc"),
    "mac": ({"macs_to_server": "none", "macs_to_client": "none"}, "MAC", "hmac-md5"),
}


@pytest.mark.parametrize("hangs_up", [True, False])
@pytest.mark.parametrize(("lists", "kind", "ours"), UNCOMMON.values(), ids=UNCOMMON)
async def test_both_lists_are_named_also_with_legacy_ssh(
    tmp_path: Path, lists: dict[str, str], kind: str, ours: str, hangs_up: bool
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-Odd\r\n" + kexinit(**lists))
        if hangs_up:
            await reader.readline()
        else:
            await reader.read(-1)

    async with tcp_server(serve) as port, bench(tmp_path, port=port, legacy_ssh=True) as b:
        with pytest.raises(NoCommonAlgorithm, match=f"no {kind} algorithm in common") as caught:
            await b.node.connect()
    theirs = next(iter(lists.values()))
    assert f"it offers {theirs}; this program offers " in str(caught.value)
    assert ours in str(caught.value).rpartition("this program offers")[2]
    assert "legacy_ssh" not in caught.value.hint
    assert "enable one of these on the server" in caught.value.hint


async def test_a_mac_list_does_not_matter_to_a_cipher_without_one(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gcm = {"to_server": "aes256-gcm@openssh.com", "to_client": "aes256-gcm@openssh.com"}
        writer.write(b"SSH-2.0-Odd\r\n" + kexinit(**gcm, macs_to_server="none", macs_to_client="none"))
        await reader.readline()

    async with tcp_server(serve) as port, bench(tmp_path, port=port) as b:
        with pytest.raises(ClosedAtOnce, match="dropped the connection before the login"):
            await b.node.connect()


async def test_a_list_that_the_ssh_configuration_sets_is_named(tmp_path: Path, isolated_home: Path) -> None:
    (isolated_home / ".ssh/config").write_text("Host *\n  Ciphers aes256-gcm@openssh.com\n")
    async with bench(tmp_path, listening={"encryption_algs": ["aes128-ctr"]}) as b:
        with pytest.raises(
            NoCommonAlgorithm, match=r"offers aes128-ctr; this program offers aes256-gcm"
        ) as e:
            await b.node.connect()
        assert "Ciphers in ~/.ssh/config" in e.value.hint


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"])
async def test_a_wrong_host_key_signature_is_called_that(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair: Any = asyncssh.public_key.SSHLocalKeyPair
    real = pair.sign
    monkeypatch.setattr(pair, "sign", lambda self, data: real(self, data + b"x"))
    async with bench(tmp_path, keys=[host_key(kind)]) as b:
        with pytest.raises(HostKeyInvalid, match="its signature is wrong"):
            await b.node.connect()
        assert b.server.passwords == []


@pytest.mark.parametrize(("reason", "words"), [("", "without giving a reason"), ("go away", '"go away"')])
async def test_a_server_that_disconnects_in_the_key_exchange_is_quoted(
    tmp_path: Path, reason: str, words: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        text = reason.encode()
        payload = b"\x01" + (2).to_bytes(4, "big") + len(text).to_bytes(4, "big") + text + bytes(4)
        padding = 4 + (-(5 + len(payload) + 4)) % 8
        packet = (len(payload) + padding + 1).to_bytes(4, "big") + bytes([padding]) + payload + bytes(padding)
        writer.write(b"SSH-2.0-Odd\r\n" + kexinit() + packet)
        await reader.read(-1)

    async with tcp_server(serve) as port, bench(tmp_path, port=port) as b:
        with pytest.raises(Unreachable, match=f"ended the login.*{words}"):
            await b.node.connect()
