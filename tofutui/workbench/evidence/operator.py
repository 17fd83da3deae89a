"""What logs and the operator say, kept for as long as the comparison lives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tofutui.tofu.judgement.comparison import TiedFailure
from tofutui.tofu.judgement.evidence import BrowserWord, LogHit, OperatorWord, RowFacts, Word
from tofutui.tofu.judgement.log_matching import Listed, tie_failures
from tofutui.tofu.judgement.node_clock import NodeClock
from tofutui.tofu.logs.failures import Failure, LogDigest, OtherCause
from tofutui.tofu.site.endpoint import Endpoint, normalise_host
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class Log:
    """A log the user gave: what was found in it, whose it is (None: not known), where it came from."""

    digest: LogDigest
    role: Role | None
    source: str
    at: datetime
    """When it was read (UTC): it says nothing of what happened later."""


@dataclass(slots=True)
class Testimony:
    """Logs and the operator's words about one session."""

    logs: list[Log] = field(default_factory=list)
    """Those that were pasted."""
    files: dict[Role | None, Log] = field(default_factory=dict)
    """What all log files of a node held when they were read last."""
    words: list[OperatorWord] = field(default_factory=list)
    browser: list[BrowserWord] = field(default_factory=list)
    """What pages of Prime Infrastructure showed, as entered."""
    learned: dict[tuple[Role, str], datetime] = field(default_factory=dict)

    @property
    def every_log(self) -> tuple[Log, ...]:
        """The pasted ones, and the files."""
        return (*self.logs, *self.files.values())

    def say_reissued(self, host: str, port: int | None, at: datetime, by: str = "") -> OperatorWord:
        """The operator says that this host (all its ports, or one) has another certificate than before."""
        word = OperatorWord(host=normalise_host(host), port=port, at=at, by=by)
        self.words.append(word)
        return word

    def take_over(self, kept: Iterable[Word]) -> None:
        """The words of the history as they are now, beside those that are not in it."""
        kept = list(kept)
        self.words = [w for w in self.words if not w.number]
        self.words += [w for w in kept if isinstance(w, OperatorWord)]
        self.browser = [w for w in self.browser if not w.number]
        self.browser += [w for w in kept if isinstance(w, BrowserWord)]

    def numbered(self, word: Word, number: int) -> bool:
        """A word has got its number in the history; False if it was taken back before that."""
        words: list[Any] = self.browser if isinstance(word, BrowserWord) else self.words
        if word not in words:
            return False
        words[words.index(word)] = replace(word, number=number)
        return True

    def drop(self, word: Word) -> None:
        """A word counts no more."""
        words: list[Any] = self.browser if isinstance(word, BrowserWord) else self.words
        if word in words:
            words.remove(word)

    def words_about(self, endpoint: Endpoint | None, target: Endpoint | None) -> tuple[OperatorWord, ...]:
        """The operator's words about a row, by its table's address or the one it is probed at."""
        about = [e for e in (endpoint, target) if e is not None]
        return tuple(word for word in self.words if any(word.concerns(e) for e in about))

    def tie(
        self,
        role: Role,
        rows: Sequence[RowFacts],
        clock: NodeClock | None,
        listed: Listed,
        now: datetime,
    ) -> tuple[dict[str, tuple[LogHit, ...]], set[Failure]]:
        """Tie every log to the rows of one node: hits by row id, and the failures that fit none."""
        hits: dict[str, tuple[LogHit, ...]] = {}
        unmatched: set[Failure] = set()
        for log in self.every_log:
            if log.role not in (role, None):
                continue
            ties = tie_failures(
                log.digest.failures,
                rows,
                clock=clock,
                listed=listed,
                now=now,
                named_node=log.role is not None,
            )
            unmatched.update(ties.unmatched)
            for id_, tied in ties.hits.items():
                hits[id_] = hits.get(id_, ()) + tied
        return hits, unmatched

    def fitting_nothing(
        self, unmatched: dict[Role, set[Failure]], roles: Iterable[Role]
    ) -> tuple[TiedFailure, ...]:
        """The failures that fit no row of the node whose log they are from (any, if not known)."""
        tied = []
        for log in self.every_log:
            asked = [log.role] if log.role is not None else list(roles)
            for failure in log.digest.failures:
                if all(failure in unmatched.get(role, ()) for role in asked):
                    tied.append(TiedFailure(log.role, failure, _meaning(failure, log.role)))
        return tuple(tied)

    def other_causes(self) -> tuple[OtherCause, ...]:
        """Causes other than TOFU that the logs show, each once."""
        return tuple(dict.fromkeys(cause for log in self.every_log for cause in log.digest.other))


def _meaning(failure: Failure, role: Role | None) -> str:
    where = f"the table of {role.word}" if role else "either table"
    return (
        f"no row of {where} fits this name: the certificate may be presented under another name now, "
        "the row may be gone already, or it is listed under an address that presents something else from here"
    )
