"""Which row an imported certificate belongs to, and which it must not be used for."""

from dataclasses import replace

import pytest

from tests.support.exports import PRIME_PRI, PRIME_SEC, keytool_v, made, pem, sha256
from tofutui.tofu.cli_output.listing import read_listing
from tofutui.tofu.exports.assignment import Assignments, Imported, assign
from tofutui.tofu.exports.reading import read_export
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

PRI, SEC, ISE = "192.0.2.10_8082", "192.0.2.11_8082", "198.51.100.20_443"
PRIMARY = (
    f"host={PRI};  subject= {PRIME_PRI}\n"
    f"host={SEC};  subject= {PRIME_SEC}\n"
    f"host={ISE};  subject=C = US, O = Example, CN = ise01 \n"
)
SECONDARY = (
    f"host={SEC};  subject= {PRIME_SEC}\n"
    f"host=127.0.0.1_8082;  subject= {PRIME_SEC}\n"
    f"host={PRI};  subject= {PRIME_PRI}\n"
)


def entries(text: str) -> list[Entry]:
    return [
        Entry(
            id=row.id,
            role=Role.PRIMARY,
            key=row.key,
            raw=row.raw,
            endpoint=row.endpoint,
            who=Who.OTHER,
            name="",
            stored=row.stored,
        )
        for row in read_listing(text).rows
    ]


def from_pem(subject: str, file: str, mark: int = 1) -> Imported:
    (imported,) = read_export(pem(made(subject, mark)), source=file, name=file).certificates
    return imported


def from_keytool(alias: str, subject: str, mark: int = 1) -> Imported:
    text = keytool_v([(alias, made(subject, mark))])
    (imported,) = read_export(text.encode(), source="s.txt", name="s.txt").certificates
    return imported


def known(assigned: Assignments) -> dict[str, str]:
    return {id_: row.known.sha256 for id_, row in assigned.rows.items() if row.known}


def test_the_only_row_of_a_subject_gets_the_certificate():
    imported = from_pem(PRIME_SEC, "old.pem")
    assigned = assign([imported], entries(PRIMARY), complete=True)
    assert known(assigned) == {SEC: sha256(made(PRIME_SEC))}
    assert assigned.used == {imported}
    assert assigned.doubtful == {}


@pytest.mark.parametrize("file", [SEC, f"{SEC}.pem", f"{SEC}.CRT"])
def test_a_file_named_like_the_key_is_that_rows(file):
    assigned = assign([from_pem(PRIME_SEC, file)], entries(SECONDARY), complete=True)
    assert list(known(assigned)) == [SEC]


def test_without_a_name_two_rows_of_one_subject_get_nothing_and_say_so():
    imported = from_pem(PRIME_SEC, "old.pem")
    assigned = assign([imported], entries(SECONDARY), complete=True)
    assert known(assigned) == {}
    (sentence,) = assigned.rows[SEC].unusable
    assert sentence == (
        "the certificate of prime-sec imported from old.pem is not used: "
        f"it fits 2 rows ({SEC}, 127.0.0.1_8082)"
    )
    assert assigned.rows["127.0.0.1_8082"].unusable == (sentence,)
    assert assigned.doubtful == {imported: sentence}


def test_the_alias_names_the_row_though_the_file_has_another_name():
    assigned = assign([from_keytool(SEC, PRIME_SEC)], entries(SECONDARY), complete=True)
    assert list(known(assigned)) == [SEC]


def test_keytool_writes_aliases_in_lower_case():
    table = f"host=ISE.Example.NET_443;  subject= {PRIME_SEC}\nhost=x_443;  subject= {PRIME_SEC}\n"
    assigned = assign([from_keytool("ise.example.net_443", PRIME_SEC)], entries(table), complete=True)
    assert list(known(assigned)) == ["ISE.Example.NET_443"]


def test_a_named_certificate_of_another_subject_is_not_used():
    assigned = assign([from_pem(PRIME_PRI, f"{SEC}.pem")], entries(PRIMARY), complete=True)
    assert known(assigned) == {}
    assert assigned.rows[SEC].unusable == (
        f"the certificate of prime-pri imported from {SEC}.pem is not used: "
        "its subject is not the stored one",
    )


def test_a_certificate_named_for_a_row_that_is_not_there_is_not_for_another_row():
    imported = from_pem(PRIME_SEC, "192.0.2.99_8082.pem")
    assigned = assign([imported], entries(PRIMARY), complete=True)
    assert assigned.rows == {}
    assert "no row 192.0.2.99_8082" in assigned.doubtful[imported]


@pytest.mark.parametrize("file", ["sec-b.example.net.pem", "sec-b.example.net", "lab.example.net.CER"])
def test_a_file_called_like_another_host_is_not_for_another_row(file):
    imported = from_pem(PRIME_SEC, file)
    assigned = assign([imported], entries(PRIMARY), complete=True)
    assert known(assigned) == {}


