"""The end of each command's help: examples, and exit codes where they mean something."""

from collections.abc import Mapping

from tofutui.cli.scenarios import scenarios as titles

EXIT_CODES = """exit codes:
  0  no evidence of staleness
  1  at least one remote row is stale
  2  usage or configuration error
  3  a node's listing is not complete, or nothing is stale and a log or an export was not read whole
  4  nothing found stale, but a remote row could not be judged"""

EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "app": (
        ("tofutui --demo", "a simulated pair on this machine, to try everything"),
        ("tofutui site-a", "open this session"),
        ("tofutui site-a --read-only --watch 60", "read-only, refreshed every minute"),
        ("tofutui --theme high-contrast --last-key site-a", "for a call with a shared screen"),
    ),
    "check": (
        ("tofutui check site-a", "a table of every row; the exit code sums it up"),
        ("tofutui check site-a --format lines", "one line per row, for scripts"),
        ("tofutui check --all --format json --output report.json", "every session, for a program"),
        ("tofutui check site-a --log primary=hm-8082.log", "with the primary's own log as evidence"),
        (
            "tofutui check site-a --reissued ise.example.net:443",
            "with your statement that a host was re-issued",
        ),
    ),
    "offline": (
        ("tofutui offline --primary primary.txt --secondary secondary.txt", "from two saved terminals"),
        ("tofutui offline --primary both.txt --session site-a --screen", "one file; in the full-screen app"),
    ),
    "capture": (
        ("tofutui capture site-a", "log in, read, and write a file with stand-ins for names"),
        ("tofutui capture --from both.txt --output pair.jsonl", "from a saved transcript"),
    ),
    "impact": (
        ("tofutui impact site-a --of secondary", "before a certificate is renewed: what that will break"),
        ("tofutui impact site-a --of ISE-server --format markdown", "for the change request"),
    ),
    "history": (
        ("tofutui history site-a", "every row's timeline"),
        ("tofutui history site-a --row 198.51.100.20:443", "only one row's"),
        ("tofutui history site-a --forget", "remove what was seen"),
    ),
    "record": (
        ("tofutui record site-a --output record.md", "the newest run as Markdown"),
        ("tofutui record site-a --since 14:05", "everything changed since then, also without the guide"),
        ("tofutui record site-a --format html --redact --output record.html", "to share"),
    ),
    "lab": (
        ("tofutui lab", "the pair of the scenario seed; prints where its sessions file is"),
        ("tofutui lab renamed", "another scenario"),
        ("tofutui lab --replay pair.jsonl", "the pair from a capture"),
    ),
    "sessions": (
        ("tofutui sessions list", "all sessions"),
        ("tofutui sessions example > sessions.toml", "a file to start from, with every key explained"),
        ("tofutui sessions validate", "every error in the files, with its place"),
    ),
    "themes": (("tofutui themes", "the names that --theme accepts"),),
    "keys": (
        ("tofutui keys", "the keys in force, and where they come from"),
        ("tofutui keys --format toml > keys.toml", "a file to start from; it belongs in the config folder"),
    ),
    "completion": (
        ('eval "$(tofutui completion bash)"', "in ~/.bashrc"),
        ('eval "$(tofutui completion zsh)"', "in ~/.zshrc, after compinit"),
        ("tofutui completion fish > ~/.config/fish/completions/tofutui.fish", "for fish"),
    ),
    "doctor": (
        ("tofutui doctor --redact", "to paste into a ticket"),
        ("tofutui doctor --format json", "for a program"),
    ),
}


def epilog(name: str, more: str = "", *, scenarios: bool = False) -> str:
    """What is shown at the end of a command's help: ``more``, the scenarios if asked for, the examples."""
    lines = [part for command, words in EXAMPLES[name] for part in (f"  {command}", f"      {words}")]
    before = [*([more] if more else []), *([_scenario_lines()] if scenarios else [])]
    return "\n".join([*(f"{part}\n" for part in before), "examples:", *lines])


def _scenario_lines() -> str:
    lines = "\n".join(f"  {name:12}{title}" for name, title in titles().items())
    return f"scenarios of --demo and lab:\n{lines}"
