"""Words of operators and of the browser: read, kept over a restart, taken back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.fake_bench import NOW, renamed, session
from tofutui.history.database import FILE, Database
from tofutui.history.row_history import Sightings
from tofutui.history.statements import Statements
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.judgement.evidence import BrowserWord, OperatorWord
from tofutui.tofu.site.session import Role
from tofutui.workbench.evidence import operator
from tofutui.workbench.evidence.statements import SpokenWords, read_browser
from tofutui.workbench.node_state import new_view

PEER = "192.0.2.11_8082"


def comparison() -> Comparison:
    known = session()
    nodes = {role: new_view(known, role) for role in Role}
    for role, hostname in ((Role.PRIMARY, "prime-pri"), (Role.SECONDARY, "prime-sec")):
        nodes[role].hostname = hostname
        nodes[role].entries.update({entry.id: entry for entry in renamed(role)})
    return Comparison(session=known, nodes=nodes, seen_from="here")


@pytest.mark.parametrize(
    ("text", "page", "role", "keys"),
    [
        ("TOFU failed on primary for 192.0.2.11_8082", None, Role.PRIMARY, [PEER]),
        ("TOFU failed on prime-pri for prime-sec", None, Role.PRIMARY, [PEER]),
        ("TOFU failed for 192.0.2.10:8082", Role.SECONDARY, Role.SECONDARY, ["192.0.2.10_8082"]),
        ("TOFU failed on secondary for 192.0.2.10_8082", Role.PRIMARY, Role.SECONDARY, ["192.0.2.10_8082"]),
        ("Registration failed: TOFU failed, 192.0.2.11_8082", None, None, [PEER]),
        ("TOFU failed for ISE-server", Role.PRIMARY, Role.PRIMARY, ["198.51.100.20_443"]),
        ("TOFU failed for kong", None, None, ["198.51.100.30_443"]),
    ],
)
def test_the_browsers_words_name_rows_of_a_node(
    text: str, page: Role | None, role: Role | None, keys: list[str]
) -> None:
    heard = read_browser(text, comparison(), page)
    assert (heard.role, [entry.key for entry in heard.rows]) == (role, keys)
    assert heard.message.startswith("read as evidence from its log")
    assert keys[0] in heard.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Registration failed for 192.0.2.11_8082", 'looked for the words "TOFU failed" and the key'),
        ("TOFU failed on primary", "it names no row of PRIMARY: looked for a key, address or name, such as"),
        ("TOFU failed for 192.0.2.99_8082", "it names no row of either node"),
        ("", "not understood"),
    ],
)
def test_words_that_are_not_understood_say_what_was_looked_for(text: str, said: str) -> None:
    heard = read_browser(text, comparison())
    assert not heard.is_understood
    assert said in heard.message


@dataclass
class Desk:
    """One program on a data folder."""

    database: Database
    testimony: operator.Testimony = field(default_factory=operator.Testimony)
    now: datetime = NOW
    judged: int = 0

    def __post_init__(self) -> None:
        self.words = SpokenWords(
            comparison(), self.testimony, self.database, clock=lambda: self.now, judge_again=self._judge
        )
        self.words.operator = "ops"

    async def _judge(self) -> None:
        self.judged += 1


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(tmp_path / FILE)
    yield Desk(database)
    database.close()


async def test_words_outlive_the_program_until_they_are_taken_back(desk: Desk) -> None:
    desk.words.reissued("192.0.2.11", 8082)
    assert desk.words.browser("TOFU failed on primary for 192.0.2.11_8082").is_understood
    desk.words.reissued("192.0.2.10", None, keep=False)
    await desk.words.close(5)
    assert desk.judged == 3

    other = Desk(desk.database)
    other.words.operator, other.now = "second", NOW + timedelta(minutes=5)
    await other.words.load()
    assert [(w.host, w.port, w.at, w.by) for w in other.testimony.words] == [("192.0.2.11", 8082, NOW, "ops")]
    (peer,) = read_browser("TOFU failed for 192.0.2.11_8082", comparison(), Role.PRIMARY).rows
    reissued, browser = other.words.about(peer)
    assert isinstance(reissued, OperatorWord)
    assert isinstance(browser, BrowserWord)
    assert (browser.role, browser.by) == (Role.PRIMARY, "ops")
    other.words.take_back([browser])
    assert other.words.about(peer) == (reissued,)
    await other.words.close(5)

    await desk.words.load()
    assert desk.testimony.browser == []
    assert [w.host for w in desk.testimony.words] == ["192.0.2.10", "192.0.2.11"]
    kept = Statements(desk.database).every("site-a")
    assert [(k.kind, k.taken_back_by, k.taken_back_at) for k in kept] == [
        ("operator", "", None),
        ("browser", "second", NOW + timedelta(minutes=5)),
    ]


async def test_a_word_taken_back_before_it_is_written_does_not_come_back(desk: Desk) -> None:
    desk.words.reissued("192.0.2.11", None)
    desk.words.take_back(list(desk.testimony.words))
    await desk.words.close(5)
    await desk.words.load()
    assert desk.testimony.words == []


async def test_words_that_cannot_be_kept_count_and_say_so(desk: Desk) -> None:
    desk.database.close()
    desk.words.reissued("192.0.2.11", None)
    await desk.words.close(5)
    assert len(desk.testimony.words) == 1
    assert desk.words.trouble is not None
    assert "cannot be saved" in desk.words.trouble


async def test_forgetting_a_session_forgets_its_words(desk: Desk) -> None:
    desk.words.reissued("192.0.2.11", None)
    await desk.words.close(5)
    Sightings(desk.database).forget("site-a")
    await desk.words.load()
    assert desk.testimony.words == []
