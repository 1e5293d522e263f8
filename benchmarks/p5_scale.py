"""P5: a call of a dataset or a login with 100,000 identities stored, over 10; and with 1,000 records over 10."""

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


def main() -> int:
    """Measure and print."""
    with mock_cognito_sync() as mock:
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
