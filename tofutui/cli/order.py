"""What to compare, with everything stated about it beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tofutui.cli.argument_types import LogFile, Reissued
from tofutui.cli.parsers import SESSIONS_AT_ONCE
from tofutui.tofu.site.session import Role, Session

if TYPE_CHECKING:
    from tofutui.appliance.cli.timings import Timings
    from tofutui.privacy.mask import Mask
    from tofutui.tofu.cli_output.transcript import Recording
    from tofutui.tofu.exports.reading import Export


@dataclass(frozen=True, slots=True)
class Known:
    """What a ``--known`` held; without a role both nodes are meant."""

    role: Role | None
    export: "Export"


@dataclass(frozen=True, slots=True)
class CheckOrder:
    """What to compare, with everything that was stated about it beforehand."""

    sessions: tuple[Session, ...]
    logs: tuple[LogFile, ...]
    reissued: tuple[Reissued, ...]
    known: tuple[Known, ...]
    data: Path | None
    """The folder of the history; None: none is read or written."""
    recordings: "Mapping[Role, Recording] | None" = None
    """What transcripts show of the one session's nodes, instead of a login."""
    left_out: tuple[str, ...] = ()
    """Faults of files whose sessions were asked for and could not be read."""
    at_once: int = SESSIONS_AT_ONCE
    """How many sessions are compared side by side."""
    strict: bool = False
    """Whether output that no parser knows counts like a listing that is not complete."""
    mask: "Mask | None" = None
    """What hides names in everything that is printed; None: nothing is hidden."""
    timings: "Timings | None" = None
    """How long to wait for the nodes; None: as usual."""
