"""Files of exported certificates: one file, a folder of them, or a glob."""

import glob
import re
import stat
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tofutui.config.archives import NotRead, contents
from tofutui.system.files import read_given
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import safe
from tofutui.tofu.exports.reading import Export, NoCertificate, read_export

LARGEST = 16 * 1024 * 1024
"""Bytes of one file; Java's own trust store with 150 certificates prints 300 kB."""
MOST_FILES = 2_000
_PACKED = re.compile(r"\.(?:gz|bz2|xz|lzma)\Z", re.IGNORECASE)
_PIPE_SECONDS = 10.0
"""How long a pipe of the shell may say nothing."""


class UnreadableExport(TofutuiError):
    """A file, folder or glob that cannot be read; the message names it."""


def read_exports(paths: Iterable[str]) -> Export:
    """All certificates that the paths name; see `read_export_at`. Faults become remarks."""
    exports: list[Export] = []
    for path in paths:
        try:
            exports.append(read_export_at(path))
        except (UnreadableExport, NoCertificate) as error:
            exports.append(Export((), (str(error),)))
    return _joined(exports)


def read_export_at(path: str) -> Export:
    """The certificates in a file, in every file of a folder (not of those below), or in what a glob fits.

    In a folder and under a glob a file without a certificate is passed over, if another one has some.

    Raises:
        UnreadableExport: nothing is there, it cannot be read, or it is too large.
        NoCertificate: no certificate is in it.
    """
    place = _expanded(path)
    try:
        if place.is_dir():
            files = sorted(file for file in place.iterdir() if _is_listed(file))
            return _read_all(files, f"{safe(path)}: no certificate in any file of this folder")
        if not place.exists() and glob.has_magic(str(place)):
            names = glob.iglob(str(place))  # noqa: PTH207 - Path.glob takes no absolute pattern
            files = sorted(Path(name) for name in names if Path(name).is_file())
            return _read_all(files, f"{safe(path)}: no file with a certificate matches")
    except OSError as error:
        raise UnreadableExport(f"{safe(path)}: cannot be read: {error.strerror or error}") from error
    return _read(place)


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UnreadableExport(f"{safe(path)}: no such home folder") from error


def _is_listed(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def _read_all(files: list[Path], nothing: str) -> Export:
    if len(files) > MOST_FILES:
        raise UnreadableExport(f"{safe(str(files[0].parent))}: more than {MOST_FILES:,} files")
    exports: list[Export] = []
    for file in files:
        try:
            exports.append(_read(file))
        except NoCertificate:
            continue
        except UnreadableExport as error:
            exports.append(Export((), (str(error),)))
    export = _joined(exports)
    if not export.certificates:
        raise NoCertificate(export.remarks[0] if export.remarks else nothing)
    return export


def _read(file: Path) -> Export:
    try:
        status = file.stat()
        data = read_given(file, most=LARGEST, seconds=_PIPE_SECONDS)
    except OSError as error:
        raise UnreadableExport(f"{safe(str(file))}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the path
        raise UnreadableExport(f"{safe(str(file))}: no such file") from error
    written = datetime.fromtimestamp(status.st_mtime, UTC) if stat.S_ISREG(status.st_mode) else None
    return _unpacked(file, data, written)


def _unpacked(file: Path, data: bytes, written: datetime | None) -> Export:
    """The certificates of every file in a packed one; what is not read of it becomes a remark."""
    exports: list[Export] = []
    trouble: TofutuiError | None = None
    try:
        for source, content in contents(file, data):
            name = _PACKED.sub("", source.replace(": ", "/").rpartition("/")[2])
            try:
                exports.append(read_export(content, source=source, name=name, at=written))
            except NoCertificate as error:
                trouble = trouble or error
    except NotRead as error:
        trouble = UnreadableExport(str(error))
        exports += [Export((), (str(error),))] if exports else []
    if not exports and trouble is not None:
        raise trouble
    return _joined(exports)


def _joined(exports: list[Export]) -> Export:
    return Export(
        tuple(certificate for export in exports for certificate in export.certificates),
        tuple(remark for export in exports for remark in export.remarks),
    )
