"""The session picker, the form of a session, the test of its connection, the first start."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from tests.support.fake_bench import NOW, session
from tofutui.config.saving import save_session
from tofutui.config.sessions import load_sessions
from tofutui.history.database import FILE, Database
from tofutui.history.results import LastResult, Results
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Remote, Role, Session, Via
from tofutui.ui.options import START_DEMO
from tofutui.ui.sessions.form import FormScreen
from tofutui.ui.sessions.form_fields import NAME, groups
from tofutui.ui.sessions.form_widgets import FieldRow, Toggle
from tofutui.ui.sessions.login_test import TrialScreen
from tofutui.ui.sessions.picker import SessionScreen
from tofutui.ui.sessions.store import Shelf, look
from tofutui.ui.sessions.welcome import WelcomeScreen

Start = Callable[..., Any]
SIZES = [(120, 36), (80, 24), (60, 20)]
NARROW = SIZES[1:]
FULL = Session(
    name="made",
    title="CHG, [/x] the [b]second[/b]",
    watch=30.5,
    theme="no-such-theme",
    virtual_ip=("192.0.2.9",),
    nodes={
        Role.PRIMARY: NodeSettings(
            role=Role.PRIMARY, host="192.0.2.10", port=22, username="ops", jump="j", legacy_ssh=True,
            password_command="pass show 'x, y'", addresses=("a", "2001:db8::1"), command_timeout=3.5,
            logs=("/l, with a comma/*.log", "/m/*.log"), known=("/x/",), known_hosts=Path("/kh"),
            key_file=Path("/k"),
        ),
        Role.SECONDARY: NodeSettings(
            role=Role.SECONDARY, host="192.0.2.11", password_env="P", read_only=True, hm_port=8083,
            left_to_ssh=frozenset({"port", "username"}),
        ),
    },
    remotes=(
        Remote(name="I, the first", kind="ise", endpoint=Endpoint("2001:db8::5", 443), nodes=tuple(Role)),
        Remote(name="d", kind="dnac", endpoint=Endpoint("d.example.net", 8443)),
    ),
    probe=ProbeSettings(
        via=Via.JUMP, timeout=2.5, concurrency=4, map={Endpoint("2001:db8::5", 443): Endpoint("::1", 1443)}
    ),
)  # fmt: skip


def own(tmp_path: Path) -> Path:
    return tmp_path / "s.toml"


def made(tmp_path: Path, *sessions: Session) -> list[Session]:
    """Sessions that the app made."""
    for new in sessions:
        save_session(new, own(tmp_path))
    return list(sessions)


def mine(tmp_path: Path) -> Session:
    """One of the user's own file."""
    own(tmp_path).write_text('[sessions.mine.primary]\nhost = "192.0.2.77"\n')
    return load_sessions(own(tmp_path))["mine"]


def row(d: Any, field: str) -> FieldRow:
    return next(row for row in d.app.screen.query(FieldRow) if row.field.id == field)


async def fill(d: Any, **texts: str) -> None:
    for name, text in texts.items():
        control = row(d, name.replace("__", ".")).control
        if isinstance(control, TextArea):
            control.text = text
        else:
            control.value = text
    await d.pilot.pause()


async def form(d: Any, key: str) -> FormScreen:
    await d.press(key)
    await d.until(lambda: isinstance(d.app.screen, FormScreen))
    await d.until(lambda: bool(d.app.screen._begun))
    return d.app.screen


async def picker(d: Any) -> None:
    await d.until(lambda: isinstance(d.app.screen, SessionScreen) and d.app.screen._shelf.was_read)


@pytest.mark.parametrize("size", SIZES)
async def test_the_picker_shows_how_each_ended_and_when(desk: Start, tmp_path, size) -> None:
    database = Database(tmp_path / FILE)
    counts = {Verdict.MISMATCH: 2, Verdict.NO_ANSWER: 1}
    Results(database).put("site-a", LastResult(NOW - timedelta(days=40), False, counts, 1))
    database.close()
    locked = replace(session(name="zz"), read_only=True)
    async with desk(sessions=[session(), locked], ready=False, size=size) as d:
        await d.until(lambda: "2 mismatch, 1 no answer, own rows: 1 stale, not complete" in d.text or
                      (size[0] < 80 and "2 mismatch" in d.text))  # fmt: skip
        first, second = (
            next(line for line in d.text.splitlines() if line.strip().startswith(name))
            for name in ("site-a", "zz")
        )
        assert "PARTIAL" in first
        assert "10-14" in first
        assert "not compared yet" in second
        assert "READ-ONLY" in second
        await d.press("j")
        assert "not compared yet on this machine" in d.text


