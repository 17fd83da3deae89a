"""Known certificates in the comparison: what they prove on real rows and real endpoints."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.exports import PRIME_SEC, keytool_v, made, pem
from tests.support.lab_login import running
from tests.support.live import ISE, PRIMARY, SECONDARY, live
from tests.support.program import Answer, tofutui
from tofutui.config.export_files import read_export_at
from tofutui.lab.pair import Lab
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role


def write_stored(lab: Lab, key: str, path: Path) -> Path:
    """The certificate that a row of the primary holds, as an export of the node's store would give it."""
    path.write_text(ssl.DER_cert_to_PEM_cert(lab.nodes["primary"].table[key].der))
    return path


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running("clean", tmp_path) as lab:
        yield lab


async def check(lab: Lab, *argv: object) -> Answer:
    return await tofutui(
        "check", "clean", "--format", "json", *argv,
        home=lab.directory, TOFUTUI_SESSIONS=str(lab.sessions_path),
    )  # fmt: skip


async def test_the_old_certificate_proves_the_reissue_and_the_new_one_the_cure(lab, tmp_path):
    old = write_stored(lab, SECONDARY, tmp_path / "old.pem")
    before = await check(lab, "--known", old)
    assert before.verdicts("primary")[SECONDARY] == "proven"
    assert (before.code, before.err) == (0, "")

    assert await lab.command(f"reissue {SECONDARY.replace('_', ':')}") == "ok"
    assert await lab.command("restart secondary") == "ok"
    after = await check(lab, "--known", old)
    row = after.entries("primary")[SECONDARY]
    assert after.code == 1
    assert row["verdict"] == "mismatch"
    assert row["why"][0] == (
        f"the certificate imported from {old} has another SHA-256 than the one presented"
    )
    assert row["evidence"][0]["kind"] == "known"
    assert after.verdicts("primary")[ISE] == "same-name"


async def test_a_certificate_that_fits_two_rows_of_a_node_is_not_used_and_says_so(lab, tmp_path):
    old = write_stored(lab, SECONDARY, tmp_path / "old.pem")
    answer = await check(lab, "--known", f"secondary={old}")
    rows = answer.entries("secondary")
    assert [rows[key]["verdict"] for key in (SECONDARY, "127.0.0.1_8082")] == ["same-name", "same-name"]
    assert all("fits 2 rows" in rows[key]["why"][-1] for key in (SECONDARY, "127.0.0.1_8082"))
    assert answer.verdicts("primary")[SECONDARY] == "same-name"
    assert "fits 2 rows" in answer.err


async def test_the_alias_of_keytool_names_the_row(lab, tmp_path):
    text = keytool_v([(SECONDARY, made(PRIME_SEC))])
    (tmp_path / "store.txt").write_text(text)
    answer = await check(lab, "--known", tmp_path / "store.txt")
    assert answer.verdicts("primary")[SECONDARY] == "mismatch"
    assert answer.verdicts("secondary") == {
        PRIMARY: "same-name", SECONDARY: "same-name", "127.0.0.1_8082": "same-name",
    }  # fmt: skip
    assert answer.err == ""
    named = await check(lab, "--known", f"secondary={tmp_path / 'store.txt'}")
    assert named.verdicts("primary")[SECONDARY] == "same-name"
    assert named.verdicts("secondary")[SECONDARY] == "mismatch"


async def test_the_sessions_file_may_name_them_relative_to_itself(lab, tmp_path):
    folder = lab.directory / "exported"
    folder.mkdir()
    write_stored(lab, SECONDARY, folder / f"{SECONDARY}.pem")
    text = lab.sessions_path.read_text()
    marked = 'primary]\nknown = ["exported/", "missing.pem"]\n'
    lab.sessions_path.write_text(text.replace("primary]\n", marked, 1))
    answer = await check(lab)
    assert answer.verdicts("primary")[SECONDARY] == "proven"
    assert answer.verdicts("secondary")[SECONDARY] == "same-name"
    report = await tofutui("check", "clean", home=lab.directory, TOFUTUI_SESSIONS=str(lab.sessions_path))
    assert f"! {lab.directory}/missing.pem: cannot be read: No such file or directory" in report.out


async def test_a_file_that_cannot_be_used_ends_it_before_any_login(lab, tmp_path):
    for path, said in ((tmp_path / "no.pem", "No such file"), (lab.access.key_file, "private key")):
        answer = await check(lab, "--known", path)
        assert answer.code == 2
        assert answer.err.startswith(f"tofutui: {path}: ")
        assert said in answer.err
        assert len(answer.err.splitlines()) == 1
    assert lab.sent == {"primary": [], "secondary": []}


async def test_a_certificate_of_no_row_is_told(lab, tmp_path):
    (tmp_path / "x.pem").write_bytes(pem(made("/CN=elsewhere")))
    answer = await check(lab, "--known", tmp_path / "x.pem")
    assert answer.code == 0
    assert answer.err == f"tofutui: {tmp_path}/x.pem: no row has a certificate of it\n"


async def test_an_export_from_before_a_row_was_learned_says_nothing_about_it(tmp_path):
    async with live("reissued", tmp_path) as pair:
        old = write_stored(pair.lab, SECONDARY, tmp_path / "old.pem")
        pair.bench.add_known(read_export_at(str(old)).certificates, Role.PRIMARY)
        await pair.lab.command(f"reissue {SECONDARY.replace('_', ':')}")
        await pair.lab.command("restart secondary")
        await pair.bench.refresh()
        assert pair.entry(Role.PRIMARY, SECONDARY).verdict is Verdict.MISMATCH
        await pair.delete(pair.entry(Role.PRIMARY, SECONDARY))
        await pair.lab.command("contact primary")
        await pair.bench.refresh()
        row = pair.entry(Role.PRIMARY, SECONDARY)
        assert row.verdict in (Verdict.SAME_NAME, Verdict.PROVEN)
        assert any("exported before this row was learned" in why for why in row.judgement.why)
