"""What renewing a certificate will make stale, as text, JSON and Markdown for a change request."""

from collections.abc import Iterator

from tofutui.report.json_form import Json, dump
from tofutui.report.markdown_form import code, escape
from tofutui.report.phrases import incomplete, utc
from tofutui.tofu.base.text import in_groups, safe
from tofutui.tofu.judgement.comparison import Comparison, Entry
from tofutui.tofu.judgement.impact import FUNCTIONS, Impact, impact_of

LEFT_ALONE = "about the node itself; the TAC procedure does not delete such rows"


def render_impact(comparison: Comparison, of: str, fmt: str, version: str) -> str:
    """The forecast in one of ``text``, ``json`` and ``markdown``, with a final line feed.

    Raises:
        NoSuchServer: no server of the session is called so.
    """
    impact = impact_of(comparison, of)
    if fmt == "json":
        return dump(_document(comparison, impact, version))
    lines = _markdown(comparison, impact) if fmt == "markdown" else map(safe, _text(comparison, impact))
    return "".join(line.rstrip() + "\n" for line in lines)


def _document(comparison: Comparison, impact: Impact, version: str) -> Json:
    return {
        "schema": 1,
        "tool": f"tofutui {version}",
        "taken_at": utc(comparison.taken_at) if comparison.taken_at else None,
        "session": comparison.session.name,
        "complete": comparison.complete,
        "of": impact.of,
        "breaks": list(impact.functions),
        "rows": [_row(entry) for entry in impact.rows],
        "own": [_row(entry) for entry in impact.own],
    }


def _row(entry: Entry) -> Json:
    return {
        "role": str(entry.role),
        "key": entry.key,
        "who": str(entry.who),
        "presented_sha256": entry.sha256,
        "verdict": str(entry.verdict),
        "breaks": FUNCTIONS.get(entry.who),
        "delete": entry.delete_command if entry.who.is_remote else None,
    }


def _text(comparison: Comparison, impact: Impact) -> Iterator[str]:
    yield f"IMPACT  the certificate of {impact.of} is renewed"
    for node in comparison.nodes.values():
        if not node.complete:
            yield f"! {node.role.word}: {incomplete(node)}; rows may be missing here"
    yield f"rows that will be stale: {len(impact.rows)}"
    for number, entry in enumerate(impact.rows, 1):
        yield f"{number}. {entry.role.word}  {entry.key}  breaks {FUNCTIONS[entry.who]}"
        yield f"   presented now: SHA-256 {in_groups(entry.sha256) if entry.sha256 else 'nothing'}"
    yield from (["to delete afterwards, in this order:"] if impact.rows else [])
    for entry in impact.rows:
        command = entry.delete_command or "no command: the key is not a plain address and port"
        yield f"   {entry.role.word}  $ {command}"
    for entry in impact.own:
        yield f"not deleted: {entry.role.word}  {entry.key}  ({LEFT_ALONE})"


def _markdown(comparison: Comparison, impact: Impact) -> Iterator[str]:
    yield f"# Impact: the certificate of {escape(impact.of)} is renewed"
    taken = utc(comparison.taken_at) if comparison.taken_at else "not taken"
    yield from ("", f"- Session: {escape(comparison.session.name)}", f"- Baseline: {taken}")
    yield f"- Breaks until the rows are deleted: {', '.join(impact.functions) or 'nothing known'}"
    for node in comparison.nodes.values():
        if not node.complete:
            yield f"- {node.role.word}: {escape(incomplete(node))}; rows may be missing here"
    yield from ("", "## Rows that will be stale", "", "| Node | Row | Breaks | SHA-256 presented now |")
    yield "| --- | --- | --- | --- |"
    for entry in impact.rows:
        sha = code(in_groups(entry.sha256)) if entry.sha256 else "nothing presented"
        yield f"| {entry.role.word} | {code(entry.key or '')} | {FUNCTIONS[entry.who]} | {sha} |"
    yield from ("", "## To delete afterwards, in this order", "")
    for number, entry in enumerate(impact.rows, 1):
        yield f"{number}. {entry.role.word}: {code(entry.delete_command or 'no command')}"
    if impact.own:
        keys = ", ".join(f"{entry.role.word} {code(entry.key or '')}" for entry in impact.own)
        yield from ("", f"Not deleted: {keys} ({LEFT_ALONE}).")
