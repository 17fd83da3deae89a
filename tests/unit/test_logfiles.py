"""Logs by path, glob, folder and archive; archives that lie, files that are not files."""

import gzip
import io
import os
import socket
import stat
import tarfile
import threading
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from tofutui.config import archives, logfiles
from tofutui.config.archives import NotRead
from tofutui.config.logfiles import find_logs, open_logs
from tofutui.config.packings import zip as zip_archives
from tofutui.config.passed_over import LOG_NAMES

TEXT = b"11/23/26 14:02:11.123 ERROR [system] [main] one\nand two\n"


def read(path: Path, *others: str) -> dict[str, bytes]:
    """Every log in a file, by its name after the file's; the others in it are named as not read."""
    logs = {}
    for source in open_logs(path):
        assert source.name.startswith(str(path))
        name = source.name.removeprefix(str(path)).removeprefix(": ")
        if name or not others:
            logs[name] = b"".join(source.chunks)
            continue
        with pytest.raises(NotRead, match="not read") as caught:
            list(source.chunks)
        assert caught.value.message.endswith(f"not read: {', '.join(others)}; only {LOG_NAMES} are")
        others = ()
    assert not others
    return logs


def trouble(path: Path) -> str:
    with pytest.raises(NotRead) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def tar_of(path: Path, members: dict[str, bytes], **options: int) -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w", **options) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zip_of(path: Path, members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


BUNDLE = {
    "logs/hm-0-0.log": TEXT,
    "logs/hm-0-1.log.gz": gzip.compress(TEXT * 2),
    "logs/ncs-1-0": TEXT * 3,
    "logs/catalina.LOG.4": TEXT * 4,
    "conf/server.xml": b"<xml/>",
    "dump.bin": bytes(5000),
}
FOUND = {
    "logs/hm-0-0.log": TEXT,
    "logs/hm-0-1.log.gz": TEXT * 2,
    "logs/ncs-1-0": TEXT * 3,
    "logs/catalina.LOG.4": TEXT * 4,
}


@pytest.mark.parametrize("name", ["hm-0-0.log", "a file.txt", "[odd]*.log"])
def test_a_file_is_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(TEXT)
    assert find_logs(path).paths == (path,)
    assert read(path) == {"": TEXT}


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(TEXT), gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:])],
    ids=["one part", "two parts"],
)
@pytest.mark.parametrize("name", ["hm-0-0.log.gz", "hm-0-0.log"])
def test_gzip_is_known_by_its_content_and_may_have_several_parts(
    tmp_path: Path, name: str, packed: bytes
) -> None:
    path = tmp_path / name
    for tail in (b"", bytes(512)):
        path.write_bytes(packed + tail)
        assert read(path) == {"": TEXT}


@pytest.mark.parametrize("text", [b"", b"\n", b"started", b"QUFB\n", b"=\n", b"<\n"])
def test_a_log_of_next_to_nothing_is_read_as_it_is(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "hm-0-0.log").write_bytes(text)
    assert read(tmp_path / "hm-0-0.log") == {"": text}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_saved_by_a_windows_shell_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "saved.log"
    text = "TOFU failed CN=\u8a3c\n" * 40_000
    mark = "" if encoding == "utf-16" else "\ufeff"
    path.write_bytes((mark + text).encode(encoding))
    assert read(path)[""].decode().removeprefix("\ufeff") == text


@pytest.mark.parametrize("name", ["bundle.tar", "bundle.tar.gz", "bundle.tgz", "bundle"])
def test_of_a_tar_archive_what_looks_like_logs_is_read(tmp_path: Path, name: str) -> None:
    assert read(tar_of(tmp_path / name, BUNDLE), "conf/server.xml", "dump.bin") == FOUND


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("name", ["bundle.zip", "bundle"])
def test_of_a_zip_archive_what_looks_like_logs_is_read(tmp_path: Path, name: str, how: int) -> None:
    assert read(zip_of(tmp_path / name, BUNDLE, how), "conf/server.xml", "dump.bin") == FOUND


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("length", [90, 100, 101, 140, 400])
def test_long_names_in_tar_archives_are_whole(tmp_path: Path, kind: int, length: int) -> None:
    name = f"{'d' * (length - 11)}/hm-0-0.log"
    if kind == tarfile.USTAR_FORMAT and length > 150:
        return
    members = {name: TEXT, "hm-0-1.log": TEXT * 2}
    assert read(tar_of(tmp_path / "a.tar", members, format=kind)) == members


