"""S1: a suite of 300 tests with two fresh clients and six calls each, over the same under ``moto.mock_aws``.

``python benchmarks/s1_suite.py [TESTS [ROUNDS]]`` runs pytest in child processes; ``--quick`` measures in one process.
"""

from __future__ import annotations

import sys

from _suite import cognito_identity, measure

BAR, AIM = 0.33, 0.2

if __name__ == "__main__":
    sys.exit(0 if measure("S1: a suite on cognito-identity", cognito_identity, BAR, AIM) else 1)
