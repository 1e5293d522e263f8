"""The sibling services that Cognito Sync touches, reached through names that all supported moto versions share.

Every name of another moto service stands here and nowhere else.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

if TYPE_CHECKING:
    from collections.abc import Iterable

_PARTITION = "aws"


_backends = functools.cache(get_backend)


def _backend(service: Any, account_id: str, region: str) -> Any:
    return _backends(service)[account_id][region]


def identity_pool(account_id: str, region: str, identity_pool_id: str) -> Any | None:
    """Return cognito-identity's own object for a pool, or None if there is no such pool."""
    return _backend("cognito-identity", account_id, region).identity_pools.get(identity_pool_id)


def identity_pool_ids(account_id: str, region: str) -> list[str]:
    """Return the ids of all pools of cognito-identity in a region."""
    return list(_backend("cognito-identity", account_id, region).identity_pools)


def rename_identity_pool(account_id: str, region: str, old_id: str, new_id: str) -> None:
    """Give a pool of cognito-identity another id, which must be free."""
    backend = _backend("cognito-identity", account_id, region)
    pool = backend.identity_pools.pop(old_id)
    pool.identity_pool_id = new_id
    backend.identity_pools[new_id] = pool
    identities = backend.pools_identities.pop(old_id)
    identities["IdentityPoolId"] = new_id
    backend.pools_identities[new_id] = identities


def identities(account_id: str, region: str, identity_pool_id: str) -> list[dict[str, str]]:
    """Return cognito-identity's own list of a pool's identities; appending to it makes one exist."""
    known: list[dict[str, str]] = _backend("cognito-identity", account_id, region).pools_identities[identity_pool_id][
        "Identities"
    ]
    return known


def missing_references(account_id: str, region: str, push_sync: Any, cognito_streams: Any) -> Iterable[str]:
    """Name what a pool's configuration refers to and what does not exist, one phrase each."""
    push_sync, cognito_streams = push_sync or {}, cognito_streams or {}
    applications = _backend("sns", account_id, region).applications
    for arn in push_sync.get("ApplicationArns", ()):
        if arn not in applications:
            yield f"platform application {arn}"
    name = cognito_streams.get("StreamName")
    if name is not None and name not in _backend("kinesis", account_id, region).streams:
        yield f"stream {name}"
    roles = {role.arn for role in _backend("iam", account_id, _PARTITION).roles.values()}
    for arn in dict.fromkeys((push_sync.get("RoleArn"), cognito_streams.get("RoleArn"))):
        if arn is not None and arn not in roles:
            yield f"role {arn}"


def missing_functions(account_id: str, region: str, names_or_arns: Iterable[str]) -> Iterable[str]:
    """Name the Lambda functions that do not exist, one phrase each."""
    functions = _backend("lambda", account_id, region).list_functions()
    known = {name for function in functions for name in (function.function_name, function.function_arn)}
    for name_or_arn in names_or_arns:
        if name_or_arn not in known:
            yield f"function {name_or_arn}"
