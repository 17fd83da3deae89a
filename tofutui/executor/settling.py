"""Deletions whose outcome was left unknown, decided by a later complete listing."""

from collections.abc import Awaitable, Callable

from tofutui.history.journal import JournalEntry
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.endpoint import place_of
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench


async def settle(
    bench: Workbench,
    role: Role,
    *,
    is_alive: Callable[[JournalEntry], bool],
    write: Callable[[int, Outcome, str], Awaitable[bool]],
) -> tuple[str, ...]:
    """Decide by the complete listing at hand what was unknown, and no program's work, before it began.

    Order is that of the journal and the listings: no clock decides. An entry confirmed for another host
    name or SSH host key is not decided by this table. Returns one sentence for each that was decided.

    Args:
        bench: whose listing it is.
        role: the node.
        is_alive: whether a program may still be at work on an entry.
        write: puts an outcome into the journal; whether it was still unknown there.

    Raises:
        HistoryError: the journal cannot be written.
    """
    view = bench.comparison.nodes[role]
    if view.phase is not Phase.LISTED:
        return ()
    said = []
    for item in bench.deletions.at_listing(role).settleable.values():
        if is_alive(item) or not _is_of(bench, role, item):
            continue
        outcome, text = _decided(bench, role, item)
        if await write(item.id, outcome, text):
            said.append(
                f"{role.word}: {item.key}, sent {item.at:%Y-%m-%d %H:%M}Z, outcome unknown at that time: "
                f"{text}"
            )
    return tuple(said)


def _is_of(bench: Workbench, role: Role, item: JournalEntry) -> bool:
    """Whether the node listed is the one that the deletion was sent to."""
    if item.hostname != bench.comparison.nodes[role].hostname:
        return False
    return item.host_key is None or item.host_key == bench.node(role).host_key


def _decided(bench: Workbench, role: Role, item: JournalEntry) -> tuple[Outcome, str]:
    stored = [entry for entry in bench.comparison.nodes[role].entries.values() if entry.is_stored]
    place = place_of(item.key)
    if any(entry.key is not None and place_of(entry.key) == place for entry in stored):
        return Outcome.CANNOT_TELL, "present in a later listing"
    rest = "" if stored else ", which shows no row at all"
    return Outcome.GONE, f"absent in a later listing{rest}"
