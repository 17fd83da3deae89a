"""A capture of the pair for a report: taken beside the open session, looked through, then written."""

import asyncio
from typing import TYPE_CHECKING

from tofutui import __version__
from tofutui.ui import backend
from tofutui.ui.kit.screen import Flow
from tofutui.ui.tables.state import Tables
from tofutui.ui.text.spans import Tone

if TYPE_CHECKING:
    from tofutui.capture.making import Made, Material

_TITLE = "Capture for a report"


class CaptureFlow(Flow[Tables]):
    """Logs in again, reads only, and writes a file with stand-ins for names."""

    def begin(self) -> None:
        """Take the capture in the background; the tables stay as they are."""
        if any(view.recorded for view in self.screen.comparison.nodes.values()):
            self.screen.say("a transcript is shown: capture it with `tofutui capture --from`", Tone.WARNING)
            return
        self.screen.say("capturing this pair over a separate, read-only login", stays=True)
        self.owner.run_guarded(self._capture())

    async def _capture(self) -> None:
        taken: list[Material] = []
        await self.owner.keep_until_left(self._take(taken))
        if not taken:  # the app reported why
            return
        made = await self._looked_through(taken[0])
        if made is None:
            self.screen.say("nothing was written")
            return
        from tofutui.capture_file import dumps

        await self.screen.write_file(_TITLE, "jsonl", dumps(made.capture))

    async def _take(self, taken: "list[Material]") -> None:
        session, asker = self.screen.session, self.owner.asker
        taken.append(await backend.captured(session, asker, f"tofutui {__version__}"))

    async def _looked_through(self, material: "Material") -> "Made | None":
        """The capture without the words that a person strikes out; None: it is not to be written."""
        from tofutui.capture.making import summary
        from tofutui.ui.kit.dialogs.prompts import LineScreen
        from tofutui.ui.kit.plain_text import PlainScreen

        struck: set[str] = set()
        while True:
            made = await asyncio.to_thread(material.make, struck)
            lines = list(summary(made.redaction))
            await self.owner.push_screen_wait(PlainScreen("\n".join(lines)))
            question = [lines[0], "Words to strike out; leave empty to write the file."]
            typed = await self.owner.push_screen_wait(LineScreen(_TITLE, question))
            if typed is None:
                return None
            if not set(typed.lower().split()) - struck:
                return made
            struck.update(typed.lower().split())
