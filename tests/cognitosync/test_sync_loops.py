"""The sync loops of the published clients, written anew from their behaviour, against both entry points.

Each keeps a local copy with a dirty mark for every record, pulls what changed after its last count, resolves conflicts
and pushes what is dirty. What they do about deletion, resurrection and merged copies differs a little:

* Android's ``DefaultDataset``, .NET's sync manager and ``amazon-cognito-js`` delete their copy if
  ``(lastSyncCount != 0 && !DatasetExists) || DatasetDeletedAfterRequestedSyncCount``, and start again from 0;
* iOS does so only for the second of the two, and sends the dataset's own count for every record;
* .NET reads a merged copy from 1, the only count that AWS takes for it (aws-sdk-net#414).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from test_records import Data

if TYPE_CHECKING:
    from conftest import Door


class SyncClient:
    """What the managers have in common."""

    deletes_what_does_not_exist = True
    sends_count_of_dataset = False
    first_count_of_a_copy = 0
    retries = 3

    def __init__(self, client: Any, pool_id: str, identity_id: str, name: str = "save") -> None:
        self.remote = Data(client, pool_id, identity_id, name)
        self.values: dict[str, tuple[str | None, int]] = {}
        self.dirty: set[str] = set()
        self.count = 0
        self.is_deleted = False
        self.merged: dict[str, dict[str, str]] = {}
        self.conflicts: list[str] = []

    def put(self, key: str, value: str | None) -> None:
        """Change the local copy."""
        self.values[key] = (value, self.values.get(key, (None, 0))[1])
        self.dirty.add(key)

    def delete(self) -> None:
        """Delete the dataset with the next synchronisation."""
        self.is_deleted, self.values, self.dirty = True, {}, set()

    def content(self) -> dict[str, str]:
        return {key: value for key, (value, _) in self.values.items() if value is not None}

    def sync(self) -> None:
        for _ in range(self.retries):
            if self.try_to_sync():
                return
        raise AssertionError("the client gave up")

    def try_to_sync(self) -> bool:
        if self.is_deleted:
            # The marker of a dataset that another device has deleted already is as good.
            try:
                self.remote.client.delete_dataset(**self.remote.where)
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ResourceNotFoundException"  # noqa: PT017
            self.is_deleted, self.count = False, 0
            return True
        answer = self.remote.list(self.count)
        for name in answer.get("MergedDatasetNames") or []:
            self.take_merged(name)
        if self.was_deleted(answer):
            self.values, self.dirty, self.count = {}, set(), 0
            return True
        self.pull(answer)
        return not self.dirty or self.push(answer)

    def was_deleted(self, answer: Any) -> bool:
        is_gone = self.deletes_what_does_not_exist and self.count != 0 and not answer["DatasetExists"]
        return is_gone or answer["DatasetDeletedAfterRequestedSyncCount"]

    def pull(self, answer: Any) -> None:
        for record in answer["Records"]:
            key, theirs = record["Key"], (record.get("Value"), record["SyncCount"])
            if key in self.dirty and self.values[key][0] != theirs[0]:
                # Conflict: the local value wins, on top of the remote count.
                self.conflicts.append(key)
                self.values[key] = (self.values[key][0], record["SyncCount"])
            else:
                self.values[key] = theirs
                self.dirty.discard(key)
        self.count = answer["DatasetSyncCount"]

    def push(self, answer: Any) -> bool:
        patches = []
        for key in sorted(self.dirty):
            value, count = self.values[key]
            patch = {"Op": "remove", "Key": key, "SyncCount": self.count if self.sends_count_of_dataset else count}
            patches.append(patch if value is None else {**patch, "Op": "replace", "Value": value})
        try:
            records = self.remote.update(*patches, token=answer["SyncSessionToken"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceConflictException":
                raise
            return False
        for record in records:
            self.values[record["Key"]] = (record.get("Value"), record["SyncCount"])
        self.dirty = set()
        self.count = max(record["SyncCount"] for record in records)
        return True

    def take_merged(self, name: str) -> None:
        """Resolve a merged copy as applications do: read it, keep what is missing here, delete it."""
        where = self.remote.where
        copy = Data(self.remote.client, where["IdentityPoolId"], where["IdentityId"], name)
        records = copy.list(self.first_count_of_a_copy)["Records"]
        self.merged[name] = {record["Key"]: record["Value"] for record in records if "Value" in record}
        for key, value in self.merged[name].items():
            if key not in self.values:
                self.put(key, value)
        copy.client.delete_dataset(**copy.where)


class Android(SyncClient):
    """AWSSDK for Android: DefaultDataset."""


class DotNet(SyncClient):
    """AWSSDK.CognitoSync: CognitoSyncManager."""

    first_count_of_a_copy = 1


class IOS(SyncClient):
    """AWSCognito for iOS: AWSCognitoDataset."""

    deletes_what_does_not_exist = False
    sends_count_of_dataset = True


class JavaScript(SyncClient):
    """amazon-cognito-js: CognitoSyncManager."""


CLIENTS = [Android, DotNet, IOS, JavaScript]
by_every_client = pytest.mark.parametrize("kind", CLIENTS, ids=lambda kind: str(kind.__name__))


class People:
    """Makes devices of identities."""

    def __init__(self, door: Door, pool_id: str, identity_id: str) -> None:
        self.door, self.pool_id, self.identity_id = door, pool_id, identity_id

    def device(self, kind: type[SyncClient], identity_id: str | None = None) -> SyncClient:
        identity_id = identity_id or self.identity_id
        return kind(self.door.identity_client(identity_id), self.pool_id, identity_id)


@pytest.fixture
def people(door: Door, pool_id: str, identity_id: str) -> People:
    return People(door, pool_id, identity_id)


@by_every_client
def test_write_delete_write_again(people: People, kind: type[SyncClient]) -> None:
    phone = people.device(kind)
    phone.put("level", "1")
    phone.sync()
    phone.delete()
    phone.sync()
    assert phone.remote.list()["DatasetExists"] is False
    phone.put("level", "2")
    phone.sync()
    assert phone.remote.state() == {"level": ("2", 3)}
    # And on it goes: the name is not deleted for ever.
    phone.put("level", "3")
    phone.sync()
    assert (phone.content(), phone.remote.state()) == ({"level": "3"}, {"level": ("3", 4)})


@by_every_client
def test_a_new_device_syncs_a_name_that_was_deleted_once(people: People, kind: type[SyncClient]) -> None:
    phone, tablet = people.device(kind), people.device(kind)
    phone.put("level", "1")
    phone.sync()
    phone.delete()
    phone.sync()
    tablet.put("level", "9")
    tablet.sync()
    assert tablet.remote.state() == {"level": ("9", 3)}


@by_every_client
def test_two_devices_agree(people: People, kind: type[SyncClient]) -> None:
    phone, tablet = people.device(kind), people.device(kind)
    phone.put("level", "1")
    phone.put("name", "Ada")
    phone.sync()
    tablet.sync()
    tablet.put("level", "2")
    tablet.put("name", None)
    tablet.sync()
    phone.sync()
    assert phone.content() == tablet.content() == {"level": "2"}
    assert phone.conflicts == tablet.conflicts == []


@by_every_client
def test_a_conflict_is_resolved(people: People, kind: type[SyncClient]) -> None:
    phone, tablet = people.device(kind), people.device(kind)
    phone.put("level", "1")
    phone.sync()
    tablet.sync()
    phone.put("level", "5")
    tablet.put("level", "7")
    phone.sync()
    tablet.sync()
    phone.sync()
    assert tablet.conflicts == ["level"]
    assert phone.content() == tablet.content() == {"level": "7"}


@by_every_client
def test_a_write_between_pull_and_push_is_noticed(people: People, kind: type[SyncClient]) -> None:
    phone, tablet = people.device(kind), people.device(kind)
    phone.put("level", "1")
    phone.sync()
    tablet.sync()
    phone.put("level", "5")
    answer = phone.remote.list(phone.count)
    tablet.put("level", "7")
    tablet.sync()
    phone.pull(answer)
    if kind.sends_count_of_dataset:
        phone.count = answer["DatasetSyncCount"]
    assert phone.push(answer) is False
    phone.sync()
    assert phone.conflicts == ["level"]
    assert phone.remote.state() == {"level": ("5", 3)}


@by_every_client
def test_a_deletion_reaches_the_other_device(people: People, kind: type[SyncClient]) -> None:
    phone, tablet = people.device(kind), people.device(kind)
    phone.put("level", "1")
    phone.sync()
    tablet.sync()
    phone.delete()
    phone.sync()
    tablet.sync()
    assert (tablet.content(), tablet.count) == ({}, 0)


@by_every_client
def test_resurrection_purges_the_old_copy_once(people: People, kind: type[SyncClient]) -> None:
    """Another device that has the deleted generation throws it away, and then has the new one."""
    phone, tablet = people.device(kind), people.device(kind)
    phone.put("old", "1")
    phone.sync()
    tablet.sync()
    phone.delete()
    phone.sync()
    phone.put("new", "2")
    phone.sync()
    tablet.sync()
    assert tablet.content() == {}
    tablet.sync()
    assert tablet.content() == {"new": "2"}
    tablet.put("more", "3")
    tablet.sync()
    phone.sync()
    assert phone.content() == tablet.content() == {"new": "2", "more": "3"}


@by_every_client
def test_a_merge_brings_the_guests_data(people: People, kind: type[SyncClient]) -> None:
    guest_id = people.door.mock.create_identity(people.pool_id)
    guest, phone = people.device(kind, guest_id), people.device(kind)
    guest.put("coins", "9")
    guest.put("level", "3")
    guest.sync()
    guest.put("coins", "10")
    guest.sync()
    phone.put("level", "7")
    phone.sync()
    people.door.mock.merge_identities(people.pool_id, guest_id, people.identity_id)
    phone.sync()
    (name,) = phone.merged
    assert name == f"save.{guest_id}"
    # .NET reads the copy from 1, so it sees only what was written later.
    expected = {"coins": "10"} if kind.first_count_of_a_copy else {"coins": "10", "level": "3"}
    assert phone.merged[name] == expected
    assert phone.content() == {"coins": "10", "level": "7"}
    phone.merged.clear()
    phone.sync()
    assert phone.merged == {}
