"""Prints what pins each dependency of the program to the lowest version that pyproject.toml allows."""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
for requirement in project["dependencies"]:
    found = re.match(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?>=(?P<lowest>[\w.]+),<", requirement)
    if found is None:
        sys.exit(f"pyproject.toml: {requirement!r} is not NAME>=LOWEST,<BELOW")
    print(f"{found['name']}=={found['lowest']}")
