"""`tofutui offline --screen` in a real terminal: the app on a transcript, where nothing can be sent."""

import subprocess
import sys
from pathlib import Path

from tests.support.terminal import terminal
from tests.support.transcripts import PRIMARY_ROWS, SECONDARY_ROWS, session

TOFUTUI = str(Path(sys.executable).with_name("tofutui"))
TOFU = (
    "11/23/26 14:01:58.120 ERROR [system] [seqtaskexecutor-3] TOFU failed. Check local trust "
    "Trust-on-first-use is configure for this connection. Current certificate of the remote host is "
    "different from what was used earlier - CN=ISE-server, OU=Prime Infra, O=Cisco Systems, L=SJ, "
    "ST=CA, C=US\n"
)


def command(folder: Path) -> list[str]:
    both = (
        session("prime-pri", PRIMARY_ROWS) + "exit\n" + session("prime-sec", SECONDARY_ROWS, role="Secondary")
    )
    (folder / "both.log").write_text(both)
    (folder / "ncs-0-0.log").write_text(TOFU)
    return [
        TOFUTUI, "offline", "--primary", str(folder / "both.log"), "--primary-address", "192.0.2.10",
        "--secondary-address", "192.0.2.11", "--log", f"primary={folder / 'ncs-0-0.log'}", "--no-probe",
        "--screen",
    ]  # fmt: skip


def test_the_app_opens_on_a_transcript_and_the_plan_has_the_commands_to_paste(tmp_path: Path) -> None:
    with terminal(command(tmp_path), tmp_path) as screen:
        screen.wait_for("SUSPECT")
        text = screen.wait_for("as recorded 14:02:38")
        assert "TRANSCRIPT" in text
        assert "prime-sec" in text
        screen.press("D")
        screen.wait_for("this is a transcript: nothing can be sent to the node")
        screen.press("p")
        screen.wait_for("Ctrl+Y copies the commands")
        screen.wait_for("$ ncs certvalidation tofu-certs deletecert host 198.51.100.20_443")
        screen.press("space", "D")
        screen.wait_for("D: this is a transcript")
        screen.press("\x19")
        screen.wait_for("1 command sent")
        screen.press("esc")
        screen.wait_for("evidence")
        screen.press("e")
        screen.wait_for("transcripts keep no history")
        screen.press("esc")
        screen.wait_for("pane")
        screen.press("q")
        assert screen.wait_end() == 0
    assert not list(tmp_path.rglob("*.sqlite*"))


def test_a_report_beside_the_screen_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [*command(tmp_path), "--output", str(tmp_path / "r")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "omit --output" in done.stderr


def test_without_a_terminal_it_says_what_to_leave_out(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
