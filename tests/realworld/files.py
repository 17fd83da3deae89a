"""Logs in the encodings and packings that real programs make: read, or named as not read."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.realworld.trials import LeftOut, Make, Trial, of_makes
from tofutui.workbench.evidence.logs import read_logs

_LINE = (
    "11/23/26 14:02:11.000 ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust "
    "Trust-on-first-use is configure for this connection. Current certificate of the remote host is "
    "different from what was used earlier - CN=J\u00fcrgen, OU=Lab\n"
)
_COUNT = 40
_LOG = "hm-0-0.log"


@dataclass(frozen=True, slots=True)
class _Packed:
    """One command that packs the log, and whether its result is to be read."""

    command: Sequence[str]
    result: str
    is_read: bool = True

    def __call__(self, folder: Path) -> tuple[bool, str]:
        (folder / _LOG).write_text(_LINE * _COUNT)
        with (folder / "out").open("wb") as out:
            subprocess.run(self.command, cwd=folder, check=True, stdout=out, stderr=subprocess.PIPE)
        read = read_logs([str(folder / self.result)], None)
        counts = sum(failure.count for failure in read.digest.failures)
        if self.is_read:
            return counts == _COUNT and not read.remarks, f"read, {counts} of {_COUNT} failures"
        what = read.remarks[0].rpartition(": ")[2] if read.remarks else "not named"
        return bool(read.remarks) and not read.silent, f"not read, named: {what}"


def _shell(command: str, result: str = "out") -> _Packed:
    return _Packed(("sh", "-c", command), result)


_MAKES = (
    Make("gzip", "gzip", "gzip", {
        ".gz": _Packed(("gzip", "-k", _LOG), f"{_LOG}.gz"),
        "two parts": _shell(f"head -n 20 {_LOG} | gzip; tail -n +21 {_LOG} | gzip"),
        ".gz in .gz": _shell(f"gzip -c {_LOG} | gzip"),
    }),
    Make("bzip2", "bzip2", "bzip2", {".bz2": _Packed(("bzip2", "-k", _LOG), f"{_LOG}.bz2")}),
    Make("xz", "xz-utils", "xz", {
        ".xz": _Packed(("xz", "-k", _LOG), f"{_LOG}.xz"),
        ".xz -9e": _shell(f"xz -9e -c {_LOG}"),
        ".lzma": _shell(f"xz --format=lzma -c {_LOG}"),
    }),
    Make("tar", "tar", "tar", {
        kind: _shell(f"tar --format={kind} -c {_LOG}") for kind in ("v7", "ustar", "gnu", "posix")
    } | {
        ".tar.gz": _shell(f"tar -cz {_LOG}"),
        ".tar.xz in .tar.gz": _shell(f"tar -cJf in.tar.xz {_LOG} && tar -cz in.tar.xz"),
    }),
    Make("zip", "zip", "zip", {
        ".zip": _shell(f"zip -q -r a.zip {_LOG}", "a.zip"),
        "to a pipe": _shell(f"zip -q - {_LOG} | cat"),
        "bzip2 inside": _shell(f"zip -q -Z bzip2 a.zip {_LOG}", "a.zip"),
        ".zip in .zip": _shell(f"zip -q in.zip {_LOG} && zip -q a.zip in.zip", "a.zip"),
        "encrypted": _Packed(("zip", "-q", "-P", "x", "a.zip", _LOG), "a.zip", is_read=False),
    }),
    Make("iconv", "libc-bin", "iconv", {
        code: _shell(f"iconv -f UTF-8 -t {code} {_LOG}")
        for code in ("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE", "LATIN1", "CP850")
    }),
    Make("zstd", "zstd", "zstd", {".zst": _Packed(("zstd", "-q", _LOG), f"{_LOG}.zst", is_read=False)}),
    Make("lz4", "lz4", "lz4", {".lz4": _Packed(("lz4", "-q", "-c", _LOG), "out", is_read=False)}),
    Make("7z", "p7zip-full", "7z", {".7z": _Packed(("7z", "a", "a.7z", _LOG), "a.7z", is_read=False)}),
    Make("rar", "rar", "rar", {".rar": _Packed(("rar", "a", "a.rar", _LOG), "a.rar", is_read=False)}),
    Make("compress", "ncompress", "compress", {
        ".Z": _Packed(("compress", "-c", _LOG), "out", is_read=False)
    }),
    Make("cpio", "cpio", "cpio", {
        ".cpio": _Packed(("sh", "-c", f"echo {_LOG} | cpio -o"), "out", is_read=False)
    }),
)  # fmt: skip


def trials() -> Iterator[Trial | LeftOut]:
    """Every program that packs, in each of its forms."""
    return of_makes("files", _MAKES)
