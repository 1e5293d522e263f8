"""The API page of SetIdentityPoolConfiguration, sentence by sentence: its sample, members, constraints and errors.

Each test bears the name of what it checks on the page.
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from data import APPLICATION, OTHER_APPLICATION, ROLE, STREAM_ROLE

from cogsync_mock.cognitosync.wire.contract import operations

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import Door, Response

    from cogsync_mock import CognitoSyncMock, CognitoSyncServer

OPERATION = operations()["SetIdentityPoolConfiguration"]
PATTERN = "Member must satisfy regular expression pattern: "


def post(door: Door, pool_id: str, **members: Any) -> Response:
    return door.http(
        "POST", door.configuration_path(pool_id), json.dumps(members), headers={"Content-type": "application/json"}
    )


def message_of(answer: Response) -> str:
    """Return the message of an InvalidParameterException with one violation."""
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "InvalidParameterException:")
    message: str = answer.json["message"]
    start = "1 validation error detected: "
    assert message.startswith(start)
    return message.removeprefix(start)


# ------------------------------------------------------------------ the sample


@pytest.mark.parametrize("authorization", ["FOOBARKEY/20141004/us-east-1/cognito-sync/aws4_request", "<credential>"])
def test_example_request_gets_example_response(
    cognito_sync_mock: CognitoSyncMock, cognito_sync_server: CognitoSyncServer, authorization: str
) -> None:
    """The sample, byte for byte over a socket, upper-case headers and all; only its placeholders are filled in."""
    pool_id = cognito_sync_mock.create_identity_pool()
    body = f"""{{
    "IdentityPoolId": "{pool_id}",
    "PushSync":
    {{
        "ApplicationArns": ["{APPLICATION}", "{OTHER_APPLICATION}"],
        "RoleArn": "{ROLE}"
    }}
}}"""
    request = f"""POST / HTTP/1.1
CONTENT-TYPE: application/json
X-AMZN-REQUESTID: a46db021-f5dd-45d6-af5b-7069fa4a211b
X-AMZ-TARGET: com.amazonaws.cognito.sync.model.AWSCognitoSyncService.SetIdentityPoolConfiguration
HOST: cognito-sync.us-east-1.amazonaws.com
X-AMZ-DATE: 20141004T200006Z
AUTHORIZATION: AWS4-HMAC-SHA256 Credential={authorization}, \
SignedHeaders=content-type;content-length;host;x-amz-date;x-amz-target, Signature=<signature>
CONTENT-LENGTH: {len(body)}

""".replace("\n", "\r\n")
    address = urlsplit(cognito_sync_server.endpoint_url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall((request + body).encode())
        # The server would keep the connection for more.
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    lines = [line.lower() for line in head.decode().split("\r\n")]
    assert lines[0] == "http/1.1 200 ok"
    assert "x-amzn-requestid: a46db021-f5dd-45d6-af5b-7069fa4a211b" in lines
    assert "content-type: application/json" in lines
    assert f"content-length: {len(content)}" in lines
    assert any(line.startswith("date: ") for line in lines)
    sample = {
        "IdentityPoolId": pool_id,
        "PushSync": {"ApplicationArns": [APPLICATION, OTHER_APPLICATION], "RoleArn": ROLE},
    }
    # The sample was "edited for readability": really sent are absent members, too, as null.
    assert json.loads(content) == {"CognitoStreams": None, **sample}


def test_request_syntax(door: Door, pool_id: str) -> None:
    """All members of the page, sent at once over REST, come back in the page's order."""
    streams = {
        "DisabledReason": "maintenance",
        "RoleArn": STREAM_ROLE,
        "StreamingStatus": "DISABLED",
        "StreamName": "changes",
    }
    push_sync = {"ApplicationArns": [APPLICATION], "RoleArn": ROLE}
    answer = post(door, pool_id, CognitoStreams=streams, PushSync=push_sync)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"CognitoStreams": streams, "IdentityPoolId": pool_id, "PushSync": push_sync}
    assert list(answer.json) == ["CognitoStreams", "IdentityPoolId", "PushSync"]


