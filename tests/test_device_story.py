"""Two devices of one player: offline edits on both, conflict, resolve, delete, re-create, merge after login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from test_records import Data, put, remove

if TYPE_CHECKING:
    from conftest import Door


class Device(Data):
    """A device with a local copy of the save game, synchronising as AWS's own clients do."""

    def __init__(self, client: Any, pool_id: str, identity_id: str, name: str) -> None:
        super().__init__(client, pool_id, identity_id, "save")
        self.name = name
        self.local: dict[str, tuple[str | None, int]] = {}
        self.last_sync_count = 0

    def edit(self, key: str, value: str | None) -> None:
        """Edit offline; the count stays the last known one."""
        self.local[key] = (value, self.local.get(key, (None, 0))[1])

    def pull(self) -> tuple[dict[str, Any], set[str]]:
        """Return the answer, and the keys that changed elsewhere."""
        answer = self.list(self.last_sync_count)
        return answer, {record["Key"] for record in answer["Records"]}

    def accept(self, answer: dict[str, Any]) -> None:
        """Take what the server has."""
        for record in answer["Records"]:
            self.local[record["Key"]] = (record.get("Value"), record["SyncCount"])
        self.last_sync_count = answer["DatasetSyncCount"]

    def push(self, token: str, *keys: str) -> None:
        patches = [
            remove(key, count) if value is None else put(key, value, count)
            for key, (value, count) in ((key, self.local[key]) for key in keys)
        ]
        for record in self.update(*patches, token=token, DeviceId=self.name):
            self.local[record["Key"]] = (record.get("Value"), record["SyncCount"])
            self.last_sync_count = record["SyncCount"]


def test_two_devices_of_one_player(  # noqa: PLR0915  # a story is told in one go
    door: Door, pool_id: str, identity_id: str
) -> None:
    client = door.identity_client(identity_id)
    phone, tablet = (Device(client, pool_id, identity_id, name) for name in ("phone", "tablet"))

    # The phone plays first and synchronises; the tablet gets it.
    phone.edit("level", "1")
    phone.edit("coins", "10")
    phone.push(phone.pull()[0]["SyncSessionToken"], "level", "coins")
    tablet.accept(tablet.pull()[0])
    assert tablet.local == phone.local == {"level": ("1", 1), "coins": ("10", 1)}

    # Both play offline and change the level; the phone is first to come back.
    phone.edit("level", "2")
    tablet.edit("level", "5")
    tablet.edit("hat", "red")
    phone.push(phone.pull()[0]["SyncSessionToken"], "level")

    # The tablet pushes what it knows, is refused as a whole, and learns of the other's change.
    token = tablet.pull()[0]["SyncSessionToken"]
    with pytest.raises(client.exceptions.ResourceConflictException, match="Current SyncCount for: level is: 2 not: 1"):
        tablet.push(token, "hat", "level")
    assert "hat" not in tablet.state()
    answer, changed = tablet.pull()
    assert (changed, answer["LastModifiedBy"]) == ({"level"}, "phone")

    # It resolves the conflict (its own level is higher) with the same, still good, token.
    mine = tablet.local["level"][0]
    tablet.accept(answer)
    tablet.edit("level", mine)
    tablet.push(token, "level", "hat")
    phone.accept(phone.pull()[0])
    assert phone.local == {"level": ("5", 3), "coins": ("10", 1), "hat": ("red", 3)}

    # The phone loses the hat; to the tablet it comes as a tombstone.
    phone.edit("hat", None)
    phone.push(phone.pull()[0]["SyncSessionToken"], "hat")
    tablet.accept(tablet.pull()[0])
    assert tablet.local["hat"] == (None, 4)

    # The player starts over on the phone: delete, and write again before the tablet has noticed.
    client.delete_dataset(**phone.where)
    phone.local, phone.last_sync_count = {}, phone.list()["DatasetSyncCount"]
    phone.edit("level", "1")
    phone.push(phone.token(), "level")
    answer, _ = tablet.pull()
    assert (answer["DatasetExists"], answer["DatasetDeletedAfterRequestedSyncCount"]) == (True, True)
    tablet.local = {}
    tablet.accept(answer)
    assert tablet.local == {"level": ("1", 6)}

    # The player had also played as a guest; at login the guest's data is merged.
    guest_id = door.mock.create_identity(pool_id)
    guest = Device(door.identity_client(guest_id), pool_id, guest_id, "guest")
    guest.edit("coins", "99")
    guest.push(guest.token(), "coins")
    door.mock.merge_identities(pool_id, guest_id, identity_id)
    (merged_name,) = tablet.pull()[0]["MergedDatasetNames"]
    assert merged_name == f"save.{guest_id}"
    merged = Data(client, pool_id, identity_id, merged_name)
    coins = merged.state()["coins"][0]
    tablet.edit("coins", coins)
    tablet.push(tablet.token(), "coins")
    client.delete_dataset(**merged.where)

    # In the end, all agree.
    phone.accept(phone.pull()[0])
    assert phone.local == tablet.local == {"level": ("1", 6), "coins": ("99", 7)}
    assert "MergedDatasetNames" not in phone.list()
    usage = door.client().describe_identity_usage(IdentityPoolId=pool_id, IdentityId=identity_id)["IdentityUsage"]
    assert (usage["DatasetCount"], usage["DataStorage"]) == (1, len("level1") + len("coins99"))
