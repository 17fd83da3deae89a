"""`tofutui capture`: everything that passed is in the file, and no name or secret of the site."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from tests.support.appliance import LISTCERTS, QUICK, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, ask, say
from tests.support.lab_login import running
from tests.support.planted_secrets import forms
from tests.support.program import tofutui
from tests.support.transcripts import PRIMARY_ROWS, SECONDARY_ROWS
from tests.support.transcripts import session as transcript
from tofutui.appliance.questions import DialogueQuestion, PasswordQuestion
from tofutui.capture.making import Made
from tofutui.capture.taking import take
from tofutui.capture_file import Capture, CapturedKind, dumps, loads
from tofutui.lab.cert import certify, key_pem, make_key
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Remote, Role, Session

READS = {LISTCERTS, "show clock", "show version", "ncs ha status", "terminal length 0", "exit"}
PLANTED = [f"{begin}{end}" for begin in ("Vor", "Kel", "Ulm", "Bri", "Zan", "Tep") for end in
           ("wick", "dahl", "mont", "grund", "stedt", "ovia", "borg", "heim", "nitz", "ach")]  # fmt: skip
"""Sixty names of people, places and companies that no list of words holds."""
SECRETS = {
    "password": "pw-Of-The-Site-77",
    "token": "tok3n-424242",
    "answer": "correct horse",
    "short": "xy7",
}


def received(capture: Capture) -> str:
    events = (
        event for login in capture.logins for event in login.events if event.kind is CapturedKind.RECEIVED
    )
    return b"".join(event.data for event in events).decode("utf-8", "surrogateescape")


def sent(capture: Capture) -> list[str]:
    return [e.data.decode() for login in capture.logins for e in login.events if e.kind is CapturedKind.SENT]


async def test_a_capture_of_the_simulated_pair_as_a_program(tmp_path: Path) -> None:
    path = tmp_path / "pair.jsonl"
    async with running("seed", tmp_path) as lab:
        options = ("--sessions", lab.sessions_path, "--output", path)
        answer = await tofutui("capture", "seed", *options, home=tmp_path)
        tables = {role: lab.table(role) for role in lab.nodes}
        commands = {line for lines in lab.sent.values() for line in lines}
    assert answer.code == 0, answer.err
    assert "replaced by stand-ins of the same length" in answer.out
    assert {"listcerts", "certificate"} <= set(answer.out.split())
    assert commands == READS
    capture = loads(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600
    assert {login.node for login in capture.logins} == {"primary", "secondary"}
    assert capture.logins[0].algorithms["kex"]
    for role, keys in tables.items():
        rows = [row["key"] for row in capture.reading["nodes"][role]["rows"] if row["raw"]]
        assert [len(key) for key in rows] == [len(key) for key in keys]
    text = path.read_text()
    for name in ("prime-pri", "prime-sec", "192.0.2.1", "198.51.100.20", "ISE-server"):
        assert name not in text
    assert any(answer.handshake for endpoint in capture.endpoints for answer in endpoint.answers)


@asynccontextmanager
async def endpoint(folder: Path, names: list[str]) -> AsyncIterator[int]:
    """A TLS server whose certificate holds these names; its port."""
    key = make_key("ec")
    subject = (("O", names[0]), ("OU", names[1]), ("L", names[2]), ("CN", f"{names[3]}.{names[4]}.net"))
    made = certify(key, subject, datetime(2026, 1, 1, tzinfo=UTC), [*names[5:], "10.77.3.9"])
    file = folder / f"{names[0]}.pem"
    file.write_bytes(key_pem(key) + made.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def awkward(names: list[str]) -> Cli:
    """A node that prints names wherever it can, wants two secrets, and repeats what was typed."""
    host = f"{names[0].lower()}-{names[1].lower()}"
    rows = "".join(
        f"host={name}.{names[2]}.net_8082;  subject= /O={names[3]}/emailAddress={names[4]}@{name}.de/CN=x\n"
        for name in names[5:15]
    )
    echo = f"you typed {SECRETS['answer']}, {names[15]}\n"
    menu = f"{names[16]} of {names[17]}\nYour {names[18]} phrase: "
    return Cli(
        prompt=f"{host}/admin# ",
        methods=("kbdint",),
        kbdint=[("", names[19], [("Password: ", False), ("Token: ", False)],
                 [SECRETS["password"], SECRETS["token"]])],
        auth_banner=f"Property of {names[20]} {names[21]}\nsupport: {names[22]}@{names[23]}.org\n",
        before_prompt=[say(f"Last login by {names[24]} from {names[25]}-pc\n"), ask(menu, SECRETS["answer"]),
                       say(echo), ask(f"PIN of {names[26]}: ", SECRETS["short"])],
        commands={
            LISTCERTS: f"\n{rows}host=::1_9;  subject=CN = {names[27]}\n% Error: {names[28]} is locked\n",
            "show clock": "Mon Nov 23 14:02:38 UTC 2026\n",
            "ncs ha status": f"[Role] Primary [State] Primary Active ({names[29]})\n",
        },
    )  # fmt: skip


class Person(ScriptedAsker):
    """Answers each question with its secret, whichever node asks first."""

    async def password(self, question: PasswordQuestion, /) -> str | None:
        return SECRETS["token" if "Token" in question.prompt else "password"]

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        return SECRETS["short" if "PIN" in question.text else "answer"]


async def captured(folder: Path) -> tuple[Made, list[str]]:
    """A pair that prints all planted names, and what was typed into it."""
    ours = {Role.PRIMARY: PLANTED[:30], Role.SECONDARY: PLANTED[30:]}
    known_hosts = folder / f"known_hosts_{PLANTED[0]}"
    async with (
        serving(awkward(ours[Role.PRIMARY])) as first,
        serving(awkward(ours[Role.SECONDARY]), keys=[host_key(number=1)]) as second,
        endpoint(folder, PLANTED[:10]) as port,
    ):
        nodes = {}
        for (role, server), number in zip(
            ((Role.PRIMARY, first), (Role.SECONDARY, second)), (0, 1), strict=True
        ):
            trust(known_hosts, f"[127.0.0.1]:{server.port}", host_key(number=number))
            nodes[role] = NodeSettings(
                role=role, host="127.0.0.1", port=server.port, known_hosts=known_hosts,
                addresses=(f"{ours[role][0]}.corp.net", f"10.77.3.{number}"),
            )  # fmt: skip
        row = Endpoint(f"{PLANTED[5]}.{PLANTED[2]}.net".lower(), 8082)
        probe = ProbeSettings(map={row: Endpoint("127.0.0.1", port)}, timeout=2)
        remotes = (Remote(name=PLANTED[7], kind="ise", endpoint=row),)
        session = Session(name=PLANTED[8], title=PLANTED[9], nodes=nodes, probe=probe, remotes=remotes)
        material = await take(session, Person(), "tofutui 0", timings=QUICK)
        return material.make(), [*first.commands, *second.commands]


async def test_no_secret_and_none_of_sixty_planted_names_is_in_a_capture(tmp_path: Path) -> None:
    made, commands = await captured(tmp_path)
    text = dumps(made.capture)
    assert set(commands) == READS
    assert len(made.capture.logins) == 2
    raw = b"".join(der for e in made.capture.endpoints for a in e.answers for der in a.chain)
    whole = (text + json.dumps(json.loads(json.dumps(text)))).encode() + raw
    for name in PLANTED:
        assert name.lower().encode() not in whole.lower(), name
    for secret in SECRETS.values():
        assert secret not in received(made.capture)
        for form in filter(lambda form: len(form) > 6, forms(secret)):
            assert form not in whole
    for address in ("10.77.3.9", "10.77.3.0", "10.77.3.1"):
        assert address.encode() not in whole
        assert ip_address(address).packed not in raw
    assert raw
    assert "prime" not in received(made.capture)
    hidden = [e for login in made.capture.logins for e in login.events if e.kind is CapturedKind.HIDDEN]
    assert len(hidden) == 4
    assert not set(made.redaction.kept) & set(PLANTED)


async def test_the_tools_own_reading_is_that_of_the_masked_bytes(tmp_path: Path) -> None:
    """What is replaced is replaced alike everywhere: the rows read of the bytes are those of the reading."""
    made, _ = await captured(tmp_path)
    printed = received(made.capture)
    for node in made.capture.reading["nodes"].values():
        assert node["rows"]
        for row in node["rows"]:
            assert (row["raw"] or "") in printed
    assert all(command in sent(made.capture) for command in (f"{LISTCERTS}\r", "exit\r"))


async def test_a_transcript_is_captured_too(tmp_path: Path) -> None:
    saved = tmp_path / "both.log"
    saved.write_text(
        transcript("gotham-pri", PRIMARY_ROWS) + "exit\n" + transcript("gotham-sec", SECONDARY_ROWS)
    )
    path = tmp_path / "both.jsonl"
    answer = await tofutui("capture", "--from", saved, "--output", path, "--strike", "Cisco", home=tmp_path)
    assert answer.code == 0, answer.err
    capture = loads(path.read_text())
    assert capture.source == "transcript"
    assert "gotham" not in path.read_text()
    assert "Cisco" not in path.read_text()
    rows = [len(capture.reading["nodes"][role]["rows"]) for role in ("primary", "secondary")]
    assert rows == [3, 3]
    refused = await tofutui("capture", "--from", saved, "--real-names", home=tmp_path)
    assert (refused.code, "not confirmed" in refused.err) == (2, True)
    nothing = await tofutui("capture", home=tmp_path)
    assert (nothing.code, nothing.err.count("\n")) == (2, 1)
