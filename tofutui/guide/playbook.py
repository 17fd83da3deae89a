"""Playbooks: which steps a run has, and what each step says. Data of the package, read once."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tofutui.tofu.site.session import Remote, Role, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class StepText:
    """What a step says and what kind of step it is."""

    id: str
    title: str
    part: str
    """One of `PARTS`."""
    at: tuple[str, ...]
    """Where it is done: ``here``, ``browser`` or ``cli`` (both of the primary)."""
    kind: str
    """``preflight``, ``form``, ``delete``, ``reconnect``, ``browser``, ``acknowledge``, ``register``,
    ``milestone``, ``active`` or ``verify``."""
    group: str = ""
    """``ha``: part of registering the pair; all of these are skipped when the pair connects automatically."""
    for_each: str = ""
    """``ise``: once for each configured ISE remote."""
    path: tuple[str, ...] = ()
    """Where in the browser's menu."""
    do: tuple[str, ...] = ()
    """Keys are written in it, and in ``if_not``, by their action: ``{guide.act}``."""
    values: tuple[tuple[str, str], ...] = ()
    """What to type: label, and where the value comes from."""
    expect: str = ""
    takes: str = ""
    if_not: str = ""
    """What it means when it does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One of the procedures."""

    id: str
    title: str
    summary: str
    needs: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationCause:
    """Why a registration fails."""

    id: str
    title: str
    signs: str
    cure: str
    checks: tuple[str, ...] = ()
    """Checks that point to it when they do not pass."""
    log: str = ""
    """Words of a cause in a log that point to it."""
    words: tuple[str, ...] = ()
    """In lower case, what the browser or an operator says of a failure that has it."""
    by_rows: bool = False
    """Whether rows that are open point to it."""
    step: str = ""
    """The step that mends it; "" where it is mended elsewhere and the failed step only done again."""


@cache
def playbooks() -> dict[str, Playbook]:
    """Every playbook by its id."""
    books = {}
    for id_ in ("ha-reregister", "ise-readd", "ha-and-ise"):
        body = _toml(f"{id_}.toml")
        books[id_] = Playbook(id=id_, **_tuples(body))
    return books


@cache
def step_texts() -> dict[str, StepText]:
    """Every step by its id."""
    return {id_: StepText(id=id_, **_tuples(body)) for id_, body in _toml("steps.toml").items()}


@cache
def cures() -> dict[str, str]:
    """What to do about a check that does not pass, by the id of the check."""
    return {id_: str(text) for id_, text in _toml("cures.toml").items()}


@cache
def causes() -> tuple[RegistrationCause, ...]:
    """Why a registration fails."""
    return tuple(RegistrationCause(**_tuples(body)) for body in _toml("causes.toml")["causes"])


def offered(session: Session) -> list[Playbook]:
    """The playbooks that this session can run; the most complete one first."""
    has = {"secondary"} if Role.SECONDARY in session.nodes else set()
    has |= {"ise"} if ise_remotes(session) else set()
    fitting = [book for book in playbooks().values() if set(book.needs) <= has]
    return sorted(fitting, key=lambda book: -len(book.needs))


def ise_remotes(session: Session) -> list[Remote]:
    """The ISE servers that the session names."""
    return [remote for remote in session.remotes if remote.kind == "ise"]


def step_ids(playbook: Playbook, session: Session) -> Iterator[str]:
    """The steps of a run: those for an ISE are there once for each ISE, as ``ise-add:NAME``."""
    names = dict.fromkeys(remote.name or str(remote.endpoint) for remote in ise_remotes(session))
    for id_ in playbook.steps:
        if step_texts()[id_].for_each == "ise":
            yield from (f"{id_}:{name}" for name in names)
        else:
            yield id_


def text_of(step_id: str) -> StepText:
    """What the step of a run says."""
    return step_texts()[step_id.partition(":")[0]]


def title_of(step_id: str) -> str:
    """Its title, with the remote's name."""
    return text_of(step_id).title.replace("{name}", step_id.partition(":")[2])


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("tofutui.guide").joinpath("playbooks", name).read_text("utf-8"))


def _tuples(body: dict[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in body.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value


PARTS = ("check", "delete", "register", "ISE", "verify")
"""The parts of the way, in their order."""
STEP_KINDS = frozenset(
    {"preflight", "form", "delete", "reconnect", "browser", "acknowledge", "register", "milestone", "active",
     "verify"}
)  # fmt: skip
"""Every kind that the screen knows how to carry out."""
