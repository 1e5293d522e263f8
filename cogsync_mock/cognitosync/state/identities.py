"""What Cognito Sync keeps of one identity: its datasets and devices, with running totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.cognitosync.exceptions import DatasetNotFound, DeviceNotFound, NoSuchSyncCount, TooManyDatasets
from cogsync_mock.cognitosync.wire.tokens import page_token, position_of

from .datasets import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Documented limit (developer guide).
MAX_DATASETS = 20


class Device:
    """A device that takes push notifications, and the datasets it wants to hear of.

    Attributes:
        endpoint_arn: where SNS reaches it; None if that was not possible yet.
    """

    __slots__ = ("device_id", "endpoint_arn", "platform", "subscriptions", "token")

    def __init__(self, device_id: str, platform: str, token: str) -> None:
        self.device_id = device_id
        self.platform = platform
        self.token = token
        self.endpoint_arn: str | None = None
        self.subscriptions: set[str] = set()

    def to_dict(self) -> dict[str, Any]:
        """Return the device as JSON can hold it."""
        return {
            "device_id": self.device_id,
            "platform": self.platform,
            "token": self.token,
            "endpoint_arn": self.endpoint_arn,
            "subscriptions": sorted(self.subscriptions),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Device:
        """Return the device that `to_dict` described."""
        device = cls(content["device_id"], content["platform"], content["token"])
        device.endpoint_arn = content["endpoint_arn"]
        device.subscriptions = set(content["subscriptions"])
        return device


class IdentityData:
    """The datasets and devices of one identity, with running totals."""

    __slots__ = ("datasets", "devices", "last_modified", "live_datasets", "storage")

    def __init__(self) -> None:
        self.datasets: dict[str, Dataset] = {}
        self.devices: dict[str, Device] = {}
        self.live_datasets = 0
        self.storage = 0
        self.last_modified: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        return {
            "datasets": [dataset.to_dict() for dataset in self.datasets.values()],
            "devices": [device.to_dict() for device in self.devices.values()],
            "last_modified": self.last_modified,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> IdentityData:
        """Return what `to_dict` described."""
        identity = cls()
        datasets = [Dataset.from_dict(dataset) for dataset in content["datasets"]]
        identity.datasets = {dataset.name: dataset for dataset in datasets}
        identity.devices = {device["device_id"]: Device.from_dict(device) for device in content["devices"]}
        identity.last_modified = content["last_modified"]
        identity.live_datasets = len(identity.all_existing())
        identity.storage = sum(dataset.storage for dataset in datasets)
        return identity

    def existing(self, name: str) -> Dataset:
        """Return a dataset.

        Raises:
            DatasetNotFound: if there is none, or only the marker of a deleted one.
        """
        dataset = self.datasets.get(name)
        if dataset is None or not dataset.exists:
            raise DatasetNotFound(name)
        return dataset

    def all_existing(self) -> list[Dataset]:
        """Return the datasets by name."""
        return sorted((dataset for dataset in self.datasets.values() if dataset.exists), key=lambda found: found.name)

    def page(self, next_token: str | None, size: int) -> tuple[list[Dataset], str | None]:
        """Return one page of the datasets by name, and the token of the next page.

        Raises:
            BrokenNextToken: if the token is none of this operation.
        """
        found = self.all_existing()
        if next_token is not None:
            (name,) = position_of(next_token, str)
            found = [dataset for dataset in found if dataset.name > name]
        page = found[:size]
        return page, page_token(page[-1].name) if len(found) > size else None

    def records(self, name: str, last_sync_count: int, next_token: str | None, size: int) -> dict[str, Any]:
        """Return the answer of ListRecords but for the token: one page of what changed after a sync count.

        Raises:
            NoSuchSyncCount: if the dataset exists and has not reached that count.
            BrokenNextToken: if the token is none of this dataset.
        """
        dataset = self.datasets.get(name) or Dataset.absent(name)
        if dataset.exists and last_sync_count > dataset.sync_count:
            raise NoSuchSyncCount(last_sync_count)
        page, count, following = dataset.page(last_sync_count, next_token, size)
        return {
            "Records": [record.to_wire() for record in page],
            "NextToken": following,
            "Count": count,
            "DatasetSyncCount": dataset.sync_count,
            "LastModifiedBy": dataset.last_modified_by,
            "MergedDatasetNames": self.merged_names(name),
            "DatasetExists": dataset.exists,
            "DatasetDeletedAfterRequestedSyncCount": dataset.was_deleted_after(last_sync_count),
        }

    def merged_names(self, name: str) -> list[str] | None:
        """Return the names of the datasets that were merged with this one, None if none were."""
        names = [found.name for found in self.all_existing() if found.merged_with == name]
        return names or None

    def to_write(self, name: str) -> tuple[Dataset, bool]:
        """Return a dataset to write to, and whether it does not exist yet; nothing is kept of a new one.

        Raises:
            TooManyDatasets: if it does not exist and there is no room for it.
        """
        dataset = self.datasets.get(name)
        if dataset is not None and dataset.exists:
            return dataset, False
        if self.live_datasets >= MAX_DATASETS:
            raise TooManyDatasets(MAX_DATASETS)
        return dataset or Dataset.absent(name), True

    def register(self, platform: str, token: str, new_id: Callable[[], str]) -> Device:
        """Return the device of that token, a new one if there is none."""
        for device in self.devices.values():
            if (device.platform, device.token) == (platform, token):
                return device
        device = Device(new_id(), platform, token)
        self.devices[device.device_id] = device
        return device

    def subscribers(self, name: str) -> list[Device]:
        """Return the devices that want to hear of a dataset."""
        return [device for device in self.devices.values() if name in device.subscriptions]

    def device(self, device_id: str) -> Device:
        """Return a device of this identity.

        Raises:
            DeviceNotFound: if it has no such device.
        """
        if device_id not in self.devices:
            raise DeviceNotFound(device_id)
        return self.devices[device_id]

    def usage(self, identity_pool_id: str, identity_id: str) -> dict[str, Any]:
        """Return the wire's IdentityUsage."""
        return {
            "IdentityId": identity_id,
            "IdentityPoolId": identity_pool_id,
            "LastModifiedDate": self.last_modified,
            "DatasetCount": self.live_datasets,
            "DataStorage": self.storage,
        }
