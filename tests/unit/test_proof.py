"""What the listings after a deletion say, and never more than was seen."""

from dataclasses import replace

import pytest

from tests.support.fake_bench import certificate, entry
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.listing import Listing, read_listing
from tofutui.tofu.deletion.plan import Deletion, Outcome, VerdictClass
from tofutui.tofu.deletion.proof import (
    Proof,
    changed_entry,
    look_back,
    other_certificate,
    outcome_of,
    side_effects,
)
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role

KEY = "198.51.100.20_443"
OTHER, THIRD = "198.51.100.30_443", "192.0.2.11_8082"


def deletion(presented: str | None, key: str = KEY) -> Deletion:
    row = entry(Role.PRIMARY, key, Verdict.SAME_NAME, stored="ise", presented=presented)
    return Deletion(
        role=Role.PRIMARY, host="127.0.0.1", shown_address="192.0.2.10", hostname="prime-pri", host_key=None,
        entry=row, key=key, command="",
    )  # fmt: skip


def listing(*rows: tuple[str, str]) -> Listing:
    return read_listing("".join(f"host={key};  subject= /C=US/O=Cisco Systems/CN={cn}\n" for key, cn in rows))


def proven(
    about: Deletion, *looks: Listing, before: Listing, prompt: bool = True
) -> list[tuple[object, ...]]:
    proof = Proof(about, before, prompt)
    return [proof.take(look, is_last=number == 2) for number, look in enumerate(looks)]


@pytest.mark.parametrize(
    ("presented", "listed", "outcome", "words"),
    [
        ("ise", None, Outcome.GONE, "absent"),
        ("ise", "ise", Outcome.CANNOT_TELL, "same text, which equals the subject presented now"),
        (None, "ise", Outcome.CANNOT_TELL, "same text, and nothing was presented to compare it with"),
        ("new", "ise", Outcome.STILL_THERE, "ignored, or the node learned again what it sees"),
        ("new", "new", Outcome.CAME_BACK, "with the certificate's subject presented now"),
        ("new", "odd", Outcome.CANNOT_TELL, "a different text, which is not the subject presented now"),
        (None, "odd", Outcome.CANNOT_TELL, "a different text, and nothing was presented to compare it with"),
    ],
)
def test_what_one_listing_says(presented, listed, outcome, words):
    rows = [(KEY, listed)] if listed else []
    assert outcome_of(deletion(presented), listing(*rows))[0] is outcome
    assert words in outcome_of(deletion(presented), listing(*rows))[1]


SPELLINGS = [
    (KEY, "198.51.100.020_443"),
    (KEY, "::ffff:198.51.100.20_443"),
    (KEY, "198.51.100.20_0443"),
    ("2001:db8::7_443", "2001:0db8:0:0:0:0:0:7_443"),
    ("2001:db8::7_443", "[2001:DB8::7]_443"),
    ("ise.example.net_443", "ISE.example.net._443"),
]


@pytest.mark.parametrize(("key", "other"), SPELLINGS)
@pytest.mark.parametrize("text", ["ise", "new", "odd"])
def test_a_row_that_is_there_under_another_spelling_is_not_gone(key, other, text):
    outcome, words = outcome_of(deletion("new", key), listing((OTHER, "x"), (other, text)))
    assert outcome is Outcome.CANNOT_TELL
    assert other in words


@pytest.mark.parametrize(("key", "other"), [(KEY, KEY), *SPELLINGS])
@pytest.mark.parametrize("texts", [("ise", "new"), ("new", "ise"), ("new", "new"), ("ise", "ise")])
def test_a_row_that_is_there_twice_cannot_be_told(key, other, texts):
    rows = listing((key, texts[0]), (OTHER, "x"), (other, texts[1]))
    assert outcome_of(deletion("new", key), rows)[0] is Outcome.CANNOT_TELL
    assert look_back(deletion("new", key), rows)[0] is Outcome.CANNOT_TELL


def test_one_look_is_not_enough_to_say_that_a_row_is_still_there():
    there, gone = listing((KEY, "ise"), (OTHER, "x")), listing((OTHER, "x"))
    first, second = proven(deletion("new"), there, there, before=there)
    assert (first[0], first[2]) == (Outcome.CANNOT_TELL, False)
    assert (second[0], second[2]) == (Outcome.STILL_THERE, True)
    _, lagged = proven(deletion("new"), there, gone, before=there)
    assert (lagged[0], lagged[2]) == (Outcome.GONE, True)


@pytest.mark.parametrize("presented", ["new", "ise", None])
def test_without_the_prompt_a_row_that_is_there_stays_unknown(presented):
    there, gone = listing((KEY, "ise"), (OTHER, "x")), listing((OTHER, "x"))
    looks = proven(deletion(presented), there, there, there, before=there, prompt=False)
    assert [look[0] for look in looks] == [Outcome.UNKNOWN] * 3
    assert [look[2] for look in looks] == [False, False, True]
    for place in range(3):
        late = proven(deletion(presented), *[there] * place, gone, before=there, prompt=False)
        assert (late[-1][0], late[-1][2]) == (Outcome.GONE, True)


def test_without_the_prompt_another_text_that_is_presented_now_came_back():
    ((outcome, _, is_final),) = proven(
        deletion("new"), listing((KEY, "new")), before=listing((KEY, "ise")), prompt=False
    )
    assert (outcome, is_final) == (Outcome.CAME_BACK, True)


