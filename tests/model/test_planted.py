"""The model finds what it is for: with a guard of the program taken away, a story shows the fault soon."""

from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import tofutui.appliance.cli.command_output
import tofutui.executor.executor
import tofutui.executor.gate
import tofutui.tofu.deletion.proof
from tests.support.depth import short_where
from tests.support.model_machine import run_steps
from tests.support.model_memory import MemoryWorld
from tests.support.model_moods import Mood
from tests.support.model_operator import QUIET, Operations
from tests.support.model_site import KEYS, Broken
from tests.support.model_worlds import Program
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.executor import Executor
from tofutui.executor.executor import Entries
from tofutui.executor.gate import Gate
from tofutui.tofu.cli_output.listing import Row
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.deletion.proof import Proof
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.node_details import NodeDetails
from tofutui.workbench.table import Table

Patch = pytest.MonkeyPatch


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[MemoryWorld]:
    world = MemoryWorld(tmp_path)
    yield world
    world.end()


def no_check_before(patch: Patch) -> None:
    async def nothing(*_: object) -> None:
        return None

    patch.setattr(Executor, "_check_again", nothing)
    no_last_word(patch)


def no_last_word(patch: Patch) -> None:
    patch.setattr(Executor, "_last_word", lambda *_: None)


def sent_twice(patch: Patch) -> None:
    once = Node.deletecert

    async def twice(self: Node, command: str, **options: Callable[[], None]) -> object:
        await once(self, command, **options)
        return await once(self, command, **options)

    patch.setattr(Node, "deletecert", twice)


def sent_again_when_unknown(patch: Patch) -> None:
    once = Node.deletecert

    async def again(self: Node, command: str, **options: Callable[[], None]) -> object:
        try:
            return await once(self, command, **options)
        except ApplianceError:
            await self.connect()
            return await once(self, command, **options)

    patch.setattr(Node, "deletecert", again)


def other_role(patch: Patch) -> None:
    patch.setattr(Workbench, "node", lambda self, role: self._nodes[role.other])
    patch.setattr(Gate, "other_node", lambda *_: None)


def changed_rows_ignored(patch: Patch) -> None:
    patch.setattr(tofutui.executor.executor, "changed_row", lambda *_: None)
    no_last_word(patch)


def rows_learned_again_ignored(patch: Patch) -> None:
    patch.setattr(Table, "_begin", lambda *_: None)


def read_only_ignored(patch: Patch) -> None:
    patch.setattr(Gate, "forbidden", lambda *_: None)


def other_certificates_ignored(patch: Patch) -> None:
    for module in (tofutui.executor.executor, tofutui.tofu.deletion.proof):
        patch.setattr(module, "other_certificate", lambda *_: None)


def plans_run_again(patch: Patch) -> None:
    run = Executor.run
    patch.setattr(Entries, "_rival", lambda *_: None)

    async def forgetful(self: Executor, *given: object) -> object:
        self._begun.clear()
        return await run(self, *given)

    patch.setattr(Executor, "run", forgetful)


def journalled_late(patch: Patch) -> None:
    async def later(*_: object) -> int:
        return 1

    patch.setattr(Executor, "_write_down", later)


def always_gone(patch: Patch) -> None:
    patch.setattr(tofutui.tofu.deletion.proof, "outcome_of", lambda *_: (Outcome.GONE, "of course"))


def never_settled(patch: Patch) -> None:
    async def nothing(*_: object) -> tuple[str, ...]:
        return ()

    patch.setattr(Executor, "settle", nothing)


def yes_to_everything(patch: Patch) -> None:
    patch.setattr(
        tofutui.appliance.cli.command_output,
        "answer_to",
        lambda heard, **_: "yes" if heard.endswith(b"? ") else None,
    )


def roles_not_looked_at_again(patch: Patch) -> None:
    patch.setattr(Gate, "_role_not_typed", lambda *_: None)


def roles_asked_once(patch: Patch) -> None:
    ask = NodeDetails._ask_role

    async def once(self: NodeDetails) -> None:
        if self._view.ha is None:
            await ask(self)

    patch.setattr(NodeDetails, "_ask_role", once)


def plans_of_their_opening(patch: Patch) -> None:
    for module in (tofutui.executor.gate, tofutui.tofu.deletion.proof):
        patch.setattr(module, "changed_entry", lambda *_: None)


def any_link_will_do(patch: Patch) -> None:
    once = Node.deletecert

    async def on_the_new_link(self: Node, command: str, **options: Any) -> object:
        await self.connect()
        return await once(self, command)

    patch.setattr(Node, "deletecert", on_the_new_link)


def still_there_at_the_first_look(patch: Patch) -> None:
    patch.setattr(Proof, "_there", lambda self, outcome, text: (outcome, text, True))


def old_logs_prove(patch: Patch) -> None:
    patch.setattr(Deletions, "sent_at", lambda *_: None)


def deletions_of_others_ignored(patch: Patch) -> None:
    patch.setattr(Entries, "_rival", lambda *_: None)


def side_effects_not_said(patch: Patch) -> None:
    patch.setattr(tofutui.tofu.deletion.proof, "side_effects", lambda *_: "")


