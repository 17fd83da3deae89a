"""What may happen between a confirmation and its command, each case alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.model_memory import MemoryWorld
from tests.support.model_site import DELETE, KEYS
from tests.support.model_worlds import Program
from tofutui.executor import PlanRefused
from tofutui.tofu.deletion.plan import PROBING, READING, Outcome, Plan, Step
from tofutui.tofu.site.session import Role

KEY = KEYS[1]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MemoryWorld]:
    world = MemoryWorld(tmp_path)
    world.begin()
    world.do(world.start_program())
    world.do(world.programs[0].bench.refresh())
    yield world
    world.end()


def frozen(world: MemoryWorld, *keys: str, role: Role = Role.PRIMARY) -> tuple[Program, Plan]:
    program = world.programs[0]
    entries = program.bench.comparison.nodes[role].entries
    return program, program.executor.freeze([entries[key] for key in keys or (KEY,)])


def run(
    world: MemoryWorld, program: Program, plan: Plan, at: str = "", event: Callable[[], object] = lambda: None
) -> tuple[Step, ...]:
    """Run a plan; the event happens whenever the step's text begins so, which it has to."""
    happened = 0

    def happen(number: int, step: Step) -> None:
        nonlocal happened
        if at and step.text.startswith(at):
            happened += 1
            event()

    world.site.running.append(program.eyes)
    world.failures.clear()
    steps: tuple[Step, ...] = world.runner.run(program.executor.run(plan, happen))
    assert happened or not at
    return steps


def sent(world: MemoryWorld, role: Role = Role.PRIMARY) -> list[str]:
    return [line for line in world.site.nodes[role].sent if line.startswith(DELETE)]


def test_read_only_switched_on_while_the_endpoint_is_asked_holds_the_command_back(world: MemoryWorld) -> None:
    program, plan = frozen(world)

    def switch() -> None:
        program.bench.session = replace(program.bench.session, read_only=True)

    (step,) = run(world, program, plan, PROBING, switch)
    assert step.outcome is Outcome.REFUSED
    assert "read-only" in step.text
    assert sent(world) == []


def test_a_watch_that_logs_in_to_another_machine_meanwhile_holds_the_command_back(world: MemoryWorld) -> None:
    program, plan = frozen(world)
    going = []

    def replace_machine() -> None:
        world.redeploy_now(Role.PRIMARY, "prime-z", keep=True)
        going.append(world.runner.get_loop().create_task(program.bench.refresh([Role.PRIMARY])))

    (step,) = run(world, program, plan, PROBING, replace_machine)
    assert step.outcome is Outcome.REFUSED
    assert "prime-z" in step.text
    assert sent(world) == []


def test_a_machine_of_the_same_name_with_another_host_key_holds_it_back_too(world: MemoryWorld) -> None:
    program, plan = frozen(world)
    going = []

    def replace_machine() -> None:
        world.redeploy_now(Role.PRIMARY, world.site.nodes[Role.PRIMARY].hostname, keep=True)
        going.append(world.runner.get_loop().create_task(program.bench.refresh([Role.PRIMARY])))

    (step,) = run(world, program, plan, PROBING, replace_machine)
    assert step.outcome is Outcome.REFUSED
    assert "host key" in step.text
    assert sent(world) == []


def test_a_listing_of_the_watch_that_shows_another_text_holds_the_command_back(world: MemoryWorld) -> None:
    program, plan = frozen(world)
    going = []

    def change() -> None:
        table = world.site.nodes[Role.PRIMARY].table
        table[KEY] = table[KEYS[3]]
        going.append(world.runner.get_loop().create_task(program.bench.refresh([Role.PRIMARY])))

    (step,) = run(world, program, plan, PROBING, change)
    assert step.outcome is Outcome.REFUSED
    assert "changed" in step.text
    assert sent(world) == []


def test_a_refresh_under_way_does_not_stop_a_confirmed_plan(world: MemoryWorld) -> None:
    program, plan = frozen(world)
    going = []

    def refresh() -> None:
        going.append(world.runner.get_loop().create_task(program.bench.refresh()))

    (step,) = run(world, program, plan, READING, refresh)
    assert step.outcome is Outcome.GONE
    assert len(sent(world)) == 1


def test_a_plan_runs_once(world: MemoryWorld) -> None:
    program, plan = frozen(world)
    row = world.site.nodes[Role.PRIMARY].table[KEY]
    assert [step.outcome for step in run(world, program, plan)] == [Outcome.GONE]
    world.site.nodes[Role.PRIMARY].table[KEY] = row
    world.runner.run(program.bench.refresh())
    (step,) = run(world, program, plan)
    assert step.outcome is Outcome.REFUSED
    assert "already run" in step.text
    assert len(sent(world)) == 1


def test_a_row_seen_to_go_and_learned_again_is_another_row(world: MemoryWorld) -> None:
    program, plan = frozen(world)
    table = world.site.nodes[Role.PRIMARY].table
    row = table.pop(KEY)
    world.runner.run(program.bench.refresh())
    table[KEY] = row
    world.runner.run(program.bench.refresh())
    (step,) = run(world, program, plan)
    assert step.outcome is Outcome.REFUSED
    assert "learned the row again" in step.text
    assert sent(world) == []


def test_the_blanks_of_the_last_line_are_not_part_of_a_row(world: MemoryWorld) -> None:
    """The simulated node prints its last row with one blank, as the TAC document does."""
    program, plan = frozen(world, KEYS[2])
    world.site.nodes[Role.PRIMARY].table.pop(KEYS[3])
    world.runner.run(program.bench.refresh())
    entry = program.bench.comparison.nodes[Role.PRIMARY].entries[KEYS[2]]
    assert entry.raw != plan.deletions[0].entry.raw
    assert entry.incarnation is None


def learned_again(world: MemoryWorld) -> None:
    table = world.site.nodes[Role.PRIMARY].table
    row = table.pop(KEY)
    world.runner.run(world.programs[0].bench.refresh())
    table[KEY] = row


def another_machine(world: MemoryWorld) -> None:
    hostname = world.site.nodes[Role.PRIMARY].hostname
    world.runner.run(world.redeploy(Role.PRIMARY, hostname, keep=True))


def gone_and_back_twice(world: MemoryWorld) -> None:
    learned_again(world)
    world.runner.run(world.programs[0].bench.refresh())
    learned_again(world)


@pytest.mark.parametrize("change", [learned_again, another_machine, gone_and_back_twice])
def test_a_plan_that_is_open_over_a_row_is_not_frozen_for_the_row_that_took_its_place(
    world: MemoryWorld, change: Callable[[MemoryWorld], None]
) -> None:
    program = world.programs[0]
    shown = program.bench.comparison.nodes[Role.PRIMARY].entries[KEY]
    change(world)
    world.runner.run(program.bench.refresh())
    now = program.bench.comparison.nodes[Role.PRIMARY].entries[KEY]
    assert (now.sha256, now.verdict) == (shown.sha256, shown.verdict)
    with pytest.raises(PlanRefused, match="learned the row again"):
        program.executor.freeze([shown])
    assert program.executor.freeze([now]).deletions[0].entry is now
