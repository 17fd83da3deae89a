"""Where a node's logs and certificates lie and how to get them; how sure that is: docs/appliance.md."""

from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.row_owner import Who

FOLDER = "under /opt/CSCOlumos/logs (kind of log seen in a Cisco document; folder inferred, names recalled)"
GET = (
    "To get it: download it from the Health Monitor page (port 8082) or from Administration > Settings > "
    "Logging, as an administrator of the web interface; or copy it to an SFTP repository from the admin CLI, "
    "with its account (recalled)."
)
EXPORT = (
    "The stored certificate can be exported from a root shell only, which may be disabled; path and format "
    "are unknown, and PEM, DER or the output of keytool are read (inferred)."
)
LOGS = (
    f"The health monitor log (hm-*.log) has the refusals of the HA peer, the main log (ncs-*.log) those of "
    f"ISE and other hosts, {FOLDER}.",
    GET,
    EXPORT,
)
"""For a page about all rows."""


def ways_to_prove(entry: Entry) -> tuple[str, ...]:
    """Where the proof about a row lies: in which log of which node, how to get it, and the certificate."""
    is_peer = entry.who in (Who.PEER, Who.SELF, Who.LOOPBACK)
    log = "health monitor log (hm-*.log)" if is_peer else "main log (ncs-*.log)"
    return (f"A refusal would be in the {log} of {entry.role.word}, {FOLDER}.", GET, EXPORT)
