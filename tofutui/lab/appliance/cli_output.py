"""What the simulated appliance prints (docs/appliance.md)."""

from tofutui.lab.appliance.node import LabNode
from tofutui.lab.cert import LabCertificate, slash_form

LIST_HEADER = (
    "Host certificate are automatically added to this list on first connection,",
    "if trust-on-first-use is configured - ncs certvalidation certificate-check ...",
)
ANOTHER_USER = "Another user is logged into the system at this time"
CONTINUE = "Are you sure you want to continue (Yes/No): "
YES_OR_NO = "ERROR : Please enter Yes or No"
RESUME = "Following disconnected ssh sessions are available to resume."
WHICH_SESSION = "Enter session number to resume or press <Enter> to start a new one: "
NOT_AN_ANSWER = "% Error: this is no answer"
WRONG_SESSION = "% Error: Invalid session, enter the number of the session"
PRESS_ENTER = "Press <Enter> to continue"


def prompt(node: LabNode) -> str:
    """``prime-pri/admin# ``."""
    return f"{node.hostname}/admin# "


def listing_rows(node: LabNode) -> list[str]:
    """The rows of ``listcerts``; the spacing before the last subject differs, as in the TAC document."""
    rows = [_row(node.printed(key), certificate) for key, certificate in node.table.items()]
    return [*rows[:-1], *(row.replace(";  ", "; ", 1) for row in rows[-1:])]


def show_clock(node: LabNode) -> list[str]:
    """``Mon Nov 23 14:02:38 UTC 2026``."""
    return [f"{node.now():%a %b %d %H:%M:%S} {node.zone} {node.now():%Y}"]


def show_version(node: LabNode) -> list[str]:
    """The frame of PI 3.0 with the numbers of 3.7."""
    return [
        "",
        "Cisco Application Deployment Engine OS Release: 4.1",
        "ADE-OS Build Version: 4.1.0.001",
        "ADE-OS System Architecture: x86_64",
        "",
        "Copyright (c) 2009-2019 by Cisco Systems, Inc.",
        "All rights reserved.",
        f"Hostname: {node.hostname}",
        "",
        "",
        "Version information of installed applications",
        "---------------------------------------------",
        "",
        "Cisco Prime Infrastructure",
        "********************************************************",
        "Version : 3.7.0",
        "Build : 3.7.0.0.159",
        "Critical Fixes:",
        "        PI 3.7.1 ( 3.7.0 )",
        "",
    ]


def ncs_status(node: LabNode) -> list[str]:
    """Recalled form of ``ncs status`` (unverified)."""
    return [
        f"Health Monitor Server is running. ( {ha_words(node)} )",
        "Database server is running",
        "FTP Service is running",
        "TFTP Service is running",
        "NMS Server is running.",
    ]


def ha_words(node: LabNode) -> str:
    """``[Role] Primary [State] HA not Configured`` (recalled form, unverified)."""
    return " ".join(f"[{key}] {value}" for key, value in node.ha.items())


def caret(column: int, words: str) -> list[str]:
    """An error with its marker under the place."""
    return [" " * column + "^", f"% {words} command detected at '^' marker."]


def _row(key: str, certificate: LabCertificate) -> str:
    return f"host={key};  subject= {slash_form(certificate.subject)}"
