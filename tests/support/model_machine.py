"""The rules of the model tests: what operators, nodes, networks and other people do, in any order."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.support.model_site import KEYS, NAMES, QUESTIONS, Broken, Confirmed, certificates, text_of
from tests.support.model_worlds import HOSTNAMES, Program, World, calm
from tofutui.executor import PlanRefused
from tofutui.tofu.plan import Outcome, Plan, Step
from tofutui.tofu.session import Role

STEPS_PER_RUN = 50

roles = st.sampled_from(list(Role))
keys = st.sampled_from(KEYS)
which = st.integers(0, 1)
issues = st.integers(0, len(NAMES) * 2 - 1)
masks = st.integers(1, 2 ** (2 * len(KEYS)) - 1)
moods = st.sampled_from(
    [
        "good", "good", "good", "ignores", "learns", "drops after", "drops before", "hangs", "hangs hard",
        "cut list", "slow", "error", "error and does it", *QUESTIONS,
    ]
)  # fmt: skip
answers = st.sampled_from([None, "no", "because", "yes"])
moments = st.sampled_from(["reading", "asking", "sent;", "listing", "present"])
events = st.sampled_from(
    [
        "none", "none", "store", "remove", "reissue", "cut", "redeploy", "read-only", "refresh",
        "refresh other", "again", "cancel",
    ]
)  # fmt: skip


class Machine(RuleBasedStateMachine):
    """One site, up to two programs on it, and whoever else changes things."""

    world: ClassVar[World]
    steps: ClassVar[int] = 0
    counts: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        if not self.world.programs:
            self.world.do(self.world.start_program())
        self.world.do(self._refresh(self.world.programs[0], list(Role)))

    def _count(self, name: str) -> None:
        counts = type(self).counts
        counts[name] = counts.get(name, 0) + 1

    def _do(self, name: str, work: Coroutine[Any, Any, Any] | None = None) -> None:
        Machine.steps += 1
        self._count(name)
        if work is not None:
            self.world.do(work)

    def _program(self, number: int) -> Program:
        return self.world.programs[number % len(self.world.programs)]

    # The world changes.

    @rule(key=keys, issue=issues)
    def reissue(self, key: str, issue: int) -> None:
        """Another certificate is presented."""
        self._do("reissue")
        self.world.site.servers[key].presented = certificates()[issue]

    @rule(key=keys)
    def silence(self, key: str) -> None:
        """Nothing is presented."""
        self._do("silence")
        self.world.site.servers[key].presented = None

    @rule(role=roles, key=keys, issue=issues)
    def store(self, role: Role, key: str, issue: int) -> None:
        """The node learns a certificate: a row comes, or holds another text."""
        self._do("store")
        self.world.site.nodes[role].table[key] = certificates()[issue]

    @rule(role=roles, key=keys)
    def remove(self, role: Role, key: str) -> None:
        """Somebody else deletes a row."""
        self._do("remove")
        self.world.site.nodes[role].table.pop(key, None)

    @rule(role=roles, key=keys)
    def relearn(self, role: Role, key: str) -> None:
        """A dialog is open; its row is seen to go, and the same certificate is learned again."""
        self._do("relearn", self._relearn(role, key))

    @rule(role=roles, name=st.sampled_from(HOSTNAMES), keep=st.booleans())
    def redeploy(self, role: Role, name: str, keep: bool) -> None:
        """Another machine answers at the address."""
        self._do("redeploy", self.world.redeploy(role, name, keep=keep))

    @rule(role=roles)
    def cut(self, role: Role) -> None:
        """Every connection to a node is lost."""
        self._do("cut", self.world.cut(role))

    # Operators.

    @rule(number=which, role=roles, both=st.booleans())
    def refresh(self, number: int, role: Role, both: bool) -> None:
        """One node or both."""
        wanted = list(Role) if both else [role]
        self._do("refresh", self._refresh(self._program(number), wanted))

    @rule(number=which, on=st.booleans())
    def read_only(self, number: int, on: bool) -> None:
        """Started again with, or without, --read-only."""
        self._do("read-only")
        program = self._program(number)
        program.bench.session = replace(program.bench.session, read_only=on)

    @rule(
        number=which, mask=masks, mood=moods, answer=answers, moment=moments, event=events, role=roles,
        key=keys, issue=issues,
    )  # fmt: skip
    def work(self, number: int, mask: int, **happening: Any) -> None:
        """What is usual: look, open the dialog, confirm."""
        program = self._program(number)
        program.bench.session = replace(program.bench.session, read_only=False)
        self._do("work", self._work(program, mask, happening))

    @rule()
    def second_program(self) -> None:
        """Somebody else starts tofutui on the same session, or leaves."""
        self._do("second program", self._second_program())

    @rule(number=which, mask=masks)
    def freeze(self, number: int, mask: int) -> None:
        """A dialog is opened over some rows and kept for later."""
        self._do("freeze")
        self._freeze(self._program(number), mask)

    @rule(
        number=which, pick=st.integers(0, 2), again=st.integers(0, 4).map(lambda n: n == 4), mood=moods,
        answer=answers, moment=moments, event=events, role=roles, key=keys, issue=issues,
    )  # fmt: skip
    def confirm(self, number: int, pick: int, again: bool, **happening: Any) -> None:
        """A dialog's plan is confirmed, while things happen; the plan is kept, to be run again by mistake."""
        program = self._program(number)
        if not again and all(one.began for _, confirmed in program.plans for one in confirmed):
            self._freeze(program, 0b01000101)
        self._do("confirm")
        if program.plans:
            fresh = [item for item in program.plans if not any(one.began for one in item[1])]
            plan, confirmed = (fresh or program.plans)[pick % len(fresh or program.plans)]
            if again:
                plan, confirmed = program.plans[pick % len(program.plans)]
            self.world.do(self._confirm(program, plan, confirmed, happening))

    # How it is done.

    async def _refresh(self, program: Program, wanted: list[Role]) -> None:
        await program.bench.refresh(wanted)
        for role in wanted:
            await self._settle(program, role)

    async def _relearn(self, role: Role, key: str) -> None:
        table = self.world.site.nodes[role].table
        row = table.get(key)
        if row is None:
            return
        program = self.world.programs[0]
        await self._refresh(program, [role])
        self._freeze(program, 1 << (list(Role).index(role) * len(KEYS) + KEYS.index(key)))
        for there in (False, True):
            table.pop(key, None)
            if there:
                table[key] = row
            await self._refresh(program, [role])

    async def _settle(self, program: Program, role: Role) -> None:
        """As the screen does after each refresh; then nothing may be unsettled."""
        await program.executor.settle(role)
        view = program.bench.comparison.nodes[role]
        if not view.complete:
            return
        if self.world.site.running:
            return  # what runs is decided by who runs it
        for entry in program.journal.unsettled(program.bench.session.name):
            about = (entry.role, entry.hostname, entry.host_key)
            if about == (role, view.hostname, program.bench.node(role).host_key):
                raise Broken(f"{role}: {entry.key} is unsettled after a complete listing")

    async def _work(self, program: Program, mask: int, happening: dict[str, Any]) -> None:
        hostnames = [node.hostname for node in self.world.site.nodes.values()]
        if len(set(hostnames)) == 1:
            await self.world.redeploy(Role.PRIMARY, HOSTNAMES[hostnames[0] == HOSTNAMES[0]], keep=True)
        await self._refresh(program, list(Role))
        had = len(program.plans)
        self._freeze(program, mask)
        if len(program.plans) > had or had == 3:
            await self._confirm(program, *program.plans[-1], happening)

    async def _second_program(self) -> None:
        world = self.world
        if len(world.programs) == 1:
            await self._refresh(await world.start_program(), list(Role))
        else:
            await world.end_program(world.programs[1])

    def _freeze(self, program: Program, mask: int) -> None:
        places = [(role, key) for role in Role for key in KEYS]
        wanted = {place for bit, place in enumerate(places) if mask >> bit & 1}
        entries = [e for e in program.bench.comparison.entries() if (e.role, e.key) in wanted]
        try:
            plan = program.executor.freeze(entries)
        except PlanRefused:
            self._count("plan refused")
            return
        self._count("plan frozen")
        listings = program.eyes.listings
        # The newest listing is part of what was confirmed.
        confirmed = [Confirmed(d, max(0, len(listings[d.role]) - 1)) for d in plan.deletions]
        program.plans.append((plan, confirmed))
        del program.plans[:-3]

    async def _confirm(
        self, program: Program, plan: Plan, confirmed: list[Confirmed], happening: dict[str, Any]
    ) -> None:
        self._behave(happening["mood"])
        program.operator.answer = happening["answer"]
        program.eyes.confirmed = confirmed
        self.world.site.running.append(program.eyes)
        before = [one.sent for one in confirmed]
        for one in confirmed:
            one.began = True
        late: list[asyncio.Task[Any]] = []
        task = asyncio.ensure_future(program.executor.run(plan, lambda number, step: happen(step)))
        due = iter([happening["event"]])

        def happen(step: Step) -> None:
            if step.outcome is None and step.text.startswith(happening["moment"]):
                for event in due:
                    self._happen(program, plan, task, event, happening, late)

        try:
            steps = await task
            await asyncio.gather(*late)
        except asyncio.CancelledError:
            self._count("cancelled")
            await asyncio.gather(*late, return_exceptions=True)
            await self._after_crash(program)
        else:
            self._check(program, steps, confirmed, before, repeated=happening["event"] == "again")
        finally:
            self.world.site.running.remove(program.eyes)
            self._behave("good")

    def _happen(
        self,
        program: Program,
        plan: Plan,
        task: asyncio.Task[Any],
        event: str,
        happening: dict[str, Any],
        late: list[asyncio.Task[Any]],
    ) -> None:
        """Something in the middle of a run."""
        self._count(f"during: {event}")
        world, role, issue = self.world, happening["role"], happening["issue"]
        if event == "read-only":
            _toggle_read_only(program)
        elif event == "cancel":
            task.cancel()
        elif event == "cut":
            world.cut_now(role)
        elif event in ("store", "remove", "reissue"):
            self._change(event, role, happening["key"], issue)
        elif event != "none":
            works = {
                "redeploy": lambda: self._replaced(program, role, HOSTNAMES[issue % len(HOSTNAMES)]),
                "refresh": lambda: program.bench.refresh([role], by_itself=True),
                "refresh other": lambda: self._refresh(world.programs[-1], [role]),
                "again": lambda: program.executor.run(plan, lambda number, step: None),
            }
            late.append(asyncio.ensure_future(works[event]()))

    def _change(self, event: str, role: Role, key: str, issue: int) -> None:
        """What others do to a table or an endpoint."""
        table = self.world.site.nodes[role].table
        if event == "store":
            table[key] = certificates()[issue]
        elif event == "remove":
            table.pop(key, None)
        else:
            self.world.site.servers[key].presented = certificates()[issue]

    async def _replaced(self, program: Program, role: Role, name: str) -> None:
        """Another machine answers, and the watch's refresh is the first to log in there."""
        await self.world.redeploy(role, name, keep=True)
        await program.bench.refresh([role], by_itself=True)

    async def _after_crash(self, program: Program) -> None:
        """The program was killed in the middle; its next start settles what it finds."""
        await program.bench.refresh()
        for role in Role:
            await self._settle(program, role)

    def _behave(self, mood: str) -> None:
        site = self.world.site
        site.question = mood if mood in QUESTIONS else ""
        site.words = "% Error: the database is busy" if mood.startswith("error") else ""
        site.allowed_answers.clear()
        for node in site.nodes.values():
            calm(node)
            node.ignore_delete = mood in ("ignores", "error")
            node.relearn_on_delete = mood == "learns"
            node.drop_after_delete = mood == "drops after"
            node.drop_instead_of_delete = mood == "drops before"
            node.hang = "deletecert" if mood.startswith("hangs") else ""
            node.ignore_interrupt = mood == "hangs hard"
            node.cut_listing = 250 if mood == "cut list" else 0
            node.list_seconds = (3 if self.world.virtual else 0.02) if mood == "slow" else 0

    def _check(
        self,
        program: Program,
        steps: tuple[Step, ...],
        confirmed: list[Confirmed],
        before: list[int],
        *,
        repeated: bool,
    ) -> None:
        """What the steps claim against what the nodes got and hold."""
        for step, one, had in zip(steps, confirmed, before, strict=True):
            self._count(f"outcome: {step.outcome}")
            if step.outcome is Outcome.REFUSED:
                self._count(f"why: {step.text[:40]}")
            if step.outcome is None:
                raise Broken(f"no outcome: {step.text}")
            if not step.outcome.was_sent and one.sent > had and not repeated:
                raise Broken(f"{step.deletion.key}: said {step.outcome} and was sent")
            self._check_against_list(program, step)
        written = program.journal.entries(program.bench.session.name)
        if any(entry.outcome is None for entry in written) and not repeated:
            raise Broken("a deletion ended without an outcome in the journal")

    def _check_against_list(self, program: Program, step: Step) -> None:
        """The claim of a step against what the node really printed last."""
        role, key, outcome = step.deletion.role, step.deletion.key, step.outcome
        if outcome not in (Outcome.GONE, Outcome.CAME_BACK, Outcome.STILL_THERE):
            return
        taken = program.eyes.listings[role]
        rows = next((rows for rows in reversed(taken) if rows is not None), {})
        if {k: v[0] for k, v in rows.items()} not in self.world.site.printed[role][-6:]:
            raise Broken(f"{role}: a complete listing was taken over that no node printed")
        there = key in rows
        if there is (outcome is Outcome.GONE):
            raise Broken(f"{role}: {key} was said to be {outcome}, and is {'present' if there else 'absent'}")


