"""Files that a user names are looked at before they are opened, and never waited for."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.odd_files import ODD
from tofutui.config.export_files import UnreadableExport, read_export_at
from tofutui.config.keymap_file import read_keys
from tofutui.config.sessions import read_sessions
from tofutui.system.files import UnusableFile, lines_of, read_given, read_regular

MOST = 1 << 20


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    make, word = ODD[request.param]
    make(tmp_path / "it.toml")
    return tmp_path / "it.toml", word


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "read",
    [
        lambda path: read_regular(path, most=MOST),
        lambda path: read_given(path, most=MOST, seconds=0.1),
        lambda path: list(lines_of(path, most=MOST, longest=100)),
    ],
)
def test_what_is_not_a_file_is_refused_at_once(odd: tuple[Path, str], read: Callable[[Path], object]) -> None:
    path, word = odd
    with pytest.raises(UnusableFile) as caught:
        read(path)
    assert word in str(caught.value.strerror)
    assert caught.value.filename == str(path)


@pytest.mark.timeout(20)
def test_keys_exports_and_sessions_name_the_path_and_what_it_is(odd: tuple[Path, str]) -> None:
    path, word = odd
    (said,) = read_keys(path).errors
    with pytest.raises(UnreadableExport) as caught:
        read_export_at(str(path))
    reports = [said, str(caught.value), *read_sessions(path).errors]
    assert len(reports) == 3
    assert all(str(path) in report and word in report for report in reports), reports


def test_the_null_device_is_an_empty_file() -> None:
    assert read_regular(Path(os.devnull), most=MOST) == b""


def test_a_file_that_grows_while_it_is_read_stays_bounded() -> None:
    with pytest.raises(UnusableFile, match="larger than"):
        read_regular(Path("/proc/self/environ"), most=1)


@pytest.mark.parametrize("text", [b"a\nb\n", b"a\nb", b"a\n" + b"x" * 5000 + b"\nb"])
def test_lines_come_without_their_ends_and_those_too_long_are_left_out(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "f").write_bytes(text)
    assert list(lines_of(tmp_path / "f", most=MOST, longest=1000)) == [b"a", b"b"]


def test_a_pipe_of_the_shell_is_read_and_waited_for_only_so_long() -> None:
    reading, writing = os.pipe()
    writer = threading.Timer(0.05, lambda: (os.write(writing, b"late"), os.close(writing)))
    writer.start()
    assert read_given(Path(f"/dev/fd/{reading}"), most=MOST, seconds=5) == b"late"
    writer.join()
    os.close(reading)
    silent, held = os.pipe()
    with pytest.raises(UnusableFile, match="nothing came out"):
        read_given(Path(f"/dev/fd/{silent}"), most=MOST, seconds=0.05)
    os.close(silent)
    os.close(held)
