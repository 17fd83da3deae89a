"""Fetching the certificates that endpoints present, many at a time."""

from collections.abc import Callable
from datetime import datetime

from tofutui.tls.dial import Dial, dial_direct
from tofutui.tofu.certificate import Certificate
from tofutui.tofu.endpoint import Endpoint
from tofutui.tofu.presented import Presented
from tofutui.tofu.session import ProbeSettings


class Prober:
    """Asks endpoints for their certificates within the limits of a session's probe settings."""

    def __init__(
        self,
        settings: ProbeSettings,
        *,
        seen_from: str,
        clock: Callable[[], datetime],
        dial: Dial = dial_direct,
    ) -> None:
        self.settings = settings
        self._seen_from = seen_from
        self._clock = clock
        self._dial = dial

    async def fetch(self, row: Endpoint, target: Endpoint | None) -> Presented:
        """The certificate that the endpoint of ``row`` presents now; never raises for network reasons.

        ``row`` is the endpoint as it stands in the table: its name is the SNI, and at most four probes at
        once go to its host. ``target`` is where it is asked, before ``probe.map`` (None: it cannot be).
        """
        raise NotImplementedError

    async def alternatives(
        self, row: Endpoint, target: Endpoint | None, first: Presented
    ) -> tuple[Certificate, ...]:
        """Other leaf certificates of the endpoint: RSA only, ECDSA only, and without SNI if one was sent."""
        raise NotImplementedError
