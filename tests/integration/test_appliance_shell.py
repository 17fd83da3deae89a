"""Commands over a real SSH connection to an awkward admin CLI."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from tests.support.appliance import DELETE, LISTCERTS, PASSWORD, QUICK, TABLE, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, Session, ask, hang, pause, say, steps, waits_for
from tests.support.waiting import until
from tofutui.appliance.errors import CommandTimeout, LinkLost, OutputTooLong, PromptChanged
from tofutui.appliance.ssh.client_connection import READ_AT_ONCE, Connection

pytestmark = pytest.mark.usefixtures("isolated_home")

ECHOES = ["plain", "none", "prompt", "wrapped", "escapes", "double", "crcrlf"]


@pytest.mark.parametrize("echo", ECHOES)
async def test_a_listing_is_what_the_node_printed_and_nothing_else(tmp_path: Path, echo: str) -> None:
    cli = Cli(echo=echo, commands={LISTCERTS: TABLE})
    async with bench(tmp_path, cli) as b:
        arrived: list[str] = []
        output = await b.node.listcerts(arrived.append)
        assert output.text == TABLE
        assert "".join(arrived) == TABLE
        assert output.command == LISTCERTS
        assert output.started <= output.ended
        assert b.server.commands == ["terminal length 0", LISTCERTS]


async def test_the_terminal_is_a_wide_vt100(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert b.server.terminals == [("vt100", (511, 1000))]
        assert b.node.hostname == "prime-pri"
        assert b.node.connected


async def test_one_connection_and_one_shell_serve_all_commands(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        await b.node.connect()
        for _ in range(3):
            await b.node.listcerts()
        assert (await b.node.show_clock()).text == "Mon Nov 23 14:02:38 UTC 2026\n"
        assert len(b.server.connections) == len(b.server.terminals) == 1


async def test_a_long_listing_is_read_in_slices_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read at once is decrypted at once, and nothing else happens meanwhile."""
    table = "".join(f"host=192.0.{n // 250}.{n % 250}_443;  subject=CN = name-{n}\n" for n in range(10_000))
    real, sizes = Connection.data_received, list[int]()

    def noted(self: Connection, data: bytes, datatype: asyncssh.DataType = None) -> None:
        sizes.append(len(data))
        real(self, data, datatype)

    monkeypatch.setattr(Connection, "data_received", noted)
    async with bench(tmp_path, Cli(commands={LISTCERTS: table})) as b:
        assert (await b.node.listcerts()).text == table
    assert max(sizes) <= READ_AT_ONCE < len(table) / 10


async def test_rows_arrive_while_the_listing_still_runs(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def slowly(session: Session) -> None:
        session.put("host=192.0.2.1_443;  subject=CN = a\nhost=192.0.2.2_443;  subj")
        await gate.wait()
        session.put("ect=CN = b\n")

    async with bench(tmp_path, Cli(commands={LISTCERTS: slowly})) as b:
        arrived: list[str] = []
        listing = asyncio.create_task(b.node.listcerts(arrived.append))
        await until(lambda: arrived)
        assert arrived == ["host=192.0.2.1_443;  subject=CN = a\n"]
        gate.set()
        assert (await listing).text.endswith("host=192.0.2.2_443;  subject=CN = b\n")


PROMPT_LIKE = (
    "host=192.0.2.1_443;  subject=CN = prime-pri/admin#\n"
    "prime-pri/admin#\n"
    "prime-pri/admin# \n"
    "prime-pri/admin# show clock\n"
    "other/admin# \n"
    "host=192.0.2.2_443;  subject=CN = b\n"
)


async def test_what_looks_like_the_prompt_does_not_end_a_listing(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: PROMPT_LIKE})) as b:
        assert (await b.node.listcerts()).text == PROMPT_LIKE


async def test_a_trickling_listing_with_prompts_at_the_end_of_pieces_is_read_whole(tmp_path: Path) -> None:
    async def trickle(session: Session) -> None:
        for i in range(0, len(PROMPT_LIKE), 3):
            session.put(PROMPT_LIKE[i : i + 3])
            await asyncio.sleep(0.002)
        session.put("host=192.0.2.3_443;  subject=CN = prime-pri/admin# ")
        await asyncio.sleep(0.09)  # longer than the settling at the start of a line
        session.put("c\n")

    async with bench(tmp_path, Cli(commands={LISTCERTS: trickle})) as b:
        output = await b.node.listcerts()
        assert output.text == PROMPT_LIKE + "host=192.0.2.3_443;  subject=CN = prime-pri/admin# c\n"


async def test_output_without_a_final_line_end_is_read_and_keeps_none(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: "one\ntwo"})) as b:
        assert (await b.node.listcerts()).text == "one\ntwo"


