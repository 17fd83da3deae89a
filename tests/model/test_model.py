"""Never twice, never the wrong one: random stories of operators, nodes and networks, and a judge over them.

``TOFUTUI_MODEL_STEPS`` sets the steps in simulated time, ``TOFUTUI_MODEL_SSH_STEPS`` those over real SSH, and
``TOFUTUI_MODEL_SEED`` the first seed (``random`` for another one each time). ``-s`` shows the figures.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tofutui.appliance.reading
import tofutui.executor.executor
import tofutui.tofu.proof
from tests.support.model_machine import run_steps
from tests.support.model_site import Broken
from tests.support.model_worlds import MemoryWorld, SshWorld
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.executor import Executor
from tofutui.executor.entries import Entries
from tofutui.executor.gate import Gate
from tofutui.tofu.plan import Outcome
from tofutui.workbench import Workbench

STEPS = int(os.environ.get("TOFUTUI_MODEL_STEPS", "4000"))
SSH_STEPS = int(os.environ.get("TOFUTUI_MODEL_SSH_STEPS", "2000"))
PARTS = 4
"""The steps over SSH are run in so many tests, for the time limit of one."""

Patch = pytest.MonkeyPatch


def first_seed() -> int:
    wanted = os.environ.get("TOFUTUI_MODEL_SEED", "1")
    return random.SystemRandom().randrange(10**6) if wanted == "random" else int(wanted)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[MemoryWorld]:
    world = MemoryWorld(tmp_path)
    yield world
    world.end()


def tell(figures: dict[str, int], began: float) -> None:
    """The figures, for who runs it with -s."""
    print(f"\n{figures['steps']:,} steps in {time.monotonic() - began:.0f} s")
    for name, number in sorted(figures.items()):
        print(f"  {number:8,}  {name}")


ENDS = ("gone", "came back", "still there", "cannot tell", "refused", "not run")


@pytest.mark.timeout(max(240, STEPS // 10))
def test_in_simulated_time(memory: MemoryWorld) -> None:
    began, figures = time.monotonic(), Counter[str]()
    for more in range(5):  # what hypothesis draws differs with the modules loaded, rare ends may take longer
        figures.update(run_steps(memory, STEPS, first_seed=first_seed() + 1000 * more))
        missing = [end for end in ENDS if not figures[f"outcome: {end}"]]
        if not missing:
            break
    tell(figures, began)
    assert figures["steps"] >= STEPS
    assert figures["deletions sent"] >= STEPS // 100
    assert not missing, f"no story ended with {missing}"


@pytest.mark.timeout(max(120, SSH_STEPS // 4))
@pytest.mark.parametrize("part", range(PARTS))
def test_over_real_ssh(part: int, tmp_path: Path) -> None:
    wanted = -(-SSH_STEPS // PARTS)
    world = SshWorld(tmp_path)
    try:
        began = time.monotonic()
        figures = run_steps(world, wanted, first_seed=first_seed() + 1000 * (part + 1), shrink=False)
        tell(figures, began)
    finally:
        world.end()
    assert figures["steps"] >= wanted
    assert figures["deletions sent"] >= 5


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
    patch.setattr(Workbench, "incarnation", lambda *_: None)


def read_only_ignored(patch: Patch) -> None:
    patch.setattr(Gate, "forbidden", lambda *_: None)


def other_certificates_ignored(patch: Patch) -> None:
    for module in (tofutui.executor.executor, tofutui.tofu.proof):
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
    patch.setattr(tofutui.tofu.proof, "outcome_of", lambda *_: (Outcome.GONE, "of course"))


def never_settled(patch: Patch) -> None:
    async def nothing(*_: object) -> tuple[str, ...]:
        return ()

    patch.setattr(Executor, "settle", nothing)


def yes_to_everything(patch: Patch) -> None:
    patch.setattr(
        tofutui.appliance.reading,
        "answer_to",
        lambda heard, **_: "yes" if heard.endswith(b"? ") else None,
    )


GUARDS = {
    no_check_before: 8,
    no_last_word: 8,
    sent_twice: 1,
    sent_again_when_unknown: 1,
    other_role: 4,
    changed_rows_ignored: 1,
    rows_learned_again_ignored: 1,
    read_only_ignored: 7,
    other_certificates_ignored: 3,
    plans_run_again: 1,
    journalled_late: 1,
    always_gone: 1,
    never_settled: 8,
    yes_to_everything: 4,
}
"""Ways to break the program, and a seed that shows each soon (any seed does, later)."""


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_a_missing_guard_is_found(
    guard: Callable[[Patch], None], memory: MemoryWorld, monkeypatch: Patch
) -> None:
    guard(monkeypatch)
    with pytest.raises(Broken) as found:
        run_steps(memory, 20_000, first_seed=GUARDS[guard], shrink=False)
    print(found.value)
