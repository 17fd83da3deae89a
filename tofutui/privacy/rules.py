"""What is more than free text: how a value of a type, and a field of a name, is masked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tofutui.privacy.pseudonyms import Naming
from tofutui.privacy.walker import Walker
from tofutui.tofu.certificates.certificate import Certificate
from tofutui.tofu.cli_output.listing import StoredSubject
from tofutui.tofu.deletion.plan import Deletion
from tofutui.tofu.guide_run import (
    Check,
    Confirmation,
    Decision,
    GuideAnswer,
    RowShot,
    Run,
    RunEvent,
    StepState,
    Vouched,
)
from tofutui.tofu.judgement.comparison import Entry, NodeView
from tofutui.tofu.judgement.row_history import Incarnation
from tofutui.tofu.logs.failures import Failure
from tofutui.tofu.names.match import NameComparison, differences_in_words
from tofutui.tofu.names.values import Attribute, AttributeLine, DistinguishedName
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Remote, Session


def _compared(walker: Walker, value: NameComparison) -> NameComparison:
    """The sentences are made again from the masked values, and found wherever they are among reasons."""
    lines = walker.walk(value.lines)
    reasons = differences_in_words(lines)
    if value.reasons != differences_in_words(value.lines):
        return walker.by_fields(value)
    for real, shown in zip(value.reasons, reasons, strict=True):
        if real != shown:
            walker.names.alias(real, shown)
    return walker.by_fields(value, lines=lines, reasons=reasons)


def _incarnation(walker: Walker, value: Incarnation) -> Incarnation:
    return walker.by_fields(value, text=walker.subject(value.text))


def _endpoint(walker: Walker, value: Endpoint) -> Endpoint:
    return replace(value, host=walker.names.host(value.host))


def _attribute(walker: Walker, value: Attribute) -> Attribute:
    return replace(value, value=walker.value(value.type, value.value))


def _attribute_line(walker: Walker, value: AttributeLine) -> AttributeLine:
    stored = None if value.stored is None else walker.value(value.type, value.stored)
    presented = None if value.presented is None else walker.value(value.type, value.presented)
    return replace(value, stored=stored, presented=presented)


def _distinguished(walker: Walker, value: DistinguishedName) -> DistinguishedName:
    return DistinguishedName(walker.walk(value.rdns))


def _stored(walker: Walker, value: StoredSubject) -> StoredSubject:
    """Lines that may belong to the row hold pieces of names, which nothing else would find."""
    shown = walker.printed(value.raw, value.subject)
    more = tuple(walker.names.give(line, Naming.LINE) for line in value.more)
    return replace(value, raw=shown, subject=walker.walk(value.subject), more=more)


def _certificate(walker: Walker, value: Certificate) -> Certificate:
    san = tuple(map(walker.alternative, value.san))
    return walker.by_fields(value, san=san, key=value.key, signature=value.signature, unread=value.unread)


def _entry(walker: Walker, value: Entry) -> Entry:
    """The id stays: it is never shown, and rows are found again by it."""
    key = None if value.key is None else walker.key(value.key)
    return walker.by_fields(
        value, id=value.id, key=key, raw=_raw(walker, value), name=walker.label(value.name)
    )


def _raw(walker: Walker, value: Entry) -> str:
    """The line as printed; of one that cannot be read nothing is known, so nothing of it is shown."""
    if value.key is None or value.stored is None:
        return walker.names.give(value.raw, Naming.LINE)
    shown = walker.printed(value.stored.raw, value.stored.subject)
    line = value.raw.replace(value.stored.raw, shown) if value.stored.raw else value.raw
    line = line.replace(value.key, walker.key(value.key))
    return line if walker.learning else walker.text(line)


def _deletion(walker: Walker, value: Deletion) -> Deletion:
    key = walker.key(value.key)
    typed = tuple(key if text == value.key else walker.host(text) for text in value.must_type)
    command = value.command.removesuffix(value.key) + key
    return walker.by_fields(value, key=key, must_type=typed, command=command)


def _session(walker: Walker, value: Session) -> Session:
    name = walker.session_name(value.name)
    title = walker.names.give(value.title, Naming.TITLE)
    return walker.by_fields(value, name=name, title=title, theme=value.theme)


def _remote(walker: Walker, value: Remote) -> Remote:
    return walker.by_fields(value, name=walker.label(value.name), kind=value.kind)


def _failure(walker: Walker, value: Failure) -> Failure:
    return walker.by_fields(value, name=walker.subject(value.name))


def _run(walker: Walker, value: Run) -> Run:
    return walker.by_fields(
        value,
        title=walker.names.give(value.title, Naming.TITLE),
        playbook=value.playbook,
        procedure=value.procedure,
    )


def _step_state(walker: Walker, value: StepState) -> StepState:
    """The id stays, the playbook is looked up by it; a remote's name follows its colon."""
    walker.label(value.id.partition(":")[2])
    return walker.by_fields(value, id=value.id)


