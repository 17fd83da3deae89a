"""The scenarios of the simulated pair, found without loading it; without pathlib too, for the help's sake."""

import os
import re

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "lab", "scenarios")
_ENDING = ".toml"
_TITLE = re.compile(r'^title = "(?:Simulated: )?(.*)"$', re.MULTILINE)
FIRST = "seed"
"""What the demo shows if no scenario is named."""


def scenarios() -> dict[str, str]:
    """Name and title of each scenario that comes with the program, `FIRST` first."""
    names = [file.removesuffix(_ENDING) for file in os.listdir(_FOLDER) if file.endswith(_ENDING)]
    return {name: _title(name) for name in sorted(names, key=lambda name: (name != FIRST, name))}


def _title(name: str) -> str:
    with open(os.path.join(_FOLDER, name + _ENDING), encoding="utf-8") as file:
        match = _TITLE.search(file.read())
    return match[1] if match else ""
