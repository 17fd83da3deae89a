"""One run as it happens: looks, asks, writes every change down, waits for what the pair does."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from tofutui.guide import engine
from tofutui.guide.engine import PROGRAM, NotNow
from tofutui.guide.ha_meaning import (
    contradicts_active,
    is_connected,
    not_known_good,
    state_line,
)
from tofutui.guide.looking import Looking
from tofutui.guide.open_rows import open_words, stale_rows
from tofutui.guide.playbook import text_of
from tofutui.guide.polling import PairWatch, Poller
from tofutui.guide.preflight import restart_checks
from tofutui.guide.rules import Sheet
from tofutui.guide.run_lease import Tools
from tofutui.guide.spoken import say_browser, say_restarted
from tofutui.guide.verify import verification
from tofutui.guide.worksheet import all_fields, errors, fields_of
from tofutui.history.database import HistoryError
from tofutui.history.runs import Held
from tofutui.tofu.deletion.plan import Step
from tofutui.tofu.guide_run import (
    Check,
    Confirmation,
    Decision,
    GuideAnswer,
    OpenRow,
    Progress,
    Result,
    Run,
    StepState,
    Vouched,
)
from tofutui.tofu.site.session import Role

POLLED = ("reconnect", "register", "milestone", "active")
"""Kinds of steps during which the HA state is asked for."""
VOUCHED = "the primary's database is the newer one, and that of the secondary may be overwritten"
"""What an operator answers for where the HA states do not show it."""


class Guide(Looking):
    """Holds one run of a session, or watches it while another process does.

    Every method that changes the run writes it down first, and raises
    `tofutui.history.database.HistoryError` when that fails, `LeaseLost` when another process took the run
    over, and `engine.NotNow` when the step does not allow it.
    """

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.resolved: dict[str, tuple[str, ...]] = {}
        self.trouble: str | None = None
        """Why what the last poll showed could not be written down."""
        self._watch = PairWatch(self, self.go_on)
        self._poller = Poller(tools.polling, self._is_polled, self._poll_once)

    @property
    def sheet(self) -> Sheet:
        """The forms as they are filled in now."""
        return Sheet(self.session, self.held, self.resolved)

    async def take(self, held: Held) -> None:
        """Hold a stored run from now on and look again at everything that can have changed since.

        Deletions of unknown outcome are settled first.
        """
        await self.hold(held)
        await self._recheck()
        await self.go_on()

    async def close(self) -> None:
        """Stop asking and let go of the run; it stays as it is.

        Where that cannot be written down, others see that the run is free once this process has ended.
        """
        await self._poller.stop()
        with suppress(HistoryError):
            await self.let_go()

    async def preflight(self) -> None:
        """Look at everything; the step is done unless something fails."""
        step = self.held.step("preflight")
        await self.survey.look()
        await self._preflight_checks()
        bad = engine.failing(self.held.checks, "preflight")
        if bad:
            await self.failed(step, "; ".join(f"{check.title}: {check.seen}" for check in bad), by=PROGRAM)
        else:
            await self.done(step, "no check fails", by=PROGRAM, doubt=_open(self.held.checks, "preflight"))
        await self.go_on()

    async def enter(self, field_id: str, value: str) -> None:
        """A field of a form; a name is looked up from here."""
        known = next((field for field in all_fields(self.session) if field.id == field_id), None)
        label = known.label if known else field_id
        words = dict(known.choices).get(value, "") if known else ""
        about = (
            self.survey.presented_by(field_id.partition(":")[2]) if field_id.startswith("restarted:") else ""
        )
        answer = GuideAnswer(field_id, value, label, words, about)
        await self.change(lambda run: engine.entered(run, answer), "", f"{label}: entered")
        if field_id == "secondary_server" and value.strip():
            self.resolved[value.strip()] = await _resolve(value.strip())

    async def form_done(self, step: StepState) -> list[str]:
        """End a form's step, unless something is wrong with it: then that is the answer."""
        wrong = errors(step.id, self.sheet)
        if wrong:
            return wrong
        if step.id == "restarted":
            checks = restart_checks(self.held, self.sheet, self.tools.clock())
            await self.change(lambda run: engine.checked(run, "restarted", checks), step.id, "answered")
            await self._say_restarted()
        await self.done(step, doubt=_open(self.held.checks, step.id))
        await self.go_on()
        return []

    async def _say_restarted(self) -> None:
        """The answers about restarts are evidence about the rows of these servers."""
        run, by = self.held, self.tools.me.user
        for field in fields_of("restarted", self.sheet):
            server, renewed = field.id.partition(":")[2], run.answer(field.id) == "yes"
            await say_restarted(self.tools.bench, server, renewed=renewed, by=by, since=run.started)

    async def confirm(self, role: Role, key: str, sha256: str, text: str) -> None:
        """Who compared a fingerprint and how; "" if no person did."""
        now, user = self.tools.clock(), self.tools.me.user
        said = Confirmation(role=role, key=key, sha256=sha256, text=text, by=user, at=now)
        words = f"SHA-256 of {role.word} {key}: {text.strip() or 'not compared'}"
        await self.change(lambda run: engine.confirmed(run, said), "delete", words)

    async def deleted(self, steps: tuple[Step, ...]) -> None:
        """A plan has run: keep what came of it; the step is done when every row that is left is judged."""
        now = self.tools.clock()

        def with_outcomes(run: Run) -> Run:
            for step in steps:
                outcome = step.outcome.value if step.outcome else "unknown"
                text = f"{step.deletion.role.word} {step.deletion.key}: {outcome}, {step.text}"
                run = engine.seen(run, "delete", text, by=PROGRAM, now=now)
            return run

        await self.change(with_outcomes, "delete", f"{len(steps)} deletions run")
        bad = [step for step in steps if step.outcome is None or not step.outcome.is_good]
        if bad:
            reason = f"{bad[0].deletion.key}: {bad[0].text}"
            await self.failed(self.held.step("delete"), reason, by=PROGRAM)
        elif not await self.undecided():
            await self.nothing_open()

    async def nothing_open(self) -> None:
        """The delete step ends: every row of a remote host is proven, or deleted and learned again.

        Raises:
            NotNow: a row is open, and no operator went on over it.
        """
        step, left = self.held.step("delete"), await self.open_rows()
        if await self.undecided():
            raise NotNow(open_words(left, self.tools.clock()))
        if left:
            await self.done(step, doubt=self._left_open(left))
        else:
            await self.done(step, "no row of a remote host is open", by=PROGRAM)
        await self.go_on()

    async def leave_open(self, step: StepState, rows: Sequence[OpenRow]) -> None:
        """The operator goes on with these rows open; the run keeps who decided so.

        A verification is repeated: what it saw may be old.

        Raises:
            NotNow: other rows are open now, or a stale row does not let the step end.
        """
        left = await self.undecided()
        if set(left) - set(rows):
            raise NotNow(f"the tables have changed: {open_words(left, self.tools.clock())}")
        now, user = self.tools.clock(), self.tools.me.user
        decision = Decision(step=step.id, rows=tuple(left), by=user, at=now)
        words = f"went on with open rows: {open_words(left, now)}"
        await self.change(lambda run: engine.decided(run, decision), step.id, words)
        if step.id == "delete":
            await self.nothing_open()
        else:
            await self.verify()

    async def tick(self, step: StepState, seen: str = "", *, vouched_for: str = "") -> None:
        """The operator says that the step is done; what it rests on is asked on both nodes at this moment.

        Args:
            step: The current step.
            seen: What showed that it is done.
            vouched_for: The states (`direction`) that were shown to the operator, who answered that the
                primary's database is the newer one; "" if nothing was asked.

        Raises:
            NotNow: registering is refused, or its direction has to be said; the states contradict the step.
        """
        kind = text_of(step.id).kind
        if kind in ("acknowledge", "register"):
            await self._overwrite(step, seen, vouched_for)
        elif kind == "active":
            await self._active_by_hand(step, seen)
        else:
            await self.done(step, seen)
        await self.go_on()

    async def _overwrite(self, step: StepState, seen: str, vouched_for: str) -> None:
        """Asked now, and decided by the newest states: a look at the pair may have ended since."""
        direction, by, now = await self.direction(), self.tools.me.user, self.tools.clock()
        said = Vouched(step=step.id, states=vouched_for, text=VOUCHED, by=by, at=now) if vouched_for else None
        await self.change(
            lambda run: engine.overwriting(
                run, step.id, self.last_direction(), said, by=by, now=now, seen=seen
            ),
            step.id,
            f"done; {direction.result.value}: {direction.seen}" + (f"; {said.text}" if said else ""),
        )

    async def _active_by_hand(self, step: StepState, seen: str) -> None:
        await self._ask_ha()
        if is_connected(self.nodes):
            await self._watch.registered()
        elif contradicts_active(self.nodes):
            raise NotNow(not_known_good(self.nodes))
        else:
            await self.done(step, seen, doubt=f"not seen by tofutui: {state_line(self.nodes)}")

    async def stay_apart(self, step: StepState) -> None:
        """The operator says that the two do not connect automatically: registering follows."""
        await self._ask_ha()
        await self._watch.judge_reconnect(step)
        if self.held.current == self.held.step(step.id):
            await self.done(step, f"the operator says that they stay apart; {state_line(self.nodes)}")
            await self.go_on()

    async def fail(self, step: StepState, reason: str) -> str:
        """The operator says that the step failed; returns what was understood of the browser's words."""
        await self.failed(step, reason)
        heard = await say_browser(self.tools.bench, reason)
        await self.look_at_ticks()
        await self.go_on()
        return heard.message

    async def mend(self, step_id: str) -> None:
        """Go back to the step that mends a failure, "" for the current one, and do again what rests on it."""
        now, id_ = self.tools.clock(), step_id or (self.held.current.id if self.held.current else "")
        await self.change(lambda run: engine.mended(run, id_, now), id_, "to be fixed here")
        await self.go_on()

    async def again(self, step: StepState) -> None:
        """Try a failed step once more."""
        await self.change(lambda run: engine.again(run, step.id), step.id, "again")
        await self.go_on()

    async def skip(self, step: StepState, reason: str) -> None:
        """Skip the step."""
        await self.left_out(step, reason)
        await self.go_on()

    async def reopen(self, step: StepState) -> None:
        """Do a step once more that is over, and what rests on it."""
        now = self.tools.clock()
        await self.change(lambda run: engine.reopened(run, step.id, now), step.id, "reopened")
        await self.go_on()

    async def note(self, step: StepState, text: str) -> None:
        """Write something beside the step."""
        now, user = self.tools.clock(), self.tools.me.user
        await self.change(lambda run: engine.noted(run, step.id, text, by=user, now=now), step.id, "note")

    async def verify(self) -> None:
        """List again and compare; done unless something fails. It may be repeated."""
        await self.survey.look()
        self.nodes, self.asked_at = (await self.survey.facts()).nodes, self.tools.clock()
        checks, shots = verification(await self._outcome()), self.survey.shots()
        await self.change(
            lambda run: engine.shot(engine.checked(run, "verify", checks), shots, after=True),
            "verify",
            "checked",
        )
        await self.look_at_ticks()
        await self._verified()

    async def _verified(self) -> None:
        """End the verification as its checks say; over rows that are open only if an operator went on."""
        current, checks = self.held.current, self.held.checks
        if current is None or current.id != "verify":
            return
        bad = engine.failing(checks, "verify")
        if bad:
            await self.failed(current, "; ".join(f"{check.title}: {check.seen}" for check in bad), by=PROGRAM)
        elif await self.undecided():
            await self.change(lambda run: engine.waiting(run, "verify"), "verify", "rows are open")
        else:
            await self.done(current, "no check fails", by=PROGRAM, doubt=_open(checks, "verify"))
        await self.go_on()

    async def go_on(self) -> None:
        """Do what the current step does automatically: skip itself, or wait for the pair."""
        step = self.held.current
        kind = text_of(step.id).kind if step else ""
        if step is None or not self.is_mine or step.progress is Progress.FAILED or kind not in POLLED:
            await self._poller.stop()
        if step is None or not self.is_mine:
            return
        if step.id == "virtual-ip" and self.held.answer("virtual_ip") != "yes":
            await self.left_out(step, "the worksheet says that no virtual IP is used", by=PROGRAM)
            await self.go_on()
        elif kind in POLLED and step.progress is not Progress.FAILED:
            if kind not in ("milestone", "register") and step.progress is not Progress.WAITING:
                await self.change(lambda run: _waiting(run, step.id), step.id, "waiting")
            self._poller.start()

    def look_now(self) -> None:
        """What is waited for may have come just now: do not wait for the next look."""
        self._poller.hurry()

    async def _recheck(self) -> None:
        """After a pause everything may have changed: look again, go back to what no longer holds."""
        await self.survey.look()
        now, run = self.tools.clock(), self.held
        registered = any(s.id == "register" and s.progress.is_over for s in run.steps)
        if run.checks and not registered:
            await self._preflight_checks()
        else:
            await self._ask_ha()
        over = {step.id for step in run.steps if step.progress is Progress.DONE}
        stale = stale_rows(await self.undecided())
        if "delete" in over and stale and not registered:
            await self.change(lambda run: engine.reopened(run, "delete", now), "delete", "stale rows again")
        bad = engine.failing(self.held.checks, "preflight")
        if bad and "preflight" in over and not registered:
            await self.change(lambda run: engine.reopened(run, "preflight", now), "preflight", "fails now")
            await self.failed(self.held.step("preflight"), f"{bad[0].title}: {bad[0].seen}", by=PROGRAM)
        step = self.held.current
        settled = not await self.undecided()
        if step is not None and step.id == "delete" and settled and await self.deletions():
            await self.nothing_open()
        await self.look_at_ticks()

    async def _poll_once(self) -> None:
        trouble = None
        try:
            await self._ask_ha()
            await self._watch.judge_states()
        except NotNow:
            pass  # the operator was faster with this step
        except HistoryError as error:
            trouble = str(error)
        if trouble != self.trouble:
            self.trouble = trouble
            self.on_change()

    def _is_polled(self) -> bool:
        step = self.run.current if self.run and self.is_mine else None
        return step is not None and text_of(step.id).kind in POLLED and step.progress is not Progress.FAILED


def _open(checks: Sequence[Check], step: str) -> str:
    """The checks of this step that did not pass."""
    return "; ".join(
        f"{check.title}: {check.seen}"
        for check in checks
        if check.step == step and check.result is not Result.PASS
    )


def _waiting(run: Run, id_: str) -> Run:
    """The step waits, unless what it waits for was seen meanwhile."""
    return engine.waiting(run, id_) if run.current is not None and run.current.id == id_ else run


async def _resolve(name: str) -> tuple[str, ...]:
    """The addresses of a name as this machine finds them."""
    try:
        async with asyncio.timeout(5):
            infos = await asyncio.get_running_loop().getaddrinfo(name, None)
    except (OSError, TimeoutError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(info[4][0]) for info in infos))
