"""Who listens in on a comparison: for a capture, which keeps what comes and goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tofutui.appliance.tap import Tap
from tofutui.tls.prober import Heard, unheard
from tofutui.tofu.site.session import Role


@dataclass(frozen=True, slots=True)
class Listening:
    """Taps on the links to the nodes, and who gets each answer of an endpoint."""

    taps: Mapping[Role, Tap] = field(default_factory=dict)
    heard: Heard = unheard
