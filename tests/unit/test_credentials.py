"""Where passwords come from."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.askers import ScriptedAsker
from tofutui.appliance.errors import LoginRefused, NoPassword
from tofutui.appliance.ssh.credentials import (
    AskedPassword,
    NodePassword,
    PairPassword,
    PasswordMemory,
    SecretEnvironment,
)
from tofutui.tofu.base.secret import Secret
from tofutui.tofu.site.session import NodeSettings, Role


def source(asker: ScriptedAsker, environ: dict[str, str] | None = None, **settings: Any) -> NodePassword:
    node = NodeSettings(role=Role.PRIMARY, host="192.0.2.10", known_hosts=Path("/nowhere"), **settings)
    return NodePassword(node, asker, SecretEnvironment(environ or {}), timeout=5)


def test_a_taken_variable_is_gone_and_can_be_taken_again() -> None:
    environ = {"SECRET": "x", "OTHER": "y"}
    secrets = SecretEnvironment(environ)
    taken = (secrets.take("SECRET"), secrets.take("SECRET"), secrets.take("UNSET"))
    assert taken == (Secret("x"), Secret("x"), None)
    assert environ == {"OTHER": "y"}


async def test_the_command_comes_before_the_environment_and_the_environment_before_the_question() -> None:
    asker = ScriptedAsker(passwords=["asked"])
    everything = source(asker, {"P": "from env"}, password_command="echo 'from command'", password_env="P")
    assert await everything.password("admin", "") == Secret("from command")
    assert await source(asker, {"P": "from env"}, password_env="P").password("admin", "") == Secret(
        "from env"
    )
    assert await source(asker).password("admin", "Password: ") == Secret("asked")
    assert asker.password_questions[0].prompt == "Password: "


async def test_a_refused_password_is_not_handed_out_again() -> None:
    held = source(ScriptedAsker(), {"P": "wrong"}, password_env="P")
    held.was_refused(await held.password("admin", ""))
    with pytest.raises(LoginRefused) as caught:
        await held.password("admin", "")
    assert "wrong" not in str(caught.value)
    assert "$P" in str(caught.value)


async def test_a_typed_password_is_kept_until_it_is_refused() -> None:
    asker = ScriptedAsker(passwords=["one", "two"])
    held = AskedPassword(Role.PRIMARY, "jump", asker, PasswordMemory())
    assert [await held.password("admin", ""), await held.password("admin", "")] == [Secret("one")] * 2
    held.was_refused(Secret("one"))
    assert await held.password("admin", "") == Secret("two")


async def test_nobody_knows_it() -> None:
    with pytest.raises(NoPassword, match=r"admin@192\.0\.2\.10"):
        await source(ScriptedAsker()).password("admin", "")


async def test_a_command_that_writes_much_to_both_streams_does_not_hang() -> None:
    command = "python3 -c \"import sys; sys.stderr.write('e'*200000); print('pw'); print('x'*200000)\""
    assert await source(ScriptedAsker(), password_command=command).password("admin", "") == Secret("pw")


async def test_the_commands_environment_does_not_hold_the_other_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import os

    monkeypatch.setenv("TOFUTUI_TEST_P", "x")
    SecretEnvironment(os.environ).take("TOFUTUI_TEST_P")
    asker = ScriptedAsker()
    command = "python3 -c \"import os; print(os.environ.get('TOFUTUI_TEST_P', 'unset'))\""
    assert await source(asker, password_command=command).password("admin", "") == Secret("unset")


async def test_what_was_typed_for_a_node_is_offered_to_the_other_one_until_it_is_refused() -> None:
    asker, pair = ScriptedAsker(passwords=["shared", "other"]), PairPassword()
    first, second = (
        NodePassword(
            NodeSettings(role=role, host=f"192.0.2.{number}"),
            asker, SecretEnvironment({}), timeout=5, pair=pair,
        )
        for number, role in enumerate(Role)
    )  # fmt: skip
    typed = await first.password("admin", "Password: ")
    assert asker.password_questions[0].typed_for_other() is None
    assert await second.password("admin", "Password: ") == Secret("other")  # nothing is reused unasked
    offered = asker.password_questions[1].typed_for_other()
    assert offered is not None
    assert (offered.role, offered.password) == (Role.PRIMARY, Secret("shared"))
    assert "shared" not in repr(asker.password_questions[1]) + repr(offered)
    first.was_refused(typed)
    assert asker.password_questions[1].typed_for_other() is None
    pair.forget()
    assert asker.password_questions[0].typed_for_other() is None


async def test_only_what_is_typed_is_offered_to_the_other_node() -> None:
    pair = PairPassword()
    node = NodeSettings(role=Role.PRIMARY, host="192.0.2.10", password_env="P")
    environment = SecretEnvironment({"P": "of the environment"})
    assert await NodePassword(node, ScriptedAsker(), environment, timeout=5, pair=pair).password("a", "")
    assert pair.for_other(Role.SECONDARY) is None
