"""`tofutui offline` as a program: transcripts of real logins to the simulated pair, and awkward ones."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.exports import PRIME_SEC, made, pem
from tests.support.lab_login import LISTCERTS, Typist, connected, debian_ssh, open_shell, running
from tests.support.program import Answer, tofutui
from tests.support.transcripts import (
    HEADER,
    ISE,
    PRI,
    PRIMARY_ROWS,
    SEC,
    SECONDARY_ROWS,
    SEED,
    session,
)
from tofutui.lab.pair import Lab

COMMANDS = f"{LISTCERTS}\nshow clock\nshow version\nncs ha status\nexit\n"


@pytest.fixture
async def seed(tmp_path: Path) -> AsyncIterator[Lab]:
    async with running("seed", tmp_path) as lab:
        yield lab


async def saved(lab: Lab, role: str, path: Path, typed: str = COMMANDS) -> Path:
    """What Debian's ssh prints of a login, as `script` would save it."""
    code, text = await debian_ssh(lab, role, "-tt", typed=typed.encode())
    assert code == 0
    path.write_bytes(text.encode())
    return path


async def offline(tmp_path: Path, *argv: object, lab: Lab | None = None) -> Answer:
    environ = {"TOFUTUI_SESSIONS": str(lab.sessions_path)} if lab else {}
    return await tofutui("offline", *argv, home=tmp_path / "home", cwd=tmp_path, **environ)


async def test_it_says_what_check_says_and_logs_prove_as_much(seed, tmp_path):
    logs = [f"--log={role}={path}" for role, path in seed.log_paths.items()]
    same = ["--format", "json", *logs]
    live = await tofutui(
        "check", "seed", *same, "--data", tmp_path / "data",
        home=tmp_path / "home", TOFUTUI_SESSIONS=str(seed.sessions_path),
    )  # fmt: skip
    primary, secondary = [
        await saved(seed, role, tmp_path / f"{role}.log") for role in ("primary", "secondary")
    ]
    answer = await offline(
        tmp_path, "--primary", primary, "--secondary", secondary, "--session", "seed", *same, lab=seed
    )
    assert (answer.code, answer.err) == (live.code, live.err) == (1, "")
    for role in ("primary", "secondary"):
        assert answer.verdicts(role) == live.verdicts(role)
        node, other = answer.json["nodes"][role], live.json["nodes"][role]
        assert node["clock_skew_s"] is None
        assert node["complete"]
        for fact in ("hostname", "version", "ha", "shown_address"):
            assert node[fact] == other[fact]
        for key, entry in answer.entries(role).items():
            expected = live.entries(role)[key]
            for fact in ("who", "name", "stored", "delete", "raw"):
                assert entry[fact] == expected[fact]
            assert entry["presented"].get("sha256") == expected["presented"].get("sha256")
    assert answer.verdicts("primary")[SEC] == "mismatch"
    assert answer.json["summary"] == live.json["summary"]


async def test_no_history_is_read_or_written(seed, tmp_path):
    primary = await saved(seed, "primary", tmp_path / "p.log")
    data = tmp_path / "data"
    answer = await offline(tmp_path, "--primary", primary, "--session", "seed", "--data", data, lab=seed)
    assert answer.code == 1
    assert not data.exists()
    assert not (tmp_path / "home").exists()


async def test_one_node_of_a_session_is_compared_alone(seed, tmp_path):
    primary = await saved(seed, "primary", tmp_path / "p.log")
    answer = await offline(tmp_path, "--primary", primary, "--session", "seed", "--format", "json", lab=seed)
    assert answer.json["nodes"]["secondary"] is None
    assert answer.json["complete"] is True
    assert {key: entry["who"] for key, entry in answer.entries("primary").items()} == {
        PRI: "self", ISE: "ise", SEC: "peer",
    }  # fmt: skip
    assert answer.verdicts("primary") == {PRI: "same-name", ISE: "mismatch", SEC: "same-name"}


async def test_both_nodes_in_one_file(seed, tmp_path):
    parts = [await saved(seed, role, tmp_path / f"{role}.log") for role in ("secondary", "primary")]
    both = write(tmp_path / "both.log", b"".join(part.read_bytes() for part in parts))
    answer = await offline(tmp_path, "--primary", both, "--session", "seed", "--format", "json", lab=seed)
    assert answer.err == ""
    assert answer.json["nodes"]["primary"]["hostname"] == "prime-pri"
    assert set(answer.verdicts("secondary")) == {PRI, SEC, "127.0.0.1_8082"}


