"""The app on a simulated pair behind relays, with every wait short: what the fault matrix is played on."""

import io
import shlex
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from textual.pilot import Pilot

from tests.support import at_rest, painting, style_sheets
from tests.support.relays import Relay
from tests.support.ticks import BY_HAND, HandTicks
from tests.support.waiting import until
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.questions import Asker, NoAsker
from tofutui.cli.check_runner import compare_all
from tofutui.cli.order import CheckOrder
from tofutui.cli.progress import CheckProgress
from tofutui.config.sessions import load_sessions
from tofutui.executor import Executor, Pace
from tofutui.guide.run_controller import Guide
from tofutui.guide.run_lease import Me, Polling, Tools
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.row_history import Sightings
from tofutui.history.runs import Runs
from tofutui.lab import pair
from tofutui.lab.appliance.node import LabNode
from tofutui.lab.pair import Lab
from tofutui.report import render
from tofutui.tofu.base.backoff import Backoff
from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Role, Session
from tofutui.ui.backend import Link
from tofutui.ui.options import AppOptions
from tofutui.ui.shell.app import TofutuiApp
from tofutui.ui.tables.auto_reconnect import ReconnectPatience
from tofutui.workbench import Change, Workbench

at_rest.install()
style_sheets.parse_once()
painting.only_when_looked_at()

PATIENT = Timings(
    connect=20, login=20, first_prompt=20, quiet=0.03, menu_quiet=0.1, unknown_quiet=0.2, settle=0.02,
    midline_settle=0.1, command_idle=20, command_total=20, interrupt=0.2, keepalive=5, exit=0.2,
)  # fmt: skip
"""What goes well may take as long as a loaded machine needs for it."""


@dataclass(frozen=True)
class Waits:
    """The waits of a cell: short where its fault uses them up, long everywhere else."""

    timings: Timings = PATIENT
    command: float = 20.0
    probe: float = 5.0


HOUR = ReconnectPatience(Backoff(first=3600, longest=3600), lambda: 0.0)
"""Shows the next try and never makes it."""
ISE = "198.51.100.20_443"
DELETE = f"ncs certvalidation tofu-certs deletecert host {ISE}"
UNREACHABLE = "255.255.255.255"
"""No TCP connection can be made to a broadcast address: "Network is unreachable"."""
REFUSING = "127.0.0.2"
"""Nothing listens there."""
SITE = """
title = "Simulated: faults"

[primary]
hostname = "prime-pri"
address = "192.0.2.10"
rows = ["192.0.2.11:8082", "198.51.100.20:443", "192.0.2.10:8082"]
press_enter = true

[secondary]
hostname = "prime-sec"
address = "192.0.2.11"
rows = ["192.0.2.11:8082", "192.0.2.10:8082"]

[[endpoints]]
at = "192.0.2.10:8082"
name = "prime-pri"
kind = "node"
key = "ec"
presented = { subject = "CN=prime-pri", age = "9d" }

[[endpoints]]
at = "192.0.2.11:8082"
name = "prime-sec"
kind = "node"
key = "ec"
presented = { subject = "CN=prime-sec", age = "9d" }

[[endpoints]]
at = "198.51.100.20:443"
name = "ISE-server"
kind = "ise"
key = "ec"
presented = { subject = "CN=ise01.example.net", age = "9d" }
stored = { subject = "CN=ISE-server", age = "390d" }
"""


@dataclass
class Checked:
    """What `check` did."""

    code: int
    err: str
    report: str


