"""Stand-ins: the same for the same thing, others for others, and nothing learned survives in any form."""

from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_bench import NOW, certificate, entry, name, renamed, session
from tofutui.privacy import rules
from tofutui.privacy.mask import Mask
from tofutui.privacy.walker import Walker
from tofutui.tofu.base.text import in_groups, safe
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.cli_output.listing import read_listing, read_stored
from tofutui.tofu.deletion.plan import Deletion
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.logs.failures import Failure
from tofutui.tofu.names.values import Attribute, DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint, is_plain_key
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import NodeSettings, Remote, Role

HOSTS = st.from_regex(r"[a-z]{3,6}-[a-z]{2,5}[0-9]{1,3}(\.[a-z]{3,8}\.(net|org))?", fullmatch=True)
ADDRESSES = st.ip_addresses().map(str)


def comparison() -> Comparison:
    nodes = {
        role: NodeView(
            role=role, host=host, shown_address=host, hostname=hostname, phase=Phase.LISTED, complete=True,
            listed_at=NOW, entries={row.id: row for row in renamed(role)}, version="3.10.0.0",
            notices=(f"{hostname} said that ops@{host} is logged in",),
        )
        for role, host, hostname in (
            (Role.PRIMARY, "192.0.2.10", "prime-pri"), (Role.SECONDARY, "192.0.2.11", "prime-sec"),
        )
    }  # fmt: skip
    return Comparison(session=session(), nodes=nodes, seen_from="jump01")


SECRETS = (
    "192.0.2.10", "192.0.2.11", "198.51.100", "prime-pri", "prime-sec", "pri-2", "sec-2", "ISE-server",
    "ise01", "kong", "Cisco Systems", "jump01", "site-a", "CHG0012345",
)  # fmt: skip


def assert_clean(text: str, *secrets: str) -> None:
    for secret in secrets or SECRETS:
        assert secret.casefold() not in text.casefold(), secret


def test_a_whole_comparison_names_nothing_and_is_judged_as_before() -> None:
    real, mask = comparison(), Mask()
    shown = mask(real)
    for view in shown.nodes.values():
        for row in view.entries.values():
            assert_clean(repr(replace(row, id="")))
        text = repr(replace(view, entries={}))
        assert_clean(text)
        assert view.version == "3.10.0.0"
    assert_clean(repr(shown.session))
    assert shown.seen_from.startswith("name-")
    assert shown.counts() == real.counts()
    assert shown.exit_code() == real.exit_code()
    assert real.nodes[Role.PRIMARY].hostname == "prime-pri"


@pytest.mark.parametrize("called", ["ISE Acme Bank London", "Acme (Frankfurt)", "Zürich ISE", "acme-ise"])
def test_a_configured_name_is_hidden_whatever_is_in_it(called: str) -> None:
    mask = Mask()
    mask.learn(
        replace(
            session(), remotes=(Remote(name=called, kind="ise", endpoint=Endpoint("198.51.100.20", 443)),)
        )
    )
    for shown in (mask.text(f"row of {called}"), mask.host(called), Mask().host(called)):
        assert_clean(shown, *called.split())
    row = replace(renamed(Role.PRIMARY)[1], name=called)
    assert mask(row).name == mask.host(called)
    assert Mask()(replace(row, name="PRIMARY prime-pri")).name.startswith("PRIMARY name-")


def test_the_same_thing_is_the_same_stand_in_everywhere() -> None:
    mask = Mask()
    mask.learn(comparison())
    own = mask(renamed(Role.PRIMARY)[0])
    peer = mask(renamed(Role.SECONDARY)[2])
    assert own.key == peer.key
    assert own.endpoint == peer.endpoint
    assert str(own.endpoint).removesuffix(":8082") == mask.text("192.0.2.10")
    assert mask.text("PRIME-PRI says") == mask.text("prime-pri says")
    assert mask.text("2001:db8::7") == mask.text("2001:0DB8:0::7")
    assert mask(Endpoint("2001:db8::7", 443)).host == mask.text("2001:db8::7")


def test_a_masked_value_masks_to_itself() -> None:
    mask = Mask()
    once = mask(comparison())
    assert mask(once) == once
    for row in once.entries():
        assert mask.text(row.raw) == row.raw
        assert all(mask.text(why) == why for why in row.judgement.why)


