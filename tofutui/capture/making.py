"""What was heard -> the records of a capture, with stand-ins; nothing of it is written before that."""

import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tofutui.capture import certificates
from tofutui.capture.reading import reading_of, session_of, texts
from tofutui.capture.recorder import HeardLogin, Recorder
from tofutui.capture.redaction import HIDDEN, Redaction
from tofutui.capture_file import (
    Capture,
    CapturedAnswer,
    CapturedEndpoint,
    CapturedEvent,
    CapturedKind,
    CapturedLogin,
)
from tofutui.tls.conversation import ServerAnswer as HeardAnswer
from tofutui.tofu.base.text import safe
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.endpoint import Endpoint as Place
from tofutui.tofu.site.row_owner import probe_target

_OWN_WORDS = ("verdict", "who", "status", "kind", "via")
"""Fields that hold words of this program and nothing that was printed."""
_WIDTH = 78
"""Cells of the summary."""
_ECHOED = 200
"""Bytes behind an answer in which its echo is looked for, however short it is."""


@dataclass(frozen=True, slots=True)
class Made:
    """A capture, and what was replaced in it."""

    capture: Capture
    redaction: Redaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a capture is made of; names are real."""

    comparison: Comparison
    recorder: Recorder
    taken_at: datetime
    tool: str
    source: str = "pair"

    def make(self, struck: Collection[str] = (), *, real_names: bool = False) -> Made:
        """The capture; ``struck`` words get stand-ins although they are plain ones."""
        redaction = Redaction(self.recorder.secrets, struck, real_names=real_names)
        for text in self._names():
            redaction.learn(text, is_name=True)
        for text in self._texts():
            redaction.learn(text)
        capture = Capture(
            tool=self.tool,
            taken_at=f"{self.taken_at:%Y-%m-%dT%H:%M:%SZ}",
            real_names=real_names,
            source=self.source,
            session=changed(session_of(self.comparison.session), redaction),
            logins=tuple(_login(login, redaction) for login in self._logins()),
            endpoints=tuple(
                _endpoint(place, self.recorder.answers[place], redaction) for place in self._places()
            ),
            reading=changed(reading_of(self.comparison), redaction),
        )
        return Made(capture, redaction)

    def _logins(self) -> Iterator[HeardLogin]:
        for role in self.comparison.nodes:
            yield from self.recorder.of(role)

    def _places(self) -> list[Place]:
        """The endpoints in the order of the tables, which is the same at each look."""
        session = self.comparison.session
        asked = (
            probe_target(session, entry.role, entry.endpoint)
            for entry in self.comparison.entries()
            if entry.endpoint is not None
        )
        return [place for place in dict.fromkeys(filter(None, asked)) if place in self.recorder.answers]

    def _names(self) -> Iterator[str]:
        """Texts that name something as a whole."""
        yield from texts(session_of(self.comparison.session))
        for place in self._places():
            yield place.host
            for answer in self.recorder.answers[place]:
                for der in answer.chain:
                    yield from certificates.texts(der)

    def _texts(self) -> Iterator[str]:
        for login in self._logins():
            yield login.facts.banner
            yield from (piece.decode("utf-8", "surrogateescape") for piece in _answers(login))
        for place in self._places():
            yield from (answer.text for answer in self.recorder.answers[place])
        yield from texts(reading_of(self.comparison))


def changed(value: Any, redaction: Redaction) -> Any:
    """A value of texts, lists and mappings with stand-ins in its texts; names of fields stay."""
    if isinstance(value, str):
        return redaction.text(value)
    if isinstance(value, Mapping):
        return {
            name: item if name in _OWN_WORDS else changed(item, redaction) for name, item in value.items()
        }
    return [changed(item, redaction) for item in value] if isinstance(value, list) else value


def _received(login: HeardLogin) -> bytes:
    return b"".join(event.data for event in login.events if event.kind is CapturedKind.RECEIVED)


def _login(login: HeardLogin, redaction: Redaction) -> CapturedLogin:
    facts = login.facts
    return CapturedLogin(
        node=login.role.value,
        server=redaction.text(facts.server),
        algorithms=dict(facts.algorithms),
        host_key=redaction.text(facts.host_key),
        banner=redaction.text(facts.banner),
        events=tuple(_events(login, redaction)),
    )


def _events(login: HeardLogin, redaction: Redaction) -> Iterator[CapturedEvent]:
    """The events with stand-ins: each answer is read as one text, whatever pieces it came in."""
    printed = b"".join(redaction.data(piece) for piece in _answers(login))
    at = 0
    for event in merged(login.events):
        if event.kind is CapturedKind.RECEIVED:
            yield replace(event, data=printed[at : at + len(event.data)])
            at += len(event.data)
        else:
            yield event


def _answers(login: HeardLogin) -> Iterator[bytes]:
    """What was received, cut where something was typed: no word continues past that."""
    printed, start, end = _without_echoes(login), 0, 0
    for event in login.events:
        if event.kind is CapturedKind.RECEIVED:
            end += len(event.data)
        elif end > start:
            yield printed[start:end]
            start = end
    yield printed[start:end]


def merged(events: Iterable[CapturedEvent]) -> Iterator[CapturedEvent]:
    """The events with pieces that arrived at the same moment put together."""
    last: CapturedEvent | None = None
    for event in events:
        is_more = (
            last is not None and event.kind is last.kind is CapturedKind.RECEIVED and event.at == last.at
        )
        if last is not None and is_more:
            last = replace(last, data=last.data + event.data)
            continue
        if last is not None:
            yield last
        last = event
    if last is not None:
        yield last


def _without_echoes(login: HeardLogin) -> bytes:
    """What was received, without the echoes of answers that may be secrets, however short they are."""
    printed, at = bytearray(_received(login)), 0
    for number, event in enumerate(login.events):
        if event.kind is CapturedKind.RECEIVED:
            at += len(event.data)
        elif number in login.hidden:
            answer = login.hidden[number].reveal().encode("utf-8", "surrogateescape")
            echo = printed.find(answer, at, at + _ECHOED) if answer else -1
            if echo >= 0:
                printed[echo : echo + len(answer)] = HIDDEN.encode() * len(answer)
    return bytes(printed)


def _endpoint(place: Place, answers: list[HeardAnswer], redaction: Redaction) -> CapturedEndpoint:
    made = dict.fromkeys(_answer(answer, redaction) for answer in answers)
    return CapturedEndpoint(host=redaction.text(place.host), port=place.port, answers=tuple(made))


def _answer(answer: HeardAnswer, redaction: Redaction) -> CapturedAnswer:
    return CapturedAnswer(
        way=answer.way,
        status=answer.status.value,
        text=redaction.text(answer.text),
        alert=answer.alert,
        tls=answer.tls,
        sni=None if answer.sni is None else redaction.text(answer.sni),
        handshake=answer.handshake,
        client_certificate=answer.client_certificate,
        chain=tuple(certificates.structure(der, redaction) for der in answer.chain),
    )


def summary(redaction: Redaction) -> Iterator[str]:
    """What was replaced, and every distinct word that was not, as lines to be looked through by a person.

    No value that was replaced is among them.
    """
    counts = [f"{len(values)} {_plural(kind, len(values))}" for kind, values in redaction.replaced.items()]
    yield f"replaced by stand-ins of the same length: {', '.join(counts) or 'nothing'}"
    words, numbers = kept_words(redaction), [word for word in sorted(redaction.kept) if word.isdecimal()]
    yield f"{len(words)} words were not replaced: review them before you share the file"
    yield from textwrap.wrap(" ".join(words), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    if numbers:
        shown = " ".join(sorted(numbers, key=int))
        yield f"{len(numbers)} numbers of at most five digits were not replaced"
        yield from textwrap.wrap(shown, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def kept_words(redaction: Redaction) -> list[str]:
    """The distinct words that were not replaced, in lower case."""
    return sorted({safe(word.lower()) for word in redaction.kept if len(word) > 1 and not word.isdecimal()})


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return "addresses" if kind == "address" else "fingerprints or serials" if " or " in kind else f"{kind}s"
