"""Plays the admin CLI on the terminal of a real sshd's login. A program of its own: imports nothing of ours.

It is not played on `tofutui.lab.console`: the system's terminal edits and echoes its lines, which is what the
tests with a real sshd are for, and loading that console would take several times as long as this program.

Usage: force_cli.py FOLDER [--hostname NAME] [--another-user] [--resume-menu] [--confirm] [--seconds N]

FOLDER/table.txt holds the rows (``host=…;  subject=…``), FOLDER/sent.log gets each line typed, verbatim, and
FOLDER/ended.log how each session ended. ``deletecert`` removes a row from table.txt.
"""

import argparse
import sys
import time
from pathlib import Path

HEADER = (
    "\nHost certificate are automatically added to this list on first connection,\n"
    "if trust-on-first-use is configured - ncs certvalidation certificate-check ...\n\n"
)
VERSION = """
Cisco Application Deployment Engine OS Release: 3.1
Hostname: {hostname}

Version information of installed applications
---------------------------------------------

Cisco Prime Infrastructure
********************************************************
Version : 3.7.0
Build : 3.7.0.0.159
Critical Fixes:
        PI 3.7.1 ( 1.0.0 )
"""


class Cli:
    """One session."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder: Path = options.folder
        self.options = options

    def note(self, name: str, line: str) -> None:
        with (self.folder / name).open("a") as stream:
            stream.write(line + "\n")

    def ask(self, prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        self.note("sent.log", line.rstrip("\n"))
        return line.rstrip("\n")

    def before_the_prompt(self) -> None:
        if self.options.another_user:
            print("Another user is logged into the system at this time")
            while self.ask("Are you sure you want to continue (yes/no) [no]? ") != "Yes":
                print("ERROR : Please enter Yes or No")
        if self.options.resume_menu:
            print("Following disconnected ssh sessions are available to resume.")
            print("  [1] 1058597.admin-Tuesday_Dec_21_18:10:15_2021\n")
            while self.ask("Enter session number to resume or press <Enter> to start a new one: "):
                print("% Error: Invalid session, enter the number of the session")

    def run(self) -> str:
        try:
            self.before_the_prompt()
            while True:
                try:
                    line = self.ask(f"{self.options.hostname}/admin# ")
                    if line.strip() == "exit":
                        return "exit"
                    self.answer(line.strip())
                except KeyboardInterrupt:
                    self.note("sent.log", "^C")
                    print()
        except EOFError:
            return "dropped"

    def answer(self, line: str) -> None:
        delete = "ncs certvalidation tofu-certs deletecert host "
        if line == "ncs certvalidation tofu-certs listcerts":
            self.list_rows()
        elif line.startswith(delete):
            self.delete_row(line.removeprefix(delete))
        elif line == "show clock":
            print(time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime()))
        elif line == "show version":
            print(VERSION.format(hostname=self.options.hostname))
        elif line == "ncs ha status":
            print("[Role] Primary [State] HA not Configured")
        elif line and line != "terminal length 0":
            print("     ^\n% invalid command detected at '^' marker.")

    def list_rows(self) -> None:
        rows = (self.folder / "table.txt").read_text().splitlines()
        print(HEADER, end="", flush=True)
        for row in rows:
            time.sleep(self.options.seconds / max(1, len(rows)))
            print(row, flush=True)

    def delete_row(self, key: str) -> None:
        if self.options.confirm and self.ask(f"Delete {key} from the list (yes/no) [no] ? ") != "yes":
            return
        table = self.folder / "table.txt"
        rows = [row for row in table.read_text().splitlines() if not row.startswith(f"host={key};")]
        table.write_text("".join(f"{row}\n" for row in rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hostname", default="prime-pri")
    parser.add_argument("--another-user", action="store_true")
    parser.add_argument("--resume-menu", action="store_true")
    parser.add_argument("--confirm", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.0)
    cli = Cli(parser.parse_args())
    how = "dropped"
    try:
        how = cli.run()
    finally:
        cli.note("ended.log", how)


if __name__ == "__main__":
    main()
