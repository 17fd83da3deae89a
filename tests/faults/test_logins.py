"""Logins on a bad day: nothing is sent again that was refused, and no code twice."""

import resource
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.support.askers import ScriptedAsker
from tests.support.lab_login import running
from tests.support.waiting import until
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import Node
from tofutui.appliance.questions import PasswordQuestion
from tofutui.config.sessions import load_sessions
from tofutui.lab.appliance.sshd import ONE_TIME_CODE
from tofutui.lab.pair import Lab
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.session import Role
from tofutui.workbench import Workbench

MEGABYTES = 60
"""What reading may cost at most while 100 MB are on their way; of one answer 8 MB are kept at most."""


@dataclass
class WithCodes(ScriptedAsker):
    """Types the password whenever it is asked for, and one code after the other."""

    secret: str = ""
    codes: list[str] = field(default_factory=list)

    async def password(self, question: PasswordQuestion, /) -> str | None:
        self.password_questions.append(question)
        if question.purpose == "password":
            return self.secret
        return self.codes.pop(0) if self.codes else None


def bench_of(lab: Lab, asker: ScriptedAsker) -> Workbench:
    (session,) = load_sessions(lab.sessions_path).values()
    return Workbench(session, asker)


def cut(lab: Lab, role: str = "primary") -> None:
    """The link is gone, from the node's end."""
    for connection in list(lab.servers[role].connections):
        connection.abort()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path


async def test_a_one_time_code_is_asked_for_again_and_never_sent_twice(home: Path) -> None:
    async with running("clean", home) as lab:
        node = lab.nodes["primary"]
        node.login = "code"
        asker = WithCodes(secret=lab.password, codes=[ONE_TIME_CODE, "246801"])
        bench = bench_of(lab, asker)
        try:
            await bench.refresh()
            view = bench.comparison.nodes[Role.PRIMARY]
            assert view.phase is Phase.LISTED
            cut(lab)
            await until(lambda: view.lost_at is not None)
            await bench.refresh((Role.PRIMARY,))
            asked = [question.prompt for question in asker.password_questions if question.purpose == "answer"]
            assert len(asked) == 2, "each login asks for a code of its own"
            assert node.codes == [ONE_TIME_CODE, "246801"]
            assert view.barred
            for _ in range(3):
                await bench.refresh((Role.PRIMARY,), by_itself=True)
            assert node.codes == [ONE_TIME_CODE, "246801"]
            assert ONE_TIME_CODE not in "".join(line.text for line in bench.command_log)
        finally:
            await bench.close()


async def test_a_code_that_nobody_types_is_not_asked_for_by_a_timer(home: Path) -> None:
    async with running("clean", home) as lab:
        lab.nodes["primary"].login = "code"
        asker = WithCodes(secret=lab.password)
        bench = bench_of(lab, asker)
        try:
            await bench.refresh((Role.PRIMARY,))
            questions = len(asker.password_questions)
            assert bench.comparison.nodes[Role.PRIMARY].barred
            await bench.refresh((Role.PRIMARY,), by_itself=True)
            assert len(asker.password_questions) == questions
            assert lab.nodes["primary"].codes == []
        finally:
            await bench.close()


@pytest.mark.parametrize("login", ["refused", "expired"])
async def test_a_refused_login_is_left_to_the_operator(home: Path, login: str) -> None:
    async with running("clean", home) as lab:
        node = lab.nodes["primary"]
        node.login = login
        asker = ScriptedAsker(passwords=["wrong" if login == "refused" else lab.password])
        bench = bench_of(lab, asker)
        try:
            await bench.refresh((Role.PRIMARY,))
            assert node.passwords == 1
            for _ in range(3):
                await bench.refresh((Role.PRIMARY,), by_itself=True)
            assert node.passwords == 1
            assert bench.comparison.nodes[Role.PRIMARY].barred
        finally:
            await bench.close()


async def test_another_user_stays_told_over_a_lost_link(home: Path) -> None:
    async with running("clean", home) as lab:
        lab.nodes["primary"].other_user = True
        bench = bench_of(lab, ScriptedAsker())
        try:
            await bench.refresh()
            view = bench.comparison.nodes[Role.PRIMARY]
            assert any("another user" in notice.lower() for notice in view.notices), view.notices
            cut(lab)
            await until(lambda: view.lost_at is not None)
            await bench.refresh((Role.PRIMARY,))
            assert any("another user" in notice.lower() for notice in view.notices)
        finally:
            await bench.close()


@pytest.mark.parametrize(
    ("place", "words"),
    [("greeting", "keeps printing"), ("listing", "printed more than"), ("ssh", "not an SSH server")],
)
async def test_a_hundred_megabytes_without_a_line_end_are_not_kept(
    home: Path, place: str, words: str
) -> None:
    async with running("clean", home) as lab:
        if place == "ssh":
            await lab.servers["primary"].stop()
            lab.nodes["primary"].ssh = "endless"
            await lab.servers["primary"].start()
        else:
            lab.nodes["primary"].fault, lab.nodes["primary"].fault_at = "endless", place
        (session,) = load_sessions(lab.sessions_path).values()
        settings = replace(session.nodes[Role.PRIMARY], port=lab.nodes["primary"].port)
        node = Node(settings, ScriptedAsker(), log=lambda line: None, clock=lab._clock)
        before = peak()
        try:
            with pytest.raises(ApplianceError, match=words):
                await node.listcerts()
        finally:
            await node.close()
        assert peak() - before < MEGABYTES


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 / (1024 if sys.platform == "darwin" else 1)
