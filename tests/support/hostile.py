"""Every place where foreign bytes come in, as functions: bytes in, one word about what they gave out.

Each lets only the declared errors pass for a refusal, and checks what would leave the program: no control
byte, no command built from anything but a plain key, and nothing typed to a node but the known answers.
"""

import asyncio
import atexit
import io
import re
import shutil
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tests.support.fake_bench import entry as canned_entry
from tests.support.fake_bench import session as canned_session
from tests.support.virtual_time import VirtualLoop
from tofutui.appliance.cli.command_output import Order
from tofutui.appliance.cli.shell import Shell
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.questions import NoAsker
from tofutui.appliance.ssh.hello import read_hello
from tofutui.config.keymap_file import read_keys
from tofutui.config.sessions import read_sessions
from tofutui.config.themes import load_themes
from tofutui.report import render
from tofutui.tls.health_monitor_page import version_on
from tofutui.tls.sniffer import Sniffer
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import decode, encode, safe, safe_lines
from tofutui.tofu.certificates.certificate import Certificate, read_certificate
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.grammar import Command
from tofutui.tofu.cli_output.listing import Listing, ListingReader
from tofutui.tofu.cli_output.status import parse_clock, parse_ha_status, parse_version
from tofutui.tofu.cli_output.transcript import read_transcript, recording_of
from tofutui.tofu.exports.reading import read_export
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Judgement, Verdict
from tofutui.tofu.logs.failures import LogReader
from tofutui.tofu.names.der import from_der
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import compare
from tofutui.tofu.names.render import renderings
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.endpoint import DELETE_COMMAND, is_plain_key, parse_endpoint, split_key
from tofutui.tofu.site.session import NodeSettings, Role
from tofutui.ui.terminal.clipboard import encoded
from tofutui.ui.text.spans import line
from tofutui.ui.theme.styles import Palette
from tofutui.workbench.evidence.logs import read_logs
from tofutui.workbench.table import Table

NOW = datetime(2026, 11, 23, 14, 2, 38, tzinfo=UTC)
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COMMAND = re.compile(
    r"ncs certvalidation tofu-certs deletecert host [A-Za-z0-9\[:][A-Za-z0-9._:%\[\]-]{0,253}_[0-9]{1,5}"
)


def clean(text: str) -> str:
    """Text that leaves the program as several lines."""
    control = CONTROL.search(text)
    assert control is None, f"{control[0]!a} leaves the program"
    return text


@cache
def palette() -> Palette:
    return Palette(next(iter(load_themes(Path("/nonexistent")).themes.values())))


def painted(text: str) -> None:
    """On the screen, and in the clipboard."""
    for segment in palette().strip(line(text), 40):
        clean(segment.text)
        assert "\n" not in segment.text
    assert re.fullmatch(r"[A-Za-z0-9+/=]*", encoded(text))


def _entries(listing: Listing) -> list[Entry]:
    view = NodeView(role=Role.PRIMARY, host="192.0.2.10", shown_address="192.0.2.10", phase=Phase.LISTED)
    table = Table(canned_session(Role.PRIMARY), Role.PRIMARY, view)
    return [table.take(row) for row in listing.rows[:50]]


def reported(entries: list[Entry]) -> None:
    """In every form of the report."""
    view = NodeView(role=Role.PRIMARY, host="192.0.2.10", shown_address="192.0.2.10", phase=Phase.LISTED)
    view.entries.update({entry.id: entry for entry in entries})
    comparison = Comparison(
        session=canned_session(Role.PRIMARY), nodes={Role.PRIMARY: view}, seen_from="jump01", taken_at=NOW
    )
    for form in ("text", "json", "markdown"):
        clean(render(comparison, form, "0"))
    for entry in entries:
        painted(entry.raw)
        if entry.delete_command is not None:
            assert COMMAND.fullmatch(entry.delete_command), entry.delete_command


def listing(data: bytes) -> str:
    text = decode(data)
    reader = ListingReader()
    half = len(text) // 2
    reader.feed(text[:half])
    reader.feed(text[half:])
    listing = reader.finish(prompt_returned=True)
    reported(_entries(listing))
    for problem in listing.problems:
        clean(problem)
    unreadable = sum(1 for row in listing.rows if not row.is_readable)
    commands = sum(1 for row in listing.rows if row.key and is_plain_key(row.key) and not row.doubled)
    words = f"{len(listing.rows)} rows, {unreadable} unreadable, {commands} deletable"
    return words + (", complete" if listing.complete else ", not complete")


def key(data: bytes) -> str:
    text = decode(data)
    if is_plain_key(text):
        assert COMMAND.fullmatch(DELETE_COMMAND + text)
        return "plain"
    endpoint = split_key(text)
    return "no command, an endpoint" if endpoint else "no command, no endpoint"


