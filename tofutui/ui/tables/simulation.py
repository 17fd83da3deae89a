"""The second act of a demo: the server of the row under the cursor is renewed and restarts."""

import asyncio
from collections.abc import Iterator

from tofutui.tofu.site.row_owner import Who
from tofutui.ui.kit.desk import Simulation
from tofutui.ui.kit.screen import Flow
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.spans import Tone


class SimulationFlow(Flow[Tables]):
    """Operates the servers of the simulated pair; there is nothing to operate on a real one."""

    def offered(self) -> Iterator[Simulation]:
        """What can be done to the server of the row under the cursor."""
        row = self.screen.current
        if self.owner.options.lab_command is None or not self.screen.session.demo:
            return
        if row is None or row.endpoint is None or row.who is Who.LOOPBACK:
            return
        where, shown = str(row.endpoint), str(self.screen.shown(row).endpoint)
        yield Simulation(
            f"Simulate: renew the certificate of {shown}",
            "Demo only: a new certificate for this server, which presents it after its restart.",
            lambda: self._begin(f"reissue {where}", f"{where} presents a new certificate after its restart"),
        )
        again = self.owner.keys.name("table.refresh_all")
        yield Simulation(
            f"Simulate: restart {shown}",
            "Demo only: this server presents its new certificate, if it has one.",
            lambda: self._begin(f"restart {where}", f"{where} was restarted; {again} compares again"),
        )

    def _begin(self, command: str, words: str) -> None:
        self.owner.run_guarded(self._simulate(command, words))

    async def _simulate(self, command: str, words: str) -> None:
        answer = await asyncio.to_thread(self.owner.options.simulate, command)
        good = answer == "ok"
        self.screen.say(f"simulated: {words if good else answer}", Tone.TEXT if good else Tone.DANGER)
