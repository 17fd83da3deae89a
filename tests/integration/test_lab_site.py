"""The simulated site: its servers, its tables, its logs, and how they change."""

import asyncio
import shutil
import stat
import tomllib
from pathlib import Path

import pytest

from tests.support.lab_login import DELETE, QUICK, at_prompt, running, s_client
from tests.support.waiting import until
from tofutui.lab.cert import slash_form
from tofutui.lab.pair import Lab
from tofutui.lab.scenario import ScenarioError, scenario_names

PRIMARY, SECONDARY, LOCAL, ISE = "192.0.2.10_8082", "192.0.2.11_8082", "127.0.0.1_8082", "198.51.100.20_443"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def differing(lab: Lab, role: str, *, by_name: bool) -> set[str]:
    """The rows whose certificate (or name) is not the one presented."""
    node = lab.nodes[role]

    def seen(key: str) -> tuple[object, object]:
        presented = node.server(key).presented
        assert presented is not None
        stored = node.table[key]
        return (stored.subject, presented.subject) if by_name else (stored.der, presented.der)

    return {key for key in node.table if len(set(seen(key))) == 2}


@pytest.mark.parametrize(
    ("scenario", "names", "certificates"),
    [
        ("seed", ({ISE}, set()), ({PRIMARY, ISE, SECONDARY}, {PRIMARY, LOCAL, SECONDARY})),
        (
            "renamed",
            ({PRIMARY, ISE, SECONDARY}, {PRIMARY, LOCAL, SECONDARY}),
            ({PRIMARY, ISE, SECONDARY}, {PRIMARY, LOCAL, SECONDARY}),
        ),
        ("clean", (set(), set()), (set(), set())),
        ("reissued", (set(), set()), ({PRIMARY, ISE, SECONDARY}, {PRIMARY, LOCAL, SECONDARY})),
    ],
)
async def test_what_is_stale_in_a_scenario(
    tmp_path: Path,
    scenario: str,
    names: tuple[set[str], set[str]],
    certificates: tuple[set[str], set[str]],
) -> None:
    async with running(scenario, tmp_path) as lab:
        assert lab.table("primary") == [PRIMARY, ISE, SECONDARY]
        assert lab.table("secondary") == [SECONDARY, LOCAL, PRIMARY]
        for role, by_name, by_certificate in zip(lab.nodes, names, certificates, strict=True):
            assert differing(lab, role, by_name=True) == by_name
            assert differing(lab, role, by_name=False) == by_certificate


@pytest.mark.parametrize("scenario", scenario_names())
async def test_every_scenario_starts_and_writes_a_private_session(tmp_path: Path, scenario: str) -> None:
    async with running(scenario, tmp_path) as lab:
        session = tomllib.loads(lab.sessions_path.read_text())["sessions"][scenario]
        assert session["title"].startswith("Simulated")
        for role, node in lab.nodes.items():
            assert session[role]["host"] == "127.0.0.1"
            assert session[role]["port"] == node.port
            assert session[role]["addresses"] == [node.address, node.hostname]
        for path in lab.directory.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert list(lab.data_path.iterdir()) == []


@needs_openssl
async def test_openssl_sees_the_certificate_that_a_map_leads_to(tmp_path: Path) -> None:
    async with running("renamed", tmp_path) as lab:
        mapped = tomllib.loads(lab.sessions_path.read_text())["sessions"]["renamed"]["probe"]["map"]
        assert set(mapped) == {"192.0.2.10:8082", "192.0.2.11:8082", "198.51.100.20:443"}
        for at, target in mapped.items():
            presented = lab.endpoint(at).presented
            assert presented is not None
            seen = await s_client(int(target.rpartition(":")[2]))
            assert f"subject={slash_form(presented.subject)}\n" in seen
            assert presented.sha256 in seen.replace(":", "").lower()


@needs_openssl
async def test_old_endpoints_speak_tls_1_0_only(tmp_path: Path) -> None:
    async with running("old", tmp_path) as lab:
        port = lab.endpoint("198.51.100.20:443").port
        assert await s_client(port, "-tls1_2") == ""
        assert "ise01" in await s_client(port, "-tls1", "-cipher", "ALL:@SECLEVEL=0")


async def test_a_reissued_certificate_is_presented_after_a_restart_only(tmp_path: Path) -> None:
    async with running("clean", tmp_path) as lab:
        for at, name in (
            ("192.0.2.11:8082", "secondary"),
            ("198.51.100.20:443", "198.51.100.20"),
            ("ISE-server:443", "ISE-server"),
        ):
            endpoint = lab.endpoint(at)
            before = endpoint.presented
            assert before is not None
            assert await lab.command(f"reissue {at}") == "ok"
            assert endpoint.presented == before
            assert await lab.command(f"restart {name}") == "ok"
            assert endpoint.presented is not None
            assert endpoint.presented.subject == before.subject
            assert endpoint.presented.der != before.der


async def test_a_rejected_contact_is_logged_in_the_forms_of_the_tac_document(tmp_path: Path) -> None:
    async with running("reissued", tmp_path) as lab:
        node = lab.nodes["primary"]
        assert node.logs.health.read_text() == ""
        assert await lab.command("contact primary") == "ok"
        changed = "Current certificate of the remote host is different from what was used earlier - "
        health, services = node.logs.health.read_text(), node.logs.services.read_text()
        assert "ERROR [system] [HealthMonitorThread] TOFU failed. Check local trust " in health
        assert f"{changed}CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US\n" in health
        assert f"{changed}CN=prime-sec\n" in health
        assert "prime-pri" not in health
        assert "[seqtaskexecutor-3069] TOFU failed." in services
        assert services.count(f"{changed}CN=ISE-server\n") == 2
        assert lab.log_paths["primary"] == node.logs.health
        assert lab.table("primary") == [PRIMARY, ISE, SECONDARY]