def name(data: bytes) -> str:
    text = decode(data)
    read = readings(text)
    ours = presented_name()
    relation = compare(text, ours).relation
    for reading in read:
        painted(str(reading))
        compare(text, reading)
    return f"{len(read)} readings, {relation}"


@cache
def presented_name() -> DistinguishedName:
    return readings("/C=US/O=Cisco Systems/CN=prime-pri")[0]


def name_der(data: bytes) -> str:
    name = from_der(data)
    forms = renderings(name)
    for form in forms[:4]:
        painted(form)
        compare(form, name)
    return "a name"


def certificate(data: bytes) -> str:
    certificate = read_certificate(data)
    reported([_with(certificate)])
    return "read" if not certificate.unread else f"read without {', '.join(certificate.unread)}"


def _with(leaf: Certificate) -> Entry:
    shown = Presented(status=Status.OK, at=NOW, handshake=True, certificate=leaf, seen_from="jump01")
    names = compare("/CN=prime-pri", leaf.subject)
    plain = canned_entry(Role.PRIMARY, "192.0.2.11_8082", Verdict.MISMATCH)
    judgement = Judgement(Verdict.MISMATCH, names.reasons)
    return replace(plain, presented=shown, names=names, judgement=judgement)


def log(data: bytes) -> str:
    reader = LogReader(NOW.replace(tzinfo=None))
    for at in range(0, len(data), 4096):
        reader.feed(data[at : at + 4096])
    digest = reader.finish()
    for failure in digest.failures:
        painted(failure.name)
    return f"{len(digest.failures)} failures, {len(digest.other)} other causes"


def transcript(data: bytes) -> str:
    transcript = read_transcript(data)
    hosts = sorted({answer.host for answer in transcript.answers if answer.host})
    rows = 0
    for host in hosts[:5]:
        recording = recording_of(transcript, host, "file")
        for notice in recording.notices:
            painted(notice)
        rows += sum(len(answer.listing().rows) for answer in transcript.of(host, Command.LISTCERTS))
    return f"{len(hosts)} hosts, {rows} rows"


def export(data: bytes) -> str:
    export = read_export(data, source="x.pem", name="x.pem", at=NOW)
    for remark in export.remarks:
        clean(remark)
    return f"{len(export.certificates)} certificates"


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tofutui-hostile-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _file(data: bytes, name: str) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def sessions(data: bytes) -> str:
    read = read_sessions(_file(data, "sessions.toml"))
    for error in read.errors:
        clean(error)
    return f"{len(read.sessions)} sessions" if not read.errors else "refused"


def theme(data: bytes) -> str:
    folder = _file(data, "theme.toml").parent / "themes"
    folder.mkdir(exist_ok=True)
    (folder / "x.toml").write_bytes(data)
    themes = load_themes(folder)
    for error in themes.errors:
        painted(error)
    return "refused" if themes.errors else "a theme"


def keys(data: bytes) -> str:
    keys = read_keys(_file(data, "keys.toml"))
    for error in keys.errors:
        clean(error)
    return "refused" if keys.errors else f"{len(keys.wishes)} wishes"


def _archive(data: bytes, name: str) -> str:
    path = _file(data, name)
    read = read_logs([str(path)], None)
    for remark in read.remarks:
        painted(remark)
    return f"{len(read.digest.failures)} failures, {len(read.remarks)} remarks"


def gzip_log(data: bytes) -> str:
    return _archive(data, "hm-0-0.log.gz")


def tar_log(data: bytes) -> str:
    return _archive(data, "logs.tar")


def zip_log(data: bytes) -> str:
    return _archive(data, "logs.zip")


def ha(data: bytes) -> str:
    status = parse_ha_status(decode(data))
    if status is None:
        return "nothing"
    painted(f"{status.role} {status.state}")
    return f"role {safe(status.role or '-')}"


def version(data: bytes) -> str:
    version = parse_version(decode(data)).version
    painted(version or "")
    return f"version {safe(version or '-')}"


def clock(data: bytes) -> str:
    clock = parse_clock(decode(data))
    return "a time" if clock else "nothing"


def tls(data: bytes) -> str:
    sniffer = Sniffer()
    half = len(data) // 3
    for piece in (data[:half], data[half : half + 1], data[half + 1 :]):
        sniffer.feed(piece)
    painted(sniffer.words)
    painted(str(sniffer.version))
    for der in sniffer.chain[:8]:
        try:
            read_certificate(der)
        except TofutuiError:
            continue
    if sniffer.is_other:
        return f"not TLS: {sniffer.words}"
    return f"{len(sniffer.chain)} certificates" + (", too long" if sniffer.too_long else "")


