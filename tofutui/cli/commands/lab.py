"""``tofutui lab``: the simulated pair alone."""

import argparse
import asyncio
from itertools import groupby

from tofutui.config.sessions import load_sessions
from tofutui.history.database import FILE, Database
from tofutui.history.places import address_of, baseline_of
from tofutui.history.row_history import Sightings
from tofutui.lab.main import serve
from tofutui.lab.pair import Lab, LabSighting
from tofutui.tofu.judgement.row_history import Look, RowSeen
from tofutui.tofu.site.session import Role, Session


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; with ``--until-eof`` until the end of stdin."""
    if options.replay is not None:
        from tofutui.lab.playback.main import serve as play

        played = play(options.replay, timing=options.original_timing, until_eof=options.until_eof)
        return asyncio.run(played)
    return asyncio.run(serve(options.scenario, until_eof=options.until_eof, prepare=remember))


def remember(lab: Lab) -> None:
    """Put what an earlier comparison would have seen of the scenario's rows into the lab's data folder."""
    if not lab.sightings:
        return
    (session,) = load_sessions(lab.sessions_path).values()
    database = Database(lab.data_path / FILE)
    try:
        store = Sightings(database)
        for role, seen in groupby(lab.sightings, key=lambda sighting: sighting.role):
            store.record(_look(session, Role(role), list(seen)))
    finally:
        database.close()


def _look(session: Session, role: Role, seen: list[LabSighting]) -> Look:
    return Look(
        session=session.name,
        role=role,
        address=address_of(session, role),
        host_key=None,
        at=seen[0].at,
        rows=tuple(
            RowSeen(
                key=row.key,
                text=row.text,
                stored=True,
                baseline=baseline_of(session, role, row.key),
                sha256=row.sha256,
                not_before=row.not_before,
            )
            for row in seen
        ),
    )
