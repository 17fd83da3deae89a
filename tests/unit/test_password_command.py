"""What a program that prints a password may do, and what is taken of it."""

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from tests.support.waiting import until
from tofutui.appliance.errors import NoPassword
from tofutui.appliance.ssh.password_command import LONGEST, run_password_command
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.site.session import NodeSettings, Role

AGES = 3600
"""Seconds that a program sleeps that is not to be waited for."""


async def printed(program: str, *, within: float = 30.0) -> str:
    command = f"{sys.executable} -c {shlex.quote(program)}"
    node = NodeSettings(role=Role.PRIMARY, host="192.0.2.10", password_command=command)
    secret: Secret = await run_password_command(node, within)
    return secret.reveal()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "program",
    [
        "print('pw')",
        "print('pw', end='')",
        "print('pw\\r')",
        f"import time; print('pw', flush=True); time.sleep({AGES})",
        "print('pw')\nwhile True: print('more')",
        "print('pw'); print('x' * 1_000_000)",
        f"import subprocess; subprocess.Popen(['sleep', '{AGES}']); print('pw')",
        f"import subprocess; subprocess.Popen(['sleep', '{AGES}'], start_new_session=True); print('pw')",
        f"import subprocess; subprocess.Popen(['sh', '-c', 'sleep {AGES} & sleep {AGES}']); print('pw')",
    ],
)
async def test_the_first_line_counts_at_once(program: str) -> None:
    started = time.monotonic()
    assert await printed(program) == "pw"
    assert time.monotonic() - started < 25  # the time-out is 30


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("pass", "printed no password"),
        ("print()", "printed no password"),
        ("print(); print('pw')", "printed no password"),
        ("import sys; print('pw'); sys.exit(3)", "status 3"),
        ("import sys; sys.exit(3)", "status 3"),
        (f"print('x' * {LONGEST + 1})", f"longer than {LONGEST} bytes"),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", f"longer than {LONGEST} bytes"),
        ("import os; os.write(1, os.urandom(65536).replace(b'\\n', b'x'))", f"longer than {LONGEST} bytes"),
        ("print('\\x1b[32mpw\\x1b[0m')", "cannot be typed"),
        ("print('p\\tw')", "cannot be typed"),
        ("import os; os.write(1, b'p\\0w\\n')", "cannot be typed"),
        ("print('p\\u202ew')", "cannot be typed"),
    ],
)
async def test_what_is_not_a_password_is_not_sent(program: str, why: str) -> None:
    with pytest.raises(NoPassword, match=why) as caught:
        await printed(program)
    assert "pw" not in str(caught.value)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("program", [f"import time; time.sleep({AGES})", "while True: pass"])
async def test_a_program_that_says_nothing_ends_with_its_time(program: str) -> None:
    with pytest.raises(NoPassword, match=r"still running after 0\.3 s"):
        await printed(program, within=0.3)


@pytest.mark.timeout(60)
async def test_its_children_end_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    sleeps = f"import subprocess; p = subprocess.Popen(['sleep', '{AGES}'])"
    await printed(f"{sleeps}; open({str(note)!r}, 'w').write(str(p.pid)); print('pw')")
    child = int(note.read_text())
    await until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() and bool(os.kill(pid, 0) or True)
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("text", ["pass word", "ümlaut-🔑", "a" * LONGEST])
async def test_odd_passwords_are_kept_as_they_are(text: str) -> None:
    assert await printed(f"import sys; sys.stdout.buffer.write({text!r}.encode())") == text
