"""The data apart from its lock: it round-trips, it is copied, it is guarded, and a reset empties all of it."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from data import PUSH_SYNC, STREAMS
from freezegun import freeze_time
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.moto_api import state_manager

from cogsync_mock import mock_cognito_sync
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.cognitoidentity.models import logins_backends
from cogsync_mock.cognitosync.backend import Pool
from cogsync_mock.cognitosync.models import CognitoSyncBackend, cognitosync_backends
from cogsync_mock.integrations import cognitoidentity

if TYPE_CHECKING:
    from cogsync_mock import CognitoSyncMock

ACCOUNT, REGION = "123456789012", "us-east-1"
EVENTS = {"SyncTrigger": "arn:aws:lambda:us-east-1:123456789012:function:referee"}


def backend() -> CognitoSyncBackend:
    return cognitosync_backends[ACCOUNT][REGION]


class Story:
    """A pool with all that can be kept of one."""

    def __init__(self, mock: CognitoSyncMock) -> None:
        self.client = mock.client()
        boto3.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        self.pool_id = mock.create_identity_pool(
            AllowUnauthenticatedIdentities=True, SupportedLoginProviders={"graph.facebook.com": "1"}
        )
        self.identity_id, guest = mock.create_identity(self.pool_id), mock.create_identity(self.pool_id)
        self.client.set_identity_pool_configuration(
            IdentityPoolId=self.pool_id, PushSync=PUSH_SYNC, CognitoStreams=STREAMS
        )
        self.tokens = [self.write("save", "level", "7"), self.write("save", "name", "Ä")]
        self.write("save", "level", None, count=1)
        self.write("gone", "k", "v")
        self.client.delete_dataset(IdentityPoolId=self.pool_id, IdentityId=self.identity_id, DatasetName="gone")
        self.write("save", "k", "v", identity_id=guest)
        mock.merge_identities(self.pool_id, guest, self.identity_id)
        me = mock.client(identity_id=self.identity_id)
        where = {"IdentityPoolId": self.pool_id, "IdentityId": self.identity_id}
        self.device_id = me.register_device(**where, Platform="GCM", Token="token")["DeviceId"]
        me.subscribe_to_dataset(**where, DatasetName="save", DeviceId=self.device_id)
        self.client.set_cognito_events(IdentityPoolId=self.pool_id, Events=EVENTS)
        self.client.bulk_publish(IdentityPoolId=self.pool_id)

    def write(
        self, dataset: str, key: str, value: str | None, *, count: int = 0, identity_id: str | None = None
    ) -> str:
        where = {
            "IdentityPoolId": self.pool_id,
            "IdentityId": identity_id or self.identity_id,
            "DatasetName": dataset,
        }
        token: str = self.client.list_records(**where)["SyncSessionToken"]
        patch = {"Op": "replace" if value else "remove", "Key": key, "SyncCount": count}
        patch.update({"Value": value} if value else {})
        self.client.update_records(**where, SyncSessionToken=token, RecordPatches=[patch])
        return token

    def seen(self) -> Any:
        """Return all that a client can see, but for what is new with each look."""
        pool, identity = {"IdentityPoolId": self.pool_id}, {"IdentityId": self.identity_id}
        answers = [
            self.client.get_identity_pool_configuration(**pool),
            self.client.get_cognito_events(**pool),
            self.client.get_bulk_publish_details(**pool),
            self.client.describe_identity_pool_usage(**pool),
            self.client.describe_identity_usage(**pool, **identity),
            self.client.list_datasets(**pool, **identity),
        ]
        for name in ("save", "gone", f"save.{identity['IdentityId']}"):
            answer = self.client.list_records(**pool, **identity, DatasetName=name)
            answer.pop("SyncSessionToken")
            answers.append(answer)
        for answer in answers:
            answer.pop("ResponseMetadata")
            answer.get("IdentityPoolUsage", {}).pop("SyncSessionsCount", None)
        return answers


def copied(content: CognitoSyncBackend, how: str) -> CognitoSyncBackend:
    if how == "dict":
        fresh = CognitoSyncBackend(REGION, ACCOUNT)
        fresh.load_dict(json.loads(json.dumps(content.to_dict())))
        return fresh
    return copy.deepcopy(content) if how == "deepcopy" else pickle.loads(pickle.dumps(content))


@pytest.mark.parametrize("how", ["dict", "deepcopy", "pickle"])
def test_all_that_is_kept_survives_a_copy(cognito_sync_mock: CognitoSyncMock, how: str) -> None:
    """Tombstones, counts, markers, merged names, devices, subscriptions, events, usage, bulk publish, sessions."""
    story = Story(cognito_sync_mock)
    before, unspent = (
        story.seen(),
        story.client.list_records(IdentityPoolId=story.pool_id, IdentityId=story.identity_id, DatasetName="save")[
            "SyncSessionToken"
        ],
    )
    description = backend().to_dict()
    fresh = copied(backend(), how)
    assert fresh.to_dict() == description
    # What is written meanwhile is not in the copy.
    story.write("save", "later", "1")
    backend().reset()
    assert story.seen() != before
    backend().load_dict(fresh.to_dict())
    assert story.seen() == before
    where = {"IdentityPoolId": story.pool_id, "IdentityId": story.identity_id, "DatasetName": "save"}
    spent = pytest.raises(ClientError, match="SyncSessionToken not valid for these inputs")
    with spent:
        story.client.update_records(**where, SyncSessionToken=story.tokens[0], RecordPatches=[])
    story.client.update_records(**where, SyncSessionToken=unspent, RecordPatches=[])
    me = cognito_sync_mock.client(identity_id=story.identity_id)
    me.unsubscribe_from_dataset(**where, DeviceId=story.device_id)


def test_a_bulk_publish_in_progress_survives_a_copy(cognito_sync_mock: CognitoSyncMock) -> None:
    state_manager.set_transition("cognitosync::bulk_publish", {"progression": "manual", "times": 2})
    try:
        story = Story(cognito_sync_mock)
        details = story.client.get_bulk_publish_details
        assert details(IdentityPoolId=story.pool_id)["BulkPublishStatus"] == "IN_PROGRESS"
        backend().load_dict(json.loads(json.dumps(backend().to_dict())))
        assert details(IdentityPoolId=story.pool_id)["BulkPublishStatus"] == "SUCCEEDED"
    finally:
        state_manager.unset_transition("cognitosync::bulk_publish")


def test_the_data_is_plain(cognito_sync_mock: CognitoSyncMock) -> None:
    """No lock and nothing of moto's services is reached from a backend's attributes."""
    Story(cognito_sync_mock)
    content = pickle.dumps(vars(backend()))
    assert b"moto.cognitoidentity" not in content
    assert b"thread" not in content


def test_a_pool_made_again_under_its_id_starts_empty(cognito_sync_mock: CognitoSyncMock) -> None:
    """Also when no time passes in between."""
    with freeze_time("2026-11-23"):
        pool_id = cognito_sync_mock.create_identity_pool()
        client = cognito_sync_mock.client()
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
        cognitoidentity.delete_identity_pool(ACCOUNT, REGION, pool_id)
        with pytest.raises(ClientError, match=f"IdentityPool '{pool_id}' not found"):
            client.get_identity_pool_configuration(IdentityPoolId=pool_id)
        cognito_sync_mock.create_identity_pool(pool_id=pool_id)
        assert "PushSync" not in client.get_identity_pool_configuration(IdentityPoolId=pool_id)


def test_a_copy_of_motos_pool_is_the_same_pool(cognito_sync_mock: CognitoSyncMock) -> None:
    pool_id = cognito_sync_mock.create_identity_pool()
    client = cognito_sync_mock.client()
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    pools = cognitoidentity.backend_of("cognito-identity", ACCOUNT, REGION).identity_pools
    pools[pool_id] = copy.deepcopy(pools[pool_id])
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC


def test_motos_reset_empties_everything() -> None:
    """Nothing stays of logins, roles and credentials, also under plain moto."""
    with mock_cognito_sync() as mock:
        story = Story(mock)
        login = mock.client("cognito-identity")
        login.set_identity_pool_roles(IdentityPoolId=story.pool_id, Roles={"authenticated": PUSH_SYNC["RoleArn"]})
        login.get_id(IdentityPoolId=story.pool_id, Logins={"graph.facebook.com": "ann"})
        login.get_credentials_for_identity(IdentityId=story.identity_id)
        kept, logins = backend(), logins_backends[ACCOUNT][REGION]
        assert kept.to_dict()["pools"]
        assert logins.to_dict()["pools"]
        assert logins.to_dict()["issued"]
        BackendDict.reset()
        assert kept.to_dict() == {"pools": {}, "sessions": {"secret": "", "spent": {}}}
        assert logins.to_dict() == {"pools": {}, "issued": []}


@pytest.mark.usefixtures("cognito_sync_mock")
def test_a_reset_while_others_call_ends() -> None:
    """moto holds a lock of its own while it resets, and every call takes that one, too."""
    stop = threading.Event()

    def call() -> None:
        pool_id = cognitoidentity.create_identity_pool(ACCOUNT, REGION, **_PLAIN)
        identity_id = cognitoidentity.make_identity(ACCOUNT, REGION, pool_id)
        nothing: dict[str, Any] = {"next_token": None, "max_results": None, "sync_session_token": None}
        backend().list_records(pool_id, identity_id, "d", last_sync_count=0, **nothing)
        backend().get_cognito_events(pool_id)

    def call_again_and_again() -> None:
        while not stop.is_set():
            # moto's own backends are emptied under its feet, so it may fail; but it must end.
            with suppress(AttributeError, KeyError, AWSError):
                call()

    threads = [threading.Thread(target=call_again_and_again, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        BackendDict.reset()
    stop.set()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


_PLAIN: dict[str, Any] = {
    "identity_pool_name": "p",
    "allow_unauthenticated_identities": True,
    "supported_login_providers": {},
    "developer_provider_name": "",
    "open_id_connect_provider_arns": [],
    "cognito_identity_providers": [],
    "saml_provider_arns": [],
    "tags": {},
}


@mock_aws
def test_the_seed_of_moto_decides_on_ids_and_keys() -> None:
    """As moto documents for its own (``/moto-api/seed``): identities, devices, keys."""

    def drawn() -> list[str]:
        from moto.moto_api._internal import mock_random

        mock_random.seed(42)
        with mock_cognito_sync() as mock:
            mock.reset()
            mock_random.seed(42)
            pool_id = mock.create_identity_pool()
            mock.client().set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
            identity_id = mock.create_identity(pool_id)
            me = mock.client(identity_id=identity_id)
            where = {"IdentityPoolId": pool_id, "IdentityId": identity_id}
            device_id = me.register_device(**where, Platform="GCM", Token="token")["DeviceId"]
            token = mock.client().list_records(**where, DatasetName="d")["SyncSessionToken"]
            return [pool_id, identity_id, device_id, me._request_signer._credentials.access_key, token[:20]]

    assert drawn() == drawn()


def test_motos_dashboard_lists_a_pool_once(cognito_sync_mock: CognitoSyncMock) -> None:
    pool_id = cognito_sync_mock.create_identity_pool()
    client = cognito_sync_mock.client()
    for _ in range(2):
        client.get_identity_pool_configuration(IdentityPoolId=pool_id)
    listed: Any = getattr(Pool, "instances_tracked", None) or getattr(Pool, "instances", None)
    assert [pool.identity_pool_id for pool in listed].count(pool_id) == 1
