"""The guide's screen as its flows see it."""

from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any, TypeVar

from textual.screen import Screen

from tofutui.guide.run_controller import Guide
from tofutui.tofu.guide_run import StepState
from tofutui.ui.backend import Link
from tofutui.ui.kit.screen import Acting
from tofutui.ui.text.spans import Tone

Answered = TypeVar("Answered")


class Guided(Acting[None]):
    """What the flows of the guide share: the run, the session that is open, one piece of work at a time."""

    link: Link
    guide: Guide
    working: str | None
    """What is being done just now."""

    @property
    @abstractmethod
    def chosen(self) -> StepState | None:
        """The step under the cursor."""

    @abstractmethod
    def redraw(self) -> None:
        """Show the run as it is now."""

    @abstractmethod
    def follow(self) -> None:
        """Put the cursor on the step to do now."""

    @abstractmethod
    def stay(self, step_id: str) -> None:
        """Leave the cursor on a step that has just ended, so that its result can be read."""

    async def ask(self, screen: Screen[Answered]) -> Answered | None:
        """Show a dialog and wait for its answer."""
        return await self.app.push_screen_wait(screen)

    def work(self, what: str, flow: Coroutine[Any, Any, None]) -> None:
        """Run a flow in the background, one at a time."""
        if self.working is not None:
            flow.close()
            self.say(f"{self.working} …", Tone.WARNING)
            return
        self.working = what
        self.redraw()
        self.owner.run_guarded(self._worked(flow))

    async def _worked(self, flow: Coroutine[Any, Any, None]) -> None:
        try:
            await flow
        finally:
            self.working = None
            if self.is_attached:
                self.redraw()

    def current(self) -> StepState | None:
        """The step to be done now; says so when the run has ended."""
        step = self.guide.run.current if self.guide.run else None
        if step is None:
            ended = "the run has ended; {guide.record} writes its record, {guide.new} begins another"
            self.say(self.owner.keys.text(ended))
        return step
