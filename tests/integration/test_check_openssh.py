"""`tofutui check` against two real OpenSSH servers (password logins) and `openssl s_server` endpoints."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support import force_cli, sshd
from tests.support.tls_servers import make_pair, openssl_server

TOFUTUI = str(Path(sys.executable).with_name("tofutui"))
USER, PASSWORD = "tofu-admin", "s3cret of the test"
OLD = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN="
ISE, PRIMARY, SECONDARY = "198.51.100.20_443", "192.0.2.10_8082", "192.0.2.11_8082"
PRESENTED = {
    "192.0.2.10:8082": OLD + "pri-2",
    "192.0.2.11:8082": OLD + "sec-2",
    "198.51.100.20:443": "/O=Example/CN=ise01",
}
TABLES = {
    "primary": {PRIMARY: "prime-pri", ISE: "ISE-server", SECONDARY: "prime-sec"},
    "secondary": {SECONDARY: "prime-sec", "127.0.0.1_8082": "prime-sec", PRIMARY: "prime-pri"},
}

pytestmark = [
    pytest.mark.skipif(sshd.find_sshd() is None, reason="openssh-server is not installed"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed"),
]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Path]:
    """Both nodes and the three endpoints; the path of the sessions file."""
    within = sshd.account(tmp_path / "account", USER, PASSWORD)
    if within is None:
        pytest.skip("sshd cannot be given an account of its own here: that needs root and mount namespaces")
    async with AsyncExitStack() as endpoints:
        targets = {
            address: await endpoints.enter_async_context(
                openssl_server(make_pair(tmp_path, address.replace(":", "_"), subject=subject))
            )
            for address, subject in PRESENTED.items()
        }
        with ExitStack() as nodes:
            ports = {role: nodes.enter_context(node(tmp_path, role, within)) for role in TABLES}
            yield sessions_file(
                tmp_path, ports, {address: str(target) for address, target in targets.items()}
            )


def node(tmp_path: Path, role: str, within: Sequence[str]) -> Any:
    """One sshd with its CLI; a context manager that gives its port."""
    folder = tmp_path / role
    folder.mkdir()
    rows = [f"host={key};  subject= {OLD}{name}" for key, name in TABLES[role].items()]
    (folder / "table.txt").write_text("".join(f"{row}\n" for row in rows))
    command = [sys.executable, force_cli.__file__, str(folder), "--hostname", f"prime-{role[:3]}"]
    return sshd.start(
        tmp_path / f"{role}-sshd", command, user=USER, password=True, options=["UsePAM no"], within=within
    )


def sessions_file(tmp_path: Path, servers: dict[str, sshd.Sshd], targets: dict[str, str]) -> Path:
    known_hosts = tmp_path / "known_hosts"
    lines = []
    addresses = {"primary": "192.0.2.10", "secondary": "192.0.2.11"}
    for role, server in servers.items():
        server.write_known_hosts(known_hosts)
        lines += [
            f"[sessions.real.{role}]",
            'host = "127.0.0.1"',
            f"port = {server.port}",
            f'username = "{USER}"',
            'password_env = "NODE_PASSWORD"',
            f'known_hosts = "{known_hosts}"',
            f'addresses = ["{addresses[role]}"]',
        ]
    lines += ["[sessions.real.probe.map]", *(f'"{row}" = "{target}"' for row, target in targets.items())]
    path = tmp_path / "sessions.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


async def check(site: Path, password: str | None) -> tuple[int, str, str]:
    home = site.parent / "home"
    home.mkdir(exist_ok=True)
    secret = {} if password is None else {"NODE_PASSWORD": password}
    process = await asyncio.create_subprocess_exec(
        *(
            TOFUTUI,
            "check",
            "real",
            "--sessions",
            str(site),
            "--data",
            str(home / "data"),
            "--format",
            "json",
        ),
        env={"HOME": str(home), "PATH": os.environ["PATH"], **secret},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def remote_mismatches(document: dict[str, Any], role: str) -> set[str]:
    own = {"self", "loopback", "vip"}
    entries = document["nodes"][role]["entries"]
    return {e["key"] for e in entries if e["verdict"] == "mismatch" and e["who"] not in own}


async def test_exactly_the_renamed_remotes_are_mismatches(site: Path) -> None:
    code, out, err = await check(site, PASSWORD)
    assert (code, err) == (1, "")
    document = json.loads(out)
    assert document["complete"] is True
    assert remote_mismatches(document, "primary") == {ISE, SECONDARY}
    assert remote_mismatches(document, "secondary") == {PRIMARY}
    for role in TABLES:
        assert (site.parent / role / "ended.log").read_text() == "exit\n"


async def test_a_wrong_password_is_tried_once_and_told(site: Path) -> None:
    code, out, err = await check(site, "wrong")
    assert code == 3
    assert json.loads(out)["nodes"]["primary"]["entries"] == []
    assert "wrong" not in out + err
    log = (site.parent / "primary-sshd" / "sshd.log").read_text()
    assert log.count("Failed password") == 1
