"""Values of a comparison as the words on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tofutui.tofu.base.backoff import NextTry
from tofutui.tofu.base.text import in_groups, safe, short_sha256
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Session
from tofutui.ui.text.spans import Tone

if TYPE_CHECKING:
    from tofutui.tofu.certificates.certificate import Certificate
    from tofutui.tofu.names.values import DistinguishedName

VERDICT_TONES: dict[Verdict, Tone] = {verdict: Tone(f"verdict-{verdict.value}") for verdict in Verdict}

WHO_WORDS: dict[Who, str] = {
    Who.VIP: "VIP",
    Who.LOOPBACK: "loop",
    Who.SELF: "self",
    Who.PEER: "peer",
    Who.ISE: "ISE",
    Who.DNAC: "DNAC",
    Who.OTHER: "other",
}

WHO_MEANS: dict[Who, str] = {
    Who.VIP: "the virtual IP",
    Who.LOOPBACK: "the node itself, by loopback",
    Who.SELF: "the node itself",
    Who.PEER: "the HA peer",
    Who.ISE: "ISE",
    Who.DNAC: "DNA Center",
    Who.OTHER: "another host",
}


class _Sign:
    """A character of `Glyphs`, and what replaces it in ASCII."""

    def __init__(self, usual: str, plain: str) -> None:
        self._signs = usual, plain

    def __get__(self, glyphs: Glyphs, _owner: type[Glyphs]) -> str:
        return self._signs[glyphs.ascii]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The few characters that are drawn; another set where only ASCII may be used."""

    ascii: bool = False
    ellipsis = _Sign("…", "~")
    """The sign for text that was cut off."""
    arrow = _Sign("→", "->")
    """Between stored and presented."""
    cursor = _Sign("▸", ">")
    """At the row under the cursor."""
    mark = _Sign("●", "*")
    """At marked rows."""
    differs = _Sign("≠", "!=")
    """Between values that differ."""
    dot = _Sign("·", "-")
    """Between short facts."""
    sorted = _Sign("▾", "v")
    """At the column that the rows are sorted by."""
    above = _Sign("▴", "^")
    """Where lines are hidden above."""
    below = _Sign("▾", "v")
    """Where lines are hidden below."""

    def verdict(self, verdict: Verdict) -> str:
        """One cell for a verdict."""
        return verdict.look.ascii if self.ascii else verdict.look.glyph

    def plain(self, text: str) -> str:
        """Our own text with its few special characters replaced where only ASCII may be used."""
        return text.translate(_TO_ASCII) if self.ascii else text


UNICODE = Glyphs()
_TO_ASCII = str.maketrans(
    {
        "…": "~",
        "\N{MINUS SIGN}": "-",
        "→": "->",
        "·": "-",
        "≠": "!=",
        "▸": ">",
        "●": "*",
        "▾": "v",
        "↑": "Up",
        "↓": "Down",
        "─": "-",
    }
)


def clock_time(at: datetime | None) -> str:
    """A moment as this machine's clock shows it: ``14:02:38``."""
    return at.astimezone().strftime("%H:%M:%S") if at else "never"


def moment(at: datetime | None) -> str:
    """Date and time with the zone, for evidence."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if at else "undated"


def day(at: datetime | None) -> str:
    """A date in UTC, as certificates carry it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d") if at else "not readable"


