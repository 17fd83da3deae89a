"""Rows that a node's terminal, a message or a document broke: `check` over SSH and `offline`, as programs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.appliance import LISTCERTS, PASSWORD, host_key, serving, trust
from tests.support.cli_server import Cli
from tests.support.exports import made
from tests.support.program import Answer, tofutui
from tests.support.tls_servers import HandMade, serve

KEY = "192.0.2.20_8082"
NAME = "CN = pi-b.example.net, OU = Lab"
KONG = "host=192.0.2.30_443;  subject=CN = kong \n"


@asynccontextmanager
async def endpoint(subject: str) -> AsyncIterator[str]:
    """A TLS server that both rows lead to, as lines of a sessions file."""
    der = made(subject).public_bytes(Encoding.DER)
    async with serve(HandMade([der])) as at:
        yield (
            "[sessions.s.probe.map]\n"
            + "".join(f'"{row}" = "{at}"\n' for row in ("192.0.2.20:8082", "192.0.2.30:443"))
        )


async def live(tmp_path: Path, listing: str, subject: str) -> Answer:
    """`check` of a node that prints this listing."""
    async with endpoint(subject) as probe_map, serving(Cli(commands={LISTCERTS: listing})) as server:
        trust(tmp_path / "known_hosts", f"[127.0.0.1]:{server.port}", host_key())
        sessions = tmp_path / "s.toml"
        sessions.write_text(
            f'[sessions.s.primary]\nhost = "127.0.0.1"\nport = {server.port}\npassword_env = "P"\n'
            f'known_hosts = "{tmp_path / "known_hosts"}"\n{probe_map}'
        )
        return await tofutui(
            *("check", "s", "--sessions", sessions, "--data", tmp_path / "data", "--format", "json"),
            home=tmp_path, P=PASSWORD,
        )  # fmt: skip


async def saved(tmp_path: Path, transcript: bytes, subject: str) -> Answer:
    """`offline` on a saved transcript."""
    async with endpoint(subject) as probe_map:
        sessions, path = tmp_path / "s.toml", tmp_path / "t.txt"
        sessions.write_text(f'[sessions.s.primary]\nhost = "192.0.2.1"\n{probe_map}')
        path.write_bytes(transcript)
        return await tofutui(
            *("offline", "--primary", path, "--session", "s", "--sessions", sessions, "--format", "json"),
            home=tmp_path,
        )  # fmt: skip


ROW = f"host={KEY};  subject={NAME}\n"
BROKEN = {
    "wrapped": f"host={KEY};  subject=CN = pi-b.exa\nmple.net, OU = Lab\n{KONG}",
    "indented": f"{KONG}host={KEY};  subject=CN = pi-b.example.net,\n   OU = Lab\n",
    "message": f"host={KEY};  subject=CN = pi-b.exa\nBroadcast message from x:\n\nmple.net, OU = Lab\n{KONG}",
    "pager": f"host={KEY};  subject=CN = pi-b.exa\n--More--\r        \rmple.net, OU = Lab\n{KONG}",
    "subject": f"host={KEY};\n  subject={NAME}\n{KONG}",
    "done": f"{KONG}{ROW}Done.\n",
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_broken_row_of_a_live_listing_is_not_judged_and_keeps_its_key(
    tmp_path: Path, broken: str
) -> None:
    answer = await live(tmp_path, BROKEN[broken], "/CN=pi-b.example.net/OU=Lab")
    row = answer.entries("primary")[KEY]
    assert (row["verdict"], row["key"], answer.json["complete"]) == ("unreadable", KEY, True)
    assert row["delete"].endswith(KEY)


async def test_a_broken_row_that_differs_in_every_reading_is_a_mismatch(tmp_path: Path) -> None:
    answer = await live(tmp_path, BROKEN["wrapped"], "/CN=ise01")
    assert answer.entries("primary")[KEY]["verdict"] == "mismatch"


def session(listing: str) -> bytes:
    return f"pi-a/admin# {LISTCERTS}\n{listing}pi-a/admin# ".encode()


HEADER = "Host certificate are automatically added to this list on first connection,\n"
TRANSCRIPTS = {
    "a word after the longest row": KONG + ROW + "Done.\n",
    "a count after the longest row": KONG + ROW + "Total: 2 certificates\n",
    "a rule after the longest row": KONG + ROW + "-" * 30 + "\n",
    "one row broken": f"{HEADER}host={KEY};  subject=CN = pi-b.example.n\net, OU = Lab\n{KONG}",
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
async def test_offline_judges_no_row_that_may_go_on(tmp_path: Path, name: str, end: bytes) -> None:
    transcript = session(TRANSCRIPTS[name]).replace(b"\n", end)
    answer = await saved(tmp_path, transcript, "/CN=pi-b.example.net/OU=Lab")
    assert answer.verdicts("primary") == {KEY: "unreadable", "192.0.2.30_443": "mismatch"}
    assert answer.json["complete"]
