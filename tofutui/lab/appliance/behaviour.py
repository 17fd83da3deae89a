"""The ways in which a simulated appliance misbehaves."""

from dataclasses import dataclass, field

from tofutui.lab.appliance import faults
from tofutui.lab.console.style import ECHOES, ConsoleStyle


@dataclass(kw_only=True, eq=False)
class Behaviour(ConsoleStyle):
    """How a node misbehaves; settable in a scenario and, at any time, on a running node."""

    clock_offset: float = 0.0
    """Seconds by which its clock is ahead."""
    zone: str = "UTC"
    utc_offset: int = 0
    """Minutes of `zone` east of Greenwich."""
    ssh: str = "ok"
    """From the start: ``ok``, ``refused``, ``silent``, ``reset``, ``unfinished`` (half a hello),
    ``stuck`` (its hello, then no key exchange), ``garbage`` or ``endless`` (instead of a hello)."""
    login: str = "ok"
    """``ok``, ``refused`` (whatever key or password), ``expired`` (the password, then a new one is wanted),
    ``code`` (the password, then a one-time code), ``hang`` (never decided)."""
    fault: str = ""
    """Strikes at `fault_at`: ``reset``, ``close``, ``hang``, ``garbage`` or ``endless``; "": nothing."""
    fault_at: str = ""
    """``greeting``, ``listing``, ``rows``, ``delete`` (before), ``deleted`` (after), ``relisting`` (a listing
    after a deletion) or ``ha-status``."""
    fault_rows: int = 1
    """Rows of a listing before `fault_at` is at ``rows``."""
    fault_times: int = 0
    """How often it strikes; 0: always."""
    banner: str = ""
    """Sent before the login."""
    motd: list[str] = field(default_factory=list)
    """Lines after the login, paged when they exceed `page`."""
    press_enter: bool = False
    resume_menu: bool = False
    """Show the menu of dropped sessions even without one."""
    other_user: bool = False
    """Say that another user is logged in even without one."""
    question: str = ""
    """Asked before the first prompt until `question_answer` is given; a text unknown to any program."""
    list_question: str = ""
    """The same after ``listcerts``, before its rows; another answer gives no listing."""
    question_answer: str = "yes"
    prompt_delay: float = 0.0
    """Seconds before the first prompt."""
    delay_rows: float = 0.0
    """Seconds before each row of a listing."""
    list_seconds: float = 0.0
    """Seconds that a whole listing takes, spread over its rows."""
    cut_listing: int = 0
    """Characters of a listing after which the connection is reset; 0: never."""
    bracket_keys: bool = False
    """IPv6 keys are printed and deleted as ``[2001:db8::7]_443``."""
    extra_lines: list[str] = field(default_factory=list)
    """Raw lines printed after the rows of a listing."""
    confirm_delete: bool = False
    ignore_delete: bool = False
    relearn_on_delete: bool = False
    drop_after_delete: bool = False
    drop_instead_of_delete: bool = False
    hang: str = ""
    """A command that contains this never answers."""

    def __post_init__(self) -> None:
        """Refuse words that mean nothing."""
        for name, known in (
            ("echo", ECHOES),
            ("ssh", faults.SSH),
            ("login", faults.LOGINS),
            ("fault", ("", *faults.KINDS)),
            ("fault_at", ("", *faults.PLACES)),
        ):
            if getattr(self, name) not in known:
                words = ", ".join(word for word in known if word)
                raise ValueError(f"{name} = {getattr(self, name)!a}: there are {words}")
