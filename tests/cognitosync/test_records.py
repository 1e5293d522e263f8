"""ListRecords and UpdateRecords: sync counts, conflicts, tombstones, tokens, pages, limits."""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from freezegun import freeze_time

if TYPE_CHECKING:
    from conftest import Door

ACCOUNT = "123456789012"
NOT_VALID = (400, "InvalidParameterException", "SyncSessionToken not valid for these inputs")


class Data:
    """One identity's dataset, by one client."""

    def __init__(self, client: Any, pool_id: str, identity_id: str, name: str = "save") -> None:
        self.client = client
        self.where = {"IdentityPoolId": pool_id, "IdentityId": identity_id, "DatasetName": name}

    def list(self, last: int | None = None, **more: Any) -> Any:
        if last is not None:
            more["LastSyncCount"] = last
        answer = self.client.list_records(**self.where, **more)
        del answer["ResponseMetadata"]
        return answer

    def token(self) -> str:
        token: str = self.list()["SyncSessionToken"]
        return token

    def update(self, *patches: dict[str, Any], token: str | None = None, **more: Any) -> list[Any]:
        written: list[Any] = self.client.update_records(
            **self.where, SyncSessionToken=token or self.token(), RecordPatches=list(patches), **more
        )["Records"]
        return written

    def refused(self, *patches: dict[str, Any], **more: Any) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as caught:
            self.update(*patches, **more)
        return error_of(caught.value)

    def state(self) -> dict[str, tuple[Any, int]]:
        return {record["Key"]: (record.get("Value"), record["SyncCount"]) for record in self.list()["Records"]}


def error_of(error: ClientError) -> tuple[int, str, str]:
    response = error.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def put(key: str, value: str | None = "value", count: int = 0, **more: Any) -> dict[str, Any]:
    return {"Op": "replace", "Key": key, "Value": value, "SyncCount": count, **more}


def remove(key: str, count: int) -> dict[str, Any]:
    return {"Op": "remove", "Key": key, "SyncCount": count}


@pytest.fixture
def data(client: Any, pool_id: str, identity_id: str) -> Data:
    return Data(client, pool_id, identity_id)


