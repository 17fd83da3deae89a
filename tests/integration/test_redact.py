"""``--redact`` on the command line: nothing printed or written names the site, and judging is as before."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.program import Answer, run
from tests.support.site_secrets import leaks, secrets_of
from tofutui.lab.pair import Lab


async def tofutui(lab: Lab, tmp_path: Path, *argv: str) -> Answer:
    return await run(*argv, TOFUTUI_SESSIONS=str(lab.sessions_path), TOFUTUI_DATA=str(tmp_path / "data"))


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    started = await Lab.start("renamed", tmp_path / "lab")
    yield started
    await started.stop()


async def test_reports_files_and_messages(lab: Lab, tmp_path: Path) -> None:
    real = await tofutui(lab, tmp_path, "check", "renamed", "--format", "json")
    secrets = secrets_of(real.out)
    assert {"192.0.2.10", "prime-pri", "renamed"} <= secrets
    assert len(secrets) > 20
    file = tmp_path / "report.md"
    for argv in (["--format", "text"], ["--format", "markdown", "--output", str(file)], ["--format", "json"]):
        shown = await tofutui(
            lab, tmp_path, "check", "renamed", "--redact", "--reissued", "192.0.2.99", *argv
        )
        assert shown.code == real.code
        text = shown.out + (file.read_text() if file.exists() else "")
        assert "address-1" in text
        assert leaks(text, secrets) == []
        assert "no row is about this host" in shown.err
        assert leaks(shown.err, {*secrets, "192.0.2.99"}) == []
    assert shape(json.loads(shown.out)) == shape(json.loads(real.out))
    assert [verdicts(json.loads(answer.out)) for answer in (shown,)] == [verdicts(json.loads(real.out))]


def shape(value: object) -> object:
    """What keys and types a document has."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


def verdicts(document: dict) -> list[tuple[str, str]]:
    nodes = document["nodes"]
    return [(role, entry["verdict"]) for role, node in nodes.items() for entry in node["entries"]]


async def test_history_and_the_case_of_many_sessions(lab: Lab, tmp_path: Path) -> None:
    real = await tofutui(lab, tmp_path, "check", "renamed", "--format", "json")
    secrets = secrets_of(real.out)
    for fmt in ("text", "json", "markdown"):
        past = await tofutui(lab, tmp_path, "history", "renamed", "--redact", "--format", fmt)
        assert past.code == 0
        assert "address-" in past.out
        assert leaks(past.out + past.err, secrets) == [], fmt
    every = await tofutui(lab, tmp_path, "check", "--all", "--redact")
    assert "session-1" in every.out
    assert leaks(every.out + every.err, secrets) == []


async def test_errors_and_tracebacks(lab: Lab, tmp_path: Path) -> None:
    unknown = await tofutui(lab, tmp_path, "check", "plant-9", "--redact", "--debug")
    assert unknown.code == 2
    assert "Traceback" in unknown.err
    assert "plant-9" not in unknown.err
    await lab.stop()
    down = await tofutui(lab, tmp_path, "check", "renamed", "--redact")
    assert down.code == 3
    assert leaks(down.out + down.err, {"192.0.2.10", "192.0.2.11", "renamed"}) == []


async def test_offline(lab: Lab, tmp_path: Path) -> None:
    transcript = tmp_path / "session.log"
    transcript.write_text(
        "prime-pri/admin# ncs certvalidation tofu-certs listcerts\n"
        "Host certificates are automatically added to this list on first connection\n"
        "host=198.51.100.20_443;  subject= /C=US/O=Acme, Inc./CN=ISE-server\n"
        "prime-pri/admin# exit\n"
    )
    shown = await tofutui(lab, tmp_path, "offline", "--primary", str(transcript), "--no-probe", "--redact")
    assert "address-" in shown.out
    assert leaks(shown.out + shown.err, {"198.51.100", "prime-pri", "ISE-server", "Acme"}) == []
