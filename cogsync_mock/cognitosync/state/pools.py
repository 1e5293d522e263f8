"""What Cognito Sync keeps of one identity pool: configuration, events, identities, usage, bulk publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cogsync_mock.cognitosync.exceptions import (
    AlreadyStreamedException,
    ConstraintsViolated,
    DuplicateRequestException,
    PlatformNotConfigured,
    PushSyncNotConfigured,
    StreamNeverConfigured,
)
from cogsync_mock.cognitosync.state.changes import Change

from .bulk_publish import BulkPublish
from .identities import IdentityData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

    from .datasets import Dataset, Patch, Record
    from .identities import Device

JSONObject = dict[str, Any]

SYNC_TRIGGER = "SyncTrigger"
NOT_ENABLED = "Streaming is not enabled for this identity pool"


class Pool:
    """One identity pool.

    Both parts of the configuration stand in one tuple that is replaced whole, so a reader never sees a mixture of
    two calls.

    Attributes:
        identity_pool_id: its id in cognito-identity.
        generation: tells it from another pool that had, or will have, the same id.
        sync_sessions: how many there were, None before the first.
        last_modified: epoch seconds.
    """

    def __init__(self, identity_pool_id: str, generation: str, created: float) -> None:
        self.identity_pool_id = identity_pool_id
        self.generation = generation
        self.events: dict[str, str] = {}
        self.storage = 0
        self.sync_sessions: int | None = None
        self.last_modified = created
        self._parts: tuple[JSONObject | None, JSONObject | None] = (None, None)
        self._identities: dict[str, IdentityData] = {}
        self._bulk_publish: BulkPublish | None = None
        self._has_streamed = False

    def to_dict(self) -> JSONObject:
        """Return all that is kept of the pool as JSON can hold it."""
        return {
            "identity_pool_id": self.identity_pool_id,
            "generation": self.generation,
            "events": dict(self.events),
            "sync_sessions": self.sync_sessions,
            "last_modified": self.last_modified,
            "push_sync": self.push_sync,
            "cognito_streams": self.cognito_streams,
            "has_streamed": self._has_streamed,
            "bulk_publish": self._bulk_publish and self._bulk_publish.to_dict(),
            "identities": {identity_id: identity.to_dict() for identity_id, identity in self._identities.items()},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return the pool that `to_dict` described."""
        pool = cls(content["identity_pool_id"], content["generation"], content["last_modified"])
        pool.events = dict(content["events"])
        pool.sync_sessions = content["sync_sessions"]
        pool._parts = (content["push_sync"], content["cognito_streams"])
        pool._has_streamed = content["has_streamed"]
        publish, identities = content["bulk_publish"], content["identities"]
        pool._bulk_publish = publish and BulkPublish.from_dict(publish)
        pool._identities = {name: IdentityData.from_dict(identity) for name, identity in identities.items()}
        pool.storage = sum(identity.storage for identity in pool._identities.values())
        return pool

    # ---------------------------------------------------------- configuration

    @property
    def push_sync(self) -> JSONObject | None:
        """What was set as PushSync."""
        return self._parts[0]

    @property
    def cognito_streams(self) -> JSONObject | None:
        """What was set as CognitoStreams."""
        return self._parts[1]

    def configure(self, push_sync: JSONObject | None, cognito_streams: JSONObject | None) -> None:
        """Replace the parts that are given, remove those given empty, leave the others alone.

        The reason why streaming is disabled is kept only while it is (chosen).
        """
        if cognito_streams is not None and cognito_streams.get("StreamingStatus") != "DISABLED":
            cognito_streams = {name: value for name, value in cognito_streams.items() if name != "DisabledReason"}
        old_push_sync, old_streams = self._parts
        self._has_streamed = self._has_streamed or bool(cognito_streams)
        self._parts = (
            old_push_sync if push_sync is None else push_sync or None,
            old_streams if cognito_streams is None else cognito_streams or None,
        )

    @property
    def streams(self) -> bool:
        """Whether changes are to be put on a stream."""
        return (self.cognito_streams or {}).get("StreamingStatus") == "ENABLED"

    def stop_streaming(self, reason: str, stream: str | None = None) -> None:
        """Turn streaming off as the service does when it loses the stream or the role.

        Args:
            reason: why.
            stream: only if the pool still streams to this one, None whatever it does.

        Raises:
            ValueError: if the pool has no streams configured.
        """
        streams = self.cognito_streams
        if streams is None and stream is None:
            raise ValueError(
                f"identity pool {self.identity_pool_id!r} does not stream: configure it first "
                "with set_identity_pool_configuration(CognitoStreams=...)"
            )
        if streams is None or (stream is not None and (not self.streams or self.stream_name != stream)):
            return
        stopped = {**streams, "StreamingStatus": "DISABLED", "DisabledReason": reason}
        self._parts = (self.push_sync, stopped)

    @property
    def stream_name(self) -> str:
        """The name of the stream that is configured, empty if there is none."""
        return str((self.cognito_streams or {}).get("StreamName", ""))

    def configuration(self) -> JSONObject:
        """Return the shape of GetIdentityPoolConfiguration's answer."""
        push_sync, cognito_streams = self._parts
        return {
            "IdentityPoolId": self.identity_pool_id,
            "PushSync": push_sync,
            "CognitoStreams": cognito_streams,
        }

    def require_push_sync(self) -> None:
        """Refuse what needs push sync.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
        """
        if self.push_sync is None:
            raise PushSyncNotConfigured(self.identity_pool_id)

    def application_of(self, platform: str) -> str:
        """Return the ARN of the application that serves a platform: the first one that is of it.

        Raises:
            PlatformNotConfigured: if there is none.
        """
        for arn in (self.push_sync or {}).get("ApplicationArns", []):
            if f":app/{platform}/" in arn:
                return str(arn)
        raise PlatformNotConfigured(self.identity_pool_id, platform)

    # ------------------------------------------------------------------ events

    def check_events(self, events: dict[str, str]) -> None:
        """Refuse events that do not exist.

        Raises:
            ConstraintsViolated: if a key is not SyncTrigger.
        """
        if any(name != SYNC_TRIGGER for name in events):
            printed = ", ".join(f"{name}={function}" for name, function in events.items())
            allowed = f"Map keys must satisfy constraint: [Member must satisfy enum value set: [{SYNC_TRIGGER}]]"
            raise ConstraintsViolated([f"Value '{{{printed}}}' at 'events' failed to satisfy constraint: {allowed}"])

    @property
    def sync_trigger(self) -> str | None:
        """The function that updates by identities call, None if there is none."""
        return self.events.get(SYNC_TRIGGER)

    def set_events(self, events: dict[str, str]) -> None:
        """Set events key by key; an empty function removes its key."""
        self.events = {name: function for name, function in {**self.events, **events}.items() if function}

    # ------------------------------------------------------- identities, usage

    def identity(self, identity_id: str) -> IdentityData:
        """Return what is kept of an identity; of one that never wrote, nothing."""
        return self._identities.get(identity_id) or IdentityData()

    def has_dataset(self, identity_id: str, dataset_name: str) -> bool:
        """Return whether an identity has a dataset, or the marker of a deleted one."""
        return dataset_name in self.identity(identity_id).datasets

    def identity_to_write(self, identity_id: str) -> IdentityData:
        """Return what is kept of an identity, from now on."""
        return self._identities.setdefault(identity_id, IdentityData())

    def check_form(self, identity_id: str, dataset_name: str, patches: Sequence[Patch]) -> list[Record]:
        """Reject patches that cannot be written whatever their records' counts are; return all records there are.

        Raises:
            TooManyDatasets: if a dataset would have to be created above the limit.
            CognitoSyncError: as `Dataset.check_form` rejects patches.
        """
        dataset, _ = self.identity(identity_id).to_write(dataset_name)
        dataset.check_form(patches)
        return dataset.records_after(-1)

    def write(
        self, identity_id: str, dataset_name: str, patches: Sequence[Patch], now: float, author: str
    ) -> Change | None:
        """Write all patches or none, and create the dataset if need be; without patches nothing changes.

        Raises:
            TooManyDatasets: if a dataset would have to be created above the limit.
            CognitoSyncError: as `Dataset.check` refuses patches.
        """
        identity = self.identity_to_write(identity_id)
        dataset, created = identity.to_write(dataset_name)
        dataset.check(patches)
        # Nothing below can refuse.
        if not patches:
            return None
        if created:
            dataset.create_again(now)
            identity.datasets[dataset_name] = dataset
        before = dataset.storage
        written = dataset.apply(patches, now, author)
        self.account_for(identity, storage=dataset.storage - before, datasets=int(created), now=now)
        return self._change(identity_id, dataset, "replace", written)

    def delete(self, identity_id: str, dataset_name: str, now: float, author: str) -> tuple[JSONObject, Change]:
        """Delete a dataset but for the marker of its deletion; return what it was, and the change.

        Raises:
            DatasetNotFound: if there is none.
        """
        identity = self.identity_to_write(identity_id)
        dataset = identity.existing(dataset_name)
        deleted = dataset.to_wire(identity_id)
        self.account_for(identity, storage=-dataset.storage, datasets=-1, now=now)
        dataset.delete(now, author)
        for device in identity.devices.values():
            device.subscriptions.discard(dataset_name)
        return deleted, self._change(identity_id, dataset, "remove", [])

    def all_as_changes(self) -> list[Change]:
        """Return all datasets with their live records, as if they had just been written."""
        return [
            self._change(identity_id, dataset, "replace", dataset.all_live())
            for identity_id, identity in self._identities.items()
            for dataset in identity.all_existing()
        ]

    def _change(
        self, identity_id: str, dataset: Dataset, operation: Literal["replace", "remove"], records: list[Record]
    ) -> Change:
        return Change(
            identity_pool_id=self.identity_pool_id,
            identity_id=identity_id,
            dataset_name=dataset.name,
            operation=operation,
            records=records,
            sync_count=dataset.sync_count,
            last_modified=dataset.last_modified,
        )

    def subscriptions(self, identity_id: str, dataset_name: str, device_id: str) -> set[str]:
        """Return the names of the datasets that a device is subscribed to.

        Raises:
            DatasetNotFound: if there is no such dataset to subscribe to.
            DeviceNotFound: if the identity has no such device.
        """
        identity = self.identity(identity_id)
        identity.existing(dataset_name)
        return identity.device(device_id).subscriptions

    def subscribers(self, identity_id: str, dataset_name: str, writer: str | None) -> list[Device]:
        """Return the devices that want to hear of a dataset, but for the one that wrote."""
        wanted = self.identity(identity_id).subscribers(dataset_name)
        return [device for device in wanted if device.device_id != writer]

    def merge(self, source_id: str, target_id: str, now: float) -> list[str]:
        """Move the datasets of one identity to another; return their new names."""
        source, target = self.identity_to_write(source_id), self.identity_to_write(target_id)
        names = []
        for dataset in source.all_existing():
            name = f"{dataset.name}.{source_id}"
            replaced = target.datasets.get(name)
            if replaced is not None and replaced.exists:
                self.account_for(target, storage=-replaced.storage, datasets=-1, now=now)
            merged = target.datasets[name] = dataset.copy_for_merge(name, now, replaced)
            self.account_for(target, storage=merged.storage, datasets=1, now=now)
            self.account_for(source, storage=-dataset.storage, datasets=-1, now=now)
            names.append(merged.name)
        source.datasets = {}
        return names

    def forget(self, identity_id: str, now: float) -> None:
        """Keep nothing of an identity, neither datasets nor devices."""
        identity = self._identities.pop(identity_id, None)
        if identity is not None:
            self.account_for(identity, storage=-identity.storage, datasets=-identity.live_datasets, now=now)

    def account_for(self, identity: IdentityData, *, storage: int, datasets: int, now: float) -> None:
        """Add a change to the running totals of an identity and of the pool.

        Args:
            identity: whose data changed.
            storage: by how many bytes.
            datasets: by how many datasets.
            now: when.
        """
        identity.storage += storage
        identity.live_datasets += datasets
        identity.last_modified = now
        self.storage += storage
        self.last_modified = now

    def count_session(self) -> None:
        """Count one more sync session."""
        self.sync_sessions = (self.sync_sessions or 0) + 1

    def usage(self) -> JSONObject:
        """Return the wire's IdentityPoolUsage."""
        return {
            "IdentityPoolId": self.identity_pool_id,
            "SyncSessionsCount": self.sync_sessions,
            "DataStorage": self.storage,
            "LastModifiedDate": self.last_modified,
        }

    # ------------------------------------------------------------ bulk publish

    def begin_bulk_publish(self, now: float, progression: Mapping[str, Any]) -> BulkPublish:
        """Begin to stream all datasets; it has failed already if the pool does not stream.

        Args:
            now: epoch seconds.
            progression: how bulk publishes progress, as for `BulkPublish.state`.

        Raises:
            StreamNeverConfigured: if there never was a stream.
            DuplicateRequestException: if one is in progress.
            AlreadyStreamedException: if one succeeded in the last 24 hours.
        """
        if not self._has_streamed:
            raise StreamNeverConfigured(self.identity_pool_id)
        if self._bulk_publish is not None:
            if self._bulk_publish.state(now, progression) == "IN_PROGRESS":
                raise DuplicateRequestException(self.identity_pool_id)
            if self._bulk_publish.forbids_another(now):
                raise AlreadyStreamedException(self.identity_pool_id)
        publish = self._bulk_publish = BulkPublish(now)
        if not self.streams:
            publish.fail((self.cognito_streams or {}).get("DisabledReason") or NOT_ENABLED)
        return publish

    def bulk_publish_details(self, now: float, progression: Mapping[str, Any]) -> JSONObject:
        """Return the answer of GetBulkPublishDetails."""
        if self._bulk_publish is None:
            return {"IdentityPoolId": self.identity_pool_id, "BulkPublishStatus": "NOT_STARTED"}
        return self._bulk_publish.to_wire(self.identity_pool_id, now, progression)