@dataclass
class Stage:
    """One site, the app on it, and everything that can go wrong with either."""

    folder: Path
    lab: Lab
    relays: dict[str, Relay]
    session: Session
    names: dict[str, str | None]
    waits: Waits
    benches: list[Workbench] = field(default_factory=list)
    databases: list[Database] = field(default_factory=list)
    guides: list[Guide] = field(default_factory=list)
    offset: timedelta = timedelta()
    _app: TofutuiApp | None = None
    _pilot: Pilot[Any] | None = None
    _ticks: HandTicks = field(default_factory=HandTicks)

    @property
    def app(self) -> TofutuiApp:
        assert self._app is not None
        return self._app

    @property
    def bench(self) -> Workbench:
        return self.benches[-1]

    @property
    def guide(self) -> Guide:
        return self.guides[-1]

    @property
    def node(self) -> LabNode:
        return self.lab.nodes["primary"]

    @property
    def link(self) -> Relay:
        return self.relays["primary"]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def deletions(self) -> list[str]:
        return [line for node in self.lab.nodes.values() for line in node.sent if " deletecert " in line]

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def view(self, role: Role = Role.PRIMARY) -> NodeView:
        return self.bench.comparison.nodes[role]

    def entry(self, key: str = ISE) -> Entry:
        return next(e for e in self.view().entries.values() if e.key == key)

    def keys(self) -> set[str]:
        return {e.key for e in self.view().entries.values() if e.key and e.is_stored}

    def new_password(self) -> None:
        """The operator has changed it on the node, and where the session takes it from."""
        server = self.lab.servers["primary"]
        server.login = replace(server.login, password=server.login.password + "!")
        (self.folder / "primary.password").write_text(server.login.password + "\n")

    def forget_names(self) -> None:
        """The look-ups of the probes are kept for a while."""
        for bench in self.benches:
            getattr(bench._probing.prober._asker.dial, "_lookups", {}).clear()

    async def open_link(self, session: Session, asker: Asker, changed: Callable[[Change], None]) -> Link:
        database = Database(self.data / FILE, busy=0.1)
        bench, runner, guide = self.tools(session, asker, changed, database, pid=1)
        return Link(bench, runner, guide=guide, end=database.close)

    def tools(
        self, session: Session, asker: Asker, changed: Callable[[Change], None], database: Database, pid: int
    ) -> tuple[Workbench, Executor, Guide]:
        bench = Workbench(
            session, asker, on_change=changed, clock=self.clock, timings=self.waits.timings,
            sightings=Sightings(database),
        )  # fmt: skip
        bench.node(Role.SECONDARY)._timings = PATIENT
        journal = Journal(database)
        runner = Executor(bench, journal, operator="tester", clock=self.clock, pace=Pace(1, 0.05))
        tokens = (f"{pid}-{number}" for number in count())
        guide = Guide(
            Tools(
                bench=bench, executor=runner, runs=Runs(database), journal=journal,
                me=Me("jump01", "ops", pid), clock=self.clock, token=lambda: next(tokens),
                polling=Polling(first=0.05, growth=1.0, longest=0.05),
            )
        )  # fmt: skip
        self.benches.append(bench)
        self.databases.append(database)
        self.guides.append(guide)
        return bench, runner, guide

    @asynccontextmanager
    async def other_program(self) -> AsyncIterator[tuple[Workbench, Executor, Guide]]:
        """Another tofutui on the same session, without a screen."""
        database = Database(self.data / FILE, busy=0.1)
        made = self.tools(self.session, NoAsker(), lambda change: None, database, pid=2)
        for kept in (self.benches, self.databases, self.guides):
            kept.pop()
        try:
            yield made
        finally:
            await made[2].close()
            await made[0].close()
            database.close()

    @asynccontextmanager
    async def screen(self) -> AsyncIterator[None]:
        """The app, both nodes listed."""
        options = AppOptions(
            sessions={self.session.name: self.session}, sessions_path=self.folder / "s.toml",
            data_dir=self.data,
        )  # fmt: skip
        app = TofutuiApp(
            options, open_link=self.open_link, clock=self.clock, patience=HOUR, ticks=self._ticks
        )
        async with app.run_test(size=(150, 45)) as pilot:
            self._app, self._pilot = app, pilot
            try:
                yield
                painting.paint(app)
            finally:
                await app.leaving.close_nodes()

    async def press(self, *keys: str) -> None:
        assert self._pilot is not None
        for key in keys:
            self._ticks.ahead += BY_HAND
            await self._pilot.press(key)
            await self.until(lambda: not self.app.presses.undecided, "a decided key")
        await self._pilot.pause()

    async def until(self, fact: Callable[[], object], what: str = "") -> None:
        """Wait for a fact."""
        await until(fact, lambda: f"{what}; {self.told()}")

    def told(self) -> str:
        """For a test that fails: the state of the primary, and the end of the command log."""
        if not self.benches:
            return ""
        view, log = self.view(), self.bench.command_log[-12:]
        lines = [f"{line.role.value} {line.kind} {line.text}" for line in log]
        return f"{view.phase} {view.error} lost {view.lost_at}\n" + "\n".join(lines)

    async def quiet(self) -> None:
        """Wait until nothing is refreshed and everything is shown."""
        main = self.app.main
        assert main is not None
        await self.until(lambda: not main.refreshing.watch._running and main._frame is None, "idle")
        await self.press()

    async def list_until_whole(self) -> None:
        """As an operator does: ``r`` until the whole table is there."""
        await self.quiet()
        for _ in range(20):
            if self.view().phase is Phase.LISTED and self.view().lost_at is None:
                return
            await self.press("1", "r")
            await self.quiet()
        raise AssertionError(f"it does not recover: {self.told()}")

    def screen_text(self) -> str:
        """What the screen says, of a dialog only the dialog itself; borders taken off, lines joined."""
        screen = self.app.screen
        region = next((box.region for box in screen.query("#box")), screen.region)
        lines = screen._compositor.render_strips()[region.y : region.bottom]
        return _flat(strip.text[region.x : region.right] for strip in lines)

    def pane_text(self, role: Role = Role.PRIMARY) -> str:
        """What the pane of a node shows, its lines joined."""
        assert self.app.main is not None
        region = self.app.main.panes[role].region
        lines = self.app.main._compositor._render_chops(region, lambda y: region.y <= y < region.bottom)
        parts = (
            "".join(strip.text for x, strip in lines[y].items() if region.x <= x < region.right)
            for y in range(region.y, region.bottom)
        )
        return _flat(parts)

    async def check(self) -> Checked:
        """`check` of this session, as a program started now would find it."""
        order = CheckOrder((self.session,), (), (), (), self.data, timings=self.waits.timings)
        with CheckProgress(1, io.StringIO(), many=False) as progress:
            outcome = await compare_all(order, partial(render, fmt="lines", version=""), progress)
        (done,) = outcome.done
        return Checked(done.line.code, "\n".join((*outcome.remarks, *done.unfinished)), done.report)

    def absences(self) -> int:
        """How many rows of the primary the history believes to have gone."""
        with sqlite3.connect(self.data / FILE) as connection:
            sql = "SELECT count(*) FROM incarnation JOIN node ON node.id = node WHERE ended IS NOT NULL"
            absent: int = connection.execute(f"{sql} AND role = 'primary'").fetchone()[0]
        connection.close()
        return absent


