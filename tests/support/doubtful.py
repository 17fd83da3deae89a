"""Verdicts over listed text: what a node printed beside one certificate that every endpoint presents."""

from datetime import UTC, datetime

from tests.support.rows import certificate, presenting
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.cli_output.listing import Listing, Row, read_listing
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence.entry_facts import with_presented
from tofutui.workbench.evidence.row_judge import Circumstances, judged

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
KEY = "192.0.2.20_8082"
NAME = "CN = pi-b.example.net, OU = Lab"
OTHER = "CN = kong"
ROW = f"host={KEY};  subject={NAME}"


def presented(subject: str = "CN=pi-b.example.net,OU=Lab") -> Certificate:
    return certificate(subject)


def entry_of(row: Row, leaf: Certificate) -> Entry:
    """The row beside a certificate, judged with nothing else known."""
    entry = Entry(
        id=row.id, role=Role.PRIMARY, key=row.key, raw=row.raw, endpoint=row.endpoint, who=Who.OTHER, name="",
        stored=row.stored,
    )  # fmt: skip
    return judged(with_presented(entry, presenting(leaf)), Circumstances(), NOW)


def judge_rows(listing: Listing, leaf: Certificate) -> dict[str, Entry]:
    """The judged rows of a listing by id."""
    return {row.id: entry_of(row, leaf) for row in listing.rows}


def judge_text(text: str, leaf: Certificate | None = None, *, prompt: bool = True) -> Entry:
    """The judged row of `KEY` in printed text."""
    return judge_rows(read_listing(text, prompt_returned=prompt), leaf or presented())[KEY]
