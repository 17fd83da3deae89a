"""Values for tests about rows: certificates, presented ones and facts, without any network."""

import hashlib
from datetime import UTC, datetime

from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.certificates.presented import Presented, Status
from tofutui.tofu.cli_output.listing import read_stored
from tofutui.tofu.judgement.evidence import RowFacts
from tofutui.tofu.names.grammar import readings
from tofutui.tofu.names.match import compare
from tofutui.tofu.names.values import DistinguishedName
from tofutui.tofu.site.row_owner import Who

LISTED = datetime(2026, 11, 23, 14, 2, 40, tzinfo=UTC)
ISSUED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PRIME_SEC = "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec"
PRIME_SEC_IN_LOGS = "CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"


def name(text: str) -> DistinguishedName:
    """The most natural reading of a printed subject."""
    return readings(text)[0]


def certificate(subject: str | None, *, mark: str = "", not_before: datetime | None = ISSUED) -> Certificate:
    """A certificate with this subject; another ``mark`` is another certificate."""
    der = f"{subject} {mark}".encode()
    return Certificate(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der).hexdigest(),
        serial="1",
        subject=name(subject) if subject else None,
        issuer=None,
        not_before=not_before,
        not_after=None,
        key="RSA 2048",
        signature="sha256WithRSAEncryption",
    )


def presenting(leaf: Certificate, *also: Certificate) -> Presented:
    """An endpoint that answered."""
    return Presented(status=Status.OK, at=LISTED, handshake=True, certificate=leaf, also=also)


def silent(status: Status = Status.REFUSED, error: str = "connection refused") -> Presented:
    """An endpoint that did not."""
    return Presented(status=status, at=LISTED, error=error)


def facts(
    id_: str,
    stored: str,
    presented: Presented,
    *,
    who: Who = Who.PEER,
    incarnation: datetime | None = None,
) -> RowFacts:
    """A row of a table with what its endpoint presents."""
    leaf = presented.certificate
    return RowFacts(
        id=id_,
        who=who,
        stored=read_stored(stored),
        presented=presented,
        names=compare(stored, leaf.subject) if leaf else None,
        incarnation=incarnation,
    )
