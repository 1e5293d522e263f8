"""CognitoSyncBackend: the state of one account and region, and the one place that orders effects."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.utils import unix_time

from . import references
from .effects import kinesis_stream as streams
from .effects import push_sync as push
from .effects import sync_trigger as triggers
from .effects.lambda_runner import functions
from .effects.outbox import Outbox
from .exceptions import ReferencesMissing, SubscriptionNotFound
from .state.identities import IdentityData
from .state.pool_registry import PoolDirectory
from .wire.tokens import Sessions, pool_of, pool_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cogsync_mock.cognitosync.state.changes import Change

    from .state.bulk_publish import BulkPublish
    from .state.datasets import Patch
    from .state.pools import JSONObject, Pool

#: Page sizes where the client asks for none: observed for pools, chosen for the others.
POOLS_A_PAGE = 16
DATASETS_A_PAGE = 64
RECORDS_A_PAGE = 1024


class CognitoSyncBackend(BaseBackend):
    """Cognito Sync of one account and region.

    Every method that takes an ``identity_pool_id`` raises IdentityPoolNotFound if cognito-identity has no such pool
    here, and every one that takes an ``identity_id`` IdentityNotFound if the pool has no such identity; but
    `list_datasets` and `list_records`, which do not declare that error, answer as for an identity without data.
    Those that need an existing dataset raise DatasetNotFound if there is none, or only the marker of a deleted one.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.pools = PoolDirectory(account_id, region_name, Outbox)
        self._sessions = Sessions()

    def reset(self) -> None:
        """Forget everything, also what is still to be delivered."""
        self.pools.close()
        super().reset()

    # ---------------------------------------------------------- configuration

    def get_identity_pool_configuration(self, identity_pool_id: str) -> JSONObject:
        """Return the configuration of a pool, both parts None if it was never set."""
        return self.pools.get(identity_pool_id).configuration()

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
        pool = self.pools.get(identity_pool_id)
        with pool.modification():
            before_commit()
            if verify_references:
                self._verify(
                    references.missing_references(self.account_id, self.region_name, push_sync, cognito_streams)
                )
            pool.configure(push_sync, cognito_streams)
            return pool.configuration()

    def stop_streaming(self, identity_pool_id: str, reason: str) -> None:
        """Turn streaming off as the service does when it loses the stream or the role.

        Raises:
            ValueError: if the pool has no streams configured.
        """
        self.pools.get(identity_pool_id).stop_streaming(reason)

    def get_cognito_events(self, identity_pool_id: str) -> JSONObject:
        """Return the events of a pool and the functions they call."""
        return {"Events": dict(self.pools.get(identity_pool_id).events)}

    def set_cognito_events(
        self, identity_pool_id: str, events: dict[str, str], *, verify_references: bool = False
    ) -> JSONObject:
        """Set events key by key; an empty function removes its key.

        Raises:
            ConstraintsViolated: if a key is not SyncTrigger.
            ReferencesMissing: if a function does not exist.
        """
        pool = self.pools.get(identity_pool_id)
        self.check_cognito_events(pool, events, verify_references=verify_references)
        pool.set_events(events)
        return {}

    def check_cognito_events(self, pool: Pool, events: dict[str, str], *, verify_references: bool) -> None:
        """Refuse what `set_cognito_events` would refuse."""
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
        about = (identity_pool_id, identity_id, dataset_name)
        pool, now = self.pools.find(identity_pool_id), unix_time()
        if sync_session_token is not None:
            self._sessions.check(sync_session_token, about, now)
        with pool.lock if pool else nullcontext():
            identity = pool.identity(identity_id) if pool else IdentityData()
            listing = identity.records(dataset_name, last_sync_count, next_token, max_results or RECORDS_A_PAGE)
            # Nothing below can refuse.
            if sync_session_token is None:
                sync_session_token = self._sessions.begin(about, now)
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
        """Have the life of an update run its course: trigger, write, stream, push.

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
        pool = self.pools.of_identity(identity_pool_id, identity_id)
        about = (identity_pool_id, identity_id, dataset_name)
        if by_identity and pool.sync_trigger:
            patches = self._ask_trigger(pool, pool.sync_trigger, about, patches, sync_session_token)
            # The pool may have been deleted meanwhile.
            pool = self.pools.of_identity(identity_pool_id, identity_id)
        with pool.lock:
            now = unix_time()
            self._sessions.check(sync_session_token, about, now)
            change = pool.write(identity_id, dataset_name, patches, now, author)
            self._sessions.spend(sync_session_token, about, now)
            if change is not None:
                others = pool.subscribers(identity_id, dataset_name, device_id)
                pool.outbox.add(partial(streams.put, pool, change, self._place(origin)))
                pool.outbox.add(partial(push.send, others, change))
        pool.outbox.deliver()
        return {"Records": [record.to_dict() for record in change.records] if change else []}

    def _ask_trigger(
        self, pool: Pool, function: str, about: tuple[str, str, str], patches: Sequence[Patch], token: str
    ) -> Sequence[Patch]:
        """Return the patches as the function of the SyncTrigger wants them; what could not be written never asks it."""
        with pool.lock:
            self._sessions.check(token, about, unix_time())
            stored = pool.check(about[1], about[2], patches)
        # Without the lock: the function may call Cognito Sync itself.
        event = triggers.event(self.region_name, about, stored, patches)
        understand = partial(triggers.patches_of, sent=event, stored=stored, patches=patches)
        return functions.call(function, self.account_id, self.region_name, event, understand)

    # --------------------------------------------------------------- datasets

    def list_datasets(
        self, identity_pool_id: str, identity_id: str, *, next_token: str | None, max_results: int | None
    ) -> JSONObject:
        """Return the datasets of an identity, by name.

        Raises:
            BrokenNextToken: if it is none of this operation.
        """
        pool = self.pools.find(identity_pool_id)
        with pool.lock if pool else nullcontext():
            identity = pool.identity(identity_id) if pool else IdentityData()
            page, following = identity.page(next_token, max_results or DATASETS_A_PAGE)
            datasets = [dataset.to_dict(identity_id) for dataset in page]
        return {"Datasets": datasets, "Count": len(datasets), "NextToken": following}

    def describe_dataset(self, identity_pool_id: str, identity_id: str, dataset_name: str) -> JSONObject:
        """Return the metadata of a dataset."""
        pool = self.pools.of_identity(identity_pool_id, identity_id)
        with pool.lock:
            return {"Dataset": pool.identity(identity_id).existing(dataset_name).to_dict(identity_id)}

    def delete_dataset(
        self, identity_pool_id: str, identity_id: str, dataset_name: str, *, author: str, origin: str | None = None
    ) -> JSONObject:
        """Delete a dataset but for the marker of its deletion; return what it was. The stream hears of it."""
        pool = self.pools.of_identity(identity_pool_id, identity_id)
        with pool.lock:
            deleted, change = pool.delete(identity_id, dataset_name, unix_time(), author)
            pool.outbox.add(partial(streams.put, pool, change, self._place(origin)))
        pool.outbox.deliver()
        return {"Dataset": deleted}

    def merge_identities(self, identity_pool_id: str, source_identity_id: str, target_identity_id: str) -> list[str]:
        """Move the datasets of one identity to another, as the service does when their logins are linked.

        Returns:
            Their new names, ``<dataset>.<source identity>``.
        """
        pool, now = self.pools.of_identity(identity_pool_id, source_identity_id), unix_time()
        self.pools.of_identity(identity_pool_id, target_identity_id)
        with pool.lock:
            return pool.merge(source_identity_id, target_identity_id, now)

    # ------------------------------------------------------------------ usage

    def describe_identity_usage(self, identity_pool_id: str, identity_id: str) -> JSONObject:
        """Return the totals of an identity."""
        pool = self.pools.of_identity(identity_pool_id, identity_id)
        return {"IdentityUsage": pool.identity(identity_id).usage(identity_pool_id, identity_id)}

    def describe_identity_pool_usage(self, identity_pool_id: str) -> JSONObject:
        """Return the totals of a pool; SyncSessionsCount is None until the first session."""
        return {"IdentityPoolUsage": self.pools.get(identity_pool_id).usage()}

    def list_identity_pool_usage(self, *, next_token: str | None, max_results: int | None) -> JSONObject:
        """Return the totals of all pools, by id; the NextToken is base64 of the next one's id (documented sample).

        Raises:
            BrokenNextToken: if it is none of this operation.
        """
        ids = self.pools.ids()
        if next_token is not None:
            first = pool_of(next_token)
            ids = [identity_pool_id for identity_pool_id in ids if identity_pool_id >= first]
        size = max_results or POOLS_A_PAGE
        page = [self.pools.get(identity_pool_id).usage() for identity_pool_id in ids[:size]]
        return {
            "IdentityPoolUsages": page,
            "MaxResults": size,
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
        pool, now = self.pools.get(identity_pool_id), unix_time()
        with pool.lock:
            publish = pool.begin_bulk_publish(now)
            if publish.failure is None:
                for change in pool.all_as_changes():
                    pool.outbox.add(partial(self._publish, publish, pool, change, self._place(origin)))
                pool.outbox.add(partial(publish.delivered, now))
        pool.outbox.deliver()
        return {"IdentityPoolId": identity_pool_id}

    def _publish(self, publish: BulkPublish, pool: Pool, change: Change, place: streams.PoolLocation) -> None:
        if publish.failure is None:
            failure = streams.put(pool, change, place)
            if failure is not None:
                publish.fail(failure)

    def _place(self, origin: str | None) -> streams.PoolLocation:
        return streams.PoolLocation(self.account_id, self.region_name, origin)

    def get_bulk_publish_details(self, identity_pool_id: str) -> JSONObject:
        """Return how far the last bulk publish has got."""
        return self.pools.get(identity_pool_id).bulk_publish_details(unix_time())

    # ---------------------------------------------------------------- devices

    def register_device(self, identity_pool_id: str, identity_id: str, platform: str, token: str) -> JSONObject:
        """Register a device for push sync; the same token again keeps its id.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
            PlatformNotConfigured: if none of the pool's applications is of this platform.
        """
        pool = self.pools.of_identity(identity_pool_id, identity_id)
        pool.require_push_sync()
        application = pool.application_of(platform)
        with pool.lock:
            device = pool.identity_to_write(identity_id).register(platform, token)
        push.register(application, device)
        return {"DeviceId": device.device_id}

    def subscribe_to_dataset(
        self, identity_pool_id: str, identity_id: str, dataset_name: str, device_id: str
    ) -> JSONObject:
        """Have a device hear of changes to a dataset.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
            DeviceNotFound: if the identity has no such device.
        """
        pool = self.pools.get(identity_pool_id)
        pool.require_push_sync()
        self.pools.require_identity(pool, identity_id)
        with pool.lock:
            pool.subscriptions(identity_id, dataset_name, device_id).add(dataset_name)
        return {}

    def unsubscribe_from_dataset(
        self, identity_pool_id: str, identity_id: str, dataset_name: str, device_id: str
    ) -> JSONObject:
        """Have a device no longer hear of changes to a dataset.

        Raises:
            PushSyncNotConfigured: if the pool has no PushSync.
            DeviceNotFound: if the identity has no such device.
            SubscriptionNotFound: if the device is not subscribed.
        """
        pool = self.pools.get(identity_pool_id)
        pool.require_push_sync()
        self.pools.require_identity(pool, identity_id)
        with pool.lock:
            subscriptions = pool.subscriptions(identity_id, dataset_name, device_id)
            if dataset_name not in subscriptions:
                raise SubscriptionNotFound(device_id, dataset_name)
            subscriptions.remove(dataset_name)
        return {}


cognitosync_backends = BackendDict(CognitoSyncBackend, "cognito-sync")
