"""The one page about what this program is for, as data. Texts name keys by their actions."""

from collections.abc import Sequence

from tofutui.ui.actions.keymap import KeyBook
from tofutui.ui.text.sources import LOGS

VERDICTS = "What the verdicts mean"

_PAGE: tuple[tuple[str, Sequence[str]], ...] = (
    (
        "Trust on first use (TOFU)",
        (
            "The first time a Prime Infrastructure node connects to a host by TLS it keeps that host's "
            "certificate: one row per host and port, on each node separately. From then on it accepts no "
            "other certificate there, until the row is deleted.",
            "For each row, listcerts prints the address, the port and the subject, but no fingerprint.",
        ),
    ),
    (
        "What stale means",
        (
            "After a new CSR or a redeployed server, the row holds a different certificate from the one that "
            "the host presents now. Every connection is then refused (\"TOFU failed\"): HA registration and "
            "the integration of ISE and DNA Center stop working. MISMATCH and SUSPECT count as stale.",
        ),
    ),
    (
        "Why equal names prove nothing",
        (
            "A re-issued certificate usually keeps its subject, so a stale row may show the same name as the "
            "host presents. Proof takes more: a line of the node's own log, a certificate exported from its "
            "store, or having watched the node learn the row. {evidence.open} adds such evidence, or your "
            "own statement.",
            "Different names do prove it: a different subject is a different certificate.",
        ),
    ),
    ("Where the logs and certificates are", LOGS),
    (VERDICTS, ()),
    (
        "What a deletion does",
        (
            "It removes one row from one node's table. At its next connection that node trusts whatever "
            "certificate is presented then, whoever presents it: compare the SHA-256 in the dialog with what "
            "the host's owner says. It cannot be undone.",
            "{row.delete} opens the dialog; only {delete.confirm} in it deletes. Afterwards the table is "
            "listed again, and that listing decides how it ended: gone, came back, still there, cannot tell.",
        ),
    ),
    (
        "What a deletion does not do",
        (
            "It does not touch the host, its certificate or the other node's table; it registers nothing and "
            "restarts nothing. {guide.open} guides you through what comes next.",
        ),
    ),
    (
        "Where it was seen from",
        (
            "The certificate beside a row is the one that this machine was shown when it probed. Behind a "
            "proxy, NAT or a virtual IP the node may be shown a different one.",
        ),
    ),
)  # fmt: skip


def explained(keys: KeyBook) -> list[tuple[str, list[str]]]:
    """The sections, title and paragraphs; the one without paragraphs is for the table of verdicts."""
    return [(title, [keys.text(text) for text in texts]) for title, texts in _PAGE]