async def test_a_login_with_menus_questions_pagers_and_slips_of_the_fingers(tmp_path):
    async with running("awkward", tmp_path) as lab:
        async with connected(lab, "primary") as connection:
            typist = await open_shell(connection)
            saved_text = await _typed_through(typist, "ncs certvalidax\x7f\x7fation tofu-certs listcerts")
        (tmp_path / "a.log").write_bytes(saved_text.encode())
        answer = await offline(
            tmp_path, "--primary", "a.log", "--session", "awkward", "--format", "json", lab=lab
        )
        assert "--More--" in saved_text
        assert "\b \b" in saved_text
        assert set(answer.verdicts("primary")) == set(lab.table("primary"))
        assert answer.json["nodes"]["primary"]["complete"] is True


async def _typed_through(typist: Typist, command: str) -> str:
    """A person at a terminal: answers what is asked, presses space at each pager, until the second prompt."""
    answers = {"--More--": " ", "<Enter> to continue": "\r", "(Yes/No): ": "Yes\r", "new one: ": "\r"}
    answers["/admin# "] = command + "\r"
    text = since = ""
    while text.count("/admin# ") < 2:
        async with asyncio.timeout(20):
            char = await typist.process.stdout.read(1)
        assert char, text
        text, since = text + char, since + char
        for question, answer in answers.items():
            if since.endswith(question):
                typist.type(answer)
                since = ""
    return text


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


async def test_the_documents_own_lists(tmp_path):
    write(tmp_path / "seed.txt", SEED)
    answer = await offline(tmp_path, "--primary", "seed.txt", "--format", "json")
    assert answer.code == 4
    assert [answer.json["nodes"][role]["hostname"] for role in ("primary", "secondary")] == [
        "prime-pri", "prime-sec",
    ]  # fmt: skip
    assert {e["presented"]["status"] for e in answer.entries("primary").values()} == {"unmapped"}
    whos = {key: entry["who"] for key, entry in answer.entries("secondary").items()}
    assert whos == {"1YY.YY.YY.YY_8082": "other", "127.0.0.1_8082": "loopback", "1X.XX.XX.XX_8082": "other"}
    assert answer.json["session"] == "offline"
    assert "prime-pri is taken to be the primary because it comes first" in answer.err
    assert "own addresses are not known" in answer.err
    text = await offline(tmp_path, "--primary", "seed.txt", "--no-probe")
    assert text.code == 0
    assert "own addresses are not known" in text.out
    markdown = await offline(tmp_path, "--primary", "seed.txt", "--no-probe", "--format", "markdown")
    assert markdown.out.startswith("# TOFU certificates of offline\n")


async def test_addresses_may_be_said_without_a_session(tmp_path):
    write(tmp_path / "p.log", session("prime-pri", PRIMARY_ROWS))
    argv = ["--primary", "p.log", "--no-probe", "--format", "json", "--primary-address", "192.0.2.10"]
    alone = await offline(tmp_path, *argv)
    assert {k: e["who"] for k, e in alone.entries("primary").items()} == {
        PRI: "self",
        ISE: "other",
        SEC: "other",
    }
    assert alone.err == ""
    both = await offline(
        tmp_path, *argv, "--secondary-address", "prime-sec", "--secondary-address", "192.0.2.11"
    )
    assert both.entries("primary")[SEC]["who"] == "peer"
    assert both.json["nodes"]["secondary"] is None
    shared = await offline(tmp_path, *argv, "--secondary-address", "192.0.2.10")
    assert (shared.code, shared.err) == (2, "tofutui: 192.0.2.10 cannot be an address of both nodes\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (session("prime-pri", PRIMARY_ROWS).partition("prime-sec")[0], "the prompt did not come back"),
        (
            session("prime-pri", PRIMARY_ROWS).partition("show clock")[0].rpartition("prime-pri/")[0],
            "did not come back",
        ),
        ("prime-pri/admin# show clock\nx\nprime-pri/admin# ", "holds no answer to `ncs certvalidation"),
        (b"\x00\xff\x1b[2J\x9b\x1b]0;" * 5000, "holds no answer to `ncs certvalidation"),
        (b"", "holds no answer to `ncs certvalidation"),
        (HEADER + f"host={SEC};  subject= /CN=x\n", "the beginning may be missing"),
    ],
    ids=["cut", "no prompt", "no list", "bytes", "empty", "rows only"],
)
async def test_a_listing_that_is_not_complete_is_3_and_what_there_is_is_shown(tmp_path, text, said):
    write(tmp_path / "p.log", text)
    answer = await offline(tmp_path, "--primary", "p.log", "--no-probe", "--format", "json")
    assert answer.code == 3
    node = answer.json["nodes"]["primary"]
    assert node["complete"] is False
    assert said in node["error"]
    assert f"tofutui: offline, primary {node['shown_address']}: p.log: " in answer.err
    rows = text if isinstance(text, str) else ""
    assert len(node["entries"]) == rows.count("host=")


