"""What a node prints that nothing here knows is kept, counted and shown, and never taken for a row."""

from pathlib import Path

import pytest

from tests.support.appliance import LISTCERTS, PASSWORD, QUICK, TABLE, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, Handler, ask, say
from tests.support.live import live
from tofutui.lab.scenario import scenario_names
from tofutui.report.json_form import document
from tofutui.report.many_form import line_of
from tofutui.report.text_form import to_text
from tofutui.tofu.judgement.comparison import Comparison
from tofutui.tofu.site.session import NodeSettings, ProbeSettings, Role, Session, Via
from tofutui.workbench import Workbench

HEADER, ROWS = TABLE[: TABLE.index("host=")], TABLE[TABLE.index("host=") :]
FIRST, SECOND = ROWS.splitlines(keepends=True)
KEYS = ["192.0.2.10_8082", "198.51.100.20_443"]
HA, VERSION = "ncs ha status", "show version"
KNOWN: dict[str, str | Handler] = {
    LISTCERTS: TABLE,
    "show clock": "Mon Nov 23 14:02:38 UTC 2026\n",
    HA: "[Role] Primary [State] HA not Configured\n",
    VERSION: "Cisco Prime Infrastructure\n*****\nVersion : 3.7.0\n",
}
TRACE = "java.lang.NullPointerException\n\tat com.cisco.Tofu.list(Tofu.java:41)\n\tat Main.main(Main.java)\n"
PROGRESS = b"Reading 10%\rReading 60%\rReading 99%\r\n" + TABLE.replace("\n", "\r\n").encode()
MENU = "What next?\n  1) Command line\n  2) Diagnostics\nYour choice: "


async def compared(folder: Path, cli: Cli) -> Comparison:
    """A node that is listed once, without anybody to answer its questions."""
    async with serving(cli) as server:
        known_hosts = folder / "known_hosts"
        trust(known_hosts, f"[127.0.0.1]:{server.port}", host_key())
        node = NodeSettings(role=Role.PRIMARY, host="127.0.0.1", port=server.port, known_hosts=known_hosts)
        session = Session(name="x", nodes={Role.PRIMARY: node}, probe=ProbeSettings(via=Via.OFF))
        bench = Workbench(session, ScriptedAsker(passwords=[PASSWORD]), timings=QUICK)
        try:
            await bench.refresh()
        finally:
            await bench.close()
        return bench.comparison


@pytest.mark.parametrize(
    ("answers", "before", "lines", "keys"),
    [
        ({LISTCERTS: HEADER + FIRST + SECOND.rstrip() + ";  expires=2027-01-01\n"}, [], 1, KEYS),
        ({LISTCERTS: "Die Zertifikate werden automatisch aufgenommen,\n" + ROWS}, [], 1, KEYS),
        ({HA: "[Role] Primary [State] Primary Quiescing\n"}, [], 1, KEYS),
        ({LISTCERTS: TABLE + "\nTotal: 2 entries\n"}, [], 1, KEYS),
        ({LISTCERTS: HEADER + FIRST + "WARNING: the store is read-only\n" + SECOND}, [], 1, KEYS),
        ({LISTCERTS: HEADER + FIRST[:60] + "\n" + FIRST[60:] + SECOND}, [], 1, KEYS),
        ({LISTCERTS: '[{"host": "192.0.2.10_8082",\n  "subject": "CN=kong"}]\n'}, [], 2, []),
        ({LISTCERTS: say(PROGRESS)}, [], 3, KEYS),
        ({LISTCERTS: ""}, [], 1, []),
        ({LISTCERTS: TRACE}, [], 3, []),
        ({}, [ask(MENU, "1")], 4, []),
        ({LISTCERTS: HEADER + FIRST + "The server did not answer in time.\n"}, [], 1, KEYS[:1]),
        ({VERSION: "EPNM 8.1\n", "show clock": "noon\n"}, [], 2, KEYS),
        ({LISTCERTS: HEADER + "id=7; " + FIRST + SECOND}, [], 1, ["", KEYS[1]]),
        ({LISTCERTS: HEADER + "host=192.0.2.10_8082;  subject=kong (expired)\n" + SECOND}, [], 1, KEYS),
    ],
    ids=[
        "an extra column", "a translated header", "a new HA state", "a count line", "a warning between rows",
        "a wrapped row", "JSON", "a progress line", "an empty answer", "a Java trace", "an unknown menu",
        "a time-out text", "a version and a clock", "a column in front", "another grammar",
    ],
)  # fmt: skip
async def test_a_surprise_is_noticed_and_never_taken_for_a_row(
    answers: dict[str, str | Handler], before: list[Handler], lines: int, keys: list[str], tmp_path: Path
) -> None:
    comparison = await compared(tmp_path, Cli(commands=KNOWN | answers, before_prompt=before))
    node = comparison.nodes[Role.PRIMARY]
    assert len(node.unknown) == lines, node.unknown
    assert [entry.key or "" for entry in node.entries.values() if entry.is_stored] == keys
    count = "1 line" if lines == 1 else f"{lines} lines"
    notice = f"this pair prints something tofutui does not know ({count}): `tofutui capture`"
    assert notice in node.notices
    assert f"! {notice}\n" in to_text(comparison)
    assert document(comparison, "0")["nodes"]["primary"]["unknown"] == list(node.unknown)
    assert line_of(comparison, strict=True).code == 3


@pytest.mark.parametrize("scenario", [name for name in scenario_names() if name != "large"])
async def test_nothing_that_the_simulated_pair_prints_is_unknown(scenario: str, tmp_path: Path) -> None:
    async with live(scenario, tmp_path) as pair:
        nodes = pair.bench.comparison.nodes.values()
        assert [node.unknown for node in nodes] == [(), ()]
        code = pair.bench.comparison.exit_code()
        assert pair.bench.comparison.exit_code(strict=True) == code
