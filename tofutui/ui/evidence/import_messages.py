"""Messages about logs and certificates that were just read. Knows no Textual."""

from collections.abc import Iterable, Mapping, Sequence

from tofutui.tofu.exports.assignment import Imported, assign
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.logs.failures import LogDigest
from tofutui.tofu.site.session import Role
from tofutui.ui.text.vocabulary import listed, node_name, place

NAMES_TOLD = 3


def log_words(digest: LogDigest, source: str) -> str:
    """How often TOFU failed, with whom, and what else a log shows."""
    count = sum(failure.count for failure in digest.failures)
    names = [failure.name for failure in digest.failures[:NAMES_TOLD]]
    if len(digest.failures) > NAMES_TOLD:
        names.append(f"{len(digest.failures) - NAMES_TOLD} more")
    times = "once" if count == 1 else f"{count} times"
    text = f"{source}: TOFU failed {times}, {listed(names)}" if count else f"{source}: no TOFU failure"
    return text + (f"; {digest.other[0].text}" if digest.other else "")


def certificate_words(
    certificates: Sequence[Imported], nodes: Mapping[Role, NodeView], roles: Iterable[Role]
) -> tuple[str, ...]:
    """The rows that certificates fit in the current tables, and why others are not used."""
    messages: list[str] = []
    used: set[Imported] = set()
    doubts: list[str] = []
    for view in (nodes[role] for role in roles):
        assigned = assign(certificates, view.entries.values(), complete=view.complete)
        rows = [
            place(view.entries[id_]) for id_, known in assigned.rows.items() if known.imported is not None
        ]
        messages += [f"{node_name(view)}: certificates now known for {listed(rows)}"] if rows else []
        used |= assigned.used
        doubts += [f"{node_name(view)}: {words}" for words in assigned.doubtful.values()]
    rest = len(set(certificates) - used)
    if rest:
        messages.append(f"{rest} of {len(set(certificates))} certificates not used for any row")
    return (*messages, *dict.fromkeys(doubts))
