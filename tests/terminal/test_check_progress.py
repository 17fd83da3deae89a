"""What `check` says on a terminal while it works: on stderr only, in place, and gone at the end."""

import re
import sys
from pathlib import Path

import pytest

from tests.support.lab_thread import lab_thread
from tests.support.terminal import terminal


@pytest.fixture
def two(tmp_path: Path):
    with (
        lab_thread("renamed", tmp_path / "renamed") as renamed,
        lab_thread("clean", tmp_path / "clean") as clean,
    ):
        texts = [site.lab.sessions_path.read_text() for site in (renamed, clean)]
        (tmp_path / "all.toml").write_text("".join(texts))
        yield renamed, clean


def command(tmp_path: Path, words: str) -> list[str]:
    program = f"{sys.executable} -m tofutui check {words} --sessions all.toml --data {tmp_path / 'data'}"
    return ["sh", "-c", f"trap : INT; {program} > report.txt; echo ended $?"]


def test_a_line_for_each_session_that_ended_and_nothing_of_it_in_the_report(two, tmp_path):
    with terminal(command(tmp_path, "--all"), tmp_path) as running:
        screen = running.wait_for("ended 1")
        lines = [line.rstrip() for line in screen.splitlines() if line.strip()]
        assert sorted(re.sub(r"^\d/2 (\w+): .*(exit \d)$", r"\1 \2", line) for line in lines[:2]) == [
            "clean exit 0",
            "renamed exit 1",
        ]
        assert lines[2:] == ["ended 1"]
    report = (tmp_path / "report.txt").read_text()
    assert "\x1b" not in report
    assert "\r" not in report
    assert report.startswith("SESSION renamed")


def test_a_single_check_says_what_each_node_is_doing_and_takes_it_away(two, tmp_path):
    renamed, _ = two
    renamed.lab.nodes["primary"].hang = "listcerts"
    with terminal(command(tmp_path, "renamed"), tmp_path, (60, 20)) as running:
        running.wait_for(lambda screen: "primary: listing, 0 rows" in screen and "secondary: " in screen)
        assert screen_lines(running.text()) == 1
        running.press("\x03")
        running.wait_for("ended 130")
        assert "listing" not in running.text()
        assert running.is_clean()


def screen_lines(screen: str) -> int:
    return sum(1 for line in screen.splitlines() if line.strip())


def test_a_terminal_that_can_draw_nothing_in_place_gets_nothing(two, tmp_path):
    with terminal(command(tmp_path, "--all"), tmp_path, TERM="dumb") as running:
        assert running.wait_for("ended 1").split() == ["ended", "1"]


def test_passwords_of_several_sessions_are_asked_one_at_a_time_on_a_line_of_their_own(two, tmp_path):
    file = tmp_path / "all.toml"
    file.write_text(re.sub(r"^key_file.*$", "", file.read_text(), flags=re.M))
    with terminal(command(tmp_path, "--all"), tmp_path) as running:
        for number in range(1, 5):
            screen = running.wait_for(lambda text, n=number: text.count("Password of ") == n)
            asking = [line for line in screen.splitlines() if "Password of " in line]
            assert all(line.startswith("Password of ") for line in asking)
            running.press("wrong" if number == 1 else two[0].lab.password, "enter")
        assert running.wait_for("ended 3").count("Password of ") == 4  # each login was tried once
        assert "0 rows" not in running.text()
        assert running.is_clean()
