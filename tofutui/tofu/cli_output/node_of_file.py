"""Which host of which transcript is which node of the pair."""

from collections.abc import Mapping
from dataclasses import dataclass

from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.transcript import Transcript, ha_role
from tofutui.tofu.site.session import NodeSettings, Role

_CURE = "give each node a file of its own, or name them in a session's addresses and give --session"


class UnclearTranscript(TofutuiError):
    """It cannot be known which node a part of a transcript belongs to."""


@dataclass(frozen=True, slots=True)
class File:
    """One transcript and its name."""

    source: str
    transcript: Transcript

    @property
    def candidates(self) -> tuple[str, ...]:
        """The hosts whose table it lists; if it lists none, those whose prompt it shows."""
        return self.transcript.listed_hosts or self.transcript.hosts


@dataclass(frozen=True, slots=True)
class Cast:
    """Which host plays which role, and the file that shows it."""

    files: dict[Role, File]
    hosts: dict[Role, str | None]
    """None where no prompt was seen."""
    remark: str = ""
    """How it was decided, where that was not certain."""


def cast(files: Mapping[Role, File], nodes: Mapping[Role, NodeSettings]) -> Cast:
    """Tell the nodes apart: by file, by the session's names, by their HA role, by their order.

    Both roles may name the same file; a primary's file alone may hold both nodes.

    Raises:
        UnclearTranscript: a file shows more hosts than can be distinguished, or fewer than it should.
    """
    primary, secondary = files[Role.PRIMARY], files.get(Role.SECONDARY)
    if secondary is None or secondary.transcript == primary.transcript:
        return _one_file(primary, nodes, both=secondary is not None)
    hosts = {role: _host_in(files, role, nodes) for role in Role}
    return Cast(dict(files), hosts)


def _one_file(file: File, nodes: Mapping[Role, NodeSettings], *, both: bool) -> Cast:
    hosts = file.candidates
    if len(hosts) < 2:
        if both:
            raise UnclearTranscript(f"{safe(file.source)}: shows the prompt of one node only, not of two")
        return Cast({Role.PRIMARY: file}, {Role.PRIMARY: hosts[0] if hosts else None})
    named = {role: _named(hosts, role, nodes) for role in Role}
    if named[Role.PRIMARY] and named[Role.SECONDARY]:
        return _two(file, named[Role.PRIMARY], named[Role.SECONDARY])
    if len(hosts) > 2:
        raise UnclearTranscript(f"{safe(file.source)}: lists the tables of {_list(hosts)}", _CURE)
    first, second = hosts
    if second == named[Role.PRIMARY] or first == named[Role.SECONDARY]:
        return _two(file, second, first)
    if named[Role.PRIMARY] or named[Role.SECONDARY]:
        return _two(file, first, second)
    return _by_what_they_say(file, first, second)


def _by_what_they_say(file: File, first: str, second: str) -> Cast:
    said = ha_role(file.transcript, first), ha_role(file.transcript, second)
    if said in ((Role.PRIMARY, Role.SECONDARY), (Role.PRIMARY, None), (None, Role.SECONDARY)):
        return _two(file, first, second)
    if said in ((Role.SECONDARY, Role.PRIMARY), (Role.SECONDARY, None), (None, Role.PRIMARY)):
        return _two(file, second, first)
    remark = f"{safe(file.source)}: {first} is taken to be the primary because it comes first"
    return _two(file, first, second, remark)


def _two(file: File, primary: str | None, secondary: str | None, remark: str = "") -> Cast:
    hosts = {Role.PRIMARY: primary, Role.SECONDARY: secondary}
    return Cast(dict.fromkeys(Role, file), hosts, remark)


def _host_in(files: Mapping[Role, File], role: Role, nodes: Mapping[Role, NodeSettings]) -> str | None:
    """The host of a role in its own file, which may show the other node too."""
    file = files[role]
    hosts = file.candidates
    if len(hosts) < 2:
        return hosts[0] if hosts else None
    named = _named(hosts, role, nodes)
    if named:
        return named
    others = files[role.other].candidates
    rest = [host for host in hosts if host not in others] if len(others) == 1 else list(hosts)
    rest = [host for host in rest if ha_role(file.transcript, host) is not role.other]
    if len(rest) != 1:
        raise UnclearTranscript(f"{safe(file.source)}: lists the tables of {_list(hosts)}", _CURE)
    return rest[0]


def _named(hosts: tuple[str, ...], role: Role, nodes: Mapping[Role, NodeSettings]) -> str | None:
    """The host that bears a name of the session's node, with or without its domain."""
    node = nodes.get(role)
    names = {name.lower() for name in node.names if name} if node else set()
    short = {name.partition(".")[0] for name in names if not name[0].isdigit()}
    return next(
        (host for host in hosts if {host.lower(), host.lower().partition(".")[0]} & (names | short)), None
    )


def _list(hosts: tuple[str, ...]) -> str:
    return f"{', '.join(hosts[:-1])} and {hosts[-1]}" if len(hosts) > 1 else "".join(hosts)
