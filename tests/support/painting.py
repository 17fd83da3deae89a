"""Painting in Textual's test driver, which has no terminal: only what is looked at is painted.

Textual paints each frame and then writes it nowhere. Here a frame of a screen is shown with its lines
unpainted, except the body of a dialog, which counts its painted lines before it takes a yes, and other modal
screens: the palette shows the screen below it. Whoever looks (`Compositor.render_strips`,
`App.export_screenshot`) gets the whole screen, and `paint` is called for the last screen of every app, so
that an error while painting still fails its test.
"""

from typing import Any

import pytest
import textual._compositor as compositor
from textual._context import active_app
from textual.app import App
from textual.geometry import Region

from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.painted import Scroller

_painter: Any = compositor.Compositor
_whole = _painter.render_update
_lines = _painter.render_strips


def _render_update(
    painter: Any, full: bool = False, screen_stack: Any = None, simplify: bool = False
) -> object:
    screen = active_app.get().screen
    if full or (screen.is_modal and not isinstance(screen, Dialog)):
        return _whole(painter, full, screen_stack, simplify)
    dirty, painter._dirty_regions = painter._dirty_regions, set()
    if not dirty:
        return None
    if isinstance(screen, Dialog):
        _paint_bodies(painter, screen, Region.from_union(list(dirty)))
    return compositor.LayoutUpdate([], painter.size.region)


def _render_strips(painter: Any, size: Any = None) -> object:
    """With the screens below it, which Textual names to a screen only for the frame that it writes."""
    if painter.root is not None:
        compositor.visible_screen_stack.set(painter.root.app._background_screens)
    return _lines(painter, size)


def _paint_bodies(painter: Any, dialog: Dialog, changed: Region) -> None:
    for body in dialog.query(Scroller):
        if body not in painter.visible_widgets:
            continue
        region, clip = painter.visible_widgets[body]
        shown = region.intersection(clip)
        if shown and shown.overlaps(changed):
            body.render_lines(shown.translate(-region.offset))


def only_when_looked_at() -> None:
    """Let every app of this process paint on demand only."""
    _painter.render_update, _painter.render_strips = _render_update, _render_strips


def each_frame(patch: pytest.MonkeyPatch) -> None:
    """Paint as Textual does, for the rest of a test in which nothing but the painting looks."""
    patch.setattr(_painter, "render_update", _whole)


def paint(app: App[Any]) -> None:
    """The whole screen, once."""
    if app.screen_stack:
        app.screen._compositor.render_strips()
