"""A comparison as Markdown for a change ticket: a table per node, then the commands for the stale rows."""

import re
from collections.abc import Iterator

from tofutui.report.phrases import (
    NAMES_PROVE_NOTHING,
    failure_line,
    has_only_names,
    incomplete,
    node_line,
    reason,
    summary_line,
    utc,
)
from tofutui.report.trust_form import own, whom, whose
from tofutui.tofu.base.text import safe
from tofutui.tofu.certificates.presented import SEEN_ONLY
from tofutui.tofu.judgement.comparison import Comparison, Entry, NodeView
from tofutui.tofu.judgement.trust_map import trust_map
from tofutui.tofu.names.values import DistinguishedName

_MARKUP = re.compile(
    r"[\\`*_\[\]<>|~$@&]|(?<=[A-Za-z]):(?=//)|(?<=mailto):|(?<=xmpp):|(?<=www)\.", re.IGNORECASE
)
"""Characters with a meaning, and what makes a bare address a link."""
_HEAD = ("Verdict", "Row", "Who", "Stored CN", "Presented CN", "Presented SHA-256", "Why")


def to_markdown(comparison: Comparison, version: str) -> str:
    """The whole report."""
    return "\n".join(_lines(comparison, version)) + "\n"


def escape(text: str) -> str:
    """Text from elsewhere as one line that Markdown shows as it is, in and outside of tables."""
    return _MARKUP.sub(_escaped, safe(text))


def code(text: str) -> str:
    """Text as a code span, or escaped where a span could not hold it."""
    shown = safe(text)
    if not shown.strip() or any(mark in shown for mark in "`|\\"):
        return escape(text)
    return f"`{shown}`"


def _escaped(match: re.Match[str]) -> str:
    """Characters that start HTML, links or mentions become entities, which survive every renderer."""
    char = match.group()
    return f"&#{ord(char)};" if char in "<>&|`@:." else "\\" + char


def _lines(comparison: Comparison, version: str) -> Iterator[str]:
    session = comparison.session
    yield f"# TOFU certificates of {escape(session.title or session.name)}"
    yield ""
    taken = utc(comparison.taken_at) if comparison.taken_at else "not finished"
    yield f"- Session: {code(session.name)}, taken {taken} by tofutui {version}"
    yield f"- Certificates as seen from {code(comparison.seen_from)}"
    yield f"- Result: {summary_line(comparison)}"
    for role in session.roles:
        yield from _node(comparison.nodes[role])
    yield from _trust(comparison)
    notes = [*map(failure_line, comparison.failures), *(f"{c.text}: {c.line}" for c in comparison.not_tofu)]
    if has_only_names(comparison):
        notes.append(NAMES_PROVE_NOTHING)
    if notes:
        yield from ("", "## Notes", "", *(f"- {escape(note)}" for note in notes))


def _trust(comparison: Comparison) -> Iterator[str]:
    arrows = trust_map(comparison)
    if arrows:
        yield from ("", "## Who trusts whom, and the worst verdict", "")
    for arrow in arrows:
        sides = f"{escape(whose(comparison, arrow))} → {escape(whom(comparison, arrow))}"
        yield f"- {sides}: {arrow.verdict.look.word}{own(arrow)}"


def _node(node: NodeView) -> Iterator[str]:
    yield from ("", f"## {node.role.word} {escape(node.hostname or '(host name not seen)')}", "")
    yield escape(node_line(node))
    for warning in filter(None, (incomplete(node), *node.notices)):
        yield from ("", f"**{escape(warning)}**")
    rows = node.ordered()
    if not rows:
        yield from ("", "No rows.")
        return
    yield from ("", f"| {' | '.join(_HEAD)} |", f"|{' --- |' * len(_HEAD)}")
    for entry in rows:
        yield f"| {' | '.join(_cells(entry))} |"
    yield from _commands(node, rows)


def _cells(entry: Entry) -> tuple[str, ...]:
    stored = entry.stored.subject if entry.stored else None
    certificate = entry.presented.certificate
    return (
        entry.verdict.look.word,
        code(entry.key) if entry.key else "",
        str(entry.who) + ("" if entry.who.is_remote else " (own)"),
        escape(_short(stored)),
        escape(_short(certificate.subject)) if certificate else escape(entry.presented.error or ""),
        code(certificate.sha256) if certificate else "",
        escape(reason(entry)) + _marks(entry),
    )


def _marks(entry: Entry) -> str:
    old = " (not in the newest listing)" if entry.unseen else ""
    return f"{old} ({SEEN_ONLY})" if entry.presented.is_seen_only else old


def _short(name: DistinguishedName | None) -> str:
    return "" if name is None else (name.common_name or str(name))


def _commands(node: NodeView, rows: list[Entry]) -> Iterator[str]:
    """The commands that delete the stale remote rows; only plain keys are in them."""
    commands = [row.delete_command for row in rows if row.is_stale_remote and row.delete_command]
    if commands:
        yield from ("", f"To delete the stale rows of remote hosts on {node.role.word}:", "")
        yield from ("```text", *commands, "```")
