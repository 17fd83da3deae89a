"""The simulated admin CLI with the judge listening, and with more ways to misbehave."""

import asyncio
from collections.abc import AsyncIterator

from tests.support.model_site import KEYS, SPELLINGS, Broken, Eyes, Site
from tests.support.model_truth import Deed
from tofutui.lab.appliance import cli_output
from tofutui.lab.appliance.grammar import Understood
from tofutui.lab.appliance.shell import LabShell
from tofutui.lab.console.terminal import ControlC, LinkDropped
from tofutui.tofu.site.session import Role


class Witness(LabShell):
    """One login on one node."""

    site: Site
    owner: Eyes | None = None
    failures: list[BaseException]
    deed: Deed | None = None
    asking = False

    @property
    def _role(self) -> Role:
        return Role(self._node.role)

    async def _run(self, line: str) -> bool:
        self.deed, self.asking = None, False
        try:
            self.deed = self.site.heard(self._role, line, self.owner)
        except Broken as error:
            self.failures.append(error)
        try:
            goes_on = await super()._run(line)
        except ControlC:
            if self.deed is not None and self.asking:
                self.deed.prompted = True  # it ended at its question, and did nothing
            raise
        if self.deed is not None:
            self.deed.prompted = True
        return goes_on

    async def _execute(self, line: str, command: Understood) -> None:
        is_ha = command.keywords == ("ncs", "ha", "status")
        if is_ha:
            await asyncio.sleep(self.site.ha_seconds)
        said = self._node.ha.get("Role", "").lower()
        await super()._execute(line, command)
        if is_ha:
            for eyes in [self.owner] if self.owner else self.site.programs:
                eyes.ha[self._role] = said
                eyes.asked[self._role] = eyes.asked.get(self._role, 0) + 1

    async def _listing(self) -> AsyncIterator[str]:
        rows = self.site.lists(self._role)
        pause = self._node.list_seconds / max(1, len(rows))
        for line in ("", *cli_output.LIST_HEADER, ""):
            yield line
        for number, (key, text) in enumerate(rows, 1):
            await asyncio.sleep(pause)
            yield f"host={key};{'  ' if number < len(rows) else ' '}subject= {text}"
        yield ""

    async def _delete(self, key: str) -> None:
        site = self.site
        if site.question and not await self._may(key):
            return
        if site.words:
            await self._console.say([site.words])
        if site.ending:
            await self._later(key)
        else:
            self._with_others(key)
            await super()._delete(key)
            if site.respells and key not in self._node.table:
                self._learn_respelled(key)

    async def _may(self, key: str) -> bool:
        """Ask; whether the answer is yes."""
        assert self.site.question is not None
        others = [other for other in KEYS if other != key]
        text = self.site.question.about(key, others[0])
        self.asking = True
        answer = await self._console.ask(text)
        self.asking = False
        try:
            self.site.answered(text, answer)
        except Broken as error:
            self.failures.append(error)
        return answer in ("yes", "y")

    async def _later(self, key: str) -> None:
        """The row goes after a while, whatever becomes of the link."""
        site, deed = self.site, self.deed
        if deed is None:
            return
        deed.is_due = True

        def carry_out() -> None:
            deed.is_due = False
            deed.table.pop(key, None)

        asyncio.get_running_loop().call_later(site.later, carry_out)
        if site.ending == "drop":
            raise LinkDropped
        if site.ending == "hang":
            await asyncio.Event().wait()

    def _with_others(self, key: str) -> None:
        """What else goes with a row."""
        for other in self.site.takes:
            if other != key:
                self._node.table.pop(other, None)

    def _learn_respelled(self, key: str) -> None:
        presented = self.site.servers[key].presented if key in self.site.servers else None
        if presented is not None:
            self._node.table[SPELLINGS.get(key, key)] = presented
