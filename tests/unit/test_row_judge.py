"""Verdicts over rows as listings, answers, logs and the operator's words come in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from tests.support.rows import ISSUED, LISTED, PRIME_SEC, PRIME_SEC_IN_LOGS, certificate, presenting
from tofutui.tls.prober import Prober
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.exports.assignment import Imported
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.logs.failures import Failure, LogDigest
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.workbench import node_state
from tofutui.workbench.evidence import operator, row_judge
from tofutui.workbench.evidence.assigned_exports import KnownCertificates
from tofutui.workbench.evidence.deletions import Deletions
from tofutui.workbench.evidence.memory import Memory
from tofutui.workbench.evidence.row_judge import Judge
from tofutui.workbench.node_state import new_view
from tofutui.workbench.probes import Probes
from tofutui.workbench.table import Table

KEY = "192.0.2.50_443"
SHOWN, HIDDEN = certificate("/CN=shown"), certificate(PRIME_SEC)
ANSWER, OTHER_ANSWER = presenting(SHOWN), presenting(HIDDEN)
MINUTE = timedelta(minutes=1)


@dataclass
class TwoFaced:
    """Stands for the prober: an endpoint that shows one certificate, and others to other questions."""

    shown: Presented = ANSWER
    others: tuple[Presented, ...] = (OTHER_ANSWER,)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, row: Endpoint, target: Endpoint | None) -> Presented:
        self.asked.append("fetch")
        return self.shown

    async def alternatives(
        self, row: Endpoint, target: Endpoint | None, first: Presented, *, in_a_row: bool = True
    ) -> tuple[Presented, ...]:
        self.asked.append("others, again" if in_a_row else "others")
        return self.others


class Sent(Deletions):
    """A journal that knows of one deletion of every row."""

    at: datetime | None = None

    def sent_at(self, role: Role, key: str | None) -> datetime | None:
        return self.at


class Site:
    """One or two tables with one row each, and what judges them."""

    def __init__(self, stored: str = PRIME_SEC, *, roles: tuple[Role, ...] = (Role.PRIMARY,)) -> None:
        nodes = {role: NodeSettings(role=role, host=f"192.0.2.1{n}") for n, role in enumerate(roles)}
        self.session = Session(name="a", nodes=nodes)
        self.now = LISTED
        self.prober = TwoFaced()
        self.probes = Probes(cast(Prober, self.prober))
        views = {role: new_view(self.session, role) for role in roles}
        self.tables = {role: Table(self.session, role, views[role]) for role in roles}
        comparison = Comparison(session=self.session, nodes=views, seen_from="here")
        self.testimony = operator.Testimony()
        self.known = KnownCertificates(self.session, lambda: self.now)
        memory = Memory(self.session, None)
        self.deletions = Sent(lambda: "a", None)
        self.judge = Judge(
            comparison, self.tables, self.testimony, memory, self.known, self.deletions, lambda: self.now
        )
        self.comparison = comparison
        self.stored = stored

    async def list(self, role: Role = Role.PRIMARY, *, complete: bool = True) -> None:
        """A listing comes in, and every row of it is asked."""
        table = self.tables[role]
        error = "" if complete else "% Error: interrupted\n\n"
        listing = read_listing(f"{error}host={KEY};  subject= {self.stored}\n")
        self.judge.clocks[role] = NodeClock(self.now.replace(tzinfo=None), "UTC", self.now)
        table.listing_began = self.now - MINUTE
        for row in listing.rows:
            table.take(row)
        table.begin_incarnations(listing, self.now)
        table.close(listing, self.now)
        table.view.complete, table.view.listed_at = complete, self.now
        self.judge.listed(role, self.now)
        for row in listing.rows:
            await self.judge.ask(role, row.id, self.probes)

    async def judged(self, role: Role = Role.PRIMARY) -> Entry:
        await self.judge.everything(list(self.tables), self.probes)
        return self.tables[role].view.entries[KEY]

    def log(self, name: str, at: datetime, role: Role | None = Role.PRIMARY) -> None:
        local = at.replace(tzinfo=None)
        failure = Failure(name, "HealthMonitorThread", local, local, 1)
        self.testimony.logs.append(operator.Log(LogDigest((failure,), ()), role, "pasted", self.now))


async def test_a_thorough_answer_outlives_a_second_listing_in_one_refresh() -> None:
    site = Site()
    site.judge.begin(Role.PRIMARY)
    for _ in range(3):
        await site.list()
        row = await site.judged()
        assert row.verdict is Verdict.SAME_NAME
        assert (row.sha256, row.presented.also) == (HIDDEN.sha256, (SHOWN,))
    assert site.prober.asked == ["fetch", "others, again"]


async def test_a_row_is_called_stale_only_after_the_endpoint_was_asked_again_and_again() -> None:
    site = Site("/CN=elsewhere")
    await site.list()
    assert (await site.judged()).verdict is Verdict.MISMATCH
    assert site.prober.asked == ["fetch", "others, again"]
    dealing = Site("/CN=elsewhere")
    dealing.prober.others = (replace(presenting(HIDDEN), dealt=True),)
    await dealing.list()
    row = await dealing.judged()
    assert row.verdict is Verdict.SUSPECT
    assert any("probed again in the same way" in why for why in row.judgement.why)


async def test_a_failure_that_names_a_certificate_that_was_not_shown_makes_its_row_suspect() -> None:
    site = Site("/CN=shown")
    await site.list()
    assert (await site.judged()).verdict is Verdict.SAME_NAME
    assert site.prober.asked == ["fetch"]
    site.log(PRIME_SEC_IN_LOGS, LISTED)
    row = await site.judged()
    assert row.verdict is Verdict.SUSPECT
    assert "it names another certificate of this endpoint" in row.judgement.why[0]
    assert (row.sha256, row.presented.also) == (SHOWN.sha256, (HIDDEN,))
    assert site.comparison.failures == ()


async def test_a_failure_that_fits_nothing_at_all_is_asked_about_once() -> None:
    site = Site("/CN=shown")
    await site.list()
    site.log("CN=nowhere", LISTED)
    for _ in range(3):
        assert (await site.judged()).verdict is Verdict.SAME_NAME
    assert [tied.failure.name for tied in site.comparison.failures] == ["CN=nowhere"]
    assert site.prober.asked.count("others") == 1


async def test_the_operators_word_counts_from_the_start_of_the_check() -> None:
    site = Site("/CN=shown")
    site.tables[Role.PRIMARY].remembered = lambda: {KEY: "CN = another"}
    site.testimony.say_reissued("192.0.2.50", None, LISTED - MINUTE)
    await site.list()
    assert site.tables[Role.PRIMARY].incarnations == {KEY: LISTED}
    assert (await site.judged()).verdict is Verdict.SUSPECT


async def test_the_operators_word_is_void_once_the_row_is_learned_again() -> None:
    site = Site("/CN=shown")
    await site.list()
    site.testimony.say_reissued("192.0.2.50", None, LISTED + MINUTE)
    assert (await site.judged()).verdict is Verdict.SUSPECT
    site.tables[Role.PRIMARY].incarnations[KEY] = LISTED + 2 * MINUTE
    assert (await site.judged()).verdict is Verdict.SAME_NAME


async def test_a_deletion_that_was_sent_makes_older_failures_hints() -> None:
    site = Site("/CN=shown")
    await site.list()
    site.log("CN=shown", LISTED)
    assert (await site.judged()).verdict is Verdict.MISMATCH
    site.deletions.at = LISTED + MINUTE
    row = await site.judged()
    assert row.verdict is Verdict.SUSPECT
    assert "a deletion of this row was sent after it" in row.judgement.why[0]


async def test_a_fresh_failure_is_not_proof_while_the_listing_is_partial() -> None:
    site = Site("/CN=shown")
    await site.list(complete=False)
    site.log("CN=shown", LISTED)
    assert (await site.judged()).verdict is Verdict.SUSPECT
    await site.list()
    assert (await site.judged()).verdict is Verdict.MISMATCH


BOTH = (Role.PRIMARY, Role.SECONDARY)


def imported(subject: DistinguishedName | None, sha256: str, **changes: datetime) -> Imported:
    return Imported(
        sha256=sha256, subject=subject, source=f"{KEY}.pem", file=f"{KEY}.pem", names=(KEY,), **changes
    )


async def test_an_export_that_fits_rows_of_both_nodes_is_a_hint_until_its_node_is_named() -> None:
    for sha256, unnamed, named in (
        ("0" * 64, Verdict.SUSPECT, Verdict.MISMATCH),
        (SHOWN.sha256, Verdict.SAME_NAME, Verdict.PROVEN),
    ):
        site = Site("/CN=shown", roles=BOTH)
        site.prober.others = ()
        export = imported(SHOWN.subject, sha256)
        site.known.add([export], None)
        await site.list(Role.PRIMARY)
        await site.list(Role.SECONDARY)
        for role in BOTH:
            row = await site.judged(role)
            assert row.verdict is unnamed
            assert any("say whose store it is" in why for why in row.judgement.why)
        site.known.add([export], Role.PRIMARY)
        assert (await site.judged(Role.PRIMARY)).verdict is named
        assert (await site.judged(Role.SECONDARY)).verdict is Verdict.SAME_NAME


async def test_an_export_of_an_unnamed_node_counts_where_only_one_node_has_such_a_row() -> None:
    site = Site("/CN=shown", roles=BOTH)
    site.prober.others = ()
    site.known.add([imported(SHOWN.subject, "0" * 64)], None)
    await site.list(Role.PRIMARY)
    assert (await site.judged()).verdict is Verdict.SUSPECT  # the other table is not known
    site.stored = "/CN=another"
    await site.list(Role.SECONDARY)
    assert (await site.judged()).verdict is Verdict.MISMATCH


async def test_an_export_read_before_the_row_began_is_not_used() -> None:
    for written in (None, ISSUED, LISTED + 5 * MINUTE):
        site = Site("/CN=shown")
        site.prober.others = ()
        site.known.add([imported(SHOWN.subject, "0" * 64, written=written)], Role.PRIMARY)
        site.now = LISTED + MINUTE
        site.tables[Role.PRIMARY].remembered = dict
        await site.list()
        row = await site.judged()
        assert row.verdict is Verdict.SAME_NAME
        assert any("exported before this row was learned" in why for why in row.judgement.why)


async def test_a_copied_export_is_not_proof_about_a_row_that_was_seen_to_begin() -> None:
    site = Site("/CN=shown")
    site.prober.others = ()
    site.tables[Role.PRIMARY].remembered = dict
    await site.list()
    site.now = LISTED + MINUTE
    site.known.add([imported(SHOWN.subject, "0" * 64, written=site.now)], Role.PRIMARY)
    row = await site.judged()
    assert row.verdict is Verdict.SUSPECT
    assert "when it was exported is not known" in row.judgement.why[0]


async def test_a_row_is_judged_again_only_where_what_it_is_judged_by_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judge, weighed = row_judge.judged, list[str]()

    def counted(entry: Entry, *around: Any) -> Entry:
        weighed.append(entry.id)
        return judge(entry, *around)

    monkeypatch.setattr(row_judge, "judged", counted)
    site = Site()
    changes: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "the clock, by less than it shows": lambda: set_clock(site, timedelta(seconds=0.4)),
        "the clock": lambda: set_clock(site, timedelta(hours=3)),
        "a log": lambda: site.log(str(HIDDEN.subject), LISTED - MINUTE),
        "a word": lambda: site.testimony.say_reissued(KEY.partition("_")[0], None, site.now),
        "a host name": lambda: node_state.met(
            site.comparison.nodes[Role.PRIMARY], "prime-new", replaced=False
        ),
    }
    again = {}
    for what, change in changes.items():
        await site.list()
        weighed.clear()
        change()
        await site.judged()
        again[what] = bool(weighed)
    kept = {"nothing", "the clock, by less than it shows"}
    assert again == {what: what not in kept for what in changes}


def set_clock(site: Site, ahead: timedelta) -> None:
    site.judge.clocks[Role.PRIMARY] = NodeClock((site.now + ahead).replace(tzinfo=None), "UTC", site.now)
