"""``tofutui history SESSION``: what was seen of each row, or forget it."""

import argparse
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from tofutui import __version__
from tofutui.cli.output import complain, say, write
from tofutui.cli.session_args import load, pick
from tofutui.config.paths import data_dir
from tofutui.history.database import FILE, Database
from tofutui.history.row_history import Sightings
from tofutui.history.statements import Statement, Statements
from tofutui.report.history_form import NodePast, render_history
from tofutui.tofu.base.errors import TofutuiError
from tofutui.tofu.base.text import safe
from tofutui.tofu.site.endpoint import EndpointError, parse_endpoint, split_key


class HistoryUsageError(TofutuiError):
    """There is nothing like what was asked for."""


def run(options: argparse.Namespace) -> int:
    """Print the history of a session, or with ``--forget`` remove it.

    A session that is no longer in the sessions file still has its history.
    """
    path = data_dir(options.data, os.environ) / FILE
    if not path.exists():
        _nothing(options)
        return 0
    database = Database(path)
    try:
        if database.message:
            complain(database.message)
        store = Sightings(database)
        if not store.nodes(options.session):
            _nothing(options)
        elif options.forget:
            say(_forgotten(*_forget(store, options)))
        else:
            is_whole = options.row is None and options.role is None
            said = Statements(database).every(options.session) if is_whole else []
            _print(_pasts(store, options), options, said)
    finally:
        database.close()
    return 0


def _nothing(options: argparse.Namespace) -> None:
    """Nothing is remembered of this session: then at least there must be one of that name.

    Raises:
        ConfigError: there is none.
    """
    path, sessions = load(options.sessions, read_only=True)
    pick([options.session], sessions, path)
    if options.forget:
        say(_forgotten(0))
    else:
        _print([], options)


def _pasts(store: Sightings, options: argparse.Namespace) -> list[NodePast]:
    """What is remembered of each node; with ``--row``, of the rows that it names.

    Raises:
        HistoryUsageError: the history has no such row.
    """
    every = [
        NodePast(node, store.pasts(options.session, node.role, node.address))
        for node in store.nodes(options.session)
        if options.role in (None, node.role)
    ]
    if options.row is None:
        return every
    keys = dict.fromkeys(key for node in every for key in node.rows)
    wanted = _matching(options.row, keys)
    if not wanted:
        close = get_close_matches(options.row, keys, n=1, cutoff=0.4)
        cure = f"did you mean {safe(close[0])}?" if close else ""
        raise HistoryUsageError(f"--row {safe(options.row)}: the history has no such row", cure)
    chosen = [replace(node, rows={k: node.rows[k] for k in node.rows if k in wanted}) for node in every]
    return [node for node in chosen if node.rows]


def _matching(name: str, keys: Iterable[str]) -> set[str]:
    """The keys that are meant: by the key as it is listed or shown, else by ``host:port``."""
    keys = list(keys)
    listed = {key for key in keys if name in (key, safe(key))}
    if listed:
        return listed
    try:
        endpoint = parse_endpoint(name)
    except EndpointError:
        return set()
    return {key for key in keys if split_key(key) == endpoint}


def _forget(store: Sightings, options: argparse.Namespace) -> tuple[int, int]:
    """Remove everything, or one node's rows, or the rows that are named.

    A statement about a server is about its rows on both nodes: it is removed only with the rows of both.

    Returns:
        How many incarnations went, and how many statements about the rows named.
    """
    if options.row is None:
        return store.forget(options.session, role=options.role), 0
    keys = dict.fromkeys(key for node in _pasts(store, options) for key in node.rows)
    gone = sum(store.forget(options.session, role=options.role, key=key) for key in keys)
    words = Statements(store.database)
    endpoints = [] if options.role is not None else list(dict.fromkeys(map(split_key, keys)))
    return gone, sum(words.forget(options.session, e.host, e.port) for e in endpoints if e is not None)


def _forgotten(incarnations: int, statements: int = 0) -> str:
    if not incarnations:
        return "there was nothing to remove"
    rows = f"{incarnations} {'incarnation' if incarnations == 1 else 'incarnations'} forgotten"
    said = f"{statements} {'statement' if statements == 1 else 'statements'} of operators"
    return f"{rows}, with {said}" if statements else rows


def _print(pasts: Sequence[NodePast], options: argparse.Namespace, said: Sequence[Statement] = ()) -> None:
    session = options.session
    if options.mask is not None:
        session, pasts, said = options.mask.session(session), options.mask(pasts), options.mask(said)
    report = render_history(session, pasts, options.format, __version__, said)
    if options.ascii:
        report = report.encode("ascii", "backslashreplace").decode("ascii")
    write(report)
