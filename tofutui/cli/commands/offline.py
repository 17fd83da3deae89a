"""``tofutui offline``: the comparison of `check` from saved transcripts; neither reads nor writes history."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tofutui.cli.commands.app import check_terminal
from tofutui.cli.commands.check import CheckError, carry_out, order_of
from tofutui.cli.order import CheckOrder
from tofutui.cli.output import complain
from tofutui.cli.session_args import load, pick
from tofutui.config.archives import NotRead, contents
from tofutui.config.paths import data_dir, sessions_file
from tofutui.system.files import read_given
from tofutui.tofu.base.text import safe
from tofutui.tofu.cli_output.node_of_file import Cast, File, cast
from tofutui.tofu.cli_output.transcript import ADDRESSES_UNKNOWN, Recording, read_transcript, recording_of
from tofutui.tofu.site.endpoint import normalise_host
from tofutui.tofu.site.session import NodeSettings, Role, Session, Via

NAME = "offline"
"""What the session is called in reports where none was named."""
_PIPE_SECONDS = 60.0
"""How long a pipe of the shell may say nothing: at its other end a person may be logging in."""
LARGEST = 32 * 1024 * 1024
"""Bytes of one transcript."""


def run(options: argparse.Namespace) -> int:
    """Compare, print the report and give the exit code (128 + its number after a signal)."""
    session, recordings = recorded(options)
    order = order_of([session], options, data=None, recordings=recordings)
    if options.format == "json" and any(not node.host for node in session.nodes.values()):
        complain(f"{ADDRESSES_UNKNOWN} (give them with --primary-address, --secondary-address or --session)")
    return _show(order, recordings, options) if options.screen else carry_out(order, options)


def recorded(options: argparse.Namespace) -> tuple[Session, dict[Role, Recording]]:
    """The session and what the transcripts show of its nodes; how they were distinguished goes to stderr."""
    base = _named_session(options)
    files = {role: _read(role, path) for role in Role if (path := getattr(options, role)) is not None}
    shown = cast(files, base.nodes)
    if shown.remark:
        complain(shown.remark)
    recordings = {
        role: recording_of(file.transcript, shown.hosts[role], file.source)
        for role, file in shown.files.items()
    }
    return _session(base, shown, options), recordings


def _show(order: CheckOrder, recordings: Mapping[Role, Recording], options: argparse.Namespace) -> int:
    """The full-screen app on the transcripts; its exit code."""
    if options.output is not None:
        raise CheckError("--screen prints no report: omit --output")
    check_terminal()
    from tofutui.cli.check_runner import tell
    from tofutui.ui.actions.keymap import load_keybook
    from tofutui.ui.backend import recorded_opener
    from tofutui.ui.options import AppOptions
    from tofutui.ui.shell.start import run as run_app

    (session,) = order.sessions
    chosen = AppOptions(
        sessions={session.name: session},
        initial=session.name,
        sessions_path=sessions_file(options.sessions, os.environ),
        fixed="transcripts are shown",
        data_dir=data_dir(options.data, os.environ),
        watch=0,
        ascii=options.ascii,
        read_only=True,
        redact=options.redact,
        keys=load_keybook(),
        debug=options.debug,
    )
    return run_app(chosen, recorded_opener(recordings, lambda bench: tell(bench, order)))


def _named_session(options: argparse.Namespace) -> Session:
    if options.session is None:
        return Session(name=NAME, nodes={})
    path, sessions = load(options.sessions, read_only=True)
    (session,) = pick([options.session], sessions, path)
    if session.probe.via is Via.JUMP and not options.no_probe:
        raise CheckError(f'session {session.name} probes via = "jump", which needs a login', "use --no-probe")
    return session


def _read(role: Role, path: Path) -> File:
    try:
        raw = read_given(path, most=LARGEST, seconds=_PIPE_SECONDS)
    except OSError as error:
        raise CheckError(f"--{role} {safe(str(path))}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the path
        raise CheckError(f"--{role} {safe(str(path))}: no such file") from error
    return File(str(path), read_transcript(_unpacked(role, path, raw)))


def _unpacked(role: Role, path: Path, raw: bytes) -> bytes:
    """The text in a packed transcript; an archive has to hold just one file."""
    try:
        texts = list(contents(path, raw))
    except NotRead as error:
        raise CheckError(f"--{role} {error.message}", error.hint) from error
    if len(texts) != 1:
        raise CheckError(
            f"--{role} {safe(str(path))}: an archive of {len(texts)} files", "unpack it and name one file"
        )
    return texts[0][1]


def _session(base: Session, shown: Cast, options: argparse.Namespace) -> Session:
    """The session with the nodes that the transcripts show; others stay for what their addresses say."""
    given = {role: tuple(dict.fromkeys(getattr(options, f"{role}_address"))) for role in Role}
    nodes = {
        role: _node(base.nodes.get(role), role, given[role])
        for role in Role
        if role in base.nodes or role in shown.files or given[role]
    }
    _refuse_shared_addresses(nodes, given)
    uncompared = frozenset(role for role in nodes if role not in shown.files)
    return replace(base, nodes=nodes, uncompared=uncompared, read_only=True)


def _node(known: NodeSettings | None, role: Role, addresses: tuple[str, ...]) -> NodeSettings:
    if known is not None:
        return replace(known, addresses=(*known.addresses, *addresses))
    return NodeSettings(role=role, host=addresses[0] if addresses else "", addresses=addresses[1:])


def _refuse_shared_addresses(nodes: dict[Role, NodeSettings], given: dict[Role, tuple[str, ...]]) -> None:
    for role, addresses in given.items():
        other = nodes.get(role.other)
        names = {normalise_host(name) for name in other.names if name} if other else set()
        if shared := sorted(names.intersection(addresses)):
            raise CheckError(f"{safe(shared[0])} cannot be an address of both nodes")
