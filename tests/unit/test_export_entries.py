"""Which row an exported certificate is named for, in any language and form; no entry is lost silently."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.doubtful import entry_of
from tests.support.exports import java, keytool_rfc, keytool_v, made, pem, sha256
from tests.support.rows import certificate
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.exports.assignment import assign
from tofutui.tofu.exports.reading import Export, NoCertificate, read_export
from tofutui.tofu.judgement.comparison import Entry

SUBJECT = "/C=FR/O=Example/CN=pi-a.example.net"
ONE, TWO = made(SUBJECT), made("/C=US/CN=kong")
OURS, THEIRS = "192.0.2.70_443", "192.0.2.71_443"
LABELS = {
    "en": ("Alias name: ", "Creation date: ", "Entry type: ", "Owner: ", "SHA256: "),
    "ko": ("별칭 이름: ", "생성 날짜: ", "항목 유형: ", "소유자: ", "SHA256: "),
    "fr": ("Nom d'alias : ", "Date de création : ", "Type d'entrée\u00a0: ", "Propriétaire : ", "SHA 256: "),
    "ja": ("別名: ", "作成日: ", "エントリ・タイプ: ", "所有者: ", "SHA256: "),
    "zh_CN": ("别名: ", "创建日期: ", "条目类型: ", "所有者: ", "SHA256: "),
    "zh_TW": ("別名名稱: ", "建立日期: ", "項目類型: ", "擁有者: ", "SHA256: "),
    "de": ("Aliasname: ", "Erstellungsdatum: ", "Eintragstyp: ", "Eigentümer: ", "SHA256: "),
    "es": ("Nombre de Alias: ", "Fecha de Creación: ", "Tipo de Entrada: ", "Propietario: ", "SHA256: "),
    "it": ("Nome alias: ", "Data di creazione: ", "Tipo di voce: ", "Proprietario: ", "SHA256: "),
    "pt_BR": ("Nome do alias: ", "Data de criação: ", "Tipo de entrada: ", "Proprietário: ", "SHA256: "),
    "sv": ("Aliasnamn: ", "Skapat den: ", "Posttyp: ", "Ägare: ", "SHA256: "),
    "unknown": ("Qqq: ", "Www: ", "Eee: ", "Rrr: ", "Sha-256 : "),
    "wide colons": ("Qqq\uff1a", "Www\uff1a", "Eee\uff1a", "Rrr\uff1a", "SHA-256\uff1a"),
}


def in_language(text: str, language: str) -> str:
    for english, other in zip(LABELS["en"], LABELS[language], strict=True):
        text = text.replace(english, other)
    return text


def read(data: bytes | str, name: str = "store.txt") -> Export:
    return read_export(data.encode() if isinstance(data, str) else data, source=name, name=name)


def row() -> Entry:
    """The only row of this subject."""
    (listed,) = read_listing(f"host={OURS};  subject= {SUBJECT}\n").rows
    return entry_of(listed, certificate(SUBJECT))


def assigned(export: Export) -> bool:
    """Whether a certificate was assigned to the row; else it has to be said why not."""
    result = assign(export.certificates, [row()], complete=True)
    used = OURS in result.rows and result.rows[OURS].imported is not None
    assert used or result.doubtful
    return used


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("form", [keytool_rfc, keytool_v])
def test_an_alias_is_known_by_shape(form, language: str) -> None:
    text = in_language(form([(THEIRS, ONE)]), language)
    (imported,) = read(text).certificates
    assert (imported.sha256, imported.alias) == (sha256(ONE), THEIRS)
    assert not assigned(read(text))
    assert assigned(read(text.replace(THEIRS, OURS)))
    assert assigned(read(text.replace(THEIRS, "kong")))


@pytest.mark.parametrize("page", ["cp949", "gbk", "cp932", "cp1252", "utf-16", "utf-16-le"])
def test_code_pages_of_a_console_hide_no_alias(page: str) -> None:
    language = {"cp949": "ko", "gbk": "zh_CN", "cp932": "ja"}.get(page, "fr")
    raw = in_language(keytool_rfc([(THEIRS, ONE)]), language).encode(page)
    (imported,) = read(raw).certificates
    assert imported.alias == THEIRS
    assert not assigned(read(raw))


NAMED = {
    "friendlyName": f"Bag Attributes\n    friendlyName: {THEIRS}\n    2.16.840.1.113894.746875.1.1: <No>\n",
    "friendlyName with headers": (
        f"Bag Attributes\n    friendlyName: {THEIRS}\nsubject=C = FR, O = Example, CN = pi-a.example.net\n"
        "issuer=C = FR, O = Example, CN = pi-a.example.net\n"
    ),
    "localKeyID": f"Bag Attributes\n    localKeyID: {THEIRS.encode().hex(' ').upper()}\n",
    "comment": f"# {THEIRS}\n",
    "comment with words": f"# exported from {THEIRS} on Monday\n",
    "address in a comment": "# the certificate of 192.0.2.71\n",
    "label": f"Row: {THEIRS}\n",
    "address alone": "192.0.2.71\n",
    "alias with an address": "Alias name: 192.0.2.71 (ISE)\n",
    "alias with a host name": "Alias name: ise02.example.net\n",
    "unread label": "Kaksoisnimi: kong\n",
    "another subject above": "subject=CN = kong\n",
    "ipv6": "# 2001:db8::71\n",
}


@pytest.mark.parametrize("naming", NAMED)
def test_a_certificate_named_for_something_else_proves_nothing_about_the_row(naming: str) -> None:
    assert not assigned(read(NAMED[naming].encode() + pem(ONE)))
    assert assigned(read(pem(ONE)))


@pytest.mark.parametrize(
    "name", [f"{THEIRS}.pem", "192.0.2.71.pem", "ise-192.0.2.71.crt", f"old {THEIRS}.cer"]
)
def test_a_file_named_for_another_row_proves_nothing_about_this_one(name: str) -> None:
    assert not assigned(read(pem(ONE), name))
    assert assigned(read(pem(ONE), name.replace("192.0.2.71", "192.0.2.70")))


@pytest.mark.parametrize("naming", [n for n in NAMED if THEIRS in NAMED[n] or "192.0.2.71" in NAMED[n]])
def test_the_same_name_for_this_row_assigns_it(naming: str) -> None:
    assert assigned(read(NAMED[naming].replace("192.0.2.71", "192.0.2.70").encode() + pem(ONE)))


def test_what_openssl_prints_above_a_certificate_names_nothing() -> None:
    text = " 0 s:/CN=x\n   i:/CN=y\n---\nServer certificate\ndepth=0 CN = x\nverify return:1\n"
    assert assigned(read(text.encode() + pem(ONE)))


STAMPS = [f"09:00:{second:02} " for second in range(60)] * 2


@pytest.mark.parametrize(
    "before",
    [["> "] * 99, ["    "] * 99, ["\t"] * 99, STAMPS, ["| "] * 99],
)
@pytest.mark.parametrize("form", [keytool_rfc, keytool_v])
def test_an_export_that_is_quoted_indented_or_stamped_is_read(form, before: list[str]) -> None:
    lines = form([(THEIRS, ONE)]).split("\n")
    text = "\n".join(prefix + line for prefix, line in zip(before, lines, strict=False))
    (imported,) = read(text).certificates
    assert (imported.sha256, imported.alias) == (sha256(ONE), THEIRS)


@pytest.mark.parametrize("width", [80, 60, 72])
def test_a_wrapped_fingerprint_and_owner_are_joined(width: int) -> None:
    text = keytool_v([(OURS, ONE)])
    wrapped = "\n".join(
        line[at : at + width] for line in text.split("\n") for at in range(0, len(line) or 1, width)
    )
    export = read(wrapped)
    assert [imported.sha256 for imported in export.certificates] == [sha256(ONE)]
    assert assigned(export)


def test_openssl_fingerprints_count_as_well() -> None:
    digits = ":".join(sha256(ONE)[at : at + 2] for at in range(0, 64, 2)).upper()
    export = read(f"subject=C = FR, O = Example, CN = pi-a.example.net\nsha256 Fingerprint={digits}\n")
    assert [imported.sha256 for imported in export.certificates] == [sha256(ONE)]


STACK = (
    "java.util.MissingFormatArgumentException: Format specifier '%2$s'\n"
    "\tat java.base/java.util.Formatter.format(Formatter.java:2766)\n"
)
DUMP = f"Certificate[1]:\n[\n[\n  Version: V3\n  Subject: {java(ONE)}\n  SerialNumber: [    213eafe9]\n]\n]\n"
STARS = "\n*******************************************\n*******************************************\n\n"


@pytest.mark.parametrize("body", [STACK, DUMP, "", "\n\n"])
@pytest.mark.parametrize("language", ["en", "fr", "ko", "unknown"])
def test_an_entry_that_cannot_be_read_is_one_remark(body: str, language: str) -> None:
    head = in_language("Alias name: broken\nCreation date: x\nEntry type: PrivateKeyEntry\n", language)
    export = read(head + body + STARS + keytool_rfc([(OURS, TWO)]))
    assert [imported.sha256 for imported in export.certificates] == [sha256(TWO)]
    (remark,) = export.remarks
    assert "the entry broken" in remark
    with pytest.raises(NoCertificate, match="the entry broken"):
        read(head + body)


def test_a_secret_key_is_not_a_certificate_and_no_remark() -> None:
    secret = "Alias name: k\nCreation date: x\nEntry type: SecretKeyEntry\n"
    assert read(secret + STARS + keytool_rfc([(OURS, ONE)])).remarks == ()


@pytest.mark.parametrize("more", ["Done.", "rest of it"])
def test_a_row_in_doubt_keeps_a_subject_from_being_the_only_one(more: str) -> None:
    text = f"host={OURS};  subject= {SUBJECT}\nhost={THEIRS};  subject= {SUBJECT[:-4]}\n{more}\n"
    entries = [entry_of(listed, certificate(SUBJECT)) for listed in read_listing(text).rows]
    result = assign(read(pem(ONE)).certificates, entries, complete=True)
    assert not result.used
    assert result.doubtful


DAYS = {
    "en_US": "Nov 5, 2026", "en_GB": "5 Nov 2026", "en, Java 8": "05-Nov-2026", "de": "05.11.2026",
    "fr": "5 nov. 2026", "fr, October": "5 oct. 2026", "es": "5 nov 2026", "it": "5-nov-2026",
    "pt_BR": "5 de nov. de 2026", "pt, October": "5 de out. de 2026", "sv": "5 nov. 2026",
    "sv, Java 8": "2026-nov-05", "nl": "5 nov. 2026", "cs": "5. 11. 2026", "hu": "2026. nov. 5.",
    "ru": "5 нояб. 2026 г.", "tr, October": "5 Eki 2026", "ja": "2026/11/05", "ko": "2026. 11. 5.",  # noqa: RUF001
    "zh_CN": "2026年11月5日", "ISO": "2026-11-05", "day 23": "23/10/2026", "month 10, US": "10/23/2026",
    "the same either way": "11/11/2026",
}  # fmt: skip


@pytest.mark.parametrize("language", DAYS)
def test_the_day_an_entry_was_made_is_read_in_any_language(language: str) -> None:
    text = keytool_rfc([(OURS, ONE)]).replace("Nov 23, 2026", DAYS[language])
    (imported,) = read(text).certificates
    day = datetime(2026, 11, 11 if "same" in language else 5, tzinfo=UTC)
    day = day.replace(month=10) if "October" in language else day
    day = day.replace(month=10, day=23) if "23" in DAYS[language] else day
    assert imported.created == day - timedelta(hours=14)
    assert imported.alias == OURS


@pytest.mark.parametrize(
    "day",
    ["05/11/2026", "05-11-2026", "5 lis 2026", "5 พ.ย. 2569", "R8.11.5", "5 thg 11, 2026", "31.02.2026", "x"],
)
def test_a_day_that_may_be_another_one_dates_nothing(day: str) -> None:
    (imported,) = read(keytool_v([(OURS, ONE)]).replace("Nov 23, 2026", day)).certificates
    assert imported.created is None
    assert imported.alias == OURS


def test_each_entry_has_its_own_day() -> None:
    text = keytool_rfc([(OURS, ONE), (THEIRS, TWO)])
    first, second = read(text.replace("Nov 23, 2026", "Nov 20, 2026", 1)).certificates
    assert (second.created - first.created).days == 3
    (alone,) = read(pem(ONE)).certificates
    assert alone.created is None