async def test_the_seed_has_been_logging_and_goes_on_while_it_is_rejected(tmp_path: Path) -> None:
    async with running("seed", tmp_path, QUICK) as lab:
        log = lab.log_paths["secondary"]
        text = log.read_text()
        assert text.count("TOFU failed") >= 4
        assert "java.security.cert.\n\nCertificateException" in text  # one event as the document breaks it
        size = log.stat().st_size
        await until(lambda: log.stat().st_size > size)
        node = lab.nodes["secondary"]
        node.delete(PRIMARY)
        await until(lambda: not node.rejected)
        assert PRIMARY not in node.table


async def test_an_unregistered_pair_learns_when_told_to_connect(tmp_path: Path) -> None:
    async with running("seed", tmp_path, QUICK) as lab:
        node = lab.nodes["primary"]
        async with at_prompt(lab) as cli:
            await cli.run(f"{DELETE} {ISE}")
        await until(lambda: ISE not in node.rejected)
        assert ISE not in lab.table("primary")
        assert await lab.command("contact primary") == "ok"
        assert lab.table("primary") == [PRIMARY, SECONDARY, ISE]
        assert node.table[ISE] == node.server(ISE).presented


async def test_registration_fails_on_a_stale_row_and_says_so_in_the_log(tmp_path: Path) -> None:
    async with running("reissued", tmp_path) as lab:
        lab.nodes["secondary"].delete(PRIMARY)
        answer = await lab.command("register")
        assert answer == f"error: registration failed: TOFU failed on primary for {SECONDARY}"
        assert "TOFU failed" in lab.log_paths["primary"].read_text()
        assert lab.nodes["primary"].ha["State"] == "HA not Configured"


async def test_registration_goes_through_its_milestones_and_learns(tmp_path: Path) -> None:
    async with running("reissued", tmp_path, QUICK) as lab:
        lab.nodes["primary"].delete(SECONDARY)
        lab.nodes["secondary"].delete(PRIMARY)
        assert await lab.command("register") == "ok"
        assert lab.nodes["secondary"].ha["State"] == "HA Initializing"
        assert (await lab.command("register")).startswith("error: ")
        await until(lambda: lab.ha.registered)
        assert lab.ha.milestones == ["Pre-HA Registration", "Database Replication", "Post HA Registration"]
        async with at_prompt(lab) as cli:
            assert await cli.run("ncs ha status") == (
                "[Role] Primary [Secondary Server] prime-sec(192.0.2.11) [State] Primary Active "
                "[Failover Type] Manual"
            )
            assert SECONDARY in lab.table("primary")
            await cli.run(f"{DELETE} {SECONDARY}")
        await until(lambda: SECONDARY in lab.table("primary"))  # a registered pair learns by itself
        assert await lab.command("reissue 192.0.2.11:8082") == "ok"
        assert await lab.command("restart secondary") == "ok"
        await until(lambda: lab.nodes["primary"].ha["State"] == "Primary Lost Secondary")


async def test_adding_the_ise_fails_until_its_row_is_gone(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab:
        assert await lab.command("ise-add") == f"error: {ISE}: TOFU failed"
        lab.nodes["primary"].delete(ISE)
        assert await lab.command("ise-add") == "ok"
        assert ISE in lab.table("primary")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "frob",
        "reissue",
        "reissue 192.0.2.99:1",
        "reissue nonsense",
        "restart x",
        "contact ise",
        "register x",
    ],
)
async def test_a_wrong_command_is_an_error_and_changes_nothing(tmp_path: Path, line: str) -> None:
    async with running("seed", tmp_path) as lab:
        before = lab.table("primary")
        assert (await lab.command(line)).startswith("error: ")
        assert lab.table("primary") == before


async def test_the_large_site_has_300_rows_a_node_on_few_ports(tmp_path: Path) -> None:
    async with running("large", tmp_path) as lab:
        assert [len(set(lab.table(role))) for role in lab.nodes] == [300, 300]
        mapped = tomllib.loads(lab.sessions_path.read_text())["sessions"]["large"]["probe"]["map"]
        assert set(lab.table("primary")) == {
            f"{host.strip('[]')}_{port}" for host, _, port in (at.rpartition(":") for at in mapped)
        } - ({SECONDARY, PRIMARY} - set(lab.table("primary")))
        assert len(set(mapped.values())) < 20


async def test_several_labs_run_side_by_side_and_leave_nothing_open(tmp_path: Path) -> None:
    async with running("seed", tmp_path / "a") as first, running("seed", tmp_path / "b") as second:
        ports = [node.port for lab in (first, second) for node in lab.nodes.values()]
        ports += [endpoint.port for lab in (first, second) for endpoint in lab.endpoints]
        assert len(set(ports)) == 10
        reader, writer = await asyncio.open_connection("127.0.0.1", ports[0])
        await reader.readline()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def test_yesterdays_sightings_are_those_of_the_stored_certificates(tmp_path: Path) -> None:
    async with running("seed", tmp_path) as lab:
        seen = {(s.role, s.key): s.sha256 for s in lab.sightings}
        assert seen[("primary", ISE)] == lab.nodes["primary"].table[ISE].sha256
        assert len(seen) == 6


async def test_an_unknown_scenario_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="seed, "):
        await Lab.start("nonsense", tmp_path / "lab")
