"""Cognito Streams: what lands on the Kinesis stream, and what happens when that is gone."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from data import STREAMS
from test_records import Data, put, remove

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
        data.update(put("a", "1", DeviceLastModifiedDate=1524113410.528), put("b", "é\u2028"))
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
                        {"key": "a", "value": "1", "deviceLastModifiedDate": 1524113410528, **common},
                        {"key": "b", "value": "é\u2028", "deviceLastModifiedDate": None, **common},
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

    def test_the_order_of_the_writes(self, door: Door, data: Data, stream: Any) -> None:
        """However many write at once; R2 of the figures tells that none is lost."""

        def write(number: int) -> None:
            Data(door.client(), *[data.where[n] for n in ("IdentityPoolId", "IdentityId")]).update(put(f"k{number}"))

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [payload["syncCount"] for _, payload in stream()] == list(range(1, 9))

    def test_the_stream_of_the_pools_own_region(self, door: Door) -> None:
        pool_id = door.mock.create_identity_pool(pool_id="eu-west-1:0c1ba052-e098-41fa-a76e-eaa2c125f861")
        client = door.client(region_name="eu-west-1")
        door.client("kinesis", region_name="eu-west-1").create_stream(StreamName="changes", ShardCount=1)
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        Data(client, pool_id, door.mock.create_identity(pool_id)).update(put("a"))
        assert len(on_stream(door, region="eu-west-1")) == 1

    def test_the_log_tells(self, door: Door, data: Data, stream: Any) -> None:
        data.update(put("a"))
        call = door.mock.calls.last
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
        assert [call.operation for call in door.mock.calls] == ["PutObject", "PutRecord"]
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
        call = door.mock.calls.last
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

        monkeypatch.setattr("cogsync_mock.cognitosync.siblings.put_record", fail)
        assert data.update(put("a"))[0]["SyncCount"] == 1
        assert stream() == []
        assert streaming(door, pool_id)["StreamingStatus"] == "ENABLED"
        call = door.mock.calls.last
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

    def test_it_fails_if_the_stream_is_gone(self, door: Door, data: Data, stream: Any, pool_id: str) -> None:
        data.update(put("a"))
        assert stream()
        door.client("kinesis").delete_stream(StreamName="changes")
        data.client.bulk_publish(IdentityPoolId=pool_id)
        details = data.client.get_bulk_publish_details(IdentityPoolId=pool_id)
        assert (details["BulkPublishStatus"], details["FailureMessage"]) == ("FAILED", GONE)
        assert "BulkPublishCompleteTime" not in details
        assert streaming(door, pool_id)["StreamingStatus"] == "DISABLED"
