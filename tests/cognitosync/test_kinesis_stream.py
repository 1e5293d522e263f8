"""Cognito Streams: what lands on the Kinesis stream, and what happens when that is gone."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from data import STREAMS
from moto.awslambda.models import lambda_backends
from test_records import Data, put, remove

from cogsync_mock.integrations import kinesis

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Door

GONE = "Kinesis stream 'changes' not found"


def on_stream(door: Door, name: str = "changes", region: str = "us-east-1") -> list[Any]:
    """Return what lies on a stream, in order, each record with its partition key."""
    kinesis = door.client("kinesis", region_name=region)
    shard = kinesis.describe_stream(StreamName=name)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return [(record["PartitionKey"], json.loads(record["Data"])) for record in records]


def consume(door: Door, stream: str, function: str) -> None:
    """Have a function read a stream; moto calls it with every record at once."""
    arn = door.client("kinesis").describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    # By the backend: a new botocore asks at an address that moto 5.0.28 does not know.
    lambda_backends["123456789012"]["us-east-1"].create_event_source_mapping(
        {"EventSourceArn": arn, "FunctionName": function}
    )


def held_by_a_consumer(door: Door, data: Data) -> Callable[[], None]:
    """Begin an update that is held by a function which reads the stream; what comes back has it go on and end."""
    inside, go_on = threading.Event(), threading.Event()

    @door.mock.lambda_function("consumer")
    def consumer(_event: Any, _context: Any) -> None:
        inside.set()
        assert go_on.wait(10)

    consume(door, "changes", "consumer")
    slow = threading.Thread(target=data.update, args=(put("a"),))
    slow.start()
    assert inside.wait(10)

    def finish() -> None:
        go_on.set()
        slow.join(10)
        assert not slow.is_alive()

    return finish


def streaming(door: Door, pool_id: str) -> Any:
    """Return the CognitoStreams of a pool as they are on the wire, with the reason that boto3 does not show."""
    return door.http("GET", door.configuration_path(pool_id)).json["CognitoStreams"]


@pytest.fixture
def stream(door: Door, client: Any, pool_id: str) -> Callable[[], list[Any]]:
    """A stream of the pool; called, it tells what lies on it."""
    door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
    return lambda: on_stream(door)


@pytest.fixture
def data(client: Any, pool_id: str, identity_id: str) -> Data:
    return Data(client, pool_id, identity_id)


class TestRecords:
    def test_an_update_is_one_record(self, data: Data, stream: Any, pool_id: str, identity_id: str) -> None:
        """In the documented form, with the dates and the dataset's name as they were observed."""
        data.update(put("a", "1", DeviceLastModifiedDate=1524113410), put("b", "é\u2028"))
        written = {record["Key"]: record for record in data.list()["Records"]}
        modified = round(written["a"]["LastModifiedDate"].timestamp() * 1000)
        common = {"syncCount": 1, "lastModifiedDate": modified, "op": "replace"}
        assert stream() == [
            (
                identity_id,
                {
                    "identityPoolId": pool_id,
                    "identityId": identity_id,
                    "datasetName": "save",
                    "operation": "replace",
                    "kinesisSyncRecords": [
                        {"key": "a", "value": "1", "deviceLastModifiedDate": 1524113410000, **common},
                        {"key": "b", "value": "é\u2028", "deviceLastModifiedDate": modified, **common},
                    ],
                    "lastModifiedDate": modified,
                    "kinesisSyncRecordsURL": None,
                    "payloadType": "Inline",
                    "syncCount": 1,
                },
            )
        ]

    def test_removed_records_and_deleted_datasets(self, data: Data, stream: Any) -> None:
        data.update(put("a"))
        data.update(remove("a", 1))
        data.client.delete_dataset(**data.where)
        _, removed, deleted = (payload for _, payload in stream())
        assert (removed["operation"], removed["syncCount"]) == ("replace", 2)
        assert [(r["key"], r["value"], r["op"]) for r in removed["kinesisSyncRecords"]] == [("a", None, "remove")]
        assert (deleted["operation"], deleted["syncCount"], deleted["kinesisSyncRecords"]) == ("remove", 3, None)

    def test_identities_writes_are_streamed_too(self, door: Door, stream: Any, pool_id: str, identity_id: str) -> None:
        Data(door.identity_client(identity_id), pool_id, identity_id).update(put("a"))
        assert [key for key, _ in stream()] == [identity_id]

    def test_what_is_refused_or_changes_nothing_is_not(self, data: Data, stream: Any) -> None:
        data.update(put("a"))
        assert data.refused(put("a"))[0] == 409
        data.update()
        assert len(stream()) == 1

    @pytest.mark.parametrize("status", [{"StreamingStatus": "DISABLED"}, {}])
    def test_only_while_enabled(self, data: Data, stream: Any, pool_id: str, status: Any) -> None:
        changed = {"StreamName": "changes", **status}
        data.client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=changed)
        data.update(put("a"))
        assert stream() == []

    def test_in_the_order_of_the_writes_before_each_call_returns(
        self, door: Door, data: Data, stream: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A write that finds the delivery of another one going on waits for its own."""
        put_record, held, go_on = kinesis.put_record, threading.Event(), threading.Event()

        def slow(*arguments: Any) -> tuple[str, str]:
            held.set()
            assert go_on.wait(10)
            return put_record(*arguments)

        monkeypatch.setattr(kinesis, "put_record", slow)
        first = threading.Thread(target=data.update, args=(put("a"),))
        first.start()
        assert held.wait(10)
        seen: list[int] = []

        def write() -> None:
            where = (data.where["IdentityPoolId"], data.where["IdentityId"])
            Data(door.client(), *where).update(put("b"))
            seen.append(len(stream()))

        second = threading.Thread(target=write)
        second.start()
        second.join(0.2)
        assert seen == []
        go_on.set()
        first.join(10)
        second.join(10)
        assert seen == [2]
        assert [payload["syncCount"] for _, payload in stream()] == [1, 2]

    def test_pools_do_not_wait_for_each_other(self, door: Door, data: Data, stream: Any) -> None:
        finish = held_by_a_consumer(door, data)
        door.client("kinesis").create_stream(StreamName="other", ShardCount=1)
        pool_id = door.mock.create_identity_pool()
        client = door.client()
        client.set_identity_pool_configuration(
            IdentityPoolId=pool_id, CognitoStreams={**STREAMS, "StreamName": "other"}
        )
        Data(client, pool_id, door.mock.create_identity(pool_id)).update(put("a"))
        assert len(on_stream(door, "other")) == 1
        # Nor does a write of the same pool while somebody else's function is at work; it is delivered after that.
        data.update(put("b"))
        assert len(stream()) == 1
        finish()
        assert len(stream()) == 2

    def test_what_a_reset_interrupts_reaches_nobody(self, door: Door, data: Data, stream: Any) -> None:
        finish = held_by_a_consumer(door, data)
        data.update(put("b"))
        door.mock.reset()
        door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        finish()
        assert stream() == []

    def test_the_stream_of_the_pools_own_region(self, door: Door) -> None:
        pool_id = door.mock.create_identity_pool(pool_id="eu-west-1:0c1ba052-e098-41fa-a76e-eaa2c125f861")
        client = door.client(region_name="eu-west-1")
        door.client("kinesis", region_name="eu-west-1").create_stream(StreamName="changes", ShardCount=1)
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        Data(client, pool_id, door.mock.create_identity(pool_id)).update(put("a"))
        assert len(on_stream(door, region="eu-west-1")) == 1

    def test_the_log_tells(self, door: Door, data: Data, stream: Any) -> None:
        data.update(put("a"))
        call = door.mock.calls.deliveries[-1]
        assert (call.service, call.operation, call.error) == ("kinesis", "PutRecord", None)
        assert (call.parameters["StreamName"], call.parameters["PartitionKey"]) == ("changes", data.where["IdentityId"])
        assert json.loads(call.parameters["Data"]) == stream()[0][1]
        assert set(call.response) == {"ShardId", "SequenceNumber"}


class TestLargeUpdates:
    @pytest.fixture
    def address(self, data: Data, stream: Any) -> str:
        # With its key and what the record says beside it, this is above 1 MB.
        data.update(put("k", "v" * (1024 * 1024 - 10)))
        ((_, payload),) = stream()
        assert (payload["payloadType"], payload["kinesisSyncRecords"]) == ("S3Url", None)
        url: str = payload["kinesisSyncRecordsURL"]
        return url

    def test_the_address_holds_the_records(self, data: Data, address: str, door: Door) -> None:
        answer = requests.get(address, timeout=10)
        assert answer.status_code == 200
        assert [(record["key"], len(record["value"])) for record in answer.json()] == [("k", 1024 * 1024 - 10)]
        assert data.list()["DatasetSyncCount"] == 1
        assert [call.operation for call in door.mock.calls.deliveries] == ["PutObject", "PutRecord"]
        assert door.client("s3").list_buckets()["Buckets"] == []

    def test_the_address_is_signed(self, door: Door, address: str) -> None:
        if door.endpoint_url is not None:
            assert address.startswith(door.endpoint_url)
        assert requests.get(address.partition("?")[0], timeout=10).status_code == 403

    def test_up_to_the_limit_it_is_inline(self, data: Data, stream: Any) -> None:
        data.update(put("k", "v" * (1024 * 1024 - 1000)))
        assert stream()[0][1]["payloadType"] == "Inline"


class TestStreamGone:
    def test_streaming_is_turned_off_and_the_write_stands(
        self, door: Door, data: Data, stream: Any, pool_id: str
    ) -> None:
        data.update(put("a"))
        assert len(stream()) == 1
        door.client("kinesis").delete_stream(StreamName="changes")
        assert data.update(put("b"))[0]["SyncCount"] == 2
        assert streaming(door, pool_id) == {**STREAMS, "StreamingStatus": "DISABLED", "DisabledReason": GONE}
        call = door.mock.calls.deliveries[-1]
        assert (call.operation, call.error, call.message) == ("PutRecord", "ResourceNotFoundException", GONE)
        # It stays off until somebody turns it on again.
        door.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        data.update(put("c"))
        assert stream() == []
        data.client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        data.update(put("d"))
        assert len(stream()) == 1
        assert streaming(door, pool_id)["DisabledReason"] is None

    def test_deleting_a_dataset_finds_out_too(self, door: Door, data: Data, stream: Any, pool_id: str) -> None:
        data.update(put("a"))
        assert stream()
        door.client("kinesis").delete_stream(StreamName="changes")
        assert data.client.delete_dataset(**data.where)["Dataset"]["NumRecords"] == 1
        assert streaming(door, pool_id)["DisabledReason"] == GONE

    def test_a_stream_that_was_configured_since_is_left_alone(
        self, door: Door, data: Data, stream: Any, pool_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert stream() == []
        door.client("kinesis").delete_stream(StreamName="changes")
        door.client("kinesis").create_stream(StreamName="next", ShardCount=1)
        following = {**STREAMS, "StreamName": "next"}
        exists = kinesis.stream_exists

        def reconfigured(account_id: str, region: str, name: str) -> bool:
            found = exists(account_id, region, name)
            door.client().set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=following)
            return found

        monkeypatch.setattr(kinesis, "stream_exists", reconfigured)
        assert data.update(put("a"))
        assert streaming(door, pool_id)["StreamingStatus"] == "ENABLED"

    def test_clients_may_configure_the_pool_meanwhile(
        self, door: Door, data: Data, stream: Any, pool_id: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A modification that is held open neither delays the service's own, nor is it refused."""
        assert stream() == []
        door.client("kinesis").delete_stream(StreamName="changes")
        door.mock.add_fault("SetIdentityPoolConfiguration", delay=0.5)
        setting = threading.Thread(
            target=door.client().set_identity_pool_configuration, kwargs={"IdentityPoolId": pool_id, "PushSync": {}}
        )
        setting.start()
        data.update(put("a"))
        setting.join()
        assert streaming(door, pool_id)["DisabledReason"] == GONE
        assert f"streaming of {pool_id} is turned off: {GONE}" in caplog.text

    def test_enabled_without_a_name(self, door: Door, data: Data, pool_id: str) -> None:
        data.client.set_identity_pool_configuration(
            IdentityPoolId=pool_id, CognitoStreams={"StreamingStatus": "ENABLED"}
        )
        data.update(put("a"))
        assert streaming(door, pool_id)["DisabledReason"] == "No Kinesis stream is configured"

    def test_any_other_failure_is_seen_in_the_log_only(
        self, door: Door, data: Data, stream: Any, pool_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Such as a consumer that moto runs at once and that fails."""

        def fail(*_: Any) -> None:
            raise OSError("no engine")

        monkeypatch.setattr(kinesis, "put_record", fail)
        assert data.update(put("a"))[0]["SyncCount"] == 1
        assert stream() == []
        assert streaming(door, pool_id)["StreamingStatus"] == "ENABLED"
        call = door.mock.calls.deliveries[-1]
        assert (call.error, call.message, call.response) == ("OSError", "no engine", None)


class TestBulkPublish:
    def test_all_datasets_are_streamed(self, door: Door, client: Any, pool_id: str, stream: Any) -> None:
        ids = [door.mock.create_identity(pool_id) for _ in range(2)]
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams={})
        for identity_id in ids:
            data = Data(client, pool_id, identity_id)
            data.update(put("a"), put("b"))
            data.update(remove("a", 1))
        Data(client, pool_id, ids[0], "other").update(put("c"))
        Data(client, pool_id, ids[0], "gone").update(put("c"))
        client.delete_dataset(IdentityPoolId=pool_id, IdentityId=ids[0], DatasetName="gone")
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        client.bulk_publish(IdentityPoolId=pool_id)
        found = {
            (key, payload["datasetName"]): [(r["key"], r["syncCount"]) for r in payload["kinesisSyncRecords"]]
            for key, payload in stream()
        }
        assert found == {(ids[0], "save"): [("b", 1)], (ids[0], "other"): [("c", 1)], (ids[1], "save"): [("b", 1)]}
        assert client.get_bulk_publish_details(IdentityPoolId=pool_id)["BulkPublishStatus"] == "SUCCEEDED"

    def test_it_fails_if_a_record_does(self, data: Data, stream: Any, pool_id: str, monkeypatch: Any) -> None:
        data.update(put("a"))
        assert stream()

        def fail(*_: Any) -> None:
            raise OSError("no engine")

        monkeypatch.setattr(kinesis, "put_record", fail)
        data.client.bulk_publish(IdentityPoolId=pool_id)
        details = data.client.get_bulk_publish_details(IdentityPoolId=pool_id)
        assert (details["BulkPublishStatus"], details["FailureMessage"]) == ("FAILED", "no engine")

    def test_it_fails_if_the_stream_is_gone(self, door: Door, data: Data, stream: Any, pool_id: str) -> None:
        data.update(put("a"))
        assert stream()
        door.client("kinesis").delete_stream(StreamName="changes")
        data.client.bulk_publish(IdentityPoolId=pool_id)
        details = data.client.get_bulk_publish_details(IdentityPoolId=pool_id)
        assert (details["BulkPublishStatus"], details["FailureMessage"]) == ("FAILED", GONE)
        assert "BulkPublishCompleteTime" not in details
        assert streaming(door, pool_id)["StreamingStatus"] == "DISABLED"
