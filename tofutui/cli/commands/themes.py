"""``tofutui themes``."""

import argparse

from tofutui.cli.output import complain, say
from tofutui.config.paths import config_dir
from tofutui.config.themes import load_themes, weak_texts


def run(options: argparse.Namespace) -> int:
    """Print each theme's name and where it comes from; broken files and pale texts are named on stderr."""
    book = load_themes(config_dir() / "themes")
    for error in book.errors:
        complain(error)
    width = max((len(name) for name in book.themes), default=0)
    for theme in book.themes.values():
        say(f"{theme.name.ljust(width)}  {theme.source}")
        for text in weak_texts(theme):
            complain(f"{theme.source}: {text}")
    return 0
