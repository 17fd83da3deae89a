"""How awkward an appliance's console is: settings of a scenario, of a test's server, of a running node."""

from dataclasses import dataclass

ECHOES = ("plain", "none", "prompt", "wrapped", "escapes", "double", "crcrlf")
"""``plain`` echoes each key, ``none`` nothing. The others echo a whole line: again behind its prompt, in
pieces as a narrow terminal wraps it, with control sequences in it, twice, with a second carriage return."""
_WRAP = 20


@dataclass(kw_only=True, eq=False)
class ConsoleStyle:
    """What differs between the consoles of appliances; it may change while one is in use."""

    echo: str = "plain"
    """One of `ECHOES`."""
    enter: str = "\r\n"
    """Keys that are taken for Enter; a line feed that is not among them is dropped."""
    terminal_length: bool = True
    """Whether ``terminal length`` is a command here."""
    page: int = 0
    """Lines of one page, the pager's own included, whatever the window says; 0: the window's."""
    pager: str = "--More--"
    pager_erase: str = "\r        \r"
    """Printed when the pager continues."""
    pager_wants_enter: bool = False
    """Whether only Enter turns the page; else a blank turns it, and Enter advances by a line."""
    trickle: int = 0
    """Characters written at once, with `trickle_s` seconds between; 0: all."""
    trickle_s: float = 0.002
    ignore_interrupt: bool = False
    """Ctrl-C does not end a running command."""


def late_echo(echo: str, prompt: str, line: str) -> str:
    """What is printed once a line is whole, unless each key was echoed."""
    match echo:
        case "prompt":
            return f"\r{prompt}{line}\r\n"
        case "wrapped":
            return "".join(f"{line[at : at + _WRAP]} \r" for at in range(0, len(line), _WRAP)) + "\r\n"
        case "escapes":
            return f"\x1b[?2004l{line[:3]}\x1b[K{line[3:]}\r\n"
        case "double":
            return f"{line}\r\n{prompt}{line}\r\n"
        case "crcrlf":
            return f"{line}\r\r\n"
    return ""
