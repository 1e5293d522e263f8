"""The seam into moto: plain mock_aws serves cognito-sync, with all that moto does for a service of its own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import boto3
import moto.backend_index
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from data import PUSH_SYNC
from moto import mock_aws
from moto.backends import get_backend
from moto.core.exceptions import ServiceNotWhitelisted
from moto.moto_api import recorder
from programs import python

from cogsync_mock import mock_cognito_sync
from cogsync_mock.cognitosync.models import CognitoSyncBackend, cognitosync_backends
from cogsync_mock.runtime import moto_seam

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Door

ONCE = Config(retries={"max_attempts": 0})


def new_pool(region: str = "us-east-1") -> str:
    created: str = boto3.client("cognito-identity", region).create_identity_pool(
        IdentityPoolName="game", AllowUnauthenticatedIdentities=False
    )["IdentityPoolId"]
    return created


@mock_aws
def test_plain_mock_aws_serves_it() -> None:
    pool_id, client = new_pool(), boto3.client("cognito-sync", "us-east-1")
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC


@pytest.mark.parametrize(
    "imports",
    [
        "import cogsync_mock; from moto import mock_aws",
        "from moto import mock_aws; import cogsync_mock",
        "import moto.backend_index; import cogsync_mock; from moto import mock_aws",
    ],
)
def test_the_order_of_imports_does_not_matter(imports: str) -> None:
    code = f"""
    {imports}
    import boto3
    with mock_aws():
        client = boto3.client("cognito-sync", "us-east-1")
        try:
            client.get_identity_pool_configuration(IdentityPoolId="us-east-1:0")
        except client.exceptions.ResourceNotFoundException as error:
            print(error.response["Error"]["Message"])
    """
    assert python(code) == "IdentityPool 'us-east-1:0' not found"


def test_moto_finds_it_by_its_own_rules() -> None:
    assert get_backend("cognitosync") is cognitosync_backends  # type: ignore[call-overload]
    assert isinstance(cognitosync_backends["123456789012"]["us-east-1"], CognitoSyncBackend)


def test_register_twice_and_unregister_twice() -> None:
    patterns = moto.backend_index.backend_url_patterns
    moto_seam.register()
    moto_seam.register()
    assert [service for service, _ in patterns].count("cognitosync") == 1
    moto_seam.unregister()
    moto_seam.unregister()
    assert "cognitosync" not in [service for service, _ in patterns]
    assert "moto.cognitosync" not in sys.modules
    with mock_aws(), pytest.raises(boto3.client("cognito-sync", "us-east-1").exceptions.ClientError):
        boto3.client("cognito-sync", "us-east-1").get_identity_pool_configuration(IdentityPoolId="us-east-1:0")
    moto_seam.register()
    moto_seam.check()


def test_a_seam_that_moved_is_reported_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto.backend_index, "backend_url_patterns", ())
    with pytest.raises(RuntimeError) as caught, mock_cognito_sync():
        pass
    assert str(caught.value) == (
        f"cogsync_mock cannot register cognito-sync with moto {moto.__version__}: "
        "moto.backend_index.backend_url_patterns is not a list. "
        "Install another moto (5.0.28 or newer is tested) or a newer cogsync_mock."
    )


@mock_aws
def test_regions_are_apart() -> None:
    pool_id = new_pool("eu-west-1")
    here = boto3.client("cognito-sync", "eu-west-1")
    there = boto3.client("cognito-sync", "us-west-2")
    assert here.get_identity_pool_configuration(IdentityPoolId=pool_id)["IdentityPoolId"] == pool_id
    with pytest.raises(there.exceptions.ResourceNotFoundException):
        there.get_identity_pool_configuration(IdentityPoolId=pool_id)


@pytest.mark.parametrize("mock", [mock_aws, mock_cognito_sync], ids=["moto", "ours"])
def test_a_region_without_the_service_has_no_such_host(mock: Any) -> None:
    with mock():
        client = boto3.client("cognito-sync", "eu-north-1", config=ONCE)
        with pytest.raises(EndpointConnectionError) as caught:
            client.get_identity_pool_configuration(IdentityPoolId="eu-north-1:0")
    assert "https://cognito-sync.eu-north-1.amazonaws.com/identitypools/" in str(caught.value)


def test_on_the_server_such_a_region_is_told_apart(door: Door) -> None:
    if door.endpoint_url is None:
        pytest.skip("in process there is no such host; see the test above")
    client = door.client(region_name="eu-north-1")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.get_identity_pool_configuration(IdentityPoolId="eu-north-1:0")
    assert caught.value.response["Error"] == {
        "Code": "UnknownEndpointException",
        "Message": "Amazon Cognito Sync has no endpoint in region 'eu-north-1': "
        "in production its host name does not resolve",
    }


def test_any_region_if_moto_shall_allow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ALLOW_NONEXISTENT_REGION", "true")
    with mock_cognito_sync():
        client = boto3.client("cognito-sync", "eu-north-1", config=ONCE)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_identity_pool_configuration(IdentityPoolId="eu-north-1:0")


@pytest.mark.parametrize("mock", [mock_aws, mock_cognito_sync], ids=["moto", "ours"])
def test_service_whitelist(mock: Any) -> None:
    both = {"core": {"service_whitelist": ["cognitosync", "cognitoidentity"]}}
    with mock(config=both):
        client = boto3.client("cognito-sync", "us-east-1")
        assert client.get_identity_pool_configuration(IdentityPoolId=new_pool())["IdentityPoolId"]
    with mock(config={"core": {"service_whitelist": ["cognitoidentity"]}}):
        client = boto3.client("cognito-sync", "us-east-1")
        with pytest.raises(ServiceNotWhitelisted, match="cognitosync"):
            client.get_identity_pool_configuration(IdentityPoolId="us-east-1:0")


def test_recorder_and_replay(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What moto's recorder saw of both doors makes the same state again."""
    monkeypatch.setattr(recorder, "_location", str(tmp_path / "recording"))
    pool_id = door.mock.create_identity_pool(pool_id="us-east-1:0c1ba052-e098-41fa-a76e-eaa2c125f861")
    client = door.client()
    recorder.start_recording()
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    recorder.stop_recording()
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={})
    recorded = [json.loads(line) for line in recorder.download_recording().splitlines()]
    assert [entry["method"] for entry in recorded] == ["POST"]
    recorder.replay_recording(target_host=door.endpoint_url)
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC


