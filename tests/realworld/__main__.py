"""Tries the program against real counterparts that are installed here, and prints a table of the outcomes.

Usage: python -m tests.realworld [FAMILY ...]

Each family is a module of this folder with a function ``trials()`` that yields trials. What is not installed
is named below the table. Ends with 1 if anything that was tried did not pass.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator

from tests.realworld import certificates, files, keyboards, ssh_servers, terminals, tls_servers
from tests.realworld.trials import LeftOut, Trial

FAMILIES: dict[str, Callable[[], Iterable[Trial | LeftOut]]] = {
    "ssh": ssh_servers.trials,
    "tls": tls_servers.trials,
    "certificates": certificates.trials,
    "files": files.trials,
    "terminals": terminals.trials,
    "keys": keyboards.trials,
}
_COLUMNS = ("family", "make", "version", "tried", "outcome")


def main() -> int:
    """Run the families that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.realworld")
    parser.add_argument("family", nargs="*", help=f"one of {', '.join(FAMILIES)}; default: all")
    names = parser.parse_args().family or list(FAMILIES)
    unknown = sorted(set(names) - set(FAMILIES))
    if unknown:
        parser.error(f"no such family: {', '.join(unknown)}")
    results = [result for name in names for result in FAMILIES[name]()]
    tried = [result for result in results if isinstance(result, Trial)]
    print("\n".join((*_table(tried), "", *_sums(tried), *_left_out(results))))
    return 0 if all(trial.passed for trial in tried) else 1


def _table(tried: Iterable[Trial]) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    for trial in tried:
        mark = "" if trial.passed else "**failed:** "
        cells = (trial.family, trial.make, trial.version, trial.tried, mark + trial.outcome)
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _sums(tried: list[Trial]) -> Iterator[str]:
    for family in dict.fromkeys(trial.family for trial in tried):
        of_family = [trial for trial in tried if trial.family == family]
        passed = sum(trial.passed for trial in of_family)
        makes = len({trial.make for trial in of_family})
        yield f"{family}: {passed} of {len(of_family)} passed, {makes} makes"


def _left_out(results: Iterable[Trial | LeftOut]) -> Iterator[str]:
    for result in results:
        if isinstance(result, LeftOut):
            why = result.why or f"install {result.package}"
            yield f"left out: {result.make} ({result.family}); {why}"


if __name__ == "__main__":
    sys.exit(main())
