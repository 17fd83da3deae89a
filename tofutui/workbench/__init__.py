"""One live comparison: two nodes and the probes -> a stream of changes. It knows no screen.

`bench` leads, `table` holds one node's rows over refreshes, `probes` asks each endpoint once a refresh,
`evidence` keeps what logs and the operator say, `judging` turns all of it into verdicts.
"""

from tofutui.workbench.changes import Change, EntriesChanged, LogGrew, NodeChanged
from tofutui.workbench.workbench import Workbench

__all__ = ["Change", "EntriesChanged", "LogGrew", "NodeChanged", "Workbench"]
