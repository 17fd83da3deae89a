"""known_hosts files of any size: which lines are about a host, as ``ssh-keygen -F`` finds them."""

import subprocess
import tracemalloc
from pathlib import Path

import pytest

from tests.support.appliance import host_key
from tests.support.depth import as_long
from tofutui.appliance.ssh import known_hosts
from tofutui.appliance.ssh.hostkeys import look_up
from tofutui.appliance.ssh.known_hosts import LONGEST, lines_about
from tofutui.system.files import UnusableFile

KEY = host_key().export_public_key("openssh").split()[1]
FORMS = {
    "plain": b"host%d.example ssh-ed25519 " + KEY,
    "with port": b"[host%d.example]:2222 ssh-ed25519 " + KEY,
    "list": b"host%d.example,192.0.2.1 ssh-ed25519 " + KEY,
    "hashed": b"|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|%028d ssh-ed25519 " + KEY,
    "pattern": b"*host%d.ex?mple,!host%d.example ssh-ed25519 " + KEY,
    "authority": b"@cert-authority *.host%d ssh-ed25519 " + KEY,
    "broken": b"%%%d\xff",
}


@pytest.mark.parametrize("form", FORMS)
def test_of_a_hundred_thousand_lines_only_those_that_match_are_decoded(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[bytes] = []
    monkeypatch.setattr("tofutui.appliance.ssh.hostkeys._key", decoded.append)
    text = FORMS[form]
    lines = [text.replace(b"%028d", b"%d" % n).replace(b"%d", b"%d" % n) for n in range(100_000)]
    (tmp_path / "k").write_bytes(b"\n".join([*lines, b"wanted.example ssh-ed25519 " + KEY]))
    look_up([tmp_path / "k"], "wanted.example", 22)
    assert decoded == [b"ssh-ed25519 " + KEY]


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes((FORMS["plain"].replace(b"%d", b"x") + b"\n") * 50_000)
    tracemalloc.start()
    look_up([tmp_path / "k"], "wanted.example", 22)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    ("hosts", "name", "fits"),
    [
        ("host", "host", True),
        ("HOST", "host", True),
        ("ho*", "host", True),
        ("h?st", "host", True),
        ("h?st", "hst", False),
        ("*", "[host]:2222", True),
        ("[host]:*", "[host]:2222", True),
        ("*.example,!bad.example", "bad.example", False),
        ("*.example,!bad.example", "good.example", True),
        ("!host", "host", False),
        ("192.0.2.0/24", "192.0.2.9", False),
        ("192.0.2.*", "192.0.2.9", True),
        ("2001:db8::/32,host", "2001:db8::1", False),
        ("a,b,host", "host", True),
        ("ghost", "host", False),
        ("hosts", "host", False),
        as_long("*a*a*a*a*a*a*a*b", "a" * 60, False),
    ],
)
def test_names_and_patterns_as_openssh_reads_them(tmp_path: Path, hosts: str, name: str, fits: bool) -> None:
    file = tmp_path / "k"
    file.write_bytes(hosts.encode() + b" ssh-ed25519 " + KEY + b"\n")
    command = ["ssh-keygen", "-F", name, "-f", str(file)]
    assert (b"found: line" in subprocess.run(command, capture_output=True, check=False).stdout) is fits
    assert bool(list(lines_about([file], [name]))) is fits


def test_what_no_reader_understands_costs_its_own_line(tmp_path: Path) -> None:
    good = b"host ssh-ed25519 " + KEY
    odd = [b"@", b"@revoked", b"@x host", b"|1|x", b"|1|!|! k", b"|2|a|b k", b"# host " + KEY, b"host"]
    odd += [b"\x00", b"host " + b"x" * LONGEST, b"host ssh-ed25519 AAAA", b"1.2.3.4/99 k"]
    (tmp_path / "k").write_bytes(b"\n".join([*odd, good, b"\xfe\xff"]))
    assert len(look_up([tmp_path / "k"], "host", 22).keys) == 1


def test_a_file_too_large_for_each_login_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_hosts, "LARGEST", 10)
    (tmp_path / "k").write_bytes(b"host ssh-ed25519 " + KEY)
    with pytest.raises(OSError, match="larger than"):
        look_up([tmp_path / "k"], "host", 22)


def test_a_mark_before_utf_8_hides_no_line_and_utf_16_is_named(tmp_path: Path) -> None:
    path, line = tmp_path / "k", "wanted.example ssh-ed25519 " + KEY.decode()
    path.write_bytes(line.encode("utf-8-sig"))
    assert [known.name for known in lines_about([path], ["wanted.example"])] == ["wanted.example"]
    path.write_bytes(line.encode("utf-16"))
    with pytest.raises(UnusableFile, match="UTF-16"):
        list(lines_about([path], ["wanted.example"]))
