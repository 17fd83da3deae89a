"""The whole app with --redact in a real terminal: neither the screen nor the bytes written name the site."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import tofutui
from tests.support.depth import as_long
from tests.support.site_secrets import leaks, secrets_of
from tests.support.terminal import Terminal, terminal

TOFUTUI = [sys.executable, "-m", "tofutui"]
CODE = str(Path(tofutui.__file__).parents[1])
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()=>][AB0]?")
_COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)")


@dataclass
class Pair:
    """`tofutui lab` running beside the test, and what names its site."""

    scenario: str
    options: list[str]
    secrets: set[str]

    def report(self) -> str:
        command = [*TOFUTUI, "check", self.scenario, "--format", "json", *self.options]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


@pytest.fixture(params=["renamed", as_long("seed")])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    lab = subprocess.Popen(
        [*TOFUTUI, "lab", request.param, "--until-eof"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert lab.stdout is not None
    paths = dict(lab.stdout.readline().rstrip("\n").split(": ", 1) for _ in range(2))
    pair = Pair(request.param, ["--sessions", paths["sessions"], "--data", paths["data"]], set())
    try:
        pair.secrets = secrets_of(pair.report()) - {request.param} | {"192.0.2.1", "198.51.100"}
        yield pair
    finally:
        lab.communicate(timeout=20)


WALK = (
    (["enter"], "Row 1 of"), (["G", "esc"], "Host:port"),
    (["L"], "Command log"), (["g", "esc"], "Host:port"),
    (["m"], "Trust map"), (["esc"], "Host:port"),
    (["p"], "Plan: stale rows"), (["\x19"], "clipboard"), (["j"], lambda text: "clipboard" not in text),
    (["esc"], "Host:port"),
    (["e"], "Evidence"), (["esc"], "Host:port"),
    (["?"], "Help"), (["esc"], "Host:port"),
    (["S"], "Sessions"), (["esc"], "Host:port"),
    ([":"], "Search for commands"), (["esc"], "Host:port"),
    (["c"], "Which procedure?"), (["enter"], "passed; "), (["space"], "PASS"), (["enter"], "not answered"),
    (["esc"], lambda text: "not answered" not in text), (["esc"], "Host:port"),
    (["\x19"], "clipboard"), (["Y"], "clipboard"),
)  # fmt: skip


def said(raw: bytes) -> str:
    """What was written without escapes, and what went to the clipboard."""
    copies = b"\n".join(base64.b64decode(copy) for copy in _COPIED.findall(raw))
    return (_ESCAPES.sub(b"\n", raw) + copies).decode("utf-8", "replace")


@pytest.mark.timeout(240)
def test_every_screen_and_a_deletion(pair: Pair, tmp_path: Path) -> None:
    with terminal([*TOFUTUI, pair.scenario, "--redact", *pair.options], tmp_path, PYTHONPATH=CODE) as app:
        app.wait_for(
            lambda text: text.count("· listed ") == 2 and " mismatch " in text and "PROBING" not in text
        )
        assert " PRIVACY " in app.text().splitlines()[0]
        for keys, fact in WALK:
            app.press(*keys)
            assert leaks(app.wait_for(fact), pair.secrets) == [], (keys, fact)
        delete_first_row(app, pair)
        app.press("q")
        assert app.wait_end() == 0
    assert leaks(said(bytes(app.raw)), pair.secrets) == []
    assert '"not-stored"' in pair.report()


def delete_first_row(app: Terminal, pair: Pair) -> None:
    """The one under the cursor, by the stand-in that stands there; the node gets the real key."""
    app.press("g", "D")
    assert leaks(app.wait_for("Delete 1 row on PRIMARY"), pair.secrets) == []
    assert "deletecert host address-" in app.text()
    app.say_yes()
    assert leaks(app.wait_for("GONE"), pair.secrets) == []
    app.press("enter")
    app.wait_for("1 not stored")