@given(st.lists(st.one_of(HOSTS, ADDRESSES), unique_by=str.lower, min_size=1, max_size=8))
def test_different_hosts_have_different_stand_ins_and_none_survives(hosts: list[str]) -> None:
    mask = Mask()
    keys = [mask(Endpoint(host, 443)).host for host in hosts]
    assert len(set(keys)) == len(keys)
    for host, shown in zip(hosts, keys, strict=True):
        for form in (f"{host}", f"({host})", f"host={host}_443;", f"{host}: refused", f"at {host}, port 1"):
            masked = mask.text(form)
            assert masked == form.replace(host, shown), form
            assert mask.text(masked) == masked


@given(st.text(max_size=60))
def test_any_text_is_masked_without_error_and_only_once(text: str) -> None:
    mask = Mask()
    mask.learn(comparison())
    once = mask.text(text)
    assert mask.text(once) == once


@given(st.text(st.characters(categories=("L", "M", "P", "S", "Zs", "Cc")), min_size=4, max_size=20))
def test_any_common_name_is_found_in_a_sentence(cn: str) -> None:
    cn = f"qx{cn}xq"
    mask = Mask()
    shown = mask(DistinguishedName(((Attribute("CN", cn),),))).common_name
    assert shown is not None
    masked = mask.text(f"CN differs: stored {safe(cn)}, presented prime")
    assert safe(cn) not in masked
    assert masked.endswith(", presented prime")


@pytest.mark.parametrize(
    "form",
    [
        lambda digits: digits,
        lambda digits: digits.upper(),
        in_groups,
        lambda digits: ":".join(digits[at : at + 2] for at in range(0, 64, 2)),
        lambda digits: in_groups(digits).lower(),
    ],
)
def test_a_fingerprint_keeps_its_first_eight_digits_and_its_form(form) -> None:  # type: ignore[no-untyped-def]
    digits = certificate("ise01").sha256
    text = form(digits)
    masked = Mask().text(f"SHA-256 {text}.").removeprefix("SHA-256 ").removesuffix(".")
    assert len(masked) == len(text)
    bare = "".join(c for c in masked if c.isalnum())
    assert bare[:8].lower() == digits[:8]
    assert set(bare[8:].lower()) == {"x"}


def test_halves_of_grouped_fingerprints_of_values_are_computed_on_stand_ins() -> None:
    shown = Mask()(certificate("ise01"))
    assert set(shown.sha256[8:]) == {"x"} == set(shown.sha1[8:])
    assert shown.der == b""
    assert shown.key == "RSA 2048"
    assert shown.signature == "sha256WithRSAEncryption"


def test_ssh_host_keys_serials_and_mail_addresses() -> None:
    mask = Mask()
    key = "SHA256:" + "aB3+/" * 8 + "xyz"
    assert mask.text(f"ED25519 {key}") == "ED25519 " + key[:15] + "x" * 35
    serial = "5f3a9c0011223344"
    masked = mask(replace(certificate("ise01"), serial=serial))
    assert masked.serial == "serial-1"
    assert mask.text(f"serial {serial}") == "serial serial-1"
    assert mask.text("ask j.doe@example.net today") == "ask mail-1 today"
    assert mask.text("ask j.müller@bücher.example, root@мир.example") == "ask mail-2, mail-3"


def test_every_kind_of_name_in_a_certificate_is_replaced() -> None:
    subject = DistinguishedName(
        tuple(
            (Attribute(kind, value),)
            for kind, value in (
                ("C", "BR"), ("ST", "Parana"), ("L", "Sao Jose"), ("O", "Acme, Inc."), ("OU", "QA"),
                ("CN", "ise01.acme.example"), ("emailAddress", "root@acme.example"), ("2.5.4.97", "NTRBR-77"),
            )
        )
    )  # fmt: skip
    san = (
        "DNS:ise01.acme.example",
        "IP:192.0.2.77",
        "email:root@acme.example",
        "URI:https://ise01.acme.example/x",
    )
    mask = Mask()
    shown = mask(replace(certificate("x"), subject=subject, issuer=subject, san=san))
    assert_clean(repr(shown), "acme", "parana", "jose", "ntrbr", "192.0.2", "root@", "QA'")
    assert shown.subject == shown.issuer
    assert ("C", "BR") in shown.subject.pairs()
    assert shown.san[0] == "DNS:" + (shown.subject.common_name or "")
    assert "QA" not in mask.text("OU differs: stored QA, presented DevOps")
    assert mask.text("it was seen") == "it was seen"


def test_hosts_below_a_known_domain_are_masked_without_having_been_learned() -> None:
    mask = Mask()
    mask.learn(NodeSettings(role=Role.PRIMARY, host="prime-pri.site.example.net"))
    text = mask.text("cannot resolve ise07.site.example.net, nor site.example.net, nor prime-pri")
    assert_clean(text, "ise07", "site.example", "prime-pri")


