"""Where things lie: the user's sessions, data and themes, and the files that come with the package."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tofutui.config.errors import ConfigError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

APP = "tofutui"


def config_dir() -> Path:
    """The platform's user config folder for this program (it need not exist)."""
    import platformdirs

    return platformdirs.user_config_path(APP)


def sessions_file(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The sessions file: ``--sessions``, else ``$TOFUTUI_SESSIONS``, else the one in the config folder.

    Raises:
        ConfigError: it is in the home folder of a user who does not exist.
    """
    if option is not None:
        return _at_home(option, "--sessions")
    named = environ.get("TOFUTUI_SESSIONS")
    return _at_home(Path(named), "$TOFUTUI_SESSIONS") if named else config_dir() / "sessions.toml"


def data_dir(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The folder of history and journal: ``--data``, else ``$TOFUTUI_DATA``, else the user data folder.

    Raises:
        ConfigError: it is in the home folder of a user who does not exist.
    """
    if option is not None:
        return _at_home(option, "--data")
    named = environ.get("TOFUTUI_DATA")
    if named:
        return _at_home(Path(named), "$TOFUTUI_DATA")
    import platformdirs

    return platformdirs.user_data_path(APP)


def _at_home(path: Path, source: str) -> Path:
    """The path with ``~`` replaced.

    Raises:
        ConfigError: there is no such user; ``source`` says where the path was written.
    """
    try:
        return path.expanduser()
    except RuntimeError:
        raise ConfigError([f"{source} {path}: no such home folder"], "write the whole path") from None


def bundled(name: str) -> "Traversable":
    """A file or folder that comes with the program, in a wheel as well as in a checkout or an archive."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "_bundled" / name, package.parent / name):
        if path.exists():
            return path
    from importlib.resources import files

    return files(APP).joinpath("_bundled", name)
