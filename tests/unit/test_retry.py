"""When a lost link is tried again, by stated times."""

from datetime import UTC, datetime, timedelta

import pytest

from tofutui.appliance import errors
from tofutui.appliance.errors import ApplianceError, may_be_retried
from tofutui.tofu.base.backoff import Backoff, NextTry

LOST = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)


def test_the_pauses_double_up_to_two_minutes() -> None:
    pauses = [Backoff().pause(number, 0.0) for number in range(1, 9)]
    assert pauses == [5, 10, 20, 40, 80, 120, 120, 120]


@pytest.mark.parametrize("number", [1, 5, 6, 100, 10**9])
def test_chance_only_shortens_and_by_a_tenth_at_most(number: int) -> None:
    whole = Backoff().pause(number, 0.0)
    assert whole <= 120
    for jitter in (0.0, 0.25, 0.5, 1.0):
        assert Backoff().pause(number, jitter) == pytest.approx(whole * (1 - 0.1 * jitter))


def test_a_first_pause_beyond_the_longest_is_the_longest() -> None:
    assert Backoff(first=300, longest=60).pause(1, 0.0) == 60


def test_the_next_try_has_a_number_and_a_time() -> None:
    first = NextTry.after(0, LOST, 0.0, Backoff())
    assert first == NextTry(1, LOST + timedelta(seconds=5), 5.0)
    third = NextTry.after(2, LOST + timedelta(seconds=15), 1.0, Backoff())
    assert third == NextTry(3, LOST + timedelta(seconds=15 + 18), 18.0)


BY_THE_OPERATOR = {
    "LoginRefused", "PasswordExpired", "NoPassword", "HostKeyUnknown", "HostKeyChanged", "HostKeyInvalid",
    "NoCommonAlgorithm", "NotAnAdminCli", "SshConfigError", "UnknownDialogue",
}  # fmt: skip


def kinds(kind: type[ApplianceError]) -> list[type[ApplianceError]]:
    return [kind, *(error for sub in kind.__subclasses__() for error in kinds(sub))]


@pytest.mark.parametrize("kind", kinds(ApplianceError), ids=lambda kind: kind.__name__)
def test_what_needs_a_person_is_never_tried_by_itself(kind: type[ApplianceError]) -> None:
    sent = {"sent": False} if issubclass(kind, errors.Interrupted) else {}
    assert may_be_retried(kind("words", **sent)) is (kind.__name__ not in BY_THE_OPERATOR)
