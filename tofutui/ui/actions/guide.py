"""The actions of the guide."""

from tofutui.ui.actions.model import Action, State, help_of, inner, reveal


def _holds_run(state: State) -> str | None:
    if state.watching is not None:
        return f"held by {state.watching}; {{guide.take}} takes it over"
    return state.working


def _watches_run(state: State) -> str | None:
    return None if state.watching is not None else "the run is already held here"


def _run_ended(state: State) -> str | None:
    return None if state.ended else "the run has not ended"


def _only_demo(state: State) -> str | None:
    return None if state.demo else "only on the simulated pair (--demo)"


GUIDE: tuple[Action, ...] = (
    inner("guide.down", "j down", "Next step", "Show the next step."),
    inner("guide.up", "k up", "Previous step", "Show the previous step."),
    inner("guide.now", "n", "The current step", "Show the step to do now.", "now", 30),
    inner("guide.page_down", "pagedown ctrl+d", "A page down", "Scroll down in the step shown."),
    inner("guide.page_up", "pageup ctrl+u", "A page up", "Scroll back up in the step shown."),
    inner("guide.act", "enter", "Begin the step",
          "Run what tofutui does in this step: check, ask, or open the plan.", "begin", 95,
          why_disabled=_holds_run),
    inner("guide.done", "d", "Done in the browser",
          "Tick the step that you did in the browser.", "done", 92, why_disabled=_holds_run),
    inner("guide.passed", "space", "Show what passed", "Show or hide the checks that passed."),
    inner("guide.copy", "1 2 3 4 5 6 7 8 9", "Copy a value",
           "The value with this number, to the terminal's clipboard.", "copy value", 60),
    inner("guide.skip", "s", "Skip the step",
          "Skip the step; you are asked for a reason.", "skip", 50, why_disabled=_holds_run),
    inner("guide.fail", "F", "The step failed",
          "Say what was seen; then the known causes are shown.", "failed", 70, why_disabled=_holds_run),
    inner("guide.reopen", "u", "Do a step again",
          "Reopen the step shown and the steps after it.", "again", 45, why_disabled=_holds_run),
    inner("guide.note", "m", "Note", "Add a note to the step shown.", "note", 65, why_disabled=_holds_run),
    inner("guide.causes", "K", "Known causes", "Why a registration fails: how to tell, what to do.",
           "causes", 55),
    inner("guide.evidence", "e", "Evidence and logs", 'Add "TOFU failed" lines of a node\'s log.',
           "evidence", 25),
    inner("guide.log", "L", "Command log", "Every command that was sent, and what came back.", "log", 20),
    inner("guide.record", "x", "Change record", "Write the record of this run into a file.", "record", 75),
    inner("guide.new", "N", "New run",
          "Begin another run once this one has ended.", "new run", 15, why_disabled=_run_ended),
    inner("guide.take", "t", "Take over",
          "Take over the run of another process; that one then watches.", "take over", 40,
          why_disabled=_watches_run),
    inner("guide.demo_register", "f7 r", "Simulate the browser: Register",
          "Demo only: what a click on Register does on the simulated pair.", "simulate browser: Register", 80,
          why_disabled=_only_demo, demo=True),
    inner("guide.demo_ise", "f8 i", "Simulate the browser: Add ISE, Save",
          "Demo only: what adding the ISE servers does on the simulated pair.", "simulate browser: Add ISE",
          79, why_disabled=_only_demo, demo=True),
    inner("guide.back", "escape q", "Back", "Back to the tables; the run stays where it is.", "back", 90),
    help_of("guide"),
)  # fmt: skip
SHEET: tuple[Action, ...] = (
    inner("sheet.down", "down tab", "Next question", "Go to the next question."),
    inner("sheet.up", "up shift+tab", "Previous question", "Go to the previous question."),
    inner("sheet.take", "enter", "Submit the form", "Submit the answers, or go to the first missing one."),
    inner("sheet.back", "escape", "Back", "Leave the form; the answers are discarded."),
    reveal("sheet"),
)  # fmt: skip
CAUSES: tuple[Action, ...] = (
    inner("causes.down", "j down", "Next cause", "Go to the next cause.", "next cause", 70),
    inner("causes.up", "k up", "Previous cause", "Go to the previous cause."),
    inner("causes.page_down", "pagedown ctrl+d", "A page down", "Scroll down in the causes."),
    inner("causes.page_up", "pageup ctrl+u", "A page up", "Scroll back up in the causes."),
    inner("causes.open", "enter", "To the step that fixes it",
          "Go back to the step that fixes this cause; the steps after it are done again.", "fix it", 95),
    inner("causes.back", "escape q", "Back", "Close the causes.", "back", 90),
    help_of("causes"),
)  # fmt: skip
