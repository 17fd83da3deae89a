"""The only caller of a command that changes a node: check again, journal, send, prove by listing.

`gate` holds everything that may forbid a deletion, `executor` runs a confirmed plan and writes it down,
`plan_run` is how far that is, `settling` decides what an earlier run left unknown.
"""

from tofutui.executor.executor import Executor, Pace
from tofutui.executor.gate import PlanRefused
from tofutui.executor.plan_run import OnStep

__all__ = ["Executor", "OnStep", "Pace", "PlanRefused"]
