"""moto's cognito-identity: pools and identities."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.utilities.arns import parse_arn

from .backends import backend_of, backends
from .moto_api import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: The module and class that answer its operations.
RESPONSES = ("moto.cognitoidentity.responses", "CognitoIdentityResponse")
# Where moto's own object for a pool bears which one it is; copies of it bear it, too.
_GENERATION = "_cogsync_generation"


# What `pools_to_dict` adds to moto's own attributes.
_BESIDE = ("generation", "created", "identities")
#: What moto's attributes of a pool are where nothing was given.
DEFAULTS: dict[str, Any] = {
    "allow_unauthenticated_identities": False,
    "supported_login_providers": {},
    "developer_provider_name": "",
    "open_id_connect_provider_arns": [],
    "cognito_identity_providers": [],
    "saml_provider_arns": [],
    "tags": {},
}


class PoolLocation(NamedTuple):
    """A pool and where it lives; `pool` is cognito-identity's own object."""

    account_id: str
    region: str
    pool: Any


class _Listing:
    """The identities of one pool: moto's list, which only ever grows at its end, and an index of it."""

    __slots__ = ("_ids", "_last", "_read", "listed")

    def __init__(self, listed: list[dict[str, str]]) -> None:
        self.listed = listed
        self._ids: set[str] = set()
        self._read = 0
        self._last: dict[str, str] | None = None

    def has(self, identity_id: str) -> bool:
        # Two threads may read the same entries; then they both add them.
        length = len(self.listed)
        if length > self._read:
            self._ids.update(identity["IdentityId"] for identity in self.listed[self._read : length])
            self._read, self._last = length, self.listed[length - 1]
        return identity_id in self._ids

    def is_of(self, listed: list[dict[str, str]]) -> bool:
        """Return whether this still indexes the list that moto has now."""
        if self.listed is not listed or len(listed) < self._read:
            return False
        return not self._read or listed[self._read - 1] is self._last


class _Index:
    """Finds the identities of one of moto's backends."""

    def __init__(self) -> None:
        self.listings: dict[str, _Listing] = {}
        # Where an identity was found last.
        self.homes: dict[str, str] = {}


# By moto's backends: not data, only a way to find it.
_indexes: WeakKeyDictionary[Any, _Index] = WeakKeyDictionary()


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
    return _has_identity(backend_of("cognito-identity", account_id, region), identity_pool_id, identity_id)


def _has_identity(backend: Any, identity_pool_id: str, identity_id: str) -> bool:
    pool = backend.pools_identities.get(identity_pool_id)
    if pool is None:
        return False
    listings = _index_of(backend).listings
    listing = listings.get(identity_pool_id)
    if listing is None or not listing.is_of(pool["Identities"]):
        listing = listings[identity_pool_id] = _Listing(pool["Identities"])
    return listing.has(identity_id)


def _index_of(backend: Any) -> _Index:
    index = _indexes.get(backend)
    return _indexes.setdefault(backend, _Index()) if index is None else index


class NewIdentity:
    """An identity that may be made later, by somebody who must not ask moto's backends then.

    Args:
        account_id: the account.
        region: the region.
        identity_pool_id: the pool.
        identity_id: its id, a random one if None.
    """

    def __init__(self, account_id: str, region: str, identity_pool_id: str, identity_id: str | None = None) -> None:
        self._listed = identities(account_id, region, identity_pool_id)
        self._region = region
        self._identity_id = identity_id

    def make(self) -> str:
        """Make it exist; return its id."""
        identity_id = self._identity_id or f"{self._region}:{random_uuid()}"
        self._listed.append({"IdentityId": identity_id})
        return identity_id


def make_identity(account_id: str, region: str, identity_pool_id: str, identity_id: str | None = None) -> str:
    """Make an identity exist in a pool, with a random id if none is given; return its id."""
    return NewIdentity(account_id, region, identity_pool_id, identity_id).make()


def forget_identities(location: PoolLocation, identity_ids: Iterable[str]) -> None:
    """Take identities out of moto's list."""
    gone = set(identity_ids)
    listed = identities(location.account_id, location.region, location.pool.identity_pool_id)
    listed[:] = [identity for identity in listed if identity["IdentityId"] not in gone]
    backend = backend_of("cognito-identity", location.account_id, location.region)
    _index_of(backend).listings.pop(location.pool.identity_pool_id, None)


