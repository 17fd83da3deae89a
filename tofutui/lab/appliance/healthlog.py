"""The log files of a simulated node: "TOFU failed" in the forms of the TAC document (docs/appliance.md)."""

from datetime import datetime
from pathlib import Path

from tofutui.lab.cert import LabCertificate, common_name, java_form

_CAUSE = "Trust-on-first-use is configure for this connection."
_CHANGED = "Current certificate of the remote host is different from what was used earlier"
_FRAME = "\tat sun.security.ssl.Alerts.getSSLException(Alerts.java:192)"
_PEER_THREAD = "HealthMonitorThread"
_SERVICE_THREAD = "seqtaskexecutor-3069"


class NodeLogs:
    """The files of one node: ``hm-0-0.log`` for its HA peer, ``ncs-0-0.log`` for ISE and other services."""

    def __init__(self, folder: Path):
        folder.mkdir(mode=0o700)
        self.health = folder / "hm-0-0.log"
        self.services = folder / "ncs-0-0.log"
        for path in (self.health, self.services):
            path.touch(mode=0o600)

    def started(self, at: datetime) -> None:
        """An ordinary line, so that the files are not made of failures only."""
        for path in (self.health, self.services):
            _append(path, f"{stamp(at)} INFO [system] [main] Logging started")

    def rejected(
        self, at: datetime, presented: LabCertificate, *, is_peer: bool, wrapped: bool = False
    ) -> None:
        """Log one rejected connection.

        A peer's name is written in full and then, in the exception, as CN only; that of a service as CN
        only in both. `wrapped` breaks the event over lines as the TAC document prints it.
        """
        short = common_name(presented.subject)
        full = java_form(presented.subject) if is_peer else short
        thread = _PEER_THREAD if is_peer else _SERVICE_THREAD
        prefix = f"{stamp(at)} ERROR [system] [{thread}] TOFU failed."
        event = _wrapped(prefix, full, short) if wrapped else _plain(prefix, full, short)
        _append(self.health if is_peer else self.services, event)


def stamp(at: datetime) -> str:
    """``MM/DD/YY HH:MM:SS.mmm``, node-local."""
    return f"{at:%m/%d/%y %H:%M:%S}.{at.microsecond // 1000:03d}"


def _plain(prefix: str, full: str, short: str) -> str:
    exception = "javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException"
    return (
        f"{prefix} Check local trust {_CAUSE} {_CHANGED} - {full}\n"
        f"{exception}: {_CAUSE} {_CHANGED} - {short}\n{_FRAME}"
    )


def _wrapped(prefix: str, full: str, short: str) -> str:
    return "\n\n".join(
        (
            prefix,
            f"Check local trust {_CAUSE}",
            _CHANGED,
            f"- {full}",
            "javax.net.ssl.SSLHandshakeException: java.security.cert.",
            f"CertificateException: {_CAUSE}",
            _CHANGED,
            f"- {short}",
        )
    )


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text + "\n")