def test_large_members_come_in_pieces_and_may_be_left_unread(tmp_path: Path) -> None:
    members = {f"hm-0-{n}.log": bytes([65 + n]) * 700_000 for n in range(4)}
    for path in (tar_of(tmp_path / "a.tgz", members), zip_of(tmp_path / "a.zip", members)):
        seen = [(source.name.rpartition(" ")[2], next(source.chunks)[:1]) for source in open_logs(path)]
        assert seen == [(name, content[:1]) for name, content in members.items()]


def linked(path: Path, links: dict[str, tuple[bytes, str]]) -> Path:
    """An archive with a log and with links: a tar, or a zip as Unix makes it."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, (_, target) in links.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(info, target)
            archive.writestr("hm-dir.log/", "")
            archive.writestr("var/hm-0-0.log", TEXT)
        return path
    with tarfile.open(path, "w") as tar:
        for name, (kind, target) in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
        info = tarfile.TarInfo("var/hm-0-0.log")
        info.size = len(TEXT)
        tar.addfile(info, io.BytesIO(TEXT))
    return path


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_links_in_archives_are_not_followed_and_named(tmp_path: Path, name: str) -> None:
    links = {
        "var/hm-link.log": (tarfile.SYMTYPE, "/etc/passwd"),
        "var/hm-up.log": (tarfile.SYMTYPE, "../../x.log"),
        "other": (tarfile.SYMTYPE, "var/messages"),
        "var/latest.log": (tarfile.SYMTYPE, "hm-0-0.log"),
    }
    if name == "a.tar":
        links |= {
            "var/hm-hard.log": (tarfile.LNKTYPE, "var/old"),
            "h.log": (tarfile.LNKTYPE, "var/hm-0-0.log"),
        }
    log, rest = open_logs(linked(tmp_path / name, links))
    assert b"".join(log.chunks) == TEXT
    with pytest.raises(NotRead) as caught:
        list(rest.chunks)
    remark = str(caught.value)
    assert "var/hm-link.log (a link to /etc/passwd)" in remark
    assert "var/hm-up.log (a link to ../x.log)" in remark
    assert "other (a link to var/messages)" in remark
    assert ("var/hm-hard.log (a link to var/old)" in remark) == (name == "a.tar")
    assert ("latest.log" in remark, " h.log" in remark) == (False, False)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_devices_and_folders_in_archives_are_passed_over(tmp_path: Path) -> None:
    kinds = (tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    path = linked(tmp_path / "a.tar", {f"hm-{kind.decode()}.log": (kind, "") for kind in kinds})
    assert read(path) == {"var/hm-0-0.log": TEXT}


def test_a_folder_gives_its_logs_at_any_depth_each_once(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("hm-0-0.log", "a/ncs-0-0.log.gz", "a/b/x.log.1", "readme.txt", "a/dump.bin"):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "a" / "latest.log").symlink_to(tmp_path / "hm-0-0.log")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "hm-gone.log").symlink_to("nowhere")
    os.mkfifo(tmp_path / "hm-pipe.log")
    wanted = ("a/b/x.log.1", "a/ncs-0-0.log.gz", "hm-0-0.log")
    logs = find_logs(tmp_path)
    assert logs.paths == tuple(tmp_path / name for name in wanted)
    assert sorted(logs.remarks) == [
        f"{tmp_path}/hm-gone.log: not a file, not read",
        f"{tmp_path}/hm-pipe.log: not a file, not read",
        f"{tmp_path}: 2 files not read: readme.txt, a/dump.bin; only hm-*, ncs-*, *.log* are",
    ]
    assert find_logs(f"{tmp_path}/").paths == find_logs(tmp_path).paths


def test_globs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logs" / "old").mkdir(parents=True)
    for name in ("hm-0-0.log", "hm-0-1.log", "old/hm-0-2.log", "other"):
        (tmp_path / "logs" / name).write_bytes(TEXT)

    def names(pattern: str) -> list[str]:
        return [path.name for path in find_logs(pattern).paths]

    assert names(f"{tmp_path}/logs/hm-*.log") == ["hm-0-0.log", "hm-0-1.log"]
    assert names(f"{tmp_path}/**/hm-*.log") == ["hm-0-0.log", "hm-0-1.log", "hm-0-2.log"]
    assert names(f"{tmp_path}/logs/*") == ["hm-0-0.log", "hm-0-1.log", "other"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names("~/logs/hm-?-[01].log") == ["hm-0-0.log", "hm-0-1.log"]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("none.log", "no such file"),
        ("*.none", "no file matches"),
        ("empty", "no log in this folder"),
        ("file/inside", "no such file"),
        ("x" * 300, "name too long"),
    ],
)
def test_names_behind_which_nothing_is(tmp_path: Path, name: str, word: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(NotRead) as caught:
        find_logs(tmp_path / name)
    assert word in str(caught.value).lower()
    assert str(tmp_path / name) in str(caught.value)


def test_a_folder_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfiles, "MOST_FILES", 3)
    for number in range(5):
        (tmp_path / f"hm-0-{number}.log").touch()
    for name in (tmp_path, tmp_path / "*.log"):
        with pytest.raises(NotRead, match="more than 3 files"):
            find_logs(name)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert "cannot be read" in trouble(tmp_path / "s")
    assert "not a file" in trouble(Path("/dev/zero"))
    assert "cannot be read" in trouble(tmp_path)
    assert "No such file" in trouble(tmp_path / "gone")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(gzip.compress(TEXT * 50_000),))
    writer.start()
    # without a writer a pipe is at its end; the writer waits for us, so that it comes in the meantime
    got = b""
    while not got:
        got = read(path)[""]
    writer.join()
    assert got == TEXT * 50_000


def test_a_pipe_that_says_nothing_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfiles, "_PIPE_SECONDS", 0.05)
    os.mkfifo(tmp_path / "pipe")
    holder = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        assert "nothing came out" in trouble(tmp_path / "pipe")
    finally:
        os.close(holder)


def taken(path: Path) -> tuple[bytes, str]:
    """What came before the trouble, and the trouble."""
    got = b""

    def take() -> None:
        nonlocal got
        for source in open_logs(path):
            for chunk in source.chunks:
                got += chunk

    with pytest.raises(NotRead) as caught:
        take()
    assert str(path) in str(caught.value)
    return got, str(caught.value)


def test_what_comes_before_damage_counts(tmp_path: Path) -> None:
    text = b"".join(b"%d line\n" % n for n in range(200_000))
    packed = gzip.compress(text)
    for name, content, word in (
        ("cut.gz", packed[: len(packed) // 2], "cut off"),
        ("sum.gz", packed[:-8] + bytes(8), "damaged"),
        ("head.gz", packed[:5], "cut off"),
    ):
        (tmp_path / name).write_bytes(content)
        got, said = taken(tmp_path / name)
        assert word in said
        assert text.startswith(got)
        assert got or name == "head.gz"
    half = len(packed) // 2
    (tmp_path / "broken.gz").write_bytes(packed[:half] + bytes(2000) + packed[half + 2000 :])
    got, said = taken(tmp_path / "broken.gz")
    assert "damaged" in said
    assert got[:1000] == text[:1000]


def test_a_damaged_archive_gives_what_comes_before(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "a.tar", {"hm-0-0.log": TEXT, "hm-0-1.log": TEXT})
    whole = path.read_bytes()
    for content in (whole[:1300], whole[:1024] + b"\xff" * 600 + whole[1624:]):
        path.write_bytes(content)
        got, said = taken(path)
        assert "damaged or cut off" in said
        assert got.startswith(TEXT)
    path = zip_of(tmp_path / "a.zip", {"hm-0-0.log": TEXT, "hm-0-1.log": TEXT * 2}, zipfile.ZIP_STORED)
    content = path.read_bytes()
    path.write_bytes(
        content.replace(TEXT * 2, TEXT * 2, 1)[: content.index(TEXT * 2)]
        + b"?"
        + content[content.index(TEXT * 2) + 1 :]
    )
    assert "hm-0-1.log: damaged" in taken(path)[1]
    path.write_bytes(content[:-30])
    assert "damaged zip" in taken(path)[1]
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    assert "damaged zip" in taken(path)[1]


def test_one_bad_member_does_not_hide_the_others(tmp_path: Path) -> None:
    bad = gzip.compress(TEXT * 100)[:40]
    for path in (
        tar_of(tmp_path / "a.tgz", {"hm-0-0.log.gz": bad, "hm-0-1.log": TEXT}),
        zip_of(tmp_path / "a.zip", {"hm-0-0.log.gz": bad, "hm-0-1.log": TEXT}),
    ):
        sources = open_logs(path)
        first = next(sources)
        with pytest.raises(NotRead, match=r"hm-0-0\.log\.gz: the gzip data are cut off"):
            list(first.chunks)
        assert b"".join(next(sources).chunks) == TEXT


def test_zip_members_that_are_not_read_say_why(tmp_path: Path) -> None:
    assert "LZMA" in taken(zip_of(tmp_path / "a.zip", {"hm-0-0.log": TEXT}, zipfile.ZIP_LZMA))[1]
    path = zip_of(tmp_path / "secret.zip", {"hm-0-0.log": TEXT})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "encrypted" in taken(path)[1]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """A budget that is soon spent."""
    monkeypatch.setattr(archives, "FREE", 4 * 1024 * 1024)
    return 4 * 1024 * 1024


def bombs(folder: Path) -> list[Path]:
    zeros = b"0" * 40_000_000
    packed = gzip.compress(zeros)
    twice = gzip.compress(packed * 20)
    made = {"a.gz": packed, "hm-0-0.log": packed}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [
        *(folder / name for name in made),
        zip_of(folder / "b.zip", {"hm-0-0.log": zeros}),
        zip_of(folder / "c.zip", {"hm-0-0.log.gz": packed}),
        tar_of(folder / "d.tgz", {"hm-0-0.log": zeros}),
        tar_of(folder / "e.tgz", {"not-read.bin": zeros}),
        tar_of(folder / "f.tgz", {"hm-0-0.log.gz": gzip.compress(zeros)}),
        tar_of(folder / "g.tar", {"hm-0-0.log.gz": packed}),
        tar_of(folder / "h.tgz", {f"hm-0-{n}.log.gz": twice for n in range(3)}),
    ]


def test_bombs_are_not_unpacked_to_their_end_and_take_little_memory(tmp_path: Path, small: int) -> None:
    paths = list(bombs(tmp_path))
    for path in paths:
        with suppress(NotRead):
            next(iter(next(iter(open_logs(path))).chunks))  # what reading it needs is imported
    for path in paths:
        most = max(small, archives.MOST_TIMES * path.stat().st_size)
        got, said = 0, ""
        tracemalloc.start()
        try:
            for source in open_logs(path):
                try:
                    got += sum(len(chunk) for chunk in source.chunks)
                except NotRead as error:
                    said = str(error)
        except NotRead as error:
            said = str(error)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "unpacks to more than" in said, path.name
        assert got <= most + 2 * archives.CHUNK
        assert peak < 12 * 1024 * 1024


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    """A tar header with the right sum, whatever it claims."""
    block = bytearray(512)
    block[: len(name)], block[124 : 124 + len(size)], block[156:157] = name, size, kind
    block[257:263], block[148:156] = b"ustar\0", b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    "content",
    [
        header(b"hm-0-0.log", b"77777777777\0"),
        header(b"hm-0-0.log", b"\x80" + b"\xff" * 11),
        header(b"hm-0-0.log", b"\xff" * 12),
        header(b"hm-0-0.log", b"-0000000001\0"),
        header(b"hm-0-0.log", b"zzz"),
        header(b"x", b"77777777777\0", b"x"),
        header(b"x", b"77777777777\0", b"L"),
        header(b"x", b"77777777777\0", b"g"),
        header(b"x", b"00000000010\0", b"x") + b"9 path=\n\0".ljust(512, b"\0"),
        header(b"hm-0-0.log", b"00000000010\0", b"S"),
        b"\xff" * 512,
        b"ustar" * 300,
    ],
)
def test_tar_headers_that_lie_end_the_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(content + b"a" * 700)
    tracemalloc.start()
    assert "damaged or cut off" in taken(path)[1]
    assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    tracemalloc.stop()


def test_an_archive_of_countless_members_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 10)
    path = tar_of(tmp_path / "a.tar", {f"hm-0-{n}.log": b"" for n in range(20)})
    assert "more than 10 members" in taken(path)[1]
    path = zip_of(tmp_path / "a.zip", {f"hm-0-{n}.log": b"" for n in range(20)})
    assert "more than 10 members" in taken(path)[1]


def test_a_zip_with_a_huge_table_of_contents_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archives, "DIRECTORY", 1000)
    path = zip_of(tmp_path / "a.zip", {f"hm-0-{n}.log": b"" for n in range(20)})
    assert "table of contents" in taken(path)[1]


def test_an_archive_without_logs_has_none(tmp_path: Path) -> None:
    assert read(tar_of(tmp_path / "a.tgz", {"x.xml": TEXT}), "x.xml") == {}
    assert read(zip_of(tmp_path / "a.zip", {})) == {}