def generation(pool: Any) -> str:
    """Return what tells a pool from another that had, or will have, the same id."""
    if _GENERATION not in vars(pool):
        vars(pool).setdefault(_GENERATION, random_uuid())
    return str(vars(pool)[_GENERATION])


def pools_to_dict(account_id: str, region: str) -> list[dict[str, Any]]:
    """Return all pools of a region and the ids of their identities as JSON can hold them."""
    described = []
    for identity_pool_id, pool in list(backend_of("cognito-identity", account_id, region).identity_pools.items()):
        content = {name: value for name, value in vars(pool).items() if name not in (_GENERATION, "creation_time")}
        ids = [identity["IdentityId"] for identity in list(identities(account_id, region, identity_pool_id))]
        more = {"generation": generation(pool), "created": unix_time(pool.creation_time), "identities": ids}
        described.append({**content, **more})
    return described


def load_pools(account_id: str, region: str, content: Iterable[Mapping[str, Any]]) -> None:
    """Make cognito-identity have the pools that `pools_to_dict` described, and no others."""
    prepared_pools(account_id, region, content)()


def prepared_pools(account_id: str, region: str, content: Iterable[Mapping[str, Any]]) -> Callable[[], None]:
    """Make the pools that `pools_to_dict` described; nobody sees them yet.

    Returns:
        What puts them in the place of all that cognito-identity has; it asks none of moto's backends and cannot fail.
    """
    backend = backend_of("cognito-identity", account_id, region)
    # moto can only make a pool inside of a backend, under an id of its own.
    workshop = type(backend)(region, account_id)
    pools, pools_identities = type(backend.identity_pools)(), {}
    for described in content:
        made = json.loads(workshop.create_identity_pool(identity_pool_name="pool", **DEFAULTS))["IdentityPoolId"]
        pool, identity_pool_id = workshop.identity_pools[made], described["identity_pool_id"]
        vars(pool).update({name: value for name, value in described.items() if name not in _BESIDE})
        vars(pool)[_GENERATION] = described["generation"]
        pool.creation_time = datetime.fromtimestamp(described["created"], tz=timezone.utc).replace(tzinfo=None)
        listed = [{"IdentityId": identity_id} for identity_id in described["identities"]]
        pools[identity_pool_id] = pool
        pools_identities[identity_pool_id] = {"IdentityPoolId": identity_pool_id, "Identities": listed}

    def put_in_place() -> None:
        backend.pools_identities, backend.identity_pools = pools_identities, pools

    return put_in_place


def pool_named_by(arn: str) -> tuple[str, str, str] | None:
    """Return account, region and id of the pool that an ARN names, None if it is no ARN of a pool."""
    try:
        parsed = parse_arn(arn)
    except ValueError:
        return None
    if (parsed.service, parsed.resource_type) != ("cognito-identity", "identitypool"):
        return None
    return parsed.account, parsed.region, parsed.resource_id


def pool_of_id(identity_pool_id: str, account_id: str | None = None) -> PoolLocation | None:
    """Return a pool, of whichever account it is, or of this one only; None if there is none of that id."""
    for found_in, region, backend in _backends_for(identity_pool_id):
        pool = backend.identity_pools.get(identity_pool_id)
        if pool is not None and account_id in (None, found_in):
            return PoolLocation(found_in, region, pool)
    return None


def pool_of_identity(identity_id: str) -> PoolLocation | None:
    """Return the pool that has an identity, of whichever account it is; None if none has."""
    places = _backends_for(identity_id)
    for account_id, region, backend in places:
        home = backend.identity_pools.get(_index_of(backend).homes.get(identity_id))
        if home is not None and _has_identity(backend, home.identity_pool_id, identity_id):
            return PoolLocation(account_id, region, home)
    for account_id, region, backend in places:
        for identity_pool_id, pool in list(backend.identity_pools.items()):
            if _has_identity(backend, identity_pool_id, identity_id):
                _index_of(backend).homes[identity_id] = identity_pool_id
                return PoolLocation(account_id, region, pool)
    return None


def _backends_for(resource_id: str) -> list[tuple[str, str, Any]]:
    """Return all accounts and regions in use, those of the region that an id names first."""
    named = resource_id.partition(":")[0]
    found = [
        (account_id, region, backend)
        for account_id, regions in list(backends("cognito-identity").items())
        for region, backend in list(regions.items())
    ]
    return sorted(found, key=lambda place: place[1] != named)


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
