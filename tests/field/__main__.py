"""Adds a capture to the library of shapes: ``python -m tests.field FILE NAME --source TEXT --known seen``.

Makes the folder ``tests/field/NAME`` with the capture, where it comes from, and how the program reads it now
(table.json). Read the table before you commit it: it is what every later version has to read.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from tests.support.field import FOLDER, reading

KNOWN = ("seen", "inferred", "recalled", "assumed")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.field", description=__doc__)
    parser.add_argument("file", type=Path, help="a capture, or a log (.txt)")
    parser.add_argument("name", help="the folder: what is special about it")
    parser.add_argument("--source", required=True, help="who or what it comes from")
    parser.add_argument(
        "--known", required=True, choices=KNOWN, help="how sure it is, as in docs/appliance.md"
    )
    options = parser.parse_args()
    folder = FOLDER / options.name
    folder.mkdir()
    name = "log.txt" if options.file.suffix == ".txt" else "capture.jsonl"
    shutil.copy(options.file, folder / name)
    sample = f"source = {json.dumps(options.source)}\nknown = {json.dumps(options.known)}\n"
    (folder / "sample.toml").write_text(sample)
    table = json.dumps(reading(folder), indent=1)
    (folder / "table.json").write_text(table + "\n")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
