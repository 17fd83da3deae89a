"""The history of rows: what begins an incarnation, what counts as learned, late looks, forgetting."""

import multiprocessing
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from tests.support.history_builders import ADDRESS, DIRECT, KEY, NODE, ROLE, SESSION, at, look, row, sha
from tofutui.history.database import MIGRATIONS, Database, HistoryError
from tofutui.history.journal import Journal
from tofutui.history.row_history import SPANS_READ, Sightings
from tofutui.tofu.judgement.row_history import Beginning, Incarnation, Look, NodeSeen, Past
from tofutui.tofu.site.session import Role

OTHER_TEXT = "/C=DE/CN=ise01"


class Store(Sightings):
    """A history that has its file to itself."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        super().__init__(self.database)

    def see(self, *looks: Look) -> "Store":
        for new in looks:
            self.record(new)
        return self

    def whole(self, key: str = KEY) -> tuple[Incarnation, ...]:
        return self.past(*NODE, key).incarnations

    def now(self, key: str = KEY, baseline: str = DIRECT) -> Past:
        return self.remembered(*NODE, lambda _: baseline).rows.get(key, Past())

    def known(self) -> str | None:
        observation = self.now().observation
        return observation.sha256 if observation else None

    def rows_in_file(self) -> int:
        with self.database.snapshot() as connection:
            tables = ("node", "incarnation", "shown")
            return sum(connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.database.close()


def beginnings(store: Store) -> list[tuple[Beginning, object]]:
    return [(life.beginning, life.began) for life in store.whole()]


# What begins an incarnation.


def test_the_first_listing_says_nothing_about_how_old_a_row_is(store):
    store.see(look(0, row()))
    past = store.now()
    assert beginnings(store) == [(Beginning.FIRST, at(0))]
    assert past.began is None
    assert past.first_sighting.sha256 == sha("A")
    assert past.observation is None


def test_a_row_that_a_listing_shows_after_one_without_it_appeared(store):
    store.see(look(0), look(1, row()))
    assert beginnings(store) == [(Beginning.APPEARED, at(1))]
    assert store.whole()[0].absent_at == at(0)
    assert store.now().began == at(1)


def test_a_row_that_goes_ends_when_a_listing_is_without_it_and_starts_over_when_it_comes_back(store):
    store.see(look(0, row()), look(1, row()), look(2), look(3), look(4, row()))
    first, second = store.whole()
    assert (first.began, first.last, first.ended) == (at(0), at(1), at(2))
    assert (second.beginning, second.began, second.ended) == (Beginning.APPEARED, at(4), None)
    assert second.absent_at == at(3)


def test_another_stored_text_is_another_incarnation(store):
    store.see(look(0, row()), look(1, row(text=OTHER_TEXT)))
    first, second = store.whole()
    assert (first.ended, second.beginning, second.began) == (at(1), Beginning.TEXT, at(1))
    assert second.text == OTHER_TEXT


def test_another_host_key_of_the_node_begins_every_row_again(store):
    store.see(look(0, row()), look(1, row(), row(key="k_1"), host_key="SHA256:two"))
    assert [life.beginning for life in store.whole()] == [Beginning.FIRST, Beginning.REDEPLOYED]
    assert [life.beginning for life in store.whole("k_1")] == [Beginning.REDEPLOYED]


def test_a_host_key_that_was_not_seen_begins_nothing(store):
    store.see(look(0, row()), look(1, row(), host_key=None), look(2, row()))
    assert len(store.whole()) == 1


def test_learned_again_ends_what_lasted_and_begins_at_the_operators_time(store):
    store.see(look(0, row()), look(5, row()))
    store.learned(*NODE, KEY, at(3))
    first, second = store.whole()
    assert (first.last, first.ended) == (at(3), at(3))
    assert (second.beginning, second.began, second.last) == (Beginning.LEARNED, at(3), at(5))
    store.see(look(6, row()))
    assert beginnings(store)[1:] == [(Beginning.LEARNED, at(3))]


def test_learned_before_the_first_listing_makes_the_first_sighting_older(store):
    store.see(look(5, row()))
    store.learned(*NODE, KEY, at(3))
    assert beginnings(store) == [(Beginning.LEARNED, at(3))]


def test_learned_before_a_listing_without_the_row_says_nothing(store):
    store.see(look(0, row()), look(2), look(4, row()))
    before = store.whole()
    store.learned(*NODE, KEY, at(1))
    assert store.whole() == before


def test_learned_of_a_row_that_no_listing_is_remembered_of(store):
    store.learned(*NODE, KEY, at(1))
    assert store.whole() == ()
    store.learned(*NODE, KEY, at(1), "/CN=x")
    store.see(look(2, row(text="/CN=x")))
    assert beginnings(store) == [(Beginning.LEARNED, at(1))]


def test_learned_after_a_listing_of_the_same_moment_never_ends_before_it_begins(store):
    store.see(look(0, row()))
    store.learned(*NODE, KEY, at(2))
    store.see(look(1))
    assert all(life.ended is None or life.began <= life.ended for life in store.whole())
    assert store.now().current is None


def test_sessions_roles_and_addresses_have_histories_of_their_own(store):
    store.see(look(0, row()), look(1, row(), role="secondary"), look(2, row(), address="192.0.2.77:22"))
    store.see(look(3, row(), session="site-b"))
    assert [life.began for life in store.whole()] == [at(0)]
    assert store.nodes(SESSION) == [
        NodeSeen("primary", ADDRESS, at(0)),
        NodeSeen("primary", "192.0.2.77:22", at(2)),
        NodeSeen("secondary", ADDRESS, at(1)),
    ]
    assert store.nodes("nobody") == []
    assert store.remembered("site-a", "secondary", "elsewhere:22", str).listed is None


# What was presented.


def test_each_change_of_certificate_is_kept_with_its_times(store):
    store.see(*(look(minute, row(mark)) for minute, mark in enumerate("AABBA")))
    (life,) = store.whole()
    assert [(sighting.sha256, sighting.first, sighting.last) for sighting in life.shown] == [
        (sha("A"), at(0), at(1)),
        (sha("B"), at(2), at(3)),
        (sha("A"), at(4), at(4)),
    ]
    assert store.now().first_sighting.since == ((sha("A"), at(0)), (sha("B"), at(2)))


def test_a_silent_endpoint_shows_nothing_and_ends_nothing(store):
    store.see(look(0, row(None)), look(1, row(None)), look(2, row("A")), look(3, row(None)))
    (life,) = store.whole()
    assert [(sighting.first, sighting.last, sighting.silent) for sighting in life.shown] == [
        (at(2), at(2), at(3))
    ]
    sighting = store.now().first_sighting
    assert (sighting.sha256, sighting.at, sighting.silent_since) == (sha("A"), at(2), at(0))


def test_an_endpoint_that_was_never_heard_is_known_by_the_row_alone(store):
    store.see(look(0, row(None)), look(1, row(None)))
    sighting = store.now().first_sighting
    assert (sighting.sha256, sighting.at, sighting.silent_since) == (None, at(0), None)


def test_a_changed_way_to_the_endpoint_begins_a_new_baseline(store):
    store.see(look(0, row("A")), look(1, row("B", baseline="jump x")))
    assert store.now(baseline="jump x").first_sighting.sha256 == sha("B")
    assert store.now(baseline=DIRECT).first_sighting.sha256 == sha("A")
    assert store.now(baseline="off").first_sighting.sha256 is None
    assert [sighting.baseline for sighting in store.whole()[0].shown] == [DIRECT, "jump x"]


def test_what_is_presented_over_a_new_beginning_is_cut_there(store):
    store.see(look(0, row()), look(1, row(stored=False)), look(2, row()))
    first, second = store.whole()
    assert [(sighting.first, sighting.last) for sighting in first.shown] == [(at(0), at(1))]
    assert [(sighting.first, sighting.last) for sighting in second.shown] == [(at(2), at(2))]


@pytest.mark.parametrize("changes", [SPANS_READ - 1, SPANS_READ, SPANS_READ + 1, 5 * SPANS_READ])
def test_a_row_that_changes_all_the_time_is_judged_by_its_first_and_newest_certificates(store, changes):
    store.see(look(0, row("old")), look(1, row("older", stored=False)))
    store.see(*(look(2 + number, row(str(number))) for number in range(changes)))
    shown = store.now().current.shown
    assert shown[0].sha256 == sha("0")
    assert shown[-1].sha256 == sha(str(changes - 1))
    assert len(shown) == min(changes, SPANS_READ + 1)
    assert len(store.whole()[-1].shown) == changes


# Rule 5: what the node must have learned.

BEFORE, ABSENT, AFTER = row("A"), row("A", stored=False), row("A", sole=True)


def test_a_certificate_watched_before_and_after_the_learning_is_known(store):
    store.see(look(0, BEFORE), look(1, ABSENT), look(2, AFTER))
    observation = store.now().observation
    assert (observation.sha256, observation.absent_at, observation.present_at) == (sha("A"), at(1), at(2))


def test_the_last_probe_before_may_be_of_an_earlier_listing(store):
    assert store.see(look(0, BEFORE), look(1), look(2), look(3, AFTER)).known() == sha("A")


def test_a_known_certificate_stays_known_while_others_are_presented(store):
    store.see(look(0, BEFORE), look(1, ABSENT), look(2, AFTER), look(3, row("B")), look(4, row(None)))
    assert store.known() == sha("A")


@pytest.mark.parametrize(
    "looks",
    [
        [look(2, AFTER)],
        [look(0, BEFORE), look(2, AFTER)],
        [look(1, ABSENT), look(2, row("A"))],
        [look(0, BEFORE), look(1, row("B", stored=False)), look(2, AFTER)],
        [look(0, BEFORE), look(1, row(None, stored=False)), look(2, AFTER)],
        [look(1, ABSENT), look(2, row("B", sole=True))],
        [look(1, ABSENT), look(2, row(None)), look(3, AFTER)],
        [look(1), look(2, AFTER)],
        [look(1, ABSENT), look(2, replace(AFTER, baseline="jump x"))],
        [look(0, row(text=OTHER_TEXT)), look(2, AFTER)],
        [look(1, ABSENT), look(2, AFTER, host_key="SHA256:two")],
        [look(1, ABSENT), look(2, AFTER), look(3), look(4, row("A"))],
        [look(1, ABSENT), look(2, AFTER), look(3, row("A", text=OTHER_TEXT, sole=True))],
    ],
    ids=[
        "first listing of all",
        "never absent",
        "not asked for all it has",
        "another before",
        "silent before",
        "another after",
        "silent after",
        "never asked before",
        "asked another way",
        "text changed",
        "node redeployed",
        "came back unwatched",
        "replaced since",
    ],
)
def test_nothing_is_known_where_one_condition_fails(store, looks):
    assert store.see(*looks).known() is None


def test_what_was_not_asked_at_the_absence_does_not_count_as_silence(store):
    unasked = replace(ABSENT, sha256=None, asked_at=None)
    assert store.see(look(0, BEFORE), look(1, unasked), look(2, AFTER)).known() == sha("A")


def test_the_operators_word_makes_the_observation_void(store):
    store.see(look(0, BEFORE), look(1, ABSENT), look(2, AFTER))
    store.learned(*NODE, KEY, at(3))
    assert store.known() is None


# Looks that are older than the newest one.


@pytest.mark.parametrize(
    "late",
    [look(1), look(1, row(text=OTHER_TEXT)), look(1, row("B")), look(1, row(None)), look(1, row(key="k_1"))],
    ids=["without the row", "another text", "another certificate", "silence", "another row"],
)
@pytest.mark.parametrize("taken", [[look(0, row()), look(2, row())], [look(0, row()), look(2)], [look(2)]])
def test_a_look_that_is_older_than_the_newest_is_dropped(store, taken, late):
    store.see(*taken)
    with store.database.snapshot() as connection:
        before = list(connection.iterdump())
    newest = taken[-1].at
    assert not store.record(late, newest)
    assert store.record(late, at(0) if newest != at(0) else None), "the caller reads what is newer"
    with store.database.snapshot() as connection:
        assert list(connection.iterdump()) == before


def test_a_clock_that_was_fast_does_not_stop_the_history(store):
    day = 24 * 60
    store.see(look(0, row("A")), look(day, row("A")), look(day + 1, row("A"), row(key="k_1")))
    store.see(look(2, row("A"), row(key="k_1")), look(3, row("B")), look(4))
    (life,) = store.whole()
    assert (life.began, life.ended) == (at(0), at(4))
    assert [(s.sha256, s.first) for s in life.shown] == [(sha("A"), at(0)), (sha("B"), at(3))]
    (other,) = store.whole("k_1")
    assert (other.began, other.ended) == (at(2), at(3))
    assert store.nodes(SESSION) == [NodeSeen(ROLE, ADDRESS, at(4))]


# Growth, forgetting, what may be stored, the file.


def test_a_thousand_looks_at_which_nothing_changed_add_no_row(store):
    keys = [f"198.51.100.{number}_443" for number in range(20)]

    def same(minute: float) -> Look:
        return look(minute, *(row(None if n == 7 else "A", key=key) for n, key in enumerate(keys)))

    store.see(same(0))
    with store.database.snapshot() as connection:
        before = list(connection.iterdump())
    store.see(*(same(minute / 10) for minute in range(1, 1001)))
    with store.database.snapshot() as connection:
        after = list(connection.iterdump())
    assert len(after) == len(before)
    assert sum(map(len, after)) < sum(map(len, before)) + 2000  # the times of the last looks
    assert store.whole(keys[3])[0].last == at(100)


def test_forgetting_a_session_leaves_the_others_and_the_journal(store):
    store.see(look(0, row(), row(key="k_1")), look(1, row()), look(2, row(), row(key="k_1")))
    store.see(look(0, row(), session="site-b"), look(0, row(), role="secondary"))
    journal = Journal(store.database)
    journal.open_entry(
        session=SESSION, role=Role.PRIMARY, host="h", hostname=None, key=KEY, command="c",
        operator="ops", sha256=None, at=at(0),
    )  # fmt: skip
    assert store.forget(SESSION) == 4
    assert store.nodes(SESSION) == []
    assert store.whole() == ()
    assert len(store.nodes("site-b")) == 1
    assert len(journal.entries(SESSION)) == 1
    assert store.forget(SESSION) == 0


def test_forgetting_one_node_leaves_the_other(store):
    store.see(look(0, row()), look(0, row(), role="secondary"))
    assert store.forget(SESSION, role="secondary") == 1
    assert [node.role for node in store.nodes(SESSION)] == ["primary"]


def test_a_forgotten_row_is_seen_for_the_first_time_again(store):
    store.see(look(0, row(), row(key="k_1")), look(1, row(), row(key="k_1")))
    assert store.forget(SESSION, key=KEY) == 1
    assert len(store.whole("k_1")) == 1
    store.see(look(2, row("B", sole=True), row(key="k_1")))
    assert beginnings(store) == [(Beginning.FIRST, at(2))]
    assert store.now().began is None
    assert store.known() is None
    assert [life.began for life in store.whole("k_1")] == [at(0)]


def test_forgetting_a_row_that_nobody_remembers_changes_nothing(store):
    store.see(look(0, row()))
    assert store.forget(SESSION, key="k_1") == 0
    store.see(look(1, row(), row(key="k_1")))
    assert store.whole("k_1")[0].beginning is Beginning.APPEARED


def test_keys_and_texts_of_any_bytes_are_remembered_as_such(store):
    odd = row(key="a\udcff'\x00\x1b\u202e_443", text="/CN=\udce9\ud800;--", baseline="direct \udcff:443")
    store.see(look(0, odd), look(1, odd))
    ((key, past),) = store.pasts(*NODE).items()
    assert key == "a\\udcff'\x00\x1b\u202e_443"
    assert past.current.text == "/CN=\\udce9\\ud800;--"
    assert len(past.incarnations) == len(past.current.shown) == 1
    assert store.remembered(*NODE, lambda _: odd.baseline).rows[key].first_sighting.sha256 == sha("A")
    assert store.past(*NODE, odd.key) == past
    assert store.forget(SESSION, key=odd.key) == 1
    assert store.forget("\udcff") == len(store.nodes("\udcff")) == 0


def test_a_damaged_file_is_set_aside_and_a_new_history_begins(path):
    path.parent.mkdir()
    path.write_bytes(b"SQLite format 3\0" + b"\7" * 8000)
    store = Store(path)
    assert "was damaged" in store.database.message
    store.see(look(0, row()))
    assert len(store.whole()) == 1
    store.database.close()
    assert path.with_name("history.db.damaged-1").exists()


def deep_damage(path: Path) -> bytes:
    """Overwrite a page that a start does not look at; returns its new content."""
    store = Store(path)
    store.see(look(0, *(row(key=f"{number}_443") for number in range(500))))
    store.database.close()
    connection = sqlite3.connect(path)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'shown_by_row'").fetchone()[0]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x55" * size)
    return b"\x55" * size


def test_damage_inside_is_reported_at_once_and_the_next_start_starts_over(path):
    damaged = deep_damage(path)
    store = Store(path)
    assert store.database.message == ""
    with pytest.raises(HistoryError, match="malformed"):
        store.see(look(1, row()))
    store.database.close()
    again = Store(path)
    assert "was damaged" in again.database.message
    again.see(look(2, row()))
    again.database.close()
    assert damaged in path.with_name("history.db.damaged-1").read_bytes()
    third = Store(path)
    assert third.database.message == ""
    assert len(third.whole()) == 1
    third.database.close()


def test_a_mark_of_damage_that_is_about_another_file_sets_nothing_aside(path):
    Store(path).database.close()
    path.with_name("history.db.is-damaged").write_text("1")
    store = Store(path)
    store.database.close()
    assert store.database.message == ""


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_file_of_each_earlier_layout_is_taken_over(path, version):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript(";".join(MIGRATIONS[:version]) + f";PRAGMA user_version = {version};")
    if version == 2:
        connection.executescript(OLD_SIGHTINGS)
    connection.close()
    store = Store(path)
    store.see(look(2, row("B")))
    with store.database.snapshot() as opened:
        assert opened.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    if version == 2:
        (life,) = store.whole()
        assert (life.began, life.last) == (at(0), at(2))
        assert [sighting.sha256 for sighting in life.shown] == [sha("A"), sha("B")]
    store.database.close()


OLD_SIGHTINGS = f"""
INSERT INTO node (id, session, role, address, listed, host_key)
    VALUES (1, '{SESSION}', '{ROLE}', '{ADDRESS}', '2026-11-23T09:01:00.000000+00:00', 'SHA256:one');
