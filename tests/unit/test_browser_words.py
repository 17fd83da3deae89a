"""What a page in the browser said of a refused connection, and which rows that names."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.rows import ISSUED, LISTED, PRIME_SEC, PRIME_SEC_IN_LOGS, certificate, facts, presenting
from tests.support.rows import silent as unanswered
from tofutui.tofu.judgement.browser_words import (
    By,
    NamedRow,
    is_refusal,
    naming,
    refusing_role,
    tie_words,
)
from tofutui.tofu.judgement.evidence import BrowserWord, LogHit, Strength
from tofutui.tofu.judgement.log_matching import Listed
from tofutui.tofu.judgement.verdict import Kind
from tofutui.tofu.site.endpoint import split_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

MINUTE = timedelta(minutes=1)
PEER, ISE, V6 = "192.0.2.11_8082", "198.51.100.20_443", "2001:db8::7_8082"
JUST_LISTED = Listed(LISTED, LISTED - MINUTE)
QUOTED = (
    "TOFU failed. Check local trust. Trust-on-first-use is configure for this connection. Current "
    f"certificate of the remote host is different from what was used earlier - {PRIME_SEC_IN_LOGS}"
)
PLAIN = "TOFU failed on primary for 192.0.2.11_8082"


def row(key: str, *names: str, stored: str = "/CN=x", who: Who = Who.PEER) -> NamedRow:
    return NamedRow(facts(key, stored, presenting(certificate(stored)), who=who), split_key(key), (*names,))


ROWS = [
    row(PEER, "prime-sec", stored=PRIME_SEC),
    row("192.0.2.11_443", "prime-sec", stored="/CN=other"),
    row(ISE, "ISE server", "ise01.example.net", stored="/CN=ISE server", who=Who.ISE),
    row(V6, "prime-six", stored="/CN=six"),
]


@pytest.mark.parametrize(
    ("text", "by", "keys"),
    [
        (PLAIN, By.KEY, [PEER]),
        ("HA registration failed: TOFU failed for 192.0.2.11:8082.", By.KEY, [PEER]),
        ("TOFU failed at https://192.0.2.11:8082/webacs", By.KEY, [PEER]),
        ("TOFU failed on 192.0.2.11_8082", By.KEY, [PEER]),
        ("TOFU Failed (host=192.0.2.11_8082)", By.KEY, [PEER]),
        ("TOFU failed: 192.0.2.11, port 8082", By.KEY, [PEER]),
        ("Falha no registro. TOFU failed para 192.0.2.11 porta 8082", By.KEY, [PEER]),
        ("\u300cTOFU failed\u300d\uff08192.0.2.11:8082\uff09\u3002", By.KEY, [PEER]),
        ("TOFU failed for '[2001:DB8:0::7]:8082'", By.KEY, [V6]),
        ("TOFU failed for 2001:db8::7_8082!", By.KEY, [V6]),
        ("TOFU failed, 198.51.100.20", By.ADDRESS, [ISE]),
        ("TOFU failed on prime-pri: 192.0.2.11", By.ADDRESS, [PEER, "192.0.2.11_443"]),
        ("TOFU failed on 192.0.2.11", By.ADDRESS, [PEER, "192.0.2.11_443"]),
        ("tofu  failed for PRIME-SIX.example.org", By.NAME, [V6]),
        ("TOFU failed for the ISE  server", By.NAME, [ISE]),
        ("TOFU failure, CN=ise01.example.net", By.NAME, [ISE]),
    ],
)
def test_any_form_with_a_key_an_address_or_a_name_is_read(text: str, by: By, keys: list[str]) -> None:
    named = naming(text, ROWS)
    assert is_refusal(text)
    assert named is not None
    assert (named.by, [row.facts.id for row in named.rows]) == (by, keys)


@pytest.mark.parametrize(
    "text",
    [
        "TOFU failed",
        "TOFU failed for 192.0.2.99_8082",
        "TOFU failed for 1192.0.2.11_8082",
        "TOFU failed: prime",
    ],
)
def test_what_names_no_row_is_not_read(text: str) -> None:
    assert naming(text, ROWS) is None


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (PLAIN, Role.PRIMARY),
        ("TOFU failed on the SECONDARY server for x", Role.SECONDARY),
        ("TOFU failed on prime-sec for x", Role.SECONDARY),
        ("TOFU failed on 192.0.2.10: x", Role.PRIMARY),
        ("registering the secondary server: TOFU failed", None),
        ("TOFU failed on primary, and on secondary", None),
    ],
)
def test_the_node_that_refused_is_taken_from_the_words(text: str, role: Role | None) -> None:
    nodes = {Role.PRIMARY: ["prime-pri", "192.0.2.10"], Role.SECONDARY: ["prime-sec"]}
    assert refusing_role(text, nodes) is role


def word(text: str = PLAIN, role: Role | None = Role.PRIMARY, at: datetime = LISTED + MINUTE) -> BrowserWord:
    return BrowserWord(text=text, role=role, at=at, by="ops")


def hit(said: BrowserWord, *rows: NamedRow, listed: Listed = JUST_LISTED) -> LogHit | None:
    hits = tie_words([said], Role.PRIMARY, rows or ROWS, listed).get(PEER, ())
    return hits[0] if hits else None


@pytest.mark.parametrize("text", [PLAIN, QUOTED])
def test_what_names_one_row_of_that_node_is_proof_and_says_who_entered_it(text: str) -> None:
    proof = hit(word(text))
    assert proof is not None
    assert (proof.strength, proof.kind, proof.at) == (Strength.PROOF, Kind.BROWSER, LISTED + MINUTE)
    assert "entered at 2026-11-23 14:03:40 UTC by ops" in proof.text


def test_words_count_only_as_far_as_a_line_of_the_log_would() -> None:
    for said, listed, doubt in (
        (word(at=LISTED + 20 * MINUTE), Listed(LISTED + 36 * MINUTE), "16 min older than this listing"),
        (word(at=LISTED - 5 * MINUTE), JUST_LISTED, "it did not happen again"),
        (word(), Listed(LISTED, complete=False), "the listing is not complete"),
        (word(role=None), JUST_LISTED, "which node refused"),
        (word("TOFU failed on primary for 192.0.2.11"), JUST_LISTED, "2 rows fit"),
        (word("TOFU failed on primary for prime-sec"), JUST_LISTED, "only the name fits"),
        (word(at=ISSUED - MINUTE), Listed(ISSUED), "older than the presented certificate"),
    ):
        proof = hit(said, listed=listed)
        assert proof is not None
        assert proof.strength is Strength.HINT
        assert doubt in proof.text


@pytest.mark.parametrize("who", [Who.SELF, Who.LOOPBACK])
def test_a_server_named_without_a_port_may_be_the_node_that_refused(who: Who) -> None:
    own = [row(PEER, stored=PRIME_SEC, who=who)]
    proof = hit(word("TOFU failed on 192.0.2.11"), *own)
    assert proof is not None
    assert proof.strength is Strength.HINT
    assert "may be the one that refused" in proof.text


def test_words_about_the_other_node_say_nothing_of_this_one() -> None:
    assert hit(word(role=Role.SECONDARY)) is None


def test_words_are_void_once_the_row_is_another() -> None:
    begun = [replace(ROWS[0], facts=replace(ROWS[0].facts, incarnation=LISTED + 2 * MINUTE))]
    assert hit(word(), *begun) is None
    assert hit(word(at=LISTED + 2 * MINUTE), *begun) is not None


def test_a_deletion_sent_since_makes_them_a_hint() -> None:
    sent = [replace(ROWS[0], facts=replace(ROWS[0].facts, deletion_sent_at=LISTED + 5 * MINUTE))]
    proof = hit(word(), *sent)
    assert proof is not None
    assert "a deletion of this row was sent after it" in proof.text


def test_a_row_that_nothing_answers_for_gets_a_hint_at_its_stored_name() -> None:
    silent = [replace(ROWS[0], facts=replace(ROWS[0].facts, presented=unanswered()))]
    proof = hit(word(), *silent)
    assert proof is not None
    assert (proof.strength, proof.fits) == (Strength.HINT, "stored")
