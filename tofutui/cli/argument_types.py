"""What the options of the command line take: texts -> values, or one sentence on what is wrong."""

import argparse
import math
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tofutui.tofu.site.role import Role

if TYPE_CHECKING:
    from pathlib import Path


class LogFile(NamedTuple):
    """A log named with ``--log``; without a role the node is not known."""

    role: Role | None
    path: "Path"


class KnownFile(NamedTuple):
    """What ``--known`` names: a file, a folder or a glob; without a role both nodes are meant."""

    role: Role | None
    path: str


class Reissued(NamedTuple):
    """A host named with ``--reissued``; without a port all its ports are meant."""

    host: str
    port: int | None


def seconds(text: str) -> float:
    """A number of seconds, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def number(text: str) -> int:
    """A number from 1 to 64."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 64):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def log_file(text: str) -> LogFile:
    """A log, and the node that it is from."""
    role, name = _of_node(text)
    return LogFile(role, _at_home(name))


def as_written(text: str) -> "Path":
    """A file or folder, as it is written."""
    from pathlib import Path

    return Path(text)


def path(text: str) -> "Path":
    """A file; ``~`` is the home folder."""
    if not text:
        raise argparse.ArgumentTypeError("no file is named")
    return _at_home(text)


def _at_home(text: str) -> "Path":
    try:
        return as_written(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(f"{text}: no such home folder") from None


def host(text: str) -> str:
    """A host name or address."""
    from tofutui.tofu.site.endpoint import EndpointError, parse_endpoint

    try:
        return parse_endpoint(text, default_port=1).host
    except EndpointError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def known_file(text: str) -> KnownFile:
    """Exported certificates, and the node that they are from."""
    return KnownFile(*_of_node(text))


def _of_node(text: str) -> tuple[Role | None, str]:
    """A file and the node that it is from."""
    word, equals, path = text.partition("=")
    role = Role(word) if equals and word in tuple(Role) else None
    name = path if role else text
    if not name:
        raise argparse.ArgumentTypeError(f"{text!r} names no file")
    return role, name


def reissued(text: str) -> Reissued:
    """A host, with or without a port."""
    from tofutui.tofu.site.endpoint import EndpointError, parse_endpoint

    try:
        endpoint = parse_endpoint(text)
    except EndpointError:
        try:
            return Reissued(parse_endpoint(text, default_port=1).host, None)
        except EndpointError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    return Reissued(endpoint.host, endpoint.port)


def moment(text: str) -> str:
    """A time of day, a date, or both as ISO 8601; `since_time` says when that is."""
    try:
        since_time(text, datetime.now(UTC))
    except ValueError:
        message = f"{text!r} is not a time; use HH:MM, YYYY-MM-DD or YYYY-MM-DDTHH:MM"
        raise argparse.ArgumentTypeError(message) from None
    return text


def since_time(text: str, now: datetime) -> datetime:
    """The moment that `moment` accepted, in UTC; without a zone by this machine's clock.

    A time of day is the newest one: today's, or yesterday's where today's is still to come.
    """
    local = now.astimezone()
    if "-" in text.strip():
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.astimezone()).astimezone(UTC)
    at = datetime.combine(local.date(), time.fromisoformat(text.strip())).astimezone()
    return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)
