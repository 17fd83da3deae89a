"""The engine: what holds after any sequence of acts, and what each act allows."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_bench import NOW, session
from tofutui.guide import engine
from tofutui.guide.causes import Signs, likely_causes, mending_step
from tofutui.guide.engine import NotNow
from tofutui.guide.playbook import (
    PARTS,
    STEP_KINDS,
    causes,
    cures,
    offered,
    playbooks,
    step_ids,
    step_texts,
    text_of,
)  # fmt: skip
from tofutui.guide.worksheet import WORKSHEET, direction_words, url_of, values_of, where
from tofutui.history.codec import from_json, to_json
from tofutui.tofu.guide_run import Check, GuideAnswer, OpenRow, Progress, Result, Run, Vouched
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, Remote, Role

ISE = Remote(name="ise01", kind="ise", endpoint=Endpoint("198.51.100.20", 443))
OTHER_ISE = Remote(name="ise02", kind="ise", endpoint=Endpoint("198.51.100.21", 443))
PAIR = session(remotes=(ISE, OTHER_ISE))


def begun(playbook: str = "ha-and-ise") -> Run:
    return engine.begin(playbooks()[playbook], PAIR, operator="ops", seen_from="jump01", now=NOW)


def at(id_: str, run: Run | None = None) -> Run:
    """A run whose steps before this one are done."""
    run = run or begun()
    while run.current is not None and run.current.id != id_:
        run = engine.done(run, run.current.id, by="ops", now=NOW)
    return run


def perform(run: Run, act: str, id_: str, now: datetime) -> Run:
    ways = {
        "done": lambda: engine.done(run, id_, by="ops", now=now),
        "fail": lambda: engine.failed(run, id_, by="ops", now=now, reason="it said no"),
        "again": lambda: engine.again(run, id_),
        "wait": lambda: engine.waiting(run, id_),
        "skip": lambda: engine.skipped(run, id_, by="ops", now=now, reason="not needed"),
        "reopen": lambda: engine.reopened(run, id_, now),
        "note": lambda: engine.noted(run, id_, "a note", by="ops", now=now),
        "group": lambda: engine.group_skipped(run, "ha", by="tofutui", now=now, reason="connected"),
    }
    return ways[act]()


ACTS = st.sampled_from(["done", "fail", "again", "wait", "skip", "reopen", "note", "group"])


@given(st.lists(st.tuples(ACTS, st.integers(0, 30)), max_size=60))
def test_whatever_happens_one_step_at_most_is_under_way_and_all_before_it_are_over(
    acts: list[tuple[str, int]],
) -> None:
    run = begun()
    for number, (act, index) in enumerate(acts):
        step = run.steps[index % len(run.steps)]
        now = NOW + timedelta(seconds=number)
        before = run
        try:
            run = perform(run, act, step.id, now)
        except NotNow:
            assert run == before
            continue
        check_holds(run)
        assert from_json(Run, to_json(run)) == run


def check_holds(run: Run) -> None:
    under_way = [s for s in run.steps if s.progress in (Progress.NOW, Progress.WAITING, Progress.FAILED)]
    assert len(under_way) <= 1
    assert (run.ended is None) == (run.current is not None)
    current = run.current
    if current is None:
        assert not under_way
        return
    assert under_way == [current]
    index = run.steps.index(current)
    assert all(step.progress.is_over for step in run.steps[:index])
    for step in run.steps:
        assert step.progress is not Progress.SKIPPED or step.reason
        assert (step.progress is Progress.TODO) == (step.started is None)


def test_only_the_step_that_is_next_can_be_done() -> None:
    with pytest.raises(NotNow, match="first: Preflight"):
        engine.done(begun(), "verify", by="ops", now=NOW)


@pytest.mark.parametrize("reason", ["", "   ", "\t\n"])
def test_leaving_out_and_failing_need_words(reason: str) -> None:
    with pytest.raises(NotNow, match="reason"):
        engine.skipped(begun(), "preflight", by="ops", now=NOW, reason=reason)
    with pytest.raises(NotNow, match="say what was seen"):
        engine.failed(begun(), "preflight", by="ops", now=NOW, reason=reason)
    with pytest.raises(NotNow, match="empty"):
        engine.noted(begun(), "preflight", reason, by="ops", now=NOW)


def test_that_the_secondary_is_overwritten_is_acknowledged_and_not_skipped() -> None:
    with pytest.raises(NotNow, match="cannot be skipped: acknowledge"):
        engine.skipped(at("overwrite"), "overwrite", by="ops", now=NOW, reason="in a hurry")


def failing(seen: str = "SECONDARY says Secondary Active") -> Check:
    return Check(id="ha-direction", title="t", result=Result.FAIL, seen=seen, at=NOW, blocks=True)


@pytest.mark.parametrize("step", ["overwrite", "register"])
def test_registering_is_refused_while_it_would_overwrite_the_newer_database(step: str) -> None:
    run = engine.checked(at(step), "preflight", [failing()])
    with pytest.raises(NotNow, match="registering is refused: SECONDARY says Secondary Active"):
        engine.done(run, step, by="ops", now=NOW)
    run = engine.checked(run, "preflight", [replace(failing(), result=Result.PASS)])
    assert engine.done(run, step, by="ops", now=NOW).step(step).progress is Progress.DONE


def seen_now(result: Result, text: str = "SECONDARY: Secondary Uncertain") -> Check:
    return replace(failing(text), result=result)


def said(states: str = "SECONDARY: Secondary Uncertain", by: str = "ops") -> Vouched:
    return Vouched(step="overwrite", states=states, text="the primary's is newer", by=by, at=NOW)


MEANS_REGISTERING = pytest.mark.parametrize("step", ["overwrite", "register"])


@MEANS_REGISTERING
@pytest.mark.parametrize("vouched", [None, said()])
def test_over_the_newer_database_nothing_is_ticked_whatever_was_said_and_seen_before(
    step: str, vouched: Vouched | None
) -> None:
    for run in (at(step), engine.checked(at(step), "preflight", [seen_now(Result.PASS)])):
        with pytest.raises(NotNow, match="registering is refused: SECONDARY: Secondary Uncertain"):
            engine.overwriting(run, step, seen_now(Result.FAIL), vouched, by="ops", now=NOW)


@MEANS_REGISTERING
@pytest.mark.parametrize("result", [Result.WARN, Result.UNKNOWN])
@pytest.mark.parametrize(
    "vouched", [None, said("SECONDARY: Secondary Alone"), said(by="ann"), said("")], ids=str
)
def test_what_the_states_do_not_show_is_said_by_who_ticks_about_these_states(
    step: str, result: Result, vouched: Vouched | None
) -> None:
    with pytest.raises(NotNow, match="must say which: SECONDARY: Secondary Uncertain"):
        engine.overwriting(at(step), step, seen_now(result), vouched, by="ops", now=NOW)


@MEANS_REGISTERING
@pytest.mark.parametrize("result", [Result.WARN, Result.UNKNOWN])
def test_what_was_said_is_kept_and_the_tick_is_not_free_of_doubt(step: str, result: Result) -> None:
    run = engine.overwriting(at(step), step, seen_now(result), said(), by="ops", now=NOW)
    assert run.step(step).is_doubtful
    assert "said by ops" in run.step(step).doubt
    assert run.vouched == (said(),)
    assert [check.seen for check in run.checks] == ["SECONDARY: Secondary Uncertain"]
    assert from_json(Run, to_json(run)) == run


@MEANS_REGISTERING
def test_where_the_primary_is_seen_to_be_in_charge_nothing_has_to_be_said(step: str) -> None:
    old = engine.checked(at(step), "preflight", [failing()])
    run = engine.overwriting(old, step, seen_now(Result.PASS), None, by="ops", now=NOW)
    assert run.step(step).progress is Progress.DONE
    assert not run.step(step).is_doubtful


def test_a_step_done_again_has_lost_its_doubt() -> None:
    run = engine.done(at("delete"), "delete", by="ops", now=NOW, doubt="not judged: 1")
    assert run.step("delete").is_doubtful
    assert engine.doubted(run, "delete", "").step("delete").doubt == ""
    assert engine.doubted(run, "register", "x") == run
    assert engine.reopened(run, "delete", NOW).step("delete").doubt == ""


def test_registering_again_is_acknowledged_again() -> None:
    run = engine.reopened(at("primary-active"), "register", NOW)
    assert run.current is not None
    assert run.current.id == "overwrite"
    assert run.step("replication").progress is Progress.TODO
    assert run.step("worksheet").progress is Progress.DONE


def test_what_is_done_again_is_verified_again() -> None:
    run = begun()
    while run.current is not None:
        run = engine.done(run, run.current.id, by="ops", now=NOW)
    run = engine.reopened(run, "ise-add:ise01", NOW)
    assert run.ended is None
    assert [step.id for step in run.steps if not step.progress.is_over] == ["ise-add:ise01", "verify"]


def test_an_ise_step_for_each_server() -> None:
    ids = list(step_ids(playbooks()["ise-readd"], PAIR))
    assert ids == ["preflight", "restarted", "delete", "sign-in", "ise-add:ise01", "ise-add:ise02", "verify"]


def test_which_playbooks_a_session_is_offered() -> None:
    alone = session(Role.PRIMARY, remotes=(ISE,))
    assert [playbook.id for playbook in offered(PAIR)] == ["ha-and-ise", "ha-reregister", "ise-readd"]
    assert [playbook.id for playbook in offered(alone)] == ["ise-readd"]
    assert [playbook.id for playbook in offered(session())] == ["ha-reregister"]
    assert offered(session(Role.PRIMARY)) == []


def test_the_data_is_whole() -> None:
    used = {id_ for playbook in playbooks().values() for id_ in playbook.steps}
    assert used == set(step_texts())
    assert {text.kind for text in step_texts().values()} == STEP_KINDS
    fields = {field.id for field in WORKSHEET}
    named = [source for text in step_texts().values() for _, source in text.values]
    assert {s.partition(":")[2] for s in named if s.startswith("field:")} <= fields
    assert all(text.title and text.do and text.expect for text in step_texts().values())
    assert len({cause.id for cause in causes()}) == len(causes()) >= 12


def test_values_to_type() -> None:
    run = begun()
    for field, value in (("secondary_server", "192.0.2.11"), ("failover", "manual")):
        run = engine.entered(run, GuideAnswer(field, value))
    assert values_of(run, "sign-in", PAIR) == [
        ("Address", "https://192.0.2.10/webacs/pages/common/login.jsp")
    ]
    assert values_of(run, "ha-form", PAIR) == [
        ("Secondary Server", "192.0.2.11"),
        ("Failover Type", "Manual"),
    ]
    assert values_of(run, "ise-add:ise02", PAIR) == [("Server Address", "198.51.100.21")]
    six = session(Role.PRIMARY, nodes={Role.PRIMARY: NodeSettings(role=Role.PRIMARY, host="2001:db8::7")})
    assert url_of(six).startswith("https://[2001:db8::7]/")


def test_a_secret_never_gets_into_a_run() -> None:
    run = engine.noted(begun(), "preflight", "typed ncs ha authkey S3cret!", by="ops", now=NOW)
    run = engine.failed(run, "preflight", by="ops", now=NOW, reason="authentication key: S3cret! differs")
    run = engine.seen(run, "preflight", "password=S3cret!", by="ops", now=NOW)
    assert "S3cret" not in to_json(run)


def test_a_cause_that_a_check_points_to_comes_first() -> None:
    check = Check(id="clock", title="clocks", result=Result.FAIL, seen="400 s", at=NOW)
    first = likely_causes(Signs(run=engine.checked(begun(), "preflight", [check]), now=NOW))[0]
    assert (first.cause.id, first.signs) == ("clock", ("clocks: 400 s",))


def test_texts_of_unknown_steps_are_not_texts() -> None:
    with pytest.raises(KeyError):
        text_of("nonsense")


@pytest.mark.parametrize("failed_at", ["register", "pre-registration", "replication", "primary-active"])
@pytest.mark.parametrize("mended", ["delete", "worksheet", "register", "preflight"])
def test_after_a_registration_that_failed_it_is_asked_again_and_the_run_can_end(
    failed_at: str, mended: str
) -> None:
    run = engine.failed(at(failed_at), failed_at, by="ops", now=NOW, reason="TOFU failed on primary")
    run = engine.mended(run, mended, NOW)
    assert run.current is not None
    assert run.current.id == ("overwrite" if mended == "register" else mended)
    assert not run.step("overwrite").progress.is_over
    assert run.step("register").progress is Progress.TODO
    assert run.step("sign-in").progress is Progress.DONE
    while run.current is not None:
        run = engine.done(run, run.current.id, by="ops", now=NOW)
    assert run.ended


def test_a_step_that_is_ahead_mends_nothing() -> None:
    with pytest.raises(NotNow, match="first: "):
        engine.mended(at("delete"), "verify", NOW)


@pytest.mark.parametrize(
    ("words", "cause", "step"),
    [
        ("TOFU failed on primary for 192.0.2.11_8082", "stale-row", "delete"),
        (
            "ssl: Current certificate is DIFFERENT  from what was used earlier",
            "stale-row",
            "delete",
        ),
        ("Authentication key does not match between primary and secondary", "authkey", "worksheet"),
        ("Unknown host prime-sec", "name", "worksheet"),
        ("The certificate has expired", "expired", "restarted"),
        ("HA is already configured", "still-configured", "reconnect"),
    ],
)
def test_what_the_page_says_brings_its_cause_to_the_top(words: str, cause: str, step: str) -> None:
    check = Check(id="clock", title="clocks", result=Result.FAIL, seen="400 s", at=NOW)
    run = engine.checked(at("register"), "preflight", [check])
    run = engine.failed(run, "register", by="ops", now=NOW, reason=words)
    first, second = likely_causes(Signs(run=run, now=NOW))[:2]
    assert (first.cause.id, second.cause.id) == (cause, "clock")
    assert mending_step(first.cause, run) == step
    again = engine.mended(run, step, NOW)
    assert likely_causes(Signs(run=again, now=NOW))[0].cause.id == cause


def test_rows_that_are_open_point_to_the_step_that_deletes() -> None:
    row = OpenRow(role=Role.PRIMARY, key="192.0.2.11_8082", who=Who.PEER, verdict="same-name", issued=NOW)
    first = likely_causes(Signs(run=at("register"), rows=[row], now=NOW))[0]
    assert first.cause.id == "stale-row"
    assert "1 row of the pair is not judged: PRIMARY 192.0.2.11_8082" in first.signs[0]


def test_every_check_that_may_not_pass_has_a_cure_and_every_cause_a_step_of_a_playbook() -> None:
    steps = {id_ for book in playbooks().values() for id_ in book.steps}
    assert {cause.step for cause in causes()} <= steps | {""}
    assert {check for cause in causes() for check in cause.checks} <= cures().keys()


def test_a_step_whose_state_has_changed_is_to_be_looked_at_again_until_it_is_done_again() -> None:
    run = engine.outdated(at("register"), "restarted", "another certificate is presented now by PRIMARY")
    assert run.step("restarted").is_doubtful
    assert "to be looked at again: another certificate" in run.step("restarted").left
    assert engine.outdated(run, "verify", "x") == run
    run = engine.done(engine.mended(run, "restarted", NOW), "restarted", by="ops", now=NOW)
    assert not run.step("restarted").is_doubtful


def test_where_a_step_is_done() -> None:
    names = {Role.PRIMARY: "PRIMARY prime-pri", Role.SECONDARY: "SECONDARY prime-sec"}
    assert where("register", PAIR, names) == "in the browser of PRIMARY prime-pri, https://192.0.2.10"
    assert where("delete", PAIR, names) == "here"
    assert where("reconnect", PAIR, names) == "here and CLI of PRIMARY prime-pri"
    assert direction_words(PAIR, names) == "PRIMARY prime-pri (192.0.2.10) → SECONDARY prime-sec (192.0.2.11)"
    assert {text.part for text in step_texts().values()} == set(PARTS)