@pytest.mark.parametrize(
    "raw",
    [
        "/C=US/O=Acme/CN=ise01", "CN = ise01, O = Acme, C = US", "CN=ise01,O=Acme,C=US",
        'CN=ise01, O="Acme, Inc.", C=US', "CN=ise01, O=Acme\\, Inc., C=US",
    ],
)  # fmt: skip
def test_a_stored_subject_keeps_its_printed_form(raw: str) -> None:
    mask = Mask()
    stored = read_stored(raw)
    shown = mask(stored)
    assert_clean(shown.raw, "ise01", "acme", "inc")
    assert shown.raw.startswith("/") == raw.startswith("/")
    assert (" = " in shown.raw) == (" = " in raw)
    assert shown.subject is not None
    assert shown.subject.common_name in shown.raw
    assert_clean(mask.text(f"the stored subject is not understood: {raw}"), "ise01", "acme", "inc.")


def test_names_in_logs_are_masked_though_nobody_learned_them() -> None:
    mask = Mask()
    failure = Failure("CN=ghost, OU=Prime Infra, O=Acme, C=US", "Thread-9", None, None, 3)
    assert_clean(mask(failure).name, "ghost", "infra", "acme")
    line = 'TOFU failed for "CN=spook, O=Initech, C=US" at 10.1.2.3:8082'
    assert_clean(mask.text(line), "spook", "initech", "10.1.2.3")
    assert "C=US" in mask.text(line)


def test_a_name_that_was_cut_off_before_is_masked_too() -> None:
    mask = Mask()
    mask.learn(Endpoint("prime-pri.example.net", 443))
    assert_clean(mask.text("a line: host=prime-pri.exam…"), "prime-pri", "exam")
    assert_clean(mask.text("a line: host=198.51.10…"), "198.51")


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1:8082", "localhost", "[::1]:443", "12:34:56", "2026-11-23 14:02:38 UTC", "PRIMARY",
        "ncs certvalidation tofu-certs listcerts", "1.2.840.113549.1.1.11", "ISE", "terminal length 0",
        "tls alert: handshake failure", "the node answered: % invalid command", "RSA 2048", "TLSv1.2",
    ],
)  # fmt: skip
def test_what_names_nothing_stays(text: str) -> None:
    mask = Mask()
    mask.learn(comparison())
    assert mask.text(text) == text


def test_own_words_stay_in_sentences_even_where_a_certificate_has_them() -> None:
    mask = Mask()
    shown = mask(name("server", "primary"))
    assert shown.common_name != "server"
    assert mask.text("the primary and its server") == "the primary and its server"
    assert "CN=server" not in mask.text("/C=US/CN=server")


def test_reasons_hide_even_names_that_are_words_of_ours() -> None:
    mask = Mask()
    row = entry(Role.PRIMARY, "198.51.100.20_443", Verdict.MISMATCH, stored="server", presented="b")
    why = mask(row).judgement.why[0]
    assert why.startswith("CN differs: stored name-")
    assert "server" not in why
    assert not why.endswith(" b")
    assert mask.text(why) == why


@pytest.mark.parametrize(
    ("key", "port"),
    [("198.51.100.20_443", "_443"), ("ise01.example.net_443", "_443"), ("2001:db8::7_443", "_443"),
     ("[2001:db8::7]_443", "_443"), ("h_0", "_0")],
)  # fmt: skip
def test_a_plain_key_stays_plain(key: str, port: str) -> None:
    shown = Mask()(entry(Role.PRIMARY, key, Verdict.MISMATCH, presented="x9"))
    assert shown.key is not None
    assert is_plain_key(shown.key)
    assert shown.key.endswith(port)
    assert shown.delete_command == f"ncs certvalidation tofu-certs deletecert host {shown.key}"
    assert_clean(shown.key, "198.51", "ise01", "2001")


def test_no_command_appears_where_there_was_none() -> None:
    mask = Mask()
    row = entry(Role.PRIMARY, "name one_443", Verdict.UNREADABLE)
    shown = mask(row)
    assert row.delete_command is None
    assert shown.delete_command is None
    assert "name one" not in repr(replace(shown, id=""))
    assert mask(shown).key == shown.key


