"""`tofutui doctor SESSION` as a program: each step to each node of the simulated pair, and what failed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tofutui.lab.pair import Lab


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    running = await Lab.start("renamed", tmp_path / "lab")
    yield running
    await running.stop()


async def doctor(lab: Lab, *argv: str) -> tuple[int, str]:
    env = {**os.environ, "TOFUTUI_SESSIONS": str(lab.sessions_path), "SSH_AUTH_SOCK": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tofutui", "doctor", *argv, env=env, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode()


async def test_each_step_is_shown_with_its_time_and_a_failure_with_its_cure(lab: Lab) -> None:
    await lab.servers["secondary"].stop()
    code, out = await doctor(lab, "renamed", "--format", "json")
    sections = json.loads(out)["sections"]
    steps = {
        title: {finding["name"]: finding for finding in findings}
        for title, findings in sections.items()
        if title.startswith("Steps to the ")
    }
    assert list(steps) == ["Steps to the primary of renamed", "Steps to the secondary of renamed"]
    primary, secondary = steps.values()
    assert "greeting SSH-2.0-" in primary["route"]["value"]
    assert "curve25519" in primary["route"]["value"]
    assert "the prompt of an admin CLI" in primary["login and prompt"]["value"]
    assert "rows, complete" in primary["listing"]["value"]
    assert "TLSv1." in primary["endpoint"]["value"]
    assert all(primary[name]["value"].endswith(" s)") for name in ("route", "listing", "endpoint"))
    assert secondary["login and prompt"]["value"].startswith("failed: ")
    assert "is SSH on" in secondary["login and prompt"]["source"]
    assert "listing" not in secondary
    assert code == 2


async def test_no_name_of_the_pair_is_shown_with_redact(lab: Lab) -> None:
    code, out = await doctor(lab, "renamed", "--redact")
    assert code == 0
    steps = out.partition("Steps to the primary")[2]
    assert "rows, complete" in steps
    for name in ("prime-pri", "prime-sec", "192.0.2.10", "198.51.100.20", "ise-"):
        assert name not in steps
