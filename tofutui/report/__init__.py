"""A comparison as text, JSON and Markdown: values in, text out, nothing in it that a terminal would obey."""

from tofutui.report.json_form import document, dump
from tofutui.report.lines_form import to_lines
from tofutui.report.markdown_form import to_markdown
from tofutui.report.text_form import PLAIN, TextStyle, to_text
from tofutui.tofu.judgement.comparison import Comparison

FORMATS = ("text", "lines", "json", "markdown")


def render(comparison: Comparison, fmt: str, version: str, style: TextStyle = PLAIN) -> str:
    """One comparison in one of `FORMATS`, every line ended; ``style`` is for the text form alone."""
    if fmt == "json":
        return dump(document(comparison, version))
    if fmt == "lines":
        return to_lines(comparison)
    return to_markdown(comparison, version) if fmt == "markdown" else to_text(comparison, style)
