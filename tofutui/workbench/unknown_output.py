"""What each node printed that no parser knows, by where it was printed; a new answer replaces the old one."""

from collections.abc import Mapping
from enum import StrEnum

from tofutui.appliance.node import Node
from tofutui.tofu.cli_output.unknown import bounded, is_empty_answer, unknown_notice
from tofutui.tofu.judgement.comparison import NodeView
from tofutui.tofu.site.session import Role


class Source(StrEnum):
    """Where a node printed it."""

    SHELL = "shell"
    """Before the first prompt, as a question, or unasked between two commands."""
    LISTING = "listing"
    CLOCK = "clock"
    VERSION = "version"
    HA = "ha"


class UnknownOutput:
    """Keeps the unknown lines of all sources together in each node's view."""

    def __init__(self, views: Mapping[Role, NodeView], nodes: Mapping[Role, Node]) -> None:
        self._views = views
        self._nodes = nodes
        self._lines: dict[Role, dict[Source, tuple[str, ...]]] = {role: {} for role in views}

    def keep(self, role: Role, source: Source, lines: tuple[str, ...]) -> None:
        """Take over what the newest answer of a source holds; a transcript need not hold every answer."""
        if self._views[role].recorded and source is not Source.LISTING:
            lines = tuple(line for line in lines if not is_empty_answer(line))
        by_source = self._lines[role]
        by_source[source] = lines
        self._views[role].unknown = bounded(line for place in Source for line in by_source.get(place, ()))

    def notice(self, role: Role) -> str:
        """What a person is shown about the node, as of now; "" where everything is known."""
        self.keep(role, Source.SHELL, tuple(self._nodes[role].unknown))
        return unknown_notice(self._views[role].unknown)
