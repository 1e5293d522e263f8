"""Records, patches, sync counts, tombstones and limits of one dataset: pure, no clock, no I/O.

A dataset has one sync count, raised by every accepted change; a record bears the count of the change that wrote it.
A deleted dataset leaves its count behind as a marker, and a dataset made again under its name goes on counting
(chosen; AWS's own clients need either that or a marker).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.cognitosync.exceptions import (
    BrokenNextToken,
    ConstraintsViolated,
    DatasetTooLarge,
    DuplicateKeys,
    NoSuchSyncCount,
    TooManyRecords,
    WrongSyncCount,
)
from cogsync_mock.cognitosync.wire.tokens import page_token, position_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Documented limits (developer guide).
MAX_RECORDS = 1024
MAX_STORAGE = 1024 * 1024

Patch = dict[str, Any]

# What a dataset keeps beside its records; the rest follows from those.
_KEPT = (
    "name",
    "exists",
    "merged_with",
    "sync_count",
    "deleted_count",
    "created",
    "last_modified",
    "last_modified_by",
)


class Record:
    """One record. A removed one stays as a tombstone, without a value.

    None is ever changed after it was made, so copies of a dataset may share them.
    """

    __slots__ = ("device_last_modified", "key", "last_modified", "last_modified_by", "sync_count", "value")

    def __init__(
        self,
        key: str,
        value: str | None,
        sync_count: int,
        last_modified: float,
        last_modified_by: str,
        device_last_modified: float | None,
    ) -> None:
        self.key = key
        self.value = value
        self.sync_count = sync_count
        self.last_modified = last_modified
        self.last_modified_by = last_modified_by
        self.device_last_modified = device_last_modified

    @property
    def storage(self) -> int:
        """Size in bytes: UTF-8 of key and value; a tombstone counts nothing."""
        return 0 if self.value is None else _bytes(self.key) + _bytes(self.value)

    def __copy__(self) -> Record:
        """Return this very record."""
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Record:
        """Return this very record."""
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON can hold it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Record:
        """Return the record that `to_dict` described."""
        return cls(**content)

    def to_wire(self) -> dict[str, Any]:
        """Return the wire's Record."""
        return {
            "Key": self.key,
            "Value": self.value,
            "SyncCount": self.sync_count,
            "LastModifiedDate": self.last_modified,
            "LastModifiedBy": self.last_modified_by,
            "DeviceLastModifiedDate": self.device_last_modified,
        }


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class Dataset:
    """One dataset of one identity.

    Attributes:
        exists: False for the marker that a deletion leaves.
        deleted_count: sync count of the last deletion, 0 if there was none.
        merged_with: name of the dataset it is a merged copy of, None if it is none.
    """

    __slots__ = (
        "_highest",
        "_records",
        "created",
        "deleted_count",
        "exists",
        "last_modified",
        "last_modified_by",
        "live_records",
        "merged_with",
        "name",
        "storage",
        "sync_count",
    )

    def __init__(self, name: str, now: float) -> None:
        self.name = name
        self.exists = True
        self.merged_with: str | None = None
        self.sync_count = 0
        self.deleted_count = 0
        self.created = self.last_modified = now
        self.last_modified_by: str | None = None
        self.storage = 0
        self.live_records = 0
        # In the order of their sync counts: a change takes a record out and puts it in again at the end.
        self._records: dict[str, Record] = {}
        # Above the dataset's own count only in a merged copy, until it is first written to.
        self._highest = 0

    @classmethod
    def absent(cls, name: str) -> Dataset:
        """Return what stands for a dataset that never was."""
        dataset = cls(name, 0.0)
        dataset.exists = False
        return dataset

    @property
    def highest_count(self) -> int:
        """The highest count that the dataset or one of its records has."""
        return max(self.sync_count, self._highest)

    def check(self, patches: Sequence[Patch]) -> None:
        """Reject patches that cannot be applied; all or none are.

        Raises:
            CognitoSyncError: as `check_form` does.
            WrongSyncCount: if a patch knows an earlier count than its record has; the first one is named.
        """
        self.check_form(patches)
        for patch in patches:
            current = self.record_count(patch["Key"])
            if patch["SyncCount"] < current:
                raise WrongSyncCount(patch["Key"], current, patch["SyncCount"])

    def check_form(self, patches: Sequence[Patch]) -> None:
        """Reject patches that cannot be applied whatever their records' counts are.

        Raises:
            DuplicateKeys: if a key occurs twice.
            ConstraintsViolated: if a ``replace`` has no value.
            NoSuchSyncCount: if a patch knows a later count than the dataset has reached.
            TooManyRecords: if more than 1,024 records would be live.
            DatasetTooLarge: if more than 1 MB would be stored.
        """
        keys = [patch["Key"] for patch in patches]
        if len(set(keys)) < len(keys):
            raise DuplicateKeys(next(key for key in keys if keys.count(key) > 1))
        violations = [
            f"Value null at 'recordPatches.{number}.member.value' failed to satisfy constraint: Member must not be null"
            for number, patch in enumerate(patches, start=1)
            if patch["Op"] == "replace" and "Value" not in patch
        ]
        if violations:
            raise ConstraintsViolated(violations)
        for patch in patches:
            if patch["SyncCount"] > self.highest_count:
                raise NoSuchSyncCount(patch["SyncCount"])
        storage, live = self._totals_after(patches)
        if live > max(MAX_RECORDS, self.live_records):
            raise TooManyRecords(MAX_RECORDS)
        if storage > max(MAX_STORAGE, self.storage):
            raise DatasetTooLarge(MAX_STORAGE)

    def record_count(self, key: str) -> int:
        """Return the sync count of a record, 0 if it was never written."""
        record = self._records.get(key)
        return record.sync_count if record else 0

    def _totals_after(self, patches: Sequence[Patch]) -> tuple[int, int]:
        storage, live = self.storage, self.live_records
        for patch in patches:
            known = self._records.get(patch["Key"])
            if known is not None and known.value is not None:
                storage -= known.storage
                live -= 1
            if patch["Op"] == "replace":
                storage += _bytes(patch["Key"]) + _bytes(patch["Value"])
                live += 1
        return storage, live

    def apply(self, patches: Sequence[Patch], now: float, author: str) -> list[Record]:
        """Write checked patches, at least one; return the records written, in the order of the patches."""
        self.storage, self.live_records = self._totals_after(patches)
        self._touch(now, author)
        for patch in sorted(patches, key=lambda patch: str(patch["Key"])):
            key = patch["Key"]
            value = patch["Value"] if patch["Op"] == "replace" else None
            self._records.pop(key, None)
            self._records[key] = Record(key, value, self.sync_count, now, author, patch.get("DeviceLastModifiedDate"))
        return [self._records[patch["Key"]] for patch in patches]

    def delete(self, now: float, author: str) -> None:
        """Delete all records; what stays is the marker."""
        self._touch(now, author)
        self.exists = False
        self.deleted_count = self.sync_count
        self._records = {}
        self.storage = self.live_records = 0

    def create_again(self, now: float) -> None:
        """Turn the marker into an empty dataset."""
        self.exists = True
        self.merged_with = None
        self.created = self.last_modified = now

    def copy_for_merge(self, name: str, now: float, replaced: Dataset | None) -> Dataset:
        """Return what becomes of this dataset at the identity it is merged into.

        Its own count starts at 1 while its records keep theirs (observed), or goes on from what it replaces.
        """
        merged = Dataset(name, now)
        merged.merged_with = self.name
        merged.sync_count = 1
        if replaced is not None:
            merged.sync_count = replaced.sync_count + 1
            merged.deleted_count = replaced.deleted_count
        merged.last_modified_by = self.last_modified_by
        merged.storage, merged.live_records = self.storage, self.live_records
        # The same class, so these are its own.
        merged._records = dict(self._records)
        merged._highest = self.highest_count
        return merged

    def records_after(self, sync_count: int) -> list[Record]:
        """Return the records with a higher sync count, by count, then key."""
        found = []
        for record in reversed(self._records.values()):
            if record.sync_count <= sync_count:
                break
            found.append(record)
        found.reverse()
        return found

    def all_live(self) -> list[Record]:
        """Return the records that are not tombstones, by sync count, then key."""
        return [record for record in self._records.values() if record.value is not None]

    def page(self, sync_count: int, next_token: str | None, size: int) -> tuple[list[Record], int, str | None]:
        """Return one page of the records with a higher sync count, how many there are, and the token of the next page.

        Raises:
            BrokenNextToken: if the token is none of this dataset.
        """
        matching = self.records_after(sync_count)
        page = matching
        if next_token is not None:
            name, *position = position_of(next_token, str, int, str)
            if name != self.name:
                raise BrokenNextToken
            page = [record for record in page if [record.sync_count, record.key] > position]
        following = None
        if len(page) > size:
            page = page[:size]
            following = page_token(self.name, page[-1].sync_count, page[-1].key)
        return page, len(matching), following

    def was_deleted_after(self, sync_count: int) -> bool:
        """Return whether the dataset was deleted after this count.

        Never after 0, for a client at 0 has seen nothing that could have been deleted: the published clients would
        otherwise delete their copy again and again, and never sync a name that was deleted once (observed).
        """
        return 0 < sync_count < self.deleted_count

    def _touch(self, now: float, author: str) -> None:
        self.sync_count = self.highest_count + 1
        self.last_modified = now
        self.last_modified_by = author

    def to_dict(self) -> dict[str, Any]:
        """Return the dataset as JSON can hold it, tombstones and the marker of a deletion included."""
        content = {name: getattr(self, name) for name in _KEPT}
        return {**content, "highest": self._highest, "records": [record.to_dict() for record in self._records.values()]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Dataset:
        """Return the dataset that `to_dict` described."""
        dataset = cls(content["name"], content["created"])
        for name in _KEPT:
            setattr(dataset, name, content[name])
        records = [Record.from_dict(record) for record in content["records"]]
        dataset._records = {record.key: record for record in records}
        dataset._highest = content["highest"]
        dataset.storage = sum(record.storage for record in records)
        dataset.live_records = sum(record.value is not None for record in records)
        return dataset

    def to_wire(self, identity_id: str) -> dict[str, Any]:
        """Return the wire's Dataset."""
        return {
            "IdentityId": identity_id,
            "DatasetName": self.name,
            "CreationDate": self.created,
            "LastModifiedDate": self.last_modified,
            "LastModifiedBy": self.last_modified_by,
            "DataStorage": self.storage,
            "NumRecords": self.live_records,
        }
