"""What one test of the suites S1 and S2 does, and the two ways of running hundreds of such tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _paired import paired, report

if TYPE_CHECKING:
    from collections.abc import Callable

POOL_NAME = "game"
#: Any region and any keys: plain moto needs a region, and both sides get the same.
ENVIRONMENT = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}

_MODULE = """\
import pytest
from _suite import {body}


@pytest.fixture
def plain_moto():
    from moto import mock_aws

    with mock_aws():
        yield


@pytest.mark.parametrize("number", range({tests}))
def test_body({fixture}, number):
    {body}()
"""


def cognito_identity() -> None:
    """Two fresh clients and six calls (S1)."""
    import boto3

    admin: Any = boto3.client("cognito-identity")
    pool_id = admin.create_identity_pool(IdentityPoolName=POOL_NAME, AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    game: Any = boto3.client("cognito-identity")
    identity_id = game.get_id(IdentityPoolId=pool_id)["IdentityId"]
    game.get_open_id_token(IdentityId=identity_id)
    admin.describe_identity_pool(IdentityPoolId=pool_id)
    admin.list_identities(IdentityPoolId=pool_id, MaxResults=10)
    admin.list_identity_pools(MaxResults=10)


def three_services() -> None:
    """Two fresh clients, a fresh resource and six calls of other services (S2)."""
    import boto3

    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="saves")
    s3.put_object(Bucket="saves", Key="one", Body=b"1")
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="turns")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="e4")
    dynamodb: Any = boto3.resource("dynamodb")
    table = dynamodb.create_table(
        TableName="players",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.put_item(Item={"name": "Ada"})


def measure(name: str, body: Callable[[], None], bar: float, aim: float) -> bool:
    """Measure a suite as the command line says, print the table, and return whether it holds.

    ``--quick`` runs the bodies in this process, without pytest, and counts its own work only;
    otherwise two child processes run pytest on 300 such tests, and their wall time counts.
    """
    os.environ.update(ENVIRONMENT)
    if "--quick" in sys.argv:
        return report(f"{name}, in one process", ("mock_cognito_sync", "moto.mock_aws"), _in_process(body), bar, aim)
    tests, rounds = (int(argument) for argument in (*sys.argv[1:], *("300", "3")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        ours = _suite(Path(folder), body.__name__, "cognito_sync_mock", tests)
        theirs = _suite(Path(folder), body.__name__, "plain_moto", tests)
        pairs = paired(ours, theirs, rounds=rounds, calls=1, clock=time.perf_counter)
    return report(f"{name}, pytest on {tests} tests", ("cognito_sync_mock", "moto.mock_aws"), pairs, bar, aim)


def _suite(folder: Path, body: str, fixture: str, tests: int) -> Callable[[], None]:
    """Write a test module and return what runs it."""
    module = folder / f"test_{fixture}.py"
    module.write_text(_MODULE.format(body=body, fixture=fixture, tests=tests))
    here = str(Path(__file__).parent)
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as for a user: compiled modules are kept between runs
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(module)]

    def run() -> None:
        result = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout  # noqa: S101  # a figure of failing tests is none

    return run


def _in_process(body: Callable[[], None]) -> list[tuple[float, float]]:
    from moto import mock_aws

    from cogsync_mock import mock_cognito_sync

    def ours() -> None:
        with mock_cognito_sync():
            body()

    def theirs() -> None:
        with mock_aws():
            body()

    return paired(ours, theirs, rounds=10, calls=5)
