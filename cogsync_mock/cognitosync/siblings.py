"""The sibling services that Cognito Sync touches, reached through names that all supported moto versions share.

Every name of another moto service stands here and nowhere else.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.core.utils import unix_time

if TYPE_CHECKING:
    from collections.abc import Iterable

_PARTITION = "aws"


@functools.cache
def _backends(service: Any) -> Any:
    return get_backend(service)


def _backend(service: Any, account_id: str, region: str) -> Any:
    return _backends(service)[account_id][region]


# ------------------------------------------------------------ Cognito Identity

#: The classes that answer logins, by the modules that they live in (see ``login``).
LOGIN_CLASSES = {
    "moto.cognitoidentity.responses": "CognitoIdentityResponse",
    "moto.sts.responses": "TokenResponse",
    "moto.sts.models": "STSBackend",
}


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


def pool_of_identity(account_id: str, identity_id: str) -> tuple[str, Any] | None:
    """Return the region and cognito-identity's own object of the pool that has an identity, None if none has."""
    for region, backend in list(_backends("cognito-identity")[account_id].items()):
        for identity_pool_id, pool in list(backend.identity_pools.items()):
            known = backend.pools_identities[identity_pool_id]["Identities"]
            if any(identity["IdentityId"] == identity_id for identity in known):
                return region, pool
    return None


def parameter(response: Any, name: str) -> Any:
    """Return a parameter of the request that one of moto's response objects answers, None if it was not given."""
    return response._get_param(name)  # noqa: SLF001  # what all of moto's services read theirs with


def refusal(error_type: str, message: str) -> Exception:
    """Return an error that cognito-identity answers with."""
    error: Any = importlib.import_module("moto.core.exceptions").JsonRESTError
    found: Exception = error(error_type, message)
    return found


# ---------------------------------------------------------------- IAM and STS


def assume_role(account_id: str, region: str, role_arn: str, session_name: str, duration: float) -> Any:
    """Have STS give out credentials of a role, which need not exist; return moto's object for them."""
    return _backend("sts", account_id, _PARTITION).assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy=None,
        duration=duration,
        external_id=None,
    )


def keys_of(assumed_role: Any) -> tuple[str, str, str, float]:
    """Return access key, secret key, session token and expiration in epoch seconds of an assumed role."""
    key = assumed_role.access_key_id, assumed_role.secret_access_key
    return *key, assumed_role.session_token, unix_time(assumed_role.expiration)


def role_exists(account_id: str, arn: str) -> bool:
    """Tell whether IAM knows a role."""
    return any(role.arn == arn for role in _backend("iam", account_id, _PARTITION).roles.values())


# -------------------------------------------------------------- Kinesis and S3

#: Who owns what Cognito Sync itself keeps in S3: not a test's account, which would list it as its own.
_COGNITO_SYNC_ACCOUNT = "000000000000"


def stream_exists(account_id: str, region: str, name: str) -> bool:
    """Tell whether Kinesis has a stream."""
    return name in _backend("kinesis", account_id, region).streams


def put_record(account_id: str, region: str, stream: str, partition_key: str, data: str) -> tuple[str, str]:
    """Put a record on a stream, as base64; return its sequence number and shard id.

    moto tells Lambda of it at once, and raises what that raises.
    """
    backend = _backend("kinesis", account_id, region)
    sequence_number, shard_id = backend.put_record(
        stream_arn=None, stream_name=stream, partition_key=partition_key, explicit_hash_key=None, data=data
    )
    return str(sequence_number), str(shard_id)


def keep_object(region: str, bucket: str, key: str, content: bytes) -> None:
    """Put an object into a bucket of Cognito Sync's own, which is made if need be."""
    backend = _backend("s3", _COGNITO_SYNC_ACCOUNT, _PARTITION)
    if bucket not in backend.buckets:
        backend.create_bucket(bucket, region)
    backend.put_object(bucket, key, content)


# ------------------------------------------------------------------ references


def missing_references(account_id: str, region: str, push_sync: Any, cognito_streams: Any) -> Iterable[str]:
    """Name what a pool's configuration refers to and what does not exist, one phrase each."""
    push_sync, cognito_streams = push_sync or {}, cognito_streams or {}
    applications = _backend("sns", account_id, region).applications
    for arn in push_sync.get("ApplicationArns", ()):
        if arn not in applications:
            yield f"platform application {arn}"
    name = cognito_streams.get("StreamName")
    if name is not None and not stream_exists(account_id, region, name):
        yield f"stream {name}"
    for arn in dict.fromkeys((push_sync.get("RoleArn"), cognito_streams.get("RoleArn"))):
        if arn is not None and not role_exists(account_id, arn):
            yield f"role {arn}"


def missing_functions(account_id: str, region: str, names_or_arns: Iterable[str]) -> Iterable[str]:
    """Name the Lambda functions that do not exist, one phrase each."""
    functions = _backend("lambda", account_id, region).list_functions()
    known = {name for function in functions for name in (function.function_name, function.function_arn)}
    for name_or_arn in names_or_arns:
        if name_or_arn not in known:
            yield f"function {name_or_arn}"
