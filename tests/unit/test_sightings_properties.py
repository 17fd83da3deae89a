"""Whatever is listed, in whatever order it is taken over: what the history may never say of a row."""

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.depth import amount
from tests.support.history_builders import DIRECT, KEY, NODE, at, look, row
from tofutui.history.database import Database
from tofutui.history.row_history import Sightings
from tofutui.tofu.judgement.row_history import Beginning, Look, Past, RowSeen

JUMP = "jump somewhere"
SEEN = st.builds(
    row,
    st.sampled_from(["A", "A", "A", "B", None]),
    text=st.sampled_from(["/CN=one", "/CN=one", "/CN=one", "/CN=two"]),
    stored=st.booleans(),
    sole=st.booleans(),
    baseline=st.sampled_from([DIRECT, DIRECT, DIRECT, JUMP]),
)
UNASKED = SEEN.map(lambda seen: replace(seen, sha256=None, asked_at=None))
ROWS = st.one_of(SEEN, SEEN, SEEN, UNASKED, st.none())
"""The one row of interest in a listing; None: neither stored nor expected."""


@st.composite
def listings(draw: st.DrawFn, *, host_keys: bool) -> list[Look]:
    """Complete listings of one node at times of their own, the oldest first."""
    minutes = sorted(draw(st.sets(st.integers(0, 50), min_size=1, max_size=9)))
    keys = st.sampled_from(["one", "one", "one", "two", None]) if host_keys else st.just("one")
    other = row(key="k_1")
    rows = [draw(ROWS) for _ in minutes]
    return [
        look(minute, *([seen] if seen else []), other, host_key=draw(keys))
        for minute, seen in zip(minutes, rows, strict=True)
    ]


@dataclass
class Model:
    """What was listed so far, by time."""

    looks: list[Look]

    def __post_init__(self) -> None:
        self.looks.sort(key=lambda look: look.at)

    def seen(self, look: Look) -> RowSeen | None:
        return next((r for r in look.rows if r.key == KEY), None)

    def shows(self, look: Look) -> bool:
        seen = self.seen(look)
        return seen is not None and seen.stored

    def absences(self) -> list[datetime]:
        return [look.at for look in self.looks if not self.shows(look)]

    def may_be_known(self, sha256: str, baseline: str, present_at: datetime) -> bool:
        """Rule 5 to the letter: absent, then present, the same certificate in the probes around it."""
        index = next((n for n, look in enumerate(self.looks) if look.at == present_at), 0)
        if index == 0 or self.shows(self.looks[index - 1]) or not self.shows(self.looks[index]):
            return False
        first_after = self.seen(self.looks[index])
        probes = [s for look in self.looks[:index] if (s := self.seen(look)) and s.asked_at is not None]
        ours = [probe.sha256 for probe in probes if probe.baseline == baseline]
        assert first_after is not None
        asked = (first_after.sha256, first_after.sole, first_after.baseline)
        return bool(ours) and ours[-1] == sha256 and asked == (sha256, True, baseline)


def check(model: Model, past: Past) -> None:
    """What holds for the looks that were taken over."""
    newest = model.looks[-1]
    current = past.current
    assert (current is not None) == model.shows(newest)
    for life in past.incarnations:
        assert life.began <= life.last
        assert life.ended is None or life.began <= life.ended
        assert not [t for t in model.absences() if life.began <= t <= life.last]
        texts = {model.seen(x).text for x in model.looks if life.began <= x.at <= life.last}
        assert texts == {life.text}
    for earlier, later in zip(past.incarnations, past.incarnations[1:], strict=False):
        assert earlier.ended is not None
        assert earlier.ended <= later.began
    for shown in (x for x in model.looks if model.shows(x)):
        assert [life for life in past.incarnations if life.began <= shown.at <= life.last], (
            "a sighting is lost"
        )
    if current is not None:
        assert current.began > max(model.absences(), default=at(-1))
        assert (past.began is None) == (current.beginning is Beginning.FIRST)
        assert past.began is not None or model.shows(model.looks[0])
    observation = past.observation
    if observation is not None:
        assert any(
            model.may_be_known(observation.sha256, baseline, observation.present_at)
            for baseline in (DIRECT, JUMP)
        )
        assert observation.absent_at == max(t for t in model.absences() if t < observation.present_at)


@settings(max_examples=amount(40, 150), deadline=None)
@given(st.data())
def test_looks_in_any_order_never_give_an_older_incarnation_or_an_unwatched_certificate(data):
    looks = data.draw(listings(host_keys=False))
    order = data.draw(st.permutations(looks))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder, "history.db"))
        store = Sightings(database)
        for number, look in enumerate(order, 1):
            store.record(look)
            taken = [x for n, x in enumerate(order[:number]) if x.at >= max(y.at for y in order[: n + 1])]
            past = store.past(*NODE, KEY)
            check(Model(taken), past)
            lasting = store.remembered(*NODE, lambda _: DIRECT).rows.get(KEY, Past())
            assert lasting.observation == past.observation
            assert lasting.began == past.began
        database.close()


@settings(max_examples=amount(40, 150), deadline=None)
@given(listings(host_keys=True))
def test_looks_in_their_order_know_exactly_what_rule_five_allows(looks):
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder, "history.db"))
        store = Sightings(database)
        host_key, known = None, None
        for number, look in enumerate(looks, 1):
            store.record(look)
            model, past = Model(looks[:number]), store.past(*NODE, KEY)
            check(model, past)
            redeployed = None not in (host_key, look.host_key) and host_key != look.host_key
            host_key = look.host_key or host_key
            seen = model.seen(look)
            before = model.seen(looks[number - 2]) if number > 1 else None
            stays = before is not None and before.stored and model.shows(look) and before.text == seen.text
            if not stays or redeployed:
                watched = model.shows(look) and not redeployed and seen.sha256 is not None
                allowed = watched and model.may_be_known(seen.sha256, seen.baseline, look.at)
                known = seen.sha256 if allowed else None
            assert (past.observation.sha256 if past.observation else None) == known
            if redeployed and past.current is not None:
                assert past.current.began == look.at
        database.close()


WORDS = st.lists(st.tuples(st.integers(0, 9), st.integers(-5, 60)), max_size=3)
"""The operator's words: after how many looks, and the minute they speak of."""


@settings(max_examples=amount(30, 100), deadline=None)
@given(listings(host_keys=False), WORDS)
def test_the_operators_word_never_makes_an_incarnation_older_than_an_absence(looks, words):
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder, "history.db"))
        store = Sightings(database)
        for number, look in enumerate(looks, 1):
            store.record(look)
            for when, minute in words:
                if when == number:
                    store.learned(*NODE, KEY, at(minute))
            model, past = Model(looks[:number]), store.past(*NODE, KEY)
            assert (past.current is not None) == model.shows(model.looks[-1])
            if past.current is not None:
                assert past.current.began > max(model.absences(), default=at(-6))
                assert past.observation is None or past.current.beginning is Beginning.APPEARED
            assert all(life.ended is None or life.began <= life.ended for life in past.incarnations)
        database.close()