class TestListRecords:
    def test_a_dataset_that_never_was(self, door: Door, pool_id: str, identity_id: str) -> None:
        """The documented example, with its nulls."""
        answer = door.http("GET", f"/identitypools/{pool_id}/identities/{identity_id}/datasets/save/records").json
        assert len(answer.pop("SyncSessionToken")) == 332
        assert answer == {
            "Count": 0,
            "DatasetDeletedAfterRequestedSyncCount": False,
            "DatasetExists": False,
            "DatasetSyncCount": 0,
            "LastModifiedBy": None,
            "MergedDatasetNames": None,
            "NextToken": None,
            "Records": [],
        }

    def test_only_later_records_by_count_then_key(self, data: Data) -> None:
        data.update(put("b"), put("a"))
        data.update(put("c"))
        data.update(put("a", "new", 1), put("d"))
        assert [(record["Key"], record["SyncCount"]) for record in data.list()["Records"]] == [
            ("b", 1),
            ("c", 2),
            ("a", 3),
            ("d", 3),
        ]
        assert [record["Key"] for record in data.list(1)["Records"]] == ["c", "a", "d"]
        assert data.list(3)["Records"] == []
        assert (data.list(1)["Count"], data.list()["DatasetSyncCount"], data.list()["DatasetExists"]) == (3, 3, True)

    def test_a_count_above_the_datasets(self, data: Data) -> None:
        """Seen at AWS."""
        data.update(put("a"))
        with pytest.raises(ClientError) as caught:
            data.list(37)
        assert error_of(caught.value) == (
            400,
            "InvalidParameterException",
            "No such SyncCount: 37 exists for this Dataset",
        )

    def test_pages(self, data: Data) -> None:
        data.update(*(put(f"key{number}") for number in range(7)))
        first = data.list(MaxResults="3")
        assert ([record["Key"] for record in first["Records"]], first["Count"]) == (["key0", "key1", "key2"], 7)
        # Other clients may write between pages.
        data.update(put("key0", "new", 1))
        second = data.list(MaxResults="3", NextToken=first["NextToken"])
        assert [record["Key"] for record in second["Records"]] == ["key3", "key4", "key5"]
        third = data.list(MaxResults="3", NextToken=second["NextToken"])
        assert [record["Key"] for record in third["Records"]] == ["key6", "key0"]
        assert "NextToken" not in third

    def test_a_page_is_1024_records(self, data: Data) -> None:
        data.update(*(put(f"{number:04}", "") for number in range(1024)))
        answer = data.list()
        assert (len(answer["Records"]), "NextToken" in answer) == (1024, False)

    @pytest.mark.parametrize("garbage", ["garbage", "", "bnVsbA==", "WyJvdGhlciIsMSwiYSJd", "WzFd", "\u00e9"])
    def test_a_broken_next_token(self, data: Data, garbage: str) -> None:
        data.update(put("a"))
        with pytest.raises(ClientError) as caught:
            data.list(NextToken=garbage)
        assert error_of(caught.value) == (400, "InvalidParameterException", "NextToken not valid for these inputs")

    @pytest.mark.parametrize("size", ["0", "-1", "abc", "1" * 20, ""])
    def test_a_broken_max_results(self, data: Data, size: str) -> None:
        with pytest.raises(ClientError) as caught:
            data.list(MaxResults=size)
        status, code, message = error_of(caught.value)
        assert (status, code) == (400, "InvalidParameterException")
        assert f"Value '{size}' at 'maxResults' failed to satisfy constraint" in message

    def test_a_last_sync_count_that_is_no_number(self, door: Door, pool_id: str, identity_id: str) -> None:
        path = f"/identitypools/{pool_id}/identities/{identity_id}/datasets/save/records?lastSyncCount=abc"
        answer = door.http("GET", path)
        assert (answer.status, answer.json) == (
            400,
            {"message": "class java.lang.String can not be converted to a Long"},
        )


