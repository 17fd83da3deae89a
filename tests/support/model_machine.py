"""The rules of the model tests: what operators, nodes, networks and other people do, in any order."""

from collections.abc import Coroutine, Iterator
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.support.model_moods import MOODS, Mood
from tests.support.model_operator import CHANGES, Operations
from tests.support.model_site import KEYS, NAMES, Broken, certificates, text_of
from tests.support.model_worlds import HOSTNAMES, Program, World
from tofutui.tofu.deletion.plan import LISTING, PROBING, READING, SENT
from tofutui.tofu.site.session import Role

STEPS_PER_RUN = 50

roles = st.sampled_from(list(Role))
keys = st.sampled_from(KEYS)
which = st.integers(0, 1)
issues = st.integers(0, len(NAMES) * 2 - 1)
masks = st.integers(1, 2 ** (2 * len(KEYS)) - 1)
moods = st.builds(
    Mood,
    st.one_of(st.just("good"), st.sampled_from(MOODS)),
    question=st.integers(0, 250),
    later=st.integers(0, 4),
    other=keys,
)
answers = st.sampled_from([None, "no", "because", "yes"])
moments = st.sampled_from([READING, PROBING, SENT, LISTING, "present"])
events = st.sampled_from(
    [
        "none", "none", "store", "remove", "reissue", "cut", "redeploy", "read-only", "refresh",
        "refresh other", "again", "cancel", "ha", "busy", "export",
    ]
)  # fmt: skip
waits = st.sampled_from([0.0, 0.0, 0.2, 0.4, 0.6])
happenings = st.fixed_dictionaries(
    {
        "mood": moods, "answer": answers, "moment": moments, "event": events, "role": roles, "key": keys,
        "issue": issues, "wait": waits, "greeting": waits,
    }
)  # fmt: skip


class Machine(RuleBasedStateMachine):
    """One site, up to two programs on it, and whoever else changes things."""

    world: ClassVar[World]
    steps: ClassVar[int] = 0
    counts: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.hands = Operations(self.world, self._count)
        if not self.world.programs:
            self.world.do(self.world.start_program())
        self.world.do(self.hands.refresh(self.world.programs[0], list(Role)))

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
        """Another person deletes a row."""
        self._do("remove")
        self.world.site.nodes[role].table.pop(key, None)

    @rule(role=roles, key=keys)
    def contact(self, role: Role, key: str) -> None:
        """The node connects: it learns a row, or rejects the certificate and logs that."""
        self._do("contact")
        self.hands.contact(role, key)

    @rule(role=roles, said=st.sampled_from(["Primary", "Secondary", "Standalone", ""]))
    def fail_over(self, role: Role, said: str) -> None:
        """The node has, or says, another HA role."""
        self._do("fail over")
        self.world.site.nodes[role].ha["Role"] = said

    @rule(seconds=st.sampled_from([0.0, 0.0, 4.0, 40.0]))
    def slow_role(self, seconds: float) -> None:
        """The HA role takes longer than an operator, or than the program waits."""
        self._do("slow role")
        self.world.site.ha_seconds = seconds if self.world.virtual else 0.0

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
        self._do("refresh", self.hands.refresh(self._program(number), wanted))

    @rule(number=which, on=st.booleans())
    def read_only(self, number: int, on: bool) -> None:
        """Started again with, or without, --read-only."""
        self._do("read-only")
        self.hands.set_read_only(self._program(number), on)

    @rule(number=which, role=roles, key=keys, issue=issues)
    def export(self, number: int, role: Role, key: str, issue: int) -> None:
        """An operator brings the certificate that a row holds."""
        if self.world.virtual:
            self._do("export", self.hands.import_certificate(self._program(number), role, key, issue))

    @rule()
    def second_program(self) -> None:
        """Another operator starts tofutui on the same session, or leaves."""
        self._do("second program", self.hands.second_program())

    @rule(number=which, mask=masks)
    def choose(self, number: int, mask: int) -> None:
        """A plan screen is opened over some rows and left open."""
        self._do("choose")
        program = self._program(number)
        program.chosen = self.hands.choose(program, mask)

    @rule(number=which, mask=masks, old=st.booleans())
    def freeze(self, number: int, mask: int, old: bool) -> None:
        """A dialog is opened over some rows, maybe those of the open plan, and kept for later."""
        self._do("freeze")
        program = self._program(number)
        self.hands.freeze(program, program.chosen if old else self.hands.choose(program, mask))

    @rule(number=which, mask=masks, happening=happenings)
    def work(self, number: int, mask: int, happening: dict[str, Any]) -> None:
        """What is usual: look, open the dialog, confirm."""
        self._do("work", self.hands.work(self._program(number), mask, happening))

    @rule(
        number=which,
        pick=st.integers(0, 2),
        again=st.integers(0, 4).map(lambda n: n == 4),
        happening=happenings,
    )
    def confirm(self, number: int, pick: int, again: bool, happening: dict[str, Any]) -> None:
        """A dialog's plan is confirmed, while things happen; the plan is kept, to be run again by mistake."""
        self._do("confirm", self.hands.confirm_one(self._program(number), pick, happening, again=again))

    @rule(
        number=which, role=roles, key=keys, issue=issues, early=st.booleans(), happening=happenings,
        change=st.sampled_from(CHANGES),
    )  # fmt: skip
    def behind(self, number: int, **drawn: Any) -> None:
        """A plan or a dialog is open over a row, something changes behind it, and it is confirmed."""
        self._do(f"behind: {drawn['change']}", self.hands.behind(self._program(number), **drawn))

    @rule(role=roles, key=keys, mood=st.sampled_from(["learns", "ignores"]))
    def cannot_tell(self, role: Role, key: str, mood: str) -> None:
        """A row that the log proves stale is deleted, and the node learns the same name again at once."""
        if self.world.virtual:
            self._do("cannot tell", self.hands.cannot_tell(self.world.programs[0], role, key, mood))

    @rule(number=which, mask=masks, seconds=st.sampled_from([1.0, 4.0, 40.0]), happening=happenings)
    def early(self, number: int, mask: int, seconds: float, happening: dict[str, Any]) -> None:
        """The operator is faster than the node's answer about its HA role."""
        if self.world.virtual:
            self._do("early", self.hands.early(self._program(number), mask, seconds, happening))


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
    try:
        run_state_machine_as_test(seed(number)(machine), settings=wanted)
    except ExceptionGroup as several:  # played again, an hour later by the simulated clock, it ended well
        broken = several.subgroup(Broken)
        raise _first(broken or several) from None


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


__all__ = ["Broken", "Machine", "run_steps", "text_of"]
