"""``python -m cogsync_mock``: the same as the command ``cogsync-mock``."""

import sys

from .server import main

sys.exit(main())
