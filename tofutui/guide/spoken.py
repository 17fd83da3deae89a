"""What the operator says in the guide, as evidence about rows: restarts, and the words of the browser."""

from datetime import datetime

from tofutui.tofu.base.secret import without_secrets
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.evidence import OperatorWord
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench
from tofutui.workbench.evidence.statements import Heard


def rows_about(comparison: Comparison, server: str) -> list[Entry]:
    """The stored rows about a server: a node by the value of its role, or a remote by its name."""
    return [
        entry
        for entry in comparison.entries()
        if entry.is_stored and server in (entry.name, str(entry.role.other) if entry.who is Who.PEER else "")
    ]


async def say_restarted(bench: Workbench, server: str, *, renewed: bool, by: str, since: datetime) -> None:
    """The operator's word in this run about a server's certificate, in place of the one before.

    Args:
        bench: Where it counts.
        server: A node by the value of its role, or a remote by its name.
        renewed: Whether it was restarted since its certificate changed, so that it presents another one.
        by: Who says so.
        since: When the run began: words from before are not touched.
    """
    words, rows = bench.statements, rows_about(bench.comparison, server)
    said = {
        word
        for row in rows
        for word in words.about(row)
        if isinstance(word, OperatorWord) and word.by == by and word.at >= since
    }
    if said and not renewed:
        words.take_back(said)
    elif renewed and not said:
        for endpoint in dict.fromkeys(row.endpoint for row in rows if row.endpoint is not None):
            words.reissued(endpoint.host, endpoint.port)
    await words.settled()


async def say_browser(bench: Workbench, text: str) -> Heard:
    """What the page of the primary says of a failure: read like a line of that node's log."""
    heard = bench.statements.browser(without_secrets(text), Role.PRIMARY)
    await bench.statements.settled()
    return heard
