"""Addresses of this machine: whether it has ::1, names with several addresses, addresses that are dead."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

NAME = "prime-pri.example.net"


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")


def resolver(*addresses: str) -> Callable[..., list[tuple[object, ...]]]:
    """A ``getaddrinfo`` to which ``NAME`` has these addresses, in this order of preference."""

    def look_up(host: str, port: int, family: int = 0, *_: object, **__: object) -> list[tuple[object, ...]]:
        infos: list[tuple[object, ...]] = []
        for address in addresses if host == NAME else [host]:
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            if family in (0, kind):
                infos.append((kind, socket.SOCK_STREAM, 6, "", (address, port)))
        return infos

    return look_up


@contextlib.contextmanager
def swallowing(host: str, port: int) -> Iterator[None]:
    """An address that answers no connection attempt, as a dead one does: its backlog is full."""
    with contextlib.ExitStack() as sockets:
        kind = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = sockets.enter_context(socket.socket(kind))
        listener.bind((host, port))
        listener.listen(0)
        for _ in range(8):
            filler = sockets.enter_context(socket.socket(kind))
            filler.setblocking(False)
            filler.connect_ex((host, port))
        yield
