"""What a benchmark may claim: nothing where nothing was measured."""

import pytest

from tests.benchmarks.bench_keys import Press, judged
from tests.benchmarks.figures import reaches

QUICK, SILENT = (4.0, 600), (0.0, 0)


@pytest.mark.parametrize(
    ("presses", "reached"),
    [
        ([QUICK] * 15, "4.0 / 4.0 ms, 0.6 KB"),
        ([SILENT] * 15, "not measured: 15 of 15 presses painted nothing"),
        ([*[QUICK] * 14, SILENT], "not measured: 1 of 15 presses painted nothing"),
        ([], "not measured: 0 of 0 presses painted nothing"),
    ],
)
def test_a_key_that_painted_nothing_meets_no_target(presses: list[Press], reached: str) -> None:
    figure = judged("cursor", presses, (15.0, 30.0), "—")
    assert (figure.reached, figure.met) == (reached, presses == [QUICK] * 15)


@pytest.mark.parametrize(
    ("times", "met"),
    [([40.0, 60.0, 70.0], True), ([61.0], False), ([0.0], False), ([0.0, 5.0], False), ([], False)],
)
def test_a_limit_is_reached_only_by_what_was_measured(times: list[float], met: bool) -> None:
    assert reaches(times, 60) is met
