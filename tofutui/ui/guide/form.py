"""A form of the guide: questions that belong together on one page, answered by number or by a line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from tofutui.guide.worksheet import WorksheetField
from tofutui.ui.actions.catalogue import SHEET
from tofutui.ui.actions.handlers import does, steps
from tofutui.ui.kit.dialogs.dialog import Dialog
from tofutui.ui.kit.dialogs.question import Answer
from tofutui.ui.kit.screen import bindings_of
from tofutui.ui.text.spans import EMPTY, Line, Tone, fit, line, wrap

WIDEST = 40
"""Cells of the longest label that is shown in full."""
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked, and what is wrong with an answer."""

    title: str
    fields: Callable[[Values], list[WorksheetField]]
    """The questions that follow from the answers so far."""
    problem: Callable[[WorksheetField, Values], str | None]
    values: Values
    """The answers that are there already."""


class SheetScreen(Dialog[dict[str, str] | None]):
    """Gives an answer for every question of the form, or nothing."""

    BINDINGS = bindings_of(SHEET)

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self._values = dict(form.values)
        self._cursor = 0
        self._wrong = ""

    def on_mount(self) -> None:
        """In the colour of the guide; the first question has the cursor."""
        self.add_class("-primary")
        self._show_field()

    def fields(self) -> ComposeResult:
        """The line for an answer that is typed."""
        yield Answer(id="answer", select_on_focus=False)

    def heading(self) -> str:
        """What it is about."""
        return self._form.title

    @property
    def _asked(self) -> list[WorksheetField]:
        return self._form.fields(self._values)

    @property
    def _field(self) -> WorksheetField:
        return self._asked[min(self._cursor, len(self._asked) - 1)]

    def text(self, width: int) -> list[Line]:
        """Every question with its answer, then the one under the cursor in full."""
        lines = [part for number, field in enumerate(self._asked) for part in self._row(number, field, width)]
        lines.append(EMPTY)
        for text in self.shown(self._field.ask).splitlines():
            lines += [line(part, Tone.STRONG) for part in wrap(text, width)]
        answer = self._values.get(self._field.id, "")
        for number, (value, words) in enumerate(self._field.choices, 1):
            mark = "x" if value == answer else " "
            lines.append((("[" + mark + "] ", Tone.STRONG), (f"{number} ", Tone.KEY), (words, Tone.TEXT)))
        lines += [line(part, Tone.DANGER) for part in wrap(self.shown(self._wrong), width) if self._wrong]
        return lines

    def _row(self, number: int, field: WorksheetField, width: int) -> list[Line]:
        here = number == min(self._cursor, len(self._asked) - 1)
        answer = self._values.get(field.id, "")
        words = self.shown(dict(field.choices).get(answer, answer))
        missing = "not answered" if field.needed else "none"
        tone = Tone.STRONG if here else Tone.TEXT if words else Tone.MUTED
        mark = self.owner.glyphs.cursor if here else " "
        cells = min(WIDEST, width // 2, max(len(self.shown(each.label)) for each in self._asked) + 4)
        label = fit(f"{mark} {self.shown(field.label)}", cells)
        parts = wrap(words or missing, max(10, width - cells))
        return [((label if i == 0 else " " * cells, Tone.HEAD), (part, tone)) for i, part in enumerate(parts)]

    def keys(self) -> Line:
        """Take it, go on, or leave it."""
        count = len(self._field.choices)
        numbers = (("1" if count == 1 else f"1-{count}", "answer"),) if count else ()
        return self.keys_line(
            *numbers, ("sheet.down", "next"), ("sheet.take", "accept"), ("sheet.back", "back")
        )

    def as_text(self) -> str:
        """Title and questions; never what is typed."""
        return "\n".join([self._form.title, *(f"{field.label}: {field.ask}" for field in self._asked)])

    def _show_field(self) -> None:
        """The line is there for a question that is answered by typing."""
        answer, field = self.query_one("#answer", Answer), self._field
        answer.display = not field.choices
        answer.value = "" if field.choices else self._values.get(field.id, "")
        answer.cursor_position = len(answer.value)
        self.set_focus(None if field.choices else answer)
        self.redraw()

    @on(Input.Changed, "#answer")
    def _typed(self, event: Input.Changed) -> None:
        if not self._field.choices:
            self._values[self._field.id] = event.value
            self.redraw()

    @on(Input.Submitted, "#answer")
    def _submitted(self) -> None:
        self.take()

    def on_key(self, event: events.Key) -> None:
        """A number answers the question under the cursor, and the next one follows."""
        choices = self._field.choices
        if not choices or not event.character or not event.character.isdecimal():
            return
        number = int(event.character)
        if not self.was_seen(event):
            self.say_again(event.key)
        elif 1 <= number <= len(choices):
            self._values[self._field.id] = choices[number - 1][0]
            self.go(1)

    @steps("sheet.down", "sheet.up")
    def go(self, by: int) -> None:
        """The next question, or the one before."""
        self._wrong = ""
        self._cursor = max(0, min(self._cursor + by, len(self._asked) - 1))
        self._show_field()

    @does("sheet.take")
    def take(self) -> None:
        """Take the answers, if nothing is wrong with any."""
        self.when_pressed(self._take)

    def _take(self) -> None:
        for number, field in enumerate(self._asked):
            wrong = self._form.problem(field, self._values)
            if wrong:
                self._cursor = number
                self._show_field()
                self._wrong = wrong
                self.redraw()
                return
        self.answer({field.id: self._values.get(field.id, "").strip() for field in self._asked})

    @does("sheet.back")
    def leave(self) -> None:
        """Nothing."""
        self.answer(None)
