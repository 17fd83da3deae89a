"""The file that `tofutui capture` writes and `tofutui lab --replay` plays: JSON lines and a checksum.

Client and simulated pair share this module and nothing else, so it knows neither of them. One record a line:
``capture`` first, then ``session``, for each login ``login`` and its ``received``, ``sent``, ``window`` and
``ended``, for each endpoint its ``answer`` records, the ``reading`` of the tool, and ``end`` last.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FORMAT = 1
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is read."""


class CaptureFileError(ValueError):
    """The text is not a capture, or not a whole one; the message names the line."""


class CapturedKind(StrEnum):
    """What happened in a shell."""

    RECEIVED = "received"
    SENT = "sent"
    HIDDEN = "hidden"
    """Sent too, but it may be a secret: nothing of it is kept, not even how long it was."""
    WINDOW = "window"
    """The terminal as it was asked for; the text is ``COLUMNSxLINES TERM``."""
    ENDED = "ended"
    """The shell is over; the text is ``exit``, ``closed`` or ``lost``."""


@dataclass(frozen=True, slots=True)
class CapturedEvent:
    """One thing that happened in a shell."""

    kind: CapturedKind
    at: float
    """Seconds since the capture began."""
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedLogin:
    """One login to a node: how SSH was agreed on, and everything in its shell."""

    node: str
    """``primary`` or ``secondary``."""
    server: str = ""
    """The server's version line without ``SSH-2.0-``; "" where no connection came about."""
    algorithms: Mapping[str, str] = field(default_factory=dict)
    """``kex``, ``host_key``, ``cipher`` and ``mac`` as negotiated, as far as known."""
    host_key: str = ""
    """``SHA256:…``."""
    banner: str = ""
    events: Sequence[CapturedEvent] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedAnswer:
    """What one way of asking an endpoint brought."""

    way: str
    status: str
    text: str
    alert: int | None = None
    tls: str | None = None
    sni: str | None = None
    handshake: bool = False
    client_certificate: bool = False
    chain: tuple[bytes, ...] = ()
    """The certificates in DER, the leaf first: their structure, with other keys and signatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedEndpoint:
    """One endpoint of the tables and every answer that it gave, in the order of asking."""

    host: str
    port: int
    answers: tuple[CapturedAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Everything that one file holds."""

    tool: str
    taken_at: str
    """In UTC, ``2026-11-23T14:02:11Z``."""
    real_names: bool
    source: str
    """``pair``, or ``transcript`` where saved text was captured and times and bytes are made up."""
    session: Mapping[str, Any]
    """Addresses of the nodes, remotes, virtual addresses, and settings that change what is seen."""
    logins: tuple[CapturedLogin, ...]
    endpoints: tuple[CapturedEndpoint, ...]
    reading: Mapping[str, Any]
    """Rows, verdicts, reasons and warnings as the tool read them."""


def dumps(capture: Capture) -> str:
    """The whole file."""
    lines = [_line(record) for record in _records(capture)]
    digest = hashlib.sha256("".join(lines).encode("ascii")).hexdigest()
    return "".join([*lines, _line({"record": "end", "records": len(lines), "sha256": digest})])


def loads(text: str) -> Capture:
    """A capture from the text of its file.

    Raises:
        CaptureFileError: it is none, was cut off or was changed.
    """
    records = list(_checked(text))
    try:
        return _capture(records)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CaptureFileError(f"a record lacks a field or has a wrong one: {error}") from error


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=True, separators=(", ", ": ")) + "\n"


def _records(capture: Capture) -> Iterator[dict[str, Any]]:
    yield {
        "record": "capture",
        "format": FORMAT,
        "tool": capture.tool,
        "taken_at": capture.taken_at,
        "names": "real" if capture.real_names else "stand-ins",
        "source": capture.source,
    }
    yield {"record": "session", **capture.session}
    for login in capture.logins:
        yield from _of_login(login)
    for endpoint in capture.endpoints:
        yield from _of_endpoint(endpoint)
    yield {"record": "reading", **capture.reading}


