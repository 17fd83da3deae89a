"""What became of the rows from one listing to the next, and what is kept to say so."""

from dataclasses import replace

from tests.support.fake_bench import entry
from tofutui.tofu.judgement.comparison import Entry, NodeView, Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.tables.rows.changes import Changes, Sign


def listing(*entries: Entry) -> NodeView:
    view = NodeView(role=Role.PRIMARY, host="192.0.2.10", shown_address="192.0.2.10", phase=Phase.LISTED)
    return replace(view, entries={row.id: row for row in entries})


def row(key: str, presented: str = "prime-pri") -> Entry:
    return entry(Role.PRIMARY, key, Verdict.SAME_NAME, presented=presented)


def test_rows_that_went_are_named_as_they_were_shown():
    changes = Changes()
    odd = replace(row("odd"), key=None, endpoint=None, raw=" host=odd\x1b ")
    changes.take(listing(row("192.0.2.1_443"), row("2001:db8::1_443"), odd, row("192.0.2.2_443")))
    changes.take(listing(row("192.0.2.2_443", "other"), row("192.0.2.3_443")))
    assert changes.gone == ("192.0.2.1:443", "[2001:db8::1]:443", "host=odd\\x1b")
    assert {id_: change.sign for id_, change in changes.rows.items()} == {
        "192.0.2.2_443": Sign.CHANGED,
        "192.0.2.3_443": Sign.NEW,
    }
    assert "another certificate presented" in changes.words("192.0.2.2_443")


def test_nothing_is_kept_of_a_row_but_what_the_row_holds():
    changes, shown = Changes(), row("192.0.2.1_443")
    changes.take(listing(shown))
    (kept,) = (changes._states or {}).values()
    held = (shown.raw, shown.verdict.look.word, shown.sha256, shown.endpoint, shown.key)
    assert all(value is own for value, own in zip(kept, held, strict=True))
