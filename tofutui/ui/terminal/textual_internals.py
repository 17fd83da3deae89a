"""Every private name of Textual that the app builds on: with a new release this is the place to look."""

from typing import TYPE_CHECKING, Any

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.screen import Screen

if TYPE_CHECKING:
    from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
else:
    try:
        from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
    except ImportError:  # a release that paints in another way: the app then writes what Textual writes

        class CompositorUpdate:
            """This release has no counterpart of it; nothing is ever an instance."""

        class Compositor:
            """The same."""

        class ChopsUpdate(CompositorUpdate):
            """The changed parts of some lines."""

        class LayoutUpdate(CompositorUpdate):
            """A whole region."""


__all__ = [
    "ChopsUpdate",
    "Compositor",
    "CompositorUpdate",
    "LayoutUpdate",
    "LinuxDriver",
    "XTermParser",
    "changed_regions",
    "get_time",
    "give_compositor",
    "holds_back",
]

_PARTS = frozenset({"_dirty_regions", "render_partial_update", "visible_widgets"})
"""What a compositor of ours builds on."""


def holds_back(app: App[Any]) -> bool:
    """Whether the app writes nothing for now, as while it starts and inside a batch of changes."""
    return app._batch_count > 0


def changed_regions(compositor: Compositor) -> set[Region]:
    """What is yet to be painted; whoever paints it clears the set."""
    return compositor._dirty_regions


def give_compositor(screen: Screen[object], kind: type[Compositor]) -> None:
    """Have a screen that is being made paint by this one; a release without its parts keeps its own."""
    own = getattr(screen, "_compositor", None)
    if isinstance(own, Compositor) and set(dir(own)) >= _PARTS:
        screen._compositor = kind()
