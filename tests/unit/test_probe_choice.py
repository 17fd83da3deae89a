"""Which of an endpoint's certificates is shown beside a row."""

from tests.support.rows import PRIME_SEC, certificate, presenting, silent
from tofutui.workbench.probes import choose

RSA, EC, OTHER = (
    certificate(PRIME_SEC, mark="rsa"),
    certificate(PRIME_SEC, mark="ec"),
    certificate("/CN=vhost"),
)


def test_the_known_certificate_is_shown_wherever_it_is_found():
    chosen = choose(presenting(EC), (presenting(OTHER), presenting(RSA)), PRIME_SEC, RSA.sha256)
    assert chosen.certificate == RSA
    assert chosen.also == (EC, OTHER)


def test_else_one_of_the_stored_name():
    chosen = choose(presenting(OTHER), (presenting(EC),), PRIME_SEC, "0" * 64)
    assert (chosen.certificate, chosen.also) == (EC, (OTHER,))


def test_else_the_first():
    first = presenting(OTHER)
    assert choose(first, (silent(),), PRIME_SEC, None).certificate == OTHER
