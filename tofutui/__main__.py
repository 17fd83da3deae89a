"""``python -m tofutui``."""

import sys

from tofutui.cli import main

sys.exit(main())
