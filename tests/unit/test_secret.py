"""A secret is shown by nothing but `reveal`."""

import copy
import pickle
import traceback
from dataclasses import dataclass

import pytest

from tofutui.tofu.base.secret import HIDDEN, Secret


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