async def test_hundreds_of_sessions_are_filtered_and_walked_through(desk: Start) -> None:
    many = [replace(session(), name=f"s{n:03d}", title=f"Site {n}") for n in range(400)]
    async with desk(sessions=many, ready=False) as d:
        await picker(d)
        await d.until(lambda: "s000" in d.text)
        await d.press("G")
        assert "s399" in d.text
        await d.press("g", "pagedown", "pagedown")
        assert "s000" not in d.text.splitlines()[2]
        await d.press("slash", *"site 27")
        await d.until(lambda: "14 of 400" in d.text)
        await d.press("enter", "j", "enter")
        await d.until(lambda: d.app.main is not None)
        assert d.app.main.session.name == "s127"


async def test_a_filter_that_fits_nothing_says_so_and_esc_brings_all_back(desk: Start) -> None:
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False) as d:
        await picker(d)
        await d.press("slash", *"[/nope]")
        await d.until(lambda: "no session contains '[/nope]'" in d.text)
        await d.press("enter", "enter")
        assert "there is no session here" in d.message
        await d.press("escape")
        await d.until(lambda: "site-a" in d.text)
        assert isinstance(d.app.screen, SessionScreen)


@pytest.mark.parametrize("size", NARROW)
async def test_a_new_session_is_written_and_saved(desk: Start, tmp_path, size) -> None:
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False, size=size) as d:
        await picker(d)
        await form(d, "n")
        await d.press(*"lab-1", "tab", *"Lab [x]")
        row(d, "primary.host").control.focus()
        await d.press(*"192.0.2.50", "f2")
        await d.until(lambda: isinstance(d.app.screen, SessionScreen))
        await d.until(lambda: "lab-1" in d.text)
        assert "lab-1 is saved" in d.message
    file = tmp_path / "sessions.d" / "lab-1.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    saved = load_sessions(own(tmp_path))["lab-1"]
    assert (saved.title, saved.nodes[Role.PRIMARY].host) == ("Lab [x]", "192.0.2.50")
    assert saved.nodes[Role.PRIMARY].left_to_ssh == {"port", "username"}
    assert Role.SECONDARY not in saved.nodes


@pytest.mark.parametrize("size", NARROW)
async def test_all_faults_are_reported_at_once_at_their_fields_and_nothing_is_lost(
    desk, tmp_path, size
) -> None:
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False, size=size) as d:
        await picker(d)
        screen = await form(d, "n")
        wrong = {
            "name": "b", "watch": "soon", "primary__host": "x y", "primary__port": "99999",
            "secondary__port": "22", "remotes": "only-a-name", "probe__map": "a = b", "probe__timeout": "0",
            "primary__password_command": "pass 'show",
        }  # fmt: skip
        await fill(d, **wrong)
        await d.press("f2")
        await d.until(lambda: "not saved" in d.message)
        faulty = {r.field.id for r in d.app.screen.query(FieldRow) if r.faults}
        assert faulty == {name.replace("__", ".") for name in wrong} - {"secondary.port"} | {"secondary.host"}
        assert row(d, "name").control.has_focus
        assert "there is a session b already" in d.text
        texts = screen._texts()
        assert all(texts[name.replace("__", ".")] == text for name, text in wrong.items())
        await fill(d, name="c")
        await d.until(lambda: not row(d, "name").faults)
        assert not (tmp_path / "sessions.d").exists()


async def test_what_an_edit_does_not_touch_survives_it(desk: Start, tmp_path) -> None:
    (kept,) = made(tmp_path, FULL)
    async with desk(sessions=[kept, session()], ready=False) as d:
        await picker(d)
        await form(d, "e")
        await fill(d, title="another")
        await d.press("f2")
        await d.until(lambda: isinstance(d.app.screen, SessionScreen))
    saved = load_sessions(own(tmp_path))["made"]
    assert saved == replace(FULL, title="another")
    assert [saved.nodes[role].left_to_ssh for role in Role] == [set(), {"port", "username"}]


async def test_every_value_can_be_written_in_the_form(desk: Start, tmp_path) -> None:
    """A form filled with the texts of another session comes to the same session."""
    plain = replace(FULL, nodes={**FULL.nodes, Role.PRIMARY: replace(
        FULL.nodes[Role.PRIMARY], logs=("/l/*.log", "/m/*.log"))})  # fmt: skip
    (kept,) = made(tmp_path, plain)
    async with desk(sessions=[kept, session()], ready=False) as d:
        await picker(d)
        await d.until(lambda: bool(d.app.screen._shown))
        texts = (await form(d, "c"))._texts()
        await d.press("escape")
        await picker(d)
        await form(d, "n")
        for item in d.app.screen.query(FieldRow):
            if isinstance(item.control, TextArea):
                item.control.text = texts[item.field.id]
            else:
                item.control.value = texts[item.field.id]
        await fill(d, name="typed")
        await d.press("f2")
        await d.until(lambda: isinstance(d.app.screen, SessionScreen))
    assert load_sessions(own(tmp_path))["typed"] == replace(plain, name="typed")


