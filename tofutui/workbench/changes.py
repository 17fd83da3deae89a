"""What a workbench reports to its watchers."""

from dataclasses import dataclass

from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class NodeChanged:
    """Something about the node itself: phase, host name, HA state, error, time of the listing."""

    role: Role


@dataclass(frozen=True, slots=True)
class EntriesChanged:
    """These entries of the node's table came, changed or went."""

    role: Role
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogGrew:
    """The command log has new lines."""


Change = NodeChanged | EntriesChanged | LogGrew
