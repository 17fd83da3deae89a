"""Host keys on real connections: unknown, changed, revoked, of another type."""

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support.appliance import PASSWORD, bench, host_key, make_node, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tofutui.appliance.errors import HostKeyChanged, HostKeyUnknown

pytestmark = pytest.mark.usefixtures("isolated_home")


def fingerprint(kind: str = "ssh-ed25519", number: int = 0) -> str:
    return host_key(kind, number).get_fingerprint("sha256")


async def test_an_unknown_key_is_refused_with_its_fingerprint_where_nobody_is_asked(tmp_path: Path) -> None:
    async with bench(tmp_path, asker=ScriptedAsker(), trusted=False) as b:
        with pytest.raises(HostKeyUnknown) as caught:
            await b.node.connect()
        assert "host key" in str(caught.value)
        assert fingerprint() in str(caught.value)
        assert b.server.passwords == []
        assert not b.known_hosts.exists()


async def test_an_accepted_key_is_written_down_and_not_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    asker = ScriptedAsker(passwords=[PASSWORD], host_keys=[True])
    async with bench(tmp_path, None, asker, trusted=False, known_hosts=folder / "known_hosts") as b:
        await b.node.connect()
        (question,) = asker.host_key_questions
        assert (question.host, question.port, question.algorithm) == (
            "127.0.0.1",
            b.server.port,
            "ssh-ed25519",
        )
        assert (question.fingerprint, question.known_hosts) == (fingerprint(), folder / "known_hosts")
        assert b.node.host_key == fingerprint()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "known_hosts").stat().st_mode) == 0o600
        printed = subprocess.run(
            ["ssh-keygen", "-F", f"[127.0.0.1]:{b.server.port}", "-f", folder / "known_hosts"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "ssh-ed25519" in printed.stdout
        again = make_node(
            b.server, tmp_path, ScriptedAsker(passwords=[PASSWORD]), known_hosts=folder / "known_hosts"
        )
        await again.node.connect()
        await again.node.close()


async def test_a_file_without_a_final_line_end_is_continued_properly(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("# mine")
    asker = ScriptedAsker(passwords=[PASSWORD], host_keys=[True])
    async with bench(tmp_path, None, asker, trusted=False) as b:
        await b.node.connect()
    assert known.read_text().splitlines()[0] == "# mine"
    assert len(known.read_text().splitlines()) == 2


async def test_a_file_that_cannot_be_written_does_not_stop_an_accepted_login(tmp_path: Path) -> None:
    (tmp_path / "known_hosts").mkdir()
    asker = ScriptedAsker(passwords=[PASSWORD], host_keys=[True])
    async with bench(tmp_path, None, asker, trusted=False) as b:
        await b.node.connect()
        assert "could not be written" in b.logged


async def test_a_changed_key_is_refused_even_where_somebody_would_accept(tmp_path: Path) -> None:
    asker = ScriptedAsker(passwords=[PASSWORD], host_keys=[True])
    async with bench(tmp_path, None, asker, trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key("ssh-ed25519", 1))
        with pytest.raises(HostKeyChanged) as caught:
            await b.node.connect()
        text = str(caught.value)
        assert "host key" in text
        assert fingerprint() in text
        assert "redeployed" in text
        assert "certificate" in text
        assert asker.host_key_questions == []
        assert b.server.passwords == []
        command = re.search(r"ssh-keygen -R '\[127\.0\.0\.1\]:\d+' -f \S+", text)
        assert command
        subprocess.run(command.group().rstrip(")").replace("'", "").split(), check=True, capture_output=True)
        asker.host_keys = []
        with pytest.raises(HostKeyUnknown):
            await b.node.connect()


async def test_for_the_default_file_the_command_needs_no_f(tmp_path: Path, isolated_home: Path) -> None:
    default = isolated_home / ".ssh/known_hosts"
    async with bench(tmp_path, trusted=False, known_hosts=default) as b:
        trust(default, f"[127.0.0.1]:{b.server.port}", host_key("ssh-ed25519", 1))
        with pytest.raises(HostKeyChanged) as caught:
            await b.node.connect()
        assert f"ssh-keygen -R '[127.0.0.1]:{b.server.port}'" in str(caught.value)
        assert " -f " not in str(caught.value)


async def test_a_revoked_key_is_refused(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        trust(b.known_hosts, "*", host_key(), marker="@revoked ")
        with pytest.raises(HostKeyChanged, match="revoked"):
            await b.node.connect()
        assert b.server.passwords == []


async def test_hashed_names_are_understood(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        subprocess.run(["ssh-keygen", "-H", "-f", b.known_hosts], check=True, capture_output=True)
        assert "127.0.0.1" not in b.known_hosts.read_text()
        await b.node.connect()


async def test_a_key_of_another_type_is_unknown_and_not_changed(tmp_path: Path) -> None:
    asker = ScriptedAsker()
    async with bench(tmp_path, None, asker, trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key("ssh-rsa"))
        with pytest.raises(HostKeyUnknown, match="ssh-rsa"):
            await b.node.connect()
        assert asker.host_key_questions[0].others == ("ssh-rsa",)


@pytest.mark.parametrize("known", ["ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256"])
async def test_of_several_keys_the_known_one_is_asked_for(tmp_path: Path, known: str) -> None:
    keys = [host_key("ssh-ed25519"), host_key("ssh-rsa"), host_key("ecdsa-sha2-nistp256")]
    async with bench(tmp_path, keys=keys, trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key(known))
        await b.node.connect()
        assert b.node.host_key == fingerprint(known)


async def test_the_plain_name_confirms_a_key_on_another_port_but_does_not_contradict_it(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, trusted=False) as b:
        trust(b.known_hosts, "127.0.0.1", host_key("ssh-ed25519", 1))
        with pytest.raises(HostKeyUnknown):
            await b.node.connect()
        trust(b.known_hosts, "127.0.0.1", host_key())
        await b.node.connect()


async def test_unreadable_lines_do_not_hide_readable_ones(tmp_path: Path) -> None:
    async with bench(tmp_path, trusted=False) as b:
        b.known_hosts.write_bytes(
            b"junk\n|1|broken|x ssh-rsa AAAA\n@what * ssh-rsa AAAA\n\xff\xfe\nhost ssh-rsa !!\n"
        )
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key())
        await b.node.connect()


async def test_a_host_certificate_of_a_known_authority_is_trusted(tmp_path: Path) -> None:
    authority = host_key("ssh-ed25519", 5)
    certificate = authority.generate_host_certificate(host_key(), "node", principals=["127.0.0.1"])
    async with bench(tmp_path, keys=[(host_key(), certificate)], trusted=False) as b:
        b.server.host_key = host_key()
        trust(b.known_hosts, "*", authority, marker="@cert-authority ")
        await b.node.connect()
        assert b.node.connected


def certified(authority: asyncssh.SSHKey, **limits: Any) -> Any:
    """The usual host key with a certificate."""
    return (
        host_key(),
        authority.generate_host_certificate(host_key(), "node", **{"principals": ["127.0.0.1"], **limits}),
    )


USELESS: dict[str, tuple[int, dict[str, Any], str]] = {
    "another authority": (6, {}, "it is signed by an authority that known_hosts does not list"),
    "expired": (5, {"valid_after": 1, "valid_before": 2}, "it has expired"),
    "not valid yet": (5, {"valid_after": 2**33, "valid_before": 2**34}, "it is not valid yet"),
    "other names": (5, {"principals": ["elsewhere"]}, "it was issued for other names"),
}


@pytest.mark.parametrize(("signer", "limits", "why"), USELESS.values(), ids=USELESS)
async def test_a_host_certificate_that_does_not_count_leaves_the_plain_key(
    tmp_path: Path, signer: int, limits: dict[str, Any], why: str
) -> None:
    keys = [certified(host_key("ssh-ed25519", signer), **limits)]
    async with bench(tmp_path, None, ScriptedAsker(passwords=[PASSWORD]), keys=keys, trusted=False) as b:
        b.server.host_key = host_key()
        trust(b.known_hosts, "*", host_key("ssh-ed25519", 5), marker="@cert-authority ")
        with pytest.raises(HostKeyUnknown, match=why) as caught:
            await b.node.connect()
        assert fingerprint() in str(caught.value)
        assert b.server.passwords == []
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key())
        await b.node.connect()
        assert f"is not accepted: {why}" in b.logged


async def test_a_certificate_of_a_revoked_key_is_refused(tmp_path: Path) -> None:
    authority = host_key("ssh-ed25519", 5)
    async with bench(tmp_path, keys=[certified(authority)], trusted=False) as b:
        b.server.host_key = host_key()
        trust(b.known_hosts, "*", authority, marker="@cert-authority ")
        trust(b.known_hosts, "*", host_key(), marker="@revoked ")
        trust(b.known_hosts, f"[127.0.0.1]:{b.server.port}", host_key())
        with pytest.raises(HostKeyChanged, match="revoked"):
            await b.node.connect()


async def test_the_jump_hosts_key_is_checked_too(tmp_path: Path) -> None:
    async with (
        serving(Cli(), keys=[host_key("ssh-ed25519", 3)]) as jump,
        bench(tmp_path, None, ScriptedAsker(), jump=f"admin@127.0.0.1:{jump.port}") as b,
    ):
        with pytest.raises(HostKeyUnknown, match=str(jump.port)):
            await b.node.connect()
        assert jump.passwords == b.server.passwords == []


async def test_ipv6_with_a_port(tmp_path: Path) -> None:
    asker = ScriptedAsker(passwords=[PASSWORD], host_keys=[True])
    async with bench(tmp_path, None, asker, trusted=False, host="::1", listening={"host": "::1"}) as b:
        await b.node.connect()
        assert b.known_hosts.read_text().startswith(f"[::1]:{b.server.port} ssh-ed25519 ")
