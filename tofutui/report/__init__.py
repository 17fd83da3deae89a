"""A comparison as text, JSON and Markdown: values in, text out, nothing in it that a terminal would obey."""

from collections.abc import Sequence

from tofutui.report.json_form import document, dump
from tofutui.report.many_form import joined
from tofutui.report.markdown_form import to_markdown
from tofutui.report.text_form import to_text
from tofutui.tofu.judgement.comparison import Comparison

FORMATS = ("text", "json", "markdown")


def render(comparison: Comparison, fmt: str, version: str) -> str:
    """One comparison in one of `FORMATS`, with a final line feed."""
    if fmt == "json":
        return dump(document(comparison, version))
    return to_markdown(comparison, version) if fmt == "markdown" else to_text(comparison)


def render_many(comparisons: Sequence[Comparison], fmt: str, version: str) -> str:
    """Several comparisons, as ``--all`` shows them: one JSON document, or one text after the other."""
    return joined([render(comparison, fmt, version) for comparison in comparisons], fmt)
