"""Views of the guide: why a registration fails."""

from collections.abc import Sequence

from tofutui.tofu.guide_run import Run
from tofutui.tofu.logs.failures import OtherCause
from tofutui.ui.guide import wording
from tofutui.ui.kit.view import ViewScreen
from tofutui.ui.text.spans import Line


class CausesScreen(ViewScreen):
    """The known causes; those that a check or a log points to come first."""

    heading = "Known causes of a failed registration: how to tell, what to do"

    def __init__(self, run: Run, others: Sequence[OtherCause]) -> None:
        super().__init__()
        self._run = run
        self._others = tuple(others)

    def content(self, width: int) -> list[Line]:
        """All of them."""
        return wording.causes(self._run, self.shown(self._others), width, self.shown, self.owner.keys)