class TestUpdateRecords:
    def test_the_dataset_is_created_and_counts_go_up_by_one(self, data: Data) -> None:
        written = data.update(put("a", "1"), put("b", "2"))
        assert [(record["Key"], record["Value"], record["SyncCount"]) for record in written] == [
            ("a", "1", 1),
            ("b", "2", 1),
        ]
        (again,) = data.update(put("a", "3", 1))
        assert (again["SyncCount"], data.list()["DatasetSyncCount"]) == (2, 2)
        assert data.state() == {"b": ("2", 1), "a": ("3", 2)}

    def test_the_same_value_again_is_a_write(self, data: Data) -> None:
        data.update(put("a"))
        assert data.update(put("a", "value", 1))[0]["SyncCount"] == 2

    def test_a_stale_count_is_a_conflict_whatever_the_value(self, data: Data) -> None:
        """The message was seen at AWS many times."""
        data.update(put("user"))
        before = data.state()
        assert data.refused(put("user", "value", 0)) == (
            409,
            "ResourceConflictException",
            "Current SyncCount for: user is: 1 not: 0",
        )
        assert data.state() == before

    def test_the_first_offender_is_named_and_nothing_is_written(self, data: Data) -> None:
        data.update(put("a"), put("b"))
        data.update(put("a", "2", 1), put("b", "2", 1))
        before = data.state()
        refused = data.refused(put("new"), put("b", "3", 1), put("a", "3", 0))
        assert refused[2] == "Current SyncCount for: b is: 2 not: 1"
        assert data.state() == before

    def test_the_datasets_count_is_good_for_every_record(self, data: Data) -> None:
        """Many programs send it for all keys, also for new ones."""
        data.update(put("a"))
        data.update(put("b"))
        data.update(put("a", "x", 2), put("new", "y", 2))
        assert data.state() == {"b": ("value", 2), "a": ("x", 3), "new": ("y", 3)}

    def test_a_count_above_the_datasets(self, data: Data) -> None:
        data.update(put("a"))
        assert data.refused(put("a", "x", 2))[1:] == (
            "InvalidParameterException",
            "No such SyncCount: 2 exists for this Dataset",
        )

    def test_a_negative_count_is_stale(self, data: Data) -> None:
        assert data.refused(put("a", "x", -1))[1:] == (
            "ResourceConflictException",
            "Current SyncCount for: a is: 0 not: -1",
        )

    def test_tombstones(self, data: Data) -> None:
        """A removed record keeps its count, has no value, is listed, and must be known to be written again."""
        data.update(put("a"), put("b"))
        (gone,) = data.update(remove("a", 1))
        assert (gone["Key"], gone["SyncCount"], "Value" in gone) == ("a", 2, False)
        assert data.state() == {"b": ("value", 1), "a": (None, 2)}
        dataset = data.client.describe_dataset(**data.where)["Dataset"]
        assert (dataset["NumRecords"], dataset["DataStorage"]) == (1, 6)
        assert data.refused(put("a", "back", 0))[2] == "Current SyncCount for: a is: 2 not: 0"
        assert data.update(put("a", "back", 2))[0]["SyncCount"] == 3

    def test_removing_what_never_was_leaves_a_tombstone(self, data: Data) -> None:
        data.update(remove("a", 0))
        assert data.state() == {"a": (None, 1)}

    def test_an_empty_value_is_a_value(self, data: Data) -> None:
        data.update(put("a", ""))
        assert data.state() == {"a": ("", 1)}

    def test_replace_without_a_value(self, data: Data) -> None:
        patch = put("a")
        del patch["Value"]
        assert data.refused(put("b"), patch)[2] == (
            "1 validation error detected: Value null at 'recordPatches.2.member.value' "
            "failed to satisfy constraint: Member must not be null"
        )
        assert data.state() == {}

    def test_the_same_key_twice(self, data: Data) -> None:
        assert data.refused(put("a"), put("b"), put("a"))[1:] == (
            "InvalidParameterException",
            "Duplicate key in RecordPatches: a",
        )
        assert data.state() == {}

    def test_no_patches_change_nothing_but_spend_the_token(self, data: Data) -> None:
        token = data.token()
        assert data.update(token=token) == []
        assert (data.list()["DatasetExists"], data.refused(put("a"), token=token)) == (False, NOT_VALID)

    def test_dates_and_author(self, data: Data, identity_id: str, door: Door) -> None:
        device_date = dt.datetime(2014, 10, 10, 20, 47, 37, tzinfo=dt.timezone.utc)
        (record,) = data.update(put("a", DeviceLastModifiedDate=device_date))
        assert record["DeviceLastModifiedDate"] == device_date
        assert record["LastModifiedBy"] == data.list()["LastModifiedBy"] == ACCOUNT
        age = dt.datetime.now(dt.timezone.utc) - record["LastModifiedDate"]
        assert dt.timedelta() <= age < dt.timedelta(minutes=5)
        mine = Data(door.identity_client(identity_id), data.where["IdentityPoolId"], identity_id)
        assert mine.update(put("b"))[0]["LastModifiedBy"] == identity_id
        assert mine.update(put("c"), DeviceId="device")[0]["LastModifiedBy"] == "device"
        assert data.client.describe_dataset(**data.where)["Dataset"]["LastModifiedBy"] == "device"

    def test_dates_are_seconds_with_milliseconds_on_the_wire(
        self, door: Door, data: Data, pool_id: str, identity_id: str
    ) -> None:
        data.update(put("a"))
        path = f"/identitypools/{pool_id}/identities/{identity_id}/datasets/save"
        created = door.http("GET", path).json["Dataset"]["CreationDate"]
        assert isinstance(created, float)
        assert created == round(created, 3)

    def test_mocked_time(self, door: Door) -> None:
        if door.endpoint_url:
            pytest.skip("a frozen clock stops the server's sockets, too")
        pool_id = door.mock.create_identity_pool()
        identity_id = door.mock.create_identity(pool_id)
        with freeze_time("2014-10-10 20:47:37"):
            data = Data(door.client(), pool_id, identity_id)
            (record,) = data.update(put("a"))
            assert record["LastModifiedDate"].isoformat() == "2014-10-10T20:47:37+00:00"


