"""What of the tables leaves for the clipboard and for files."""

import asyncio

from tofutui import __version__
from tofutui.tofu.judgement.comparison import Entry
from tofutui.ui.actions.handlers import does
from tofutui.ui.kit.screen import Flow
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.row_facts import ShownFacts
from tofutui.ui.text.spans import WIDE, plain
from tofutui.ui.text.vocabulary import UNICODE


class CopyFlow(Flow[Tables]):
    """The texts that are copied."""

    def row(self, row: Entry) -> str:
        """Everything about a row of the armed pane."""
        screen = self.screen
        view = self.owner.privacy.head(screen.pane.view)
        now = self.owner.clock()
        return plain(
            ShownFacts(entry=screen.shown(row), view=view, now=now, width=WIDE, glyphs=UNICODE).full()
        )

    def everything(self) -> str:
        """The row under the cursor, then both tables."""
        from tofutui.report import render

        row = self.screen.current
        tables = render(self.screen.shown(self.screen.comparison), "text", "")
        return f"{self.row(row)}\n\n{tables}" if row else tables


class ExportFlow(Flow[Tables]):
    """The comparison or a picture of the screen, into a file that the user names."""

    @does("table.export")
    def export(self) -> None:
        """Ask for form and path, and write."""
        self.owner.run_guarded(self._export())

    async def _export(self) -> None:
        from tofutui.ui.kit.dialogs.prompts import ChoiceScreen
        from tofutui.ui.kit.export import CHOICES

        form = await self.owner.push_screen_wait(ChoiceScreen("Export", ["In which format?"], CHOICES))
        if form is not None:
            await self.screen.write_file("Export", form, await self._exported(form))

    async def _exported(self, form: str) -> str:
        from tofutui.report import render
        from tofutui.ui.kit.export import held_still

        if form == "svg":
            return self.screen.picture()
        comparison = held_still(self.screen.shown(self.screen.comparison))
        return self.owner.outgoing(await asyncio.to_thread(render, comparison, form, __version__))
