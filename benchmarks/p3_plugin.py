"""P3: an empty pytest run with the plugin installed, over the same with ``-p no:cogsync_mock``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import pytest
from _paired import paired, report

BAR = 1.02


def main() -> int:
    """Measure and print."""
    # As for a user: compiled modules are kept between runs.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:

        def run(*arguments: str) -> None:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, folder]
            result = subprocess.run(command, env=environment, capture_output=True, check=False)
            assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, result.stdout  # noqa: S101  # an empty run

        pairs = paired(run, lambda: run("-p", "no:cogsync_mock"), rounds=40, calls=1, clock=time.perf_counter)
    return 0 if report("P3: an empty pytest run", ("plugin installed", "-p no:cogsync_mock"), pairs, BAR) else 1


if __name__ == "__main__":
    sys.exit(main())
