"""Looks at one node for tests about the history: short to write, minutes after a fixed time."""

import hashlib
from datetime import UTC, datetime, timedelta

from tofutui.tofu.judgement.row_history import Look, RowSeen

SESSION, ROLE, ADDRESS = "site-a", "primary", "192.0.2.10:22"
NODE = (SESSION, ROLE, ADDRESS)
BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DIRECT = "direct 198.51.100.20:443"
KEY = "198.51.100.20_443"
ISE = "/C=US/CN=ISE-server"


def at(minute: float) -> datetime:
    """A time of these tests."""
    return BEGIN + timedelta(minutes=minute)


def sha(mark: str) -> str:
    """The fingerprint of the certificate called so."""
    return hashlib.sha256(mark.encode()).hexdigest()


def row(
    mark: str | None = "A",
    *,
    key: str = KEY,
    text: str = ISE,
    stored: bool = True,
    sole: bool = False,
    baseline: str = DIRECT,
    minute: float = 0,
) -> RowSeen:
    """A row whose endpoint presents the certificate called ``mark``, or nothing."""
    return RowSeen(
        key=key,
        text=text if stored else "",
        stored=stored,
        baseline=baseline,
        sha256=None if mark is None else sha(mark),
        not_before=None if mark is None else BEGIN - timedelta(days=20),
        sole=sole,
        asked_at=at(minute),
    )


def look(minute: float, *rows: RowSeen, host_key: str | None = "SHA256:one", **changes: str) -> Look:
    """A complete listing with these rows."""
    where = {"session": SESSION, "role": ROLE, "address": ADDRESS} | changes
    return Look(**where, host_key=host_key, at=at(minute), rows=rows)
