"""Secrets go to the question that asks for them, and are found nowhere else.

Not in a file, not on the screen, not in what other programs are given, not with --debug, not after a crash.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import tofutui
from tests.support.planted_secrets import CANARIES, Search, Site, canary_site
from tests.support.terminal import Terminal, terminal

CODE = str(Path(tofutui.__file__).parents[1])
TOFUTUI = [sys.executable, "-m", "tofutui"]
CRASHING = """
import sys
from tofutui.cli import main
from tofutui.cli.commands import app
from tofutui.tofu.base import secret

def burst(self):
    held = [each.reveal() for each in secret._LIVE.values()]
    raise RuntimeError(f"{len(held)} secrets are held: {held}")

def show(chosen, show=app._show):
    from tofutui.ui.tables.cursor_flow import CursorFlow
    vars(burst).update(vars(CursorFlow.sort))
    CursorFlow.sort = burst
    return show(chosen)

app._show = show
sys.exit(main())
"""
ANSWERS = {
    "Password: PRIMARY localhost": "jump",
    "Passphrase: SECONDARY": "phrase",
    "Question: PRIMARY": "token",
    "PRIMARY asks": "dialogue",
}
"""Titles of the app's dialogs, and what is typed there."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with canary_site(tmp_path / "site") as site:
        yield site


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "tmp").mkdir()
    return {
        "PYTHONPATH": CODE,
        "TMPDIR": str(tmp_path / "tmp"),
        "TOFU_CANARY": CANARIES["variable"],
        "TEXTUAL_LOG": str(tmp_path / "keys.log"),
    }


def answer(app: Terminal, titles: Mapping[str, str], until: Callable[[str], bool]) -> None:
    """Answer each dialog by its title, once, until the fact holds."""
    left = dict(titles)
    while True:
        screen = app.wait_for(lambda screen: until(screen) or any(title in screen for title in left), 60)
        title = next((title for title in left if title in screen), None)
        if title is None:
            return
        app.send_answer(CANARIES[left.pop(title)], lambda screen, title=title: title not in screen)


def listed(count: int) -> Callable[[str], bool]:
    return lambda screen: len(re.findall(r"listed \d\d:\d\d", screen)) == count


def app_runs(site: Site, tmp_path: Path, env: dict[str, str], search: Search) -> None:
    """Each session in the app, --debug on; the first one refused once, the last one crashing."""
    common = ["--sessions", str(site.sessions), "--data", str(tmp_path / "data"), "--debug"]
    node = {"Password: PRIMARY 127.0.0.1": "factor"}
    for name, nodes in (("typed", 2), ("factor", 2), ("jumped", 1)):
        with terminal([sys.executable, "-c", CRASHING, name, *common], tmp_path, **env) as app:
            if name == "typed":
                answer(app, {"Password: PRIMARY 127.0.0.1": "wrong"}, lambda s: "refused the password" in s)
                app.press("r")
                node = {"Password: PRIMARY 127.0.0.1": "typed"}
            answer(app, {**ANSWERS, **node}, listed(nodes))
            node = {"Password: PRIMARY 127.0.0.1": "factor"}
            app.press("L")
            app.wait_for("Command log: ")
            app.press("esc")
            app.wait_for(listed(nodes))
            app.press("s")
            assert app.wait_end(30) == 70
            assert app.is_clean()
            assert b"secrets are held: " in app.raw
            search.look(f"the screen of {name}", bytes(app.raw))


def check_run(site: Site, tmp_path: Path, env: dict[str, str], search: Search) -> None:
    """All sessions with `check` on a terminal, --debug on."""
    prompts = {
        "Password of admin@localhost": "jump",
        f"{site.folder}/id": "phrase",
        "Token code": "token",
        "Password of admin@127.0.0.1": "wrong",
    }
    argv = ["check", "--all", "--debug", "--sessions", str(site.sessions), "--data", str(tmp_path / "data")]
    with terminal([*TOFUTUI, *argv], tmp_path, (200, 50), **env) as run:
        given = 0
        while run.process.poll() is None:
            run._read(0.05)
            asked = bytes(run.raw[given:]).decode("utf-8", "replace").rpartition("\n")[2]
            known = next((name for words, name in prompts.items() if words in asked), "")
            if known and asked.endswith(": "):
                given = len(run.raw)
                run.press(*CANARIES[known], "enter")
        assert run.wait_end(60) == 3
        search.look("the terminal of check", bytes(run.raw))


def quiet_runs(site: Site, tmp_path: Path, env: dict[str, str], search: Search) -> None:
    """Error paths without a terminal: a command that fails, values that are wrong, everything that lists."""
    wrong = tmp_path / "wrong.toml"
    value = CANARIES["value"]
    wrong.write_text(
        f'[sessions.w.primary]\nhost = "h"\npassword = "{value}"\npassword_env = "{value}-x"\n'
        f'password_command = ["{value}"]\n'
    )
    for argv, file in (
        (["check", "failing", "--format", "json"], site.sessions),
        (["check", "failing", "--debug"], site.sessions),
        (["history", "typed"], site.sessions),
        (["sessions", "validate"], site.sessions),
        (["sessions", "list"], site.sessions),
        (["sessions", "validate", "--debug"], wrong),
        (["check", "w", "--debug"], wrong),
    ):
        command = [*TOFUTUI, *argv, "--sessions", str(file), "--data", str(tmp_path / "data")]
        done = subprocess.run(
            command, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home"), **env},
        )  # fmt: skip
        search.look(" ".join(argv), done.stdout + done.stderr)
        assert done.stdout + done.stderr
    wrong.unlink()


@pytest.mark.timeout(300)
def test_no_canary_is_found_where_it_does_not_belong(site: Site, tmp_path: Path, env: dict[str, str]) -> None:
    search = Search()
    app_runs(site, tmp_path, env, search)
    check_run(site, tmp_path, env, search)
    quiet_runs(site, tmp_path, env, search)
    site.look_at_servers(search)
    children = site.folder / "children.log"
    assert children.read_text().count("TMPDIR") >= 3
    search.look_below(tmp_path, but=site.planted)
    assert len(list((tmp_path / "data").glob("crash-*.txt"))) == 3
    for name in ("typed", "command", "factor", "token", "jump", "variable", "dialogue"):
        assert any(CANARIES[name] in [*s.passwords, *s.typed] for s in site.servers.values()), name
    assert search.hits == []
    print(f"canaries planted {len(CANARIES)}, places searched {len(search.places)}, found {len(search.hits)}")
