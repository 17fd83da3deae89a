"""Packed logs of every kind: read, read up to their damage, or named as not read."""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.test_logfiles import TEXT, taken, tar_of, zip_of
from tofutui.config import archives
from tofutui.workbench.evidence.logs import read_logs

LINE = (
    b"11/23/26 14:02:11.000 ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust "
    b"Trust-on-first-use is configure for this connection. Current certificate of the remote host is "
    b"different from what was used earlier - CN=kong\n"
)
Pack = Callable[[bytes], bytes]


def tarred(content: bytes, name: str = "var/hm-0-0.log") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return held.getvalue()


def zipped(content: bytes, name: str = "var/hm-0-0.log") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


def old_tar(content: bytes) -> bytes:
    """As tar wrote it before POSIX: no magic in the header."""
    made = tarred(content)
    block = bytearray(made[:512])
    block[257:265], block[148:156] = bytes(8), b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + made[512:]


def alone(content: bytes) -> bytes:
    return lzma.compress(content, lzma.FORMAT_ALONE)


def streamed_zip(content: bytes) -> bytes:
    """As `zip -` writes it to a pipe: sizes and checksum follow the content."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    held = Pipe()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("hm-0-0.log", "w") as file:
        file.write(content)
    return held.getvalue()


PACKED: dict[str, Pack] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": alone,
    "two xz": lambda text: lzma.compress(text[:50]) + bytes(8) + lzma.compress(text[50:]),
    "two bz2": lambda text: bz2.compress(text[:50]) + bz2.compress(text[50:]),
    "gz in gz": lambda text: gzip.compress(gzip.compress(text)),
    "xz in gz": lambda text: gzip.compress(lzma.compress(text)),
    "tar.bz2": lambda text: bz2.compress(tarred(text)),
    "tar.xz": lambda text: lzma.compress(tarred(text)),
    "bz2 in tar": lambda text: tarred(bz2.compress(text)),
    "tar.gz in tar.gz": lambda text: gzip.compress(tarred(gzip.compress(tarred(text)), "inner.tar.gz")),
    "zip in tar": lambda text: tarred(zipped(text), "support.zip"),
    "tar.bz2 in zip": lambda text: zipped(bz2.compress(tarred(text)), "node-a.tbz2"),
    "zip in zip in zip": lambda text: zipped(zipped(zipped(text), "b.zip"), "a.zip"),
    "streamed zip": streamed_zip,
    "zip in gz": lambda text: gzip.compress(zipped(text)),
    "cut zip": lambda text: zipped(text)[:-40],
    "cut streamed zip": lambda text: streamed_zip(text)[:-40],
    "old tar": old_tar,
}


@pytest.mark.parametrize("kind", PACKED)
def test_a_failure_is_read_out_of_every_packing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "support.bin"
    path.write_bytes(PACKED[kind](LINE * 3))
    read = read_logs([str(path)], None)
    assert [failure.count for failure in read.digest.failures] == [3]
    assert bool(read.remarks) == kind.startswith("cut")
    assert not read.silent


def spoilt(packed: bytes, at: int) -> bytes:
    return packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :]


def random_lines() -> bytes:
    return b"".join(b"%d line %d\n" % (n * n * 7919 % 10_007, n) for n in range(3_000))


DAMAGED = {
    "gz checksum": lambda text: spoilt(gzip.compress(text), -7),
    "gz length": lambda text: spoilt(gzip.compress(text), -1),
    "gz cut": lambda text: gzip.compress(text)[:-9],
    "gz in the middle": lambda text: spoilt(gzip.compress(text + random_lines()), -4000),
    "bz2 checksum": lambda text: spoilt(bz2.compress(text), 10),
    "xz checksum": lambda text: spoilt(lzma.compress(text), -34),
    "xz cut": lambda text: lzma.compress(text + random_lines())[:-3000],
    "zip checksum": lambda text: spoilt(zipped(text), zipped(text).index(b"PK\x01\x02") + 16),
    "tar.gz checksum": lambda text: spoilt(gzip.compress(tarred(text)), -7),
    "gz with more behind": lambda text: gzip.compress(text) + b"more than this",
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_comes_before_a_damage_is_used_and_the_damage_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "hm-0-0.log.packed"
    path.write_bytes(DAMAGED[kind](LINE * 3))
    read = read_logs([str(path)], None)
    assert [failure.count for failure in read.digest.failures] == [3]
    assert len(read.remarks) == 1
    assert str(path) in read.remarks[0]
    assert not read.silent


NOT_READ = {
    "Zstandard": b"\x28\xb5\x2f\xfd\x04\x58",
    ".Z": b"\x1f\x9d\x90",
    "7-Zip": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "RAR": b"Rar!\x1a\x07\x01\x00",
    "LZ4": b"\x04\x22\x4d\x18\x64",
    "lzip": b"LZIP\x01",
    "cpio": b"070701",
    "cabinet": b"MSCF\0\0\0\0",
    "systemd journal": b"LPKSHHRH",
    "PDF": b"%PDF-1.7\n",
    "uuencoded data": b"begin 644 hm-0-0.log\nM,3$O\n",
    "binary data of an unknown kind": bytes(range(256)),
}


@pytest.mark.parametrize("kind", NOT_READ)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, tarred], ids=["itself", "in gz", "in tar"])
def test_what_is_not_read_is_named_with_its_place(tmp_path: Path, kind: str, pack: Pack) -> None:
    path = tmp_path / "hm-0-0.log"
    path.write_bytes(pack(NOT_READ[kind] + bytes(range(256)) * 4))
    read = read_logs([str(path)], None)
    assert len(read.remarks) == 1
    assert read.remarks[0].startswith(f"{path}: ")
    assert kind in read.remarks[0]
    assert ("var/hm-0-0.log" in read.remarks[0]) == (pack is tarred)
    assert not read.silent


@pytest.mark.parametrize(
    ("first", "cure"),
    [
        (NOT_READ["7-Zip"], "unpack it first"),
        (NOT_READ["uuencoded data"], "unpack it first"),
        (NOT_READ["PDF"], "save its text as plain text"),
        (b"{\\rtf1\\ansi", "save its text as plain text"),
        (NOT_READ["binary data of an unknown kind"], "save its text as plain text"),
        (b"Salted__12345678", "decrypt it first"),
    ],
)
def test_the_cure_fits_the_kind(tmp_path: Path, first: bytes, cure: str) -> None:
    packed = tarred(first + bytes(range(256)))
    with pytest.raises(archives.NotRead) as caught:
        list(archives.contents(tmp_path / "prime-pri.tar", packed))
    assert caught.value.hint == cure


def test_an_archive_that_is_not_read_does_not_hide_the_logs_beside_it(tmp_path: Path) -> None:
    members = {"a.7z": NOT_READ["7-Zip"], "b.zip": b"PK\x03\x04", "notes.txt": b"x", "hm-0-0.log": LINE}
    for path in (tar_of(tmp_path / "a.tgz", members), zip_of(tmp_path / "a.zip", members)):
        read = read_logs([str(path)], None)
        assert [failure.count for failure in read.digest.failures] == [1]
        assert len(read.remarks) == 3, read.remarks


def sparse(content: bytes) -> bytes:
    """As `tar -S` wrote a file with holes."""
    block = bytearray(tarred(content)[:512])
    block[156:157], block[148:156] = b"S", b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + tarred(content)[512:]


NOT_LOGS: dict[str, Pack] = {
    "var/log/messages": lambda text: tarred(text, "var/log/messages"),
    "prime-pri.txt": lambda text: zipped(text, "prime-pri.txt"),
    "old/messages.1.gz": lambda text: gzip.compress(tarred(gzip.compress(text), "old/messages.1.gz")),
    "journal": lambda text: zipped(tarred(text, "journal"), "inner.tar"),
    "\\u202egol.mh": lambda text: zipped(text, "\u202egol.mh"),
    "in.zip": lambda text: tarred(text, "in.zip"),
    "hm-0-0.log (with holes)": sparse,
}


@pytest.mark.parametrize("named", NOT_LOGS)
def test_a_failure_in_a_file_of_another_name_is_never_called_silence(tmp_path: Path, named: str) -> None:
    path = tmp_path / "support.bin"
    path.write_bytes(NOT_LOGS[named](LINE))
    read = read_logs([str(path)], None)
    assert not read.digest.failures
    assert not read.silent
    assert [named in remark and "not read" in remark for remark in read.remarks] == [True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LINE.replace(b" - CN", b"&nbsp;-&nbsp;CN") * 2, '"TOFU failed" 2 times, but no name'),
        (LINE[:90], '"TOFU failed" once, but no name'),
        (LINE.replace(b"different", b"verschieden"), '"TOFU failed" once, but no name'),
        (LINE.decode().encode("cp037") * 3, "binary data of an unknown kind, not read"),
        (LINE.decode().encode("cp500") * 3, "binary data of an unknown kind, not read"),
    ],
)
def test_a_log_that_speaks_of_failures_in_another_way_is_not_called_silent(
    tmp_path: Path, text: bytes, said: str
) -> None:
    path = tmp_path / "hm-0-0.log"
    path.write_bytes(text)
    read = read_logs([str(path)], None)
    assert not read.digest.failures
    assert said in read.remarks[0]
    assert not read.silent


def test_of_many_other_names_the_first_are_named_and_all_are_counted(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"hm-0-0.log": TEXT, **{f"etc/{n}.conf": b"x" for n in range(5_000)}})
    (remark,) = read_logs([str(path)], None).remarks
    assert "5,000 files not read" in remark
    assert "etc/3.conf, etc/4.conf and 4,995 more" in remark


@pytest.mark.parametrize("name", ["__MACOSX/var/._hm-0-0.log", "._hm-0-0.log", "var/.DS_Store", "Thumbs.db"])
def test_what_a_desktop_adds_to_an_archive_is_not_taken_for_a_part_of_it(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "a.zip", {"hm-0-0.log": LINE, name: b"\0\5\x16\7" + bytes(200)})
    read = read_logs([str(path)], None)
    assert [failure.count for failure in read.digest.failures] == [1]
    assert not read.remarks
    assert len(list(archives.contents(path, path.read_bytes()))) == 1


def test_packings_one_in_another_are_read_to_a_depth(tmp_path: Path) -> None:
    packed = LINE
    for _ in range(archives.MOST_NESTED):
        packed = gzip.compress(packed)
    path = tmp_path / "hm.log"
    path.write_bytes(packed)
    assert not read_logs([str(path)], None).remarks
    path.write_bytes(gzip.compress(packed))
    assert "nested more than" in read_logs([str(path)], None).remarks[0]


def test_a_zip_inside_another_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_IN_MEMORY", 50)
    path = tmp_path / "a.tar"
    path.write_bytes(tarred(zipped(TEXT), "a.zip"))
    assert "inside another file" in taken(path)[1]


@pytest.mark.parametrize("kind", [kind for kind in PACKED if not kind.startswith("cut")])
def test_transcripts_and_exports_are_read_out_of_every_packing_too(tmp_path: Path, kind: str) -> None:
    (text,) = [content for _, content in archives.contents(tmp_path / "t.bin", PACKED[kind](LINE * 3))]
    assert text == LINE * 3


@pytest.mark.parametrize("kind", [kind for kind in NOT_READ if "unknown" not in kind])
def test_a_transcript_or_an_export_that_is_not_read_is_named(tmp_path: Path, kind: str) -> None:
    with pytest.raises(archives.NotRead, match=re.escape(kind)):
        list(archives.contents(tmp_path / "t.bin", NOT_READ[kind] + bytes(range(256)) * 4))


def test_what_is_not_packed_is_given_as_it_is(tmp_path: Path) -> None:
    for data in (
        b"",
        LINE,
        bytes(range(256)),
        b"\x30\x82\x01\x00" + bytes(40),
        LINE.decode().encode("utf-16"),
    ):
        assert list(archives.contents(tmp_path / "t", data)) == [(str(tmp_path / "t"), data)]
