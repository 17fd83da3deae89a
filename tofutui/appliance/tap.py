"""Listening in on the link to a node: for a capture, which is to hold every byte that came and went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tofutui.tofu.base.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """How SSH was agreed on with a node."""

    server: str
    """Its version line without ``SSH-2.0-``."""
    algorithms: Mapping[str, str]
    """``kex``, ``host_key``, ``cipher`` and ``mac``, as far as the library says them."""
    host_key: str
    """``SHA256:…``."""
    banner: str
    methods: tuple[str, ...] = ()
    """The ways to log in that it offered (RFC 4252, 5.1); empty where it offered none before it agreed."""
    password: Secret | None = None
    """What it was sent: it must not be kept, wherever the node repeats it."""


class Tap(Protocol):
    """Is called at once, on the event loop, with whatever passes; one link after the other."""

    def connected(self, facts: LinkFacts) -> None:
        """A login succeeded; what follows belongs to it."""

    def received(self, data: bytes) -> None:
        """The shell printed this."""

    def sent(self, data: bytes) -> None:
        """This was typed into the shell; it may be a secret."""

    def ended(self, lost: bool) -> None:
        """The shell is over; ``lost``: the connection broke."""
