"""What a node printed that no parser knows, by where it was printed; a new answer replaces the old one."""

from enum import StrEnum

from tofutui.appliance.node import Node
from tofutui.tofu.cli_output.unknown import bounded, is_empty_answer, unknown_notice
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.workbench import node_state


class OutputSource(StrEnum):
    """Where a node printed it."""

    SHELL = "shell"
    """Before the first prompt, as a question, or unasked between two commands."""
    LISTING = "listing"
    CLOCK = "clock"
    VERSION = "version"
    HA = "ha"


class UnknownOutput:
    """Keeps the unknown lines of all sources of one node together in its view."""

    def __init__(self, view: NodeView, node: Node) -> None:
        self._view = view
        self._node = node
        self._lines: dict[OutputSource, tuple[str, ...]] = {}

    def keep(self, source: OutputSource, lines: tuple[str, ...]) -> None:
        """Take over what the newest answer of a source holds; a transcript need not hold every answer."""
        if self._view.recorded and source is not OutputSource.LISTING:
            lines = tuple(line for line in lines if not is_empty_answer(line))
        self._lines[source] = lines
        kept = bounded(line for place in OutputSource for line in self._lines.get(place, ()))
        node_state.printed_unknown(self._view, kept)

    def notice(self) -> str:
        """What a person is shown about the node, as of now; "" where everything is known."""
        self.keep(OutputSource.SHELL, tuple(self._node.unknown))
        return unknown_notice(self._view.unknown)