@pytest.mark.parametrize(
    "erase", ["\r        \r", "\b" * 8 + " " * 8 + "\b" * 8, "\r\x1b[K", "\x1b[8D\x1b[K", ""]
)
@pytest.mark.parametrize("enter_only", [False, True])
async def test_a_pager_is_answered_and_leaves_no_trace(tmp_path: Path, erase: str, enter_only: bool) -> None:
    cli = Cli(
        terminal_length=False,
        page=3,
        pager="\x1b[7m--More--\x1b[m",
        pager_erase=erase,
        pager_wants_enter=enter_only,
        commands={LISTCERTS: TABLE},
    )
    async with bench(tmp_path, cli, timings=replace(QUICK, unknown_quiet=0.2)) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.server.pager_keys.count(" ") == 2
        assert b.server.pager_keys.count("\r") == (2 if enter_only else 0)


FIRST, REST = TABLE[: TABLE.index("\n") + 1], TABLE[TABLE.index("\n") + 1 :]
OTHER_PAGERS = {
    "less": ("lines 1-1/2", " "),
    "less, where it does not know": (":", " "),
    "less in per cent": ("lines 1-40/100 40%", " "),
    "Junos": ("---(more 40%)---", " "),
    "ASA": ("<--- More --->", " "),
    "any key": ("Press any key (Q to quit)", " "),
    "space": ("Press SPACE to continue or Q to quit:", " "),
    "German": ("--Mehr--(40%)", " "),
    "Spanish": ("--M\u00e1s--", " "),
    "Japanese": ("--\u7d9a\u3051\u308b--", " "),
}


@pytest.mark.parametrize("kind", OTHER_PAGERS)
async def test_pagers_of_other_makers_and_languages_are_turned(tmp_path: Path, kind: str) -> None:
    cli = Cli(commands={LISTCERTS: steps(say(FIRST), waits_for(*OTHER_PAGERS[kind]), say(REST))})
    async with bench(tmp_path, cli) as b:
        assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize("end", ["lines 1-1/2 (END)", "(END)"])
async def test_a_pager_behind_the_last_line_is_left(tmp_path: Path, end: str) -> None:
    cli = Cli(commands={LISTCERTS: steps(say(TABLE), waits_for(end, "q"))})
    async with bench(tmp_path, cli) as b:
        assert (await b.node.listcerts()).text == TABLE


async def test_a_pager_in_the_middle_of_a_row_is_turned_and_the_row_keeps_both_parts(tmp_path: Path) -> None:
    half = steps(say(f"{FIRST}host=192.0.2.9_443;  subject=CN = pi-b.exa"), waits_for("--More--", " "))
    cli = Cli(commands={LISTCERTS: steps(half, say("mple.net\n"))})
    async with bench(tmp_path, cli, timings=replace(QUICK, midline_settle=0.2)) as b:
        text = (await b.node.listcerts()).text
    assert text == f"{FIRST}host=192.0.2.9_443;  subject=CN = pi-b.exa\nmple.net\n"


async def test_a_line_that_nothing_follows_is_quoted_when_the_command_takes_too_long(tmp_path: Path) -> None:
    cli = Cli(commands={LISTCERTS: steps(say(f"{FIRST}[Zur\u00fcck mit F3] "), hang)})
    async with bench(tmp_path, cli, command_timeout=1.0) as b:
        with pytest.raises(CommandTimeout, match=r"its last line is unfinished: .\[Zur\u00fcck mit F3\]"):
            await b.node.listcerts()


async def test_a_listing_that_wants_enter_in_between_gets_it(tmp_path: Path) -> None:
    first, second = TABLE[:60], TABLE[60:]
    cli = Cli(
        commands={LISTCERTS: steps(say(first + "\n"), ask("Press <Enter> to continue", ""), say(second))}
    )
    async with bench(tmp_path, cli) as b:
        text = (await b.node.listcerts()).text
        assert first in text
        assert text.endswith(second)
        assert "Press" not in text


@pytest.mark.parametrize("enter", ["\r", "\r\n"])
async def test_enter_is_the_key_of_a_terminal(tmp_path: Path, enter: str) -> None:
    page_break = steps(ask("Press <Enter> to continue", ""), say("host=192.0.2.1_443;  subject=CN = a\n"))
    cli = Cli(
        enter=enter,
        before_prompt=[ask("Press <Enter> to continue", "")],
        terminal_length=False,
        page=3,
        pager_wants_enter=True,
        commands={LISTCERTS: TABLE, "show clock": page_break, DELETE: ask("Reason: ", "x", "")},
    )
    asker = ScriptedAsker(passwords=[PASSWORD], dialogues=["x"])
    async with bench(tmp_path, cli, asker, timings=replace(QUICK, unknown_quiet=0.2)) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert "CN = a" in (await b.node.show_clock()).text
        await b.node.deletecert(DELETE)
        assert b.server.typed[-1] == "x"
    assert b.server.ended == ["exit"]


