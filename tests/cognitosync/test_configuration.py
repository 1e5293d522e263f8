"""SetIdentityPoolConfiguration and GetIdentityPoolConfiguration: what is stored, for which pool, and who may."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from data import APPLICATION, PUSH_SYNC, ROLE, STREAM_ROLE, STREAMS
from moto.cognitoidentity.models import CognitoIdentityBackend, cognitoidentity_backends

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import Door

    from cogsync_mock import CognitoSyncMock


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str, str]:
    """Return status, code and message of a refused call."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def stored(client: Any, pool_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get_identity_pool_configuration(IdentityPoolId=pool_id)
    del answer["ResponseMetadata"]
    return answer


def delete_identity_pool(door: Door, pool_id: str) -> None:
    """Delete a pool; by the API where moto has it (5.0.28 does not)."""
    if hasattr(CognitoIdentityBackend, "delete_identity_pool"):
        door.client("cognito-identity").delete_identity_pool(IdentityPoolId=pool_id)
    else:
        del cognitoidentity_backends["123456789012"]["us-east-1"].identity_pools[pool_id]


def test_a_new_pool_has_neither_part(client: Any, pool_id: str) -> None:
    assert stored(client, pool_id) == {"IdentityPoolId": pool_id}


def test_what_is_set_is_what_is_got_and_what_is_answered(client: Any, pool_id: str) -> None:
    answer = client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC, CognitoStreams=STREAMS)
    del answer["ResponseMetadata"]
    assert answer == {"IdentityPoolId": pool_id, "PushSync": PUSH_SYNC, "CognitoStreams": STREAMS}
    assert stored(client, pool_id) == answer


def test_a_member_omitted_leaves_its_part_alone(client: Any, pool_id: str) -> None:
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id)
    assert stored(client, pool_id) == {"IdentityPoolId": pool_id, "PushSync": PUSH_SYNC, "CognitoStreams": STREAMS}


def test_a_member_given_replaces_its_part_whole(client: Any, pool_id: str) -> None:
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={"ApplicationArns": [APPLICATION]})
    assert stored(client, pool_id)["PushSync"] == {"ApplicationArns": [APPLICATION]}


@pytest.mark.parametrize(("member", "value"), [("PushSync", PUSH_SYNC), ("CognitoStreams", STREAMS)])
def test_an_empty_member_removes_its_part(client: Any, pool_id: str, member: str, value: Any) -> None:
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC, CognitoStreams=STREAMS)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, **{member: {}})
    assert member not in stored(client, pool_id)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, **{member: value})
    assert stored(client, pool_id)[member] == value


def test_each_pool_has_its_own_configuration(door: Door, client: Any, pool_id: str) -> None:
    other = door.mock.create_identity_pool("other")
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    assert stored(client, other) == {"IdentityPoolId": other}


def test_an_unknown_pool_is_not_found(client: Any, unknown_pool_id: str) -> None:
    expected = (404, "ResourceNotFoundException", f"IdentityPool '{unknown_pool_id}' not found")
    assert (
        refusal(client.set_identity_pool_configuration, IdentityPoolId=unknown_pool_id, PushSync=PUSH_SYNC) == expected
    )
    assert refusal(client.get_identity_pool_configuration, IdentityPoolId=unknown_pool_id) == expected


def test_a_pool_exists_in_its_own_region_only(door: Door, pool_id: str) -> None:
    elsewhere = door.client(region_name="eu-west-1")
    assert refusal(elsewhere.get_identity_pool_configuration, IdentityPoolId=pool_id)[1] == "ResourceNotFoundException"