def _of_login(login: CapturedLogin) -> Iterator[dict[str, Any]]:
    yield {
        "record": "login",
        "node": login.node,
        "server": login.server,
        "algorithms": dict(login.algorithms),
        "host_key": login.host_key,
        "banner": login.banner,
    }
    for event in login.events:
        record: dict[str, Any] = {"record": event.kind.value, "at": round(event.at, 3)}
        if event.kind is not CapturedKind.HIDDEN:
            record["text"] = event.data.decode("utf-8", "surrogateescape")
        yield record


def _of_endpoint(endpoint: CapturedEndpoint) -> Iterator[dict[str, Any]]:
    for answer in endpoint.answers:
        yield {
            "record": "answer",
            "host": endpoint.host,
            "port": endpoint.port,
            "way": answer.way,
            "status": answer.status,
            "text": answer.text,
            "alert": answer.alert,
            "tls": answer.tls,
            "sni": answer.sni,
            "handshake": answer.handshake,
            "client_certificate": answer.client_certificate,
            "chain": [base64.b64encode(der).decode("ascii") for der in answer.chain],
        }


def _checked(text: str) -> Iterator[dict[str, Any]]:
    """The records without the last one, which has to be right."""
    *lines, last = text.splitlines(keepends=True) or [""]
    end = _parsed(last, len(lines) + 1)
    if end.get("record") != "end":
        raise CaptureFileError(
            f"line {len(lines) + 1}: the end is missing: the file is cut off, or it is not a capture"
        )
    digest = hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
    if end.get("sha256") != digest:
        raise CaptureFileError("the checksum is wrong: the file was changed after it was written")
    for number, line in enumerate(lines, 1):
        yield _parsed(line, number)


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise CaptureFileError(f"line {number}: not JSON") from error
    if not isinstance(record, dict):
        raise CaptureFileError(f"line {number}: not a record")
    return record


def _capture(records: Sequence[dict[str, Any]]) -> Capture:
    head, session, *rest = records
    if head.get("record") != "capture" or head.get("format") != FORMAT:
        raise CaptureFileError(f"line 1: not a capture of format {FORMAT}")
    none: dict[str, Any] = {}
    reading = next((record for record in reversed(rest) if record["record"] == "reading"), none)
    return Capture(
        tool=head["tool"],
        taken_at=head["taken_at"],
        real_names=head["names"] == "real",
        source=head["source"],
        session=_without_kind(session),
        logins=tuple(_logins(rest)),
        endpoints=tuple(_endpoints(rest)),
        reading=_without_kind(reading),
    )


def _without_kind(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "record"}


def _logins(records: Iterable[dict[str, Any]]) -> Iterator[CapturedLogin]:
    head: dict[str, Any] | None = None
    events: list[CapturedEvent] = []
    for record in records:
        if record["record"] == "login":
            if head is not None:
                yield CapturedLogin(**head, events=tuple(events))
            head, events = _without_kind(record), []
        elif record["record"] in tuple(CapturedKind):
            data = record.get("text", "").encode("utf-8", "surrogateescape")
            events.append(CapturedEvent(CapturedKind(record["record"]), float(record["at"]), data))
    if head is not None:
        yield CapturedLogin(**head, events=tuple(events))


def _endpoints(records: Iterable[dict[str, Any]]) -> Iterator[CapturedEndpoint]:
    by_place: dict[tuple[str, int], list[CapturedAnswer]] = {}
    for record in records:
        if record["record"] == "answer":
            fields = _without_kind(record)
            place = fields.pop("host"), int(fields.pop("port"))
            chain = tuple(map(_der, fields.pop("chain")))
            by_place.setdefault(place, []).append(CapturedAnswer(**fields, chain=chain))
    for (host, port), answers in by_place.items():
        yield CapturedEndpoint(host=host, port=port, answers=tuple(answers))


def _der(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise CaptureFileError("a certificate is not base64") from error
