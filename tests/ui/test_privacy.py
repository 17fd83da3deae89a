"""The privacy mask: no screen and no copy names the site, with and without the net; what is sent is real."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rich.segment import Segment
from textual.color import Color

from tests.support.depth import as_long
from tests.support.fake_bench import NOW, Fakes, entry, renamed, session
from tofutui.appliance.node import LogLine
from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.privacy.mask import Mask
from tofutui.tofu.base.text import in_groups
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.mask import Net, Privacy
from tofutui.ui.sessions.form import FormScreen

Start = Callable[..., Any]
SECRETS = (
    "192.0.2.1", "198.51.100", "prime-pri", "prime-sec", "pri-2", "sec-2", "ISE-server", "ise01", "kong",
    "Cisco Systems", "jump01", "site-a", "CHG0012345",
)  # fmt: skip


def leaks(text: str, rows: list[Entry]) -> list[str]:
    """Which of the secrets appear in a text, fingerprints' tails in any form included."""
    joined = "".join(c for c in text.lower() if c.isalnum())
    leaked = [secret for secret in SECRETS if secret.lower() in text.lower()]
    for row in rows:
        for digits in (row.sha256, row.presented.certificate.sha1 if row.presented.certificate else None):
            if digits:
                leaked += [
                    piece for at in range(8, len(digits) - 12, 4) if (piece := digits[at : at + 12]) in joined
                ]
    return leaked