def _toggle_read_only(program: Program) -> None:
    session = program.bench.session
    program.bench.session = replace(session, read_only=not session.read_only)


def run_steps(world: World, wanted: int, *, first_seed: int = 1, shrink: bool = True) -> dict[str, int]:
    """Run the machine for at least ``wanted`` steps; returns how often what was done and found.

    Raises:
        Broken: it found something; hypothesis prints the steps that lead there.
    """
    Machine.steps, Machine.counts = 0, {}
    world.site.deletions = 0
    for number in _seeds(first_seed):
        left = wanted - Machine.steps
        if left <= 0:
            break
        _run(world, max(1, min(400, -(-left // STEPS_PER_RUN))), number, shrink=shrink)
    return {"steps": Machine.steps, "deletions sent": world.site.deletions, **Machine.counts}


def _seeds(first: int) -> Iterator[int]:
    number = first
    while True:
        yield number
        number += 1


def _run(world: World, examples: int, number: int, *, shrink: bool) -> None:
    machine = type("Machine", (Machine,), {"world": world, "counts": Machine.counts})
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    wanted = settings(
        max_examples=examples,
        stateful_step_count=STEPS_PER_RUN,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(seed(number)(machine), settings=wanted)


__all__ = ["Broken", "Machine", "run_steps", "text_of"]
