"""Which questions after `deletecert` are answered without the operator, without a server."""

import pytest

from tofutui.appliance.dialogues import answer_to

KEY = "198.51.100.20_443"
COMMAND = f"ncs certvalidation tofu-certs deletecert host {KEY}"
PROMPT = "prime-pri/admin# "
ECHO = f"{COMMAND}\r\n"


def answer(text: str | bytes, *, key: str = KEY, echo: str = ECHO) -> str | None:
    """What is typed to what a node prints behind the echo, with CR LF for LF."""
    raw = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
    command = COMMAND.replace(KEY, key)
    return answer_to(echo.replace(KEY, key).encode() + raw, typed=command, prompt=PROMPT, key=key)


OWN = (
    f"Are you sure you want to delete the certificate of {KEY} (yes/no) [no] ? ",
    f"Are you sure you want to delete the certificate for host {KEY}? (yes/no): ",
    f"Delete {KEY} from the list (yes/no) [no] ? ",
    f"Delete {KEY}? (yes/no)",
    f"Delete host {KEY}? (Yes/No) ",
    f"Delete certificate {KEY} (yes/no)?",
    f"Delete the certificate '{KEY}' (yes/no)?",
    f'Really delete "{KEY}"? <yes/no> ',
    f"Really remove host {KEY} from the trust store? yes/no: ",
    "Do you want to remove this certificate from the tofu store? (yes/no) ",
    "Are you sure you want to delete this certificate? (yes/no)",
    "Do you really want to delete this host certificate? yes or no ",
    f"Do you want to delete this certificate of host {KEY}? (yes|no) ",
    f"Please confirm deletion of certificate {KEY} (yes/no) ",
    f"Confirm removal of host {KEY} from the trust-on-first-use list: yes/no? ",
    f"Deleting host {KEY}.\nProceed? yes/no: ",
    f"Removing certificate {KEY} from the truststore\nAre you sure (yes/no) [yes] ? ",
    f"This will delete the tofu entry for host {KEY}. Continue? (yes/no)\n",
    f"You are about to delete the certificate of host {KEY}.\n\nDo you want to continue? (yes/no)",
    f"The certificate of {KEY} will be deleted. Continue with deletion? (yes/no)",
    f"Host {KEY} will be removed from the trust store.\nPlease enter Yes or No: ",
    f"Are you sure? Delete {KEY}? (yes/no)",
    f"Are you absolutely sure you want to\n   delete certificate {KEY}\n   (yes/no)? ",
    f"DELETE HOST {KEY} (YES/NO)? ",
    f"Would you like to delete the {KEY} certificate? (yes/no) (default: no) ",
    f"Do you want to proceed with the deletion of {KEY}? (yes/no)",
    f"Remove the trusted certificate of {KEY}, are you sure? (yes/no)",
)


@pytest.mark.parametrize("text", OWN)
def test_the_deletion_of_this_row_and_nothing_else_is_confirmed(text: str) -> None:
    assert answer(text) == "yes"
    assert answer(text, echo="") == "yes"


@pytest.mark.parametrize("form", ["[y/n]", "(y/n):", "[Y/n] ", "(y/n) [n]? ", "y or n? "])
def test_the_answer_has_the_length_of_the_form(form: str) -> None:
    assert answer(f"Delete {KEY}? {form}") == "y"


OTHERS = (
    "This will reboot the server. Continue? (yes/no)",
    f"This will reboot the server. Delete {KEY}? (yes/no)",
    f"Delete {KEY} and restart the services? (yes/no)",
    f"Delete {KEY}?\nThe services will be bounced. Continue? (yes/no)",
    f"Delete {KEY}, then shut down? (yes/no)",
    f"Delete {KEY} and fail over (yes/no)",
    f"Delete the entire store of {KEY}? (yes/no)",
    f"Delete the trust store? {KEY} (yes/no)",
    f"Delete the trust store from host {KEY}? (yes/no)",
    f"Delete the trust store, {KEY} (yes/no)",
    f"Delete all certificates of host {KEY}? (yes/no)",
    f"Delete the certificates of host {KEY}? (yes/no)",
    f"Delete every entry like {KEY}? (yes/no)",
    f"Delete server {KEY} from the inventory? (yes/no)",
    f"Power cycle {KEY}? (yes/no)",
    f"Delete {KEY} by power cycling? (yes/no)",
    "Delete the certificate? (yes/no)",
    "Are you sure (yes/no)? ",
    "Continue? (yes/no)",
    "(yes/no)",
    f"{KEY} (yes/no)",
    f"Keep {KEY}? (yes/no)",
    f"Do not delete {KEY}? (yes/no)",
    f"Cancel the deletion of {KEY}? (yes/no)",
    f"Abort? {KEY} will not be deleted (yes/no)",
    f"Replace certificate {KEY}? (yes/no)",
    f"Restore {KEY}? (yes/no)",
    "Delete 198.51.100.20_8443? (yes/no)",
    f"Delete {KEY}3? (yes/no)",
    f"Delete 1{KEY}? (yes/no)",
    f"Delete x.{KEY}? (yes/no)",
    f"Delete {KEY}.example? (yes/no)",
    f"Delete {KEY}-2? (yes/no)",
    f"Delete {KEY}:9 (yes/no)",
    f"Delete {KEY} 198.51.100.21_443? (yes/no)",
    f"Delete {KEY}, 198.51.100.21_443? (yes/no)",
    f"Delete {KEY}/24? (yes/no)",
    f"Delete {KEY}\\*? (yes/no)",
    f"Delete 2 entries: {KEY}? (yes/no)",
    "Delete 198.51.100.20 port 443? (yes/no)",
    "Delete these certificates? (yes/no)",
    "Delete that certificate? (yes/no)",
    f"Delete {KEY}? Type DELETE to go on: ",
    f"Delete {KEY}? (yes/no/all) ",
    f"Delete {KEY}? (yes/no) or reboot? ",
    f"Delete {KEY}? (yes/no) Restart? (yes/no) ",
    f"Delete {KEY}? (yes/no)\nDone.\n",
    f"Delete {KEY}? (yes/no)\n--More--",
    f"Delete {KEY}? (no/yes)",
    f"Delete {KEY}? (j/n)",
    f"¿Eliminar {KEY}? (s/n)",
    f"{KEY} wird gelöscht, der Dienst startet neu (yes/no)",
    f"Delete {KEY}? Servidor será reiniciado (yes/no)",
    f"{KEY} を削除しますか (yes/no)",
    f"D\u0435lete {KEY}? (yes/no)",
    f"Delete\u00a0{KEY}? (yes/no)",
    f"Delete {KEY}\u200b? (yes/no)",
    f"Delete {KEY}? \u202e(yes/no)",
    f"Delete {KEY}! re\nboot (yes/no)",
    f"Delete {KEY}? re-\nload (yes/no)",
    f"Delete {KEY} ;; reload (yes/no)",
    f"Delete {KEY}????????? (yes/no)",
    f"Broadcast message from root: going down\nDelete {KEY}? (yes/no)",
    f"{COMMAND}\n{COMMAND}\n(yes/no)",
    f"Delete {KEY}? New password: (yes/no)",
    "",
    f"Delete {KEY}",
)


