"""A secret is shown by nothing but `reveal`."""

import copy
import pickle
import traceback
from dataclasses import dataclass

import pytest

from tofutui.tofu.base.secret import HIDDEN, Secret, without_secrets


@dataclass
class Holder:
    password: Secret


def test_no_text_form_shows_it() -> None:
    secret = Secret("hunter2-canary")
    forms = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>30}",
        "".join(map(str, [secret])),
        repr(Holder(secret)),
    ]
    assert all("hunter2" not in form for form in forms)
    assert all(HIDDEN in form for form in forms)
    assert secret.reveal() == "hunter2-canary"


def test_a_traceback_with_local_variables_does_not_show_it() -> None:
    secret, holder = Secret("hunter2-canary"), Holder(Secret("hunter2-canary"))
    try:
        raise ValueError(secret, holder)
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "secret = " in shown
    assert "hunter2-canary" not in shown.replace('Secret("hunter2-canary")', "")


@pytest.mark.parametrize("leave", [pickle.dumps, copy.deepcopy, copy.copy])
def test_it_is_not_copied(leave) -> None:
    with pytest.raises(TypeError, match="not copied"):
        leave(Secret("x"))


def test_equal_secrets_are_equal() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("\udc80")}) == 2


def test_it_is_taken_out_of_a_text_that_a_node_prints() -> None:
    assert Secret("hush-hush").hidden_in("so hush-hush it is") == f"so {HIDDEN} it is"
    assert Secret("it").hidden_in("so it is") == "so it is"


@pytest.mark.parametrize(
    "text",
    [
        "ncs ha authkey {}", "typed authkey {} on both", "the auth key was {}", "Authentication Key: {}",
        "authkey set to {}", "authkey -> {}", "password {}", "pwd: {}", "pass phrase {}", "pass={}",
        "Kennwort: {}", "mot de passe : {}", "contrase\u00f1a: {}", "senha {}",
        "\u30d1\u30b9\u30ef\u30fc\u30c9\uff1a{}",
        "sshpass -p {} ssh x", "https://admin:{}@192.0.2.1/", "Authorization: Bearer {}", "authkey\n{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["S3cretKey1", "hunter2-canary", "p@ssw0rd!"])
def test_what_an_operator_writes_down_is_kept_without_the_secret(text: str, value: str) -> None:
    kept = without_secrets(text.format(value))
    assert value not in kept
    assert HIDDEN in kept
    assert without_secrets(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "done; pass: PRIMARY prime-pri: Primary Active; SECONDARY prime-sec: Secondary Syncing",
        "Authentication key does not match between primary 192.0.2.10 and secondary servers 192.0.2.11",
        "set the authkey on both, 14:02:38", "password changed yesterday", "token expired", "13 pass, 1 warn",
        "password_command is set", "the secret of success", "authentication key 2 of 3",
    ],
)  # fmt: skip
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text
