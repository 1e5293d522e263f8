"""The log of every call: the application's, and what Cognito Sync did to other services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from data import STREAMS
from test_records import Data, put

from cogsync_mock import CognitoSyncMock, mock_cognito_sync
from cogsync_mock.aws import calls
from cogsync_mock.aws.exchange import ServiceCall

if TYPE_CHECKING:
    from conftest import Door


def write(mock: CognitoSyncMock, number: int = 1) -> None:
    """Have so many records put on a stream."""
    pool_id = mock.create_identity_pool()
    mock.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
    client = mock.client()
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
    data = Data(client, pool_id, mock.create_identity(pool_id))
    for key in range(number):
        data.update(put(str(key)))


def test_a_sequence_of_small_records() -> None:
    with mock_cognito_sync() as mock:
        assert isinstance(mock.calls, Sequence)
        assert len(mock.calls) == 0
        with pytest.raises(LookupError, match="no call was made"):
            _ = mock.calls.last
        write(mock, 3)
        assert (len(mock.calls.deliveries), len(mock.calls[1:])) == (3, len(mock.calls) - 1)
        assert mock.calls[-1] is mock.calls.last
        assert mock.calls.of("PutRecord") == mock.calls.deliveries
        assert mock.calls.of("Publish") == []
        assert "PutRecord" in repr(mock.calls)
        mock.calls.clear()
        assert list(mock.calls) == []


def test_it_can_be_read_after_the_mock() -> None:
    with mock_cognito_sync() as mock:
        write(mock)
    with mock_cognito_sync() as other:
        assert (len(mock.calls.deliveries), len(other.calls)) == (1, 0)


def test_nested_mocks_share_it_and_reset_empties_it() -> None:
    with mock_cognito_sync() as outer, mock_cognito_sync() as inner:
        write(inner)
        assert list(outer.calls) == list(inner.calls) != []
        inner.reset()
        assert list(outer.calls) == []


def test_nothing_is_kept_where_nobody_can_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server runs for long."""
    monkeypatch.setattr(calls.active, "log", None)
    assert calls.begin(ServiceCall("kinesis", "PutRecord", {}, "us-east-1")) is None
    with mock_cognito_sync() as mock:
        assert list(mock.calls) == []


def test_before_the_mock_there_are_none() -> None:
    assert list(CognitoSyncMock().calls) == []


def test_the_order_of_an_updates_effects(door: Door, pool_id: str, identity_id: str) -> None:
    """Trigger, write, stream, push."""
    sns = door.client("sns")
    application = sns.create_platform_application(Name="game", Platform="GCM", Attributes={})["PlatformApplicationArn"]
    door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
    client = door.client()
    client.set_identity_pool_configuration(
        IdentityPoolId=pool_id, PushSync={"ApplicationArns": [application]}, CognitoStreams=STREAMS
    )
    client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": "seen"})
    exists: list[bool] = []
    data = Data(door.identity_client(identity_id), pool_id, identity_id)
    door.mock.lambda_function("seen")(lambda event, _: exists.append(data.list()["DatasetExists"]) or event)
    data.update(put("a"))
    device = {"IdentityPoolId": pool_id, "IdentityId": identity_id}
    device_id = data.client.register_device(**device, Platform="GCM", Token="t")["DeviceId"]
    data.client.subscribe_to_dataset(**data.where, DeviceId=device_id)
    door.mock.calls.clear()
    data.update(put("b"))
    assert [call.operation for call in door.mock.calls.deliveries] == ["Invoke", "PutRecord", "Publish"]
    assert exists == [False, True]
