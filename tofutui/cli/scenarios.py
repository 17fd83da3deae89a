"""The scenarios of the simulated pair, found without loading it."""

import re
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "lab" / "scenarios"
_TITLE = re.compile(r'^title = "(?:Simulated: )?(.*)"$', re.MULTILINE)
FIRST = "seed"
"""What the demo shows if no scenario is named."""


def scenarios() -> dict[str, str]:
    """Name and title of each scenario that comes with the program, `FIRST` first."""
    files = sorted(_FOLDER.glob("*.toml"), key=lambda file: (file.stem != FIRST, file.stem))
    return {file.stem: _title(file) for file in files}


def _title(file: Path) -> str:
    match = _TITLE.search(file.read_text("utf-8"))
    return match[1] if match else ""
