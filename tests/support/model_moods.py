"""How the simulated nodes behave while a deletion runs."""

from dataclasses import dataclass

from tests.support.model_questions import DANGEROUS, HARMLESS
from tests.support.model_site import KEYS, Site
from tests.support.model_truth import Printing
from tofutui.lab.appliance.node import LabNode
from tofutui.tofu.site.session import Role

MOODS = (
    "good",
    "ignores",
    "learns",
    "learns respelled",
    "drops after",
    "drops before",
    "hangs",
    "hangs hard",
    "later, with the prompt",
    "later, link lost",
    "later, timed out",
    "cached once",
    "cached once, link lost",
    "cached twice, link lost",
    "prints nothing",
    "empties its table",
    "takes another",
    "key twice",
    "cut list",
    "slow",
    "error",
    "error and does it",
    "asks",
    "asks something dangerous",
)
LATER = (0.5, 4.0, 8.0, 15.0, 70.0)
"""Seconds after which a node carries a command out all the same."""
WITH_PROMPT = 8.0
"""The same where the prompt came back at once: later than the looks a program takes, no program can know."""


@dataclass(frozen=True, slots=True)
class Mood:
    """One of `MOODS`, and what it needs to know."""

    name: str = "good"
    question: int = 0
    later: int = 0
    other: str = KEYS[0]

    def put_on(self, site: Site, *, pace: float) -> None:
        """Let the nodes behave so; ``pace`` is what a simulated second takes."""
        self._between(site, pace)
        for role, node in site.nodes.items():
            self._node(node, pace)
            site.prints[role] = self._printing(site, role)

    def _between(self, site: Site, pace: float) -> None:
        name = self.name
        site.question = None
        if name.startswith("asks"):
            pool = HARMLESS if name == "asks" else DANGEROUS
            site.question = pool[self.question % len(pool)]
        site.words = "% Error: the database is busy" if name.startswith("error") else ""
        site.allowed_answers.clear()
        site.ending = {
            "later, with the prompt": "prompt", "later, link lost": "drop", "later, timed out": "hang"
        }.get(name, "")  # fmt: skip
        later = LATER[self.later % len(LATER)]
        site.later = pace * (min(later, WITH_PROMPT) if site.ending == "prompt" else later)
        takes = {"empties its table": KEYS, "takes another": (self.other,)}
        site.takes = takes.get(name, ())
        site.respells = name == "learns respelled"

    def _node(self, node: LabNode, pace: float) -> None:
        name = self.name
        _calm(node)
        node.ignore_delete = name in ("ignores", "error", "prints nothing", "key twice")
        node.relearn_on_delete = name == "learns"
        node.drop_after_delete = name == "drops after" or (
            name.endswith(", link lost") and name.startswith("cached")
        )
        node.drop_instead_of_delete = name == "drops before"
        node.hang = "deletecert" if name.startswith("hangs") else ""
        node.ignore_interrupt = name == "hangs hard"
        node.cut_listing = 250 if name == "cut list" else 0
        node.list_seconds = 3 * pace if name == "slow" else 0

    def _printing(self, site: Site, role: Role) -> Printing:
        name = self.name
        cached = 2 if name.startswith("cached twice") else int(name.startswith("cached"))
        twice = self.other if name == "key twice" else ""
        return Printing(cached=cached, blanks=2 if name == "prints nothing" else 0, twice=twice)


def _calm(node: LabNode) -> None:
    """No misbehaviour."""
    node.ignore_delete = node.relearn_on_delete = False
    node.drop_after_delete = node.drop_instead_of_delete = node.ignore_interrupt = False
    node.hang = ""
    node.cut_listing = 0
    node.list_seconds = node.prompt_delay = 0.0