def test_dashboard(door: Door) -> None:
    pool_id = door.mock.create_identity_pool()
    door.client().set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    base = door.endpoint_url or "http://motoapi.amazonaws.com"
    shown = requests.get(f"{base}/moto-api/data.json", timeout=10).json()["cognitosync"]["Pool"]
    (pool,) = (pool for pool in shown if pool["identity_pool_id"] == pool_id)
    assert (pool["push_sync"], pool["cognito_streams"]) == (PUSH_SYNC, None)


def test_reset_by_motos_own_route(door: Door) -> None:
    pool_id = door.mock.create_identity_pool()
    base = door.endpoint_url or "http://motoapi.amazonaws.com"
    assert requests.post(f"{base}/moto-api/reset", timeout=10).status_code == 200
    client = door.client()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_identity_pool_configuration(IdentityPoolId=pool_id)


def test_motos_own_server_knows_it_too() -> None:
    """A program that has imported this package and starts moto's server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        keys: dict[str, Any] = {
            "aws_access_key_id": "key",
            "aws_secret_access_key": "secret",
            "endpoint_url": f"http://{host}:{port}",
            "region_name": "us-east-1",
        }
        pool_id = boto3.client("cognito-identity", **keys).create_identity_pool(
            IdentityPoolName="game", AllowUnauthenticatedIdentities=False
        )["IdentityPoolId"]
        client = boto3.client("cognito-sync", **keys)
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
        assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC
    finally:
        server.stop()
