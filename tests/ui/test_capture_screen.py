"""The palette takes a capture: it is looked through, words can be struck out, and it is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.transcripts import PRIMARY_ROWS
from tests.support.transcripts import session as transcript
from tofutui.capture.making import Material
from tofutui.capture.taking import take_recorded
from tofutui.capture_file import loads
from tofutui.tofu.cli_output.transcript import read_transcript, recording_of
from tofutui.tofu.site.session import NodeSettings, Role, Session
from tofutui.ui import backend
from tofutui.ui.kit.dialogs.prompts import LineScreen
from tofutui.ui.kit.plain_text import PlainScreen

Start = Callable[..., Any]


async def taken(session: Session, asker: object, tool: str) -> Material:
    """What a pair would have printed."""
    saved = read_transcript(transcript("gotham-pri", PRIMARY_ROWS).encode())
    recording = recording_of(saved, "gotham-pri", "saved")
    node = NodeSettings(role=Role.PRIMARY, host="192.0.2.10")
    return await take_recorded(Session(name="x", nodes={Role.PRIMARY: node}), {Role.PRIMARY: recording}, tool)


async def test_a_capture_is_taken_looked_through_and_written(
    desk: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(backend, "captured", taken)
    async with desk(size=(120, 40)) as d:
        await d.press("ctrl+p", *"capture this")
        await d.until(lambda: "Capture this pair for a report" in d.text)
        await d.press("enter")
        await d.until(lambda: isinstance(d.app.screen, PlainScreen) and "not replaced" in d.text)
        assert "listcerts" in d.text
        assert "infrastructure" in d.text
        assert "gotham" not in d.text
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, LineScreen) and "Words to strike out" in d.text)
        await _answer(d, "infrastructure")
        await d.until(lambda: isinstance(d.app.screen, PlainScreen) and "not replaced" in d.text)
        assert "infrastructure" not in d.text
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.screen, LineScreen) and "Words to strike out" in d.text)
        await _answer(d, "")
        await d.until(lambda: "Write to which file?" in d.text)
        await _answer(d, str(tmp_path / "pair.jsonl"))
        await d.until(lambda: d.app.screen is d.main and "written: " in d.message)
    text = (tmp_path / "pair.jsonl").read_text()
    assert loads(text).source == "transcript"
    assert "gotham" not in text
    assert "Infrastructure" not in text


async def _answer(d: Any, text: str) -> None:
    d.app.screen.query_one("#answer").value = text
    d.app.presses.spent.key = None
    await d.press("enter")
