"""``python -m cogsync_mock`` and the command ``cogsync-mock``."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from .server.cli import main


def run() -> NoReturn:
    """Run the server, then end the process at once.

    Nothing is left to save then, and taking hundreds of moto's modules apart one by one
    would take longer than a user who pressed Ctrl+C wants to wait.
    """
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
