"""What is in the mock, in the form in which the page shows it; reading it is no call of a service."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cogsync_mock.cognitosync.exceptions import IdentityPoolNotFound
from cogsync_mock.cognitosync.models import CognitoSyncBackend, cognitosync_backends
from cogsync_mock.integrations import cognitoidentity
from cogsync_mock.integrations.backends import backends

from .tools import backend_of_pool

if TYPE_CHECKING:
    from cogsync_mock.cognitosync.state.datasets import Dataset
    from cogsync_mock.cognitosync.state.identities import Device
    from cogsync_mock.cognitosync.state.pools import Pool

#: Of longer values the page shows the beginning.
_LONGEST_VALUE = 2000


def identity_pools() -> list[dict[str, Any]]:
    """Return all identity pools of all accounts and regions, with what Cognito Sync was told to do for them."""
    found = []
    for account_id, regions in list(backends("cognito-identity").items()):
        for region, backend in list(regions.items()):
            if backend.identity_pools:
                sync: CognitoSyncBackend = cognitosync_backends[account_id][region]
                for pool_id in list(backend.identity_pools):
                    # It may have been deleted a moment ago.
                    with suppress(IdentityPoolNotFound):
                        found.append(_pool(sync, pool_id))
    return found


def identities(pool_id: str, limit: int) -> dict[str, Any]:
    """Return one pool and its identities, those that were made last first.

    Raises:
        ValueError: if there is no such pool.
    """
    backend = backend_of_pool(pool_id)
    known = cognitoidentity.identities(backend.account_id, backend.region_name, pool_id)
    latest = [identity["IdentityId"] for identity in known[: -limit - 1 : -1]]
    shown = _pool(backend, pool_id)
    with backend.pool(pool_id) as pool:
        return {**shown, "identities": [_identity(pool, identity_id) for identity_id in latest]}


def datasets(pool_id: str, identity_id: str) -> dict[str, Any]:
    """Return what an identity has: datasets with records, devices with subscriptions.

    Raises:
        ValueError: if there is no such pool.
    """
    with backend_of_pool(pool_id).pool(pool_id) as pool:
        data = pool.identity(identity_id)
        return {
            "id": identity_id,
            "datasets": [_dataset(data.datasets[name]) for name in sorted(data.datasets)],
            "devices": [_device(device) for device in data.devices.values()],
        }


def _pool(backend: CognitoSyncBackend, pool_id: str) -> dict[str, Any]:
    owner = cognitoidentity.identity_pool(backend.account_id, backend.region_name, pool_id)
    known = cognitoidentity.identities(backend.account_id, backend.region_name, pool_id)
    with backend.pool(pool_id) as pool:
        return {
            "id": pool_id,
            "name": getattr(owner, "identity_pool_name", ""),
            "account": backend.account_id,
            "region": backend.region_name,
            "push_sync": pool.push_sync,
            "cognito_streams": pool.cognito_streams,
            "cognito_events": dict(pool.events),
            "storage": pool.storage,
            "last_modified": pool.last_modified,
            "identity_count": len(known),
        }


def _identity(pool: Pool, identity_id: str) -> dict[str, Any]:
    data = pool.identity(identity_id)
    return {
        "id": identity_id,
        "dataset_count": data.live_datasets,
        "storage": data.storage,
        "device_count": len(data.devices),
        "last_modified": data.last_modified,
    }


def _dataset(dataset: Dataset) -> dict[str, Any]:
    page, _, _ = dataset.page(0, None, 2000)
    return {
        "name": dataset.name,
        "exists": dataset.exists,
        "sync_count": dataset.sync_count,
        "storage": dataset.storage,
        "last_modified": dataset.last_modified,
        "last_modified_by": dataset.last_modified_by,
        "records": [_record(record.to_wire()) for record in page],
    }


def _record(record: dict[str, Any]) -> dict[str, Any]:
    value = record["Value"]
    return {
        "key": record["Key"],
        "value": value if value is None else value[:_LONGEST_VALUE],
        "length": None if value is None else len(value),
        "removed": value is None,
        "sync_count": record["SyncCount"],
        "last_modified": record["LastModifiedDate"],
        "last_modified_by": record["LastModifiedBy"],
    }


def _device(device: Device) -> dict[str, Any]:
    return {
        "id": device.device_id,
        "platform": device.platform,
        "endpoint_arn": device.endpoint_arn,
        "subscriptions": sorted(device.subscriptions),
    }