async def test_nothing_is_changed_before_it_is_known_whose_file_it_is(desk, tmp_path, monkeypatch) -> None:
    looking = Event()

    def slow(*folders: Path) -> Shelf:
        looking.wait(30)
        return look(*folders)

    monkeypatch.setattr("tofutui.ui.sessions.picker.look", slow)
    async with desk(sessions=[mine(tmp_path), session()], ready=False) as d:
        await d.until(lambda: isinstance(d.app.screen, SessionScreen) and "mine" in d.text)
        await d.press("e")
        assert "still loading" in d.message
        looking.set()
        await picker(d)
        await d.press("e")
        assert "your own and never rewritten" in d.message


async def test_the_users_own_session_is_not_edited_but_duplicated(desk: Start, tmp_path) -> None:
    before = mine(tmp_path)
    text = own(tmp_path).read_bytes()
    async with desk(sessions=[before, session()], ready=False) as d:
        await picker(d)
        await d.until(lambda: "not changed here" in d.text)
        for key in ("e", "x", "delete"):
            await d.press(key)
            assert "your own and never rewritten" in d.message
        await form(d, "c")
        assert row(d, NAME.id).text == "mine-copy"
        await d.press("f2")
        await d.until(lambda: "mine-copy is saved" in d.message)
    assert own(tmp_path).read_bytes() == text
    assert load_sessions(own(tmp_path))["mine-copy"].nodes == before.nodes


async def test_a_renamed_session_leaves_no_second_file(desk: Start, tmp_path) -> None:
    sessions = made(tmp_path, replace(session(), name="one"), replace(session(), name="two"))
    async with desk(sessions=sessions, ready=False) as d:
        await picker(d)
        await form(d, "e")
        await fill(d, name="three")
        await d.press("f2")
        await d.until(lambda: isinstance(d.app.screen, SessionScreen) and "three" in d.text)
        assert list(d.app.sessions) == ["three", "two"]
    assert {file.name for file in (tmp_path / "sessions.d").iterdir()} == {"three.toml", "two.toml"}


async def test_deleting_a_session_asks_and_leaves_the_open_one_alone(desk: Start, tmp_path) -> None:
    sessions = made(tmp_path, session(), replace(session(), name="two"))
    async with desk(sessions=sessions, initial="site-a") as d:
        await d.press("S")
        await picker(d)
        await d.press("x")
        assert "site-a is open" in d.message
        await d.press("j", "delete")
        await d.until(lambda: "No node is touched" in d.text)
        await d.press("enter")
        assert (tmp_path / "sessions.d" / "two.toml").exists()
        await d.press("x")
        await d.until(lambda: "No node is touched" in d.text)
        await d.press("y")
        await d.until(lambda: not (tmp_path / "sessions.d" / "two.toml").exists())
        await d.until(lambda: list(d.app.sessions) == ["site-a"])


async def test_leaving_a_changed_form_asks_and_an_untouched_one_does_not(desk: Start) -> None:
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False) as d:
        await picker(d)
        await form(d, "n")
        await d.press("escape")
        await picker(d)
        await form(d, "n")
        await d.press("a", "escape")
        await d.until(lambda: "not saved yet" in d.text)
        await d.press("n")
        assert row(d, NAME.id).text == "a"
        await d.press("escape")
        await d.until(lambda: "not saved yet" in d.text)
        await d.press("y")
        await picker(d)


async def test_a_folder_that_cannot_be_written_is_reported_and_the_form_stays(desk: Start, tmp_path) -> None:
    (tmp_path / "sessions.d").write_text("in the way")
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False) as d:
        await picker(d)
        await form(d, "n")
        await fill(d, name="x", primary__host="h")
        await d.press("f2")
        await d.until(lambda: "cannot be written" in d.message)
        assert row(d, NAME.id).text == "x"


async def test_every_field_is_reached_by_keys_and_shows_its_help(desk: Start) -> None:
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False, size=(60, 20)) as d:
        await picker(d)
        await form(d, "n")
        for field in [f for group in groups(()) for f in group.fields]:
            here = row(d, field.id)
            assert here.control.has_focus, field.id
            assert field.help.split()[0] in d.text
            fields = d.app.screen.query_one("#fields").region
            assert fields.contains_region(here.control.region), field.id
            await d.press("tab")
        await d.press("pagedown")
        assert row(d, "primary.host").control.has_focus
        await d.press("pageup", "shift+tab")
        assert row(d, "probe.map").control.has_focus


