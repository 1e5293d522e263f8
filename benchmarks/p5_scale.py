"""P5: a call of a dataset, a login or a push with 100,000 identities or endpoints, over 10; also records and shards."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from _paired import paired, report

from cogsync_mock import mock_cognito_sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock import CognitoSyncMock

BAR = 1.3
FEW_IDENTITIES, MANY_IDENTITIES = 10, 100_000
FEW_RECORDS, MANY_RECORDS = 10, 1_000
FEW_SHARDS, MANY_SHARDS = 1, 500
ACCOUNT = "123456789012"


class Dataset:
    """A dataset behind a client, one-record calls at a time."""

    def __init__(self, mock: CognitoSyncMock, pool_id: str, records: int) -> None:
        self.client = mock.client()
        self.where = {"IdentityPoolId": pool_id, "IdentityId": mock.create_identity(pool_id), "DatasetName": "save"}
        self.count = 0
        self.token = ""
        self.read()
        self.write(*(f"key{number:04}" for number in range(records)))

    def write(self, *keys: str) -> None:
        """Patch records; a token is good for one write, so read for it first."""
        self.read()
        patches = [{"Op": "replace", "Key": key, "Value": "12345678", "SyncCount": self.count} for key in keys]
        answer = self.client.update_records(**self.where, SyncSessionToken=self.token, RecordPatches=patches)
        self.count = answer["Records"][0]["SyncCount"]

    def read(self) -> None:
        """List what changed after the last known count: nothing."""
        answer = self.client.list_records(**self.where, LastSyncCount=self.count)
        self.token = answer["SyncSessionToken"]


def fill(pool_id: str, identities: int) -> None:
    """Store one small record for each of many identities, by the backend's own methods."""
    from moto.cognitoidentity.models import cognitoidentity_backends

    from cogsync_mock.cognitosync.models import cognitosync_backends

    account, region = "123456789012", "us-east-1"
    backend = cognitosync_backends[account][region]
    listed = cognitoidentity_backends[account][region].pools_identities[pool_id]["Identities"]
    patch = [{"Op": "replace", "Key": "12345678", "Value": "12345678", "SyncCount": 0}]
    nothing: dict[str, Any] = {"next_token": None, "max_results": None, "sync_session_token": None}
    for number in range(identities):
        identity_id = f"{region}:{number:08x}"
        listed.append({"IdentityId": identity_id})
        answer = backend.list_records(pool_id, identity_id, "save", last_sync_count=0, **nothing)
        token = answer["SyncSessionToken"]
        backend.update_records(pool_id, identity_id, "save", patch, sync_session_token=token, author=account)


class Game:
    """A pool that pushes and streams, in a region of its own, one of whose devices is registered again and again."""

    def __init__(self, mock: CognitoSyncMock, region: str, endpoints: int, shards: int) -> None:
        from moto.sns.models import PlatformEndpoint, sns_backends

        sns: Any = mock.client("sns", region_name=region)
        arn = sns.create_platform_application(Name="game", Platform="GCM", Attributes={})["PlatformApplicationArn"]
        backend: Any = sns_backends[ACCOUNT][region]
        for number in range(endpoints):
            endpoint = PlatformEndpoint(ACCOUNT, region, backend.applications[arn], "", f"token{number}", {})
            backend.platform_endpoints[endpoint.arn] = endpoint
        mock.client("kinesis", region_name=region).create_stream(StreamName="changes", ShardCount=shards)
        identities: Any = mock.client("cognito-identity", region_name=region)
        pool_id = identities.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=True)
        self.pool_id = pool_id["IdentityPoolId"]
        self.client = mock.client(region_name=region)
        role = f"arn:aws:iam::{ACCOUNT}:role/game"
        self.client.set_identity_pool_configuration(
            IdentityPoolId=self.pool_id,
            PushSync={"ApplicationArns": [arn], "RoleArn": role},
            CognitoStreams={"StreamName": "changes", "RoleArn": role, "StreamingStatus": "ENABLED"},
        )
        self.identity_id = mock.create_identity(self.pool_id)
        self.player = mock.client(identity_id=self.identity_id)
        self.where = {"IdentityPoolId": self.pool_id, "IdentityId": self.identity_id, "DatasetName": "save"}
        self.count = 0
        self.write()
        for token in ("one", "two"):
            device_id = self.register(token)
            self.player.subscribe_to_dataset(**self.where, DeviceId=device_id)

    def register(self, token: str = "one") -> str:  # noqa: S107  # a device's
        """Register a device; it is known already, but the endpoint of its token is looked up."""
        where = {"IdentityPoolId": self.pool_id, "IdentityId": self.identity_id}
        device_id: str = self.player.register_device(**where, Platform="GCM", Token=token)["DeviceId"]
        return device_id

    def write(self) -> None:
        """Write a record, which goes to the stream and to both devices."""
        token = self.client.list_records(**self.where, LastSyncCount=self.count)["SyncSessionToken"]
        patch = {"Op": "replace", "Key": "level", "Value": "7", "SyncCount": self.count}
        answer = self.client.update_records(**self.where, SyncSessionToken=token, RecordPatches=[patch])
        self.count = answer["Records"][0]["SyncCount"]


def main() -> int:
    """Measure and print."""
    with mock_cognito_sync() as mock:
        busy = Game(mock, "us-east-1", MANY_IDENTITIES, MANY_SHARDS)
        calm = Game(mock, "eu-west-1", FEW_IDENTITIES, FEW_SHARDS)
        crowded, quiet = (
            mock.create_identity_pool(name, AllowUnauthenticatedIdentities=True) for name in ("crowded", "quiet")
        )
        fill(crowded, MANY_IDENTITIES)
        fill(quiet, FEW_IDENTITIES)
        many, few = Dataset(mock, crowded, FEW_RECORDS), Dataset(mock, quiet, FEW_RECORDS)
        login = mock.client("cognito-identity")
        crowds, quiets = many.where["IdentityId"], few.where["IdentityId"]
        large, small = Dataset(mock, quiet, MANY_RECORDS), Dataset(mock, quiet, FEW_RECORDS)
        comparisons: list[tuple[str, tuple[str, str], Callable[[], None], Callable[[], None]]] = [
            ("ListRecords, identities", ("100,000", "10"), many.read, few.read),
            (
                "UpdateRecords, identities",
                ("100,000", "10"),
                lambda: many.write("key0001"),
                lambda: few.write("key0001"),
            ),
            (
                "GetId, identities",
                ("100,000", "10"),
                lambda: login.get_id(IdentityPoolId=crowded),
                lambda: login.get_id(IdentityPoolId=quiet),
            ),
            (
                "GetCredentialsForIdentity, identities",
                ("100,000", "10"),
                lambda: login.get_credentials_for_identity(IdentityId=crowds),
                lambda: login.get_credentials_for_identity(IdentityId=quiets),
            ),
            ("RegisterDevice, endpoints", ("100,000", "10"), busy.register, calm.register),
            ("UpdateRecords with stream and push", ("100,000 endpoints, 500 shards", "10, 1"), busy.write, calm.write),
            ("ListRecords, records", ("1,000", "10"), large.read, small.read),
            ("UpdateRecords, records", ("1,000", "10"), lambda: large.write("key0001"), lambda: small.write("key0001")),
        ]
        held = [
            report(f"P5: {name}", what, paired(ours, theirs, rounds=20, calls=40), BAR)
            for name, what, ours, theirs in comparisons
        ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
