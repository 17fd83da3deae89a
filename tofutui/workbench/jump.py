"""Probing from the jump host, over the connections to the nodes that stand anyway (``via = "jump"``)."""

import asyncio
from collections.abc import Callable, Mapping

from tofutui.appliance.node import Node
from tofutui.tls.dial import DialError
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Role


class JumpDial:
    """Dials through whichever node's jump host is connected, the primary's first."""

    def __init__(self, nodes: Mapping[Role, Node]) -> None:
        self._nodes = nodes

    async def __call__(
        self, factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Connect from the jump host.

        Raises:
            DialError: no node is connected through a jump host.
            OSError: the jump host could not connect.
        """
        for node in self._nodes.values():
            if node.has_jump:
                return await node.dial(factory, endpoint)
        raise DialError(Status.UNREACHABLE, "not asked: no node is connected through a jump host")
