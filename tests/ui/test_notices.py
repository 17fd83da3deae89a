"""What the app says outside of the tables: what to do next, messages, the command log."""

from collections.abc import Callable
from typing import Any

from tests.support.fake_bench import NOW
from tofutui.appliance.node import LogLine
from tofutui.tofu.judgement.comparison import Phase
from tofutui.tofu.site.endpoint import DELETE_COMMAND
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.text.spans import Tone

Start = Callable[..., Any]


def bar(desk: Any) -> list[str]:
    """The lines of the key bar, top to bottom."""
    height = desk.app.screen.query_one(KeyBar).size.height
    return [row.rstrip() for row in desk.text.splitlines()[-height:]]


async def test_the_next_step_is_above_the_keys_and_gives_way_to_a_message(desk: Start) -> None:
    async with desk() as d:
        following, keys = bar(d)
        assert following == " next: p  3 stale rows on 2 nodes"
        assert "Tab pane" in keys
        d.main.say("written: x.svg", stays=True)
        await d.until(lambda: bar(d)[0] == " written: x.svg")
        assert bar(d)[1] == keys
        await d.press("escape")
        assert bar(d) == [following, keys]


async def test_while_a_node_is_read_no_next_step_is_claimed(desk: Start) -> None:
    async with desk() as d:
        d.fakes.bench.comparison.nodes[Role.SECONDARY].phase = Phase.LISTING
        d.main.redraw()
        await d.until(lambda: bar(d)[0] == "")


async def test_a_long_message_takes_two_lines_and_is_whole_in_the_list(desk: Start) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    async with desk(size=(80, 24)) as d:
        d.main.say("before")
        d.main.say(words, Tone.WARNING, stays=True)
        await d.until(lambda: len(bar(d)) == 3)
        first, second, keys = bar(d)
        assert first.startswith(" word0 ")
        assert second.endswith("…")
        assert "? more" in keys
        await d.press("escape", "M")
        text = " ".join(d.text.split())
        assert words in text.replace("…", "")
        assert text.index("word0") < text.index("before"), "the newest first"


async def test_the_log_folds_what_was_printed_and_finds_what_it_holds(desk: Start) -> None:
    sent, printed = "ncs certvalidation tofu-certs listcerts", "\n".join(f"row {n}" for n in range(5))
    async with desk() as d:
        d.fakes.bench.command_log[:] = [
            LogLine(NOW, Role.PRIMARY, "sent", sent),
            LogLine(NOW, Role.SECONDARY, "sent", f"{DELETE_COMMAND}192.0.2.10_8082"),
            LogLine(NOW, Role.PRIMARY, "printed", printed),
            LogLine(NOW, Role.SECONDARY, "printed", "Deleted"),
        ]
        await d.press("L")
        assert "row 1" in d.text
        assert "row 2" not in d.text
        assert "3 more lines" in d.text
        await d.press("space")
        assert "row 4" in d.text
        await d.press("d")
        assert "row 1" not in d.text
        assert "Deleted" in d.text
        await d.press("d", "slash", *"row 4", "enter")
        assert sent in d.text
        assert "Deleted" not in d.text


async def test_a_message_that_is_said_again_is_once_in_the_list_and_hints_of_a_dialog_are_not(
    desk: Start,
) -> None:
    async with desk(size=(80, 24)) as d:
        for _ in range(3):
            d.main.say("kept; nothing was sent")
        await d.press("M")
        assert d.text.count("kept; nothing was sent") == 1
        await d.press("escape", "space", "j", "space", "D", "pagedown", "escape", "M")
        assert "more below" not in d.text


async def test_the_last_command_and_its_answer_are_shown_where_there_is_room(desk: Start) -> None:
    async with desk() as d:
        last = " SECONDARY 14:02:38 $ ncs certvalidation tofu-certs listcerts "
        clock = NOW.astimezone().strftime("%H:%M:%S")
        last = last.replace("14:02:38", clock)
        assert f"{last}→ …" in d.text
        d.fakes.bench.print(Role.SECONDARY, "\nhost=192.0.2.10_8082\nsecond line\n")
        await d.until(lambda: f"{last}→ host=192.0.2.10_8082" in d.text)
        assert "second line" not in d.text
        await d.resize(80, 24)
        assert last.strip() not in d.text


async def test_what_has_no_room_in_a_frame_is_counted(desk: Start) -> None:
    async with desk(size=(80, 24)) as d:
        assert "SECONDARY  prime-sec  1 ✗  1 ≈  +3 " in d.text
        await d.resize(120, 36)
        assert "1 ✗  1 ≈  1 ?  2 own" in d.text


async def test_at_the_smallest_size_nothing_in_a_dialog_or_a_heading_is_cut_unseen(desk: Start) -> None:
    async with desk(size=(60, 20)) as d:
        await d.press("p", "D")
        await d.until(lambda: "Delete on PRIMARY and SECONDARY " in d.text)
        await d.resize(120, 36)
        await d.until(lambda: "Delete on PRIMARY prime-pri and SECONDARY prime-sec " in d.text)
        await d.resize(60, 20)
        await d.press("escape", "escape", "e")
        await d.until(lambda: "from PRIMARY  F2 changes" in d.text)
        assert "Evidence: 192.0.2.11:8082, PRIMARY" in d.text or "in the table of PRIMARY" in d.text
