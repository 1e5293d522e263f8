"""ListDatasets, DescribeDataset, DeleteDataset, merged datasets, usage."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from test_records import ACCOUNT, Data, error_of, put, remove

if TYPE_CHECKING:
    from conftest import Door


@pytest.fixture
def data(client: Any, pool_id: str, identity_id: str) -> Data:
    return Data(client, pool_id, identity_id)


def sibling(data: Data, name: str) -> Data:
    return Data(data.client, data.where["IdentityPoolId"], data.where["IdentityId"], name)


def refusal(call: Any, **parameters: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return error_of(caught.value)


class TestDelete:
    def test_what_it_was_is_answered_and_it_is_gone(self, data: Data) -> None:
        data.update(put("a", "1"), put("b", "2"))
        deleted = data.client.delete_dataset(**data.where)["Dataset"]
        assert (deleted["DatasetName"], deleted["NumRecords"], deleted["DataStorage"]) == ("save", 2, 4)
        gone = (404, "ResourceNotFoundException", "Dataset 'save' not found")
        assert refusal(data.client.describe_dataset, **data.where) == gone
        assert refusal(data.client.delete_dataset, **data.where) == gone
        where = {name: data.where[name] for name in ("IdentityPoolId", "IdentityId")}
        assert data.client.list_datasets(**where)["Datasets"] == []

    def test_a_marker_tells_other_devices(self, data: Data) -> None:
        data.update(put("a"))
        data.client.delete_dataset(**data.where)
        answer = data.list(1)
        assert (answer["DatasetExists"], answer["DatasetDeletedAfterRequestedSyncCount"]) == (False, True)
        assert (answer["DatasetSyncCount"], answer["Records"], answer["LastModifiedBy"]) == (2, [], ACCOUNT)
        assert data.list(2)["DatasetDeletedAfterRequestedSyncCount"] is False
        assert data.list(7)["DatasetExists"] is False

    def test_made_again_it_goes_on_counting(self, data: Data) -> None:
        data.update(put("a"))
        data.client.delete_dataset(**data.where)
        # The dataset's own count is good for a new record, as AWS's client for iOS sends it.
        assert data.update(put("a", "again", 2))[0]["SyncCount"] == 3
        answer = data.list(1)
        assert (answer["DatasetExists"], answer["DatasetDeletedAfterRequestedSyncCount"]) == (True, True)
        assert [record["Value"] for record in answer["Records"]] == ["again"]
        assert data.list(2)["DatasetDeletedAfterRequestedSyncCount"] is False
        assert data.client.describe_dataset(**data.where)["Dataset"]["NumRecords"] == 1

    def test_never_deleted_after_count_0(self, data: Data) -> None:
        """The published clients are at 0 when they have no copy; true would make them delete it for ever."""
        data.update(put("a"))
        data.client.delete_dataset(**data.where)
        flags = {count: data.list(count)["DatasetDeletedAfterRequestedSyncCount"] for count in (0, 1, 2)}
        data.update(put("a"))
        again = {count: data.list(count)["DatasetDeletedAfterRequestedSyncCount"] for count in (0, 1, 2, 3)}
        assert (flags, again) == ({0: False, 1: True, 2: False}, {0: False, 1: True, 2: False, 3: False})

    def test_what_never_was_cannot_be_deleted(self, data: Data) -> None:
        expected = (404, "ResourceNotFoundException", "Dataset 'save' not found")
        assert refusal(data.client.delete_dataset, **data.where) == expected


class TestList:
    def test_by_name_and_in_pages(self, data: Data) -> None:
        for name in ("c", "a", "b"):
            sibling(data, name).update(put("key"))
        where = {name: data.where[name] for name in ("IdentityPoolId", "IdentityId")}
        everything = data.client.list_datasets(**where)
        assert [dataset["DatasetName"] for dataset in everything["Datasets"]] == ["a", "b", "c"]
        assert (everything["Count"], "NextToken" in everything) == (3, False)
        first = data.client.list_datasets(**where, MaxResults="2")
        second = data.client.list_datasets(**where, MaxResults="2", NextToken=first["NextToken"])
        assert [dataset["DatasetName"] for dataset in second["Datasets"]] == ["c"]
        assert (first["Count"], second["Count"], "NextToken" in second) == (2, 1, False)
        assert refusal(data.client.list_datasets, **where, NextToken="garbage") == (
            400,
            "InvalidParameterException",
            "NextToken not valid for these inputs",
        )

    def test_an_entry_is_the_datasets_description(self, door: Door, data: Data, pool_id: str, identity_id: str) -> None:
        data.update(put("name", "content"))
        path = f"/identitypools/{pool_id}/identities/{identity_id}/datasets"
        listed = door.http("GET", path).json
        described = door.http("GET", f"{path}/save").json["Dataset"]
        assert listed == {"Count": 1, "Datasets": [described], "NextToken": None}
        assert {name: described[name] for name in described if not name.endswith("Date")} == {
            "DataStorage": 11,
            "DatasetName": "save",
            "IdentityId": identity_id,
            "LastModifiedBy": ACCOUNT,
            "NumRecords": 1,
        }

    def test_of_an_unknown_identity_or_pool_it_is_empty(
        self, client: Any, pool_id: str, identity_id: str, unknown_pool_id: str
    ) -> None:
        for pool, identity in ((pool_id, "us-east-1:0"), (unknown_pool_id, identity_id)):
            assert client.list_datasets(IdentityPoolId=pool, IdentityId=identity)["Datasets"] == []


class TestMerge:
    def test_the_story(self, door: Door, data: Data, pool_id: str, identity_id: str) -> None:
        source = door.mock.create_identity(pool_id)
        guest = Data(data.client, pool_id, source)
        guest.update(put("level", "7"))
        guest.update(put("level", "8", 1), put("coins", "3"))
        data.update(put("level", "2"))
        name = f"save.{source}"
        assert door.mock.merge_identities(pool_id, source, identity_id) == [name]

        assert data.list()["MergedDatasetNames"] == [name]
        merged = sibling(data, name)
        answer = merged.list()
        assert answer["DatasetSyncCount"] == 1
        assert [(record["Key"], record["Value"], record["SyncCount"]) for record in answer["Records"]] == [
            ("coins", "3", 2),
            ("level", "8", 2),
        ]
        assert guest.list()["DatasetExists"] is False
        # The application resolves, writes, deletes the copy; then it is reported no longer.
        data.update(put("level", "8", 1))
        data.client.delete_dataset(**merged.where)
        assert "MergedDatasetNames" not in data.list()

    def test_a_merged_dataset_can_be_written_and_read_from_a_count(
        self, door: Door, data: Data, pool_id: str, identity_id: str
    ) -> None:
        source = door.mock.create_identity(pool_id)
        guest = Data(data.client, pool_id, source)
        guest.update(put("a"))
        guest.update(put("b"), put("c"))
        guest.update(put("b", "x", 2))
        (name,) = door.mock.merge_identities(pool_id, source, identity_id)
        merged = sibling(data, name)
        merged.update(put("d", "new", 0))
        assert [(record["Key"], record["SyncCount"]) for record in merged.list(1)["Records"]] == [
            ("c", 2),
            ("b", 3),
            ("d", 4),
        ]
        # A record's own count, above the dataset's when it was merged, is good to write with.
        assert merged.update(put("b", "y", 3))[0]["SyncCount"] == 5

    def test_a_copys_own_count_bounds_what_may_be_listed_after(
        self, door: Door, data: Data, pool_id: str, identity_id: str
    ) -> None:
        """Seen at AWS (aws-sdk-net#414), although the copy's records have higher counts."""
        source = door.mock.create_identity(pool_id)
        guest = Data(data.client, pool_id, source)
        guest.update(put("a"))
        guest.update(put("a", "b", 1))
        (name,) = door.mock.merge_identities(pool_id, source, identity_id)
        merged = sibling(data, name)
        with pytest.raises(ClientError) as caught:
            merged.list(2)
        message = "No such SyncCount: 2 exists for this Dataset"
        assert error_of(caught.value) == (400, "InvalidParameterException", message)
        assert [record["SyncCount"] for record in merged.list(1)["Records"]] == [2]

    def test_names_made_by_merging_stay_usable_however_long(self, door: Door, data: Data, pool_id: str) -> None:
        """Three merges in a chain make a name of 145 characters, though a client may only make one of 128."""
        identity_id = door.mock.create_identity(pool_id)
        Data(data.client, pool_id, identity_id).update(put("a"))
        name = "save"
        for _ in range(3):
            successor = door.mock.create_identity(pool_id)
            (name,) = door.mock.merge_identities(pool_id, identity_id, successor)
            identity_id = successor
        assert len(name) > 128
        copy = Data(data.client, pool_id, identity_id, name)
        assert copy.client.describe_dataset(**copy.where)["Dataset"]["DatasetName"] == name
        assert copy.update(put("b"))[0]["SyncCount"] == 2
        assert [record["Key"] for record in copy.list()["Records"]] == ["a", "b"]
        assert copy.client.delete_dataset(**copy.where)["Dataset"]["NumRecords"] == 2
        assert copy.list(1)["DatasetDeletedAfterRequestedSyncCount"] is True
        too_long = refusal(data.client.describe_dataset, **{**data.where, "DatasetName": name})
        constraint = "failed to satisfy constraint: Member must have length less than or equal to 128"
        message = f"1 validation error detected: Value '{name}' at 'datasetName' {constraint}"
        assert too_long[1:] == ("InvalidParameterException", message)

    def test_merging_again_replaces_the_copy(self, door: Door, data: Data, pool_id: str, identity_id: str) -> None:
        source = door.mock.create_identity(pool_id)
        guest = Data(data.client, pool_id, source)
        for value in ("1", "22"):
            guest.update(put("a", value, guest.list()["DatasetSyncCount"]))
            (name,) = door.mock.merge_identities(pool_id, source, identity_id)
        assert [value for value, _ in sibling(data, name).state().values()] == ["22"]
        usage = data.client.describe_identity_usage(IdentityPoolId=pool_id, IdentityId=identity_id)["IdentityUsage"]
        assert (usage["DatasetCount"], usage["DataStorage"]) == (1, 3)

    def test_only_copies_of_that_very_dataset_are_reported(
        self, door: Door, data: Data, pool_id: str, identity_id: str
    ) -> None:
        source = door.mock.create_identity(pool_id)
        Data(data.client, pool_id, source, "save.old").update(put("a"))
        (name,) = door.mock.merge_identities(pool_id, source, identity_id)
        assert "MergedDatasetNames" not in data.list()
        assert sibling(data, "save.old").list()["MergedDatasetNames"] == [name]

    def test_they_are_reported_before_the_target_has_that_dataset(
        self, door: Door, data: Data, pool_id: str, identity_id: str
    ) -> None:
        source = door.mock.create_identity(pool_id)
        Data(data.client, pool_id, source).update(put("a"))
        names = door.mock.merge_identities(pool_id, source, identity_id)
        assert (data.list()["DatasetExists"], data.list()["MergedDatasetNames"]) == (False, names)

    def test_they_count_toward_the_20_and_toward_usage(
        self, door: Door, data: Data, pool_id: str, identity_id: str
    ) -> None:
        source = door.mock.create_identity(pool_id)
        for number in range(20):
            Data(data.client, pool_id, source, f"d{number}").update(put("k", "v"))
        before = data.client.describe_identity_pool_usage(IdentityPoolId=pool_id)["IdentityPoolUsage"]["DataStorage"]
        door.mock.merge_identities(pool_id, source, identity_id)
        assert data.refused(put("a"))[1] == "LimitExceededException"
        usage = data.client.describe_identity_usage(IdentityPoolId=pool_id, IdentityId=identity_id)["IdentityUsage"]
        assert (usage["DatasetCount"], usage["DataStorage"]) == (20, 40)
        old = data.client.describe_identity_usage(IdentityPoolId=pool_id, IdentityId=source)["IdentityUsage"]
        assert (old["DatasetCount"], old["DataStorage"]) == (0, 0)
        after = data.client.describe_identity_pool_usage(IdentityPoolId=pool_id)["IdentityPoolUsage"]["DataStorage"]
        assert before == after == 40

    def test_misuse(self, door: Door, pool_id: str, identity_id: str) -> None:
        with pytest.raises(ValueError, match=r"Identity 'us-east-1:0' not found in pool .* create it first"):
            door.mock.merge_identities(pool_id, "us-east-1:0", identity_id)
        with pytest.raises(ValueError, match="cannot be merged with itself"):
            door.mock.merge_identities(pool_id, identity_id, identity_id)
        with pytest.raises(ValueError, match="there is no identity pool"):
            door.mock.merge_identities("us-east-1:0", identity_id, identity_id)


class TestUsage:
    def test_of_a_new_pool(self, door: Door, pool_id: str) -> None:
        usage = door.http("GET", f"/identitypools/{pool_id}").json["IdentityPoolUsage"]
        assert isinstance(usage.pop("LastModifiedDate"), float)
        assert usage == {"DataStorage": 0, "IdentityPoolId": pool_id, "SyncSessionsCount": None}

    def test_of_a_new_identity(self, door: Door, pool_id: str, identity_id: str) -> None:
        assert door.http("GET", f"/identitypools/{pool_id}/identities/{identity_id}").json == {
            "IdentityUsage": {
                "DataStorage": 0,
                "DatasetCount": 0,
                "IdentityId": identity_id,
                "IdentityPoolId": pool_id,
                "LastModifiedDate": None,
            }
        }

    def test_totals_follow_every_change(self, door: Door, data: Data, pool_id: str, identity_id: str) -> None:
        def totals() -> tuple[int, int, int]:
            pool = data.client.describe_identity_pool_usage(IdentityPoolId=pool_id)["IdentityPoolUsage"]
            mine = data.client.describe_identity_usage(IdentityPoolId=pool_id, IdentityId=identity_id)["IdentityUsage"]
            return pool["DataStorage"], mine["DataStorage"], mine["DatasetCount"]

        data.update(put("a", "12345"), put("b", "1"))
        sibling(data, "other").update(put("c", "1"))
        Data(data.client, pool_id, door.mock.create_identity(pool_id)).update(put("d", "1234"))
        assert totals() == (15, 10, 2)
        data.update(put("a", "1", 1))
        assert totals() == (11, 6, 2)
        data.update(remove("a", 2))
        assert totals() == (9, 4, 2)
        data.client.delete_dataset(**data.where)
        assert totals() == (7, 2, 1)
        assert data.refused(put("e", "x" * 9, 9))[0] == 400
        assert totals() == (7, 2, 1)

    def test_sessions_are_counted(self, data: Data, pool_id: str) -> None:
        token = data.token()
        data.token()
        data.list(SyncSessionToken=token)
        for refused in ({"NextToken": "garbage"}, {"LastSyncCount": 1, "NextToken": "garbage"}):
            assert refusal(data.client.list_records, **data.where, **refused)[0] == 400
        usage = data.client.describe_identity_pool_usage(IdentityPoolId=pool_id)["IdentityPoolUsage"]
        assert usage["SyncSessionsCount"] == 2

    def test_all_pools_in_pages(self, door: Door) -> None:
        ids = sorted(door.mock.create_identity_pool(f"pool{number}") for number in range(18))
        client = door.client()
        first = client.list_identity_pool_usage()
        assert (first["MaxResults"], first["Count"]) == (16, 16)
        assert base64.b64decode(first["NextToken"]).decode() == ids[16]
        second = client.list_identity_pool_usage(NextToken=first["NextToken"], MaxResults="1000")
        assert (second["MaxResults"], second["Count"], "NextToken" in second) == (1000, 2, False)
        # It is an integer of 32 bits in the answer, whatever the text in the question is.
        assert client.list_identity_pool_usage(MaxResults="99999999999")["MaxResults"] == 2**31 - 1
        listed = [usage["IdentityPoolId"] for usage in first["IdentityPoolUsages"] + second["IdentityPoolUsages"]]
        assert listed == ids

    def test_no_pools(self, door: Door) -> None:
        """A real answer seen at AWS."""
        assert door.http("GET", "/identitypools").body == (
            b'{"Count":0,"IdentityPoolUsages":[],"MaxResults":16,"NextToken":null}'
        )

    @pytest.mark.parametrize("garbage", ["garbage", "Z2FyYmFnZQ==", "/w=="])
    def test_a_broken_next_token(self, client: Any, garbage: str) -> None:
        assert refusal(client.list_identity_pool_usage, NextToken=garbage)[2] == "NextToken not valid for these inputs"

    def test_unknown_pools_and_identities(self, client: Any, pool_id: str, unknown_pool_id: str) -> None:
        assert refusal(client.describe_identity_pool_usage, IdentityPoolId=unknown_pool_id)[0] == 404
        assert refusal(client.describe_identity_usage, IdentityPoolId=pool_id, IdentityId="us-east-1:0") == (
            404,
            "ResourceNotFoundException",
            "Identity 'us-east-1:0' not found",
        )


def test_a_deleted_pool_takes_all_data_along(door: Door, data: Data, pool_id: str, identity_id: str) -> None:
    from test_configuration import delete_identity_pool

    data.update(put("a"))
    delete_identity_pool(door, pool_id)
    assert data.list()["DatasetExists"] is False
    assert refusal(data.client.describe_dataset, **data.where)[2] == f"IdentityPool '{pool_id}' not found"
    door.mock.create_identity_pool(pool_id=pool_id)
    door.mock.create_identity(pool_id, identity_id=identity_id)
    assert data.list()["DatasetExists"] is False
    assert refusal(data.client.describe_dataset, **data.where)[2] == "Dataset 'save' not found"
