"""How long to wait for what, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """The waits of one node. Time that a person takes to answer a question never counts."""

    connect: float = 15.0
    """To a TCP connection."""
    login: float = 30.0
    """From there to a shell."""
    first_prompt: float = 60.0
    """From the shell to the first prompt, all dialogues included."""
    quiet: float = 0.3
    """Silence after which the last line is looked at as the first prompt or a dialogue."""
    menu_quiet: float = 2.0
    """Silence before the resume menu is answered (docs/appliance.md: the lone Enter gets lost earlier)."""
    unknown_quiet: float = 3.0
    """Silence after which an unknown line is taken for a question."""
    first_settle: float = 0.02
    """Silence after the first prompt, if it ends in its blank: without one it may not be there whole."""
    settle: float = 0.05
    """Silence after the learned prompt that ends a command."""
    midline_settle: float = 1.0
    """The same where the prompt follows other text (output without a final newline)."""
    command_idle: float = 60.0
    """Silence in a command that is not one of `ncs`."""
    command_total: float = 300.0
    """A whole command; for `ncs` commands the session's ``command_timeout`` replaces it."""
    interrupt: float = 2.0
    """From Ctrl-C to the prompt."""
    keepalive: float = 15.0
    exit: float = 2.0
    """From `exit` until the node hangs up."""
    password_command: float = 60.0
    """For the program that prints the password; it may ask for a passphrase itself."""
