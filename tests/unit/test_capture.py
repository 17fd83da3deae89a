"""Captures: stand-ins of the same length, certificates in shape, files that prove to be whole."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.transcripts import session as transcript
from tofutui.capture.certificates import structure, texts
from tofutui.capture.redaction import Redaction
from tofutui.capture.stand_ins import is_plain
from tofutui.capture_file import (
    Capture,
    CapturedAnswer,
    CapturedEndpoint,
    CapturedEvent,
    CapturedKind,
    CapturedLogin,
    CaptureFileError,
    dumps,
    loads,
)
from tofutui.lab.cert import certify, make_key, parse_subject
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.certificates.certificate import read_certificate
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version

NAMES = (
    "umbrella", "wesker", "raccoon", "gotham-pri", "gotham-sec01", "10.20.30.40", "172.16.254.1",
    "2001:db8:77::a1b2", "arklay", "3F2A9C0011DEADBEEF77", "München", "AB:CD:EF:01:02:03:04:05",
)  # fmt: skip
SITE = """\
Welcome to Umbrella, Raccoon City! Questions: wesker@umbrella.example.com, +49 89 1234567\r
gotham-pri/admin# ncs certvalidation tofu-certs listcerts\r
host=10.20.30.40_8082;  subject= /C=DE/L=M\\xC3\\xBCnchen/O=Umbrella/OU=Prime Infra/CN=gotham-pri\r
host=2001:db8:77::a1b2_443;  subject=CN = arklay, L = München\r
host=gotham-sec01.umbrella.example.com_8082;  subject=CN = gotham-\x1b[Ksec01\r
host=172.16.254.1_443; subject= /serialNumber=3F2A9C0011DEADBEEF77/CN=GOTHAM-PRI\r
fingerprint AB:CD:EF:01:02:03:04:05 of Wesker\r
gotham-pri/admin# """


def redacted(text: str, **options: object) -> str:
    redaction = Redaction(**options)
    redaction.learn(text)
    return redaction.text(text)


def test_every_name_is_replaced_in_every_spelling_and_no_column_moves() -> None:
    made = redacted(SITE)
    assert [len(line.encode()) for line in made.splitlines()] == [len(x.encode()) for x in SITE.splitlines()]
    for name in NAMES:
        assert name.lower() not in made.lower()
    assert "xC3\\xBC" not in made
    before, after = (read_listing(text.replace("\x1b[K", "")) for text in (SITE, made))
    assert [row.is_readable for row in after.rows] == [row.is_readable for row in before.rows] == [True] * 4
    kinds = [[kind for kind, _ in row.stored.subject.pairs()] for row in after.rows if row.stored]
    assert kinds == [["C", "L", "O", "OU", "CN"], ["CN", "L"], ["CN"], ["serialNumber", "CN"]]


def test_the_same_word_is_replaced_alike_everywhere() -> None:
    made = redacted(SITE)
    rows = [row.stored.subject for row in read_listing(made).rows if row.stored]
    common = [dict(name.pairs())["CN"] for name in rows if name]
    assert common[3] == common[0].upper()
    assert made.count(common[0].rpartition("-")[2]) > 2
    values = [dict(name.pairs()).get("L") for name in rows if name]
    assert values[0] == values[1]


def test_a_stand_in_gets_itself() -> None:
    made = redacted(SITE)
    assert redacted(made) == made


def test_what_appliances_print_stays() -> None:
    plain = transcript("node", ()).replace("192.0.2.10", "127.0.0.1")
    assert redacted(plain) == plain
    made = redacted(transcript("gotham-pri", (("10.20.30.40_8082", "gotham-pri"),)))
    assert parse_version(made).version == "3.7.0"
    assert parse_clock(made)
    state = parse_ha_status(made)
    assert state
    assert state.state == "HA not Configured"


@pytest.mark.parametrize(
    "text",
    [
        "CN=raccoon-01\r\nCN=racc\r\noon-01\r\n",
        "CN=raccoon-01\nhost=x;  subject= /CN=raccoon\n-01\n",
        "raccoon raccoon\r\nracc \roon",
        "raccoon rac\x1b[0mcoon",
    ],
)
def test_a_word_that_was_broken_is_put_together(text: str) -> None:
    made = redacted(text)
    whole = made.replace("\x1b[0m", "").replace(" \r", "").replace("\r", "").replace("\n", "")
    stand_in = made[3:10] if made.startswith("CN=") else made[:7]
    assert whole.count(stand_in) == text.count("rac")
    assert len(made) == len(text)


def test_a_command_that_a_narrow_terminal_broke_stays() -> None:
    text = "prime/admin# ncs certvalid \ration tofu-certs listce \rrts\r\n"
    assert redacted(text) == text


@pytest.mark.parametrize("secret", ["hunter2-of-the-site", "secret", "führen", "admin"])
def test_a_secret_is_struck_out_wherever_it_is_repeated(secret: str) -> None:
    made = redacted(f"Answer: {secret}\r\nyou typed {secret}!", secrets=[Secret(secret)])
    assert secret not in made
    assert made.count("*") == 2 * len(secret.encode())
    assert secret not in redacted(f"password: {secret}\nncs ha authkey {secret}", real_names=True)


@pytest.mark.parametrize(
    "shown",
    [
        "correct\x1b[K horse", "corr\r\nect horse", "correct hor \rse", "c\x08orrect\x1b[1;31m horse",
        "CORRECT HORSE", "Correct Horse",
    ],
)  # fmt: skip
def test_a_secret_is_struck_out_in_whatever_form_a_terminal_shows_it(shown: str) -> None:
    made = redacted(f"you typed {shown}!", secrets=[Secret("correct horse")])
    assert made.count("*") == len("correct horse")
    assert len(made) == len(f"you typed {shown}!")
    assert not re.search("corr|ect|hor|se", made.removeprefix("you typed "), re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("\x1b]0;gotham-pri: ~wesker\x07gotham-pri/admin# ", "gotham|wesker"),
        ("\x1b]2;raccoon 10.20.30.40\x1b\\$ ", r"raccoon|20\.30"),
        ("\x1b]8;;https://pki.umbrella.net/\x1b\\here\x1b]8;;\x1b\\", "umbrella|pki"),
        ("ip-10-20-30-40.eu pri-10.20.30.40 10.20.30.40-eth0", "20.30"),
        ("::ffff:10.20.30.40 [::10.20.30.40]:443", "20.30"),
        ("00-11-22-33-44-55 0011.2233.4455 00:11:22:33:44:55", "11.?22|33.?44"),
        ("Call 555-0199 or (212) 555-0199, 212-555-0199", "555|0199|212"),
        ("089/1234-567, 01 42 68 53 00, 0043/664 1234", "1234|567|42 68|664"),
        ("Tel. 4711, ext: 42001, FAX 12 34 56", "4711|42001|12 34|56"),
        ("/C=DE/L=Raccoon am Main/OU=x; L = Raccoon am Main, in Raccoon am Main", "am Main"),
        ("subject=CN = Wesker Campus", "Campus"),
        ('O = "Umbrella Internal, AG", CN = Wesker Server 4711', "Internal|Server|4711"),
        ("licence 1234-5678-9012", "1234|5678|9012"),
        ("दिल्ली में, กรุงเทพ", "[दलमकร]"),
        ("天津 市", "[天津市]"),
    ],
)
def test_nothing_that_tells_of_a_site_stays(text: str, telling: str) -> None:
    made = redacted(text)
    assert not re.search(telling, made), made
    assert len(made.encode()) == len(text.encode())
    assert redacted(made) == made


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23 14:02:38", "23-11-2026", "Version : 3.7.0.0.159", "on Java-1.8.0.2 x", "443, 8082-8083",
        "127.0.0.1", "call 1 of 2", "12-34 56",
    ],
)  # fmt: skip
def test_times_versions_ports_and_counts_stay(text: str) -> None:
    assert redacted(text) == text


