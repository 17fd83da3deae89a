"""Passwords asked for on a real terminal: not shown, and a question that was withdrawn takes no answer."""

import os
import signal
import sys
from pathlib import Path

from tests.support.terminal import terminal

ROOT = str(Path(__file__).parents[2])
TWO_QUESTIONS = """
import asyncio, contextlib, signal
from tofutui.appliance.questions import PasswordQuestion
from tofutui.cli.asking import TerminalAsker
from tofutui.tofu.site.role import Role

def question(host):
    return PasswordQuestion(Role.PRIMARY, host, "admin", "Password: ", "password")

async def main():
    asker = TerminalAsker(contextlib.nullcontext)
    first = asyncio.ensure_future(asker.password(question("192.0.2.1")))
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, first.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await first
    typed = await asker.password(question("192.0.2.2"))
    print("typed", typed == "s3cret", flush=True)
    print("shown", await asker.password(question("192.0.2.3")), flush=True)

asyncio.run(main())
print("echo:", flush=True)
input()
"""


def test_a_withdrawn_question_takes_no_answer_and_nothing_typed_is_shown(tmp_path: Path) -> None:
    with terminal([sys.executable, "-c", TWO_QUESTIONS], tmp_path, PYTHONPATH=ROOT) as app:
        app.wait_for("Password of admin@192.0.2.1 (primary): ")
        app.process.send_signal(signal.SIGUSR1)
        app.wait_for("Password of admin@192.0.2.2 (primary): ")
        app.press(*"s3cret", "enter")
        app.wait_for("typed True")
        assert b"s3cret" not in app.raw
        app.wait_for("Password of admin@192.0.2.3 (primary): ")
        os.write(app.master, b"\x04")
        app.wait_for("shown None")
        app.wait_for("echo:")
        app.press(*"visible", "enter")
        app.wait_for("visible")
        assert app.wait_end() == 0
