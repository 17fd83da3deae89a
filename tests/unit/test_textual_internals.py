"""The private parts of Textual: named in one module, as the app expects them, dispensable for painting."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from textual.screen import Screen

import tofutui
from tofutui.ui.terminal import textual_internals
from tofutui.ui.terminal.line_compositor import LineCompositor, paint_lines_only

PACKAGE = Path(tofutui.__file__).parent
PRIVATE = re.compile(r"(?:from|import) (?:textual|rich)(?:\.\w+)*\._|from textual\.drivers")
WITHOUT = """
import asyncio, textual._compositor as compositor, textual.app
names = ("ChopsUpdate", "LayoutUpdate", "CompositorUpdate")
hidden = {name: getattr(compositor, name) for name in names}
for name in names:
    delattr(compositor, name)
from textual.widgets import Static
from tofutui.ui.terminal.painter import DiffingApp
for name in names:
    setattr(compositor, name, hidden[name])

class Small(DiffingApp):
    def compose(self):
        yield Static("painted all the same")

async def main():
    app = Small()
    async with app.run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        assert "painted" in app.export_screenshot().replace("&#160;", " ")

asyncio.run(main())
"""


def test_private_names_are_imported_in_one_module_only() -> None:
    users = {path.name for path in PACKAGE.rglob("*.py") if PRIVATE.search(path.read_text("utf-8"))}
    assert users == {"textual_internals.py"}


def test_a_partial_update_tells_its_lines_and_spans() -> None:
    update = inspect.signature(textual_internals.ChopsUpdate).parameters
    assert {"chops", "spans", "chop_ends"} <= set(update)


def test_a_layout_update_tells_its_lines_and_region() -> None:
    assert {"strips", "region"} <= set(inspect.signature(textual_internals.LayoutUpdate).parameters)


def test_an_update_renders_itself_for_a_console() -> None:
    assert "console" in inspect.signature(textual_internals.CompositorUpdate.render_segments).parameters


def test_a_compositor_tells_what_changed_and_what_is_in_front() -> None:
    compositor = textual_internals.Compositor()
    assert textual_internals.changed_regions(compositor) == set()
    assert compositor.visible_widgets == {}
    assert compositor.render_partial_update() is None


def test_a_screen_of_a_release_without_a_part_keeps_its_own_compositor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen: Screen[object] = Screen()
    own = screen._compositor
    monkeypatch.setattr(textual_internals, "_PARTS", textual_internals._PARTS | {"a part"})
    paint_lines_only(screen)
    assert screen._compositor is own
    monkeypatch.undo()
    paint_lines_only(screen)
    assert isinstance(screen._compositor, LineCompositor)


def test_the_parser_knows_the_keys_of_a_sequence() -> None:
    keys = list(textual_internals.XTermParser(False)._sequence_to_key_events("\x1b[A"))
    assert [key.key for key in keys] == ["up"]


def test_the_clock_of_events_is_monotonic() -> None:
    before = textual_internals.get_time()
    assert textual_internals.get_time() >= before


def test_the_driver_reads_input_in_a_thread_of_its_own() -> None:
    assert {"run_input_thread", "start_application_mode", "stop_application_mode"} <= set(
        dir(textual_internals.LinuxDriver)
    )


def test_a_release_that_paints_in_another_way_still_shows_the_app() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
