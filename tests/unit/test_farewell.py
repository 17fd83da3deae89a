"""The lines that the terminal keeps after the app."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.unit.test_next_step import pair, row
from tofutui.history.database import FILE, Database
from tofutui.history.journal import Journal
from tofutui.history.owners import this_process
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.shell.farewell import farewell

SINCE = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
PROVEN = pair(row(Role.PRIMARY, Verdict.PROVEN))


def write(folder, *ends: tuple[Role, str, Outcome | None], owner: str | None = None, at=SINCE):
    database = Database(folder / FILE)
    journal = Journal(database)
    for role, key, end in ends:
        number = journal.open_entry(
            session="site-a", role=role, host=role, hostname=f"prime-{role[:3]}", key=key, command="x",
            operator="ann", sha256=None, at=at, owner=owner or str(this_process("session")),
        )  # fmt: skip
        if end is not None:
            journal.outcome(number, end, "", at)
    database.close()


def test_without_a_deletion_it_says_so_and_what_is_open(tmp_path):
    lines = farewell(pair(row(Role.PRIMARY, Verdict.MISMATCH)), tmp_path, SINCE)
    assert lines == ["site-a: no row was deleted", "open: 1 stale row on PRIMARY"]
    assert not list(tmp_path.iterdir()), "looking for a journal makes none"


def test_each_row_with_its_end_what_is_open_and_the_command_for_the_record(tmp_path):
    write(
        tmp_path,
        (Role.SECONDARY, "192.0.2.10_8082", Outcome.GONE),
        (Role.PRIMARY, "192.0.2.11_8082", Outcome.CAME_BACK),
        (Role.PRIMARY, "198.51.100.20_443", None),
    )
    assert farewell(PROVEN, tmp_path, SINCE) == [
        "site-a: PRIMARY prime-pri: 192.0.2.11_8082 came back, 198.51.100.20_443 unknown; "
        "SECONDARY prime-sec: 192.0.2.10_8082 gone",
        "open: 1 outcome unknown, the next listing decides; register HA again",
        "record: tofutui record site-a --since 2026-11-23T14:02Z",
    ]


def test_many_rows_are_counted_by_their_end(tmp_path):
    ends = [(Role.PRIMARY, f"192.0.2.{n}_443", Outcome.GONE if n else Outcome.CANNOT_TELL) for n in range(6)]
    write(tmp_path, *ends)
    assert farewell(PROVEN, tmp_path, SINCE)[0] == "site-a: PRIMARY prime-pri: 6 rows, 5 gone, 1 cannot tell"


def test_other_programs_earlier_runs_and_refused_rows_are_not_ours(tmp_path):
    other = replace(this_process("session"), pid=1)
    write(tmp_path, (Role.PRIMARY, "192.0.2.1_443", Outcome.GONE), owner=str(other))
    write(tmp_path, (Role.PRIMARY, "192.0.2.2_443", Outcome.GONE), at=SINCE - timedelta(minutes=1))
    write(tmp_path, (Role.PRIMARY, "192.0.2.3_443", Outcome.REFUSED))
    assert farewell(PROVEN, tmp_path, SINCE)[0] == "site-a: no row was deleted"


def test_a_comparison_under_way_is_not_called_finished(tmp_path):
    assert farewell(pair(phase=Phase.LISTING), tmp_path, SINCE)[1] == "open: the comparison was not complete"


def test_the_simulated_pair_has_no_record_afterwards(tmp_path):
    write(tmp_path, (Role.PRIMARY, "192.0.2.1_443", Outcome.GONE))
    demo = replace(PROVEN, session=replace(PROVEN.session, demo=True))
    assert len(farewell(demo, tmp_path, SINCE)) == 2
