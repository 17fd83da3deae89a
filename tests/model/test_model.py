"""Never twice, never the wrong one: random stories of operators, nodes and networks, and a judge over them.

``TOFUTUI_MODEL_STEPS`` sets the steps in simulated time, ``TOFUTUI_MODEL_SSH_STEPS`` those over real SSH, and
``TOFUTUI_MODEL_SEED`` the first seed (``random`` for another one each time). ``-s`` shows the figures. A long
run: ``TOFUTUI_MODEL_STEPS=100000 python -m pytest -n 2 -s tests/model/test_model.py -k simulated``.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.depth import amount
from tests.support.model_machine import run_steps
from tests.support.model_memory import MemoryWorld
from tests.support.model_ssh import SshWorld

STEPS = int(os.environ.get("TOFUTUI_MODEL_STEPS", amount(600, 2000)))
SSH_STEPS = int(os.environ.get("TOFUTUI_MODEL_SSH_STEPS", amount(100, 400)))
PARTS = amount(1, 4)
SSH_ROUNDS = 6
"""How many times the steps over SSH are drawn again while no story got as far as a deletion."""
"""The steps are run in so many tests, side by side where there are several workers."""


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


ENDS = ("gone", "cannot tell", "refused", "not sent")
RARE_ENDS = ("came back", "still there", "unknown")
"""Seen in every long run."""
LONG = 5_000
"""Steps of a long run."""


@pytest.mark.timeout(max(300, STEPS // 4))
@pytest.mark.parametrize("part", range(PARTS))
def test_in_simulated_time(part: int, memory: MemoryWorld) -> None:
    wanted = -(-STEPS // PARTS)
    began = time.monotonic()
    figures = run_steps(memory, wanted, first_seed=first_seed() + 10_000 * part)
    tell(figures, began)
    ends = ENDS + (RARE_ENDS if wanted >= LONG else ())
    assert figures["steps"] >= wanted
    assert figures["deletions sent"] >= wanted // 100
    assert [end for end in ends if not figures.get(f"outcome: {end}")] == []


@pytest.mark.timeout(max(300, SSH_STEPS // 4))
@pytest.mark.parametrize("part", range(PARTS))
def test_over_real_ssh(part: int, tmp_path: Path) -> None:
    wanted = -(-SSH_STEPS // PARTS)
    world = SshWorld(tmp_path)
    try:
        began, figures = time.monotonic(), Counter[str]()
        for rounds in range(SSH_ROUNDS):
            seed = first_seed() + 1000 * (part + 1) + 100_000 * rounds
            figures.update(run_steps(world, wanted, first_seed=seed, shrink=False))
            if figures["deletions sent"]:
                break
        tell(figures, began)
    finally:
        world.end()
    assert figures["steps"] >= wanted
    assert figures["deletions sent"] > 0
