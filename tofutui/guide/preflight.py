"""The checks before anything is changed: facts in, checks out, each with what was seen."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tofutui.tofu.certificate import Certificate
from tofutui.tofu.guided import Check, Result
from tofutui.tofu.ha import HaState, VersionInfo
from tofutui.tofu.session import Role

OLDEST = (3, 5)
"""The first version that the TAC document speaks of (DOMAIN.md part 1)."""
SKEW_WARN, SKEW_FAIL = 30.0, 300.0
"""Seconds between the clocks; no source gives a limit."""
SOON = timedelta(days=30)
DIRECTION = "no failover, no failback, primary in charge"

_OVERWRITES = re.compile(r"secondary\s+active|fail\s*-?\s*over|fail\s*-?\s*back", re.IGNORECASE)
_UNCLEAR = re.compile(r"uncertain|failed|split", re.IGNORECASE)
_UNCONFIGURED = re.compile(r"ha\s+not\s+configured|stand\s*-?\s*alone", re.IGNORECASE)
_ACTIVE = re.compile(r"primary\s+active", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """What was seen of one node; None where it was not."""

    role: Role
    hostname: str | None = None
    complete: bool = False
    error: str | None = None
    """Why the listing is not complete, or could not be had."""
    answered: bool = True
    rows: int = 0
    version: VersionInfo | None = None
    page_version: str | None = None
    """As its Health Monitor page shows it without a login."""
    ha: HaState | None = None
    ha_error: str | None = None
    skew_s: float | None = None
    """Ahead of this machine's clock."""
    locked: str | None = None
    """Why nothing could be deleted there."""
    stale: int = 0
    """Stale rows about remote hosts."""
    monitor: str | None = None
    """Where its Health Monitor was asked; None: nowhere, probing is off or its address is not known."""
    monitor_error: str | None = None
    monitor_certificate: Certificate | None = None

    @property
    def name(self) -> str:
        """``PRIMARY prime-pri``."""
        return f"{self.role.word} {self.hostname}" if self.hostname else self.role.word

    @property
    def state(self) -> str:
        """Its HA state as printed, "" if none was seen."""
        return (self.ha.state or "") if self.ha else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks look at."""

    now: datetime
    seen_from: str
    nodes: tuple[NodeFacts, ...]
    others: Mapping[str, Certificate | None]
    """What the configured ISE servers present, by name."""
    unsettled: tuple[str, ...] = ()
    """Deletions whose outcome is unknown still."""


def preflight(facts: Facts) -> tuple[Check, ...]:
    """Every check, in the order of the screen."""
    return tuple(
        Check(id=id_, title=title, result=result, seen=seen, at=facts.now, blocks=id_ == "ha-direction")
        for id_, title, result, seen in _all(facts)
    )


def direction_check(nodes: Sequence[NodeFacts], now: datetime) -> Check:
    """The check that registering rests on, by itself."""
    result, seen = _direction(nodes)
    return Check(id="ha-direction", title=DIRECTION, result=result, seen=seen, at=now, blocks=True)


Found = tuple[str, str, Result, str]


def _all(facts: Facts) -> Iterator[Found]:
    nodes = facts.nodes
    for node in nodes:
        yield ("answers", f"{node.role.word} answers", *_answers(node))
    for node in nodes:
        yield ("listing", f"{node.role.word}: complete listing", *_listing(node))
    for node in nodes:
        yield ("version", f"{node.role.word}: version 3.5 or later", *_version(node))
    if len(nodes) > 1:
        yield ("same-version", "same version and fixes", *_same_version(nodes))
    yield ("clock", "clocks", *_clocks(nodes))
    yield ("expiry", "certificates not expired", *_expiry(facts))
    for node in nodes:
        yield (
            "health-monitor", f"{node.role.word}: Health Monitor reachable", *_monitor(node, facts.seen_from)
        )  # fmt: skip
    if len(nodes) > 1:
        yield ("ha-direction", DIRECTION, *_direction(nodes))
        yield ("ha-configured", "HA not configured", *_configured(nodes))
    yield ("stale-rows", "stale rows can be deleted", *_deletable(nodes))
    if facts.unsettled:
        yield "unsettled", "earlier deletions", Result.WARN, "outcome unknown: " + "; ".join(facts.unsettled)


def _answers(node: NodeFacts) -> tuple[Result, str]:
    if node.answered:
        return Result.PASS, f"logged in, the prompt shows {node.hostname}"
    return Result.FAIL, node.error or "no answer"


def _listing(node: NodeFacts) -> tuple[Result, str]:
    if not node.answered:
        return Result.UNKNOWN, "the node did not answer"
    if node.complete:
        return Result.PASS, f"{node.rows} rows" if node.rows != 1 else "1 row"
    return Result.FAIL, node.error or "the listing is not complete"


def version_numbers(text: str) -> tuple[int, ...] | None:
    """``3.10.0`` as numbers; None where it is no version."""
    parts = re.findall(r"\d{1,6}", text)
    return tuple(int(part) for part in parts[:6]) if parts else None


def _version(node: NodeFacts) -> tuple[Result, str]:
    said, where = (node.version.version if node.version else None), "show version"
    if said is None:
        said, where = node.page_version, "the Health Monitor page"
    numbers = version_numbers(said) if said else None
    if numbers is None:
        return Result.UNKNOWN, "neither show version nor the Health Monitor page said one"
    result = Result.PASS if numbers >= OLDEST else Result.FAIL
    late = "" if result is Result.PASS else ", older than 3.5: it has no TOFU table"
    return result, f"{said} by {where}{late}"


def _same_version(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    shown = [(node.version.version if node.version else None) or node.page_version for node in nodes]
    if any(one is None for one in shown):
        return Result.UNKNOWN, "the version of one of the two is not known"
    numbers = {_without_zeros(version_numbers(one or "") or ()) for one in shown}
    if len(numbers) > 1 and not _only_less_exact(nodes, numbers):
        return Result.FAIL, " and ".join(f"{n.role.word} {v}" for n, v in zip(nodes, shown, strict=True))
    infos = [node.version for node in nodes if node.version and node.version.version]
    if len(infos) < len(nodes):
        return Result.WARN, f"version {shown[0]} on both; the fixes of one are not known"
    builds = {info.build for info in infos if info.build}
    if len(builds) > 1:
        return Result.FAIL, "the builds differ: " + ", ".join(sorted(builds))
    lists = [frozenset(" ".join(fix.split()) for fix in info.fixes) for info in infos]
    missing = lists[0].union(*lists) - lists[0].intersection(*lists)
    if missing:
        return Result.FAIL, "not on both: " + ", ".join(sorted(missing))
    fixes = ", ".join(sorted(lists[0])) or "none printed"
    return Result.PASS, f"version {shown[0]} on both, fixes: {fixes}"


def _without_zeros(numbers: tuple[int, ...]) -> tuple[int, ...]:
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def _only_less_exact(nodes: Sequence[NodeFacts], numbers: set[tuple[int, ...]]) -> bool:
    """A page may print ``3.7`` where ``show version`` prints ``3.7.1``: the beginning has to agree."""
    if all(node.version and node.version.version for node in nodes):
        return False
    short, long = sorted(numbers, key=len)
    return bool(short) and long[: len(short)] == short


def _clocks(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    known = [(node, node.skew_s) for node in nodes if node.skew_s is not None]
    if len(known) < len(nodes):
        return Result.UNKNOWN, "show clock was not understood on every node"
    if len(known) == 1:
        apart, what = abs(known[0][1]), "from this machine's clock"
    else:
        apart, what = abs(known[0][1] - known[1][1]), "between the two"
    text = f"{apart:.0f} s {what}"
    if apart >= SKEW_FAIL:
        return Result.FAIL, text
    return (Result.WARN if apart >= SKEW_WARN else Result.PASS), text


def _expiry(facts: Facts) -> tuple[Result, str]:
    presented = {node.name: node.monitor_certificate for node in facts.nodes} | dict(facts.others)
    bad, soon, unknown, good = [], [], [], []
    for name, certificate in presented.items():
        end = certificate.not_after if certificate else None
        start = certificate.not_before if certificate else None
        if end is None:
            unknown.append(name)
        elif end <= facts.now:
            bad.append(f"{name} expired {end:%Y-%m-%d}")
        elif start is not None and start > facts.now:
            bad.append(f"{name} not valid before {start:%Y-%m-%d %H:%M}Z")
        elif end - facts.now < SOON:
            soon.append(f"{name} expires {end:%Y-%m-%d}")
        else:
            good.append(f"{name} until {end:%Y-%m-%d}")
    unseen = [f"not seen: {', '.join(unknown)}"] if unknown else []
    for result, texts in ((Result.FAIL, bad), (Result.WARN, soon), (Result.UNKNOWN, unseen)):
        if texts:
            return result, "; ".join([*texts, *(unseen if result is not Result.UNKNOWN else good)])
    return Result.PASS, "; ".join(good)


def _monitor(node: NodeFacts, seen_from: str) -> tuple[Result, str]:
    if node.monitor is None:
        return Result.UNKNOWN, "not asked: probing is off, or its address is not known"
    if node.monitor_certificate is not None:
        return Result.PASS, f"{node.monitor} presents a certificate, as seen from {seen_from}"
    reason = node.monitor_error or "no certificate"
    return Result.WARN, f"{node.monitor}: {reason}, as seen from {seen_from}; the other node may reach it"


def _direction(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    bad = [f"{node.name} says {node.state}" for node in nodes if _OVERWRITES.search(node.state)]
    if bad:
        tail = "registering would overwrite the newer database: fail back first"
        return Result.FAIL, f"{'; '.join(bad)}; {tail}"
    unclear = [f"{node.name} says {node.state}" for node in nodes if _UNCLEAR.search(node.state)]
    if unclear:
        return Result.WARN, "; ".join(unclear)
    silent = [node.role.word for node in nodes if not node.state]
    if silent:
        return Result.UNKNOWN, f"no HA state was read on {' and '.join(silent)}"
    return Result.PASS, _states(nodes)


def _configured(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    if any(not node.state for node in nodes):
        return Result.UNKNOWN, "no HA state was read on every node"
    if not is_configured(nodes):
        return Result.PASS, _states(nodes)
    return Result.WARN, (
        f"{_states(nodes)}: HA is still configured; after the deletions wait for the two to connect, "
        "register only if they stay apart"
    )


def is_configured(nodes: Sequence[NodeFacts]) -> bool:
    """Whether one of the nodes has a state other than not configured."""
    return any(node.state and not _UNCONFIGURED.search(node.state) for node in nodes)


def is_connected(nodes: Sequence[NodeFacts]) -> bool:
    """Whether the primary says that it is active and the secondary does not contradict."""
    by_role = {node.role: node.state for node in nodes}
    secondary = by_role.get(Role.SECONDARY, "")
    lost = re.search(r"lost|alone|not\s+configured", secondary, re.IGNORECASE)
    return bool(_ACTIVE.search(by_role.get(Role.PRIMARY, ""))) and not lost


def _states(nodes: Sequence[NodeFacts]) -> str:
    return "; ".join(f"{node.name}: {node.state}" for node in nodes)


def _deletable(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    locked = [f"{node.name}: {node.locked}" for node in nodes if node.stale and node.locked]
    if locked:
        return Result.FAIL, "; ".join(locked)
    if any(not node.complete for node in nodes):
        return Result.UNKNOWN, "not every listing is complete"
    counts = "; ".join(f"{node.name}: {node.stale} stale" for node in nodes)
    return Result.PASS, counts
