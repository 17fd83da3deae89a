"""One cell of the matrix, from the healthy pair through the fault to the recovery."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.faults.matrix import Cell, Expected, Fault, Kind, Moment
from tests.support.faulty import DELETE, ISE, PATIENT, REFUSING, UNREACHABLE, Stage, Waits, stage
from tofutui.guide import engine
from tofutui.guide.ha_meaning import state_line
from tofutui.history.database import FILE
from tofutui.history.journal import Journal
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role
from tofutui.ui.deletion.dialog import DeleteScreen, RunScreen

PRIMARY = {"192.0.2.10_8082", "192.0.2.11_8082", ISE}
_NAMES = {Fault.REFUSED: REFUSING, Fault.UNREACHABLE: UNREACHABLE, Fault.DNS: None}
_MODES = {
    Fault.SILENT: "silent",
    Fault.BANNER_LATE: "late",
    Fault.BANNER_NEVER: "unfinished",
    Fault.KEX_HANGS: "stuck",
    Fault.RESET: "reset",
    Fault.GARBAGE: "garbage",
    Fault.ENDLESS: "endless",
}
_TLS_MODES = {**_MODES, Fault.KEX_HANGS: "half", Fault.HALF_OPEN: "deaf"}
_LOGINS = {Fault.LOGIN_HANGS: "hang", Fault.WRONG_PASSWORD: "refused", Fault.EXPIRED: "expired"}
_LAB = {
    Fault.SHELL_CLOSED: "close",
    Fault.RESET: "reset",
    Fault.HALF_OPEN: "hang",
    Fault.NO_PROMPT: "hang",
    Fault.GARBAGE: "garbage",
    Fault.ENDLESS: "endless",
}
_LOGIN_HANGS = (
    Fault.SILENT, Fault.BANNER_NEVER, Fault.KEX_HANGS, Fault.LOGIN_HANGS, Fault.GARBAGE, Fault.ENDLESS
)  # fmt: skip
Hook = Callable[[], Awaitable[None]]


async def play(cell: Cell, folder: Path) -> None:
    """Play it; AssertionError where something else than the matrix says is seen."""
    assert cell.expected is not None
    async with stage(folder, waits(cell)) as site:
        player = Player(site, cell, cell.expected)
        async with site.screen():
            await player.run()
        await player.after()


def waits(cell: Cell) -> Waits:
    """Short for what the fault lets run out, long for everything else."""
    fault, moment = cell.fault, cell.moment
    if moment is Moment.PROBING:
        return Waits(probe=0.4) if fault in _TLS_MODES else Waits()
    if fault in _LOGIN_HANGS and (fault.kind is Kind.CONNECT or moment is Moment.CONNECTING):
        return Waits(replace(PATIENT, login=0.7))
    if fault is Fault.NO_PROMPT and moment is Moment.DIALOGUE:
        return Waits(replace(PATIENT, first_prompt=0.8))
    if fault is Fault.NO_PROMPT:
        return Waits(command=1.2)
    return Waits(replace(PATIENT, keepalive=0.2)) if fault is Fault.HALF_OPEN else Waits()


class Player:
    """An operator at the screen while one fault strikes."""

    def __init__(self, site: Stage, cell: Cell, expected: Expected) -> None:
        self.site = site
        self.fault = cell.fault
        self.moment = cell.moment
        self.expected = expected
        self._store: sqlite3.Connection | None = None
        self._struck = False
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        site = self.site
        await site.until(lambda: site.benches and site.bench.comparison.taken_at, "the first comparison")
        await site.list_until_whole()
        assert site.keys() == PRIMARY
        if self.moment.deletes:
            await self._delete()
        elif self.moment is Moment.GUIDE:
            await self._poll()
        else:
            await self._list()
        if self.fault is not Fault.TERMINAL_CLOSED:
            await asyncio.gather(*self._tasks)
        assert len(site.deletions) == self.expected.sent
        assert set(site.deletions) <= {DELETE}
        if self.fault is Fault.TERMINAL_CLOSED:
            await self._was_left()
            return
        await self._screen_goes_on()
        self._heal()
        await self._recovers()

    async def after(self) -> None:
        """What a later start finds."""
        if self.fault is not Fault.TERMINAL_CLOSED:
            return
        self._heal()
        async with self.site.screen():
            await self.site.until(lambda: self.site.bench.comparison.taken_at, "the first comparison")
            await self._recovers()

    # The three ways in which a moment is reached

    async def _list(self) -> None:
        site = self.site
        if self.moment in (Moment.CONNECTING, Moment.DIALOGUE):
            site.link.reset()
            await site.until(lambda: site.view().lost_at is not None, "the loss is seen")
            await site.until(lambda: "LOST" in site.pane_text(), "LOST on the screen")
            assert "rows of" in site.pane_text()
        passwords = site.node.passwords
        self._strike()
        listed = site.view(Role.SECONDARY).listed_at
        await site.press("1", "R")
        if self.fault is Fault.TERMINAL_CLOSED:
            return
        await site.quiet()
        if self.fault.kind is Kind.CONNECT and self.moment in (Moment.LISTING, Moment.ROWS):
            assert "LOST" in site.pane_text()
            await site.press("r")
            await site.quiet()
        assert self._struck or site.node.struck or self.fault.kind is not Kind.LINK or not self.moment.place
        await self._sees_lists(passwords)
        assert site.view(Role.SECONDARY).listed_at != listed, "the other node goes on"
        assert site.view(Role.SECONDARY).phase is Phase.LISTED
        if self.expected.check is not None:
            await self._check()

    async def _sees_lists(self, passwords: int) -> None:
        site, says = self.site, self.expected.says
        assert site.keys() == PRIMARY, "no row is believed to be gone"
        assert site.absences() == 0
        if self.moment is Moment.PROBING and self.fault.kind is not Kind.LOCAL:
            assert site.entry().presented.status.value == says
            assert "NO ANSWER" in site.pane_text()
            assert site.view().phase is Phase.LISTED
            return
        text = site.pane_text()
        assert says in text, text
        if self.fault.kind is Kind.LOCAL or not says:
            assert site.view().phase is Phase.LISTED, site.told()
            return
        assert not site.view().complete
        was_lost = self.fault.kind is Kind.CONNECT or self.moment in (Moment.CONNECTING, Moment.DIALOGUE)
        assert ("next try" in text) is (was_lost and not self.fault.needs_operator)
        if self.fault.needs_operator:
            assert site.view().barred
            assert site.node.passwords == passwords + 1, "a refused login is never retried automatically"

    async def _check(self) -> None:
        checked = await self.site.check()
        assert checked.code == self.expected.check, checked
        if self.expected.check == 3:
            assert "primary" in checked.err
            assert self.expected.says.replace("was lost", "lost") in checked.err.replace("was lost", "lost")
            assert "secondary" in checked.report
        else:
            assert ISE in checked.report

    async def _delete(self) -> None:
        site = self.site
        main = site.app.main
        assert main is not None
        for _ in range(9):
            if main.current is not None and main.current.key == ISE:
                break
            await site.press("n")
        await site.press("D")
        assert isinstance(site.app.screen, DeleteScreen)
        self._strike()
        await site.press("y")
        if self.fault is Fault.TERMINAL_CLOSED:
            await site.until(lambda: site.app.return_code is not None, "the end of the app")
            return
        await site.until(
            lambda: isinstance(site.app.screen, RunScreen) and not site.app.running_plan, "the end"
        )
        await site.press()
        text, expected = site.screen_text(), self.expected
        assert expected.says in text, text
        (outcome,) = [step.outcome for step in site.app.screen._steps]
        assert outcome is expected.outcome, text
        assert (outcome is Outcome.GONE) is (
            ISE not in site.lab.table("primary")
        ) or outcome is Outcome.UNKNOWN
        await site.press("escape")
        await site.quiet()

    async def _poll(self) -> None:
        site, guide = self.site, self.site.guide
        await guide.begin("ha-reregister")
        while (step := guide.held.current) is not None and step.id != "reconnect":
            id_, now = step.id, site.clock()
            await guide.change(
                lambda run, id_=id_, now=now: engine.done(run, id_, by="ops", now=now), id_, "done"
            )
        self._strike()
        await guide.go_on()
        if self.fault is Fault.TERMINAL_CLOSED:
            return
        await site.until(lambda: guide.nodes and guide.asked_at, "a poll")
        says = self.expected.says
        if self.fault is Fault.OTHER_PROGRAM:
            await site.until(lambda: not guide.is_mine or self._skipped(), "the run is watched, or over")
        elif not says:
            await site.until(self._skipped, "the step ends by what was seen")
        else:
            await site.until(lambda: says in self._guide_words(), says)
            assert not self._skipped(), "nothing is concluded from a node that did not answer"
            assert all(n.answered for n in guide.nodes if n.role is Role.SECONDARY)

    def _guide_words(self) -> str:
        guide = self.site.guide
        return " ".join(filter(None, [state_line(guide.nodes), guide.trouble]))

    def _skipped(self) -> bool:
        run = self.site.guide.run
        return run is not None and run.step("reconnect").progress.is_over

    # The faults

    def _strike(self) -> None:
        site, node = self.site, self.site.node
        if self.fault.kind is Kind.LOCAL:
            self._strike_here()
        elif self.moment is Moment.PROBING:
            site.forget_names()
            self._set("ise")
        elif self.fault.kind is Kind.CONNECT:
            self._set("primary")
            if self.moment.place:
                node.fault, node.fault_at, node.fault_times = "reset", self.moment.place, 1
        elif self.moment is Moment.CONNECTING:
            self._set("primary")
        else:
            node.fault, node.fault_at = _LAB[self.fault], self.moment.place
            node.fault_times = 1 if self.moment in (Moment.BEFORE_DELETE, Moment.AFTER_DELETE) else 0
            node.ignore_interrupt = self.fault is Fault.NO_PROMPT
            if self.fault is Fault.HALF_OPEN:
                self._at_place(self._freeze)

    def _set(self, name: str) -> None:
        site = self.site
        if self.fault in _NAMES:
            site.names[f"{name}.test"] = _NAMES[self.fault]
        elif self.fault in _LOGINS:
            site.node.login = _LOGINS[self.fault]
        else:
            site.relays[name].mode = (_TLS_MODES if name == "ise" else _MODES)[self.fault]

    async def _freeze(self) -> None:
        self.site.link.freeze()

    def _strike_here(self) -> None:
        if self.fault in (Fault.DISK_FULL, Fault.READ_ONLY, Fault.LOCKED) and self.moment in (
            Moment.BEFORE_DELETE, Moment.LISTING
        ):  # fmt: skip
            self._break_store()
        elif self.moment in (Moment.CONNECTING, Moment.PROBING):
            self._tasks.append(asyncio.create_task(self._act()))
        else:
            self._at_place(self._act)

    def _at_place(self, act: Hook) -> None:
        """Act when the node is at the moment's place, once (freezing: each time)."""

        async def reached(place: str) -> None:
            if place == self.moment.place and (not self._struck or self.fault is Fault.HALF_OPEN):
                self._struck = True
                await act()

        self.site.node.reached = reached

    async def _act(self) -> None:
        site = self.site
        if self.fault is Fault.CLOCK_JUMP:
            site.offset = timedelta(days=-1)
            site.node.clock_offset = 86400
        elif self.fault is Fault.TERMINAL_CLOSED:
            site.app.leave(129)
            await site.until(lambda: site.app.return_code is not None, "the end of the app")
        elif self.fault is Fault.OTHER_PROGRAM:
            self._tasks.append(asyncio.create_task(self._other_program()))
        else:
            self._break_store()

    async def _other_program(self) -> None:
        async with self.site.other_program() as (bench, _, guide):
            if self.moment is Moment.GUIDE:
                held = await guide.stored()
                assert held is not None
                await guide.hold(held)
                return
            await bench.refresh()
            assert bench.comparison.nodes[Role.PRIMARY].notices, "another user's presence is reported"

    def _break_store(self) -> None:
        """SQLite refuses to write, as it does on such a disk; reading goes on."""
        path = self.site.data / FILE
        if self.fault is Fault.LOCKED:
            self._store = sqlite3.connect(path, isolation_level=None)
            self._store.execute("BEGIN IMMEDIATE")
            return
        connection = self.site.databases[-1]._connection
        if self.fault is Fault.READ_ONLY:
            connection.execute("PRAGMA query_only = ON")
            return
        for table in ("deletion", "run", "run_event", "node"):
            for verb in ("INSERT", "UPDATE"):
                connection.execute(
                    f"CREATE TEMP TRIGGER full_{table}_{verb} BEFORE {verb} ON main.{table} "
                    "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                )

    def _heal(self) -> None:
        site, node = self.site, self.site.node
        node.fault, node.login, node.reached, node.ignore_interrupt = "", "ok", None, False
        for name, relay in site.relays.items():
            relay.mode, site.names[f"{name}.test"] = "pass", "127.0.0.1"
        site.forget_names()
        if self.fault.needs_operator:
            site.new_password()
        if self._store is not None:
            self._store.close()
            self._store = None
        elif self.fault is Fault.READ_ONLY:
            site.databases[-1]._connection.execute("PRAGMA query_only = OFF")
        elif self.fault is Fault.DISK_FULL:
            connection = site.databases[-1]._connection
            names = connection.execute(
                "SELECT name FROM sqlite_temp_master WHERE type = 'trigger'"
            ).fetchall()
            for (name,) in names:
                connection.execute(f"DROP TRIGGER {name}")

    # What holds afterwards

    async def _screen_goes_on(self) -> None:
        site = self.site
        assert site.app.main is not None
        await site.press("2")
        assert site.app.main.armed is Role.SECONDARY
        await site.press("1")
        assert site.app.main.armed is Role.PRIMARY
        assert "LISTED" not in site.pane_text(Role.SECONDARY)
        assert "listed" in site.pane_text(Role.SECONDARY)

    async def _recovers(self) -> None:
        site = self.site
        await site.press("1", "r")
        await site.list_until_whole()
        text = site.pane_text()
        assert "LOST" not in text
        assert "next try" not in text
        assert site.keys() == set(site.lab.table("primary"))
        assert site.view().complete
        if self.moment is Moment.PROBING:
            await site.until(lambda: site.entry().verdict.is_stale, "the row is judged again")
        if (
            self.moment is Moment.GUIDE
            and site.guide.run is not None
            and self.fault is not Fault.OTHER_PROGRAM
        ):
            await site.until(self._skipped, "polling goes on")
        await self._is_settled()
        assert len(site.deletions) == self.expected.sent, "never twice"

    async def _is_settled(self) -> None:
        expected = self.expected
        wanted = expected.settled or expected.outcome
        if not expected.sent or wanted is None:
            return
        journal = Journal(self.site.databases[-1])
        name = self.site.session.name

        def ends() -> list[Outcome | None]:
            return [entry.outcome for entry in journal.entries(name)]

        await self.site.until(lambda: ends() == [wanted], f"the journal says {wanted}")

    async def _was_left(self) -> None:
        site = self.site
        await site.until(lambda: site.app.return_code is not None, "the end of the app")
        assert site.app.return_code == 129
        await site.until(lambda: not site.node.shells, "no shell is left on the node")
        await asyncio.gather(*self._tasks)
