"""P2: start and stop of the mock, over start and stop of ``moto.mock_aws``."""

from __future__ import annotations

import sys

from _paired import paired, report
from moto import mock_aws

from cogsync_mock import mock_cognito_sync

BAR, AIM = 0.6, 0.3


def ours() -> None:
    """Start and stop our mock."""
    with mock_cognito_sync():
        pass


def theirs() -> None:
    """Start and stop moto's."""
    with mock_aws():
        pass


def main() -> int:
    """Measure and print."""
    pairs = paired(ours, theirs, rounds=40, calls=10)
    return 0 if report("P2: start and stop", ("mock_cognito_sync", "moto.mock_aws"), pairs, BAR, AIM) else 1


if __name__ == "__main__":
    sys.exit(main())
