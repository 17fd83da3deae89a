"""The last result of each session: one line each, the newest wins, forgotten with the rest."""

from datetime import UTC, datetime, timedelta

import pytest

from tofutui.history.database import FILE, Database
from tofutui.history.results import LastResult, Results
from tofutui.history.row_history import Sightings
from tofutui.tofu.judgement.verdict import Verdict

AT = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)
FIRST = LastResult(AT, True, {Verdict.MISMATCH: 2, Verdict.NO_ANSWER: 1}, 1)
LATER = LastResult(AT + timedelta(minutes=1), False, {}, 0)


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / FILE)
    yield database
    database.close()


def test_the_newest_result_of_each_session_is_kept(database):
    results = Results(database)
    results.put("a", LATER)
    results.put("a", FIRST)
    results.put("b", FIRST)
    assert results.every() == {"a": LATER, "b": FIRST}


def test_a_name_that_sqlite_cannot_hold_is_kept_in_some_form(database):
    Results(database).put("a\udcff", FIRST)
    assert list(Results(database).every().values()) == [FIRST]


def test_forgetting_a_session_forgets_its_result_but_forgetting_a_row_does_not(database):
    results, sightings = Results(database), Sightings(database)
    for name in "ab":
        results.put(name, FIRST)
    sightings.forget("a", role="primary")
    assert set(results.every()) == {"a", "b"}
    sightings.forget("a")
    assert set(results.every()) == {"b"}