async def test_paging_is_switched_off_where_the_node_knows_how(tmp_path: Path) -> None:
    cli = Cli(page=3, commands={LISTCERTS: TABLE})
    async with bench(tmp_path, cli) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.server.pager_keys == ""


async def test_colours_titles_and_odd_bytes(tmp_path: Path) -> None:
    raw = (
        b"\x1b]0;title\x07\x1b[1mhost=192.0.2.1_443;\x1b[0m  subject=CN = \xff\xc3\x93\x00\x07\r\r\nlast\r\n"
    )
    async with bench(tmp_path, Cli(commands={LISTCERTS: say(raw)})) as b:
        assert (await b.node.listcerts()).text == "host=192.0.2.1_443;  subject=CN = \udcffÓ\nlast\n"


async def test_a_megabyte_is_read_and_in_order(tmp_path: Path) -> None:
    rows = "".join(f"host=192.0.2.1_{n % 60000 + 1};  subject=CN = {n}\n" for n in range(30_000))
    async with bench(tmp_path, Cli(commands={LISTCERTS: rows})) as b:
        assert (await b.node.listcerts()).text == rows


async def test_endless_output_without_a_line_end_is_given_up(tmp_path: Path) -> None:
    async def flood(session: Session) -> None:
        while True:
            session.put("x" * 32_000)
            await session.drain()

    async with bench(tmp_path, Cli(ignore_interrupt=True, commands={LISTCERTS: flood})) as b:
        await b.node.connect()
        assert b.node.login is not None
        b.node.login.shell._talk = replace(b.node.login.shell._talk, cap=500_000)
        with pytest.raises(OutputTooLong) as caught:
            await b.node.listcerts()
        assert caught.value.sent
        assert not b.node.connected


async def test_what_arrives_between_two_commands_belongs_to_neither(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        broadcast = "\nBroadcast message from root: prime-pri/admin# \nrebooting\n"
        for connection in b.server.connections:
            for channel in connection._channels.values():
                channel.write(broadcast.replace("\n", "\r\n").encode())
        await asyncio.sleep(0.1)
        assert (await b.node.show_clock()).text == "Mon Nov 23 14:02:38 UTC 2026\n"


async def test_a_link_cut_in_mid_listing_says_that_the_command_was_sent(tmp_path: Path) -> None:
    async def cut(session: Session) -> None:
        session.put("host=192.0.2.1_443;  subject=CN = a\n")
        await asyncio.sleep(0.05)
        session.server.cut()

    async with bench(tmp_path, Cli(commands={LISTCERTS: cut, DELETE: cut})) as b:
        arrived: list[str] = []
        with pytest.raises(LinkLost) as caught:
            await b.node.listcerts(arrived.append)
        assert caught.value.sent
        assert arrived == ["host=192.0.2.1_443;  subject=CN = a\n"]
        assert not b.node.connected
        with pytest.raises(LinkLost) as caught:
            await b.node.deletecert(DELETE)
        assert not caught.value.sent
        assert DELETE not in b.server.commands


async def test_a_lost_link_is_taken_up_again_without_asking_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        b.server.cut()
        await until(lambda: not b.node.connected)
        assert (await b.node.listcerts()).text == TABLE
        assert len(b.asker.password_questions) == 1
        assert b.server.passwords == [PASSWORD, PASSWORD]


async def test_a_hanging_command_times_out_with_one_ctrl_c_and_the_shell_goes_on(tmp_path: Path) -> None:
    cli = Cli(commands={LISTCERTS: hang, "show clock": "now\n"})
    async with bench(tmp_path, cli, command_timeout=0.5) as b:
        with pytest.raises(CommandTimeout, match=r"0\.5 s") as caught:
            await b.node.listcerts()
        assert caught.value.sent
        assert b.server.ctrl_c == 1
        assert (await b.node.show_clock()).text == "now\n"
        assert len(b.server.connections) == 1


async def test_close_leaves_with_exit(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        await b.node.close()
        await b.node.close()
        assert b.server.ended == ["exit"]
        with pytest.raises(LinkLost):
            await b.node.listcerts()


async def test_close_while_a_command_hangs_presses_ctrl_c_once_and_leaves_with_exit(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: hang})) as b:
        listing = asyncio.create_task(b.node.listcerts())
        await until(lambda: LISTCERTS in b.server.commands)
        await b.node.close()
        with pytest.raises(LinkLost) as caught:
            await listing
        assert caught.value.sent
        assert (b.server.ctrl_c, b.server.ended) == (1, ["exit"])


