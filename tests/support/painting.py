"""Painting in Textual's test driver, which has no terminal: only what somebody looks at is painted.

Textual paints each frame and then writes it nowhere. Here a frame of a screen is shown with its lines
unpainted, except those of a modal screen: a dialog counts what was painted before it takes a yes, and the
palette shows the screen below it. Whoever looks (`Compositor.render_strips`, `App.export_screenshot`) gets
the whole screen, and `paint` is called for the last screen of every app, so that an error while painting
still fails its test.
"""

from typing import Any

import textual._compositor as compositor
from textual._context import active_app
from textual.app import App

_painter: Any = compositor.Compositor
_whole = _painter.render_update


def _render_update(
    painter: Any, full: bool = False, screen_stack: Any = None, simplify: bool = False
) -> object:
    if full or active_app.get().screen.is_modal:
        return _whole(painter, full, screen_stack, simplify)
    if not painter._dirty_regions:
        return None
    painter._dirty_regions.clear()
    return compositor.LayoutUpdate([], painter.size.region)


def only_when_looked_at() -> None:
    """Let every app of this process paint on demand only."""
    _painter.render_update = _render_update


def paint(app: App[Any]) -> None:
    """The whole screen, once."""
    if app.screen_stack:
        app.screen._compositor.render_strips()
