"""GetCognitoEvents, SetCognitoEvents, BulkPublish, GetBulkPublishDetails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from data import STREAMS
from freezegun import freeze_time
from moto.moto_api import state_manager
from test_datasets import refusal

from cogsync_mock import mock_cognito_sync

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIGGER = "arn:aws:lambda:us-east-1:123456789012:function:trigger"


class TestEvents:
    def events(self, client: Any, pool_id: str) -> Any:
        return client.get_cognito_events(IdentityPoolId=pool_id)["Events"]

    def test_key_by_key_and_an_empty_function_removes(self, client: Any, pool_id: str) -> None:
        assert self.events(client, pool_id) == {}
        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": TRIGGER})
        assert self.events(client, pool_id) == {"SyncTrigger": TRIGGER}
        client.set_cognito_events(IdentityPoolId=pool_id, Events={})
        assert self.events(client, pool_id) == {"SyncTrigger": TRIGGER}
        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": ""})
        assert self.events(client, pool_id) == {}

    @pytest.mark.parametrize("events", [{"Other": TRIGGER}, {"synctrigger": ""}])
    def test_there_is_only_the_sync_trigger(self, client: Any, pool_id: str, events: dict[str, str]) -> None:
        ((name, function),) = events.items()
        assert refusal(client.set_cognito_events, IdentityPoolId=pool_id, Events=events) == (
            400,
            "InvalidParameterException",
            (
                f"1 validation error detected: Value '{{{name}={function}}}' at 'events' failed to satisfy constraint: "
                "Map keys must satisfy constraint: [Member must satisfy enum value set: [SyncTrigger]]"
            ),
        )
        assert self.events(client, pool_id) == {}

    def test_unknown_pool(self, client: Any, unknown_pool_id: str) -> None:
        assert refusal(client.get_cognito_events, IdentityPoolId=unknown_pool_id)[0] == 404
        assert refusal(client.set_cognito_events, IdentityPoolId=unknown_pool_id, Events={})[0] == 404

    @pytest.mark.cognito_sync_mock(verify_references=True)
    def test_references(self, client: Any, pool_id: str) -> None:
        events = {"SyncTrigger": TRIGGER}
        assert refusal(client.set_cognito_events, IdentityPoolId=pool_id, Events=events)[2] == (
            f"The configuration refers to resources that do not exist: function {TRIGGER}"
        )
        client.set_cognito_events(IdentityPoolId=pool_id, Events={"SyncTrigger": ""})


class TestBulkPublish:
    @pytest.fixture
    def held(self) -> Iterator[None]:
        """Hold bulk publishes in progress until they have been looked at three times."""
        state_manager.set_transition("cognitosync::bulk_publish", {"progression": "manual", "times": 3})
        yield
        state_manager.unset_transition("cognitosync::bulk_publish")

    def details(self, client: Any, pool_id: str) -> Any:
        details = client.get_bulk_publish_details(IdentityPoolId=pool_id)
        assert details["IdentityPoolId"] == pool_id
        return details

    def test_never_requested(self, client: Any, pool_id: str) -> None:
        details = self.details(client, pool_id)
        assert details["BulkPublishStatus"] == "NOT_STARTED"
        assert not {"BulkPublishStartTime", "BulkPublishCompleteTime", "FailureMessage"} & set(details)

    def test_success(self, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        assert client.bulk_publish(IdentityPoolId=pool_id)["IdentityPoolId"] == pool_id
        details = self.details(client, pool_id)
        assert details["BulkPublishStatus"] == "SUCCEEDED"
        assert details["BulkPublishStartTime"] <= details["BulkPublishCompleteTime"]
        assert "FailureMessage" not in details

    @pytest.mark.usefixtures("held")
    def test_one_at_a_time(self, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        client.bulk_publish(IdentityPoolId=pool_id)
        assert refusal(client.bulk_publish, IdentityPoolId=pool_id) == (
            400,
            "DuplicateRequestException",
            f"A bulk publish of IdentityPool '{pool_id}' is already in progress",
        )
        seen = [self.details(client, pool_id)["BulkPublishStatus"] for _ in range(3)]
        assert seen == ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"]

    def test_once_a_day(self, client: Any, pool_id: str) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        client.bulk_publish(IdentityPoolId=pool_id)
        assert refusal(client.bulk_publish, IdentityPoolId=pool_id) == (
            400,
            "AlreadyStreamedException",
            f"IdentityPool '{pool_id}' was bulk published within the last 24 hours",
        )

    def test_24_hours_of_mocked_time(self) -> None:
        with mock_cognito_sync() as mock, freeze_time("2026-01-01 12:00:00") as clock:
            pool_id = mock.create_identity_pool()
            client = boto3.client("cognito-sync")
            client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
            client.bulk_publish(IdentityPoolId=pool_id)
            clock.tick(24 * 3600 - 1)
            assert refusal(client.bulk_publish, IdentityPoolId=pool_id)[1] == "AlreadyStreamedException"
            clock.tick(1)
            client.bulk_publish(IdentityPoolId=pool_id)

    @pytest.mark.parametrize("streams", [{**STREAMS, "StreamingStatus": "DISABLED"}, {"StreamName": "changes"}, {}])
    def test_it_fails_where_streaming_is_not_enabled(self, client: Any, pool_id: str, streams: Any) -> None:
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=streams)
        client.bulk_publish(IdentityPoolId=pool_id)
        details = self.details(client, pool_id)
        assert details["BulkPublishStatus"] == "FAILED"
        assert details["FailureMessage"] == "Streaming is not enabled for this identity pool"
        assert "BulkPublishCompleteTime" not in details
        # A failure forbids nothing.
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        client.bulk_publish(IdentityPoolId=pool_id)
        assert self.details(client, pool_id)["BulkPublishStatus"] == "SUCCEEDED"

    def test_a_stream_must_have_been_configured_once(self, client: Any, pool_id: str) -> None:
        assert refusal(client.bulk_publish, IdentityPoolId=pool_id) == (
            400,
            "InvalidParameterException",
            f"IdentityPool '{pool_id}' has no stream configured",
        )
        assert self.details(client, pool_id)["BulkPublishStatus"] == "NOT_STARTED"

    def test_unknown_pool(self, client: Any, unknown_pool_id: str) -> None:
        assert refusal(client.bulk_publish, IdentityPoolId=unknown_pool_id)[0] == 404
        assert refusal(client.get_bulk_publish_details, IdentityPoolId=unknown_pool_id)[0] == 404
