"""The form of a session: new, changed, or a copy of another."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, TextArea

from tofutui.config.drafts import Draft, FieldFault, check_draft
from tofutui.config.errors import ConfigError
from tofutui.config.saving import as_toml
from tofutui.config.sessions import sessions_d
from tofutui.tofu.site.session import Session
from tofutui.ui.actions.catalogue import FORM
from tofutui.ui.actions.handlers import does, moves, steps
from tofutui.ui.kit.dialogs.confirm import ConfirmScreen
from tofutui.ui.kit.key_bar import KeyBar
from tofutui.ui.kit.painted import Painted
from tofutui.ui.kit.screen import Acting, bindings_of
from tofutui.ui.sessions.form_fields import NAME, Field, Raw, groups, table_of, text_of
from tofutui.ui.sessions.form_widgets import FieldRow, Note, Toggle, row_of
from tofutui.ui.sessions.store import keep
from tofutui.ui.text.spans import Tone, line, wrap


class FormScreen(Acting[str]):
    """Gives the name of the session that was saved, or nothing."""

    CSS_PATH = "form.tcss"
    BINDINGS = bindings_of(FORM)
    AUTO_FOCUS = ".control"

    def __init__(self, session: Session | None, *, is_new: bool) -> None:
        super().__init__()
        self._edited = session.name if session and not is_new else None
        """The name of the session as saved; None: it is new."""
        self._copied = session.name if session and is_new else None
        self._raw: Raw = as_toml(session)["sessions"][session.name] if session else {"primary": {}}
        self._called = self._edited or (f"{session.name}-copy" if session else "")
        self._begun: dict[str, str] = {}
        self._checked = False
        self._saving = False

    def compose(self) -> ComposeResult:
        """Heading, groups of fields, the help of the field with the focus, keys."""
        yield Painted(id="heading")
        with VerticalScroll(id="fields", can_focus=False):
            for group in groups(self.owner.own_themes):
                yield Note(group.title, Tone.STRONG, "group")
                if group.note:
                    yield Note(group.note, Tone.MUTED, "note")
                for field in group.fields:
                    yield FieldRow(field, self._text(field))
        yield Painted(id="help")
        yield KeyBar(FORM, id="keys")

    def _text(self, field: Field) -> str:
        return self._called if field is NAME else text_of(field, self._raw)

    def on_mount(self) -> None:
        """Keep the initial values."""
        self._begun = self._texts()
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Draw again at the new size."""
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Show everything again."""
        what = f"Edit {self._edited}" if self._edited else "New session"
        what += f", a copy of {self._copied}" if self._copied else ""
        folder = sessions_d(self.owner.options.sessions_path)
        text = (*self.headline(self.shown(what)), (f"  saved in {self.shown(folder)}", Tone.MUTED))
        self.query_one("#heading", Painted).show([text])
        row = row_of(self.focused)
        if row is not None:
            self._show_help(row.field)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the help of the field, and the field."""
        row = row_of(event.widget)
        if row is not None:
            self._show_help(row.field)
            row.scroll_visible(animate=False)

    def _show_help(self, field: Field) -> None:
        below = self.query_one("#help", Painted)
        text = wrap(f"{field.label}: {field.help}", max(20, below.size.width - 2))
        below.show([line(f" {part}") for part in text])

    @property
    def _rows(self) -> list[FieldRow]:
        return list(self.query(FieldRow))

    def _texts(self) -> dict[str, str]:
        return {row.field.id: row.text for row in self._rows}

    def draft(self) -> Draft:
        """What is typed, checked as `sessions validate` does, its name too."""
        texts = self._texts()
        name = texts[NAME.id].strip()
        table = table_of([row.field for row in self._rows], texts, self._raw)
        draft = check_draft(name, table, sessions_d(self.owner.options.sessions_path))
        if name != self._edited and name in self.owner.sessions:
            taken = FieldFault(NAME.id, f"there is a session {name} already")
            return Draft(None, (taken, *draft.faults))
        return draft

    def _check(self) -> Draft:
        """Check, and say each fault under its field."""
        self._checked = True
        draft = self.draft()
        texts: dict[str, list[FieldFault]] = defaultdict(list)
        for fault in draft.faults:
            texts[fault.field].append(fault)
        for row in self._rows:
            faults = texts[row.field.id]
            tone = Tone.DANGER if any(fault.is_error for fault in faults) else Tone.WARNING
            row.blame([fault.text for fault in faults], tone)
        return draft

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Toggle.Changed)
    def _typed(self) -> None:
        """Once something was found wrong, each change is checked at once."""
        if self._checked:
            self._check()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.focus_next()

    @steps("form.next", "form.previous")
    def step(self, by: int) -> None:
        """The next field, or the one before."""
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    @moves("form")
    def move(self, name: str) -> None:
        """To the next field or group, or the one before."""
        if name in ("down", "up"):
            self.step(1 if name == "down" else -1)
        else:
            self._to_group(1 if name == "page_down" else -1)

    def _to_group(self, by: int) -> None:
        ids = [group.fields[0].id for group in groups(())]
        rows = self._rows
        firsts = [at for at, row in enumerate(rows) if row.field.id in ids]
        row = row_of(self.focused)
        here = rows.index(row) if row else 0
        now = max(number for number, at in enumerate(firsts) if at <= here)
        target = rows[firsts[max(0, min(now + by, len(firsts) - 1))]]
        target.control.focus()
        target.scroll_visible(animate=False, top=True)

    def _sound(self) -> Session | None:
        """The session as it is typed; with faults the first of them gets the focus, and they are counted."""
        draft = self._check()
        errors = draft.errors
        if errors:
            first = next(row for row in self._rows if row.field.id in {fault.field for fault in errors})
            first.control.focus()
            number = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
            self.say(f"{number}, not saved; {first.field.label}: {errors[0].text}", Tone.DANGER)
        return draft.session

    def as_text(self) -> str:
        """The fields that are filled."""
        return "\n".join(f"{row.field.id} = {row.text}" for row in self._rows if row.text)

    def _when_typed(self, act: Callable[[], None]) -> None:
        """Do this once every field has taken over what was typed into it: each does so in its own time."""
        for row in self._rows:
            if row.control.message_queue_size:
                row.control.call_later(self._when_typed, act)
                return
        self.call_later(act)

    @does("form.save")
    def save(self) -> None:
        """Save, if every field is right."""
        self._when_typed(self._begin_saving)

    def _begin_saving(self) -> None:
        session = self._sound()
        if session is not None and not self._saving:
            self._saving = True
            self.owner.run_guarded(self._save(session))

    async def _save(self, session: Session) -> None:
        try:
            await asyncio.to_thread(keep, session, self._edited, self.owner.options.sessions_path)
        except ConfigError as error:
            self.say(error.errors[0], Tone.DANGER, stays=True)
            return
        finally:
            self._saving = False
        self.owner.put_session(replace(session, read_only=self.owner.options.read_only), self._edited)
        if self.is_attached:
            self.dismiss(session.name)

    @does("form.test")
    def test_login(self) -> None:
        """Log in to the nodes as they are typed, if every field is right."""
        self._when_typed(self._begin_trial)

    def _begin_trial(self) -> None:
        from tofutui.ui.sessions.login_test import TrialScreen

        session = self._sound()
        if session is not None:
            self.app.push_screen(TrialScreen(session))

    @does("form.back")
    def go_back(self) -> None:
        """Leave; with changes only after a question."""
        self._when_typed(self._leave)

    def _leave(self) -> None:
        if self._texts() == self._begun:
            self.dismiss(None)
            return
        words = ["Your changes are not saved yet."]
        screen = ConfirmScreen("Leave the form", words, "leave without saving", "keep editing")
        self.app.push_screen(screen, self._leave_if)

    def _leave_if(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(None)