def test_an_empty_table_is_asked_for_once_more_where_there_were_rows():
    before, empty = listing((KEY, "ise"), (OTHER, "x"), (THIRD, "y")), listing()
    first, second = proven(deletion("new"), empty, empty, before=before)
    assert (first[0], first[2]) == (Outcome.GONE, False)
    assert (second[0], second[2]) == (Outcome.GONE, True)
    for words in (
        "2 complete listings",
        "shows no row at all",
        "2 other rows also disappeared",
        OTHER,
        THIRD,
    ):
        assert words in second[1]


@pytest.mark.parametrize("text", ["ise", "new"])
def test_an_absence_in_an_empty_table_that_fills_again_is_not_taken_for_one(text):
    before = listing((KEY, "ise"), (OTHER, "x"))
    looks = proven(deletion("new"), listing(), before, before, before=before)
    assert [look[0] for look in looks] == [Outcome.GONE, Outcome.CANNOT_TELL, Outcome.STILL_THERE]


def test_the_only_row_of_a_table_is_gone_at_once():
    ((outcome, words, is_final),) = proven(deletion("new"), listing(), before=listing((KEY, "ise")))
    assert (outcome, is_final) == (Outcome.GONE, True)
    assert "other row" not in words


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ([(OTHER, "x"), (THIRD, "y")], ""),
        ([(THIRD, "y"), (OTHER, "x"), ("192.0.2.99_443", "new row")], ""),
        ([(OTHER, "x")], f"1 other row also disappeared: {THIRD}"),
        ([], f"2 other rows also disappeared: {OTHER}, {THIRD}"),
        ([(OTHER, "z"), (THIRD, "y")], f"1 other row has different text now: {OTHER}"),
        (
            [(OTHER, "z")],
            f"1 other row also disappeared: {THIRD}; 1 other row has different text now: {OTHER}",
        ),
        ([(OTHER, "x"), (OTHER, "x"), (THIRD, "y")], f"1 other row has different text now: {OTHER}"),
    ],
)
def test_what_else_went_or_changed_is_said(after, words):
    before = listing((KEY, "ise"), (OTHER, "x"), (THIRD, "y"))
    assert side_effects(deletion("new"), before, listing(*after)) == words


def test_many_rows_that_went_are_counted():
    keys = [f"192.0.2.{number}_443" for number in range(20)]
    before = listing((KEY, "ise"), *((key, "x") for key in keys))
    words = side_effects(deletion("new"), before, listing())
    assert words.startswith("20 other rows also disappeared: ")
    assert words.endswith(" and 15 more")


@pytest.mark.parametrize(("verdict", "other"), [(a, b) for a in Verdict for b in Verdict])
def test_the_class_of_a_verdict_is_what_was_confirmed(verdict, other):
    shown = entry(Role.PRIMARY, KEY, Verdict.SAME_NAME, stored="ise", presented="ise")
    shown = replace(shown, judgement=replace(shown.judgement, verdict=verdict))
    now = replace(shown, judgement=replace(shown.judgement, verdict=other))
    stale = {Verdict.MISMATCH, Verdict.SUSPECT}
    same = verdict is other or {verdict, other} <= stale
    same |= not ({verdict, other} & (stale | {Verdict.PROVEN}))
    assert (changed_entry(shown, now) is None) is same
    assert (VerdictClass.of(shown) is VerdictClass.of(now)) is same


def test_another_text_or_another_certificate_is_another_row():
    shown = entry(Role.PRIMARY, KEY, Verdict.MISMATCH, stored="ise", presented="new")
    assert changed_entry(shown, shown) is None
    for stored, presented in (("odd", "new"), ("ise", "newer"), ("ise", None)):
        now = entry(Role.PRIMARY, KEY, Verdict.MISMATCH, stored=stored, presented=presented)
        assert changed_entry(shown, now) is not None


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (Status.PENDING, "", "has not been probed again since this was confirmed: refresh"),
        (
            Status.NOT_PROBED,
            "probing is off",
            "has not been probed again since this was confirmed (probing is off)",
        ),
        (Status.UNMAPPED, "masked", "has not been probed again since this was confirmed (masked)"),
        (Status.REFUSED, "connection refused", "presents nothing any more (connection refused)"),
        (Status.TIMEOUT, "", "presents nothing any more (timeout)"),
    ],
)
def test_an_endpoint_that_was_not_asked_is_not_said_to_present_nothing(status, error, words):
    shown = entry(Role.PRIMARY, KEY, Verdict.MISMATCH, stored="ise", presented="new")
    now = replace(shown, presented=Presented(status=status, error=error or None))
    assert words in (changed_entry(shown, now) or "")


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        ("a", "a", False),
        ("a+b", "a", False),
        ("a+b", "b+a", False),
        ("a", "a+b", False),
        ("a", "b", True),
        ("a", "b+a", True),
        ("a+b", "c+a", True),
        ("a+b", "b", True),
    ],
)
def test_what_was_confirmed_is_presented_and_nothing_else_comes_before_it(
    before: str, now: str, refused: bool
) -> None:
    def presenting(names: str) -> Presented:
        leaf, *also = map(certificate, names.split("+"))
        return Presented(status=Status.OK, certificate=leaf, also=tuple(also))

    assert (other_certificate(presenting(before), presenting(now)) is not None) is refused
