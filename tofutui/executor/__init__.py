"""The only caller of a command that changes a node: check again, journal, send, prove by listing.

`gate` holds everything that may forbid a deletion, `entries` what is written down and whose it is,
`executor` runs a confirmed plan, `settling` decides what an earlier run left unknown.
"""

from tofutui.executor.executor import Executor, OnStep, Pace
from tofutui.executor.gate import PlanRefused

__all__ = ["Executor", "OnStep", "Pace", "PlanRefused"]
