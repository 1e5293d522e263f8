"""The AWS SDKs for JavaScript, versions 2 and 3, and amazon-cognito-js, in Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from data import PUSH_SYNC, STREAMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

REGION = "us-east-1"
FOLDER = Path(__file__).parent
VARIABLE = "COGSYNC_NODE_MODULES_PREFIX"
HOW_TO = f"run `python tests/clients/install_node_modules.py FOLDER` and set {VARIABLE} to that folder"


@pytest.fixture
def node(cognito_sync_server: CognitoSyncServer) -> Callable[..., Any]:
    """Run a script of this folder, where there is Node.js and the SDKs; return the JSON it prints."""
    assert cognito_sync_server.endpoint_url
    program = shutil.which("node")
    if program is None:
        pytest.skip(f"no Node.js here: install node and npm, then {HOW_TO}")
    prefix = os.environ.get(VARIABLE)
    if not prefix:
        pytest.skip(f"{VARIABLE} is not set: {HOW_TO}")
    if not Path(prefix, "node_modules", "@aws-sdk", "client-cognito-sync").is_dir():
        pytest.skip(f"{VARIABLE} names a folder without the AWS SDK: {HOW_TO}")

    def run(script: str, argument: str) -> Any:
        done = subprocess.run(
            [program, str(FOLDER / script), prefix, argument],
            env={**os.environ, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def report(node: Callable[..., Any], cognito_sync_server: CognitoSyncServer, unknown_pool_id: str) -> Any:
    """What the script prints."""
    request = {
        "endpoint": cognito_sync_server.endpoint_url,
        "PushSync": PUSH_SYNC,
        "CognitoStreams": STREAMS,
        "unknownPoolId": unknown_pool_id,
        "invalidCognitoStreams": {"StreamingStatus": "PAUSED"},
    }
    return node("set_and_get.mjs", json.dumps(request))


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


def test_version_3_takes_its_credentials_from_an_identity_pool_and_speaks_to_other_services(
    node: Callable[..., Any], cognito_sync_mock: CognitoSyncMock, cognito_sync_server: CognitoSyncServer
) -> None:
    pool_id = cognito_sync_mock.create_identity_pool(AllowUnauthenticatedIdentities=True)
    request = {"endpoint": cognito_sync_server.endpoint_url, "identityPoolId": pool_id}
    printed = node("credential_providers.mjs", json.dumps(request))
    assert printed["temporary"]
    assert printed["written"] == [["7", printed["identityId"]]]
    assert printed["refused"] == ["NotAuthorizedException", 403]
    assert (printed["content"], printed["message"]) == ("content", "hello")
    assert printed["shard"] == "shardId-000000000000"
    assert printed["http2"] != "answered"
    stored = boto3.client("s3").head_object(Bucket="from-node", Key="a b/ä")
    assert stored["Metadata"] in ({"some_key": "1"}, {})  # moto before 5.2.5 drops names with underscores


def test_version_2_and_amazon_cognito_js_synchronise_two_devices(
    node: Callable[..., Any], cognito_sync_mock: CognitoSyncMock, cognito_sync_server: CognitoSyncServer
) -> None:
    printed = node("javascript_v2.cjs", cognito_sync_server.endpoint_url)
    assert (printed["received"], printed["conflicts"], printed["resolved"]) == ("7", ["level"], "8")
    assert printed["stored"] == [["level", "8", 2]]
    assert printed["refused"] == [404, "ResourceNotFoundException"]
    about = {"IdentityPoolId": printed["poolId"], "IdentityId": printed["identityId"], "DatasetName": "save"}
    (record,) = cognito_sync_mock.client().list_records(**about)["Records"]
    assert record["LastModifiedBy"] == printed["identityId"]


def test_amazon_cognito_js_writes_again_after_a_deletion_and_merges_a_guest(
    node: Callable[..., Any], cognito_sync_server: CognitoSyncServer
) -> None:
    """A name that was deleted once stays usable, and a login that is known calls onDatasetsMerged."""
    printed = node("javascript_login.cjs", cognito_sync_server.endpoint_url)
    assert printed["stored"] == [["level", "3", 4]]
    assert printed["loggedIn"] == printed["known"] != printed["guest"]
    assert printed["merged"] == [f"save.{printed['guest']}"]
