"""Files, folders and globs of exported certificates."""

import gzip
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.exports import PRIME_PRI, PRIME_SEC, made, pem, private_key
from tofutui.config.export_files import LARGEST, UnreadableExport, read_export_at, read_exports
from tofutui.tofu.exports.reading import NoCertificate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exported"
    folder.mkdir()
    (folder / "192.0.2.11_8082.pem").write_bytes(pem(made(PRIME_SEC)))
    (folder / "192.0.2.10_8082").write_bytes(pem(made(PRIME_PRI)))
    (folder / "README").write_text("exported on Monday\n")
    (folder / ".hidden").write_bytes(pem(made("/CN=hidden")))
    (folder / "key.pem").write_bytes(private_key())
    (folder / "below").mkdir()
    (folder / "below" / "other.pem").write_bytes(pem(made("/CN=below")))
    return folder


def names(path: object) -> list[str]:
    return [imported.names[-1] for imported in read_export_at(str(path)).certificates]


def test_a_file(folder):
    assert names(folder / "192.0.2.11_8082.pem") == ["192.0.2.11_8082"]


def test_a_folder_is_read_without_what_is_below_it_and_without_other_files(folder):
    assert names(folder) == names(f"{folder}/") == ["192.0.2.10_8082", "192.0.2.11_8082"]


def test_a_glob(folder, monkeypatch):
    assert names(folder / "*.pem") == ["192.0.2.11_8082"]
    monkeypatch.chdir(folder.parent)
    assert names("*/*_8082*") == ["192.0.2.10_8082", "192.0.2.11_8082"]


def test_home(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    assert names("~/exported/*.pem") == ["192.0.2.11_8082"]


def test_a_file_whose_name_is_a_pattern_is_that_file(tmp_path):
    (tmp_path / "[2001:db8::7]_443").write_bytes(pem(made(PRIME_SEC)))
    assert names(tmp_path / "[2001:db8::7]_443") == ["[2001:db8::7]_443"]


def test_a_pipe(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, pem(made(PRIME_SEC)))
    os.close(writing)
    (imported,) = read_export_at(f"/dev/fd/{reading}").certificates
    os.close(reading)
    assert imported.written is None


def test_the_time_of_the_file_is_kept(folder):
    os.utime(folder / "192.0.2.10_8082", (1_700_000_000, 1_700_000_000))
    (imported,) = read_export_at(str(folder / "192.0.2.10_8082")).certificates
    assert imported.written == datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.pem", "No such file"),
        ("*.der", "no file with a certificate matches"),
        ("README", "no certificate in it"),
        ("key.pem", "a private key and no certificate"),
        ("below/none/", "No such file"),
        ("a" * 300, "File name too long"),
        ("a\0b", "no such file"),
    ],
)
def test_an_error_names_the_file(folder, name, said):
    with pytest.raises((UnreadableExport, NoCertificate)) as caught:
        read_export_at(f"{folder}/{name}")
    assert str(caught.value).startswith(f"{folder}/{name}".replace("\0", "\\x00").rstrip("/"))
    assert said in str(caught.value)


def test_a_folder_with_nothing_in_it(tmp_path):
    with pytest.raises(NoCertificate, match="no certificate in any file of this folder"):
        read_export_at(str(tmp_path))


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "huge.pem"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UnreadableExport, match=r"huge\.pem: cannot be read: larger than 16 MB"):
        read_export_at(str(path))


def test_of_several_paths_the_faults_are_remarks(folder):
    export = read_exports([str(folder / "missing"), str(folder)])
    assert len(export.certificates) == 2
    assert [remark.startswith(f"{folder}/missing: ") for remark in export.remarks] == [True]


def test_exports_in_archives_are_named_by_their_own_files(tmp_path: Path) -> None:
    member = pem(made("/CN=a", 1))
    with zipfile.ZipFile(tmp_path / "store.zip", "w") as archive:
        archive.writestr("x/192.0.2.20_8082.pem", member)
        archive.writestr("readme.txt", "nothing here")
    (tmp_path / "192.0.2.20_8082.pem.gz").write_bytes(gzip.compress(member))
    for name in ("store.zip", "192.0.2.20_8082.pem.gz"):
        export = read_export_at(str(tmp_path / name))
        assert [certificate.names for certificate in export.certificates] == [
            ("192.0.2.20_8082.pem", "192.0.2.20_8082")
        ]
    (tmp_path / "store.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\0\4")
    with pytest.raises(UnreadableExport, match="7-Zip"):
        read_export_at(str(tmp_path / "store.7z"))
