"""P1: SetIdentityPoolConfiguration through boto3 in process, over the same client answered by a canned reply."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import boto3
from _paired import paired, report
from botocore.awsrequest import AWSResponse

POOL_ID = "us-east-1:0c1ba052-e098-41fa-a76e-eaa2c125f861"
PUSH_SYNC = {
    "ApplicationArns": ["arn:aws:sns:us-east-1:123456789012:app/GCM/game"],
    "RoleArn": "arn:aws:iam::123456789012:role/push",
}
BAR = 1.4


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def canned_client() -> Any:
    """Return a client that nothing but a canned reply answers; made before any mock is even imported."""
    reply = json.dumps({"CognitoStreams": None, "IdentityPoolId": POOL_ID, "PushSync": PUSH_SYNC}).encode()

    def answer(request: Any, **_: Any) -> AWSResponse:
        headers = {"content-type": "application/json", "x-amzn-RequestId": "0"}
        return AWSResponse(request.url, 200, headers, _Raw(reply))

    client = boto3.client(
        "cognito-sync", "us-east-1", aws_access_key_id="FOOBARKEY", aws_secret_access_key="FOOBARSECRET"
    )
    client.meta.events.register("before-send", answer)
    return client


def main() -> int:
    """Measure and print."""
    canned = canned_client()
    from cogsync_mock import mock_cognito_sync

    with mock_cognito_sync() as mock:
        pool_id = mock.create_identity_pool(pool_id=POOL_ID)
        mocked = mock.client()
        pairs = paired(
            lambda: mocked.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC),
            lambda: canned.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC),
            rounds=100,
            calls=25,
        )
    holds = report("P1: one call in process", ("mock_cognito_sync", "canned before-send reply"), pairs, BAR)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
