"""The test of a connection over real SSH: what the nodes were sent, one attempt, stopping, the host key."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.appliance import bench as cli_bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tests.support.waiting import until
from tofutui.appliance.ssh.credentials import JumpPasswords
from tofutui.config.saving import save_session
from tofutui.config.sessions import load_sessions
from tofutui.lab.pair import Lab
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.ui.options import AppOptions
from tofutui.ui.sessions.form import FormScreen
from tofutui.ui.sessions.login_test import TrialScreen
from tofutui.ui.sessions.picker import SessionScreen
from tofutui.ui.shell.app import TofutuiApp
from tofutui.workbench.identity_checks import same_machine
from tofutui.workbench.login_test import Tried, try_login

pytestmark = pytest.mark.usefixtures("isolated_home")
HARMLESS = {"terminal length 0", "exit"}


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    started = await Lab.start("renamed", tmp_path / "lab")
    yield started
    await started.stop()


def session_of(lab: Lab) -> Session:
    return load_sessions(lab.sessions_path)["renamed"]


async def tried(settings: NodeSettings, asker: Any, said: list[str]) -> Tried:
    return await try_login(settings, asker, JumpPasswords(), lambda: datetime.now(UTC), said.append)


def left(lab: Lab) -> bool:
    return not any(server.connections for server in lab.servers.values())


async def test_a_login_shows_host_name_and_key_and_touches_no_table(lab: Lab) -> None:
    said: list[str] = []
    nodes = session_of(lab).nodes
    outcomes = [await tried(nodes[role], ScriptedAsker(), said) for role in Role]
    assert [outcome.hostname for outcome in outcomes] == ["prime-pri", "prime-sec"]
    assert all((outcome.host_key or "").startswith("SHA256:") and not outcome.error for outcome in outcomes)
    assert any("SHA256:" in text for text in said)
    assert {line for sent in lab.sent.values() for line in sent} <= HARMLESS
    assert all(sent[-1] == "exit" for sent in lab.sent.values())
    assert same_machine(outcomes) is None
    await until(lambda: left(lab))


async def test_a_wrong_password_is_sent_once(tmp_path: Path) -> None:
    async with cli_bench(tmp_path, Cli(), ScriptedAsker()) as made:
        asker = ScriptedAsker(passwords=["wrong", "wrong again"])
        outcome = await tried(made.node.settings, asker, [])
        assert made.server.passwords == ["wrong"]
    assert "password" in outcome.error
    assert outcome.hostname is None
    assert len(asker.password_questions) == 1


async def test_an_unknown_host_key_is_asked_about_and_no_ends_it(lab: Lab) -> None:
    lab.access.known_hosts.write_text("")
    settings = session_of(lab).nodes[Role.PRIMARY]
    no = await tried(settings, refusing := ScriptedAsker(), [])
    assert "host key" in no.error
    assert len(refusing.host_key_questions) == 1
    yes = await tried(settings, ScriptedAsker(host_keys=[True]), [])
    assert yes.hostname == "prime-pri"
    assert yes.host_key == refusing.host_key_questions[0].fingerprint


def test_two_logins_to_one_node_are_remarked() -> None:
    outcome = Tried(Role.PRIMARY, "prime-pri", "SHA256:a")
    assert "prime-pri" in (
        same_machine([outcome, replace(outcome, role=Role.SECONDARY, host_key="SHA256:b")]) or ""
    )
    assert "host key" in (
        same_machine([outcome, replace(outcome, role=Role.SECONDARY, hostname="prime-sec")]) or ""
    )
    assert same_machine([outcome, Tried(Role.SECONDARY, error="refused")]) is None


@pytest.fixture
def made(lab: Lab, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """The app at the form of the lab's session."""

    @asynccontextmanager
    async def start(change: Callable[[Session], Session] = lambda session: session) -> AsyncIterator[Any]:
        path = tmp_path / "own" / "sessions.toml"
        session = change(replace(session_of(lab), name="pair"))
        save_session(session, path)
        sessions = {"pair": session, "other": replace(session, name="other")}
        options = AppOptions(sessions=sessions, sessions_path=path, data_dir=tmp_path / "data")
        app = TofutuiApp(options)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(lambda: app.screen.query("#text"))
            await pilot.pause()
            assert isinstance(app.screen, SessionScreen)
            app.screen.duplicate_session()
            await until(lambda: isinstance(app.screen, FormScreen) and app.screen._begun)
            await pilot.press("f5")
            await until(lambda: isinstance(app.screen, TrialScreen))
            yield app, pilot

    return start


def words(app: TofutuiApp) -> str:
    screen = app.screen
    return " ".join(screen.as_text().split()) if isinstance(screen, TrialScreen) else ""


async def test_the_form_tests_both_nodes_each_with_its_own_line(lab: Lab, made: Any) -> None:
    def locked_out(session: Session) -> Session:
        wrong = replace(session.nodes[Role.SECONDARY], key_file=None, password_command="printf wrong")
        return replace(session, nodes={**session.nodes, Role.SECONDARY: wrong})

    async with made(locked_out) as (app, pilot):
        await until(lambda: "the prompt shows prime-pri" in words(app) and "not logged in:" in words(app))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, FormScreen))
    assert {line for sent in lab.sent.values() for line in sent} <= HARMLESS
    await until(lambda: left(lab))


async def test_esc_stops_a_login_and_leaves_the_node(lab: Lab, made: Any) -> None:
    for node in lab.nodes.values():
        node.hang = "terminal"
    async with made() as (app, pilot):
        await until(lambda: all(server.connections for server in lab.servers.values()))
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, FormScreen))
        await until(lambda: left(lab) and not app.leaving._logins)
    assert not re.search("listcerts|show", str(lab.sent))


async def test_quitting_meanwhile_leaves_the_nodes_too(lab: Lab, made: Any) -> None:
    for node in lab.nodes.values():
        node.hang = "terminal"
    async with made() as (app, pilot):
        await until(lambda: all(server.connections for server in lab.servers.values()))
        await pilot.press("ctrl+c")
        await until(lambda: app.return_code is not None)
        await until(lambda: left(lab))
