"""What the README says is what the program does."""

import re
from pathlib import Path

from tofutui.cli.keys import as_markdown
from tofutui.tofu.verdict import LOOKS

README = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")


def test_the_table_of_keys_is_the_declaration():
    """To renew it: tofutui keys --format markdown."""
    between = re.search(r"<!-- keys -->\n(.*?)\n<!-- /keys -->", README, re.DOTALL)
    assert between is not None
    assert between[1] == as_markdown()


def test_every_verdict_is_explained_as_it_is_shown():
    shown = {f"`{look.glyph} {look.word}`" for look in LOOKS.values() if look.word != "PROBING"}
    assert {word for word in shown if word not in README} == set()