# ----------------------------------------------------- URI request parameters


def test_identity_pool_id_minimum_length_of_1(door: Door) -> None:
    answer = post(door, "")
    assert answer.json["message"].startswith(
        "2 validation errors detected: Value '' at 'identityPoolId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
    )


def test_identity_pool_id_maximum_length_of_55(door: Door) -> None:
    longest = "us-east-1:" + "0" * 45
    assert post(door, longest).status == 404
    assert message_of(post(door, longest + "0")) == (
        f"Value '{longest}0' at 'identityPoolId' failed to satisfy constraint: "
        "Member must have length less than or equal to 55"
    )


@pytest.mark.parametrize("malformed", ["us-east-1", "us-east-1:23EC4050", "us east:1", "us-east-1:0/1", "a:b:c"])
def test_identity_pool_id_pattern(door: Door, malformed: str) -> None:
    """The hexadecimal part is in lower case, although the page's own example is not."""
    assert message_of(post(door, malformed)) == (
        f"Value '{malformed}' at 'identityPoolId' failed to satisfy constraint: {PATTERN}[\\w-]+:[0-9a-f-]+"
    )


def test_identity_pool_id_required(door: Door) -> None:
    headers = {"X-Amz-Target": "AWSCognitoSyncService.SetIdentityPoolConfiguration"}
    assert message_of(door.http("POST", "/", "{}", headers=headers)) == (
        "Value null at 'identityPoolId' failed to satisfy constraint: Member must not be null"
    )


# --------------------------------------------------------------- request body


def test_cognito_streams_not_required(door: Door, pool_id: str) -> None:
    answer = post(door, pool_id, PushSync={"RoleArn": ROLE})
    assert (answer.status, answer.json["CognitoStreams"]) == (200, None)


def test_push_sync_not_required(door: Door, pool_id: str) -> None:
    answer = post(door, pool_id, CognitoStreams={"StreamName": "changes"})
    assert (answer.status, answer.json["PushSync"]) == (200, None)


def test_cognito_streams_disabled_reason(door: Door, pool_id: str) -> None:
    answer = post(door, pool_id, CognitoStreams={"StreamingStatus": "DISABLED", "DisabledReason": "why"})
    assert answer.json["CognitoStreams"]["DisabledReason"] == "why"


def test_cognito_streams_stream_name(door: Door, pool_id: str) -> None:
    """1 to 128 characters."""
    assert post(door, pool_id, CognitoStreams={"StreamName": "x" * 128}).status == 200
    where = "at 'cognitoStreams.streamName' failed to satisfy constraint: Member must have length"
    assert f"{where} less than or equal to 128" in message_of(
        post(door, pool_id, CognitoStreams={"StreamName": "x" * 129})
    )
    assert f"{where} greater than or equal to 1" in message_of(post(door, pool_id, CognitoStreams={"StreamName": ""}))


@pytest.mark.parametrize("status", ["ENABLED", "DISABLED"])
def test_cognito_streams_streaming_status(door: Door, pool_id: str, status: str) -> None:
    assert (
        post(door, pool_id, CognitoStreams={"StreamingStatus": status}).json["CognitoStreams"]["StreamingStatus"]
        == status
    )
    assert message_of(post(door, pool_id, CognitoStreams={"StreamingStatus": status.lower()})) == (
        f"Value '{status.lower()}' at 'cognitoStreams.streamingStatus' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ENABLED, DISABLED]"
    )