def test_a_word_can_be_struck_out_and_real_names_can_be_kept() -> None:
    assert "Cisco" not in redacted("Cisco Systems", struck=["cisco"])
    assert redacted(SITE, real_names=True) == SITE


@pytest.mark.parametrize(
    "char", "\u023e\u023a\u212a\u212b\u2126\u1e9e\u0130\u03a3\u017f\u0178\u01c5\u2c62\U00010400\uff21"
)
def test_a_capital_whose_small_letter_takes_other_bytes_keeps_its_length(char: str) -> None:
    for word in (char, f"ab{char}cd", f"{char}{char.lower()}{char.upper()}"):
        made = redacted(word)
        assert len(made.encode()) == len(word.encode())
        assert made != word


@given(
    st.text(max_size=60), st.sampled_from(["", "\x1b[1m", "\\xC3\\xBC", "10.1.2.3 ", "host=", "::", "\r\n"])
)
def test_any_text_keeps_its_length_and_its_stand_ins(text: str, piece: str) -> None:
    whole = (
        (text[:20] + piece + text[20:]).encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    )
    made = redacted(whole)
    assert len(made.encode("utf-8", "surrogateescape")) == len(whole.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("word", ["NullPointerException", "listcerts", "1X", "XX", "30s", "8082", "a"])
def test_plain_words(word: str) -> None:
    assert is_plain(word)


@pytest.mark.parametrize("word", ["kong", "ise01", "UmbrellaServer", "123456", "münchen"])
def test_words_that_may_name_something(word: str) -> None:
    assert not is_plain(word)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_certificate_keeps_its_structure(kind: str) -> None:
    subject = parse_subject("C=DE, L=München, O=Umbrella, CN=gotham-pri.umbrella.example.com")
    hosts = ["gotham-pri", "10.20.30.40", "2001:db8:77::a1b2"]
    real = certify(make_key(kind), subject, datetime(2026, 1, 1, tzinfo=UTC), hosts)
    redaction = Redaction()
    for text in texts(real.der):
        redaction.learn(text)
    made = structure(real.der, redaction)
    before, after = read_certificate(real.der), read_certificate(made)
    assert len(made) == len(real.der)
    assert (after.key, after.signature, after.not_before) == (before.key, before.signature, before.not_before)
    assert [name.partition(":")[0] for name in after.san] == ["DNS", "IP", "IP"]
    assert after.unread == ()
    assert before.serial not in (after.serial, None)
    assert str(after.subject).startswith("C=DE")
    for name in (b"Umbrella", b"gotham", "München".encode(), bytes([10, 20, 30, 40])):
        assert name not in made
    again = Redaction()
    assert structure(made, again) == made


def test_what_numbers_a_company_and_its_templates_gets_other_numbers_and_flags_stay_flags() -> None:
    def element(tag: int, content: bytes) -> bytes:
        return bytes((tag, len(content))) + content

    company, template, common = (
        bytes.fromhex(text)
        for text in ("2b06010401 83b61c 0102", "2b060104018237 1508 84f1a3 87c92e", "2b060104018237 1507")
    )
    usage = element(0x04, element(0x03, b"\x05\xa0"))
    der = element(0x30, b"".join(element(0x06, oid) for oid in (company, template, common)) + usage)
    made = structure(der, Redaction())
    assert len(made) == len(der)
    assert b"\x83\xb6\x1c" not in made
    assert b"\x84\xf1\xa3" not in made
    assert common in made
    assert made.endswith(usage)
    assert [byte & 0x80 for byte in made] == [byte & 0x80 for byte in der]
    assert structure(made, Redaction()) == made
    assert structure(der, Redaction(real_names=True)) == der


@pytest.mark.parametrize(
    ("tag", "before", "number"),
    [
        pytest.param(0x03, b"\0\x04", bytes((63, *range(100, 163))), id="a point of a curve"),
        pytest.param(0x03, b"\0", bytes((0x24, 62, *range(100, 162))), id="a signature"),
        pytest.param(0x04, b"\x04\x14", bytes((0x24, 8, *range(8), 0x24, 8, *range(8))), id="a key's hash"),
        pytest.param(0x80, b"", bytes((0x04, 18, *range(100, 118))), id="the hash of an issuer's key"),
    ],
)
def test_a_number_that_looks_like_elements_by_chance_gets_other_bytes(
    tag: int, before: bytes, number: bytes
) -> None:
    content = before + number
    der = bytes((0x30, len(content) + 2, tag, len(content))) + content
    made, others = structure(der, Redaction()), Redaction().octets(number)
    assert made == der.replace(number, others)


@given(st.binary(max_size=80))
def test_any_bytes_are_taken_for_a_certificate_and_none_of_them_stays(raw: bytes) -> None:
    made = structure(raw, Redaction())
    assert len(made) == len(raw)


CAPTURE = Capture(
    tool="tofutui 0",
    taken_at="2026-11-23T14:02:11Z",
    real_names=False,
    source="pair",
    session={"nodes": {}},
    logins=(
        CapturedLogin(
            node="primary",
            server="OpenSSH_8.0",
            algorithms={"kex": "curve25519-sha256"},
            events=(
                CapturedEvent(CapturedKind.RECEIVED, 0.5, b"\xff\x1b[Kx\r\n"),
                CapturedEvent(CapturedKind.HIDDEN, 0.7),
            ),
        ),
        CapturedLogin(node="secondary"),
    ),
    endpoints=(
        CapturedEndpoint(
            host="x", port=443, answers=(CapturedAnswer(way="tls", status="ok", text="", chain=(b"\0",)),)
        ),
    ),
    reading={"nodes": {}},
)


def test_a_file_is_read_back() -> None:
    text = dumps(CAPTURE)
    assert text.isascii()
    assert loads(text) == CAPTURE
    assert [line.partition('", ')[0] for line in text.splitlines()][:2] == [
        '{"record": "capture', '{"record": "session',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-20], "not JSON"),
        (lambda text: text[: text.rindex('{"record": "end"')], "the end is missing"),
        (lambda text: text.replace("OpenSSH", "OpenXXH"), "the checksum is wrong"),
        (lambda text: "", "not JSON"),
        (lambda text: "[]\n", "not a record"),
    ],
)
def test_a_file_that_was_cut_off_or_changed_is_refused(change: object, words: str) -> None:
    with pytest.raises(CaptureFileError, match=words):
        loads(change(dumps(CAPTURE)))