def _flat(lines: Any) -> str:
    text = " ".join(lines)
    return " ".join("".join(" " if c in "┃━┏┓┗┛│─┌┐└┘║═╔╗╚╝▴▾█" else c for c in text).split())


@asynccontextmanager
async def stage(folder: Path, waits: Waits) -> AsyncIterator[Stage]:
    """A site in a folder, every name of which the stage resolves."""
    scenario = folder / "faulty.toml"
    scenario.write_text(SITE)
    lab = await Lab.start(
        str(scenario), folder / "lab", pace=pair.LabPace(log=3600, learn=3600, milestone=3600)
    )
    relays = {role: Relay(node.port) for role, node in lab.nodes.items()}
    relays["ise"] = Relay(lab.endpoint("198.51.100.20:443").port)
    try:
        for relay in relays.values():
            await relay.start()
        names: dict[str, str | None] = {f"{name}.test": "127.0.0.1" for name in relays}
        with _resolving(names):
            yield Stage(folder, lab, relays, _session(folder, lab, relays, waits), names, waits)
    finally:
        for relay in relays.values():
            with suppress(AssertionError):
                await relay.stop()
        await lab.stop()


def _session(folder: Path, lab: Lab, relays: dict[str, Relay], waits: Waits) -> Session:
    (session,) = load_sessions(lab.sessions_path).values()
    known_hosts = folder / "known_hosts"
    lines = []
    for name in lab.nodes:
        key = lab.servers[name].login.host_key.export_public_key("openssh").decode()
        lines.append(f"[{name}.test]:{relays[name].port} {key}")
        (folder / f"{name}.password").write_text(lab.password + "\n")
    known_hosts.write_text("".join(lines))
    nodes = {
        role: replace(
            node, host=f"{role.value}.test", port=relays[role.value].port, known_hosts=known_hosts,
            key_file=None, command_timeout=waits.command if role is Role.PRIMARY else 20.0,
            password_command=f"cat {shlex.quote(str(folder / f'{role.value}.password'))}",
        )
        for role, node in session.nodes.items()
    }  # fmt: skip
    ways = {**session.probe.map, Endpoint("198.51.100.20", 443): Endpoint("ise.test", relays["ise"].port)}
    return replace(session, nodes=nodes, probe=replace(session.probe, timeout=waits.probe, map=ways))


@contextmanager
def _resolving(names: dict[str, str | None]) -> Iterator[None]:
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host not in names:
            return real(host, port, *more, **options)
        address = names[host]
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with mock.patch.object(socket, "getaddrinfo", look_up):
        yield
