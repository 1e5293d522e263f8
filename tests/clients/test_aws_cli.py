"""The AWS CLI, version 1, as a program of its own: it brings its own copy of botocore."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from data import PUSH_SYNC, STREAM_ROLE, STREAMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

# Looked for, not imported: once imported, awscli puts its own botocore in the place of the installed one.
pytestmark = pytest.mark.skipif(find_spec("awscli") is None, reason="no AWS CLI here: pip install awscli")

REGION = "us-east-1"


@pytest.fixture
def aws(cognito_sync_server: CognitoSyncServer) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``aws`` with these arguments; what is not a string is given as JSON."""
    command = (sys.executable, "-m", "awscli", "--endpoint-url", cognito_sync_server.endpoint_url, "--output", "json")
    environment = {**os.environ, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}

    def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
        given = [argument if isinstance(argument, str) else json.dumps(argument) for argument in arguments]
        return subprocess.run(
            [*command, *given], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def answer(aws: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[..., Any]:
    """Run ``aws`` and return the JSON it prints."""

    def run(*arguments: Any) -> Any:
        done = aws(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def pool_id(answer: Callable[..., Any]) -> str:
    """An identity pool that the CLI made."""
    created: str = answer(
        "cognito-identity",
        "create-identity-pool",
        "--identity-pool-name",
        "game",
        "--allow-unauthenticated-identities",
    )["IdentityPoolId"]
    return created


SET = ("cognito-sync", "set-identity-pool-configuration", "--identity-pool-id")
GET = ("cognito-sync", "get-identity-pool-configuration", "--identity-pool-id")


def test_what_is_set_is_what_is_got(
    answer: Callable[..., Any], pool_id: str, cognito_sync_mock: CognitoSyncMock
) -> None:
    expected = {"IdentityPoolId": pool_id, "PushSync": PUSH_SYNC, "CognitoStreams": STREAMS}
    assert answer(*SET, pool_id, "--push-sync", PUSH_SYNC, "--cognito-streams", STREAMS) == expected
    assert answer(*GET, pool_id) == expected
    in_process = cognito_sync_mock.client(region_name=REGION).get_identity_pool_configuration(IdentityPoolId=pool_id)
    assert expected.items() <= in_process.items()


def test_an_empty_member_removes_its_part(answer: Callable[..., Any], pool_id: str) -> None:
    answer(*SET, pool_id, "--push-sync", PUSH_SYNC, "--cognito-streams", STREAMS)
    assert answer(*SET, pool_id, "--push-sync", {}) == {"IdentityPoolId": pool_id, "CognitoStreams": STREAMS}


def test_an_unknown_pool_is_not_found(
    aws: Callable[..., subprocess.CompletedProcess[str]], unknown_pool_id: str
) -> None:
    for operation, refused in (
        ("GetIdentityPoolConfiguration", aws(*GET, unknown_pool_id)),
        ("SetIdentityPoolConfiguration", aws(*SET, unknown_pool_id, "--push-sync", PUSH_SYNC)),
    ):
        assert (refused.returncode, refused.stdout) == (255, "")
        assert refused.stderr.rstrip().endswith(
            f"An error occurred (ResourceNotFoundException) when calling the {operation} operation: "
            f"IdentityPool '{unknown_pool_id}' not found"
        )


def test_a_breach_of_a_constraint_is_refused_and_nothing_is_stored(
    aws: Callable[..., subprocess.CompletedProcess[str]], answer: Callable[..., Any], pool_id: str
) -> None:
    """The CLI knows of minimum lengths, but of no enumeration: this one reaches the service."""
    streams = {"StreamName": "changes", "RoleArn": STREAM_ROLE, "StreamingStatus": "PAUSED"}
    refused = aws(*SET, pool_id, "--cognito-streams", streams)
    assert (refused.returncode, refused.stdout) == (255, "")
    assert refused.stderr.rstrip().endswith(
        "An error occurred (InvalidParameterException) when calling the SetIdentityPoolConfiguration operation: "
        "1 validation error detected: Value 'PAUSED' at 'cognitoStreams.streamingStatus' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"
    )
    assert answer(*GET, pool_id) == {"IdentityPoolId": pool_id}
