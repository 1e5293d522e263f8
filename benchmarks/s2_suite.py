"""S2: a suite of 300 tests with s3, sqs and a dynamodb resource in each, over the same under ``moto.mock_aws``.

``python benchmarks/s2_suite.py [TESTS [ROUNDS]]`` runs pytest in child processes; ``--quick`` measures in one process.
"""

from __future__ import annotations

import sys

from _suite import measure, three_services

BAR, AIM = 0.3, 0.2

if __name__ == "__main__":
    sys.exit(0 if measure("S2: a suite on s3, sqs and dynamodb", three_services, BAR, AIM) else 1)
