"""The parts of the simulated pair that need no socket."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tofutui.lab.appliance.grammar import COMMANDS, WORD, NotUnderstood, Understood, understand
from tofutui.lab.appliance.healthlog import NodeLogs, stamp
from tofutui.lab.cert import certify, common_name, java_form, make_key, parse_subject, slash_form
from tofutui.lab.console.command_line import CommandLine
from tofutui.lab.console.style import ConsoleStyle
from tofutui.lab.console.terminal import ControlC, LabTerminal
from tofutui.lab.scenario import ScenarioError, load_scenario, parse_address
from tofutui.lab.site_model import Address

AT = datetime(2026, 11, 23, 14, 2, 38, 123456, UTC)
PEER = parse_subject("C=US, ST=CA, L=SJ, O=Cisco Systems, OU=Prime Infra, CN=prime-sec")


def test_names_are_printed_as_openssl_and_java_do() -> None:
    assert slash_form(PEER) == "/C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-sec"
    assert java_form(PEER) == "CN=prime-sec, OU=Prime Infra, O=Cisco Systems, L=SJ, ST=CA, C=US"
    assert common_name(PEER) == "CN=prime-sec"
    assert slash_form((("O", "R/D"), ("CN", "Ó"))) == "/O=R/D/CN=\\xC3\\x93"


def test_a_certificate_is_dated_and_new_each_time() -> None:
    key = make_key("ec")
    first, second = (certify(key, PEER, AT, ["prime-sec", "192.0.2.11", "2001:db8::1"]) for _ in range(2))
    assert first.not_before == AT.replace(microsecond=0)
    assert first.sha256 != second.sha256


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood_in_full(command: tuple[str, ...]) -> None:
    line = " ".join("x_1" if word == WORD else word for word in command)
    words = ("x_1",) if WORD in command else ()
    assert understand(line) == Understood(tuple(word for word in command if word != WORD), words)


@pytest.mark.parametrize(
    ("line", "column", "incomplete"),
    [
        ("reload", 0, False),
        ("  show  nothing", 8, False),
        ("show clock now", 11, False),
        ("s", 1, True),
        ("ncs certvalidation tofu-certs deletecert host ", 45, True),
        ("ncs certvalidation tofu-certs deletecert host a_1 b_2", 50, False),
    ],
)
def test_where_a_line_goes_wrong(line: str, column: int, incomplete: bool) -> None:
    assert understand(line) == NotUnderstood(column, incomplete)


def test_a_first_word_can_be_missing_on_an_appliance() -> None:
    assert isinstance(understand("terminal length 0"), Understood)
    assert understand("terminal length 0", without="terminal") == NotUnderstood(0, incomplete=False)


async def test_enter_as_cr_lf_is_one_enter() -> None:
    terminal = LabTerminal(lambda text: None, echo=False)
    terminal.feed(b"one\r\ntwo\nthree\r")
    assert [await terminal.line() for _ in range(3)] == ["one", "two", "three"]


async def test_a_character_that_arrives_in_two_pieces_is_one_and_odd_bytes_are_kept() -> None:
    shown: list[str] = []
    terminal = LabTerminal(shown.append, echo=True)
    for piece in (b"caf\xc3", b"\xa9 \xff\r"):
        terminal.feed(piece)
    assert await terminal.line() == "caf\u00e9 \udcff"
    assert "".join(shown) == "caf\u00e9 \udcff\r\n"


async def test_a_console_may_take_one_key_only_for_enter() -> None:
    shown: list[str] = []
    terminal = LabTerminal(shown.append, ConsoleStyle(enter="\r", echo="prompt"), echo=True)
    terminal.feed(b"show\n clock\r")
    assert await terminal.line("pi/admin# ") == "show clock"
    assert shown == ["\rpi/admin# show clock\r\n"]


async def test_a_question_is_put_again_until_an_accepted_answer_and_ctrl_c_is_none() -> None:
    shown: list[str] = []
    answers: list[str] = []
    terminal = LabTerminal(shown.append, echo=True)
    console = CommandLine(terminal, shown.append, ConsoleStyle(), answered=answers.append)
    terminal.feed(b"no\r\x03yes\r")
    assert await console.insist("Sure? ", ("yes",), "Yes only\r\n") == "yes"
    assert "".join(shown) == "Sure? no\r\nYes only\r\nSure? ^C\r\nYes only\r\nSure? yes\r\n"
    assert answers == ["no", "yes"]


async def test_a_line_cut_by_the_end_of_input_is_not_a_line() -> None:
    terminal = LabTerminal(lambda text: None, echo=False)
    terminal.feed(b"half")
    terminal.feed_end()
    with pytest.raises(EOFError):
        await terminal.line()


async def test_ctrl_c_ends_a_running_command_and_drops_what_was_typed_ahead() -> None:
    terminal = LabTerminal(lambda text: None, echo=False)
    task = asyncio.create_task(asyncio.Event().wait())
    running = asyncio.create_task(terminal.run(task))
    await asyncio.sleep(0)
    terminal.feed(b"typed ahead\r\x03after\r")
    with pytest.raises(ControlC):
        await running
    assert await terminal.line() == "after"


def test_the_log_holds_the_forms_of_the_tac_document(tmp_path: Path) -> None:
    logs = NodeLogs(tmp_path / "logs")
    certificate = certify(make_key("ec"), PEER, AT, ["prime-sec"])
    logs.rejected(AT, certificate, is_peer=True)
    logs.rejected(AT, certificate, is_peer=True, wrapped=True)
    logs.rejected(AT, certificate, is_peer=False)
    health, services = logs.health.read_text(), logs.services.read_text()
    assert stamp(AT) == "11/23/26 14:02:38.123"
    assert health.count("11/23/26 14:02:38.123 ERROR [system] [HealthMonitorThread] TOFU failed.") == 2
    assert health.count(f"- {java_form(PEER)}\n") == 2
    assert "\n\njavax.net.ssl.SSLHandshakeException: java.security.cert.\n\nCertificateException: " in health
    assert services.count("- CN=prime-sec\n") == 2
    assert "OU=" not in services


@pytest.mark.parametrize("text", ["192.0.2.1", ":443", "x:", "x:y"])
def test_what_is_not_an_address(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_address(text)


def test_addresses_of_every_kind() -> None:
    assert parse_address("[2001:db8::7]:443") == Address("2001:db8::7", 443)
    assert str(Address("2001:db8::7", 443)) == "[2001:db8::7]:443"
    assert Address("sw_1.example.net", 443).key == "sw_1.example.net_443"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = 'x'", "endpoints"),
        ("title = ", "Invalid"),
        ("title = 'x'\n[[endpoints]]\nat = 'nonsense'\nname = 'x'\npresented = {}", "HOST:PORT|subject"),
    ],
)
def test_a_wrong_scenario_file_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=says):
        load_scenario(str(path))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('hostname = "prime-pri"', 'hostname = "prime-pri"\nfrobs = true'), "frobs"),
        (('hostname = "prime-pri"', 'hostname = "prime-pri"\necho = "loud"'), "there are plain, none"),
        (('at = "198.51.100.20:443"', 'at = "198.51.100.21:443"'), "198.51.100.20:443"),
        (('age = "95m"', 'age = "long"'), "not an age"),
        (("CN=ise01", "XX=ise01"), "XX=ise01"),
    ],
)
def test_a_changed_scenario_is_checked(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    source = (Path(__file__).parents[2] / "tofutui/lab/scenarios/seed.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(source.replace(*change))
    with pytest.raises(ScenarioError, match=says):
        load_scenario(str(path))
    path.write_text(source)
    assert load_scenario(str(path)).name == "mine"


def test_the_lab_loads_nothing_of_the_client() -> None:
    code = "import sys, tofutui.lab.main; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    ours = {name for name in loaded.split() if name.startswith(("tofutui", "textual"))}
    assert {name for name in ours if not name.startswith("tofutui.lab")} == {"tofutui"}
