"""CognitoSyncBackend: the state of one account and region, and the one place that orders effects."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict
from moto.core.utils import unix_time

from cogsync_mock.cognitoidentity import listeners
from cogsync_mock.integrations import cognitoidentity, moto_api

from . import references
from .backend import IdentityChanges, PoolsBackend
from .effects import kinesis_stream as streams
from .effects import push_sync as push
from .effects import sync_trigger as triggers
from .effects.lambda_runner import functions
from .exceptions import ReferencesMissing, SubscriptionNotFound
from .state.identities import IdentityData
from .wire.tokens import DatasetKey, pool_of, pool_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cogsync_mock.cognitosync.state.changes import Change

    from .state.bulk_publish import BulkPublish
    from .state.datasets import Patch
    from .state.pools import JSONObject, Pool

#: Page sizes where the client asks for none: observed for pools, chosen for the others.
POOLS_A_PAGE = 16
DATASETS_A_PAGE = 64
RECORDS_A_PAGE = 1024

_INTEGER_MAX = 2**31 - 1
_BULK_PUBLISH = "cognitosync::bulk_publish"
moto_api.register_transition(_BULK_PUBLISH)


class CognitoSyncBackend(PoolsBackend):
    """Cognito Sync of one account and region.

    Every method that takes an ``identity_pool_id`` raises IdentityPoolNotFound if cognito-identity has no such pool
    here, and every one that takes an ``identity_id`` IdentityNotFound if the pool has no such identity; but
    `list_datasets` and `list_records`, which do not declare that error, answer as for an identity without data.
    Those that need an existing dataset raise DatasetNotFound if there is none, or only the marker of a deleted one.
    """

    # ---------------------------------------------------------- configuration

    def get_identity_pool_configuration(self, identity_pool_id: str) -> JSONObject:
        """Return the configuration of a pool, both parts None if it was never set."""
        with self.pool(identity_pool_id) as pool:
            return pool.configuration()

    def set_identity_pool_configuration(
        self,
        identity_pool_id: str,
        push_sync: JSONObject | None,
        cognito_streams: JSONObject | None,
        *,
        verify_references: bool = False,
        before_commit: Callable[[], None] = lambda: None,
    ) -> JSONObject:
        """Replace the parts that are given, remove those given empty, leave the others alone.

        Args:
            identity_pool_id: the pool.
            push_sync: PushSync of the request.
            cognito_streams: CognitoStreams of the request.
            verify_references: refuse roles, applications and streams that do not exist.
            before_commit: called while the modification is open to conflicts with others.

        Raises:
            ConcurrentModificationException: if another call is modifying this pool.
            ReferencesMissing: if a role, application or stream does not exist.
        """
        with self.pool(identity_pool_id) as pool:
            pass
        with self._concurrency.modification(pool):
            before_commit()
            if verify_references:
                where = (self.account_id, self.region_name)
                self._verify(references.missing_references(*where, push_sync, cognito_streams))
            with self.lock:
                pool.configure(push_sync, cognito_streams)
                return pool.configuration()

    def stop_streaming(self, identity_pool_id: str, reason: str) -> None:
        """Turn streaming off as the service does when it loses the stream; ValueError if there is none."""
        with self.pool(identity_pool_id) as pool:
            pool.stop_streaming(reason)

    def get_cognito_events(self, identity_pool_id: str) -> JSONObject:
        """Return the events of a pool and the functions they call."""
        with self.pool(identity_pool_id) as pool:
            return {"Events": dict(pool.events)}

    def set_cognito_events(
        self, identity_pool_id: str, events: dict[str, str], *, verify_references: bool = False
    ) -> JSONObject:
        """Set events key by key; an empty function removes its key.

        Raises:
            ConstraintsViolated: if a key is not SyncTrigger.
            ReferencesMissing: if a function does not exist.
        """
        self.check_cognito_events(identity_pool_id, events, verify_references=verify_references)
        with self.pool(identity_pool_id) as pool:
            pool.set_events(events)
        return {}

    def check_cognito_events(self, identity_pool_id: str, events: dict[str, str], *, verify_references: bool) -> None:
        """Reject what `set_cognito_events` would reject."""
        with self.pool(identity_pool_id) as pool:
            pool.check_events(events)
        if verify_references:
            self._verify(functions.missing(filter(None, events.values()), self.account_id, self.region_name))

    def _verify(self, missing: Any) -> None:
        named = list(missing)
        if named:
            raise ReferencesMissing(named)

    # ---------------------------------------------------------------- records

    def list_records(
        self,
        identity_pool_id: str,
        identity_id: str,
        dataset_name: str,
        *,
        last_sync_count: int,
        next_token: str | None,
        max_results: int | None,
        sync_session_token: str | None,
    ) -> JSONObject:
        """Return the records that changed after a sync count, and a session token to write with.

        Raises:
            NoSuchSyncCount: if the dataset exists and has not reached that count.
            SyncSessionTokenNotValid: if a token is given and not good.
            BrokenNextToken: if it is none of this dataset.
        """
        key, now = DatasetKey(identity_pool_id, identity_id, dataset_name), unix_time()
        with self._find_pool(identity_pool_id) as pool:
            if sync_session_token is not None:
                self._sessions.check(sync_session_token, key, now)
            identity = pool.identity(identity_id) if pool else IdentityData()
            listing = identity.records(dataset_name, last_sync_count, next_token, max_results or RECORDS_A_PAGE)
            # Nothing below can refuse.
            if sync_session_token is None:
                sync_session_token = self._sessions.begin(key, now, moto_api.random_bytes)
                if pool:
                    pool.count_session()
            return {**listing, "SyncSessionToken": sync_session_token}

    def update_records(
        self,
        identity_pool_id: str,
        identity_id: str,
        dataset_name: str,
        patches: Sequence[Patch],
        *,
        sync_session_token: str,
        author: str,
        by_identity: bool = False,
        device_id: str | None = None,
        origin: str | None = None,
    ) -> JSONObject:
        """Carry out an update: trigger, write, stream, push.

        Args:
            identity_pool_id: the pool.
            identity_id: whose dataset.
            dataset_name: which one; it is made if need be.
            patches: RecordPatches of the request, written all or none.
            sync_session_token: SyncSessionToken of the request.
            author: who will have made the change.
            by_identity: whether an identity calls; the trigger is none of a developer's business (documented).
            device_id: the device that makes the change and need not hear of it.
            origin: scheme and host of the server that is asked, None in process.

        Raises:
            SyncSessionTokenNotValid: if the token is not good for this dataset.
            TooManyDatasets: if a dataset would have to be created above the limit.
            CognitoSyncError: as `Dataset.check` refuses patches, `LambdaInvoker.call` and the trigger's answers.
        """
        key = DatasetKey(identity_pool_id, identity_id, dataset_name)
        if by_identity:
            patches = self._ask_trigger(key, patches, sync_session_token)
        with self.pool(identity_pool_id, identity_id) as pool:
            now = unix_time()
            self._sessions.check(sync_session_token, key, now)
            change = pool.write(identity_id, dataset_name, patches, now, author)
            self._sessions.spend(sync_session_token, key, now)
            if change is not None:
                others = pool.subscribers(identity_id, dataset_name, device_id)
                self._stream(pool, change, origin)
                self._concurrency.outbox(pool).add(partial(push.send, others, change))
        self._concurrency.outbox(pool).deliver()
        return {"Records": [record.to_wire() for record in change.records] if change else []}

    def _ask_trigger(self, key: DatasetKey, patches: Sequence[Patch], token: str) -> Sequence[Patch]:
        """Return the patches as the SyncTrigger's function wants them; it is asked before conflicts are judged."""
        with self.pool(key.identity_pool_id, key.identity_id) as pool:
            if (function := pool.sync_trigger) is None:
                return patches
            self._sessions.check(token, key, unix_time())
            stored = pool.check_form(key.identity_id, key.dataset_name, patches)
        # Without the lock: the function may call Cognito Sync itself.
        event = triggers.event(self.region_name, key, stored, patches)
        understand = partial(triggers.patches_of, sent=event, stored=stored, patches=patches)
        return functions.call(function, self.account_id, self.region_name, event, understand)

    def _stream(self, pool: Pool, change: Change, origin: str | None) -> None:
        """Put a change on the pool's stream, if it has one, after what is to be delivered before."""
        self._concurrency.outbox(pool).add(partial(self._put, pool, change, origin))

    def _put(self, pool: Pool, change: Change, origin: str | None) -> str | None:
        place = streams.PoolLocation(self.account_id, self.region_name, origin)
        stop = partial(self._concurrency.locked, pool.stop_streaming)
        return streams.put(pool, change, place, self._concurrency.outbox(pool).aside, stop)

    # --------------------------------------------------------------- datasets

    def list_datasets(
        self, identity_pool_id: str, identity_id: str, *, next_token: str | None, max_results: int | None
    ) -> JSONObject:
        """Return the datasets of an identity, by name.

        Raises:
            BrokenNextToken: if it is none of this operation.
        """
        with self._find_pool(identity_pool_id) as pool:
            identity = pool.identity(identity_id) if pool else IdentityData()
            page, following = identity.page(next_token, max_results or DATASETS_A_PAGE)
            datasets = [dataset.to_wire(identity_id) for dataset in page]
        return {"Datasets": datasets, "Count": len(datasets), "NextToken": following}

    def has_dataset(self, identity_pool_id: str, identity_id: str, dataset_name: str) -> bool:
        """Return whether there is a dataset, or the marker of one; never raises."""
        with self._find_pool(identity_pool_id) as pool:
            return pool is not None and pool.has_dataset(identity_id, dataset_name)

    def describe_dataset(self, identity_pool_id: str, identity_id: str, dataset_name: str) -> JSONObject:
        """Return the metadata of a dataset."""
        with self.pool(identity_pool_id, identity_id) as pool:
            return {"Dataset": pool.identity(identity_id).existing(dataset_name).to_wire(identity_id)}

    def delete_dataset(
        self, identity_pool_id: str, identity_id: str, dataset_name: str, *, author: str, origin: str | None = None
    ) -> JSONObject:
        """Delete a dataset but for the marker of its deletion; return what it was. The stream hears of it."""
        with self.pool(identity_pool_id, identity_id) as pool:
            deleted, change = pool.delete(identity_id, dataset_name, unix_time(), author)
            self._stream(pool, change, origin)
        self._concurrency.outbox(pool).deliver()
        return {"Dataset": deleted}

    def merge_identities(self, identity_pool_id: str, source_identity_id: str, target_identity_id: str) -> list[str]:
        """Move the datasets of one identity to another, as the service does when their logins are linked.

        Returns:
            Their new names, ``<dataset>.<source identity>``.
        """
        with self.pool(identity_pool_id, source_identity_id):
            pass
        with self.pool(identity_pool_id, target_identity_id) as pool:
            return pool.merge(source_identity_id, target_identity_id, unix_time())

    # ------------------------------------------------------------------ usage

    def describe_identity_usage(self, identity_pool_id: str, identity_id: str) -> JSONObject:
        """Return the totals of an identity."""
        with self.pool(identity_pool_id, identity_id) as pool:
            return {"IdentityUsage": pool.identity(identity_id).usage(identity_pool_id, identity_id)}

    def describe_identity_pool_usage(self, identity_pool_id: str) -> JSONObject:
        """Return the totals of a pool; SyncSessionsCount is None until the first session."""
        return {"IdentityPoolUsage": self._usage(identity_pool_id)}

    def _usage(self, identity_pool_id: str) -> JSONObject:
        with self.pool(identity_pool_id) as pool:
            return pool.usage()

    def list_identity_pool_usage(self, *, next_token: str | None, max_results: int | None) -> JSONObject:
        """Return the totals of all pools, by id; the NextToken is base64 of the next one's id (documented sample).

        MaxResults comes as text and goes back as an integer of 32 bits (documented).

        Raises:
            BrokenNextToken: if it is none of this operation.
        """
        ids = sorted(cognitoidentity.identity_pool_ids(self.account_id, self.region_name))
        if next_token is not None:
            first = pool_of(next_token)
            ids = [identity_pool_id for identity_pool_id in ids if identity_pool_id >= first]
        size = max_results or POOLS_A_PAGE
        page = [self._usage(identity_pool_id) for identity_pool_id in ids[:size]]
        return {
            "IdentityPoolUsages": page,
            "MaxResults": min(size, _INTEGER_MAX),
            "Count": len(page),
            "NextToken": pool_token(ids[size]) if len(ids) > size else None,
        }

    # ----------------------------------------------------------- bulk publish

    def bulk_publish(self, identity_pool_id: str, *, origin: str | None = None) -> JSONObject:
        """Put all datasets of a pool on its stream.

        Raises:
            StreamNeverConfigured: if the pool never had a stream.
            DuplicateRequestException: if one is in progress.
            AlreadyStreamedException: if one succeeded in the last 24 hours.
        """
        with self.pool(identity_pool_id) as pool:
            now, progression = unix_time(), moto_api.transition(_BULK_PUBLISH)
            publish = pool.begin_bulk_publish(now, progression)
            outbox = self._concurrency.outbox(pool)
            if publish.failure is None:
                for change in pool.all_as_changes():
                    outbox.add(partial(self._publish, publish, pool, change, origin))
                outbox.add(partial(self._concurrency.locked, publish.delivered, now, progression))
        outbox.deliver()
        return {"IdentityPoolId": identity_pool_id}

    def _publish(self, publish: BulkPublish, pool: Pool, change: Change, origin: str | None) -> None:
        if publish.failure is None:
            failure = self._put(pool, change, origin)
            if failure is not None:
                self._concurrency.locked(publish.fail, failure)

    def get_bulk_publish_details(self, identity_pool_id: str) -> JSONObject:
        """Return how far the last bulk publish has got."""
        with self.pool(identity_pool_id) as pool:
            return pool.bulk_publish_details(unix_time(), moto_api.transition(_BULK_PUBLISH))

    # ---------------------------------------------------------------- devices

    def register_device(self, identity_pool_id: str, identity_id: str, platform: str, token: str) -> JSONObject:
        """Register a device for push sync; the same token again keeps its id.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
            PlatformNotConfigured: if none of the pool's applications is of this platform.
        """
        with self.pool(identity_pool_id, identity_id) as pool:
            pool.require_push_sync()
            application = pool.application_of(platform)
            device = pool.identity_to_write(identity_id).register(platform, token, moto_api.random_uuid)
        push.register(application, device)
        return {"DeviceId": device.device_id}

    @contextmanager
    def _push_pool(self, identity_pool_id: str, identity_id: str) -> Iterator[Pool]:
        """Hold the lock and give a pool with push sync; whether it has that comes before who is asked about."""
        with self.pool(identity_pool_id) as pool:
            pool.require_push_sync()
        with self.pool(identity_pool_id, identity_id) as pool:
            yield pool

    def subscribe_to_dataset(
        self, identity_pool_id: str, identity_id: str, dataset_name: str, device_id: str
    ) -> JSONObject:
        """Make a device hear of changes to a dataset.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
            DeviceNotFound: if the identity has no such device.
        """
        with self._push_pool(identity_pool_id, identity_id) as pool:
            pool.subscriptions(identity_id, dataset_name, device_id).add(dataset_name)
        return {}

    def unsubscribe_from_dataset(
        self, identity_pool_id: str, identity_id: str, dataset_name: str, device_id: str
    ) -> JSONObject:
        """Make a device no longer hear of changes to a dataset.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
            DeviceNotFound: if the identity has no such device.
            SubscriptionNotFound: if the device is not subscribed.
        """
        with self._push_pool(identity_pool_id, identity_id) as pool:
            subscriptions = pool.subscriptions(identity_id, dataset_name, device_id)
            if dataset_name not in subscriptions:
                raise SubscriptionNotFound(device_id, dataset_name)
            subscriptions.remove(dataset_name)
        return {}


cognitosync_backends = BackendDict(CognitoSyncBackend, "cognito-sync")
listeners.register(IdentityChanges(cognitosync_backends))
