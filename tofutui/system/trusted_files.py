"""Whether a settings file says what its user wrote: it can name a program, which then runs as that user."""

import os
import shlex
from pathlib import Path

from tofutui.system.file_permissions import why_changeable


def why_not_trusted(file: Path) -> str | None:
    """Who else may have written this file, or put it there, and the cure; None where nobody else could.

    As ``ssh`` does for its configuration: the file and its folder belong to the user or to root, and only
    their owner may write to them. In a folder with the sticky bit others cannot replace the file. Behind a
    link both places count.

    Raises:
        OSError: one of them cannot be looked at.
    """
    real = file.resolve()
    for place in dict.fromkeys((real, real.parent, file.absolute().parent)):
        about = place.stat()
        reason = why_changeable(about, os.getuid())
        if reason is not None:
            cure = "chown" if about.st_uid not in (os.getuid(), 0) else "chmod go-w"
            whose = f" {os.getuid()}" if cure == "chown" else ""
            return f"not read, for {place} {reason}: {cure}{whose} {shlex.quote(str(place))}"
    return None
