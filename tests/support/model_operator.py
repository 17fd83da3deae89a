"""What operators do in the model, step by step, and what is checked of what they see."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.support.model_claims import Claims
from tests.support.model_moods import Mood
from tests.support.model_site import KEYS, Broken, Confirmed, certificates, text_of
from tests.support.model_worlds import HOSTNAMES, Chosen, Program, World
from tofutui.executor import PlanRefused
from tofutui.lab.appliance.node import Contact
from tofutui.tofu.deletion.plan import Plan, Step
from tofutui.tofu.exports.reading import read_export
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role

CHANGES = ("learned again", "other certificate", "export", "fail over", "other program")
"""What may change behind an open plan."""
QUIET: dict[str, Any] = {
    "mood": Mood(), "answer": None, "moment": "never", "event": "none", "role": Role.PRIMARY, "key": KEYS[0],
    "issue": 0, "wait": 0.0, "greeting": 0.0,
}  # fmt: skip
"""Nothing happens."""


class Operations:
    """The hands of everyone who has a tofutui open."""

    def __init__(self, world: World, count: Callable[[str], None]) -> None:
        self.world = world
        self.count = count
        self.claims = Claims(world, count)

    # Looking.

    async def refresh(self, program: Program, wanted: Sequence[Role]) -> None:
        """Refresh, as the screen does: what an earlier run left open is settled after it."""
        asked = {role: program.eyes.asked.get(role, 0) for role in wanted}
        await program.bench.refresh(wanted)
        for role in wanted:
            await self.settle(program, role)
            self.claims.check_verdicts(program, role)
            if not self.world.site.running and program.bench.comparison.nodes[role].phase is Phase.LISTED:
                self._check_role_asked(program, role, asked[role])

    def _check_role_asked(self, program: Program, role: Role, before: int) -> None:
        """After a refresh the HA role is a new answer; a busy machine that was too late for it keeps none."""
        if program.eyes.asked.get(role, 0) > before or self.world.site.ha_seconds > 10:
            return
        if self.world.virtual or program.bench.comparison.nodes[role].ha is not None:
            raise Broken(f"{role}: a refresh did not ask for the HA role")

    async def settle(self, program: Program, role: Role) -> None:
        """As the screen does after each refresh; then nothing may be unsettled."""
        before = self.claims.of_running(program)
        await program.executor.settle(role)
        self.claims.check_untouched(before)
        self.claims.check_settled(program, role)

    def choose(self, program: Program, mask: int) -> list[Chosen]:
        """The rows of a mask as they are shown now."""
        places = [(role, key) for role in Role for key in KEYS]
        wanted = {place for bit, place in enumerate(places) if mask >> bit & 1}
        listings = program.eyes.listings
        return [
            Chosen(entry, max(0, len(listings[entry.role]) - 1))
            for entry in program.bench.comparison.entries()
            if (entry.role, entry.key) in wanted
        ]

    def freeze(self, program: Program, chosen: Sequence[Chosen]) -> bool:
        """Open the dialog over these rows; whether that can be."""
        by_row = {(c.entry.role, c.entry.id): c for c in chosen}
        try:
            plan = program.executor.freeze([c.entry for c in chosen])
        except PlanRefused:
            self.count("plan refused")
            return False
        self.count("plan frozen")
        confirmed = []
        for deletion in plan.deletions:
            row = by_row[deletion.role, deletion.entry.id]
            confirmed.append(Confirmed(deletion, row.seen, len(self.world.site.deeds), row.entry))
        program.plans.append((plan, confirmed))
        del program.plans[:-3]
        return True

    # Changing what is around.

    def set_read_only(self, program: Program, on: bool) -> None:
        """With, or without, --read-only."""
        program.bench.session = replace(program.bench.session, read_only=on)

    async def import_certificate(self, program: Program, role: Role, key: str, issue: int) -> None:
        """An export of a node's store, with one certificate under a row's key."""
        export = read_export(certificates()[issue].der, source=f"{key}.pem", name=f"{key}.pem")
        program.bench.add_known(export.certificates, role)
        await asyncio.gather(*program.bench._background)

    def contact(self, role: Role, key: str) -> None:
        """A node connects: it learns a row, or rejects the certificate and logs that."""
        site = self.world.site
        if site.nodes[role].contact(key) is Contact.REJECTED:
            name = text_of(site.servers[key].presented)
            site.rejections.append((self.world.clock(), role, name))

    async def second_program(self) -> None:
        """It starts, or leaves."""
        world = self.world
        if len(world.programs) == 1:
            await self.refresh(await world.start_program(), list(Role))
        else:
            await world.end_program(world.programs[1])

    # Stories.

    async def tell_apart(self) -> None:
        """Two machines with one name are refused, rightly: that would be the end of every story."""
        hostnames = [node.hostname for node in self.world.site.nodes.values()]
        if len(set(hostnames)) == 1:
            await self.world.redeploy(Role.PRIMARY, HOSTNAMES[hostnames[0] == HOSTNAMES[0]], keep=True)

    async def work(self, program: Program, mask: int, happening: dict[str, Any]) -> None:
        """Look, open the dialog, confirm."""
        self.set_read_only(program, False)
        await self.tell_apart()
        await self.refresh(program, list(Role))
        if self.freeze(program, self.choose(program, mask)):
            await self.confirm(program, *program.plans[-1], happening)

    async def confirm_one(
        self, program: Program, pick: int, happening: dict[str, Any], *, again: bool
    ) -> None:
        """Confirm one of the dialogs that are kept."""
        if not again and all(item.began for _, confirmed in program.plans for item in confirmed):
            self.freeze(program, self.choose(program, 0b01000101))
        if program.plans:
            fresh = [item for item in program.plans if not any(item.began for item in item[1])]
            pool = program.plans if again or not fresh else fresh
            await self.confirm(program, *pool[pick % len(pool)], happening)

    async def early(self, program: Program, mask: int, seconds: float, happening: dict[str, Any]) -> None:
        """Open the dialog while a refresh still waits for the HA role, and confirm."""
        self.set_read_only(program, False)
        self.world.site.ha_seconds = seconds
        looking = asyncio.ensure_future(program.bench.refresh())
        nodes = program.bench.comparison.nodes.values()
        while not looking.done() and not all(view.phase is Phase.LISTED for view in nodes):
            await asyncio.sleep(0.1)
        if self.freeze(program, self.choose(program, mask)):
            await self.confirm(program, *program.plans[-1], happening)
        await looking
        self.world.site.ha_seconds = 0

    async def behind(
        self,
        program: Program,
        role: Role,
        key: str,
        issue: int,
        early: bool,
        happening: dict[str, Any],
        change: str,
    ) -> None:
        """A plan (or, early, a dialog) is open over a row while something changes behind it."""
        self.set_read_only(program, False)
        await self.tell_apart()
        await self.refresh(program, list(Role))
        chosen = self.choose(program, 1 << (list(Role).index(role) * len(KEYS) + KEYS.index(key)))
        opened = early and self.freeze(program, chosen)
        await self._change_behind(change, program, role, key, issue)
        if opened or (chosen and self.freeze(program, chosen)):
            await self.confirm(program, *program.plans[-1], {**happening, "event": "none"})

    async def _change_behind(self, change: str, program: Program, role: Role, key: str, issue: int) -> None:
        site = self.world.site
        if change == "learned again":
            await self._learn_again(program, role, key)
        elif change == "other certificate":
            site.servers[key].presented = certificates()[issue]
        elif change == "export" and self.world.virtual:
            number = (
                certificates().index(site.servers[key].presented) if site.servers[key].presented else issue
            )
            await self.import_certificate(program, role, key, number)
        elif change == "fail over":
            site.nodes[role].ha["Role"] = role.other.value.title()
        elif change == "other program":
            await self._other_cures(program, role, key)
        await self.refresh(program, [role])

    async def _learn_again(self, program: Program, role: Role, key: str) -> None:
        table = self.world.site.nodes[role].table
        row = table.pop(key, None)
        await self.refresh(program, [role])
        if row is not None:
            table[key] = row

    async def _other_cures(self, program: Program, role: Role, key: str) -> None:
        """Another program deletes the row, and the node learns it again."""
        if len(self.world.programs) == 1:
            await self.second_program()
        other = next(p for p in self.world.programs if p is not program)
        bit = 1 << (list(Role).index(role) * len(KEYS) + KEYS.index(key))
        await self.work(other, bit, {**QUIET, "mood": Mood("learns")})

    async def cannot_tell(self, program: Program, role: Role, key: str, mood: str) -> None:
        """A row that only the log proves stale, deleted; then what is said of it."""
        site, node = self.world.site, self.world.site.nodes[role]
        self.set_read_only(program, False)
        await self.tell_apart()
        await self.refresh(program, list(Role))
        pool, mine = certificates(), KEYS.index(key) % 2 * 2
        for other in KEYS:
            site.servers[other].presented = pool[mine + 1 if other == key else 4]
        node.table[key] = pool[mine]
        node.ha["Role"] = role.value.title()
        for _ in range(2):
            await self.refresh(program, [role])
            await asyncio.sleep(70)
            self.contact(role, key)
        await self.refresh(program, [role])
        bit = 1 << (list(Role).index(role) * len(KEYS) + KEYS.index(key))
        entry = program.bench.comparison.nodes[role].entries.get(key)
        self.count(f"log: {entry.verdict if entry else None}")
        if self.freeze(program, self.choose(program, bit)):
            await self.confirm(program, *program.plans[-1], {**QUIET, "mood": Mood(mood)})
        await self.refresh(program, [role])

    # Confirming.

    async def confirm(
        self, program: Program, plan: Plan, confirmed: list[Confirmed], happening: dict[str, Any]
    ) -> None:
        """Run a plan while something happens, and check what is claimed then."""
        run = Run(self, program, plan, confirmed, happening)
        await run.whole()


class Run:
    """One plan on its way, and what happens in the middle of it."""

    def __init__(
        self,
        hands: Operations,
        program: Program,
        plan: Plan,
        confirmed: list[Confirmed],
        happening: dict[str, Any],
    ) -> None:
        self._hands, self._world = hands, hands.world
        self._program, self._plan, self._confirmed = program, plan, confirmed
        self._happening = happening
        self._due = happening["event"] != "none"
        self._late: list[asyncio.Task[Any]] = []
        self._task: asyncio.Task[Any] | None = None

    async def whole(self) -> None:
        """Confirm; see it end."""
        program, site, mood = self._program, self._world.site, self._happening["mood"]
        mood.put_on(site, pace=self._world.second)
        program.operator.answer = self._happening["answer"]
        program.eyes.confirmed = self._confirmed
        before = self._hands.claims.begin(program, self._confirmed)
        site.running.append(program.eyes)
        self._task = asyncio.ensure_future(program.executor.run(self._plan, self._on_step))
        try:
            steps = await self._task
            await asyncio.gather(*self._late)
        except asyncio.CancelledError:
            self._hands.count("cancelled")
            await asyncio.gather(*self._late, return_exceptions=True)
            site.running.remove(program.eyes)
            await self._after_crash()
        else:
            site.running.remove(program.eyes)
            repeated = self._happening["event"] == "again"
            self._hands.claims.check(program, steps, before, repeated=repeated)
        finally:
            if program.eyes in site.running:
                site.running.remove(program.eyes)
            Mood().put_on(site, pace=self._world.second)

    def _on_step(self, number: int, step: Step) -> None:
        if step.outcome is not None:
            self._hands.claims.said(self._program, step)
        if step.outcome is None and self._due and step.text.startswith(self._happening["moment"]):
            self._due = False
            self._hands.count(f"during: {self._happening['event']}")
            self._late.append(asyncio.ensure_future(self._happen()))

    async def _happen(self) -> None:
        """Something in the middle of a run."""
        await asyncio.sleep(self._happening["wait"] * self._world.second)
        event, role, program = self._happening["event"], self._happening["role"], self._program
        hands, world = self._hands, self._world
        if event in ("store", "remove", "reissue", "ha"):
            self._change(event, role, self._happening["key"], self._happening["issue"])
        elif event == "read-only":
            hands.set_read_only(program, not program.bench.session.read_only)
        elif event == "cancel" and self._task is not None:
            self._task.cancel()
        elif event == "cut":
            world.cut_now(role)
        elif event in self._works:
            await self._works[event](role)

    @property
    def _works(self) -> dict[str, Callable[[Role], Awaitable[object]]]:
        """What takes its time."""
        program, drawn, hands = self._program, self._happening, self._hands
        return {
            "redeploy": self._replaced,
            "busy": self._busy,
            "refresh": lambda role: program.bench.refresh([role], by_itself=True),
            "refresh other": lambda role: hands.refresh(self._world.programs[-1], [role]),
            "again": lambda role: program.executor.run(self._plan, lambda number, step: None),
            "export": lambda role: hands.import_certificate(program, role, drawn["key"], drawn["issue"]),
        }

    def _change(self, event: str, role: Role, key: str, issue: int) -> None:
        """What others do to a table, an endpoint or a pair."""
        site = self._world.site
        table = site.nodes[role].table
        if event == "store":
            table[key] = certificates()[issue]
        elif event == "remove":
            table.pop(key, None)
        elif event == "ha":
            site.nodes[role].ha["Role"] = role.other.value.title()
        else:
            site.servers[key].presented = certificates()[issue]

    async def _replaced(self, role: Role) -> None:
        """Another machine answers, and the watch's refresh is the first to log in there."""
        name = HOSTNAMES[self._happening["issue"] % len(HOSTNAMES)]
        await self._world.redeploy(role, name, keep=True)
        self._world.site.nodes[role].prompt_delay = self._happening["greeting"] * self._world.second
        await self._program.bench.refresh([role], by_itself=True)

    async def _busy(self, role: Role) -> None:
        """A slow listing is under way, and in the middle of it another machine takes over."""
        node = self._world.site.nodes[role]
        node.list_seconds = 2 * self._world.second
        looking = asyncio.ensure_future(self._program.bench.refresh([role], by_itself=True))
        await asyncio.sleep(self._world.second)
        await self._replaced(role)
        await looking

    async def _after_crash(self) -> None:
        """The program was killed in the middle; its next start settles what it finds."""
        for _ in range(2):  # the first may be one that was under way before the deletion
            await self._program.bench.refresh()
        for role in Role:
            await self._hands.settle(self._program, role)
