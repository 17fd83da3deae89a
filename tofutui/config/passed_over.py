"""Which files of a folder or an archive are logs by their names, and the message about the others."""

import re
from posixpath import normpath

from tofutui.tofu.base.text import safe

LOG_NAMES = "hm-*, ncs-*, *.log*"
"""The names of logs, as a message lists them."""
_LOG_NAME = re.compile(r"(?:(?:hm|ncs)-.*|.*\.log.*)", re.IGNORECASE | re.DOTALL)
_OF_THE_DESKTOP = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)", re.DOTALL)
"""What macOS and Windows add to folders and archives of their own accord."""
_NAMED = 5


def is_log_name(path: str) -> bool:
    """Whether a file of this name looks like a log of an appliance (docs/appliance.md, Logs) or any other."""
    return not is_of_the_desktop(path) and _LOG_NAME.fullmatch(path.rpartition("/")[2]) is not None


def is_of_the_desktop(path: str) -> bool:
    """Whether a file of this name was put there by a desktop for itself, so that no log can be in it."""
    return _OF_THE_DESKTOP.fullmatch(path) is not None


class PassedOver:
    """The files that are not read because of their names, or because of what they are."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._count = 0
        self._read: set[str] = set()
        self._links: dict[str, str] = {}

    def add(self, path: str, unreadable: str = "") -> None:
        """Note one by its path in the folder or archive; what a desktop put there does not count."""
        if is_of_the_desktop(path):
            return
        self._count += 1
        if self._count <= _NAMED:
            self._names.append(safe(f"{path} ({unreadable})" if unreadable else path))

    def add_link(self, path: str, target: str) -> None:
        """Note a link and the path in the archive that it leads to."""
        self._links[path] = target

    def note_read(self, path: str) -> None:
        """Note a file that is read: what leads to it is read too."""
        self._read.add(normpath(path))

    def add_links_to_others(self) -> None:
        """At the end of an archive: count the links that lead to nothing that was read."""
        for path, target in self._links.items():
            if normpath(target) not in self._read:
                self.add(path, f"a link to {target}")

    def __bool__(self) -> bool:
        return self._count > 0

    def __str__(self) -> str:
        files = "1 file" if self._count == 1 else f"{self._count:,} files"
        more = f" and {self._count - _NAMED:,} more" if self._count > _NAMED else ""
        return f"{files} not read: {', '.join(self._names)}{more}; only {LOG_NAMES} are"
