"""requests with requests-aws4auth, as a program of its own: in this process the mock answers requests itself."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from data import PUSH_SYNC
from programs import python

if TYPE_CHECKING:
    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

pytestmark = pytest.mark.skipif(
    find_spec("requests_aws4auth") is None, reason="no requests-aws4auth here: pip install requests-aws4auth"
)


def test_what_is_set_is_what_is_got(cognito_sync_mock: CognitoSyncMock, cognito_sync_server: CognitoSyncServer) -> None:
    pool_id = cognito_sync_mock.create_identity_pool()
    printed = python(
        """
        import json, os, requests
        from requests_aws4auth import AWS4Auth

        with requests.Session() as session:
            session.auth = AWS4Auth("key", "secret", "us-east-1", "cognito-sync")
            url = os.environ["URL"]
            written = session.post(url, json={"PushSync": json.loads(os.environ["PUSH_SYNC"])})
            read = session.get(url)
            unknown = session.get(url.replace("us-east-1", "eu-west-1"))
        print(json.dumps([written.status_code, read.json()["PushSync"], unknown.status_code, unknown.json()]))
        """,
        URL=f"{cognito_sync_server.endpoint_url}/identitypools/{pool_id}/configuration",
        PUSH_SYNC=json.dumps(PUSH_SYNC),
    )
    written, read, unknown, error = json.loads(printed)
    assert (written, read, unknown) == (200, PUSH_SYNC, 404)
    assert error["message"].endswith("not found")