@pytest.mark.parametrize(("part", "member"), [("CognitoStreams", "cognitoStreams"), ("PushSync", "pushSync")])
def test_role_arn(door: Door, pool_id: str, part: str, member: str) -> None:
    """20 to 2048 characters of the pattern; of both parts."""
    start = "arn:aws:iam::1:role/"
    assert len(start) == 20
    for good in (start, start + "x" * 2028):
        assert post(door, pool_id, **{part: {"RoleArn": good}}).json[part]["RoleArn"] == good
    where = f"at '{member}.roleArn' failed to satisfy constraint: "
    long = message_of(post(door, pool_id, **{part: {"RoleArn": start + "x" * 2029}}))
    assert long.endswith(f"{where}Member must have length less than or equal to 2048")
    wrong = message_of(post(door, pool_id, **{part: {"RoleArn": "arn:aws-cn:iam::1:role/x"}}))
    assert wrong == f"Value 'arn:aws-cn:iam::1:role/x' {where}{PATTERN}arn:aws:iam::\\d+:role/.*"
    short = post(door, pool_id, **{part: {"RoleArn": "arn:aws:iam::1:role"}}).json["message"]
    assert short == (
        f"2 validation errors detected: Value 'arn:aws:iam::1:role' {where}"
        f"Member must have length greater than or equal to 20; "
        f"Value 'arn:aws:iam::1:role' {where}{PATTERN}arn:aws:iam::\\d+:role/.*"
    )


@pytest.mark.parametrize("platform", ["APNS", "APNS_SANDBOX", "GCM", "ADM"])
def test_push_sync_application_arns(door: Door, pool_id: str, platform: str) -> None:
    good = f"arn:aws:sns:us-east-1:123456789012:app/{platform}/game_1.0-beta"
    assert post(door, pool_id, PushSync={"ApplicationArns": [good]}).json["PushSync"]["ApplicationArns"] == [good]
    bad = good.replace("app/", "topic/")
    assert message_of(post(door, pool_id, PushSync={"ApplicationArns": [good, bad]})) == (
        f"Value '{bad}' at 'pushSync.applicationArns.2.member' failed to satisfy constraint: "
        f"{PATTERN}arn:aws:sns:[-0-9a-z]+:\\d+:app/[A-Z_]+/[a-zA-Z0-9_.-]+"
    )


# --------------------------------------------------------------------- errors


def test_errors_are_those_of_the_page() -> None:
    assert dict(OPERATION.errors) == {
        "ConcurrentModificationException": 400,
        "InternalErrorException": 500,
        "InvalidParameterException": 400,
        "NotAuthorizedException": 403,
        "ResourceNotFoundException": 404,
        "TooManyRequestsException": 429,
    }


def test_concurrent_modification_exception(
    door: Door, pool_id: str, modification_in_progress: Callable[..., AbstractContextManager[None]]
) -> None:
    """Thrown if there are parallel requests to modify a resource."""
    with modification_in_progress(pool_id, {"RoleArn": ROLE}):
        answer = post(door, pool_id, PushSync={})
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ConcurrentModificationException:")
    assert answer.json == {"message": f"IdentityPool '{pool_id}' is being modified by another request"}


def test_invalid_parameter_exception(door: Door, pool_id: str) -> None:
    """Thrown when a request parameter does not comply with the associated constraints."""
    assert "'nonsense'" in message_of(post(door, pool_id, CognitoStreams={"StreamingStatus": "nonsense"}))


def test_not_authorized_exception(door: Door, pool_id: str, identity_id: str) -> None:
    """Thrown when a user is not authorized to access the requested resource: here, temporary user credentials."""
    client = door.identity_client(identity_id)
    with pytest.raises(client.exceptions.NotAuthorizedException) as caught:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert caught.value.response["Error"]["Message"] == "These credentials are not valid for accessing this resource"


def test_resource_not_found_exception(door: Door, unknown_pool_id: str) -> None:
    """Thrown if the resource doesn't exist."""
    answer = post(door, unknown_pool_id)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException:")
    assert answer.json == {"message": f"IdentityPool '{unknown_pool_id}' not found"}


@pytest.mark.parametrize(("name", "status"), [("TooManyRequestsException", 429), ("InternalErrorException", 500)])
def test_too_many_requests_and_internal_error_exceptions(client: Any, name: str, status: int) -> None:
    """Only AWS's own state of health causes these two; the contract declares them, and boto3 can catch them."""
    assert OPERATION.errors[name] == status
    assert issubclass(getattr(client.exceptions, name), client.exceptions.ClientError)
