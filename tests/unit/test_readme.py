"""What the README and the reference say is what the program does."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.faults.matrix import Fault, Moment, cells
from tofutui.cli.commands.keys import as_markdown
from tofutui.cli.examples import EXIT_CODES
from tofutui.cli.parsers import COMMANDS, parse, parser_of
from tofutui.config.paths import bundled
from tofutui.config.sessions import load_sessions
from tofutui.config.themes import TOKENS, load_themes, parse_theme, weak_texts
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.judgement.verdict import LOOKS
from tofutui.tofu.site.session import REMOTE_SETTINGS, NodeSettings, ProbeSettings, Role, Session
from tofutui.tofu.site.setting import Setting, settings_of

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text("utf-8")
REFERENCE = ROOT.joinpath("docs/reference.md").read_text("utf-8")
DOCS = {file.name: file.read_text("utf-8") for file in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))}
MINIMAL = """\
[sessions.x.primary]
host = "192.0.2.10"
[[sessions.x.remotes]]
name = "ise"
host = "198.51.100.20"
"""


def between(mark: str) -> str:
    block = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", REFERENCE, re.DOTALL)
    assert block is not None
    return block[1]


def fence(mark: str) -> str:
    """The code below a mark."""
    block = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", REFERENCE, re.DOTALL)
    assert block is not None
    return block[1]


def settings() -> dict[tuple[str, str], str]:
    """Table and key of each setting, with the default as it is written."""
    settings, table = {}, ""
    for row in between("settings").splitlines()[2:]:
        first, key, default, *_ = [cell.strip() for cell in row.strip("|").split("|")]
        table = first or table
        settings[kind_of(table), key.strip("`")] = default.strip("`")
    return settings


DECLARED: dict[str, dict[str, Setting]] = {
    "`[sessions.NAME]`": settings_of(Session),
    "`[sessions.NAME.primary]`, `.secondary`": settings_of(NodeSettings),
    "`[[sessions.NAME.remotes]]`": REMOTE_SETTINGS,
    "`[sessions.NAME.probe]`": settings_of(ProbeSettings),
}


def test_the_table_of_settings_is_the_declaration():
    rows = [
        (table if number == 0 else "", key, setting.meaning)
        for table, keys in DECLARED.items()
        for number, (key, setting) in enumerate(keys.items())
    ]
    cells = [row.strip("|").split("|") for row in between("settings").splitlines()[2:]]
    written = [[cell.strip() for cell in row] for row in cells]
    assert [(table, key.strip("`"), meaning) for table, key, _, meaning in written] == rows


def kind_of(table: str) -> str:
    return next((k for k in ("primary", "remotes", "probe") if f".{k}]" in table), "session")


def test_the_table_of_keys_is_the_declaration():
    """To renew it: tofutui keys --format markdown."""
    assert between("keys") == as_markdown()


def test_every_verdict_is_explained_as_it_is_shown():
    shown = {f"`{look.glyph} {look.word}`" for look in LOOKS.values() if look.word != "PROBING"}
    assert {word for word in shown if word not in README} == set()


def test_every_setting_of_the_example_is_in_the_reference_and_no_other():
    example = tomllib.loads(bundled("sessions.toml.example").read_text("utf-8"))
    session = example["sessions"]["site-a"]
    both = session["primary"] | session["secondary"]
    expected = {("session", key) for key in session} | {("primary", key) for key in both}
    expected |= {("remotes", key) for key in session["remotes"][0]}
    expected |= {("probe", key) for key in session["probe"]}
    expected -= {("session", table) for table in ("primary", "secondary", "remotes", "probe")}
    assert set(settings()) == expected


def test_each_default_in_the_reference_is_the_one_in_force(tmp_path: Path):
    file = tmp_path / "s.toml"
    file.write_text(MINIMAL)
    session = load_sessions(file)["x"]
    (remote,) = session.remotes
    node, probe = session.nodes[Role.PRIMARY], session.probe
    values = {"session": session, "primary": node, "probe": probe, "remotes": remote}
    for (table, key), written in settings().items():
        if written == "needed":
            continue
        kept = values[table]
        value = remote.endpoint.port if (table, key) == ("remotes", "port") else getattr(kept, key)
        assert written == as_written(value), f"{table} {key}"


def as_written(value: object) -> str:
    match value:
        case None | "":
            return "none"
        case bool() | dict() | tuple():
            return json.dumps(value)
        case Path():
            return f"~/{value.relative_to(Path.home())}"
        case float():
            return f"{value:g}"
    return str(value)


def test_every_command_and_exit_code_is_told():
    for name, words in COMMANDS.items():
        assert f"| `tofutui {name}` | {words} |" in REFERENCE
    for code, words in re.findall(r"^  (\d)  (.*)$", EXIT_CODES, re.MULTILINE):
        assert f"| {code} | {words}" in REFERENCE


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`(--[a-z-]+)", README + REFERENCE))))
def test_every_option_that_is_named_exists(option: str):
    parsers = [parser_of(name) for name in ("app", *COMMANDS)]
    assert any(option in parser._option_string_actions for parser in parsers)


def test_the_command_lines_can_be_parsed():
    lines = [line.split("  #")[0] for line in re.findall(r"^tofutui .*$", README, re.MULTILINE)]
    assert len(lines) > 5
    for line in lines:
        parse(line.split(" > ")[0].split()[1:])


def test_every_theme_and_token_is_named_and_the_example_is_one():
    for name in (*load_themes(ROOT / "none").themes, *TOKENS):
        assert f"`{name}`" in REFERENCE
    theme = parse_theme(fence("theme"), "reference")
    assert len(tomllib.loads(fence("theme"))["colors"]) == 5
    assert weak_texts(theme) == []


def test_every_sentence_under_trouble_is_one_that_the_program_says():
    sources = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "tofutui").rglob("*.py")))
    said = [row.split("|")[1] for row in between("trouble").splitlines()[2:]]
    quoted = [text for cell in said for text in re.findall(r"`([^`]+)`", cell)]
    sentences = [text for text in quoted if " " in text and not text.startswith("≈")]
    assert len(sentences) > 10
    parts = [part.strip() for sentence in sentences for part in sentence.split("…")]
    assert [part for part in parts if part not in sources] == []


def test_every_reason_for_no_answer_is_told():
    told = between("trouble")
    reasons = {status.value for status in Status} - {"ok", "pending"}
    assert {reason for reason in reasons if f"`{reason}`" not in told} == set()


def test_the_figures_of_the_faults_are_those_of_the_matrix():
    played = [cell for cell in cells() if cell.expected is not None]
    every = len(Fault) * len(Moment)
    flat = " ".join(DOCS["contributing.md"].split())
    assert f"{len(Fault)} faults" in flat
    assert f"{len(Moment)} moments" in flat
    rest = every - len(played)
    assert f"Of the {every} cases {len(played)} are played; the other {rest} do not meet" in flat


@pytest.mark.parametrize("name", DOCS)
def test_every_link_leads_somewhere(name: str):
    folder = ROOT if name == "README.md" else ROOT / "docs"
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", DOCS[name])
    assert [link for link in links if "://" not in link and not folder.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", DOCS)
def test_every_anchor_is_a_heading(name: str):
    for link, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", DOCS[name]):
        target = DOCS[Path(link).name if link else name]
        headings = re.findall(r"^#+ (.+)$", target, re.MULTILINE)
        assert anchor in {
            re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings
        }


@pytest.mark.parametrize("name", DOCS)
def test_every_file_that_is_named_exists(name: str):
    named = re.findall(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|toml|tcss))(?:`|::)", DOCS[name])
    assert [
        path for path in named if not (ROOT / path).exists() and not (ROOT / "tofutui" / path).exists()
    ] == []


def test_no_docstring_refers_to_a_document_that_is_not_here():
    sources = [file for part in ("tofutui", "tests") for file in (ROOT / part).rglob("*.py")]
    named = {
        (file.name, document)
        for file in sources
        for document in re.findall(r"(?<![\w/])(?:docs/)?[\w-]+\.md\b", file.read_text("utf-8"))
        if "docs/" in document or document.isupper()
    }
    assert {(file, document) for file, document in named if not (ROOT / document).exists()} == set()


def test_the_readme_can_be_finished():
    assert len(README.splitlines()) <= 250
