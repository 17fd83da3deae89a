"""What the listing after a deletion says, and never more than was seen."""

import pytest

from tests.support.fake_bench import entry
from tofutui.tofu.listing import read_listing
from tofutui.tofu.plan import Deletion, Outcome
from tofutui.tofu.proof import outcome_of
from tofutui.tofu.session import Role
from tofutui.tofu.verdict import Verdict

KEY = "198.51.100.20_443"


def deletion(presented: str | None) -> Deletion:
    row = entry(Role.PRIMARY, KEY, Verdict.SAME_NAME, stored="ise", presented=presented)
    return Deletion(
        role=Role.PRIMARY, host="127.0.0.1", shown_address="192.0.2.10", hostname="prime-pri", host_key=None,
        entry=row, key=KEY, command="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("presented", "listed", "outcome", "words"),
    [
        ("ise", None, Outcome.GONE, "absent"),
        ("ise", "ise", Outcome.CANNOT_TELL, "same text, which equals the subject presented now"),
        (None, "ise", Outcome.CANNOT_TELL, "same text, and nothing was presented to compare it with"),
        ("new", "ise", Outcome.STILL_THERE, "did not work"),
        ("new", "new", Outcome.CAME_BACK, "with the certificate's subject presented now"),
        ("new", "odd", Outcome.CANNOT_TELL, "another text, which is not the subject presented now"),
        (None, "odd", Outcome.CANNOT_TELL, "another text, and nothing was presented to compare it with"),
    ],
)
def test_the_end_of_a_deletion(presented, listed, outcome, words):
    rows = f"host={KEY};  subject= /C=US/O=Cisco Systems/CN={listed}\n" if listed else ""
    assert outcome_of(deletion(presented), read_listing(rows))[0] is outcome
    assert words in outcome_of(deletion(presented), read_listing(rows))[1]
