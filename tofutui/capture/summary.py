"""What was replaced in a capture, and every distinct word that was not: to be looked through by a person."""

import textwrap
from collections.abc import Iterator

from tofutui.capture.redaction import Redaction
from tofutui.tofu.base.text import safe

_WIDTH = 78


def summary(redaction: Redaction) -> Iterator[str]:
    """Lines for the screen; no value that was replaced is among them."""
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
