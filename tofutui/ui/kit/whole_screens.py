"""Screens that come and go while keys, sizes, timers and answers are still on their way to them."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.await_complete import AwaitComplete
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen

_AGAIN = 0.2
"""Seconds after which a screen that lies below another one tries again to close."""

if TYPE_CHECKING:
    _Base = Screen[Any]
else:
    _Base = object


def is_whole(node: DOMNode) -> bool:
    """Whether the screen of this widget (or this screen) is composed and not on its way out."""
    at: DOMNode | None = node
    while at is not None and not isinstance(at, Screen):
        at = at.parent
    return at is not None and at.is_mounted and _is_there(at)


def _is_there(screen: Screen[Any]) -> bool:
    return screen.app.is_running and screen.is_attached and screen in screen.app.screen_stack


@contextmanager
def unless_gone(node: DOMNode) -> Iterator[None]:
    """What does not find its widget yet, or no longer finds it, is given up: its screen is not whole.

    Where it is whole the error is one of the program, and is raised.
    """
    try:
        yield
    except NoMatches:
        if is_whole(node):
            raise


class Whole(_Base):
    """A screen that nothing reaches before it is composed or after it has gone.

    One place for every handler of every screen: what is resized, rung or called later is checked here.
    """

    async def _dispatch_message(self, message: Message) -> None:
        if isinstance(message, events.Resize | events.Timer) and not _is_there(self):
            return
        try:
            await super()._dispatch_message(message)
        except NoMatches:
            if _is_there(self):
                raise

    def run_worker(self, work: Any, *args: Any, **options: Any) -> Any:
        """As Textual's; work that continues after the screen is gone does not end the app."""
        return super().run_worker(self._while_whole(work), *args, **options)

    def _while_whole(self, work: Any) -> Callable[[], Awaitable[Any]]:
        async def guarded() -> Any:
            with unless_gone(self):
                return await (work() if callable(work) else work)

        return guarded

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close with this result: once, and never another screen in place of this one."""
        if not _is_there(self):
            return _nothing()
        if self.app.screen is not self:
            self.set_timer(_AGAIN, lambda: self.dismiss(result))
            return _nothing()
        return super().dismiss(result)


def _nothing() -> AwaitComplete:
    """What can be awaited where there is nothing to do."""
    return cast("AwaitComplete", cast("Any", AwaitComplete).nothing())