async def test_choices_are_gone_through_by_keys(desk: Start) -> None:
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False) as d:
        await picker(d)
        await form(d, "n")
        via = row(d, "probe.via").control
        assert isinstance(via, Toggle)
        via.focus()
        seen = [via.value]
        for key in ("space", "right", "right", "left"):
            await d.press(key)
            seen.append(via.value)
        assert seen == ["direct", "jump", "off", "direct", "off"]


async def test_hostile_values_are_shown_as_data(desk: Start, tmp_path) -> None:
    bad = replace(session(), name="made", title="\x1b[2J[red]\u202e" + "w" * 5000)
    async with desk(sessions=[bad, session()], ready=False) as d:
        await picker(d)
        await d.until(lambda: "\\x1b[2J[red]\\u202e" in d.text)
        await form(d, "c")
        assert row(d, "title").text == bad.title
        await d.press("escape")
        await picker(d)
        await d.press("slash")
        d.app.screen.query_one("#filter", Input).value = "[/x]\x1b\u202e"
        await d.until(lambda: "no session contains" in d.text)


async def test_transcripts_and_the_demo_have_no_sessions_to_make(desk: Start) -> None:
    async with desk(fixed="the demo's sessions are not kept") as d:
        await d.press("S")
        await picker(d)
        for key in "nec":
            await d.press(key)
            assert "the demo's sessions are not kept" in d.message


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_start_offers_demo_form_and_example(desk: Start, size) -> None:
    async with desk(sessions=[], ready=False, size=size) as d:
        await d.until(lambda: isinstance(d.app.screen, WelcomeScreen) and "New session" in d.text)
        assert "s.toml" in "".join(d.text.split())
        said = " ".join(d.text.split())
        for words in ("nothing else is touched", "write a first session", "the example with every key"):
            assert words in said
        await d.press("x")
        await d.until(lambda: "tofutui sessions example" in " ".join(d.text.split()))
        await d.press("escape", "j", "enter")
        await d.until(lambda: isinstance(d.app.screen, FormScreen) and bool(d.app.screen._begun))
        await fill(d, name="first", primary__host="192.0.2.10")
        await d.press("f2")
        await picker(d)
        await d.until(lambda: "first is saved; Enter logs in" in d.message)
        assert not d.fakes.benches
        await d.press("enter")
        await d.until(lambda: bool(d.fakes.benches))
        assert d.main.session.name == "first"


async def test_saving_opens_no_session(desk: Start) -> None:
    async with desk() as d:
        await d.press("S")
        await picker(d)
        await form(d, "c")
        await d.press("ctrl+o")
        await d.until(lambda: "site-a-copy is saved; Enter logs in" in d.message)
        assert len(d.fakes.benches) == 1
        assert d.main.session.name == "site-a"


async def test_the_form_marks_what_a_session_needs_and_only_that(desk: Start) -> None:
    async with desk(size=(120, 60)) as d:
        await d.app.push_screen(FormScreen(None, is_new=True))
        await d.until(lambda: bool(d.app.screen._begun))
        marked = {part.split()[0] for part in d.text.splitlines() if " * " in part and "needed" in part}
        assert marked == {"name", "host"}
        needed = [r.field.id for r in d.app.screen.query(FieldRow) if r.field.is_needed]
        assert needed == ["name", "primary.host"]
        await fill(d, name="x", primary__host="192.0.2.1")
        await d.press("f2")
        await d.until(lambda: not isinstance(d.app.screen, FormScreen))


async def test_the_demo_is_asked_of_the_command_line(desk: Start) -> None:
    async with desk(sessions=[], ready=False) as d:
        await d.until(lambda: isinstance(d.app.screen, WelcomeScreen))
        await d.press("d")
        assert await d.ended() == START_DEMO


async def test_a_login_that_fails_is_a_sentence_for_each_node(desk: Start, unused_ports) -> None:
    first, second = unused_ports
    async with desk(sessions=[session(), replace(session(), name="b")], ready=False) as d:
        await picker(d)
        await form(d, "n")
        await fill(
            d, name="x", primary__host="127.0.0.1", primary__port=str(first), secondary__host="127.0.0.1",
            secondary__port=str(second),
        )  # fmt: skip
        await d.press("f5")
        await d.until(lambda: isinstance(d.app.screen, TrialScreen) and d.text.count("not logged in:") == 2)
        assert "Esc close" in " ".join(d.text.split())
        await d.press("escape")
        assert row(d, NAME.id).text == "x"


@pytest.fixture
def unused_ports() -> tuple[int, int]:
    """Two ports on which nothing listens."""
    import socket

    with socket.socket() as first, socket.socket() as two:
        for each in (first, two):
            each.bind(("127.0.0.1", 0))
        return first.getsockname()[1], two.getsockname()[1]