def days(earlier: datetime, later: datetime) -> int:
    """Whole days from one moment to another; negative the other way round."""
    return int((later - earlier).total_seconds() // 86400)


def fingerprint(digits: str, room: int) -> list[str]:
    """A fingerprint in groups of four, on one line where it fits and in two halves where not."""
    whole, half = in_groups(digits), len(digits) // 2
    return [whole] if len(whole) <= room else [in_groups(digits[:half]), in_groups(digits[half:])]


def short_sha(entry: Entry) -> str:
    """The first two groups of the presented SHA-256, or nothing."""
    return short_sha256(entry.sha256) if entry.sha256 else ""


def name_of(name: DistinguishedName | None) -> str:
    """A name in one line."""
    if name is None:
        return "not readable"
    return safe(str(name)) if not name.is_empty else "empty"


def common_name(name: DistinguishedName | None) -> str:
    """The CN, else the whole name."""
    return (name.common_name or name_of(name)) if name else ""


def stored_name(entry: Entry) -> str:
    """The stored CN; what was printed where no name could be read from it; nothing where no row is stored."""
    if entry.stored is None:
        return "" if not entry.is_stored else "unreadable"
    return common_name(entry.stored.subject) if entry.stored.subject else entry.stored.raw or "unreadable"


def presented_name(entry: Entry) -> str:
    """The presented CN, or why there is none."""
    shown = entry.presented
    if shown.certificate is None:
        return "" if shown.status is Status.PENDING else shown.status.value
    return common_name(shown.certificate.subject) or "no name"


def both_names(entry: Entry, arrow: str) -> str:
    """``stored → presented`` where they differ, else the one name."""
    stored, presented = stored_name(entry), presented_name(entry)
    if not presented or stored == presented:
        return stored
    return f"{stored} {arrow} {presented}" if stored else presented


def place(entry: Entry) -> str:
    """``host:port``; the raw line where it names none."""
    return place_of_row(entry.endpoint, entry.key, entry.raw)


def place_of_row(endpoint: Endpoint | None, key: str | None, raw: str) -> str:
    """The same of a row of which only this is kept."""
    return safe(str(endpoint)) if endpoint is not None else safe(key or raw.strip())


def node_name(view: NodeView) -> str:
    """``PRIMARY prime-pri``; without a host name yet, the role alone."""
    return f"{view.role.word} {safe(view.hostname)}" if view.hostname else view.role.word


def status(view: NodeView, now: datetime | None = None, *, starting: bool = False) -> str:
    """How far a node's listing is, in a few words; with ``now`` also for how long it has been under way."""
    if view.recorded and view.phase is Phase.LISTED:
        return f"as recorded {clock_time(view.listed_at)}" if view.listed_at else "as recorded, time unknown"
    when = f" {clock_time(view.listed_at)}" if view.listed_at else ""
    words = {
        Phase.IDLE: "starting" if starting else "not listed yet",
        Phase.CONNECTING: f"logging in{elapsed(view, now)}",
        Phase.LISTING: f"listing: {rows(len(view.entries))}{elapsed(view, now)}",
        Phase.LISTED: f"listed {clock_time(view.listed_at)}",
        Phase.PARTIAL: f"PARTIAL{when}: not the whole table",
        Phase.FAILED: "FAILED" + (f", rows of{when}" if when else ""),
    }
    if view.lost_at is not None and view.phase in (Phase.FAILED, Phase.LISTED):
        return f"rows of{when}" if when else "not listed yet"
    return words[view.phase]


def elapsed(view: NodeView, now: datetime | None) -> str:
    """``, 8 s of 120`` once something takes more than a second."""
    seconds = int((now - view.since).total_seconds()) if now and view.since else 0
    if seconds < 2:
        return ""
    limit = f" of {view.patience:.0f}" if view.phase is Phase.LISTING and view.patience else ""
    return f", {seconds} s{limit}"


def lost(view: NodeView, upcoming: NextTry | None) -> str:
    """Since when the link is lost, and when it is tried again: ``LOST 14:02:38, next try 14:02:58 (2)``."""
    if view.lost_at is None or view.phase.is_busy:
        return ""
    word = "LOST" if view.hostname else "FAILED"
    again = f", next try {clock_time(upcoming.at)} ({upcoming.number})" if upcoming else ""
    return f"{word} {clock_time(view.lost_at)}{again}"


def skew(seconds: float | None) -> str:
    """How wrong a node's clock is beside this machine's; nothing below 2 s, which reading it may take."""
    if seconds is None or abs(seconds) < 2:
        return ""
    size = abs(seconds)
    amount = (
        f"{size:.0f} s" if size < 120 else f"{size / 60:.0f} min" if size < 7200 else f"{size / 3600:.0f} h"
    )
    return f"clock {amount} {'ahead' if seconds > 0 else 'behind'}"


def facts_of(view: NodeView, now: datetime | None = None, *, starting: bool) -> list[str]:
    """The facts below a pane's title: version, HA state, how far the listing is."""
    ha = " ".join(part for part in (view.ha.state,) if part) if view.ha else ""
    version = f"{view.other_product or 'PI'} {view.version}" if view.version else view.other_product
    parts = [version, ha, status(view, now, starting=starting), skew(view.clock_skew_s)]
    return [safe(part) for part in parts if part]


def validity(certificate: Certificate, now: datetime) -> str:
    """From when to when, with days."""
    start, end = certificate.not_before, certificate.not_after
    text = f"{day(start)} to {day(end)}"
    if start is not None:
        age = days(start, now)
        ago = f"issued {age} d ago" if age else "issued today"
        text += f", {ago}" if age >= 0 else f", valid only in {-age} d"
    if end is not None:
        left = days(now, end)
        text += f", {left} d left" if left >= 0 else f", EXPIRED {-left} d ago"
    return text


def own_title(session: Session) -> str:
    """Name and title of a session."""
    return safe(f"{session.name} · {session.title}" if session.title else session.name)


def listed(items: Sequence[str]) -> str:
    """A few words in a row: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""


def rows(count: int) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count} row" if count == 1 else f"{count} rows"


def value_of(entry: Entry) -> tuple[str, str]:
    """What is worth copying of a row, the fingerprint presented or else its key, and what to call it."""
    if entry.sha256:
        return in_groups(entry.sha256), f"SHA-256 of {place(entry)}"
    return entry.key or entry.raw, f"key of {place(entry)}"