def page(data: bytes) -> str:
    version = version_on(decode(data))
    painted(version or "")
    return f"version {version}" if version else "nothing"


def ssh_hello(data: bytes) -> str:
    pieces = iter([data[:7], data[7:], b""])
    written: list[bytes] = []

    async def read(most: int) -> bytes:
        return next(pieces, b"")

    hello = asyncio.Runner(loop_factory=VirtualLoop)
    with hello:
        hello_read = hello.run(read_hello(read, written.append))
    assert not b"".join(written).count(b"\x1b")
    return "an SSH server" if hello_read.algorithms.kex else "no lists"


def text(data: bytes) -> str:
    shown = safe(decode(data))
    clean(shown)
    clean(safe_lines(decode(data)))
    assert "\n" not in shown
    assert encode(decode(data)) == data
    return "shown"


def endpoint(data: bytes) -> str:
    endpoint = parse_endpoint(decode(data), 443)
    painted(str(endpoint))
    return "an endpoint"


class Tape:
    """A wire that plays a node: what it prints at first and after each command; silences are of 5 seconds."""

    def __init__(self, prints: list[bytes]) -> None:
        self._prints = prints
        self._queue: deque[bytes | float] = deque()
        self.typed = bytearray()
        self.is_closed = False
        self._silences = 0
        self._print([*prints, PROMPT])

    def _print(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._queue += [piece, 5.0] if piece else [5.0]

    async def read(self, seconds: float) -> bytes | None:
        left = seconds
        while self._queue:
            head = self._queue.popleft()
            if isinstance(head, bytes):
                return head
            await asyncio.sleep(min(head, left))
            if head > left:
                self._queue.appendleft(head - left)
                return None
            left -= head
        self._silences += 1
        if self._silences > 20_000:
            self.is_closed = True
            return b""
        await asyncio.sleep(left)
        return None

    def write(self, data: bytes) -> None:
        self.typed += data
        if data == b"\x03" or data.startswith(b"terminal"):
            self._queue.clear()
            self._print([PROMPT])
        elif data.startswith(b"ncs"):
            self._print([*self._prints, PROMPT])


TYPED = re.compile(
    rb"(?:terminal length 0\r|ncs certvalidation tofu-certs listcerts\r|exit\r|Yes\r|yes\r|y\r|\r| |\x03"
    rb"|ncs certvalidation tofu-certs deletecert host 192\.0\.2\.11_8082\r)*"
)
"""All that may ever be typed when questions are not answered."""
PROMPT = b"prime-pri/admin# "
DELETE = DELETE_COMMAND + "192.0.2.11_8082"


def shell(data: bytes) -> str:
    """Before the prompt, in a listing and after a deletion; a NUL NUL is a silence."""
    tape = Tape(data.split(b"\x00\x00"))
    settings = NodeSettings(role=Role.PRIMARY, host="192.0.2.10", command_timeout=20)
    said: list[str] = []
    ours = Shell(tape, settings, NoAsker(), Timings(), lambda kind, text: said.append(text), cap=200_000)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        words = runner.run(_talk(ours))
    assert TYPED.fullmatch(bytes(tape.typed)), bytes(tape.typed)
    assert tape.typed.count(DELETE.encode()) <= 1
    for message in said:
        painted(message)
    return words


async def _talk(shell: Shell) -> str:
    words = "opened"
    try:
        await shell.open()
        rows = (await shell.run(Order(command="ncs certvalidation tofu-certs listcerts", total=200))).count(
            "\n"
        )
        words = f"{rows} lines"
        await shell.run(Order(command=DELETE, total=200, confirm=True))
        words += ", answered"
    except TofutuiError as error:
        clean(str(error))
        words += f", {type(error).__name__}"
    await shell.leave()
    return words


Target = Callable[[bytes], str]

TARGETS: dict[str, Target] = {
    "listing": listing,
    "key": key,
    "name": name,
    "name DER": name_der,
    "certificate": certificate,
    "log": log,
    "transcript": transcript,
    "export": export,
    "sessions": sessions,
    "theme": theme,
    "keys": keys,
    "gzip log": gzip_log,
    "tar log": tar_log,
    "zip log": zip_log,
    "HA status": ha,
    "version": version,
    "clock": clock,
    "TLS": tls,
    "page": page,
    "SSH hello": ssh_hello,
    "text": text,
    "endpoint": endpoint,
    "shell": shell,
}


def give(target: str, data: bytes) -> str:
    """What a target gives: its word, or the declared error's first words."""
    try:
        return TARGETS[target](data)
    except TofutuiError as error:
        message = clean(safe_lines(error.message))
        assert message
        return f"refused: {type(error).__name__}"


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out.getvalue()
