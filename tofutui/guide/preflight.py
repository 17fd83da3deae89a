"""The checks before anything is changed: facts in, checks out, each with what was seen."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tofutui.guide.facts import Facts, NodeFacts
from tofutui.guide.ha_meaning import direction_check, is_connected, is_unconfigured, state_line
from tofutui.guide.open_rows import open_words
from tofutui.guide.rules import Sheet
from tofutui.guide.worksheet import RESTARTED, fields_of
from tofutui.tofu.guide_run import Check, Result, Run

OLDEST = (3, 5)
"""The first version that the TAC document speaks of (docs/appliance.md, The TOFU table)."""
SKEW_WARN, SKEW_FAIL = 30.0, 300.0
"""Seconds between the clocks; no source gives a limit."""
SOON = timedelta(days=30)


def preflight(facts: Facts) -> tuple[Check, ...]:
    """Every check, in the order of the screen."""
    return tuple(
        Check(id=id_, title=title, result=result, seen=seen, at=facts.now, blocks=id_ == "ha-direction")
        for id_, title, result, seen in _all(facts)
    )


Row = tuple[str, str, Result, str]
"""Id, title, result, what was seen."""


def _all(facts: Facts) -> Iterator[Row]:
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
        direction = direction_check(nodes, facts.now)
        yield (direction.id, direction.title, direction.result, direction.seen)
        yield ("ha-configured", "HA not configured", *_configured(nodes))
    yield ("stale-rows", "rows about remote hosts", *_deletable(facts))
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
    """``3.10.0`` as numbers; None where it is not a version."""
    parts = re.findall(r"\d{1,6}", text)
    return tuple(int(part) for part in parts[:6]) if parts else None


def _version(node: NodeFacts) -> tuple[Result, str]:
    said, where = (node.version.version if node.version else None), "show version"
    if said is None:
        said, where = node.page_version, "the Health Monitor page"
    numbers = version_numbers(said) if said else None
    if numbers is None:
        return Result.UNKNOWN, "neither show version nor the Health Monitor page shows a version"
    result = Result.PASS if numbers >= OLDEST else Result.FAIL
    late = "" if result is Result.PASS else ", older than 3.5: it has no TOFU table"
    return result, f"{said}, from {where}{late}"


def _same_version(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    shown = [(node.version.version if node.version else None) or node.page_version for node in nodes]
    if any(version is None for version in shown):
        return Result.UNKNOWN, "the version of one of the two is not known"
    numbers = {_without_zeros(version_numbers(version or "") or ()) for version in shown}
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
        return Result.UNKNOWN, "not probed: probing is off, or its address is not known"
    if node.monitor_certificate is not None:
        return Result.PASS, f"{node.monitor} presents a certificate, as seen from {seen_from}"
    reason = node.monitor_error or "no certificate"
    return Result.WARN, f"{node.monitor}: {reason}, as seen from {seen_from}; the other node may reach it"


def _configured(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    if any(not node.state for node in nodes):
        return Result.UNKNOWN, f"no HA state was read on every node: {state_line(nodes)}"
    if is_unconfigured(nodes):
        return Result.PASS, state_line(nodes)
    if is_connected(nodes):
        return Result.WARN, f"{state_line(nodes)}: HA is still configured, and the two are connected"
    return Result.WARN, (
        f"{state_line(nodes)}: HA is still configured; after the deletions wait for the two to connect, "
        "register only if they stay apart"
    )


def _deletable(facts: Facts) -> tuple[Result, str]:
    nodes = facts.nodes
    locked = [f"{node.name}: {node.locked}" for node in nodes if node.stale and node.locked]
    if locked:
        return Result.FAIL, "; ".join(locked)
    left = open_words([row for node in nodes for row in node.open_rows], facts.now)
    if any(not node.complete for node in nodes):
        return Result.UNKNOWN, "; ".join(filter(None, ("not every listing is complete", left)))
    return (Result.WARN, left) if left else (Result.PASS, "every row about a remote host is proven")


_RESTART_RESULTS = {
    "yes": Result.PASS,
    "unchanged": Result.PASS,
    "no": Result.FAIL,
    "unknown": Result.WARN,
}


def restart_checks(run: Run, sheet: Sheet, now: datetime) -> list[Check]:
    """The answers about restarts as checks."""
    checks = []
    for field in fields_of("restarted", sheet):
        answer = run.answer(field.id)
        result = _RESTART_RESULTS.get(answer, Result.UNKNOWN)
        title, seen = f"{field.label}: restarted", RESTARTED.get(answer, "not answered")
        checks.append(Check(id="restarted", title=title, result=result, seen=seen, at=now, step="restarted"))
    return checks