def rows_by_their_spelling(patch: Patch) -> None:
    def same(key: str, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if row.key == key]

    patch.setattr(tofutui.tofu.deletion.proof, "rows_at", same)


GUARDS = {
    no_check_before: 3,
    no_last_word: 10,
    sent_twice: 7,
    sent_again_when_unknown: 4,
    other_role: 11,
    other_certificates_ignored: 10,
    journalled_late: 12,
    always_gone: 4,
    roles_not_looked_at_again: 3,
    roles_asked_once: 10,
    plans_of_their_opening: 10,
    any_link_will_do: 4,
    still_there_at_the_first_look: 4,
    old_logs_prove: 1,
    deletions_of_others_ignored: 3,
}
"""Ways to break the program, and a seed that shows each soon (any seed does, later)."""
SHORT = (no_last_word, sent_twice, other_role)
"""A check left out, a command too many, the wrong node."""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("guard", short_where(GUARDS, SHORT.__contains__), ids=lambda guard: guard.__name__)
def test_a_missing_guard_is_found(
    guard: Callable[[Patch], None], memory: MemoryWorld, monkeypatch: Patch
) -> None:
    guard(monkeypatch)
    with pytest.raises(Broken) as broken:
        run_steps(memory, 6_000, first_seed=GUARDS[guard], shrink=False)
    print(broken.value)


ROW = KEYS[1]
MASK = 0b10
"""The primary's row of this key."""

Story = Callable[[Operations, Program], Coroutine[Any, Any, None]]


async def changed_behind_the_dialog(hands: Operations, program: Program) -> None:
    table = hands.world.site.nodes[Role.PRIMARY].table
    hands.freeze(program, hands.choose(program, MASK))
    table[ROW] = table[KEYS[3]]
    await hands.confirm(program, *program.plans[-1], QUIET)


async def learned_again_behind_the_dialog(hands: Operations, program: Program) -> None:
    table = hands.world.site.nodes[Role.PRIMARY].table
    hands.freeze(program, hands.choose(program, MASK))
    row = table.pop(ROW)
    await hands.refresh(program, [Role.PRIMARY])
    table[ROW] = row
    await hands.refresh(program, [Role.PRIMARY])
    await hands.confirm(program, *program.plans[-1], QUIET)


async def read_only_behind_the_dialog(hands: Operations, program: Program) -> None:
    hands.freeze(program, hands.choose(program, MASK))
    hands.set_read_only(program, True)
    await hands.confirm(program, *program.plans[-1], QUIET)


async def confirmed_twice(hands: Operations, program: Program) -> None:
    hands.freeze(program, hands.choose(program, MASK))
    for _ in range(2):
        await hands.confirm(program, *program.plans[-1], {**QUIET, "mood": Mood("ignores")})


async def unknown_and_listed_again(hands: Operations, program: Program) -> None:
    hands.freeze(program, hands.choose(program, MASK))
    mood = Mood("later, link lost", later=4)
    await hands.confirm(program, *program.plans[-1], {**QUIET, "mood": mood})
    await hands.refresh(program, [Role.PRIMARY])


async def asked_something_else(hands: Operations, program: Program) -> None:
    hands.freeze(program, hands.choose(program, MASK))
    mood = Mood("asks something dangerous")
    await hands.confirm(program, *program.plans[-1], {**QUIET, "mood": mood})


async def learned_in_another_spelling(hands: Operations, program: Program) -> None:
    hands.freeze(program, hands.choose(program, MASK))
    await hands.confirm(program, *program.plans[-1], {**QUIET, "mood": Mood("learns respelled")})


async def another_row_goes_too(hands: Operations, program: Program) -> None:
    hands.freeze(program, hands.choose(program, MASK))
    await hands.confirm(program, *program.plans[-1], {**QUIET, "mood": Mood("takes another")})


STORIES = {
    side_effects_not_said: another_row_goes_too,
    rows_by_their_spelling: learned_in_another_spelling,
    changed_rows_ignored: changed_behind_the_dialog,
    rows_learned_again_ignored: learned_again_behind_the_dialog,
    read_only_ignored: read_only_behind_the_dialog,
    plans_run_again: confirmed_twice,
    never_settled: unknown_and_listed_again,
    yes_to_everything: asked_something_else,
}
"""Faults that random stories show late, and one that shows each at once."""


@pytest.mark.parametrize("guard", STORIES, ids=lambda guard: guard.__name__)
def test_a_missing_guard_is_found_in_its_story(
    guard: Callable[[Patch], None], memory: MemoryWorld, monkeypatch: Patch
) -> None:
    tell(memory, STORIES[guard])
    guard(monkeypatch)
    with pytest.raises(Broken) as broken:
        tell(memory, STORIES[guard])
    print(broken.value)


def tell(world: MemoryWorld, story: Story) -> None:
    """From a fresh start."""
    world.begin()
    world.do(world.start_program())
    hands, program = Operations(world, lambda _: None), world.programs[0]
    world.do(hands.refresh(program, list(Role)))
    world.do(story(hands, program))
