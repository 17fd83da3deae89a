"""known_hosts files, against what ssh-keygen makes of them."""

import subprocess
from pathlib import Path

import asyncssh
import pytest

from tests.support.appliance import host_key, trust
from tofutui.appliance.ssh.hostkeys import Standing, append, host_name, look_up, removal_command

HOSTS = [
    ("192.0.2.10", 22),
    ("192.0.2.10", 2222),
    ("2001:db8::7", 22),
    ("2001:db8::7", 2222),
    ("Prime-PRI.example", 22),
]


def public(kind: str = "ssh-ed25519", number: int = 0) -> asyncssh.SSHKey:
    """As a server shows it."""
    return host_key(kind, number).convert_to_public()


@pytest.mark.parametrize(("host", "port"), HOSTS)
@pytest.mark.parametrize("hashed", [False, True])
def test_what_is_appended_is_found_by_us_and_by_openssh(
    tmp_path: Path, host: str, port: int, hashed: bool
) -> None:
    file = tmp_path / "sub" / "known_hosts"
    append(file, host, port, host_key())
    append(file, host, port, host_key("ssh-rsa"))
    if hashed:
        subprocess.run(["ssh-keygen", "-H", "-f", file], check=True, capture_output=True)
    printed = subprocess.run(
        ["ssh-keygen", "-F", host_name(host, port), "-f", file], capture_output=True, text=True, check=True
    )
    assert printed.stdout.count(" found: line ") == 2
    known = look_up([file], host, port)
    assert known.types == ("ssh-ed25519", "ssh-rsa")
    assert known.judge(public()) is Standing.KNOWN
    assert known.judge(public("ssh-ed25519", 1)) is Standing.CHANGED
    assert known.judge(public("ecdsa-sha2-nistp256")) is Standing.UNKNOWN


@pytest.mark.parametrize(("host", "port"), HOSTS)
def test_the_removal_command_removes(tmp_path: Path, host: str, port: int) -> None:
    file = tmp_path / "my known hosts"
    append(file, host, port, host_key())
    append(file, "other", 22, host_key())
    subprocess.run(removal_command(file, host, port), shell=True, check=True, capture_output=True)
    assert look_up([file], host, port).keys == ()
    assert look_up([file], "other", 22).types == ("ssh-ed25519",)


def test_a_known_key_of_the_same_type_among_several_is_known(tmp_path: Path) -> None:
    file = tmp_path / "k"
    for number in (1, 2, 3):
        trust(file, "host,192.0.2.1", host_key("ssh-ed25519", number))
    assert look_up([file], "192.0.2.1", 22).judge(public("ssh-ed25519", 2)) is Standing.KNOWN


def test_revoked_wins_over_known(tmp_path: Path) -> None:
    file = tmp_path / "k"
    trust(file, "host", host_key())
    trust(file, "*", host_key(), marker="@revoked ")
    assert look_up([file], "host", 22).judge(public()) is Standing.REVOKED
    assert look_up([file], "host", 2222).judge(public()) is Standing.REVOKED


def test_patterns_and_negation(tmp_path: Path) -> None:
    file = tmp_path / "k"
    trust(file, "192.0.2.*,!192.0.2.9", host_key())
    assert look_up([file], "192.0.2.7", 22).judge(public()) is Standing.KNOWN
    assert look_up([file], "192.0.2.9", 22).judge(public()) is Standing.UNKNOWN


def test_another_port_is_another_server(tmp_path: Path) -> None:
    file = tmp_path / "k"
    trust(file, "[host]:2222", host_key())
    assert look_up([file], "host", 2223).judge(public()) is Standing.UNKNOWN
    assert look_up([file], "host", 22).judge(public("ssh-ed25519", 1)) is Standing.UNKNOWN


def test_missing_files_and_folders_are_nothing(tmp_path: Path) -> None:
    assert look_up([tmp_path / "none", tmp_path], "host", 22).keys == ()


def test_a_certificate_authority_is_kept_apart(tmp_path: Path) -> None:
    file = tmp_path / "k"
    trust(file, "*.example", host_key(), marker="@cert-authority ")
    known = look_up([file], "a.example", 22)
    assert (len(known.authorities), known.keys) == (1, ())
    assert known.judge(public()) is Standing.UNKNOWN
    assert isinstance(known.authorities[0], asyncssh.SSHKey)
