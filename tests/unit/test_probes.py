"""Which of an endpoint's certificates is shown beside a row."""

from tests.support.rows import certificate, presenting, silent
from tofutui.workbench.probes import choose

OLD, NEW = "CN=ise01", "CN=ise02"


def test_the_certificate_that_fits_the_stored_name_is_shown_and_the_others_are_listed():
    rsa, ecdsa = certificate(OLD, mark="rsa"), certificate(NEW, mark="ecdsa")
    shown = choose(presenting(ecdsa), (presenting(rsa),), "/CN=ise01")
    assert (shown.certificate, shown.also) == (rsa, (ecdsa,))


def test_a_known_certificate_goes_before_one_that_only_fits_the_name():
    first, known = certificate(OLD, mark="a"), certificate(OLD, mark="b")
    shown = choose(presenting(first), (presenting(known),), "/CN=ise01", known.sha256)
    assert (shown.certificate, shown.also) == (known, (first,))


def test_a_way_without_any_answer_leaves_open_what_else_there_is():
    leaf = certificate(OLD)
    assert not choose(presenting(leaf), (), "/CN=ise01").also_unsure
    unsure = choose(presenting(leaf), (silent(),), "/CN=ise01")
    assert (unsure.certificate, unsure.also, unsure.also_unsure) == (leaf, (), True)
