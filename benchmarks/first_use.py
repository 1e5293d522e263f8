"""First use in a fresh process: imports, first start, first client, first call; ours, plain moto, botocore's Stubber.

``python benchmarks/first_use.py [ROUNDS]``
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

_BEGIN = """
import json, time
marks, begin = {}, time.perf_counter()
def mark(name):
    global begin
    now = time.perf_counter()
    marks[name] = (now - begin) * 1000
    begin = now
import boto3
"""
_CALLS = """
client = boto3.client("sqs", "us-east-1")
mark("first client")
client.create_queue(QueueName="turns")
mark("first call")
other = boto3.client("sqs", "us-east-1")
mark("second client")
other.create_queue(QueueName="turns")
mark("second call")
"""
_END = """
print(json.dumps(marks))
"""
_MOCK = """
mark("imports")
mock = mock()
mock.start()
mark("first start")
"""
_STOP = """
mock.stop()
mark("first stop")
mock.start()
mark("second start")
mock.stop()
"""
PROGRAMS = {
    "mock_cognito_sync": "from cogsync_mock import mock_cognito_sync as mock" + _MOCK + _CALLS + _STOP,
    "moto.mock_aws": "from moto import mock_aws as mock" + _MOCK + _CALLS + _STOP,
    "Stubber": """
from botocore.stub import Stubber
mark("imports")
answer = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/turns"}
client = boto3.client("sqs", "us-east-1")
stub = Stubber(client)
stub.activate()
mark("first client")
stub.add_response("create_queue", answer)
client.create_queue(QueueName="turns")
mark("first call")
other = boto3.client("sqs", "us-east-1")
stub = Stubber(other)
stub.activate()
mark("second client")
stub.add_response("create_queue", answer)
other.create_queue(QueueName="turns")
mark("second call")
""",
}
ROWS = (
    "imports",
    "first start",
    "first client",
    "first call",
    "second client",
    "second call",
    "first stop",
    "second start",
)


def main() -> int:
    """Measure in turn and print the medians."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 7
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as for a user: compiled modules are kept between runs
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in PROGRAMS}
    for number in range(rounds + 1):
        for name, program in PROGRAMS.items():
            command = [sys.executable, "-c", _BEGIN + program + _END]
            printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
            if number:
                taken[name].append(json.loads(printed))
    print("\nFirst use in a fresh process [ms], medians")
    print(f"  {'':20}" + "".join(f"{name:>20}" for name in PROGRAMS))
    for row in ROWS:
        cells = [[marks[row] for marks in taken[name] if row in marks] for name in PROGRAMS]
        print(f"  {row:20}" + "".join(f"{statistics.median(cell):20.1f}" if cell else f"{'-':>20}" for cell in cells))
    totals = [statistics.median(sum(marks.values()) for marks in taken[name]) for name in PROGRAMS]
    print(f"  {'all':20}" + "".join(f"{total:20.1f}" for total in totals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
