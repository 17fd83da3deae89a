"""The apps that the benchmarks of the screen start in a terminal: ours on canned rows, and stock Textual.

Run as a program: ``python bench_apps.py ours|loaded|shared|plain|masked|stock|canned|bare ROWS``,
or ``least RULES``.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from pathlib import Path

HEADS = ("", "Verdict", "Host:port", "Who", "Stored → presented")


def masked(count: int) -> None:
    """The same with the privacy mask on."""
    ours(count, redact=True)


def loaded(count: int) -> None:
    """The same with all that a real session loads."""
    ours(count, whole=True)


def shared(count: int) -> None:
    """As ``loaded``, with one certificate for all rows."""
    ours(count, whole=True, certificates=1)


def load_whole() -> None:
    """Import all that a real session loads."""
    import tofutui.appliance.ssh.connection
    import tofutui.guide.run_controller
    import tofutui.history.journal
    import tofutui.tls.prober
    import tofutui.ui.shell.start
    import tofutui.ui.tables.screen  # noqa: F401


def plain(count: int) -> None:
    """A bare Textual app after the same imports, which keeps the values of ``loaded`` in tuples."""
    load_whole()
    rows = [plain_row(number) for _ in range(2) for number in range(count)]
    bare(len(rows))


def plain_row(number: int) -> tuple[object, ...]:
    """A row and a certificate of its own, each value once."""
    host = f"198.51.{number // 250}.{number % 250}"
    name = "/C=US/O=Cisco Systems/CN=prime-pri"
    subject = f"/C=US/O=Cisco Systems/CN=h{number}"
    der = subject.encode()
    begin = datetime.fromtimestamp(1_700_000_000 + number, UTC)
    certificate = (
        der, sha256(der).hexdigest(), sha1(der).hexdigest(), subject, begin, begin + timedelta(days=365),
        f"DNS:h{number}",
    )  # fmt: skip
    key = f"{host}_443"
    raw, reason = f"host={key};  subject= {name}", f"CN differs: stored prime-pri, presented h{number}"
    return key, raw, host, 443, name, "mismatch", reason, certificate


def ours(count: int, *, redact: bool = False, whole: bool = False, certificates: int | None = None) -> None:
    """The app, with a comparison that holds ``count`` rows a node."""
    if whole:
        load_whole()
    from tests.support.fake_bench import Fakes, entry, session
    from tofutui.tofu.judgement.comparison import Entry
    from tofutui.tofu.judgement.verdict import Verdict
    from tofutui.tofu.site.row_owner import Who
    from tofutui.tofu.site.session import Role
    from tofutui.ui.options import AppOptions
    from tofutui.ui.shell import gc_tuning
    from tofutui.ui.shell.start import run

    gc_tuning.hold()  # as the command does

    def table(role: Role) -> list[Entry]:
        return [
            entry(
                role,
                f"198.51.{n // 250}.{n % 250}_443",
                Verdict.MISMATCH,
                who=Who.OTHER,
                presented=f"h{n % (certificates or count)}",
            )
            for n in range(count)
        ]

    with tempfile.TemporaryDirectory() as folder:
        options = AppOptions(
            sessions={"bench": session(name="bench")},
            sessions_path=Path(folder),
            data_dir=Path(folder),
            redact=redact,
        )
        run(options, Fakes(table).open)


def stock(count: int) -> None:
    """Two DataTables, a Static that follows the cursor, a Footer: what Textual brings."""
    from textual.app import App, ComposeResult
    from textual.binding import Binding
    from textual.containers import Horizontal
    from textual.widgets import DataTable, Footer, Static

    class Stock(App[None]):
        CSS = "DataTable { width: 1fr; } Horizontal { height: 1fr; } #detail { height: 15; }"
        BINDINGS = (Binding("j", "down", "down"), Binding("k", "up", "up"), Binding("q", "quit", "quit"))

        def compose(self) -> ComposeResult:
            yield Static("tofutui  bench  PRIMARY")
            with Horizontal():
                yield DataTable(cursor_type="row")
                yield DataTable(cursor_type="row")
            yield Static(id="detail")
            yield Footer()

        def on_mount(self) -> None:
            for table in self.query(DataTable):
                table.add_columns(*HEADS)
                for n in range(count):
                    host = f"198.51.{n // 250}.{n % 250}:443"
                    table.add_row("x", "MISMATCH", host, "other", f"prime-pri to h{n}", key=str(n))

        def action_down(self) -> None:
            self.query(DataTable).first().action_cursor_down()

        def action_up(self) -> None:
            self.query(DataTable).first().action_cursor_up()

        def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
            row = event.row_key.value or ""
            text = "\n".join(f"fact {i} of row {row}: something that changes" for i in range(14))
            self.query_one("#detail", Static).update(text, layout=False)

    Stock().run()


def bare(_count: int) -> None:
    """As many widgets as the app has, with a word in each."""
    _bare()


def least(rules: int) -> None:
    """The bare app with rules of style, and what a command line, TOML and a sealed process need loaded."""
    import argparse  # noqa: F401
    import ctypes  # noqa: F401
    import resource  # noqa: F401
    import shlex  # noqa: F401
    import tomllib  # noqa: F401

    rule = ".state-{} Static {{ width: 1fr; height: 1; padding: 0 1; display: none; }}\n"
    _bare("".join(rule.format(number) for number in range(rules)), more=2)


def _bare(rules: str = "", more: int = 0) -> None:
    from textual.app import App, ComposeResult
    from textual.containers import Horizontal
    from textual.widgets import Input, Static

    own_rules = """
        #panes { height: 1fr; }
        #panes Static { width: 1fr; }
        #detail { height: 15; }
        Input { display: none; }
        """

    class Bare(App[None]):
        CSS = own_rules + rules
        BINDINGS = (("q", "quit", "quit"),)

        def compose(self) -> ComposeResult:
            yield Static("tofutui")
            with Horizontal(id="panes"):
                yield Static("PRIMARY")
                yield Static("SECONDARY")
            yield Static(id="detail")
            yield Input()
            yield Static("q quit  ? more")
            yield Static()
            yield from (Static() for _ in range(more))

    Bare().run()


def canned(count: int) -> None:
    """Finished lines, as many for a key as the app paints: what Textual takes to paint them."""
    from tests.support.canned_app import CannedApp

    CannedApp(count).run()


def main(name: str, count: int) -> None:
    """The app of this name with so many rows."""
    apps = (ours, loaded, shared, plain, masked, stock, canned, bare, least)
    {app.__name__: app for app in apps}[name](count)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(sys.argv[1], int(sys.argv[2]))