class TestTokens:
    def test_a_token_survives_conflicts_and_other_writers_and_is_spent_by_success(self, data: Data) -> None:
        mine, theirs = data.token(), data.token()
        data.update(put("a"), token=theirs)
        assert data.refused(put("a", "x", 0), token=mine)[0] == 409
        assert data.list(SyncSessionToken=mine)["SyncSessionToken"] == mine
        data.update(put("a", "x", 1), token=mine)
        assert data.refused(put("a", "y", 2), token=mine) == NOT_VALID
        with pytest.raises(ClientError) as caught:
            data.list(SyncSessionToken=mine)
        assert error_of(caught.value) == NOT_VALID

    def test_a_token_is_of_one_dataset(self, data: Data, door: Door, identity_id: str) -> None:
        pool_id = data.where["IdentityPoolId"]
        other_identity = door.mock.create_identity(pool_id)
        for other in (Data(data.client, pool_id, identity_id, "other"), Data(data.client, pool_id, other_identity)):
            assert data.refused(put("a"), token=other.token()) == NOT_VALID

    @pytest.mark.parametrize("garbage", ["garbage", "A" * 332, "\u00e9"])
    def test_garbage(self, data: Data, garbage: str) -> None:
        assert data.refused(put("a"), token=garbage) == NOT_VALID
        assert data.state() == {}

    def test_a_token_expires_after_an_hour(self, door: Door) -> None:
        if door.endpoint_url:
            pytest.skip("a frozen clock stops the server's sockets, too")
        pool_id = door.mock.create_identity_pool()
        data = Data(door.client(), pool_id, door.mock.create_identity(pool_id))
        with freeze_time("2026-01-01 00:00:00") as clock:
            early, late = data.token(), data.token()
            clock.tick(3599)
            data.update(put("a"), token=early)
            clock.tick(2)
            assert data.refused(put("b"), token=late) == NOT_VALID


class TestLimits:
    def test_1024_live_records(self, data: Data) -> None:
        data.update(*(put(f"key{number}", "") for number in range(1024)))
        assert data.refused(put("one more"))[1:] == (
            "LimitExceededException",
            "Limit of 1024 records per dataset exceeded",
        )
        data.update(remove("key0", 1))
        data.update(put("one more"))
        assert data.refused(put("and one more"))[1] == "LimitExceededException"

    def test_2000_patches(self, data: Data) -> None:
        assert data.refused(*(put(f"key{number}", "") for number in range(2000)))[1] == "LimitExceededException"
        assert data.list()["DatasetExists"] is False

    def test_1_mb(self, data: Data) -> None:
        data.update(put("k", "v" * 1_048_575))
        assert data.refused(put("l", ""))[1:] == (
            "LimitExceededException",
            "Limit of 1048576 bytes per dataset exceeded",
        )
        data.update(put("k", "v", 1))
        data.update(put("l", ""))

    def test_bytes_are_utf8(self, data: Data) -> None:
        data.update(put("\u00e9", "\u20ac\U0001f600"))
        assert data.client.describe_dataset(**data.where)["Dataset"]["DataStorage"] == 9

    def test_20_datasets_an_identity(self, data: Data) -> None:
        where = data.where
        for number in range(20):
            Data(data.client, where["IdentityPoolId"], where["IdentityId"], f"d{number}").update(put("a"))
        assert data.refused(put("a"))[1:] == ("LimitExceededException", "Limit of 20 datasets per identity exceeded")
        data.client.delete_dataset(**{**where, "DatasetName": "d0"})
        data.update(put("a"))

    @pytest.mark.parametrize(
        ("patch", "message"),
        [
            (put("k", "v" * 1_048_576), "at 'recordPatches.1.member.value' failed to satisfy constraint: "),
            (put("k" * 1025), "at 'recordPatches.1.member.key' failed to satisfy constraint: "),
            (put(""), "Value '' at 'recordPatches.1.member.key' failed to satisfy constraint: "),
            (
                {**put("k"), "Op": "merge"},
                "'recordPatches.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: ",
            ),
        ],
    )
    def test_breaches_change_nothing(self, data: Data, patch: Any, message: str) -> None:
        status, code, text = data.refused(put("good"), {**patch}, token=data.token())
        assert (status, code) == (400, "InvalidParameterException")
        assert message.replace(".1.", ".2.") in text
        assert data.state() == {}

    @pytest.mark.parametrize("count", ["1", 2**63, 1.5e300, True, None])
    def test_sync_counts_that_are_none(self, door: Door, data: Data, count: Any) -> None:
        where = data.where
        path = f"/identitypools/{where['IdentityPoolId']}/identities/{where['IdentityId']}/datasets/save"
        body = {"SyncSessionToken": data.token(), "RecordPatches": [{**put("a"), "SyncCount": count}]}
        answer = door.http("POST", path, json.dumps(body))
        expected = "InvalidParameterException:" if count is None else "SerializationException:"
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, expected)
        assert data.state() == {}


