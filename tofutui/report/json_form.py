"""A comparison as the JSON of ``check``, keys in its order."""

import json
from datetime import datetime
from typing import Any

from tofutui.report.phrases import utc
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView, TiedFailure
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role

Json = dict[str, Any]


def document(comparison: Comparison, version: str) -> Json:
    """The document of one session, not yet made safe: `dump` does that."""
    return {
        "schema": 1,
        "tool": f"tofutui {version}",
        "taken_at": _time(comparison.taken_at),
        "session": comparison.session.name,
        "complete": comparison.complete,
        "seen_from": comparison.seen_from,
        "nodes": {str(role): _node(comparison, role) for role in Role},
        "failures": [_failure(tied) for tied in comparison.failures],
        "not_tofu": [{"text": cause.text, "line": cause.line} for cause in comparison.not_tofu],
        "summary": _summary(comparison),
    }


def dump(value: Json) -> str:
    """Indented JSON in ASCII; every string is made fit for a terminal first."""
    return json.dumps(_safe(value), indent=1) + "\n"


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, dict):
        return {key: _safe(item) for key, item in value.items()}
    return [_safe(item) for item in value] if isinstance(value, (list, tuple)) else value


def _time(at: datetime | None) -> str | None:
    return utc(at) if at else None


def _local(at: datetime | None) -> str | None:
    """A time by a node's own clock: unless its log printed a zone none is known, and none is claimed."""
    if at is None:
        return None
    return utc(at) if at.tzinfo else at.isoformat(timespec="seconds")


def _node(comparison: Comparison, role: Role) -> Json | None:
    node = comparison.nodes.get(role)
    if node is None:
        return None
    return {
        "host": node.host,
        "shown_address": node.shown_address,
        "hostname": node.hostname,
        "version": node.version,
        "ha": {"role": node.ha.role, "state": node.ha.state} if node.ha else None,
        "clock_skew_s": None if node.clock_skew_s is None else round(node.clock_skew_s, 1),
        "complete": node.complete,
        "error": node.error,
        "unknown": list(node.unknown),
        "entries": [_entry(comparison, node, entry) for entry in node.ordered()],
    }


def _entry(comparison: Comparison, node: NodeView, entry: Entry) -> Json:
    return {
        "key": entry.key,
        "raw": entry.raw if entry.is_stored else None,
        "host": entry.endpoint.host if entry.endpoint else None,
        "port": entry.endpoint.port if entry.endpoint else None,
        "who": str(entry.who),
        "name": _name(comparison, node, entry),
        "stored": _stored(entry.stored),
        "presented": _presented(entry.presented),
        "verdict": str(entry.verdict),
        "why": list(entry.judgement.why),
        "evidence": [
            {"kind": str(item.kind), "at": _time(item.at), "text": item.text}
            for item in entry.judgement.evidence
        ],
        "delete": entry.delete_command,
    }


def _name(comparison: Comparison, node: NodeView, entry: Entry) -> str | None:
    """The remote's configured name; for rows about the two nodes the host name seen at the prompt."""
    if entry.who in (Who.SELF, Who.LOOPBACK):
        return node.hostname
    if entry.who is Who.PEER:
        peer = comparison.nodes.get(node.role.other)
        return peer.hostname if peer else None
    return entry.name or None


def _stored(stored: StoredSubject | None) -> Json | None:
    if stored is None:
        return None
    return {"raw": stored.raw, "subject": _subject(stored.subject), "ambiguous": stored.ambiguous}


def _subject(name: DistinguishedName | None) -> list[list[str]] | None:
    return None if name is None else [list(pair) for pair in name.pairs()]


def _attempts(presented: Presented) -> list[str]:
    """What went wrong on the way, each as ``way: what``."""
    return [
        f"{attempt.way}: {attempt.text}" for attempt in presented.attempts if attempt.status is not Status.OK
    ]


def _presented(presented: Presented) -> Json:
    certificate = presented.certificate
    attempts = _attempts(presented)
    if certificate is None:
        return {"status": str(presented.status), "error": presented.error, "attempts": attempts}
    return {
        "status": str(presented.status),
        "handshake": presented.handshake,
        **_certificate(certificate),
        "tls": presented.tls,
        "sni": presented.sni,
        "chain": [certificate.sha256 for certificate in presented.chain],
        "also": [certificate.sha256 for certificate in presented.also],
        "via": str(presented.via),
        "address": presented.address,
        "attempts": attempts,
        "error": presented.error,
    }


def _certificate(certificate: Certificate) -> Json:
    return {
        "subject": _subject(certificate.subject),
        "issuer": _subject(certificate.issuer),
        "sha256": certificate.sha256,
        "sha1": certificate.sha1,
        "serial": certificate.serial,
        "not_before": _time(certificate.not_before),
        "not_after": _time(certificate.not_after),
        "key": certificate.key,
        "signature": certificate.signature,
        "san": list(certificate.san),
    }


def _failure(tied: TiedFailure) -> Json:
    failure = tied.failure
    return {
        "node": str(tied.role) if tied.role else None,
        "name": failure.name,
        "thread": failure.thread,
        "peer": failure.peer,
        "first": _local(failure.first),
        "last": _local(failure.last),
        "count": failure.count,
        "text": tied.meaning,
    }


def _summary(comparison: Comparison) -> dict[str, int]:
    counts = comparison.counts()
    shown = (verdict for verdict in Verdict if verdict is not Verdict.PENDING)
    return {str(verdict): counts[verdict] for verdict in shown} | {"own_stale": comparison.own_stale()}
