"""P1: SetIdentityPoolConfiguration through boto3 in process, over the same client answered by a canned reply.

The canned reply is given in a process without moto: where moto is loaded, its handler runs for every client.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import boto3
from _paired import CHILD, Child, alternated, report, serve
from botocore.awsrequest import AWSResponse

POOL_ID = "us-east-1:0c1ba052-e098-41fa-a76e-eaa2c125f861"
PUSH_SYNC = {
    "ApplicationArns": ["arn:aws:sns:us-east-1:123456789012:app/GCM/game"],
    "RoleArn": "arn:aws:iam::123456789012:role/push",
}
BAR, AIM = 1.3, 1.15
ROUNDS, CALLS = 100, 25


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def canned_client() -> Any:
    """Return a client that nothing but a canned reply answers."""
    reply = json.dumps({"CognitoStreams": None, "IdentityPoolId": POOL_ID, "PushSync": PUSH_SYNC}).encode()

    def answer(request: Any, **_: Any) -> AWSResponse:
        headers: Any = {"content-type": "application/json", "x-amzn-RequestId": "0"}
        raw: Any = _Raw(reply)
        return AWSResponse(request.url, 200, headers, raw)

    client = boto3.client(
        "cognito-sync", "us-east-1", aws_access_key_id="FOOBARKEY", aws_secret_access_key="FOOBARSECRET"
    )
    client.meta.events.register("before-send", answer)
    return client


def measure(side: str) -> None:
    """Measure one side, as the other process asks."""
    if side == "canned":
        canned = canned_client()
        assert "moto" not in sys.modules  # noqa: S101  # that is the point of it
        serve({"": lambda: canned.set_identity_pool_configuration(IdentityPoolId=POOL_ID, PushSync=PUSH_SYNC)}, CALLS)
        return
    from cogsync_mock import mock_cognito_sync

    with mock_cognito_sync() as mock:
        mock.create_identity_pool(pool_id=POOL_ID)
        mocked = mock.client()
        serve({"": lambda: mocked.set_identity_pool_configuration(IdentityPoolId=POOL_ID, PushSync=PUSH_SYNC)}, CALLS)


def main() -> int:
    """Measure and print."""
    if CHILD in sys.argv:
        measure(sys.argv[-1])
        return 0
    ours, theirs = Child("mocked"), Child("canned")
    pairs = alternated(ours.measure, theirs.measure, rounds=ROUNDS)
    ours.stop()
    theirs.stop()
    holds = report("P1: one call in process", ("mock_cognito_sync", "canned before-send reply"), pairs, BAR, AIM)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
