"""The other screens: details, log, help, palette, evidence, questions, sessions, leaving."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, TextArea

from tests.support.fake_bench import NOW, FakeBench, Fakes, entry, session
from tofutui.appliance.questions import DialogueQuestion, HostKeyQuestion, PasswordQuestion
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.row_owner import Who
from tofutui.tofu.site.session import Role
from tofutui.ui.actions.catalogue import ACTIONS, MAIN, Danger, Scope, footer_items
from tofutui.ui.sessions.picker import SessionScreen

Start = Callable[..., Any]
TOFU = (
    "11/23/26 14:01:58.120 ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust "
    "Trust-on-first-use is configure for this connection. Current certificate of the remote host is "
    "different from what was used earlier - CN=prime-sec, O=Cisco Systems, C=US"
)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_details_show_everything_and_scroll(desk: Start, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        await d.press("j", "enter")
        seen = d.text
        await d.press("G")
        seen = " ".join((seen + d.text).split())
        row = d.pane.rows.current
        sha1 = " ".join(row.presented.certificate.sha1[i : i + 4] for i in range(0, 40, 4)).upper()
        for words in (
            "differs", "self-signed", "343 d left", "RSA 2048", "serial 5f3a", "DNS:ise01", "TLSv1.2",
            "seen from jump01", sha1, "2 equal parts not shown", "as printed",
            "deletecert host 198.51.100.20_443",
        ):  # fmt: skip
            assert words in seen, words
        await d.press("escape")
        assert d.app.screen is d.main


async def test_the_command_log_shows_what_was_sent(desk: Start) -> None:
    async with desk() as d:
        await d.press("L")
        assert "$ ncs certvalidation tofu-certs listcerts" in d.text
        assert "SECONDARY" in d.text
        await d.press("q")
        assert d.app.screen is d.main


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_names_every_action_and_verdict(desk: Start, key: str) -> None:
    async with desk(size=(120, 300)) as d:
        await d.press(key)
        for action in ACTIONS:
            assert (action.title in d.text) is not action.demo, action.id
        assert "SAME NAME" in d.text


@pytest.mark.parametrize("key", ["ctrl+p", "colon"])
async def test_the_palette_runs_actions_by_name(desk: Start, key: str) -> None:
    async with desk() as d:
        await d.press(key)
        await d.press(*"sort")
        await d.until(lambda: "Sort (s)" in d.text)
        await d.press("enter")
        await d.until(lambda: d.app.screen is d.main)
        await d.until(lambda: "by host:port" in d.text)


async def test_deleting_through_the_palette_still_asks(desk: Start) -> None:
    async with desk() as d:
        await d.press("colon", *"delete the")
        await d.until(lambda: "Delete the row" in d.text)
        await d.press("enter")
        await d.until(lambda: "[ Keep row ]" in d.text)
        assert not d.fakes.runner.ran


def test_the_registry_holds_together() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for scope in Scope:
        keys = [key for action in ACTIONS if action.scope is scope for key in action.keys]
        assert len(keys) == len(set(keys)), scope
    assert all(action.help.endswith(".") for action in ACTIONS)
    assert [a.id for a in MAIN if a.danger is Danger.IRREVERSIBLE] == ["row.delete"]
    assert footer_items(MAIN)[0].id == "app.help"
    assert "d" not in {key for action in MAIN for key in action.keys}


async def test_pasted_lines_reach_the_workbench_with_the_node_said(desk: Start) -> None:
    async with desk() as d:
        await d.press("e")
        d.app.post_message(events.Paste(TOFU + "\n" + TOFU))
        await d.until(lambda: d.app.screen.query_one(TextArea).text.count("TOFU failed") == 2)
        await d.press("f5")
        assert d.fakes.bench.said[0][0] == "log"
        assert d.fakes.bench.said[0][2] is Role.PRIMARY
        assert "TOFU failed" in d.message
        await d.press("f2", "f2")
        assert "unknown node" in d.text
        await d.press("escape")
        assert d.app.screen is d.main


async def test_saying_that_a_host_was_reissued_or_learned_again(desk: Start) -> None:
    async with desk() as d:
        await d.press("j", "e", "f3")
        assert ("reissued", "198.51.100.20", 443) in d.fakes.bench.said
        assert "198.51.100.20:443 was re-issued" in d.message
        d.app.screen.query_one("#time", Input).value = "13:59"
        await d.press("f4")
        kind, role, row, at = d.fakes.bench.said[-1]
        assert (kind, role, row) == ("learned", Role.PRIMARY, "198.51.100.20_443")
        assert at.astimezone().strftime("%H:%M") == "13:59"
        assert at <= NOW
        for wrong in ("", "25:00", "x:y", "12"):
            d.app.screen.query_one("#time", Input).value = wrong
            await d.press("f4")
            assert "is not a time; use HH:MM" in d.message
        assert len(d.fakes.bench.said) == 2


async def test_both_nodes_ask_for_a_password_one_after_the_other(desk: Start) -> None:
    async with desk() as d:
        questions = [
            PasswordQuestion(role, f"192.0.2.{n}", "admin", "Password: ", "password")
            for n, role in enumerate(Role)
        ]
        asked = [asyncio.ensure_future(d.fakes.asker.password(q)) for q in questions]
        await d.until(lambda: "Password: PRIMARY 192.0.2.0" in d.text)
        await d.press(*"s3cret")
        assert "s3cret" not in d.text
        await d.press("enter")
        assert await asked[0] == "s3cret"
        await d.until(lambda: "Password: SECONDARY 192.0.2.1" in d.text)
        await d.press("escape")
        assert await asked[1] is None
        assert d.app.screen is d.main


@pytest.mark.parametrize(
    ("key", "yes"), [("enter", False), ("n", False), ("escape", False), ("q", False), ("y", True)]
)
async def test_an_unknown_host_key_is_only_taken_with_y(desk: Start, key: str, yes: bool) -> None:
    async with desk() as d:
        question = HostKeyQuestion(Role.PRIMARY, "192.0.2.10", 22, "ssh-ed25519", "SHA256:abcdef", Path("/k"))
        asked = asyncio.ensure_future(d.fakes.asker.accept_host_key(question))
        await d.until(lambda: "SHA256:abcdef" in d.text)
        await d.press(key)
        assert await asked is yes


async def test_an_unknown_question_is_shown_as_it_is_and_esc_does_not_answer(desk: Start) -> None:
    async with desk() as d:
        question = DialogueQuestion(
            Role.SECONDARY, "prime-sec", "Are you [bold]sure[/]?\n(yes/no)", "ncs ha status"
        )
        asked = asyncio.ensure_future(d.fakes.asker.dialogue(question))
        await d.until(lambda: "Are you [bold]sure[/]?" in d.text)
        assert "SECONDARY prime-sec asks" in d.text
        await d.press("escape")
        assert await asked is None
        asked = asyncio.ensure_future(d.fakes.asker.dialogue(question))
        await d.until(lambda: "Are you" in d.text)
        await d.press(*"no", "enter")
        assert await asked == "no"


async def test_several_sessions_begin_with_the_picker(desk: Start) -> None:
    pair = [session(), replace(session(Role.PRIMARY), name="lab", title="[/x] lab")]
    async with desk(sessions=pair, ready=False) as d:
        await d.until(lambda: isinstance(d.app.screen, SessionScreen))
        await d.until(lambda: "192.0.2.10 + 192.0.2.11" in d.text)
        assert "[/x] lab" in d.text
        await d.press("j", "enter")
        await d.until(lambda: d.app.main is not None and bool(d.fakes.benches))
        assert d.app.main.session.name == "lab"


async def test_switching_closes_the_session_before(desk: Start) -> None:
    pair = [session(), replace(session(), name="lab")]
    async with desk(sessions=pair, initial="site-a") as d:
        await d.press("S", "j", "enter")
        await d.until(lambda: len(d.fakes.benches) == 2)
        await d.until(lambda: d.fakes.benches[0].closed == 1)
        assert d.app.main.session.name == "lab"
        assert not d.fakes.benches[1].closed
        await d.press("S", "escape")
        assert d.app.screen is d.app.main


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_closes_the_nodes(desk: Start, key: str) -> None:
    async with desk() as d:
        await d.press(key)
        assert await d.ended() == 0
        assert d.fakes.bench.closed == 1


async def test_leaving_does_not_wait_for_ever(desk: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tofutui.ui.shell.leaving.NODES_WITHIN", 0.05)

    async def never(self: FakeBench) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(FakeBench, "close", never)
    async with desk() as d:
        await d.press("q")
        assert await d.ended() == 0


async def test_an_error_in_the_background_is_shown_and_ends_nothing(desk: Start) -> None:
    async with desk() as d:

        async def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError("[/x] oops")

        d.fakes.bench.refresh = fails
        await d.press("R")
        await d.until(lambda: "oops" in d.message)
        assert d.app.is_running


async def test_watch_refreshes_again_after_the_refresh_before_ended(desk: Start) -> None:
    async with desk(watch=1.0) as d:
        assert "WATCH 1 s" in d.text
        await d.until(lambda: len(d.fakes.bench.refreshed) >= 3)
        await d.press("w")
        assert "WATCH" not in d.text


async def test_themes_go_round_and_an_unknown_one_is_said(desk: Start) -> None:
    async with desk(theme="nosuch") as d:
        assert "there is no theme 'nosuch': dark is shown" in d.message
        seen = set()
        for _ in d.app.own_themes:
            await d.press("T")
            seen.add(d.app.theme)
        assert seen == set(d.app.own_themes)
        assert {"dark", "high-contrast"} <= seen


async def test_no_color_loses_no_words(desk: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk() as d:
        for words in ("✗ MISMATCH", "≈ SAME NAME", "▸", "PRIMARY", "differs"):
            assert words in d.text


def test_nothing_heavy_is_loaded_with_the_app() -> None:
    import subprocess
    import sys

    code = (
        "import sys, tofutui.ui.shell.app; "
        "heavy = ('asyncssh', 'cryptography', 'tofutui.workbench', 'sqlite3'); "
        "print([module for module in heavy if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_what_looks_like_a_secret_is_neither_shown_nor_copied(desk: Start) -> None:
    async with desk() as d:
        question = DialogueQuestion(Role.PRIMARY, None, "Enter the HA secret: ", None)
        asked = asyncio.ensure_future(d.fakes.asker.dialogue(question))
        await d.until(lambda: "Enter the HA secret" in d.text)
        await d.press(*"canary")
        await d.until(lambda: "••••••" in d.text)
        assert "canary" not in d.text
        assert "canary" not in d.app.export_screenshot()
        field = d.app.screen.query_one("#answer")
        field.action_select_all()
        await d.press("ctrl+x", "super+c", "enter")
        assert await asked == "canary"
        assert d.copied == []
        assert field.value == ""


async def test_the_command_of_impact_names_a_server_as_one_word(desk: Start) -> None:
    row = entry(Role.PRIMARY, "198.51.100.20_443", Verdict.MISMATCH, who=Who.ISE, label="ise; reboot")
    async with desk(fakes=Fakes(lambda role: [row] if role is Role.PRIMARY else [])) as d:
        await d.press("I")
        assert "--of 'ise; reboot' --format" in " ".join(d.text.split())
