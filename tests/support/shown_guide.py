"""A run of the guide that is only shown: nothing is asked, nothing is written down."""

from dataclasses import replace
from typing import Any

from tests.support.fake_bench import NOW, FakeBench
from tofutui.guide import engine
from tofutui.guide.playbook import playbooks
from tofutui.guide.run_controller import Guide
from tofutui.guide.run_lease import Me, Tools
from tofutui.history.journal import JournalEntry
from tofutui.tofu.guide_run import Check, GuideAnswer, Result, Run
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Remote, Role, Session
from tofutui.ui.backend import Link
from tofutui.ui.guide.screen import GuideScreen

ME = Me("jump01", "ops", 1)


class ShownGuide(Guide):
    """A guide that holds a run as it was given."""

    def __init__(self, bench: Any, runner: Any, run: Run) -> None:
        tools: Any = {"runs": None, "journal": None}
        super().__init__(
            Tools(bench=bench, executor=runner, me=ME, clock=lambda: NOW, token=lambda: "1", **tools)
        )
        self.run, self.lease = run, ME.lease(NOW, "1")

    async def look_again(self) -> None:
        """No other process holds it."""

    async def deletions(self) -> list[JournalEntry]:
        """Nothing was sent."""
        return []


def _session(opened: Session, text: str) -> Session:
    ise = Remote(name=text, kind="ise", endpoint=Endpoint("198.51.100.20", 443), nodes=(Role.PRIMARY,))
    return replace(opened, remotes=(ise,))


def run_at(session: Session, step: str, text: str) -> Run:
    """A run whose current step is this one; ``text`` is wherever a person or a node wrote."""
    run = engine.begin(playbooks()["ha-and-ise"], session, operator="ops", seen_from="jump01", now=NOW)
    looked = Check(step="preflight", id="names", title="Names", result=Result.WARN, seen=text, at=NOW)
    run = engine.checked(run, "preflight", [looked])
    run = engine.entered(run, GuideAnswer("secondary_server", text, "Secondary Server", ""))
    while (current := run.current) is not None and current.id != step:
        run = engine.onward(engine.done(run, current.id, by="ops", now=NOW, seen=text), NOW)
    return engine.noted(run, step, text, by="ops", now=NOW) if step else run


def guide_screen(desk: Any, step: str, text: str) -> GuideScreen:
    """The guide's screen at a step ("" for a run that has ended), over the tables that are open."""
    bench = desk.fakes.bench
    known = _session(bench.comparison.session, text)
    shown = FakeBench(replace(bench.comparison, session=known), bench.table)
    guide = ShownGuide(shown, desk.fakes.runner, run_at(known, step, text))
    return GuideScreen(Link(shown, desk.fakes.runner, guide=guide), guide)