@pytest.fixture(params=["with the net", "without the net"])
def net(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last net must not be what hides names: everything is masked before it is laid out."""
    if request.param == "without the net":
        monkeypatch.setattr(Privacy, "nets", lambda self: [])


ROWS = [*renamed(Role.PRIMARY), *renamed(Role.SECONDARY)]
WALKS = {
    "panes": ["j", "j", "l", "j", "j", "n", "z", "z", "s", "s"],
    "detail": ["enter", "pagedown", "escape", "j", "enter", "G"],
    "delete": ["D", "pagedown", "escape", "2", "j", "D"],
    "typed": ["j", "j", "D"],
    "several": ["space", "j", "space", "D", "pagedown"],
    "plan": ["p", "j", "space", "D"],
    "map": ["m", "G"],
    "log": ["L", "G"],
    "evidence": ["e", "pagedown", "f2", "f3"],
    "help": ["question_mark", "G"],
    "palette": ["ctrl+p"],
    "sessions": ["S"],
    "filter": ["slash", *"443"],
    "counterpart": ["equals_sign"],
}


@pytest.mark.parametrize(
    ("size", "netted"),
    [as_long((120, 36), False), ((80, 24), True), as_long((60, 20), False)],
    ids=["wide", "usual", "small"],
)
async def test_no_screen_names_the_site(
    desk: Start, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], netted: bool
) -> None:
    if not netted:
        monkeypatch.setattr(Privacy, "nets", lambda self: [])
    async with desk(size=size, redact=True) as d:
        d.fakes.bench.command_log.append(
            LogLine(NOW, Role.PRIMARY, "answer", f"{renamed(Role.PRIMARY)[1].raw}\nprime-pri/admin# ")
        )
        assert leaks(d.text, ROWS) == []
        for walk, keys in WALKS.items():
            for key in keys:
                await d.press(key)
                assert leaks(d.text, ROWS) == [], (walk, key)
            while d.app.screen is not d.main:
                await d.press("escape")
            await d.press("escape", "escape", "escape", "1", "g")


async def test_the_filter_sees_what_is_shown(desk: Start) -> None:
    async with desk(redact=True) as d:
        stand_in = d.app.privacy("198.51.100.20")
        await d.press("slash", *"198.51")
        assert d.pane.rows.shown == []
        for _ in "198.51":
            await d.press("backspace")
        await d.press(
            *stand_in.replace("-", "")[:0], *[("minus" if c == "-" else c) for c in stand_in], "enter"
        )
        assert [row.key for row in d.pane.rows.shown] == ["198.51.100.20_443"]


async def test_the_badge_is_shown_while_it_is_on(desk: Start) -> None:
    async with desk() as d:
        assert "PRIVACY" not in d.text
        assert "prime-pri" in d.text
        before = d.text
        await d.press("v")
        assert " PRIVACY " in d.text.splitlines()[0]
        assert "prime-pri" not in d.text
        for keys in (["p"], ["m"], ["L"], ["question_mark"], ["e"], ["S"]):
            await d.press(*keys)
            assert " PRIVACY " in d.text.splitlines()[0], keys
            await d.press("escape")
        await d.press("v", "escape")
        assert d.text == before


async def test_it_is_switched_on_other_screens_too(desk: Start) -> None:
    async with desk() as d:
        await d.press("enter")
        assert "prime-pri" in d.text
        await d.press("v")
        assert leaks(d.text, ROWS) == []
        await d.press("escape")
        assert leaks(d.text, ROWS) == []


@pytest.mark.parametrize("key", ["ctrl+y", "Y"])
async def test_copies_are_masked(desk: Start, key: str) -> None:
    async with desk(redact=True) as d:
        await d.press(key)
        assert len(d.copied) == 1
        assert leaks(d.copied[0], ROWS) == []
        await d.press("escape", "p", "ctrl+y", "Y", "escape", "D", "ctrl+y")
        assert leaks("\n".join(d.copied), ROWS) == []
        assert "deletecert host address-" in d.copied[-1]


async def test_this_machines_name_is_hidden_be_it_as_short_as_a_word(desk: Start) -> None:
    async with desk(size=(200, 60)) as d:
        d.fakes.bench.comparison.seen_from = "vm"
        await d.press("v")
        await d.until(lambda: "PRIVACY" in d.text)
        title = d.text.splitlines()[0]
        assert "seen from" in title
        assert "seen from vm" not in title


async def test_what_is_deleted_is_real(desk: Start) -> None:
    async with desk(redact=True) as d:
        await d.press("j", "D")
        assert "198.51.100.20" not in d.text
        assert "the real key is sent" in d.text
        await d.press("y")
        await d.until(lambda: bool(d.fakes.runner.ran))
        assert [x.key for x in d.fakes.runner.ran[0].deletions] == ["198.51.100.20_443"]
        assert d.fakes.runner.ran[0].deletions[0].command.endswith(" 198.51.100.20_443")
        await d.until(lambda: "GONE" in d.text)
        assert leaks(d.text, ROWS) == []
        await d.press("enter")
        assert leaks(d.text, ROWS) == []


async def test_reveal_shows_everything_until_the_next_key(desk: Start) -> None:
    async with desk(redact=True) as d:
        await d.press("j", "D")
        covered = d.text
        await d.press("ctrl+r")
        row = d.main.current
        assert "198.51.100.20_443" in d.text
        assert "Delete on PRIMARY prime-pri" in d.text
        shown = "".join(c for c in d.text if c.isalnum()).lower()
        assert row.sha256 in shown
        await d.press("ctrl+r")
        assert "198.51.100.20_443" in d.text
        await d.press("down")
        assert leaks(d.text, ROWS) == []
        assert d.text == covered
        await d.press("ctrl+r", "escape")
        assert leaks(d.text, ROWS) == []
        assert not d.app.privacy.revealed


async def test_what_was_revealed_can_be_deleted_with_the_next_key(desk: Start) -> None:
    async with desk(redact=True) as d:
        await d.press("D", "ctrl+r", "y")
        await d.until(lambda: bool(d.fakes.runner.ran))
        assert not d.app.privacy.revealed


async def test_without_the_mask_there_is_nothing_to_reveal(desk: Start) -> None:
    async with desk() as d:
        await d.press("D")
        assert "privacy" not in d.text.lower()
        await d.press("ctrl+r")
        assert "the privacy mask is off" in d.text
        assert not d.app.privacy.revealed


async def test_the_stand_in_that_is_shown_is_what_is_typed(desk: Start) -> None:
    async with desk(redact=True) as d:
        await d.press("2", "G")
        while d.current != "198.51.100.30_443":
            await d.press("k")
        await d.press("D")
        stand_in = d.app.privacy("198.51.100.30_443")
        assert f"type {stand_in}" in d.text
        names = {"-": "minus", "_": "underscore"}
        await d.press(*[names.get(c, c) for c in "198.51.100.30_443".replace(".", "")])
        assert not d.app.screen.is_enabled
        for _ in range(20):
            await d.press("backspace")
        await d.press(*[names.get(c, c) for c in stand_in])
        assert d.app.screen.is_enabled
        await d.press("tab", "y")
        await d.until(lambda: bool(d.fakes.runner.ran))
        assert d.fakes.runner.ran[0].deletions[0].key == "198.51.100.30_443"


async def test_typing_covers_what_was_revealed(desk: Start) -> None:
    async with desk(redact=True) as d:
        await d.press("2", "G")
        while d.current != "198.51.100.30_443":
            await d.press("k")
        await d.press("D", "ctrl+r")
        assert "198.51.100.30_443" in d.text
        await d.press("a")
        assert leaks(d.text, ROWS) == []


FINGERPRINT = "SHA256:" + "Zz9+" * 10 + "abc"


@pytest.mark.parametrize("kind", ["password", "host key", "dialogue"])
async def test_questions_of_the_nodes(desk: Start, net: None, kind: str, tmp_path: Any) -> None:
    async with desk(redact=True) as d:
        asker = d.fakes.asker
        questions = {
            "password": lambda: asker.password(
                PasswordQuestion(
                    Role.PRIMARY, "ghost.example.net", "ops", "ops@ghost.example.net's password:", "password"
                )
            ),
            "host key": lambda: asker.accept_host_key(
                HostKeyQuestion(
                    Role.PRIMARY, "ghost.example.net", 22, "ED25519", FINGERPRINT, tmp_path / "kh"
                )
            ),
            "dialogue": lambda: asker.dialogue(
                DialogueQuestion(Role.PRIMARY, "ghost.example.net", "Is 10.1.2.3 prime-pri?", None)
            ),
        }
        d.app.run_guarded(_ask(questions[kind]))
        await d.until(lambda: len(d.app.screen_stack) > 2 and "Enter" in d.text)
        secrets = ("ghost", "10.1.2.3", FINGERPRINT[20:], "prime-pri")
        assert not [secret for secret in secrets if secret in d.text]
        await d.press("ctrl+r")
        assert "ghost.example.net" in d.text
        assert kind != "host key" or FINGERPRINT in d.text
        await d.press("escape")
        assert leaks(d.text, ROWS) == []


async def _ask(question: Callable[[], Any]) -> None:
    await question()


async def test_messages_and_errors_are_masked(desk: Start, net: None) -> None:
    async with desk(redact=True) as d:
        d.app.announce("prime-pri at 192.0.2.10: refused; " + in_groups(ROWS[0].sha256 or ""))
        await d.pilot.pause()
        assert "refused" in d.text
        assert leaks(d.text, ROWS) == []


async def test_names_that_come_later_are_masked_everywhere(desk: Start) -> None:
    late = entry(
        Role.PRIMARY,
        "203.0.113.9_443",
        Verdict.MISMATCH,
        who=Who.OTHER,
        stored="aurora-7",
        presented="aurora-8",
    )
    async with desk(redact=True) as d:
        d.app.announce("something about aurora-7 and 203.0.113.9")
        await d.pilot.pause()
        d.fakes.bench.put(Role.PRIMARY, [*renamed(Role.PRIMARY), late])
        await d.until(lambda: len(d.pane.rows.shown) == 4 and d.main._frame is None)
        await d.pilot.pause()
        assert "something about" in d.text
        assert "aurora" not in d.text
        assert "203.0.113" not in d.text


async def test_the_picture_of_the_screen_is_masked(desk: Start) -> None:
    async with desk(redact=True) as d:
        assert leaks(d.app.export_screenshot().replace("&#160;", " "), ROWS) == []


async def test_several_sessions_have_a_stand_in_each(desk: Start, net: None) -> None:
    sessions = [session(name=f"site-{x}", title=f"Plant {x.upper()}bc") for x in "ab"]
    async with desk(sessions=sessions, ready=False, redact=True) as d:
        await d.until(lambda: "session-1" in d.text and "session-2" in d.text)
        assert "site-" not in d.text
        assert "Plant" not in d.text
        await d.press("enter")
        await d.until(lambda: d.main.session.name == "site-a")


def test_the_net_keeps_every_cell_in_its_place() -> None:
    mask = Mask()
    mask.learn(session(name="plant-9"))
    line = [Segment("│ at "), Segment("192.0"), Segment(".2.10"), Segment(" in plant-9 x │")]
    shown = Net(mask).apply(line, Color(0, 0, 0))
    text = "".join(segment.text for segment in shown)
    assert len(text) == len("".join(segment.text for segment in line))
    assert text.startswith("│ at address-")
    assert text.endswith("x │")
    assert "plant-9" not in text


async def test_off_nothing_is_loaded_or_changed(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "enter", "escape")
        assert d.app.privacy._mask is None
        row = replace(ROWS[0])
        assert d.app.privacy(row) is row


async def test_many_rows_are_distinguished(desk: Start) -> None:
    def table(role: Role) -> list[Entry]:
        return [
            entry(role, f"198.51.100.{n}_443", Verdict.MISMATCH, who=Who.OTHER, presented=f"host-{n:03}")
            for n in range(60)
        ]

    async with desk(redact=True, fakes=Fakes(table)) as d:
        await d.press("G")
        assert "198.51" not in d.text
        assert "host-0" not in d.text


async def test_it_is_switched_in_the_picker_and_in_the_form(desk: Start) -> None:
    async with desk() as d:
        await d.press("S")
        await d.until(lambda: "site-a" in d.text)
        await d.press("v")
        assert " PRIVACY " in d.text.splitlines()[0]
        assert leaks(d.text, ROWS) == []
        await d.press("v")
        await d.app.push_screen(FormScreen(session(), is_new=False))
        await d.until(lambda: "Edit site-a" in d.text)
        await d.press("f4")
        assert " PRIVACY " in d.text.splitlines()[0]
        assert leaks(d.text, ROWS) == []
        await d.press("f4", "v")
        assert "site-av" in d.text
        assert d.app.screen._texts()["name"] == "site-av"


async def test_a_copy_says_that_stand_ins_were_sent(desk: Start) -> None:
    async with desk() as d:
        await d.press("ctrl+y")
        assert "masked" not in d.message
        await d.press("v", "ctrl+y")
        assert ", masked, sent to the terminal's clipboard" in d.message
        assert d.copied[0] != d.copied[1]
