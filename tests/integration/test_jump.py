"""Probing from the jump host: Debian's sshd in front of the simulated pair."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import sshd
from tests.support.live import ISE, SECONDARY
from tofutui.appliance.questions import NoAsker
from tofutui.config.sessions import load_sessions
from tofutui.lab.pair import Lab
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role, Session, Via
from tofutui.workbench import Workbench

pytestmark = pytest.mark.skipif(sshd.find_sshd() is None, reason="openssh-server is not installed")


def through(server: sshd.Sshd, session: Session) -> Session:
    jump = f"{server.user}@127.0.0.1:{server.port}"
    nodes = {role: replace(node, jump=jump) for role, node in session.nodes.items()}
    return replace(session, nodes=nodes, probe=replace(session.probe, via=Via.JUMP))


def log_in_by_key(home: Path, server: sshd.Sshd) -> None:
    folder = home / ".ssh"
    folder.mkdir(parents=True)
    (folder / "config").write_text(f"Host *\n  IdentityFile {server.key_file}\n")
    server.write_known_hosts(folder / "known_hosts")


def by_proxyjump(home: Path, server: sshd.Sshd, session: Session) -> Session:
    """The same where the session says nothing of a jump host, and the SSH configuration does."""
    config = home / ".ssh/config"
    gate = f"Host gate\n  HostName 127.0.0.1\n  Port {server.port}\n  User {server.user}\n  ProxyJump none\n"
    config.write_text(f"{gate}Host 127.0.0.1\n  ProxyJump gate\n{config.read_text()}")
    return replace(session, probe=replace(session.probe, via=Via.JUMP))


async def compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *options: str, proxyjump: bool = False
) -> Comparison:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    lab = await Lab.start("renamed", tmp_path / "lab")
    try:
        with sshd.start(tmp_path / "jump", ["/bin/false"], options=options) as server:
            log_in_by_key(tmp_path / "home", server)
            (session,) = load_sessions(lab.sessions_path).values()
            for node in session.nodes.values():
                server.write_known_hosts(node.known_hosts)
            home = tmp_path / "home"
            jumping = by_proxyjump(home, server, session) if proxyjump else through(server, session)
            bench = Workbench(jumping, NoAsker())
            try:
                await bench.refresh()
            finally:
                await bench.close()
            return bench.comparison
    finally:
        await lab.stop()


@pytest.mark.parametrize("proxyjump", [False, True], ids=["jump", "ProxyJump"])
async def test_nodes_and_endpoints_are_reached_through_the_jump_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxyjump: bool
) -> None:
    comparison = await compare(tmp_path, monkeypatch, proxyjump=proxyjump)
    assert comparison.complete, [node.error for node in comparison.nodes.values()]
    rows = {entry.key: entry for entry in comparison.nodes[Role.PRIMARY].entries.values()}
    assert {rows[ISE].verdict, rows[SECONDARY].verdict} == {Verdict.MISMATCH}
    assert rows[ISE].presented.via == "jump"


async def test_a_jump_host_that_forwards_nothing_is_reported_for_each_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = await compare(tmp_path, monkeypatch, "AllowTcpForwarding no")
    for node in comparison.nodes.values():
        assert not node.complete
        assert node.error is not None
        assert "jump" in node.error
    assert {e.presented.status for e in comparison.entries()} <= {Status.PENDING}
