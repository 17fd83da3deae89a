"""The seam between Textual's painting and the terminal: what is already on it is not written again."""

import os
from collections.abc import Iterable, Iterator
from typing import cast

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tofutui.ui.terminal.cell_diff import Piece, ScreenBuffer
from tofutui.ui.terminal.charset import Charset, erases_in_color
from tofutui.ui.terminal.driver import TerminalDriver
from tofutui.ui.terminal.fields import is_field
from tofutui.ui.terminal.line_compositor import LineUpdate
from tofutui.ui.terminal.textual_internals import ChopsUpdate, CompositorUpdate, LayoutUpdate


class DiffingUpdate(CompositorUpdate):
    """An update of Textual's, written by way of what is known to be on the terminal."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate | LineUpdate, front: ScreenBuffer) -> None:
        self._update = update
        self._front = front

    def render_segments(self, console: Console) -> str:
        """The bytes to write; called once, when they are written."""
        return self._front.update(_pieces(self._update), _colors(console))


class DiffingApp(App[int]):
    """Writes only the cells that changed. A release of Textual that paints differently is passed through."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._front = ScreenBuffer(Charset(encoding), erases=erases_in_color(os.environ))

    def get_driver_class(self) -> type[Driver]:
        """Ours, for terminals that stall or hang up."""
        return TerminalDriver

    def repaint_all(self) -> None:
        """Write the whole screen: others may have written to the terminal."""
        self._front.forget()
        if self.screen_stack:
            self.screen.refresh(layout=True)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is None or screen.outer_size != self.size:
            return  # the terminal would wrap the lines of a frame that was laid out for its size before
        if isinstance(renderable, ChopsUpdate | LayoutUpdate | LineUpdate):
            lean = DiffingUpdate(renderable, self._front)
            super()._display(screen, cast("RenderableType", lean))
            self._follow(screen)
            return
        self._front.forget()
        super()._display(screen, renderable)

    def _follow(self, screen: Screen[object]) -> None:
        """Put the terminal's own cursor where the work is: screen readers and magnifiers follow it."""
        if not isinstance(self._driver, TerminalDriver):
            return
        typing = is_field(screen.focused)
        if typing is not self._driver.mouse_is_left and screen.query("Input, TextArea"):
            self._driver.leave_mouse(typing)  # where there is something to paste into, the mouse may paste
        place = self._place(screen.focused)
        if place is None or place == self.cursor_position:
            return
        self.cursor_position = place
        self._driver.write(f"\x1b[{place.y + 1};{place.x + 1}H")

    def _place(self, focused: Widget | None) -> Offset | None:
        """On the focused button, else on what is drawn as chosen; in a field where one types."""
        if is_field(focused):
            return focused.cursor_screen_offset
        if focused is not None and focused.size.height == 1:
            return focused.region.offset
        return Offset(*self._front.chosen) if self._front.chosen else None

    def on_resize(self, _event: events.Resize) -> None:
        """A terminal of another size shows who knows what, even once it has its old size again."""
        self._front.forget()
        if self.screen_stack:
            self.screen.refresh()


def _pieces(update: ChopsUpdate | LayoutUpdate | LineUpdate) -> Iterable[Piece]:
    if isinstance(update, LineUpdate):
        return update.pieces
    return _of_layout(update) if isinstance(update, LayoutUpdate) else _of_chops(update)


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    """The pieces of lines that the changed spans touch; of the others the compositor knows only a part."""
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if isinstance(strip, Strip) and x < last and end > first:
                yield x, y, strip


def _colors(console: Console) -> ColorSystem:
    named = console.color_system
    return ColorSystem[named.upper().replace("256", "EIGHT_BIT")] if named else ColorSystem.TRUECOLOR
