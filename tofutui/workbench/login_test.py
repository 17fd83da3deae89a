"""A login that is only tried: the host key is shown, the prompt is waited for, the table is not touched."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.errors import ApplianceError
from tofutui.appliance.node import LogLine, Node
from tofutui.appliance.questions import Asker
from tofutui.appliance.ssh.credentials import JumpPasswords, PairPassword
from tofutui.tofu.site.session import NodeSettings, Role


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a login."""

    role: Role
    hostname: str | None = None
    """As the prompt showed it; None where it was not reached."""
    host_key: str | None = None
    notices: tuple[str, ...] = ()
    error: str = ""
    """Why it failed, with its cure; empty where it did not."""


async def try_login(
    settings: NodeSettings,
    asker: Asker,
    jump_passwords: JumpPasswords,
    clock: Callable[[], datetime],
    say: Callable[[str], None],
    timings: Timings | None = None,
    *,
    pair_password: PairPassword | None = None,
) -> Tried:
    """Log in, wait for the prompt, leave with `exit`; one attempt. ``say`` gets what happens meanwhile.

    Nothing but `terminal length 0` and `exit` is sent. The node is left whatever happens, cancelling
    included.
    """

    def heard(entry: LogLine) -> None:
        if entry.kind == "note":
            say(entry.text)

    node = Node(
        settings,
        asker,
        log=heard,
        clock=clock,
        timings=timings,
        jump_passwords=jump_passwords,
        pair_password=pair_password,
    )
    try:
        await node.connect()
        return Tried(settings.role, node.hostname, node.host_key, node.notices)
    except ApplianceError as error:
        return Tried(settings.role, error=str(error))
    finally:
        await node.close()