async def test_a_secondary_that_is_cut_off_wins_over_stale_rows(tmp_path):
    write(tmp_path / "p.log", session("prime-pri", PRIMARY_ROWS))
    write(tmp_path / "s.log", session("prime-sec", SECONDARY_ROWS)[:300])
    answer = await offline(
        tmp_path, "--primary", "p.log", "--secondary", "s.log", "--no-probe", "--format", "json"
    )
    assert answer.code == 3
    assert answer.json["nodes"]["primary"]["complete"] is True
    assert answer.json["nodes"]["secondary"]["complete"] is False


async def test_known_and_reissued_work_as_in_check(seed, tmp_path):
    primary = await saved(seed, "primary", tmp_path / "p.log")
    write(tmp_path / f"{SEC}.pem", pem(made(PRIME_SEC)))
    argv = ["--primary", primary, "--session", "seed", "--format", "json"]
    known = await offline(tmp_path, *argv, "--known", f"primary={tmp_path}/{SEC}.pem", lab=seed)
    assert known.verdicts("primary")[SEC] == "mismatch"
    said = await offline(tmp_path, *argv, "--reissued", "192.0.2.11", lab=seed)
    assert said.verdicts("primary")[SEC] == "suspect"


async def test_an_old_transcript_proves_nothing_by_a_log_of_today(seed, tmp_path):
    """The table may have been put right since; only what was logged just before the listing is a proof."""
    primary = await saved(seed, "primary", tmp_path / "p.log")
    text = primary.read_bytes().decode()
    clock = text.partition("show clock\r\n")[2].partition("\r\n")[0]
    old = write(tmp_path / "old.log", text.replace(clock, "Mon Nov 24 14:02:38 UTC 2025"))
    undated = write(tmp_path / "undated.log", text.replace(clock, "never"))
    argv = ["--session", "seed", "--format", "json", f"--log=primary={seed.log_paths['primary']}"]
    for path, verdict in ((primary, "mismatch"), (old, "suspect"), (undated, "suspect")):
        answer = await offline(tmp_path, "--primary", path, *argv, lab=seed)
        assert answer.verdicts("primary")[SEC] == verdict


async def test_usage(tmp_path):
    write(tmp_path / "p.log", session("prime-pri", PRIMARY_ROWS))
    for argv, said in (
        ([], "--primary"),
        (["--secondary", "p.log"], "--primary"),
        (["--primary", "missing.log"], "--primary missing.log: cannot be read: No such file"),
        (["--primary", tmp_path], "cannot be read: a folder, not a file"),
        (["--primary", "p.log", "--session", "x"], "no such file"),
        (["--primary", "p.log", "--known", "missing.pem"], "missing.pem: cannot be read"),
        (["--primary", "p.log", "--log", "missing.log"], "--log missing.log"),
        (["--primary", "p.log", "--primary-address", "a b"], "--primary-address"),
        (["--primary", "p.log", "--secondary", "p.log"], "one node only"),
        (["--primary", "p.log", "--screen"], "needs a terminal"),
    ):
        answer = await offline(tmp_path, *argv)
        assert answer.code == 2
        assert said in answer.err
        assert answer.out == ""


async def test_probing_through_a_jump_host_needs_a_login(tmp_path):
    write(tmp_path / "p.log", session("prime-pri", PRIMARY_ROWS))
    write(
        tmp_path / "s.toml",
        '[sessions.s.primary]\nhost = "192.0.2.10"\njump = "a@b"\n[sessions.s.probe]\nvia = "jump"\n',
    )
    argv = ["--primary", "p.log", "--session", "s", "--sessions", "s.toml"]
    answer = await offline(tmp_path, *argv)
    assert answer.code == 2
    assert "--no-probe" in answer.err
    assert (await offline(tmp_path, *argv, "--no-probe")).code == 0


async def test_the_report_may_go_to_a_file(tmp_path):
    write(tmp_path / "p.log", session("prime-pri", PRIMARY_ROWS))
    assert (await offline(tmp_path, "--primary", "p.log", "--no-probe", "--output", "r.txt")).out == ""
    assert "prime-pri" in (tmp_path / "r.txt").read_text()
