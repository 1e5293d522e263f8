"""boto 2, which many an old application still has, as a program of its own."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from data import PUSH_SYNC
from programs import python

if TYPE_CHECKING:
    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

pytestmark = [
    pytest.mark.skipif(find_spec("boto") is None, reason="no boto here: pip install boto"),
    pytest.mark.skipif(sys.version_info >= (3, 12), reason="boto 2 does not run on Python 3.12"),
]


def test_it_writes_and_reads_records(
    cognito_sync_mock: CognitoSyncMock, cognito_sync_server: CognitoSyncServer
) -> None:
    pool_id = cognito_sync_mock.create_identity_pool()
    identity_id = cognito_sync_mock.create_identity(pool_id)
    printed = python(
        """
        import json, os, warnings
        warnings.simplefilter("ignore")
        from boto.cognito.sync.layer1 import CognitoSyncConnection
        from boto.cognito.sync.exceptions import ResourceNotFoundException
        from boto.regioninfo import RegionInfo

        pool, identity, push = json.loads(os.environ["ARGUMENTS"])
        client = CognitoSyncConnection(
            aws_access_key_id="key", aws_secret_access_key="secret", is_secure=False,
            region=RegionInfo(name="us-east-1", endpoint="localhost"), port=int(os.environ["PORT"]))
        client.auth_region_name = "us-east-1"
        configured = client.set_identity_pool_configuration(pool, push_sync=push)
        token = client.list_records(pool, identity, "save")["SyncSessionToken"]
        patch = {"Op": "replace", "Key": "level", "Value": "7", "SyncCount": 0}
        client.update_records(pool, identity, "save", token, record_patches=[patch])
        (record,) = client.list_records(pool, identity, "save")["Records"]
        try:
            client.get_identity_pool_configuration(pool.replace("us-east-1", "eu-west-1"))
        except ResourceNotFoundException as error:
            refused = error.status
        print(json.dumps([configured["PushSync"], record["Value"], refused]))
        """,
        ARGUMENTS=json.dumps([pool_id, identity_id, PUSH_SYNC]),
        PORT=str(urlsplit(cognito_sync_server.endpoint_url).port),
    )
    assert json.loads(printed) == [PUSH_SYNC, "7", 404]
