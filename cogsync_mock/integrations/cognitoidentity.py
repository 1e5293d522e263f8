"""moto's cognito-identity: pools and identities."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError

from .backends import backend_of, backends

#: The module and class that answer its operations.
RESPONSES = ("moto.cognitoidentity.responses", "CognitoIdentityResponse")


def identity_pool(account_id: str, region: str, identity_pool_id: str) -> Any | None:
    """Return cognito-identity's own object for a pool, or None if there is no such pool."""
    return backend_of("cognito-identity", account_id, region).identity_pools.get(identity_pool_id)


def identity_pool_ids(account_id: str, region: str) -> list[str]:
    """Return the ids of all pools of cognito-identity in a region."""
    return list(backend_of("cognito-identity", account_id, region).identity_pools)


def create_identity_pool(account_id: str, region: str, **parameters: Any) -> str:
    """Make a pool; return its id."""
    created = backend_of("cognito-identity", account_id, region).create_identity_pool(**parameters)
    return str(json.loads(created)["IdentityPoolId"])


def update_identity_pool(account_id: str, region: str, identity_pool_id: str, **parameters: Any) -> None:
    """Change a pool, if it is there; moto's own update cannot take anything away."""
    pool = identity_pool(account_id, region, identity_pool_id)
    if pool is not None:
        vars(pool).update(parameters)


def delete_identity_pool(account_id: str, region: str, identity_pool_id: str) -> None:
    """Delete a pool with its identities, if it is there; moto 5.0 has no such operation."""
    backend = backend_of("cognito-identity", account_id, region)
    backend.identity_pools.pop(identity_pool_id, None)
    backend.pools_identities.pop(identity_pool_id, None)


def rename_identity_pool(account_id: str, region: str, old_id: str, new_id: str) -> None:
    """Give a pool of cognito-identity another id, which must be free."""
    backend = backend_of("cognito-identity", account_id, region)
    pool = backend.identity_pools.pop(old_id)
    pool.identity_pool_id = new_id
    backend.identity_pools[new_id] = pool
    identities = backend.pools_identities.pop(old_id)
    identities["IdentityPoolId"] = new_id
    backend.pools_identities[new_id] = identities


def identities(account_id: str, region: str, identity_pool_id: str) -> list[dict[str, str]]:
    """Return cognito-identity's own list of a pool's identities."""
    pools = backend_of("cognito-identity", account_id, region).pools_identities
    # A pool may have been deleted a moment ago.
    known: list[dict[str, str]] = pools.get(identity_pool_id, {"Identities": []})["Identities"]
    return known


def has_identity(account_id: str, region: str, identity_pool_id: str, identity_id: str) -> bool:
    """Return whether a pool has an identity."""
    return any(known["IdentityId"] == identity_id for known in identities(account_id, region, identity_pool_id))


def make_identity(account_id: str, region: str, identity_pool_id: str, identity_id: str | None = None) -> str:
    """Make an identity exist in a pool, with a random id if none is given; return its id."""
    identity_id = identity_id or f"{region}:{uuid4()}"
    identities(account_id, region, identity_pool_id).append({"IdentityId": identity_id})
    return identity_id


def pool_of_identity(account_id: str, identity_id: str) -> tuple[str, Any] | None:
    """Return the region and cognito-identity's own object of the pool that has an identity, None if none has."""
    for region, backend in list(backends("cognito-identity")[account_id].items()):
        for identity_pool_id, pool in list(backend.identity_pools.items()):
            if has_identity(account_id, region, identity_pool_id, identity_id):
                return region, pool
    return None


def parameter(response: Any, name: str) -> Any:
    """Return a parameter of the request that one of moto's response objects answers, None if it was not given."""
    try:
        return response._get_param(name)  # noqa: SLF001  # what all of moto's services read theirs with
    except (AttributeError, TypeError, ValueError):
        # The body is JSON, but no object.
        return None


def error(error_type: str, message: str) -> Exception:
    """Return an error that cognito-identity answers with."""
    return JsonRESTError(error_type, message)
