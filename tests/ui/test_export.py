"""``x``: the comparison or the screen into a file of the user's choice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_bench import Fakes, entry
from tofutui.tofu.judgement.comparison import Entry
from tofutui.tofu.judgement.verdict import Verdict
from tofutui.tofu.site.session import Role
from tofutui.ui.kit.dialogs.prompts import ChoiceScreen, LineScreen

Start = Callable[..., Any]
FORMS = ["text", "json", "markdown", "svg"]
INTO = "Write to which file?"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    made = tmp_path / "here"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


async def to_path(d: Any, form: str) -> None:
    """As far as the question for the path."""
    await d.press("x")
    await d.until(lambda: isinstance(d.app.screen, ChoiceScreen) and "In which format?" in d.text)
    await d.press(*["j"] * FORMS.index(form), "enter")
    await d.until(lambda: isinstance(d.app.screen, LineScreen) and INTO in d.text)


async def enter(d: Any) -> None:
    """Enter, some time after the one before: it is not held down."""
    d.app.presses.spent.key = None
    await d.press("enter")


async def type_path(d: Any, path: Path | str) -> None:
    """Another path in place of the one offered."""
    d.app.screen.query_one("#answer").value = str(path)
    await enter(d)


@pytest.mark.parametrize("form", FORMS)
async def test_each_form_is_written_where_it_is_offered(desk: Start, folder: Path, form: str) -> None:
    async with desk() as d:
        await to_path(d, form)
        await enter(d)
        await d.until(lambda: d.app.screen is d.main and "written: " in d.message)
        [path] = folder.iterdir()
        assert str(path) in d.message
        assert path.stat().st_mode & 0o777 == 0o600
        text = path.read_text()
        if form == "json":
            assert json.loads(text)["summary"]["mismatch"] == 3
        elif form == "svg":
            assert text.startswith("<svg")
            assert "url(http" not in text.replace('"', "")
            assert "which" not in text
            assert "MISMATCH" in text
        else:
            assert "198.51.100.20" in text


async def test_a_file_that_is_there_is_kept_unless_the_user_says_so(desk: Start, folder: Path) -> None:
    path = folder / "mine"
    path.write_text("mine")
    async with desk() as d:
        await to_path(d, "text")
        await type_path(d, path)
        await d.until(lambda: "already exists" in d.text)
        await enter(d)
        await d.until(lambda: INTO in d.text)
        assert d.app.screen.query_one("#answer").value == str(path)
        assert path.read_text() == "mine"
        await enter(d)
        await d.until(lambda: "already exists" in d.text)
        await d.press("j")
        await enter(d)
        await d.until(lambda: "written: " in d.message)
        assert "198.51.100.20" in path.read_text()


@pytest.mark.parametrize("place", ["no/such/folder/r", "locked/r", "."])
async def test_a_fault_stays_until_it_is_dismissed(desk: Start, folder: Path, place: str) -> None:
    (folder / "locked").write_text("a file, no folder")
    async with desk() as d:
        await to_path(d, "text")
        await type_path(d, place)
        if place == ".":
            await d.until(lambda: "already exists" in d.text)
            await d.press("j")
            await enter(d)
        await d.until(lambda: "cannot be written" in d.message)
        await d.press("j")
        assert "cannot be written" in d.message
        await d.press("escape")
        assert not d.message


async def test_leaving_the_questions_writes_nothing(desk: Start, folder: Path) -> None:
    async with desk() as d:
        await d.press("x")
        await d.until(lambda: "In which format?" in d.text)
        await d.press("escape")
        await to_path(d, "json")
        await d.press("escape")
        await d.until(lambda: d.message == "nothing was written")
        assert not list(folder.iterdir())


async def test_f12_saves_the_screen_on_top(desk: Start, folder: Path) -> None:
    async with desk() as d:
        await d.press("D")
        await d.until(lambda: "Keep row" in d.text)
        await d.press("f12")
        await d.until(lambda: INTO in d.text)
        await type_path(d, folder / "dialog.svg")
        await d.until((folder / "dialog.svg").exists)
        assert "Keep&#160;row" in (folder / "dialog.svg").read_text()
        await d.press("n")
        assert not d.fakes.runner.ran


@pytest.mark.parametrize("form", FORMS)
async def test_nothing_hostile_gets_into_a_file(desk: Start, folder: Path, form: str) -> None:
    bad = "\x1b]0;x\x07\u202e\x9b31m</text>[/]\udc80"

    def table(role: Role) -> list[Entry]:
        return [entry(role, "198.51.100.1_443", Verdict.MISMATCH, stored=bad, presented="b" + bad)]

    async with desk(fakes=Fakes(table)) as d:
        await to_path(d, form)
        await enter(d)
        await d.until(lambda: "written: " in d.message)
        [path] = folder.iterdir()
        text = path.read_text()
        assert not set(text) & {*map(chr, range(9)), "\x1b", "\x07", "\x9b", "\u202e"}
