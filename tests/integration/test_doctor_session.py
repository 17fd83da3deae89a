"""`tofutui doctor SESSION` as a program: each step to each node of the simulated pair, and what failed."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.appliance import LISTCERTS, PASSWORD, TABLE, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tests.support.program import run
from tofutui.cli.doctor.session import steps_of
from tofutui.lab.pair import Lab
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Role, Session, Via

STEPS_WITH_TIMES = (
    "resolver", "route", "login and prompt", "login methods", "menu and prompt", "paging", "node's clock",
    "listing", "endpoint",
)  # fmt: skip


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    running = await Lab.start("renamed", tmp_path / "lab")
    yield running
    await running.stop()


async def doctor(lab: Lab, *argv: str) -> tuple[int, str]:
    answer = await run("doctor", *argv, TOFUTUI_SESSIONS=str(lab.sessions_path))
    return answer.code, answer.out


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
    assert primary["resolver"]["value"].startswith("127.0.0.1 (")
    assert "the prompt of an admin CLI" in primary["login and prompt"]["value"]
    assert primary["login methods"]["value"].startswith("offered: publickey, ")
    assert primary["host key"]["value"].startswith("ssh-ed25519 SHA256:")
    assert "curve25519" in primary["algorithms"]["value"]
    assert primary["menu and prompt"]["value"].startswith("reached (")
    assert primary["paging"]["value"].startswith("off, the node accepted `terminal length 0` (")
    assert "rows, complete" in primary["listing"]["value"]
    assert "TLSv1." in primary["endpoint"]["value"]
    assert all(primary[name]["value"].endswith(" s)") for name in STEPS_WITH_TIMES)
    assert secondary["login and prompt"]["value"].startswith("failed: ")
    assert "is SSH enabled" in secondary["login and prompt"]["source"]
    assert not {"listing", "paging", "login methods"} & secondary.keys()
    assert code == 2


async def test_no_name_of_the_pair_is_shown_with_redact(lab: Lab) -> None:
    code, out = await doctor(lab, "renamed", "--redact")
    assert code == 0
    steps = out.partition("Steps to the primary")[2]
    assert "rows, complete" in steps
    for name in ("prime-pri", "prime-sec", "192.0.2.10", "198.51.100.20", "ise-"):
        assert name not in steps


async def steps_to(cli: Cli, folder: Path) -> dict[str, str]:
    """The steps to one node, by name; the password that is typed is always the same."""
    async with serving(cli) as server:
        trust(folder / "known_hosts", f"[127.0.0.1]:{server.port}", host_key())
        node = NodeSettings(
            role=Role.PRIMARY, host="127.0.0.1", port=server.port, known_hosts=folder / "known_hosts"
        )
        session = Session(name="x", nodes={Role.PRIMARY: node}, probe=ProbeSettings(via=Via.OFF))
        (section,) = await steps_of(session, ScriptedAsker(passwords=[PASSWORD]))
    assert PASSWORD not in repr(section)
    return {finding.name: finding.value for finding in section.findings}


async def test_a_node_that_pages_whatever_it_is_asked_says_so(tmp_path: Path) -> None:
    steps = await steps_to(Cli(page=3, terminal_length=False, commands={LISTCERTS: TABLE}), tmp_path)
    assert steps["paging"].startswith(
        "stays on, the node refuses `terminal length 0`: each page is acknowledged"
    )
    assert "password" in steps["login methods"]
    assert "2 rows" in steps["listing"]


async def test_a_login_that_is_refused_says_which_ways_there_are(tmp_path: Path) -> None:
    steps = await steps_to(Cli(methods=("password", "key"), users={"admin": "another one"}), tmp_path)
    assert steps["login and prompt"].startswith("failed: ")
    assert steps["note"].endswith("offers these login methods: publickey, password")
    assert "menu and prompt" not in steps
