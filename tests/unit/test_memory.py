"""What a comparison keeps in the history and takes from it: nothing counts as seen that was not seen then."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.history_builders import at
from tests.support.rows import PRIME_SEC, certificate, presenting, silent
from tofutui.history.database import FILE, Database
from tofutui.history.places import address_of, baseline_of
from tofutui.history.row_history import Sightings
from tofutui.tofu.certificates.presented import PENDING, Presented, Status
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.row_history import Beginning, Look, Past, Remembered, RowSeen, WhatChanged
from tofutui.tofu.site.endpoint import Endpoint, split_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Role, Session, Via
from tofutui.workbench.evidence.memory import Memory

KEY = "198.51.100.20_443"
OLD, NEW = certificate(PRIME_SEC, mark="old"), certificate(PRIME_SEC, mark="new")
PRIMARY = NodeSettings(role=Role.PRIMARY, host="192.0.2.10", jump="ops@jump.example.net")
SESSION = Session(name="site-a", nodes={Role.PRIMARY: PRIMARY})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Sightings]:
    database = Database(tmp_path / FILE)
    yield Sightings(database)
    database.close()


@pytest.fixture
def memory(store: Sightings) -> Memory:
    return Memory(SESSION, store)


def entry(
    presented: Presented = PENDING, *, key: str = KEY, text: str = PRIME_SEC, **changes: object
) -> Entry:
    plain = Entry(
        id=key,
        role=Role.PRIMARY,
        key=key,
        raw=f"host={key}; subject= {text}",
        endpoint=split_key(key),
        who=Who.OTHER,
        name="",
        stored=StoredSubject(text, None),
        presented=presented,
    )
    return replace(plain, **changes)


def asked(leaf: object, minute: float) -> Presented:
    return replace(presenting(leaf), at=at(minute))


async def record(memory: Memory, minute: float, *entries: Entry, sole: bool = False) -> None:
    rows = [memory.seen(entry, sole=sole) for entry in entries]
    await memory.record(Role.PRIMARY, "SHA256:one", at(minute), [row for row in rows if row is not None])


async def test_what_was_recorded_is_remembered_and_read_by_the_next_run(store, memory):
    await record(memory, 0, entry(asked(OLD, 0)))
    assert memory.past(entry()).first_sighting.sha256 == OLD.sha256
    other = Memory(SESSION, store)
    assert other.past(entry()) == Past()
    await other.load(Role.PRIMARY)
    assert other.past(entry()).first_sighting.sha256 == OLD.sha256


async def test_a_certificate_that_was_not_asked_for_again_is_not_seen_again(memory):
    shown = entry(asked(OLD, 0))
    await record(memory, 0, shown)
    assert memory.seen(shown, sole=True).sha256 is None
    await record(memory, 5, shown)
    (life,) = (await memory.whole_past(shown)).incarnations
    assert [sighting.last for sighting in life.shown] == [at(0)]
    assert life.last == at(5)
    await record(memory, 6, entry(asked(OLD, 6)))
    (life,) = (await memory.whole_past(shown)).incarnations
    assert [sighting.last for sighting in life.shown] == [at(6)]


async def test_what_could_not_be_written_is_reported_again(tmp_path, store, memory):
    database = Database(tmp_path / "closed.db")
    broken = Memory(SESSION, Sightings(database))
    database.close()
    shown = entry(asked(OLD, 0))
    await record(broken, 0, shown)
    assert "the history cannot be written" in broken.trouble
    assert broken.seen(shown, sole=False).sha256 == OLD.sha256
    await broken.load(Role.PRIMARY)
    assert "the history cannot be read" in broken.trouble
    assert await broken.whole_past(shown) == Past()


async def test_a_key_that_appears_twice_is_neither_absent_nor_watched(memory):
    first, second = entry(asked(OLD, 0)), entry(asked(OLD, 1), text="/CN=b", id=f"{KEY}#2", doubled=True)
    await record(memory, 0, first)
    await record(memory, 1, replace(first, doubled=True, presented=asked(OLD, 1)), second)
    await record(memory, 2, entry(asked(OLD, 2)), sole=True)
    lives = (await memory.whole_past(first)).incarnations
    assert [life.beginning for life in lives] == [Beginning.FIRST, Beginning.TEXT, Beginning.TEXT]
    assert lives[1].text == f"{PRIME_SEC}\n/CN=b"
    assert memory.past(first).observation is None


async def test_rows_of_an_earlier_listing_and_lines_without_key_are_not_told(memory):
    assert memory.seen(entry(asked(OLD, 0), unseen=True), sole=False) is None
    assert memory.seen(replace(entry(asked(OLD, 0)), key=None), sole=False) is None


async def test_a_past_counts_only_for_the_text_that_the_row_has(memory):
    await record(memory, 0, entry(asked(OLD, 0)))
    assert memory.past(entry(text="/CN=other")) == Past()
    assert len((await memory.whole_past(entry(text="/CN=other"))).incarnations) == 1


async def test_texts_and_keys_with_undecodable_bytes_have_a_past(memory):
    odd = entry(asked(OLD, 0), key="pr\udce9_443", text="/CN=\udcfc")
    await record(memory, 0, odd)
    assert memory.past(odd).first_sighting.sha256 == OLD.sha256
    assert memory.trouble is None
    await record(memory, 1, replace(odd, presented=asked(NEW, 1)))
    assert len((await memory.whole_past(odd)).incarnations[0].shown) == 2


async def test_a_row_appeared_only_after_a_listing_that_is_remembered(memory):
    row, other = entry(asked(OLD, 0)), entry(asked(OLD, 0), key="k_1")
    assert not memory.appeared(row)
    await record(memory, 0)
    assert memory.appeared(row)
    await record(memory, 1, row, other)
    assert not memory.appeared(row)
    assert not memory.appeared(replace(row, raw="", stored=None))


async def test_a_row_deleted_from_an_empty_table_still_appears_when_it_is_learned(memory):
    await record(memory, 0, entry(asked(OLD, 0)))
    await record(memory, 1)
    assert memory.appeared(entry())


async def test_a_row_watched_while_it_was_learned_is_known(memory):
    await record(memory, 0, entry(asked(OLD, 0)))
    await record(memory, 1)
    await record(memory, 2, entry(asked(OLD, 2)), sole=True)
    assert memory.past(entry()).observation.sha256 == OLD.sha256


async def test_another_process_between_two_listings_is_noticed(store, memory):
    await record(memory, 0, entry(asked(OLD, 0)))
    seen = RowSeen(key=KEY, text=PRIME_SEC, stored=True, baseline=baseline_of(SESSION, Role.PRIMARY, KEY))
    other = Memory(SESSION, store)
    await other.record(Role.PRIMARY, "SHA256:one", at(1), [])
    await other.record(Role.PRIMARY, "SHA256:one", at(2), [seen])
    await record(memory, 3, entry(asked(OLD, 3)))
    assert memory.past(entry()).began == at(2)


def keys_read(store: Sightings, monkeypatch: pytest.MonkeyPatch) -> list[set[str] | None]:
    """What is read of the history from now on: the keys asked for, None for all."""
    read: list[set[str] | None] = []
    remembered = store.remembered

    def noting(*whose: Any) -> Remembered:
        read.append(None if whose[4] is None else set(whose[4]))
        return remembered(*whose)

    monkeypatch.setattr(store, "remembered", noting)
    return read


async def test_a_listing_that_changes_few_rows_has_only_those_read(store, memory, monkeypatch):
    def listed(minute: float, *marks: str) -> list[Entry]:
        """Rows by their marks: key and text, with a certificate of its own for an upper-case text."""
        leaf = {mark: NEW if mark[1].isupper() else OLD for mark in marks}
        return [
            entry(asked(leaf[mark], minute), key=f"{mark[0]}_443", text=f"/CN={mark[1:].lower()}")
            for mark in marks
        ]

    read = keys_read(store, monkeypatch)
    looks = [
        (("ax", "bx", "cx"), {"a_443", "b_443", "c_443"}),
        (("ax", "bx", "cx"), ()),
        (("ax", "cx"), {"b_443"}),
        (("ax", "bx", "cx"), {"b_443"}),
        (("ay", "bX", "cx"), {"a_443", "b_443"}),
        (("dx",), {"a_443", "b_443", "c_443", "d_443"}),
    ]
    for minute, (marks, changed) in enumerate(looks):
        read.clear()
        await record(memory, minute, *listed(minute, *marks))
        assert read == ([changed] if changed else [])
        fresh = Memory(SESSION, store)
        await fresh.load(Role.PRIMARY)
        assert memory.texts(Role.PRIMARY) == fresh.texts(Role.PRIMARY)
        for row in listed(minute, *marks):
            assert memory.past(row).current.began == fresh.past(row).current.began
            assert memory.past(row).first_sighting == fresh.past(row).first_sighting
            assert memory.past(row).observation == fresh.past(row).observation


async def test_another_host_key_or_a_listing_of_another_program_has_all_rows_read(store, memory, monkeypatch):
    shown, late = entry(asked(OLD, 0)), entry(asked(OLD, 0), key="k_1")
    await record(memory, 0, shown)
    read = keys_read(store, monkeypatch)
    await memory.record(Role.PRIMARY, "SHA256:two", at(1), [memory.seen(shown, sole=False)])
    assert read == [None]
    record_look, other = store.record, Memory(SESSION, store)

    def and_another(look: Look, since: Any) -> WhatChanged:
        changed = record_look(look, since)
        record_look(replace(look, at=at(3), rows=()), None)
        return changed

    monkeypatch.setattr(store, "record", and_another)
    await memory.record(
        Role.PRIMARY, "SHA256:two", at(2), [other.seen(shown, sole=False), other.seen(late, sole=False)]
    )
    assert read[1:] == [{"k_1"}, None]
    assert memory.texts(Role.PRIMARY) == {}


async def test_silence_is_told_but_not_that_nothing_was_asked(memory):
    assert memory.seen(entry(silent()), sole=False).asked_at is not None
    assert memory.seen(entry(PENDING), sole=False).asked_at is None


@pytest.mark.parametrize("status", [status for status in Status if not status.was_asked])
async def test_an_endpoint_that_was_not_asked_was_not_silent_at_that_time(
    memory: Memory, status: Status
) -> None:
    not_asked = Presented(status=status, at=at(1), error="probing is off")
    assert memory.seen(entry(not_asked), sole=False).asked_at is None
    await record(memory, 0, entry(asked(OLD, 0)))
    await record(memory, 1, entry(not_asked))
    (shown,) = (await memory.whole_past(entry())).current.shown
    assert shown.silent is None


async def test_learned_again_is_remembered_even_of_a_row_without_history(memory):
    await memory.learned(entry(asked(OLD, 0)), at(0))
    assert memory.past(entry()).began == at(0)
    assert memory.past(entry()).current.beginning is Beginning.LEARNED


async def test_without_a_store_nothing_is_remembered_or_written():
    memory = Memory(SESSION, None)
    await record(memory, 0, entry(asked(OLD, 0)))
    await memory.learned(entry(), at(1))
    await memory.load(Role.PRIMARY)
    assert (memory.past(entry()), await memory.whole_past(entry()), memory.trouble) == (Past(), Past(), None)


def test_the_way_to_an_endpoint_is_its_baseline():
    def baseline(**probe: object) -> str:
        return baseline_of(replace(SESSION, probe=ProbeSettings(**probe)), Role.PRIMARY, KEY)

    mapped = {Endpoint("198.51.100.20", 443): Endpoint("10.9.8.7", 443)}
    ways = [
        baseline(),
        baseline(via=Via.JUMP),
        baseline(via=Via.OFF),
        baseline(map=mapped),
        baseline(via=Via.JUMP, map=mapped),
    ]
    assert len(set(ways)) == len(ways)
    assert address_of(SESSION, Role.PRIMARY) == "192.0.2.10:22"
    assert baseline_of(SESSION, Role.PRIMARY, "no key") == ""