def _step_named(walker: Walker, value: RunEvent | Vouched | Decision) -> RunEvent | Vouched | Decision:
    return walker.by_fields(value, step=value.step)


def _check(walker: Walker, value: Check) -> Check:
    return walker.by_fields(value, id=value.id, step=value.step)


def _answer(walker: Walker, value: GuideAnswer) -> GuideAnswer:
    """Only one field holds a name that nothing else may know."""
    if value.field != "secondary_server":
        return value if walker.learning else walker.by_fields(value, field=value.field)
    shown = walker.host(value.value)
    return replace(value, value=shown, words=shown if value.words == value.value else value.words)


def _confirmation(walker: Walker, value: Confirmation) -> Confirmation:
    """Who said it and how is one text, with a name in it."""
    return walker.by_fields(value, text=walker.names.give(value.text, Naming.NAME))


def _row_shot(walker: Walker, value: RowShot) -> RowShot:
    return walker.by_fields(value, name=walker.label(value.name), who=value.who)


def _node_view(walker: Walker, value: NodeView) -> NodeView:
    if walker.learning:
        if value.entries:  # the head of a node is learned without them
            walker.learn_table(value.role, value.entries.values())
        return walker.by_fields(value, entries=value.entries)
    return walker.by_fields(value, entries={id_: walker.walk(entry) for id_, entry in value.entries.items()})


TYPE_RULES: dict[type, Callable[[Walker, Any], Any]] = {
    GuideAnswer: _answer,
    Attribute: _attribute,
    AttributeLine: _attribute_line,
    Certificate: _certificate,
    Check: _check,
    Confirmation: _confirmation,
    Decision: _step_named,
    Deletion: _deletion,
    DistinguishedName: _distinguished,
    Endpoint: _endpoint,
    Entry: _entry,
    RunEvent: _step_named,
    Failure: _failure,
    Incarnation: _incarnation,
    NameComparison: _compared,
    NodeView: _node_view,
    Remote: _remote,
    RowShot: _row_shot,
    Run: _run,
    Session: _session,
    StepState: _step_state,
    StoredSubject: _stored,
    Vouched: _step_named,
}
_HOSTS = frozenset(
    {"host", "hostname", "shown_address", "seen_from", "sni", "address", "addresses", "virtual_ip"}
)
_PEOPLE = frozenset({"by", "operator", "operators", "user", "username"})
FIELD_RULES: dict[str, Callable[[Walker, str], str]] = {
    **dict.fromkeys(_HOSTS, Walker.host),
    **dict.fromkeys(_PEOPLE, Walker.user),
    **dict.fromkeys(("sha256", "sha1", "known_sha256"), Walker.digits),
    **dict.fromkeys(("stored", "presented"), Walker.subject),
    "key": Walker.key,
    "unknown": Walker.line,
    "serial": Walker.serial,
    "session": Walker.session_name,
    "version": Walker.version,
    "jump": Walker.login,
}
"""What a field of this name holds, in whatever value it is."""
