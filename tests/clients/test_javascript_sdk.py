"""The AWS SDK for JavaScript, version 3, in Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from data import PUSH_SYNC, STREAMS

if TYPE_CHECKING:
    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

REGION = "us-east-1"
SCRIPT = Path(__file__).with_name("set_and_get.mjs")
VARIABLE = "COGSYNC_NODE_MODULES_PREFIX"
HOW_TO = f"run `python tests/clients/install_node_modules.py FOLDER` and set {VARIABLE} to that folder"


@pytest.fixture
def node() -> list[str]:
    """The command that runs the script, where there is Node.js and the SDK."""
    program = shutil.which("node")
    if program is None:
        pytest.skip(f"no Node.js here: install node and npm, then {HOW_TO}")
    prefix = os.environ.get(VARIABLE)
    if not prefix:
        pytest.skip(f"{VARIABLE} is not set: {HOW_TO}")
    if not Path(prefix, "node_modules", "@aws-sdk", "client-cognito-sync").is_dir():
        pytest.skip(f"{VARIABLE} names a folder without the AWS SDK: {HOW_TO}")
    return [program, str(SCRIPT), prefix]


@pytest.fixture
def report(node: list[str], cognito_sync_server: CognitoSyncServer, unknown_pool_id: str) -> Any:
    """What the script prints."""
    request = {
        "endpoint": cognito_sync_server.endpoint_url,
        "PushSync": PUSH_SYNC,
        "CognitoStreams": STREAMS,
        "unknownPoolId": unknown_pool_id,
        "invalidCognitoStreams": {"StreamingStatus": "PAUSED"},
    }
    done = subprocess.run(
        [*node, json.dumps(request)],
        env={**os.environ, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_set_is_what_is_got(report: Any, cognito_sync_mock: CognitoSyncMock) -> None:
    pool_id = report["IdentityPoolId"]
    empty = {"status": 200, "IdentityPoolId": pool_id}
    assert report["fresh"] == empty
    assert report["set"] == {**empty, "PushSync": PUSH_SYNC, "CognitoStreams": STREAMS}
    assert report["got"] == report["set"]
    assert report["without push"] == {**empty, "CognitoStreams": STREAMS}
    in_process = cognito_sync_mock.client(region_name=REGION).get_identity_pool_configuration(IdentityPoolId=pool_id)
    assert (in_process["CognitoStreams"], "PushSync" in in_process) == (STREAMS, False)


def test_refusals_are_the_sdks_own_errors(report: Any, unknown_pool_id: str) -> None:
    not_found = {
        "status": 404,
        "name": "ResourceNotFoundException",
        "class": "ResourceNotFoundException",
        "message": f"IdentityPool '{unknown_pool_id}' not found",
    }
    assert report["getting from an unknown pool"] == not_found
    assert report["setting an unknown pool"] == not_found
    assert report["setting what is invalid"] == {
        "status": 400,
        "name": "InvalidParameterException",
        "class": "InvalidParameterException",
        "message": (
            "1 validation error detected: Value 'PAUSED' at 'cognitoStreams.streamingStatus' failed to satisfy "
            "constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"
        ),
    }