@pytest.mark.parametrize("text", OTHERS)
def test_any_other_word_makes_it_the_operators_question(text: str) -> None:
    assert answer(text) is None
    assert answer(text, echo="") is None


@pytest.mark.parametrize(
    "hidden",
    [
        b"This will reboot the server.\rDelete %s? (yes/no)",
        b"Reboot" + b"\b" * 6 + b"Delete %s? (yes/no)",
        b"Reboot" + b"\x7f" * 6 + b"Delete %s? (yes/no)",
        b"Reboot\x1b[2K\rDelete %s? (yes/no)",
        b"Reboot\x1b[6DDelete %s? (yes/no)",
        b"\x1b[8mReboot, then \x1b[0mDelete %s? (yes/no)",
        b"Delete %s\x00? (yes/no)",
        b"Delete %s? (yes/no)\x07",
        b"Delete \xff%s? (yes/no)",
        b"\x1b]0;reboot\x07Delete %s? (yes/no)",
        b"Delete %s?\x0b(yes/no)",
    ],
)
def test_what_a_terminal_would_hide_makes_it_the_operators_question(hidden: bytes) -> None:
    assert answer(hidden.replace(b"%s", KEY.encode())) is None


@pytest.mark.parametrize(
    "echo",
    [
        "",
        ECHO,
        f"{PROMPT}{ECHO}",
        f"\r{PROMPT}{ECHO}",
        f"{COMMAND}\r\r\n",
        f"{ECHO}{PROMPT}{ECHO}",
        f"\x1b[?2004l{COMMAND[:3]}\x1b[K{COMMAND[3:]}\r\n",
        "".join(f"{COMMAND[at : at + 20]} \r" for at in range(0, len(COMMAND), 20)) + "\r\n",
        "".join(f"{COMMAND[at : at + 80]}\r\n" for at in range(0, len(COMMAND), 80)),
    ],
)
def test_the_echo_names_nothing(echo: str) -> None:
    assert answer(f"Delete {KEY}? (yes/no)", echo=echo) == "yes"
    assert answer("Delete the certificate? (yes/no)", echo=echo) is None
    assert answer("Are you sure? (yes/no)", echo=echo) is None
    assert answer("(yes/no)", echo=echo) is None


@pytest.mark.parametrize(
    "key", ["[2001:db8::7]_443", "2001:db8::7_443", "ise-1.example.net_443", "fe80::1%eth0_8443"]
)
def test_every_form_of_a_key_is_known_exactly(key: str) -> None:
    assert answer(f"Delete {key}? (yes/no)", key=key) == "yes"
    assert answer(f"Deleting '{key}'.\nContinue (yes/no)? ", key=key) == "yes"
    assert answer(f"Delete {key.upper()}x? (yes/no)", key=key) is None
    assert answer(f"Delete x{key}? (yes/no)", key=key) is None
    assert answer(f"Delete {key}0? (yes/no)", key=key) is None


def test_another_spelling_of_the_case_is_another_key() -> None:
    assert answer("Delete ISE.example.net_443? (yes/no)", key="ise.example.net_443") is None


def test_a_long_text_is_the_operators() -> None:
    assert answer(f"{'x' * 5_000_000}\nDelete {KEY}? (yes/no)") is None
    assert answer("\n" * 10_000 + f"Delete {KEY}? (yes/no)") is None