async def test_a_command_that_ignores_ctrl_c_does_not_keep_the_program(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(ignore_interrupt=True, commands={LISTCERTS: hang})) as b:
        listing = asyncio.create_task(b.node.listcerts())
        await until(lambda: LISTCERTS in b.server.commands)
        async with asyncio.timeout(4):
            await b.node.close()
        with pytest.raises(LinkLost):
            await listing
        assert "exit" not in b.server.typed
        assert b.server.ctrl_c == 1


async def test_cancelling_a_command_and_closing_leaves_with_exit(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(commands={LISTCERTS: hang})) as b:
        listing = asyncio.create_task(b.node.listcerts())
        await until(lambda: LISTCERTS in b.server.commands)
        listing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listing
        await b.node.close()
        assert (b.server.ctrl_c, b.server.ended) == (1, ["exit"])


async def test_after_a_cancelled_command_the_next_one_gets_its_own_output(tmp_path: Path) -> None:
    cli = Cli(commands={LISTCERTS: steps(say("old\n"), hang), "show clock": "now\n"})
    async with bench(tmp_path, cli) as b:
        listing = asyncio.create_task(b.node.listcerts())
        await until(lambda: LISTCERTS in b.server.commands)
        listing.cancel()
        assert (await b.node.show_clock()).text == "now\n"


async def test_a_cancelled_close_still_leaves_with_exit(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        closing = asyncio.create_task(b.node.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        await until(lambda: b.server.ended == ["exit"])


async def test_a_node_that_does_not_hang_up_after_exit_is_closed(tmp_path: Path) -> None:
    async with bench(tmp_path, Cli(exits=False, commands={})) as b:
        await b.node.connect()
        async with asyncio.timeout(4):
            await b.node.close()
        assert b.server.typed[-1] == "exit"


async def test_deletions_go_before_reads_that_wait(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(session: Session) -> None:
        await gate.wait()

    cli = Cli(commands={LISTCERTS: TABLE, "show clock": wait, "show version": "v\n", DELETE: ""})
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        tasks = [asyncio.create_task(b.node.show_clock())]
        await until(lambda: "show clock" in b.server.commands)
        tasks += [
            asyncio.create_task(work)
            for work in (
                b.node.show_version(),
                b.node.listcerts(),
                b.node.deletecert(DELETE),
                b.node.listcerts(urgent=True),
            )
        ]
        await asyncio.sleep(0.05)
        gate.set()
        await asyncio.gather(*tasks)
        assert b.server.commands[2:] == [DELETE, LISTCERTS, "show version", LISTCERTS]


async def test_no_secret_is_in_the_log(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.listcerts()
        await b.node.close()
        assert PASSWORD not in b.logged
        assert "sent: " + LISTCERTS in b.logged
        assert "sent: exit" in b.logged


async def test_slow_first_output_is_waited_for(tmp_path: Path) -> None:
    cli = Cli(
        before_prompt=[pause(0.6), say("Welcome\n"), pause(0.4)],
        commands={LISTCERTS: steps(pause(0.7), say(TABLE))},
    )
    async with bench(tmp_path, cli) as b:
        assert (await b.node.listcerts()).text == TABLE


async def test_a_line_that_the_link_broke_off_in_arrives_without_a_line_end(tmp_path: Path) -> None:
    async def cut(session: Session) -> None:
        session.put("host=192.0.2.1_443;  subject=CN = a\nhost=192.0.2.2_443;  subj")
        await asyncio.sleep(0.05)
        session.server.cut()

    async with bench(tmp_path, Cli(commands={LISTCERTS: cut})) as b:
        arrived: list[str] = []
        with pytest.raises(LinkLost) as caught:
            await b.node.listcerts(arrived.append)
        whole = "host=192.0.2.1_443;  subject=CN = a\nhost=192.0.2.2_443;  subj"
        assert "".join(arrived) == caught.value.words == whole


async def test_a_line_that_a_hanging_listing_stops_in_arrives_too(tmp_path: Path) -> None:
    cli = Cli(commands={LISTCERTS: steps(say("host=192.0.2.2_443;  subj"), hang)})
    async with bench(tmp_path, cli, command_timeout=0.5) as b:
        arrived: list[str] = []
        with pytest.raises(CommandTimeout) as caught:
            await b.node.listcerts(arrived.append)
        assert arrived == ["host=192.0.2.2_443;  subj"]
        assert caught.value.words == "host=192.0.2.2_443;  subj"


async def test_another_prompt_is_reported_and_the_session_left(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        b.server.cli.prompt = "other/admin# "
        with pytest.raises(PromptChanged, match=r"other/admin#.*prime-pri/admin#"):
            await b.node.listcerts()
        assert not b.node.connected
        await b.node.listcerts()
        assert b.node.hostname == "other"
        assert b.server.ended == ["exit"]
