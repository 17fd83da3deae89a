"""Every check of the preflight and of the verification, and the sentence for each result."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.fake_bench import NOW, certificate, entry
from tofutui.guide.facts import Facts, NodeFacts
from tofutui.guide.looking import failures_of
from tofutui.guide.open_rows import rest_of_table
from tofutui.guide.preflight import preflight
from tofutui.guide.verify import Failures, VerifiedState, verification
from tofutui.tls.health_monitor_page import version_on
from tofutui.tofu.cli_output.status import HaState, VersionInfo, parse_ha_status
from tofutui.tofu.guide_run import Check, OpenRow, Result
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.logs.failures import read_log
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence.operator import Log

FIXES = ("PI 3.7.1 ( 3.7.0 )",)


def state(text: str | None) -> HaState | None:
    return HaState(None, text, (("State", text),)) if text is not None else None


def node(role: Role, **changes: object) -> NodeFacts:
    good = NodeFacts(
        role=role,
        hostname={Role.PRIMARY: "prime-pri", Role.SECONDARY: "prime-sec"}[role],
        complete=True,
        rows=3,
        version=VersionInfo("3.7.0", "3.7.0.0.159", None, FIXES),
        ha=state("HA not Configured"),
        skew_s=0.4,
        stale=1,
        monitor="192.0.2.10:8082",
        monitor_certificate=certificate("prime-pri"),
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def facts(primary: dict[str, object] | None = None, secondary: dict[str, object] | None = None) -> Facts:
    nodes = (node(Role.PRIMARY, **(primary or {})), node(Role.SECONDARY, **(secondary or {})))
    return Facts(now=NOW, seen_from="jump01", nodes=nodes, others={"ISE ise01": certificate("ise01")})


def checks_of(about: Facts, id_: str) -> list[Check]:
    return [check for check in preflight(about) if check.id == id_]


def worst(about: Facts, id_: str) -> Check:
    order = [Result.FAIL, Result.WARN, Result.UNKNOWN, Result.PASS]
    return min(reversed(checks_of(about, id_)), key=lambda check: order.index(check.result))


def test_a_good_pair_passes_everything() -> None:
    assert {check.result for check in preflight(facts())} == {Result.PASS}


def info(version: str | None, build: str | None = None, fixes: tuple[str, ...] = FIXES) -> VersionInfo:
    return VersionInfo(version, build, None, fixes)


NEVER = {
    "answered": False,
    "complete": False,
    "error": "192.0.2.11: connection refused",
    "version": None,
    "ha": None,
}


def left(key: str, verdict: str = "same-name", minutes: int | None = None) -> OpenRow:
    """An open row of the secondary; its port says whose it is."""
    kinds = {"8082": Who.PEER, "443": Who.ISE}
    return OpenRow(
        role=Role.SECONDARY, key=key, who=kinds.get(key.rpartition("_")[2], Who.OTHER), verdict=verdict,
        is_stale=verdict in ("mismatch", "suspect"),
        issued=None if minutes is None else NOW - timedelta(minutes=minutes),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("id_", "secondary", "result", "said"),
    [
        ("answers", NEVER, Result.FAIL, "connection refused"),
        ("answers", NEVER | {"error": None}, Result.FAIL, "no answer"),
        ("answers", NEVER | {"error": "login refused"}, Result.FAIL, "login refused"),
        ("listing", {"complete": False, "error": "an error line is in it"}, Result.FAIL, "an error line"),
        ("listing", {"complete": False}, Result.FAIL, "not complete"),
        ("listing", NEVER, Result.UNKNOWN, "did not answer"),
        ("version", {"version": info("3.4.1")}, Result.FAIL, "older than 3.5"),
        ("version", {"version": info("2.2")}, Result.FAIL, "older than 3.5"),
        ("version", {"version": None, "page_version": "3.1"}, Result.FAIL,
         "3.1, from the Health Monitor page"),
        ("version", {"version": info("3.10.0")}, Result.PASS, "3.10.0, from show version"),
        ("version", {"version": info("3.5")}, Result.PASS, "3.5"),
        ("version", {"version": info(None)}, Result.UNKNOWN, "neither"),
        ("version", {"version": None}, Result.UNKNOWN, "neither"),
        ("same-version", {"version": info("3.8.0")}, Result.FAIL, "PRIMARY 3.7.0 and SECONDARY 3.8.0"),
        ("same-version", {"version": info("3.7.0", fixes=())}, Result.FAIL, "not on both: PI 3.7.1"),
        ("same-version", {"version": info("3.7.0", "3.7.0.0.160")}, Result.FAIL, "the builds differ"),
        ("same-version", {"version": info("3.7", "3.7.0.0.159")}, Result.PASS, "fixes: PI 3.7.1"),
        ("same-version", {"version": None, "page_version": "3.7"}, Result.WARN, "fixes of one are not known"),
        ("same-version", {"version": None, "page_version": "3.8"}, Result.FAIL, "SECONDARY 3.8"),
        ("same-version", {"version": None}, Result.UNKNOWN, "not known"),
        ("clock", {"skew_s": 400.0}, Result.FAIL, "400 s between the two"),
        ("clock", {"skew_s": -301.0}, Result.FAIL, "301 s"),
        ("clock", {"skew_s": 3600.4}, Result.FAIL, "3600 s"),
        ("clock", {"skew_s": 45.4}, Result.WARN, "45 s between the two"),
        ("clock", {"skew_s": None}, Result.UNKNOWN, "show clock"),
        ("health-monitor", {"monitor_certificate": None, "monitor_error": "refused"}, Result.WARN, "refused"),
        ("health-monitor", {"monitor_certificate": None, "monitor_error": "no answer in 5 s"}, Result.WARN,
         "as seen from jump01"),
        ("health-monitor", {"monitor_certificate": None}, Result.WARN, "the other node may reach it"),
        ("health-monitor", {"monitor": None, "monitor_certificate": None}, Result.UNKNOWN, "not probed"),
        ("ha-direction", {"ha": state("Secondary Active")}, Result.FAIL, "fail back first"),
        ("ha-direction", {"ha": state("Secondary Failover")}, Result.FAIL, "Secondary Failover"),
        ("ha-direction", {"ha": state("Secondary Post Failback")}, Result.FAIL,
         "overwrite the newer database"),
        ("ha-direction", {"ha": state("Secondary Prep Failback")}, Result.FAIL, "fail back first"),
        ("ha-direction", {"ha": state("secondary  active")}, Result.FAIL, "fail back first"),
        ("ha-direction", {"ha": state("Secondary Uncertain")}, Result.WARN, "Uncertain"),
        ("ha-direction", {"ha": None}, Result.UNKNOWN, "no HA state was read on SECONDARY"),
        ("ha-configured", {"ha": state("Secondary Syncing")}, Result.WARN,
         "register only if they stay apart"),
        ("ha-configured", {"ha": state("Secondary Lost Primary")}, Result.WARN, "still configured"),
        ("ha-configured", {"ha": state("Secondary Alone")}, Result.WARN, "still configured"),
        ("ha-configured", {"ha": state("Stand Alone")}, Result.PASS, "Stand Alone"),
        ("ha-configured", {"ha": None}, Result.UNKNOWN, "no HA state"),
        ("ha-configured", {"ha": state("Not HA not Configured")}, Result.WARN, "still configured"),
        ("ha-configured", {"ha": state("ha not configured")}, Result.WARN, "still configured"),
        ("stale-rows", {"locked": "read-only"}, Result.FAIL, "SECONDARY prime-sec: read-only"),
        ("stale-rows", {"locked": "the key appears twice"}, Result.FAIL, "twice"),
        ("stale-rows", {"locked": "both nodes call themselves x"}, Result.FAIL, "call themselves"),
        ("stale-rows", {"locked": "read-only", "stale": 0}, Result.PASS,
         "every row about a remote host is proven"),
        ("stale-rows", {"complete": False}, Result.UNKNOWN, "not every listing is complete"),
        ("stale-rows", {"open_rows": (left("a_443", "no-answer"),)}, Result.WARN,
         "1 row of ISE is not judged: SECONDARY a_443 (NO ANSWER, no certificate presented)"),
        ("stale-rows", {"open_rows": (left("a_8082", minutes=85), left("b_8082"))}, Result.WARN,
         "2 rows of the pair are not judged: SECONDARY a_8082 (SAME NAME, certificate issued 85 min ago), "),
        ("stale-rows", {"open_rows": (left("a_8082", "suspect", 60 * 30), left("b_443"))}, Result.WARN,
         "1 row of the pair is stale: SECONDARY a_8082 (SUSPECT, certificate issued 30 h ago); 1 row of ISE"),
        ("stale-rows", {"complete": False, "open_rows": (rest_of_table(Role.SECONDARY),)}, Result.UNKNOWN,
         "the rest of 1 table is not judged: SECONDARY: the rest of its table"),
    ],
)  # fmt: skip
def test_a_check_and_what_it_says(id_: str, secondary: dict[str, object], result: Result, said: str) -> None:
    check = worst(facts(secondary=secondary), id_)
    assert (check.result, said in check.seen) == (result, True), check


@pytest.mark.parametrize("text", ["Primary Failover", "Primary Failback", "Primary Preparing for Failback"])
def test_a_failback_under_way_on_the_primary_refuses_too(text: str) -> None:
    check = worst(facts(primary={"ha": state(text)}), "ha-direction")
    assert (check.result, check.blocks) == (Result.FAIL, True)


def test_the_failover_type_is_not_a_state() -> None:
    printed = "[Role] Primary [Secondary Server] 10.0.0.2 [State] Primary Active [Failover Type] Manual"
    both = {"ha": parse_ha_status(printed)}
    assert worst(facts(primary=both), "ha-direction").result is Result.PASS


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("dates", "result", "said"),
    [
        ((NOW - 9 * DAY, NOW - DAY), Result.FAIL, "SECONDARY prime-sec expired 2026-11-22"),
        ((NOW - 9 * DAY, NOW), Result.FAIL, "expired"),
        ((NOW + DAY, NOW + 9 * DAY), Result.FAIL, "not valid before 2026-11-24"),
        ((NOW - 9 * DAY, NOW + 9 * DAY), Result.WARN, "expires 2026-12-02"),
        ((NOW - 9 * DAY, None), Result.UNKNOWN, "not seen: SECONDARY"),
        ((NOW - 9 * DAY, NOW + 31 * DAY), Result.PASS, "until"),
    ],
)  # fmt: skip
def test_dates_of_certificates(dates: tuple[object, object], result: Result, said: str) -> None:
    dated = replace(certificate("prime-sec"), not_before=dates[0], not_after=dates[1])
    check = worst(facts(secondary={"monitor_certificate": dated}), "expiry")
    assert (check.result, said in check.seen) == (result, True), check


@pytest.mark.parametrize(
    ("dates", "result", "said"),
    [
        ((NOW - 9 * DAY, NOW - DAY), Result.FAIL, "ISE ise01 expired 2026-11-22"),
        ((NOW + DAY, NOW + 9 * DAY), Result.FAIL, "ISE ise01 not valid before 2026-11-24"),
        ((NOW - 9 * DAY, NOW + 9 * DAY), Result.WARN, "ISE ise01 expires 2026-12-02"),
        ((None, None), Result.UNKNOWN, "not seen: ISE ise01"),
    ],
)
def test_an_ise_certificate_counts_too(dates: tuple[object, object], result: Result, said: str) -> None:
    ise = replace(certificate("ise01"), not_before=dates[0], not_after=dates[1])
    check = worst(replace(facts(), others={"ISE ise01": ise}), "expiry")
    assert (check.result, said in check.seen) == (result, True), check


@pytest.mark.parametrize(
    "deletions",
    [
        ("PRIMARY 192.0.2.11_8082",),
        ("SECONDARY 192.0.2.10_8082",),
        ("PRIMARY 192.0.2.11_8082", "PRIMARY 198.51.100.20_443"),
    ],
)
def test_deletions_of_unknown_outcome_are_told(deletions: tuple[str, ...]) -> None:
    check = worst(replace(facts(), unsettled=deletions), "unsettled")
    assert (check.result, check.seen) == (Result.WARN, "outcome unknown: " + "; ".join(deletions))


@pytest.mark.parametrize(
    ("page", "version"),
    [
        ('Health Monitor Login Page <b class="productVersion">Version: 3.7</b>', "3.7"),
        ('Health Monitor <span id="productVersion">Prime Infrastructure Version: 3.10.2.</span>', "3.10.2"),
        ('<b class="productVersion">Version: 3.7</b>', None),
        ("Health Monitor, no version", None),
        ("", None),
        ('Health Monitor <b class="productVersion">' + "x" * 100_000, None),
    ],
)
def test_the_version_on_the_health_monitors_page(page: str, version: str | None) -> None:
    assert version_on(page) == version


KEY = "192.0.2.11_8082"


def outcome(**changes: object) -> VerifiedState:
    back = entry(Role.PRIMARY, KEY, Verdict.SAME_NAME, stored="prime-sec", presented="prime-sec")
    good = VerifiedState(
        now=NOW,
        nodes=(
            node(Role.PRIMARY, ha=state("Primary Active")),
            node(Role.SECONDARY, ha=state("Secondary Syncing")),
        ),
        rows={(Role.PRIMARY, KEY): back},
        deleted=((Role.PRIMARY, KEY),),
        wanted=(),
        failures=(Failures(Role.PRIMARY, "hm-0-0.log"),),
        registered=True,
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def test_a_good_end_passes_everything() -> None:
    assert {check.result for check in verification(outcome())} == {Result.PASS}


OTHER_NAME = entry(Role.PRIMARY, KEY, Verdict.MISMATCH, stored="prime-sec", presented="sec-2")
SILENT = entry(Role.PRIMARY, KEY, Verdict.NO_ANSWER, stored="prime-sec")
SUSPECT = entry(Role.PRIMARY, KEY, Verdict.SUSPECT, stored="prime-sec", presented="prime-sec")
UNREADABLE = entry(Role.PRIMARY, KEY, Verdict.UNREADABLE, stored="prime-sec", presented="prime-sec")
PROVEN = entry(Role.PRIMARY, KEY, Verdict.PROVEN, stored="prime-sec", presented="prime-sec")
LOST = replace(PROVEN, unseen=True)
OWN = entry(Role.PRIMARY, KEY, Verdict.SAME_NAME, who=Who.SELF, stored="prime-pri", presented="prime-pri")


@pytest.mark.parametrize(
    ("changes", "id_", "result", "said"),
    [
        ({"rows": {}}, "deleted-rows", Result.WARN, "not in the table yet"),
        ({"rows": {(Role.PRIMARY, KEY): OTHER_NAME}}, "deleted-rows", Result.FAIL, "CN differs"),
        ({"rows": {(Role.PRIMARY, KEY): SILENT}}, "deleted-rows", Result.UNKNOWN, "nothing is presented"),
        ({"rows": {(Role.PRIMARY, KEY): OTHER_NAME}}, "stale-rows", Result.FAIL, KEY),
        ({"nodes": (node(Role.PRIMARY, ha=state("Primary Lost Secondary")), node(Role.SECONDARY))},
         "ha-state", Result.FAIL, "Lost Secondary"),
        ({"nodes": (node(Role.PRIMARY, ha=None), node(Role.SECONDARY))}, "ha-state", Result.UNKNOWN,
         "no state"),
        ({"failures": (Failures(Role.PRIMARY, None),)}, "new-failures", Result.UNKNOWN,
         "no log is available"),
        ({"failures": (Failures(Role.PRIMARY, "hm.log", ("CN=x at 14:02:38Z",)),)}, "new-failures",
         Result.FAIL,
         "CN=x"),
        ({"failures": (Failures(Role.PRIMARY, "hm.log", undated=2),)}, "new-failures", Result.UNKNOWN,
         "2 without"),
        ({"failures": (Failures(Role.PRIMARY, "hm.log", is_older=True),)}, "new-failures", Result.UNKNOWN,
         "shows nothing since"),
        ({"failures": (Failures(Role.PRIMARY, "hm-*.log", unread=("hm-*.log: no file",)),)}, "new-failures",
         Result.UNKNOWN, "not read whole: hm-*.log: no file"),
        ({"failures": (Failures(Role.PRIMARY, "hm.log", earlier=1),)}, "new-failures", Result.PASS,
         "1 before"),
        ({"wanted": ((Role.PRIMARY, "198.51.100.20_443", "ise01"),)}, "ise-rows", Result.WARN,
         "not in the table yet"),
        ({"doubtful": ((Role.PRIMARY, KEY),)}, "deleted-rows", Result.WARN, "never seen to be gone"),
        ({"doubtful": ((Role.PRIMARY, KEY),)}, "stale-rows", Result.WARN,
         f"1 row of the pair is not judged: PRIMARY {KEY} (SAME NAME"),
        ({"deleted": ()}, "stale-rows", Result.WARN,
         f"1 row of the pair is not judged: PRIMARY {KEY} (SAME NAME"),
        ({"rows": {(Role.PRIMARY, KEY): SILENT}}, "stale-rows", Result.WARN, f"PRIMARY {KEY} (NO ANSWER"),
        ({"rows": {(role, KEY): replace(SILENT, role=role) for role in Role}, "open_rows": (left("??"),)},
         "stale-rows", Result.WARN, "2 rows of the pair and 1 row of other hosts are not judged: "),
        ({"rows": {(Role.PRIMARY, KEY): SUSPECT}}, "stale-rows", Result.FAIL,
         f"1 row of the pair is stale: PRIMARY {KEY} (SUSPECT"),
        ({"rows": {(Role.PRIMARY, KEY): UNREADABLE}}, "stale-rows", Result.WARN,
         f"PRIMARY {KEY} (UNREADABLE"),
        ({"rows": {(Role.PRIMARY, KEY): LOST}}, "stale-rows", Result.WARN, "not in the newest listing"),
        ({"rows": {(Role.PRIMARY, KEY): PROVEN}, "deleted": ()}, "stale-rows", Result.PASS, "none"),
        ({"rows": {(Role.PRIMARY, KEY): OWN}, "deleted": ()}, "stale-rows", Result.PASS, "none"),
        ({"nodes": (node(Role.PRIMARY, complete=False), node(Role.SECONDARY))}, "stale-rows", Result.WARN,
         "the rest of 1 table is not judged: PRIMARY: the rest of its table"),
    ],
)  # fmt: skip
def test_a_check_of_the_end(changes: dict[str, object], id_: str, result: Result, said: str) -> None:
    (check,) = [verified for verified in verification(outcome(**changes)) if verified.id == id_]
    assert (check.result, said in check.seen) == (result, True), check


BEGUN, SINCE = NOW - timedelta(minutes=20), NOW - timedelta(minutes=10)


def failures_at(*stamps: str, read: datetime = NOW, dropped: int = 0) -> Failures:
    """What is said of a log with a failure at each of these times of the node, whose clock shows UTC."""
    refused = "TOFU failed. Current certificate of the remote host is different from what was used earlier"
    lines = [f"{stamp} ERROR [HealthMonitorThread] {refused} - CN=prime-sec" for stamp in stamps]
    digest = replace(read_log(lines), dropped=dropped)
    clock = NodeClock(NOW.replace(tzinfo=None), "UTC", NOW)
    log = Log(digest, Role.PRIMARY, "hm.log", read)
    return failures_of(Role.PRIMARY, [log], clock=clock, started=BEGUN, since=SINCE)


@pytest.mark.parametrize(
    ("made", "result", "said"),
    [
        (failures_at(), Result.PASS, "none"),
        (failures_at("2026-11-23 13:45:00"), Result.PASS, "1 before"),
        (failures_at("2026-11-23 13:58:00"), Result.FAIL, "CN=prime-sec at 13:58:00Z"),
        (failures_at("2026-11-23 13:58:00", "2026-11-23 13:45:00"), Result.FAIL, "13:58:00Z"),
        (failures_at("2026-11-23 06:58:00 XST"), Result.UNKNOWN, "1 without a usable time"),
        (failures_at("2026-11-23 13:45:00", ""), Result.UNKNOWN, "1 without a usable time"),
        (failures_at(dropped=3), Result.UNKNOWN, "3 without a usable time"),
        (failures_at("2026-11-23 13:45:00", read=SINCE), Result.UNKNOWN, "shows nothing since"),
    ],
)
def test_no_new_failure_is_said_only_of_logs_that_would_show_it(
    made: Failures, result: Result, said: str
) -> None:
    (check,) = [each for each in verification(outcome(failures=(made,))) if each.id == "new-failures"]
    assert (check.result, said in check.seen) == (result, True), check
