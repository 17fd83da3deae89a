"""What is looked at when everything was done: facts in, checks out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tofutui.guide.facts import NodeFacts
from tofutui.guide.ha_meaning import is_connected, is_out_of_order, not_known_good, state_line
from tofutui.guide.open_rows import open_rows, open_words, rest_of_table
from tofutui.tofu.guide_run import Check, OpenRow, Result
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.names.match import Relation
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class Failures:
    """TOFU failures of one node's log since the run began."""

    role: Role
    source: str | None
    """Which log was read; None: none is at hand."""
    new: tuple[str, ...] = ()
    """Those after the last deletion on that node."""
    earlier: int = 0
    """How many before it, which are what the deletions were for."""
    undated: int = 0
    """Those whose time could not be placed: any of them may be new."""
    is_older: bool = False
    """Whether every log was read before the last deletion on that node had ended, or the run had begun."""
    unread: tuple[str, ...] = ()
    """What could not be read of the logs, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedState:
    """Everything that the checks look at."""

    now: datetime
    nodes: tuple[NodeFacts, ...]
    rows: Mapping[tuple[Role, str], Entry]
    """Stored rows as they are judged now."""
    deleted: tuple[tuple[Role, str], ...]
    """Rows that this run deleted."""
    doubtful: tuple[tuple[Role, str], ...] = ()
    """Those of them that were not seen to be gone."""
    open_rows: tuple[OpenRow, ...] = ()
    """What is open and not among `rows`: lines without a key, tables that are not complete."""
    wanted: tuple[tuple[Role, str, str], ...]
    """Rows of ISE servers that were added again: role, key, name."""
    failures: tuple[Failures, ...]
    registered: bool
    """Whether the run registers the pair."""


def verification(outcome: VerifiedState) -> tuple[Check, ...]:
    """Every check, in the order of the screen."""
    return tuple(
        Check(id=id_, title=title, result=result, seen=seen, at=outcome.now, step="verify")
        for id_, title, result, seen in _all(outcome)
    )


def _all(outcome: VerifiedState) -> Iterator[tuple[str, str, Result, str]]:
    for node in outcome.nodes:
        done = Result.PASS if node.complete else Result.FAIL
        yield (
            "listing", f"{node.role.word}: complete listing", done,
            f"{node.rows} rows" if node.complete else node.error or "not complete",
        )  # fmt: skip
    for role, key in outcome.deleted:
        title = f"{role.word}: {key} learned again"
        yield ("deleted-rows", title, *_deleted_row(outcome, (role, key)))
    for role, key, name in outcome.wanted:
        if (role, key) not in outcome.deleted:
            yield ("ise-rows", f"{role.word}: row of ISE {name}", *_row(outcome.rows.get((role, key))))
    yield ("stale-rows", "no stale row of a remote host", *_stale(outcome))
    if outcome.registered:
        yield ("ha-state", "HA states", *_states(outcome.nodes))
    for failures in outcome.failures:
        yield ("new-failures", f"{failures.role.word}: no new TOFU failure in its log", *_failures(failures))


def _row(entry: Entry | None) -> tuple[Result, str]:
    if entry is None:
        return Result.WARN, "not in the table yet: the next connection stores it"
    if entry.names is None or entry.presented.certificate is None:
        return (
            Result.UNKNOWN,
            f"back in the table; nothing is presented to compare it with ({entry.presented.status})",
        )
    if entry.names.relation is Relation.EQUAL:
        return Result.PASS, "back in the table, and its subject is the one presented now"
    if entry.names.relation is Relation.DIFFERENT:
        return Result.FAIL, "in the table, but " + (
            "; ".join(entry.names.reasons) or "with a different subject"
        )
    return Result.UNKNOWN, "back in the table, but its subject is not understood"


def _deleted_row(outcome: VerifiedState, place: tuple[Role, str]) -> tuple[Result, str]:
    result, seen = _row(outcome.rows.get(place))
    if result is Result.PASS and place in outcome.doubtful:
        return (
            Result.WARN,
            "in the table, but it was never seen to be gone: it may be the row that was to be deleted",
        )
    return result, seen


def _stale(outcome: VerifiedState) -> tuple[Result, str]:
    left = _open(outcome)
    words = open_words(left, outcome.now)
    if any(row.is_stale for row in left):
        return Result.FAIL, words
    return (Result.WARN, f"none is known to be stale; {words}") if left else (Result.PASS, "none")


def _open(outcome: VerifiedState) -> list[OpenRow]:
    learned = set(outcome.deleted) - set(outcome.doubtful)
    tables = [rest_of_table(node.role) for node in outcome.nodes if not node.complete]
    return list(dict.fromkeys([*open_rows(outcome.rows.values(), learned), *outcome.open_rows, *tables]))


def _states(nodes: Sequence[NodeFacts]) -> tuple[Result, str]:
    if is_connected(nodes):
        return Result.PASS, state_line(nodes)
    if any(not node.state for node in nodes) and not is_out_of_order(nodes):
        return Result.UNKNOWN, f"no HA state was read on every node: {state_line(nodes)}"
    return Result.FAIL, not_known_good(nodes)


def _failures(failures: Failures) -> tuple[Result, str]:
    if failures.source is None:
        return (
            Result.UNKNOWN,
            "no log is available: name it in sessions.toml (logs), or add its lines as evidence",
        )
    if failures.new:
        return Result.FAIL, f"{failures.source}: since the last deletion there: {', '.join(failures.new)}"
    tail = f"; {failures.earlier} before the deletions" if failures.earlier else ""
    doubt = _doubt_of_logs(failures)
    if doubt:
        return Result.UNKNOWN, f"{failures.source}: {doubt}{tail}"
    return Result.PASS, f"{failures.source}: none{tail}"


def _doubt_of_logs(failures: Failures) -> str:
    """Why a failure may have happened that the logs at hand do not show; "" if there is no reason."""
    if failures.unread:
        return f"not read whole: {'; '.join(failures.unread)}"
    if failures.is_older:
        return "read before the last deletion there ended, so it shows nothing since: add the newest lines"
    return f"{failures.undated} without a usable time" if failures.undated else ""
