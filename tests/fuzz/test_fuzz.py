"""Spoilt answers to everything that reads foreign bytes: nothing but the declared errors, nothing unsafe out.

``TOFUTUI_FUZZ_EXAMPLES=20000 pytest tests/fuzz`` tries longer; ``TOFUTUI_FUZZ_SEED=random`` tries others.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.depth import amount
from tests.support.hostile import TARGETS, give
from tests.support.hostile_samples import PIECES, samples

EXAMPLES = int(os.environ.get("TOFUTUI_FUZZ_EXAMPLES", amount(50, 250)))
MOST = 20_000
SLOW = {"shell": 4, "zip log": 2, "tar log": 2}
"""Targets of which fewer are tried."""

pieces = st.one_of(st.sampled_from(PIECES), st.binary(max_size=12))
edits = st.lists(
    st.tuples(
        st.sampled_from(["insert", "put", "cut", "double", "bit"]),
        st.integers(0, 4000),
        pieces,
        st.integers(1, 40),
    ),
    max_size=8,
)


def spoilt(data: bytes, changes: list[tuple[str, int, bytes, int]]) -> bytes:
    for kind, place, piece, number in changes:
        at = place % (len(data) + 1)
        if kind == "insert":
            data = data[:at] + piece + data[at:]
        elif kind == "put":
            data = data[:at] + piece + data[at + len(piece) :]
        elif kind == "cut":
            data = data[:at] + data[at + number :]
        elif kind == "double":
            data = data[:at] + data[at : at + number] * number + data[at + number :]
        elif data:
            at %= len(data)
            data = data[:at] + bytes([data[at] ^ 1 << number % 8]) + data[at + 1 :]
    return data[:MOST]


@pytest.mark.timeout(max(120, EXAMPLES // 10))
@pytest.mark.parametrize("target", TARGETS)
def test_spoilt_answers_are_read_or_refused(target: str) -> None:
    tried = []

    @settings(
        max_examples=max(20, EXAMPLES // SLOW.get(target, 1)),
        deadline=None,
        database=None,
        derandomize=os.environ.get("TOFUTUI_FUZZ_SEED") != "random",
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(samples()[target]), edits)
    def run(data: bytes, changes: list[tuple[str, int, bytes, int]]) -> None:
        tried.append(1)
        give(target, spoilt(data, changes))

    run()
    print(f"\n  {len(tried):8,}  {target}")
    assert len(tried) >= 20


@pytest.mark.parametrize("target", TARGETS)
def test_good_answers_are_read(target: str) -> None:
    assert target in samples()
    for data in samples()[target]:
        assert "refused" not in give(target, data) or target == "keys"
