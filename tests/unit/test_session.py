"""Sessions as values."""

from dataclasses import replace

from tofutui.tofu.site.session import NodeSettings, Role, Session

PRIMARY = NodeSettings(role=Role.PRIMARY, host="192.0.2.10", addresses=("prime-pri.example.net",))
SECONDARY = NodeSettings(role=Role.SECONDARY, host="192.0.2.11")


def test_each_role_has_its_other() -> None:
    assert [role.other for role in Role] == [Role.SECONDARY, Role.PRIMARY]
    assert Role.PRIMARY.word == "PRIMARY"


def test_roles_come_in_order_whatever_the_file_says() -> None:
    session = Session(name="s", nodes={Role.SECONDARY: SECONDARY, Role.PRIMARY: PRIMARY})
    assert session.roles == (Role.PRIMARY, Role.SECONDARY)
    assert Session(name="s", nodes={Role.PRIMARY: PRIMARY}).roles == (Role.PRIMARY,)


def test_the_address_shown_is_the_host_unless_that_is_a_forwarded_port() -> None:
    assert PRIMARY.shown_address == "192.0.2.10"
    assert replace(PRIMARY, host="127.0.0.1").shown_address == "prime-pri.example.net"
    assert replace(PRIMARY, host="127.0.0.1", addresses=()).shown_address == "127.0.0.1"


def test_the_peer_lists_a_node_under_its_first_address() -> None:
    assert PRIMARY.table_address == "prime-pri.example.net"
    assert SECONDARY.table_address == "192.0.2.11"
    assert PRIMARY.names == ("192.0.2.10", "prime-pri.example.net")


def test_read_only_holds_for_one_node_or_the_whole_session() -> None:
    session = Session(
        name="s", nodes={Role.PRIMARY: PRIMARY, Role.SECONDARY: replace(SECONDARY, read_only=True)}
    )
    assert session.may_change(Role.PRIMARY)
    assert not session.may_change(Role.SECONDARY)
    assert not replace(session, read_only=True).may_change(Role.PRIMARY)
