"""The test of a connection: each node is logged in to and left again; its table is not touched."""

import asyncio
from collections.abc import Sequence

from tofutui.tofu.site.session import Role, Session
from tofutui.ui.actions.catalogue import TRIAL
from tofutui.ui.actions.handlers import does, moves
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import EMPTY, Line, Tone, line, wrap

_ROLE_TONES = {Role.PRIMARY: Tone.PRIMARY, Role.SECONDARY: Tone.SECONDARY}


class TrialScreen(Dialog[None]):
    """What came of each login, node by node."""

    BINDINGS = bindings_of(TRIAL)
    asks = False

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._said: dict[Role, tuple[str, Tone]] = {role: ("connecting", Tone.TEXT) for role in session.roles}
        self._after = ""
        self._work: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Begin."""
        self._work = self.owner.keep_until_left(self._try())

    async def _try(self) -> None:
        from tofutui.appliance.ssh.credentials import JumpPasswords, PairPassword
        from tofutui.workbench.identity_checks import same_machine
        from tofutui.workbench.login_test import Tried, try_login

        jump_passwords, pair_password = JumpPasswords(), PairPassword()

        async def try_node(role: Role) -> Tried:
            def say(text: str) -> None:
                self._tell(role, text, Tone.TEXT)

            settings = self._session.nodes[role]
            tried = await try_login(
                settings,
                self.owner.asker,
                jump_passwords,
                self.owner.clock,
                say,
                pair_password=pair_password,
            )
            self._tell(role, *_words(tried.hostname, tried.host_key, tried.error, tried.notices))
            return tried

        tried = await asyncio.gather(*(try_node(role) for role in self._session.roles))
        self._work = None
        self._after = same_machine(tried) or ""
        self._show()

    def _tell(self, role: Role, text: str, tone: Tone) -> None:
        self._said[role] = (text, tone)
        self._show()

    def _show(self) -> None:
        if self.is_attached and self.is_mounted:
            self.redraw()

    def heading(self) -> str:
        """What is shown."""
        return "Test of the connection"

    def text(self, width: int) -> list[Line]:
        """Each node, and what is known so far."""
        lines: list[Line] = []
        for role in self._session.roles:
            node = self.shown(self._session.nodes[role])
            lines.append(((f"{role.word}  ", _ROLE_TONES[role]), (f"{node.host}", Tone.STRONG)))
            text, tone = self.shown(self._said[role])
            lines += [line(f"  {part}", tone) for part in wrap(text, width - 2)]
        if self._after:
            lines += [EMPTY, *(line(part, Tone.WARNING) for part in wrap(self.shown(self._after), width))]
        note = "This logs in to each node once and out again; the tables are not read, nothing is changed."
        return [*lines, EMPTY, *(line(part, Tone.MUTED) for part in wrap(note, width))]

    def keys(self) -> Line:
        """The way out."""
        runs = self._work is not None
        return self.keys_line(("trial.back", "stop and close" if runs else "close"))

    @does("trial.back")
    def stop_and_close(self) -> None:
        """Stop what runs; the nodes are left while the form is shown again."""
        if self._work is not None:
            self._work.cancel()
        self.dismiss(None)

    @moves("trial")
    def move(self, name: str) -> None:
        """Show another part of a long text."""
        super().move(name)


def _words(
    hostname: str | None, host_key: str | None, error: str, notices: Sequence[str]
) -> tuple[str, Tone]:
    if error:
        return f"not logged in: {error}", Tone.DANGER
    said = "".join(f"; {notice}" for notice in notices)
    return f"logged in, the prompt shows {hostname}; host key {host_key}{said}", Tone.PROVEN