class TestWho:
    def test_an_unknown_identity(self, client: Any, pool_id: str) -> None:
        """Operations that declare ResourceNotFoundException raise it, the two that do not answer empty."""
        identity_id = "us-east-1:00000000-0000-0000-0000-000000000000"
        data = Data(client, pool_id, identity_id)
        assert (data.list()["Records"], data.list()["DatasetExists"]) == ([], False)
        assert data.refused(put("a")) == (404, "ResourceNotFoundException", f"Identity '{identity_id}' not found")

    def test_an_unknown_pool(self, client: Any, unknown_pool_id: str, identity_id: str) -> None:
        data = Data(client, unknown_pool_id, identity_id)
        assert data.list()["DatasetExists"] is False
        assert data.refused(put("a")) == (
            404,
            "ResourceNotFoundException",
            f"IdentityPool '{unknown_pool_id}' not found",
        )

    def test_an_identity_sees_only_its_own_data(self, door: Door, data: Data, pool_id: str, identity_id: str) -> None:
        data.update(put("a"))
        own = Data(door.identity_client(identity_id), pool_id, identity_id)
        assert own.state() == data.state()
        stranger = Data(door.identity_client(door.mock.create_identity(pool_id)), pool_id, identity_id)
        with pytest.raises(ClientError) as caught:
            stranger.list()
        assert error_of(caught.value) == (
            403,
            "NotAuthorizedException",
            "These credentials are not valid for accessing this resource",
        )


def test_two_writers_never_lose_an_update(door: Door, pool_id: str, identity_id: str) -> None:
    """Read, add one, write, and again after a conflict."""
    writers, rounds = 8, 10

    def work() -> None:
        data = Data(door.client(), pool_id, identity_id)
        for _ in range(rounds):
            while True:
                answer = data.list()
                (record,) = answer["Records"] or [{"Value": "0", "SyncCount": 0}]
                patch = put("n", str(int(record["Value"]) + 1), record["SyncCount"])
                try:
                    data.update(patch, token=answer["SyncSessionToken"])
                except data.client.exceptions.ResourceConflictException:
                    continue
                break

    threads = [threading.Thread(target=work) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Data(door.client(), pool_id, identity_id).state() == {"n": (str(writers * rounds), writers * rounds)}


def test_readers_see_whole_writes(door: Door, pool_id: str, identity_id: str) -> None:
    """Every write writes all keys: a page has them all, with one count, which is the dataset's."""
    keys, stop, wrong = [f"key{number}" for number in range(20)], threading.Event(), []

    def read() -> None:
        reader = Data(door.client(), pool_id, identity_id)
        while not stop.is_set():
            answer = reader.list()
            counts = {record["SyncCount"] for record in answer["Records"]}
            if len(answer["Records"]) != len(keys) or counts != {answer["DatasetSyncCount"]}:
                wrong.append(answer)

    writer = Data(door.client(), pool_id, identity_id)
    writer.update(*(put(key) for key in keys))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread = threading.Thread(target=read)
    thread.start()
    try:
        for count in range(1, 30):
            writer.update(*(put(key, "new", count) for key in keys))
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert wrong == []