@pytest.mark.parametrize(
    "file", ["old_2024.pem", "backup_1.pem", "prime-sec.cer", "prime-sec.example.net.pem", "tofu.export.pem"]
)
def test_a_file_name_that_only_looks_like_a_key_is_none(file):
    assert list(known(assign([from_pem(PRIME_SEC, file)], entries(PRIMARY), complete=True))) == [SEC]


@pytest.mark.parametrize(
    "text",
    [
        "/C=US/O=Example/CN=ise01",
        "C = US, O = Example, CN = ise01",
        "C=US, O=Example, CN=ise01",
    ],
)
@pytest.mark.parametrize("make", [from_pem, lambda subject, alias: from_keytool("mykey", subject)])
def test_every_printed_form_of_the_subject_fits(text, make):
    table = f"host={ISE};  subject= {text}\n"
    assert list(known(assign([make("/C=US/O=Example/CN=ise01", "a.pem")], entries(table), complete=True)))


@pytest.mark.parametrize("stored", ["/C=US/O=Example/CN=ISE01", "/O=Example/C=US/CN=ise01", "/CN=ise01", ""])
@pytest.mark.parametrize("make", [from_pem, lambda subject, alias: from_keytool(alias, subject)])
def test_a_subject_that_does_not_print_to_the_stored_text_never_counts(stored, make):
    table = f"host={ISE};  subject= {stored}\n"
    made_certificate = make("/C=US/O=Example/CN=ise01", ISE)
    assert known(assign([made_certificate], entries(table), complete=True)) == {}


def test_a_partial_listing_cannot_say_that_a_row_is_the_only_one():
    imported = from_pem(PRIME_SEC, "old.pem")
    assigned = assign([imported, from_pem(PRIME_PRI, f"{PRI}.pem")], entries(PRIMARY), complete=False)
    assert list(known(assigned)) == [PRI]
    assert "the listing is not complete" in assigned.rows[SEC].unusable[0]


def test_two_certificates_for_one_row_are_both_left_out():
    ones = [from_pem(PRIME_SEC, "a.pem", 1), from_pem(PRIME_SEC, "b.pem", 2)]
    assigned = assign(ones, entries(PRIMARY), complete=True)
    assert known(assigned) == {}
    assert assigned.rows[SEC].unusable == (
        "2 different certificates claim this row (a.pem, b.pem), so none of them is used",
    )
    assert set(assigned.doubtful) == set(ones)


def test_a_name_is_a_better_reason_than_a_subject():
    ones = [from_pem(PRIME_SEC, "a.pem", 1), from_pem(PRIME_SEC, f"{SEC}.pem", 2)]
    ones.append(from_keytool(SEC, PRIME_SEC, 3))
    assert known(assign(ones[:2], entries(PRIMARY), complete=True)) == {SEC: ones[1].sha256}
    assert known(assign(ones, entries(PRIMARY), complete=True)) == {SEC: ones[2].sha256}


def test_the_same_certificate_from_two_files_is_used():
    ones = [from_pem(PRIME_SEC, "a.pem"), from_pem(PRIME_SEC, "b.pem"), from_keytool("mine", PRIME_SEC)]
    assigned = assign(ones, entries(PRIMARY), complete=True)
    assert known(assigned) == {SEC: ones[0].sha256}
    assert assigned.used == set(ones)


def test_a_certificate_of_nobody_is_silently_left_out():
    assert assign([from_pem("/CN=elsewhere", "a.pem")], entries(PRIMARY), complete=True) == Assignments()


def test_a_doubled_key_with_one_subject_fits_two_rows():
    table = f"host={SEC};  subject= {PRIME_SEC}\n" * 2
    assigned = assign([from_pem(PRIME_SEC, SEC)], entries(table), complete=True)
    assert known(assigned) == {}
    assert set(assigned.rows) == {SEC, f"{SEC}#2"}


def test_what_a_file_is_called_is_shown_safely():
    imported = from_pem(PRIME_SEC, "a\x1b[2J\u202e.pem")
    assigned = assign([imported], entries(SECONDARY), complete=True)
    assert "a\\x1b[2J\\u202e.pem" in assigned.doubtful[imported]


def own(text: str, *keys: str) -> list[Entry]:
    return [replace(row, who=Who.SELF if row.key in keys else row.who) for row in entries(text)]


@pytest.mark.parametrize("file", ["old.pem", f"{SEC}.pem"])
def test_an_export_of_an_unnamed_node_is_never_about_what_a_node_holds_of_itself(file):
    imported = from_pem(PRIME_SEC, file)
    rows = own(PRIMARY, SEC)
    assert list(known(assign([imported], rows, complete=True))) == [SEC]
    assigned = assign([imported], rows, complete=True, unnamed={imported})
    assert (known(assigned), assigned.fitting) == ({}, frozenset())
    assert known(assign([imported], entries(PRIMARY), complete=True, unnamed={imported})) == {
        SEC: imported.sha256
    }