def test_a_line_that_cannot_be_read_is_not_shown_at_all() -> None:
    listing = read_listing("secrethost.corp.example; something else subject=\nhost=a\n")
    mask = Mask()
    for row in listing.rows:
        base = entry(Role.PRIMARY, "k_1", Verdict.UNREADABLE)
        shown = mask(replace(base, key=None, raw=row.raw, stored=None, endpoint=None))
        assert_clean(repr(replace(shown, id="")), "secrethost", "corp")
    assert_clean(" ".join(mask.text(problem) for problem in listing.problems), "secrethost")


def test_the_target_of_a_deletion_is_masked_as_it_is_shown_and_typed() -> None:
    row = renamed(Role.PRIMARY)[0]
    assert row.key is not None
    deletion = Deletion(
        role=Role.PRIMARY, host="192.0.2.10", shown_address="192.0.2.10", hostname="prime-pri",
        host_key="SHA256:" + "a" * 43, entry=row, key=row.key, command=row.delete_command or "",
        must_type=(row.key, "prime-pri"),
    )  # fmt: skip
    mask = Mask()
    shown = mask(deletion)
    assert shown.must_type == (shown.key, shown.hostname)
    assert shown.key == shown.entry.key
    assert shown.command.endswith(" " + shown.key)
    assert_clean(repr(replace(shown, entry=replace(shown.entry, id=""))))


@dataclass(frozen=True)
class Unheard:
    """A value with fields that no rule knows."""

    remark: str
    where: Path
    more: tuple[str, ...]


def test_a_field_that_nobody_thought_of_is_masked_all_the_same() -> None:
    mask = Mask()
    mask.learn(session(name="site-a"))
    shown = mask(Unheard("ask 192.0.2.10 about site-a", Path("/tmp/site-a/x"), ("192.0.2.11",)))
    assert_clean(repr(shown), "192.0.2", "site-a")


def test_nothing_is_copied_where_nothing_is_named_and_copies_are_kept() -> None:
    mask = Mask()
    row = renamed(Role.PRIMARY)[1]
    assert mask(row) is mask(row)
    remote = Remote(name="", kind="ise", endpoint=Endpoint("localhost", 443))
    assert mask(remote) == remote


def test_of_thousands_of_rows_only_new_ones_are_learned() -> None:
    real, mask = comparison(), Mask()
    view = real.nodes[Role.PRIMARY]
    rows = [entry(Role.PRIMARY, f"h{n}.example.net_443", Verdict.NO_ANSWER) for n in range(1200)]
    view.entries.update({row.id: row for row in rows})
    learned = []

    def noted(walker: Walker, row: Entry) -> Entry:
        learned.append(row.id)
        return rule(walker, row)

    rule = rules.TYPE_RULES[Entry]
    with patch.dict(rules.TYPE_RULES, {Entry: noted}):
        mask.learn(real)
        assert len(learned) == sum(len(node.entries) for node in real.nodes.values())
        learned.clear()
        mask.head(view)
        mask.learn(real)
        assert learned == []
        view.entries["new"] = replace(rows[7], id="new", name="mail-gateway")
        mask.learn(real)
        assert learned == ["new"]
    assert_clean(mask.text("mail-gateway does not answer"), "mail-gateway")


def test_what_is_learned_later_is_found_in_what_was_masked_before() -> None:
    mask = Mask()
    row = entry(Role.PRIMARY, "198.51.100.20_443", Verdict.MISMATCH, presented="x1", why=("ask borealis-7",))
    assert "borealis-7" in mask(row).judgement.why[0]
    mask.learn(NodeSettings(role=Role.PRIMARY, host="borealis-7"))
    assert "borealis-7" not in mask(row).judgement.why[0]


def test_a_name_like_a_stand_in_is_none() -> None:
    mask = Mask()
    mask.learn(Endpoint("name-1", 443), Endpoint("ise01", 443))
    assert mask.text("name-1") != "name-1"
    assert mask.text("name-1") != mask.text("ise01")


def test_certificates_without_readable_parts() -> None:
    bare = Certificate(
        der=b"x", sha256="ab" * 32, sha1="cd" * 20, serial=None, subject=None, issuer=None, not_before=None,
        not_after=None, key=None, signature=None, unread=("subject",),
    )  # fmt: skip
    assert Mask()(bare).unread == ("subject",)


def test_other_rows_are_distinguished() -> None:
    mask = Mask()
    rows = [
        entry(
            Role.PRIMARY,
            f"198.51.{n // 250}.{n % 250}_443",
            Verdict.MISMATCH,
            who=Who.OTHER,
            presented=f"h-{n}",
        )
        for n in range(500)
    ]
    assert len({mask(row).key for row in rows}) == 500
    assert len({mask(row).stored.raw for row in rows if row.stored}) == 1
