"""One live comparison: two nodes and the probes -> a stream of changes. It knows no screen.

`workbench` is the façade, `node_work` what happens with one node, `node_state` the only writer of its view.
`table` holds a node's rows over refreshes, `probes` asks each endpoint once a refresh, `evidence` keeps what
logs, exports, history and the operator say, and judges.
"""

from tofutui.workbench.changes import Change, EntriesChanged, LogGrew, NodeChanged
from tofutui.workbench.workbench import Workbench

__all__ = ["Change", "EntriesChanged", "LogGrew", "NodeChanged", "Workbench"]
