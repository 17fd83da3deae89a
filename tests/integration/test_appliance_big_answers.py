"""Answers of megabytes in every shape: read in slices, kept in part, and the prompt behind them is known."""

import asyncio
from pathlib import Path

import pytest

from tests.support.appliance import DELETE, LISTCERTS, PASSWORD, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, Handler, Session, ask, steps
from tests.support.depth import amount
from tofutui.appliance.cli.command_output import KeptText

pytestmark = pytest.mark.usefixtures("isolated_home")

SIZE = amount(1_500_000, 5_000_000)
SHAPES = {
    "no line end": b"x" * SIZE,
    "short lines": b"ab\r\n" * (SIZE // 4),
    "line feeds": b"\n" * SIZE,
    "progress": b"".join(b"%7d%%\r" % number for number in range(SIZE // 9)),
    "pagers": b"--More--\r        \r" * 100_000,
    "questions": b"Delete it? (yes/no)\r\n" * (SIZE // 21),
    "blanks": b" " * SIZE,
    "backspaces": b"x\b" * (SIZE // 2),
}


def flood(data: bytes) -> Handler:
    async def handler(session: Session) -> None:
        for at in range(0, len(data), 32_768):
            session.put(data[at : at + 32_768])
            await session.drain()
        session.put("\nthe end\n")

    return handler


class Ticks:
    """How often the loop came round to something else."""

    def __init__(self) -> None:
        self.count = 0

    async def run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_deletions_answer_is_kept_in_part_and_holds_nothing_up(tmp_path: Path, shape: str) -> None:
    cli = Cli(commands={DELETE: flood(SHAPES[shape])})
    async with bench(tmp_path, cli, command_timeout=120.0) as b:
        await b.node.connect()
        ticks = Ticks()
        ticking = asyncio.create_task(ticks.run())
        try:
            output = await b.node.deletecert(DELETE)
        finally:
            ticking.cancel()
        assert len(output.text) < 16_100
        assert output.text.rstrip("\n").endswith("the end")
        assert ticks.count > len(SHAPES[shape]) // 4_096
        assert sum(len(line.text) for line in b.log) < 10_000
        assert b.node.connected
        assert b.server.typed == ["terminal length 0", DELETE]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_listings_answer_arrives_whole_in_slices(tmp_path: Path, shape: str) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: flood(SHAPES[shape])}), command_timeout=120.0) as b:
        await b.node.connect()
        pieces: list[int] = []
        output = await b.node.listcerts(lambda text: pieces.append(len(text)))
        assert sum(pieces) == len(output.text)
        assert max(pieces) < 140_000
        assert output.text.rstrip("\n").endswith("the end")


async def test_a_question_behind_a_long_answer_is_the_operators_and_shows_its_end(tmp_path: Path) -> None:
    asks = steps(flood(SHAPES["short lines"]), ask("Delete 198.51.100.20_443? (yes/no) ", "no"))
    asker = ScriptedAsker(passwords=[PASSWORD], dialogues=["no"])
    async with bench(tmp_path, Cli(commands={DELETE: asks}), asker, command_timeout=120.0) as b:
        await b.node.connect()
        await b.node.deletecert(DELETE)
        (question,) = asker.dialogue_questions
        assert question.text.endswith("the end\nDelete 198.51.100.20_443? (yes/no) \n")
        assert len(question.text) < 16_100
        assert b.server.typed[-1] == "no"


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        ([], ""),
        (["abc"], "abc"),
        (["abcde", "fgh"], "abcdefgh"),
        (["abcdefghi"], "abcd\n[1 characters omitted]\nfghi"),
        (["ab", "cd", "ef", "gh", "ij"], "abcd\n[2 characters omitted]\nghij"),
        (list("abcdefghijkl"), "abcd\n[4 characters omitted]\nijkl"),
        (["a" * 100, "b" * 100], "aaaa\n[192 characters omitted]\nbbbb"),
    ],
)
def test_beginning_and_end_are_kept(pieces: list[str], kept: str) -> None:
    text = KeptText(4, 4)
    for piece in pieces:
        text.add(piece)
    assert text.text == kept
