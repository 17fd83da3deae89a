"""What listings say about a deletion: before it, the row is the one confirmed; after it, how it ended."""

from tofutui.tofu.comparison import Entry, NodeView, Phase
from tofutui.tofu.listing import Listing, Row
from tofutui.tofu.names import Relation, compare
from tofutui.tofu.plan import Deletion, Outcome
from tofutui.tofu.presented import Presented


def outcome_of(deletion: Deletion, listing: Listing) -> tuple[Outcome, str]:
    """What a complete listing after the command says about it (part 8.4 of the design)."""
    row = row_of(deletion.key, listing)
    if row is None:
        return Outcome.GONE, "absent in a complete listing"
    if any(stored and stored.may_go_on for stored in (row.stored, deletion.entry.stored)):
        return Outcome.CANNOT_TELL, "present, and its text may go on in the next line of the listing"
    return _outcome_of_present(deletion, row)


def _outcome_of_present(deletion: Deletion, row: Row) -> tuple[Outcome, str]:
    now, before = _stored(row), _frozen(deletion)
    equals_presented = _equals_presented(now, deletion.entry.presented)
    if now != before and equals_presented:
        return Outcome.CAME_BACK, "present again, with the certificate's subject presented now"
    text = "the same text" if now == before else "another text"
    if equals_presented is None:
        return Outcome.CANNOT_TELL, f"present with {text}, and nothing was presented to compare it with"
    if now != before:
        return Outcome.CANNOT_TELL, "present with another text, which is not the subject presented now"
    if not equals_presented:
        return Outcome.STILL_THERE, "present with the same text: the deletion did not work"
    return Outcome.CANNOT_TELL, (
        "present with the same text, which equals the subject presented now: the command was ignored, "
        "or the node learned the certificate again at once"
    )


def row_refusal(entry: Entry) -> str | None:
    """Why no command may be built for a row; None when one may."""
    if not entry.is_stored:
        return "there is no row to delete: the next connection stores one"
    if entry.key is None:
        return "the line has no key"
    if entry.delete_command is None:
        return "no command is built from a key like this: delete it by hand"
    if entry.doubled:
        return "the key stands twice in the list: it cannot be said which row the command would delete"
    if entry.unseen:
        return "the row is not in the newest listing: refresh first"
    return None


def changed_row(deletion: Deletion, listing: Listing | None) -> str | None:
    """Why a fresh listing forbids the deletion; None when it shows the row as it was confirmed."""
    if listing is None:
        return "the table could not be read again"
    if not listing.complete:
        return "the table could not be read again as a whole: " + "; ".join(listing.problems)
    rows = [row for row in listing.rows if row.key == deletion.key]
    if not rows:
        return "the row is gone already"
    if len(rows) > 1:
        return "the key stands twice in the fresh listing"
    return None if _stored(rows[0]) == _frozen(deletion) else "the row's subject changed since"


def changed_meanwhile(deletion: Deletion, view: NodeView) -> str | None:
    """Why the table as it stands now, by whatever listing, forbids the deletion; None when it does not."""
    if view.phase in (Phase.PARTIAL, Phase.FAILED):
        return "the newest listing is not complete"
    entry = view.entries.get(deletion.entry.id)
    if entry is None or not entry.is_stored:
        return "the row is gone already"
    refusal = row_refusal(entry)
    if refusal is not None:
        return refusal
    now = entry.stored.raw if entry.stored else ""
    return None if now == _frozen(deletion) else "the row's subject changed since"


def row_of(key: str, listing: Listing) -> Row | None:
    """The row with this key."""
    return next((row for row in listing.rows if row.key == key), None)


def fingerprints(presented: Presented) -> set[str]:
    """The SHA-256 of every leaf that an endpoint presents."""
    leaves = (presented.certificate, *presented.also)
    return {leaf.sha256 for leaf in leaves if leaf is not None}


def other_certificate(frozen: Presented, now: Presented) -> str | None:
    """Why what an endpoint presents now is not what was confirmed; None when it is."""
    before = frozen.certificate
    if before is None and now.certificate is None:
        return None
    if before is None:
        return "the endpoint presented nothing when this was confirmed, and presents a certificate now"
    if now.certificate is None:
        return f"the endpoint presents nothing any more ({now.error or now.status})"
    return None if before.sha256 in fingerprints(now) else "the endpoint presents another SHA-256 now"


def _stored(row: Row) -> str:
    return row.stored.raw if row.stored else ""


def _frozen(deletion: Deletion) -> str:
    return deletion.entry.stored.raw if deletion.entry.stored else ""


def _equals_presented(stored: str, presented: Presented) -> bool | None:
    """Whether the stored text is the presented subject; None when nothing was presented to compare with."""
    leaf = presented.certificate
    return None if leaf is None else compare(stored, leaf.subject).relation is Relation.EQUAL
