"""Which host of which file is the primary, and which the secondary."""

import pytest

from tests.support.transcripts import LISTCERTS, PRIMARY_ROWS, SECONDARY_ROWS, listed, said, session
from tofutui.tofu.cli_output.node_of_file import Cast, File, UnclearTranscript, cast
from tofutui.tofu.cli_output.transcript import read_transcript
from tofutui.tofu.site.session import NodeSettings, Role


def shown(*hosts: str, ha: dict[str, str] | None = None) -> str:
    text = ""
    for host in hosts:
        text += said(host, LISTCERTS, listed(PRIMARY_ROWS))
        if ha and host in ha:
            text += said(host, "ncs ha status", f"[Role] {ha[host]} [State] x\n")
        text += f"{host}/admin# \n"
    return text


def file(text: str, source: str = "x.log") -> File:
    return File(source, read_transcript(text.encode()))


def told(primary: str, secondary: str | None = None, names: dict[str, str] | None = None) -> Cast:
    files = {Role.PRIMARY: file(primary)}
    if secondary is not None:
        files[Role.SECONDARY] = file(secondary, "y.log")
    nodes = {
        Role(role): NodeSettings(role=Role(role), host="192.0.2.1", addresses=(name,))
        for role, name in (names or {}).items()
    }
    return cast(files, nodes)


def hosts(cast: Cast) -> list[str | None]:
    return [cast.hosts[role] for role in Role if role in cast.hosts]


def test_one_file_of_one_node_is_the_primary():
    assert hosts(told(shown("a"))) == ["a"]


def test_one_file_of_two_nodes_is_both_and_says_how_it_was_told():
    cast = told(shown("a", "b"))
    assert hosts(cast) == ["a", "b"]
    assert cast.remark == "x.log: a is taken to be the primary because it comes first"
    assert set(cast.files) == set(Role)


@pytest.mark.parametrize(
    "ha",
    [{"a": "Secondary", "b": "Primary"}, {"a": "Secondary"}, {"b": "Primary"}],
)
def test_their_ha_roles_decide_over_their_order(ha):
    cast = told(shown("a", "b", ha=ha))
    assert hosts(cast) == ["b", "a"]
    assert cast.remark == ""


def test_two_primaries_are_recognised_by_order():
    assert told(shown("a", "b", ha={"a": "Primary", "b": "Primary"})).remark != ""


@pytest.mark.parametrize(
    "names",
    [{"primary": "b"}, {"secondary": "A"}, {"primary": "B.example.net", "secondary": "a.example.net"}],
)
def test_the_sessions_names_decide_first(names):
    cast = told(shown("a", "b", ha={"a": "Primary"}), names=names)
    assert hosts(cast) == ["b", "a"]
    assert cast.remark == ""


def test_the_same_file_may_be_named_for_both():
    assert hosts(told(shown("a", "b"), shown("a", "b"))) == ["a", "b"]


def test_one_node_cannot_be_both():
    with pytest.raises(UnclearTranscript, match="one node only"):
        told(shown("a"), shown("a"))


def test_a_file_for_each():
    assert hosts(told(shown("b"), shown("a"))) == ["b", "a"]
    assert hosts(told(shown("a"), "nothing")) == ["a", None]


def test_a_file_that_shows_the_other_node_too():
    assert hosts(told(shown("a", "b"), shown("b"))) == ["a", "b"]
    assert hosts(told(shown("b"), shown("a", "b"))) == ["b", "a"]
    said_so = told(shown("a", "b", ha={"b": "Secondary"}), shown("a", "b", ha={"a": "Primary"}))
    assert hosts(said_so) == ["a", "b"]


def test_a_host_without_a_listing_is_not_a_candidate():
    text = "jump/admin# ssh a\n" + session("a", PRIMARY_ROWS) + "exit\njump/admin# exit\n"
    assert hosts(told(text)) == ["a"]
    assert hosts(told("a/admin# show clock\na/admin# \n")) == ["a"]


def test_three_hosts_cannot_be_distinguished_without_names():
    with pytest.raises(UnclearTranscript) as caught:
        told(shown("a", "b", "c"))
    assert "x.log: lists the tables of a, b and c" in str(caught.value)
    assert "--session" in caught.value.hint
    names = {"primary": "c", "secondary": "b"}
    assert hosts(told(shown("a", "b", "c"), names=names)) == ["c", "b"]
    with pytest.raises(UnclearTranscript, match=r"y\.log"):
        told(shown("a"), shown("b", "c"))


def test_no_prompt_at_all():
    assert hosts(told(listed(SECONDARY_ROWS))) == [None]