def test_a_pool_exists_in_its_own_account_only(client: Any, pool_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    with monkeypatch.context() as patch:
        patch.setenv("MOTO_ACCOUNT_ID", "222222222222")
        assert refusal(client.get_identity_pool_configuration, IdentityPoolId=pool_id)[1] == "ResourceNotFoundException"
    assert stored(client, pool_id)["PushSync"] == PUSH_SYNC


def test_a_deleted_pool_takes_its_configuration_along(door: Door, client: Any) -> None:
    pool_id = door.mock.create_identity_pool(pool_id="us-east-1:0c1ba052-e098-41fa-a76e-eaa2c125f861")
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    delete_identity_pool(door, pool_id)
    assert refusal(client.get_identity_pool_configuration, IdentityPoolId=pool_id)[1] == "ResourceNotFoundException"
    door.mock.create_identity_pool(pool_id=pool_id)
    assert stored(client, pool_id) == {"IdentityPoolId": pool_id}


def test_a_pool_made_again_under_the_same_id_starts_empty(door: Door, client: Any, pool_id: str) -> None:
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    delete_identity_pool(door, pool_id)
    door.mock.create_identity_pool(pool_id=pool_id)
    assert stored(client, pool_id) == {"IdentityPoolId": pool_id}


def test_identity_credentials_are_not_authorized(door: Door, client: Any, pool_id: str, identity_id: str) -> None:
    as_identity = door.identity_client(identity_id)
    expected = (403, "NotAuthorizedException", "These credentials are not valid for accessing this resource")
    assert refusal(as_identity.set_identity_pool_configuration, IdentityPoolId=pool_id, PushSync=PUSH_SYNC) == expected
    assert refusal(as_identity.get_identity_pool_configuration, IdentityPoolId=pool_id) == expected
    assert stored(client, pool_id) == {"IdentityPoolId": pool_id}


def test_credentials_from_cognito_identity_are_not_authorized(door: Door, pool_id: str, identity_id: str) -> None:
    got = door.client("cognito-identity").get_credentials_for_identity(IdentityId=identity_id)["Credentials"]
    as_identity = door.client(
        aws_access_key_id=got["AccessKeyId"],
        aws_secret_access_key=got["SecretKey"],
        aws_session_token=got["SessionToken"],
    )
    assert refusal(as_identity.get_identity_pool_configuration, IdentityPoolId=pool_id)[1] == "NotAuthorizedException"


@pytest.mark.cognito_sync_mock(enforce_credentials=False)
def test_without_enforcement_every_key_may_do_everything(door: Door, pool_id: str, identity_id: str) -> None:
    as_identity = door.identity_client(identity_id)
    as_identity.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    assert stored(as_identity, pool_id)["PushSync"] == PUSH_SYNC


class TestStreamingStatus:
    """DisabledReason says why the service stopped streaming. botocore's model lacks it, so by raw HTTP."""

    def configuration(self, door: Door, pool_id: str) -> Any:
        return door.http("GET", door.configuration_path(pool_id)).json["CognitoStreams"]

    def set(self, door: Door, pool_id: str, **streams: Any) -> Any:
        answer = door.http("POST", door.configuration_path(pool_id), json.dumps({"CognitoStreams": streams}))
        assert answer.status == 200
        return answer.json["CognitoStreams"]

    def test_the_service_stops_streaming(self, door: Door, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        door.mock.stop_streaming(pool_id, "The stream changes does not exist")
        assert self.configuration(door, pool_id) == {
            **STREAMS,
            "StreamingStatus": "DISABLED",
            "DisabledReason": "The stream changes does not exist",
        }

    def test_enabling_again_clears_the_reason(self, door: Door, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        door.mock.stop_streaming(pool_id, "gone")
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        assert self.configuration(door, pool_id) == {**STREAMS, "DisabledReason": None}

    def test_a_clients_reason_is_kept_while_disabled(self, door: Door, pool_id: str) -> None:
        answer = self.set(door, pool_id, StreamingStatus="DISABLED", DisabledReason="maintenance")
        assert answer == {
            "DisabledReason": "maintenance",
            "RoleArn": None,
            "StreamName": None,
            "StreamingStatus": "DISABLED",
        }
        assert self.configuration(door, pool_id) == answer

    def test_a_clients_reason_is_dropped_while_enabled(self, door: Door, pool_id: str) -> None:
        assert self.set(door, pool_id, **STREAMS, DisabledReason="maintenance") == {**STREAMS, "DisabledReason": None}

    def test_boto3_drops_the_reason_as_in_production(self, door: Door, client: Any, pool_id: str) -> None:
        self.set(door, pool_id, StreamingStatus="DISABLED", DisabledReason="maintenance")
        assert stored(client, pool_id)["CognitoStreams"] == {"StreamingStatus": "DISABLED"}

    def test_stopping_what_does_not_stream_is_misuse(
        self, cognito_sync_mock: CognitoSyncMock, unknown_pool_id: str
    ) -> None:
        pool_id = cognito_sync_mock.create_identity_pool()
        with pytest.raises(ValueError, match="does not stream: configure it first"):
            cognito_sync_mock.stop_streaming(pool_id, "gone")
        with pytest.raises(ValueError, match=r"there is no identity pool .*create it first"):
            cognito_sync_mock.stop_streaming(unknown_pool_id, "gone")
        with pytest.raises(ValueError, match="reason must say why streaming was stopped, not ''"):
            cognito_sync_mock.stop_streaming(pool_id, "")


@pytest.mark.cognito_sync_mock(verify_references=True)
class TestVerifyReferences:
    """With the option, a configuration may only name what exists in the mock."""

    def test_missing_ones_are_named_and_nothing_is_stored(self, client: Any, pool_id: str) -> None:
        status, code, message = refusal(
            client.set_identity_pool_configuration,
            IdentityPoolId=pool_id,
            PushSync={"ApplicationArns": [APPLICATION], "RoleArn": ROLE},
            CognitoStreams=STREAMS,
        )
        assert (status, code) == (400, "InvalidParameterException")
        for missing in (f"platform application {APPLICATION}", f"role {ROLE}", f"role {STREAM_ROLE}", "stream changes"):
            assert missing in message
        assert stored(client, pool_id) == {"IdentityPoolId": pool_id}

    def test_existing_ones_are_accepted(self, door: Door, client: Any, pool_id: str) -> None:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = door.client("iam").create_role(RoleName="push", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        application = door.client("sns").create_platform_application(Name="game", Platform="GCM", Attributes={})
        door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        push_sync = {"ApplicationArns": [application["PlatformApplicationArn"]], "RoleArn": role}
        streams = {"StreamName": "changes", "RoleArn": role, "StreamingStatus": "ENABLED"}
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=push_sync, CognitoStreams=streams)
        assert stored(client, pool_id) == {"IdentityPoolId": pool_id, "PushSync": push_sync, "CognitoStreams": streams}

    def test_removing_needs_nothing(self, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={}, CognitoStreams={})
        assert stored(client, pool_id) == {"IdentityPoolId": pool_id}


class TestConcurrentModification:
    """Calls that overlap in time: the later one is refused, nothing is lost or mixed."""

    def test_the_later_call_is_refused(
        self,
        client: Any,
        door: Door,
        pool_id: str,
        modification_in_progress: Callable[..., AbstractContextManager[None]],
    ) -> None:
        with modification_in_progress(pool_id, PUSH_SYNC):
            assert refusal(client.set_identity_pool_configuration, IdentityPoolId=pool_id, PushSync={}) == (
                400,
                "ConcurrentModificationException",
                f"IdentityPool '{pool_id}' is being modified by another request",
            )
            other = door.mock.create_identity_pool("other")
            client.set_identity_pool_configuration(IdentityPoolId=other, PushSync=PUSH_SYNC)
            assert stored(client, pool_id) == {"IdentityPoolId": pool_id}
        assert stored(client, pool_id)["PushSync"] == PUSH_SYNC

    def test_threads_never_see_a_mixture(self, door: Door, pool_id: str) -> None:
        """Each writer sets both parts to its own number; whoever reads finds two equal numbers."""
        seen: list[tuple[str, str]] = []
        unexpected: list[BaseException] = []

        def write(number: int) -> None:
            client = door.client()
            for _ in range(10):
                role = f"arn:aws:iam::123456789012:role/{number}"
                try:
                    client.set_identity_pool_configuration(
                        IdentityPoolId=pool_id, PushSync={"RoleArn": role}, CognitoStreams={"RoleArn": role}
                    )
                except client.exceptions.ConcurrentModificationException:
                    pass
                except ClientError as error:
                    unexpected.append(error)
                got = client.get_identity_pool_configuration(IdentityPoolId=pool_id)
                if "PushSync" in got:
                    seen.append((got["PushSync"]["RoleArn"], got["CognitoStreams"]["RoleArn"]))

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
        assert not unexpected
        assert seen
        assert [pair for pair in seen if pair[0] != pair[1]] == []


def test_a_pool_of_another_region_is_told_in_the_log(
    aws_mock: CognitoSyncMock, caplog: pytest.LogCaptureFixture
) -> None:
    """AWS's message says only that it is not there."""
    pool_id = aws_mock.create_identity_pool()
    client = aws_mock.client(region_name="eu-west-1")
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=f"IdentityPool '{pool_id}' not found"):
        client.get_identity_pool_configuration(IdentityPoolId=pool_id)
    assert "its id names region 'us-east-1', and the client asks in 'eu-west-1'" in caplog.text