INSERT INTO incarnation (node, key, text, beginning, began, last) VALUES (1, '{KEY}', '/C=US/CN=ISE-server',
    'first seen', '2026-11-23T09:00:00.000000+00:00', '2026-11-23T09:01:00.000000+00:00');
INSERT INTO shown (node, key, baseline, sha256, first, last, sole) VALUES (1, '{KEY}', '{DIRECT}',
    '{sha("A")}', '2026-11-23T09:00:00.000000+00:00', '2026-11-23T09:01:00.000000+00:00', 0);
"""


# Two programs at once.

KEYS = [f"198.51.100.{number}_443" for number in range(8)]
SECONDS = float(os.environ.get("TOFUTUI_TEST_SECONDS", "1"))
"""How long two programs look at once; 60 for the whole minute."""
TICK = 0.05


def world(seconds: float) -> list[tuple[str, str | None]]:
    """What a node lists, and what is presented, at a time: rows come, go and change every few ticks."""
    tick = int(seconds / TICK)
    shown = []
    for number, key in enumerate(KEYS):
        if number % 4 == 3 and (tick // (number + 2)) % 2:
            continue
        mark = None if number % 4 == 2 and tick % 5 == 0 else f"{key} {tick // (number + 1)}"
        shown.append((key, mark))
    return shown


def watch_world(path: Path, together: Barrier, results: "multiprocessing.Queue[object]") -> None:
    """Look as often as can be for some seconds, as one of several processes."""
    store = Store(path)
    together.wait()
    seen = []
    end = time.monotonic() + SECONDS
    begin = time.time() - time.monotonic()
    while time.monotonic() < end:
        now = begin + time.monotonic()
        rows = world(now)
        moment = at(0) + timedelta(seconds=now % 10_000_000)
        time.sleep(0.002)  # the other process overtakes
        store.record(replace(look(0, *(row(mark, key=key) for key, mark in rows)), at=moment))
        seen.append((moment, rows))
    store.database.close()
    results.put(seen)


def test_two_processes_at_once_keep_the_newest_look_and_claim_only_what_was_seen(path):
    context = multiprocessing.get_context("spawn")
    together, results = context.Barrier(2), context.Queue()
    watchers = [context.Process(target=watch_world, args=(path, together, results)) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    seen = dict(result for _ in watchers for result in results.get(timeout=SECONDS + 60))
    for watcher in watchers:
        watcher.join()
    assert len(seen) > 20
    store = Store(path)
    pasts = store.pasts(*NODE)
    assert [node.listed for node in store.nodes(SESSION)] == [max(seen)]
    store.database.close()
    assert {key for key, past in pasts.items() if past.current} == {key for key, _ in seen[max(seen)]}
    for key, past in pasts.items():
        for life in past.incarnations:
            assert {life.began, life.last} <= {moment for moment in seen if key in dict(seen[moment])}
            for span in life.shown:
                spans = {m for m in seen if (mark := dict(seen[m]).get(key)) and sha(mark) == span.sha256}
                assert {max(span.first, life.began), span.last} & spans
