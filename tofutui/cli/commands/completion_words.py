"""What can complete a command line, from the parsers themselves: the hidden command ``_complete``.

It runs at every press of Tab, so it loads next to nothing. The answer is one line for the shell (``:files``,
``:dirs`` or ``:``: what the shell itself shall offer), then a candidate a line, its help after a tab.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tofutui.cli.output import write
from tofutui.cli.parsers import COMMANDS, command_at, parser_of
from tofutui.cli.scenarios import scenarios
from tofutui.config.errors import ConfigError
from tofutui.config.paths import config_dir, sessions_file
from tofutui.config.sessions import read_sessions
from tofutui.config.themes import load_themes

Candidate = tuple[str, str]
"""A word and its help."""
FILES, DIRS, NOTHING = ":files", ":dirs", ":"


@dataclass(frozen=True, slots=True)
class CompletionOffer:
    """What can be typed in one place: names that the shell finds on its own, and candidates."""

    shell: str = NOTHING
    words: tuple[Candidate, ...] = ()


def run(options: argparse.Namespace) -> int:
    """Print the candidates for the last of the words."""
    shell, *words = options.words or [""]
    words = (joined(words) if shell == "bash" else words) or [""]
    offer = offer_for(words)
    cut = words[-1].rfind("=") + 1 if shell == "bash" else 0
    lines = [offer.shell, *(f"{word[cut:]}\t{' '.join(text.split())}" for word, text in offer.words)]
    write("\n".join(lines) + "\n")
    return 0


def joined(words: Sequence[str]) -> list[str]:
    """Words as they were typed: bash takes ``--theme=dark`` apart at the equals sign."""
    whole: list[str] = []
    for number, word in enumerate(words):
        if whole and "=" in (word, words[number - 1]):
            whole[-1] += word
        else:
            whole.append(word)
    return whole


def offer_for(words: Sequence[str]) -> CompletionOffer:
    """What fits the last, unfinished word."""
    *before, word = words
    rest = list(before)
    at = command_at(before)
    name = rest.pop(at) if at is not None else "app"
    parser = parser_of(name)
    waiting, positionals = _walk(parser, rest)
    option, equals, value = word.partition("=")
    if equals and option in parser._option_string_actions:
        offer = _of_action(parser._option_string_actions[option], before)
        return _fitting(offer, value, f"{option}=")
    if waiting is not None and not (waiting.nargs == "?" and word.startswith("-")):
        return _fitting(_of_action(waiting, before), word)
    if word.startswith("-"):
        return _fitting(CompletionOffer(words=tuple(_options(parser))), word)
    return _fitting(_of_position(parser, name, positionals, before), word)


def _walk(parser: argparse.ArgumentParser, words: Sequence[str]) -> tuple[argparse.Action | None, int]:
    """The option that waits for its value after these words, and how many words belonged to no option."""
    waiting: argparse.Action | None = None
    positionals = 0
    for word in words:
        option = parser._option_string_actions.get(word)
        if option is not None:
            waiting = option if option.nargs != 0 else None
        elif waiting is not None or word.startswith("-"):
            waiting = None
        else:
            positionals += 1
    return waiting, positionals


def _fitting(offer: CompletionOffer, word: str, lead: str = "") -> CompletionOffer:
    fitting = ((lead + name, text) for name, text in offer.words if name.startswith(word))
    return CompletionOffer(offer.shell, tuple(fitting))


def _options(parser: argparse.ArgumentParser) -> Iterator[Candidate]:
    for action in parser._actions:
        if action.help != argparse.SUPPRESS:
            for option in action.option_strings:
                yield option, (action.help or "").replace("%%", "%")


def _of_position(
    parser: argparse.ArgumentParser, name: str, at: int, before: Sequence[str]
) -> CompletionOffer:
    """A word that is neither an option nor an option's value."""
    actions = [action for action in parser._actions if not action.option_strings]
    if not actions or (at >= len(actions) and actions[-1].nargs != "*"):
        return CompletionOffer()
    offer = _of_action(actions[min(at, len(actions) - 1)], before)
    commands = tuple(COMMANDS.items()) if name == "app" else ()
    return CompletionOffer(offer.shell, (*commands, *offer.words))


def _of_action(action: argparse.Action, before: Sequence[str]) -> CompletionOffer:
    """Values by the action's choices, or by what its help calls them."""
    if action.choices is not None:
        return CompletionOffer(words=tuple((str(choice), "") for choice in action.choices))
    metavar = str(action.metavar or "")
    if metavar.endswith("FILE"):
        return CompletionOffer(
            FILES, tuple((lead, "") for lead in ("primary=", "secondary=") if lead in metavar)
        )
    if metavar == "DIR":
        return CompletionOffer(DIRS)
    source = _SOURCES.get(action.dest if action.dest == "theme" else metavar)
    return CompletionOffer(words=tuple(source(before))) if source else CompletionOffer()


def _sessions(before: Sequence[str]) -> Iterator[Candidate]:
    path = sessions_file(_named(before, "--sessions"), os.environ)
    try:
        report = read_sessions(path)
    except ConfigError:
        return
    for name, session in report.sessions.items():
        yield name, session.title


def _themes(_before: Sequence[str]) -> Iterator[Candidate]:
    for name in load_themes(config_dir() / "themes").themes:
        yield name, ""


def _scenarios(_before: Sequence[str]) -> Iterator[Candidate]:
    yield from scenarios().items()


def _named(words: Sequence[str], option: str) -> Path | None:
    """The value of an option among the words."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == option and following:
            return Path(following)
        if word.startswith(f"{option}="):
            return Path(word.partition("=")[2])
    return None


_SOURCES: Mapping[str, Callable[[Sequence[str]], Iterator[Candidate]]] = {
    "SESSION": _sessions,
    "theme": _themes,
    "SCENARIO": _scenarios,
}
"""Where candidates come from, by the name that help gives a value."""
