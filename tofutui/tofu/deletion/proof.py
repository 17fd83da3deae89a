"""What listings say about a deletion: before it, the row is the one confirmed; after it, how it ended.

Rows are compared by host and port, however a key spells them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.cli_output.listing import Listing, Row
from tofutui.tofu.deletion.plan import Deletion, Outcome, VerdictClass
from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.names.match import Relation, compare
from tofutui.tofu.site.endpoint import place_of

NAMED = 5
"""Other rows that are named in the outcome of a deletion; more are counted."""
AGAIN = "look at the row and confirm again"
IGNORED_OR_LEARNED = "the command was ignored, or the node learned again what it sees"


@dataclass(slots=True)
class Proof:
    """Adds up what the listings after a command show; nothing is claimed on less than was seen."""

    deletion: Deletion
    before: Listing
    """The newest complete listing before the command."""
    prompt_returned: bool
    """Whether the node finished the command: without its prompt it may be at work on it still."""
    _present: int = 0
    _empty: int = 0

    def take(self, listing: Listing, *, is_last: bool) -> tuple[Outcome, str, bool]:
        """The outcome as of a complete listing, what it rests on, and whether it is final.

        Args:
            listing: the newest one, complete.
            is_last: no more listings are asked for.
        """
        outcome, text = outcome_of(self.deletion, listing)
        if outcome is Outcome.GONE:
            outcome, text, is_final = self._absent(listing, text)
        else:
            self._present += 1
            outcome, text, is_final = self._there(outcome, text)
        aside = side_effects(self.deletion, self.before, listing)
        return outcome, "; ".join(filter(None, (text, aside))), is_final or is_last

    def _absent(self, listing: Listing, text: str) -> tuple[Outcome, str, bool]:
        if listing.rows or len(self.before.rows) < 2:
            return Outcome.GONE, text, True
        self._empty += 1
        text = f"absent in {_times(self._empty, 'complete listing')}, which shows no row at all"
        return Outcome.GONE, text, self._empty > 1

    def _there(self, outcome: Outcome, text: str) -> tuple[Outcome, str, bool]:
        if outcome is Outcome.CAME_BACK:
            return outcome, text, True
        if not self.prompt_returned:
            seen = _times(self._present, "listing")
            text = f"the node did not finish the command, and the row is present in {seen}"
            return (
                Outcome.UNKNOWN,
                f"{text}: it may still be running; the next complete listing decides",
                False,
            )
        if outcome is Outcome.STILL_THERE and self._present < 2:
            return Outcome.CANNOT_TELL, "present in one listing, which may be older than the deletion", False
        return outcome, text, outcome is Outcome.STILL_THERE


def outcome_of(deletion: Deletion, listing: Listing) -> tuple[Outcome, str]:
    """What one complete listing after the command says about it, taken as the state of the table."""
    rows = rows_at(deletion.key, listing.rows)
    if not rows:
        return Outcome.GONE, "absent in a complete listing"
    if len(rows) > 1:
        return Outcome.CANNOT_TELL, f"the same host and port appears in {len(rows)} rows: {_keys(rows)}"
    if rows[0].key != deletion.key:
        return (
            Outcome.CANNOT_TELL,
            f"absent under this key, but the same host and port appears as {rows[0].key}",
        )
    if any(stored and stored.may_go_on for stored in (rows[0].stored, deletion.entry.stored)):
        return Outcome.CANNOT_TELL, "present, and its text may continue on the next line of the listing"
    return _one_row(deletion, _stored(rows[0]))


def _one_row(deletion: Deletion, now: str) -> tuple[Outcome, str]:
    before, equals_presented = _frozen(deletion), _equals_presented(now, deletion.entry.presented)
    if now != before and equals_presented:
        return Outcome.CAME_BACK, "present again, with the certificate's subject presented now"
    text = "the same text" if now == before else "a different text"
    if equals_presented is None:
        return Outcome.CANNOT_TELL, f"present with {text}, and nothing was presented to compare it with"
    if now != before:
        return Outcome.CANNOT_TELL, "present with a different text, which is not the subject presented now"
    if not equals_presented:
        return Outcome.STILL_THERE, f"the row is present: {IGNORED_OR_LEARNED}"
    return Outcome.CANNOT_TELL, (
        f"present with the same text, which equals the subject presented now: {IGNORED_OR_LEARNED}"
    )


def look_back(deletion: Deletion, listing: Listing) -> tuple[Outcome, str] | None:
    """What a later complete listing says of a row that was gone; None while it stays absent."""
    rows = rows_at(deletion.key, listing.rows)
    if not rows:
        return None
    if len(rows) > 1 or rows[0].key != deletion.key:
        return Outcome.CANNOT_TELL, (
            f"was absent after the deletion; the same host and port appears now as {_keys(rows)}"
        )
    return Outcome.CAME_BACK, "was absent after the deletion, and is present again"


def side_effects(deletion: Deletion, before: Listing, after: Listing) -> str:
    """What else went or changed between two complete listings, in one sentence; "" if nothing did."""
    place = place_of(deletion.key)
    was, now = _texts(before), _texts(after)
    others = [key for key in was if place_of(key) != place]
    gone = [key for key in others if key not in now]
    changed = [key for key in others if key in now and was[key] != now[key]]
    parts = []
    if gone:
        parts.append(f"{_rows(gone)} also disappeared: {_named(gone)}")
    if changed:
        has = "has" if len(changed) == 1 else "have"
        parts.append(f"{_rows(changed)} {has} different text now: {_named(changed)}")
    return "; ".join(parts)


def row_refusal(entry: Entry) -> str | None:
    """Why no command may be built for a row; None when one may."""
    if not entry.is_stored:
        return "there is no row to delete: the next connection stores one"
    if entry.key is None:
        return "the line has no key"
    if entry.delete_command is None:
        return "no command is built from a key like this: delete it by hand"
    if entry.doubled:
        return "the key appears twice in the listing, so it is not clear which row the command would delete"
    if entry.unseen:
        return "the row is not in the newest listing: refresh first"
    return None


def changed_row(deletion: Deletion, listing: Listing | None) -> str | None:
    """Why a fresh listing forbids the deletion; None when it shows the row as it was confirmed."""
    if listing is None:
        return "the table could not be read again: refresh, then confirm again"
    if not listing.complete:
        return "the table could not be read again as a whole: " + "; ".join(listing.problems)
    rows = [row for row in listing.rows if row.key == deletion.key]
    if not rows:
        return "the row is gone already"
    if len(rows) > 1:
        return "the key appears twice in the fresh listing"
    same = _stored(rows[0]) == _frozen(deletion)
    return None if same else f"the row's subject changed since this was confirmed: {AGAIN}"


def changed_meanwhile(deletion: Deletion, view: NodeView) -> str | None:
    """Why the table as it is now, by whatever listing, forbids the deletion; None when it does not."""
    if view.phase in (Phase.PARTIAL, Phase.FAILED):
        return "the newest listing is not complete: refresh, then confirm again"
    entry = view.entries.get(deletion.entry.id)
    if entry is None or not entry.is_stored:
        return "the row is gone already"
    return row_refusal(entry) or changed_entry(deletion.entry, entry)


def changed_entry(confirmed: Entry, now: Entry) -> str | None:
    """Why a row as it is judged now is not what was confirmed; None when it is.

    What counts: the text that the node stores, when it was learned, the SHA-256 presented, and the class of
    the verdict.
    """
    if _text(now) != _text(confirmed):
        return f"the row's subject changed since this was confirmed: {AGAIN}"
    if now.incarnation != confirmed.incarnation:
        return f"the node learned the row again since this was confirmed: {AGAIN}"
    other = other_certificate(confirmed.presented, now.presented)
    if other is not None:
        return other
    before, after = VerdictClass.of(confirmed), VerdictClass.of(now)
    if before is after:
        return None
    words = (confirmed.verdict.look.word, now.verdict.look.word)
    return f"the verdict was {words[0]} when this was confirmed and is {words[1]} now: {AGAIN}"


def rows_at(key: str, rows: Iterable[Row]) -> list[Row]:
    """The rows of this key's host and port, whatever their spelling."""
    place = place_of(key)
    return [row for row in rows if row.key is not None and place_of(row.key) == place]


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
        return (
            "the endpoint presented nothing when this was confirmed, and presents a certificate now: "
            f"refresh, {AGAIN}"
        )
    if not now.status.was_asked:
        why = f" ({now.error})" if now.error else ""
        return f"the endpoint has not been probed again since this was confirmed{why}: refresh, {AGAIN}"
    if now.certificate is None:
        return f"the endpoint presents nothing any more ({now.error or now.status}): refresh, {AGAIN}"
    same = before.sha256 in fingerprints(now) and now.certificate.sha256 in fingerprints(frozen)
    return None if same else f"the endpoint presents a different SHA-256 now: refresh, {AGAIN}"


def _texts(listing: Listing) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for row in listing.rows:
        if row.key is not None:
            texts.setdefault(row.key, []).append(_stored(row))
    return texts


def _rows(keys: list[str]) -> str:
    return "1 other row" if len(keys) == 1 else f"{len(keys)} other rows"


def _named(keys: list[str]) -> str:
    more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
    return ", ".join(keys[:NAMED]) + more


def _keys(rows: list[Row]) -> str:
    return ", ".join(row.key or "?" for row in rows)


def _times(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _stored(row: Row) -> str:
    return row.stored.raw if row.stored else ""


def _text(entry: Entry) -> str:
    return entry.stored.raw if entry.stored else ""


def _frozen(deletion: Deletion) -> str:
    return _text(deletion.entry)


def _equals_presented(stored: str, presented: Presented) -> bool | None:
    """Whether the stored text is the presented subject; None when nothing was presented to compare with."""
    leaf = presented.certificate
    return None if leaf is None else compare(stored, leaf.subject).relation is Relation.EQUAL
