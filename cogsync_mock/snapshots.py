"""The whole state of Cognito Sync and of cognito-identity as one document that JSON can hold, and back."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from cogsync_mock.aws.documents import Entries, Member, Members, Plain, inside, wrong
from cogsync_mock.cognitoidentity import documents as identity_documents
from cogsync_mock.cognitoidentity.models import logins_backends
from cogsync_mock.cognitosync.models import cognitosync_backends
from cogsync_mock.cognitosync.state import documents as sync_documents
from cogsync_mock.integrations import cognitoidentity
from cogsync_mock.integrations.backends import backends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: The version of the documents that are written and read here.
VERSION = 1

_IDENTITY, _SYNC = "cognito-identity", "cognito-sync"
_VERSION = Plain(f"{VERSION}, the version that this one reads", lambda given: type(given) is int and given == VERSION)
# YAML takes digits without quotes for a number.
_ACCOUNT = Plain("an account's id as text", lambda given: isinstance(given, str) and given != "")
_DOCUMENT = Members(
    {
        "version": Member(_VERSION),
        _IDENTITY: Member(Entries(Entries(identity_documents.REGION), _ACCOUNT)),
        _SYNC: Member(Entries(Entries(sync_documents.REGION), _ACCOUNT)),
    }
)
_NO_SESSIONS: dict[str, Any] = {"secret": "", "spent": {}}
# Two documents at a time would be mixed.
_restoring = threading.Lock()


class _Place(NamedTuple):
    account_id: str
    region: str


def _places(service: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[_Place, Any]]:
    """Yield all accounts and regions of one of moto's services, or of one of a document, with what is there."""
    for account_id, regions in list(service.items()):
        for region, content in list(regions.items()):
            yield _Place(account_id, region), content


# --------------------------------------------------------------------------------------------------- taking


def snapshot() -> dict[str, Any]:
    """Return the state of every account and region, as JSON can hold it.

    What was still to be delivered to other services is not in it, nor is any other service's data.
    """
    # What is taken first rests on what is taken later, so what begins in between is not taken by half.
    sync = {place: backend.to_dict() for place, backend in _places(cognitosync_backends)}
    logins = {place: backend.to_dict() for place, backend in _places(logins_backends)}
    pools = {place: cognitoidentity.pools_to_dict(*place) for place, _ in _places(backends(_IDENTITY))}
    document: dict[str, Any] = {"version": VERSION, _IDENTITY: defaultdict(dict), _SYNC: defaultdict(dict)}
    for place in sorted({*pools, *logins}):
        region = _identity_region(pools.get(place, []), logins.get(place, {"pools": {}, "issued": []}))
        if any(region.values()):
            document[_IDENTITY][place.account_id][place.region] = identity_documents.REGION.write(region)
    for place, content in sorted(sync.items()):
        region = _sync_region(content, pools.get(place, []))
        if region["pools"] or region["sessions"] != _NO_SESSIONS:
            document[_SYNC][place.account_id][place.region] = sync_documents.REGION.write(region)
    return {**document, _IDENTITY: dict(document[_IDENTITY]), _SYNC: dict(document[_SYNC])}


def _identity_region(pools: list[dict[str, Any]], logins: dict[str, Any]) -> dict[str, Any]:
    joined = [identity_documents.joined(pool, logins["pools"].get(pool["identity_pool_id"])) for pool in pools]
    return {"pools": joined, "issued": logins["issued"]}


def _sync_region(content: dict[str, Any], pools: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is kept of those pools and identities that there are; nobody can ask for others."""
    there_are = {pool["identity_pool_id"]: pool for pool in pools}
    kept = {}
    for identity_pool_id, pool in content["pools"].items():
        owner = there_are.get(identity_pool_id)
        if owner is not None and owner["generation"] == pool["generation"]:
            ids = set(owner["identities"])
            identities = {name: identity for name, identity in pool["identities"].items() if name in ids}
            kept[identity_pool_id] = {**sync_documents.settled(pool), "identities": identities}
    return {"pools": kept, "sessions": content["sessions"]}


# ------------------------------------------------------------------------------------------------- restoring


def restore(document: Any) -> None:
    """Take a document that `snapshot` returned in the place of the whole state of both services.

    What is not in the document is gone afterwards. Other services' data, faults and calls stay.

    Args:
        document: as JSON or YAML gives it back.

    Raises:
        ValueError: if it is no such document, with the place in it and what is expected there; nothing has changed.
    """
    if isinstance(document, dict) and "version" in document:
        # First, for a document of another version has other members.
        _VERSION.read(document["version"], "version")
    read = _DOCUMENT.read(document, "")
    identity, sync = dict(_places(read[_IDENTITY])), dict(_places(read[_SYNC]))
    _complete(sync, identity)
    with _restoring, ExitStack() as locks:
        # All that can fail, and all that asks moto's backends, comes before the locks: those are the innermost.
        steps = [*_identity_steps(identity), *_sync_steps(sync)]
        for lock, _ in steps:
            locks.enter_context(lock)
        for _, step in steps:
            step()


def _complete(sync: Mapping[_Place, dict[str, Any]], identity: Mapping[_Place, dict[str, Any]]) -> None:
    """Give the pools of Cognito Sync what the document says in the pools of cognito-identity.

    Raises:
        ValueError: if one is of a pool or an identity that there is not.
    """
    for place, region in sync.items():
        owners = {pool["identity_pool_id"]: pool for pool in identity.get(place, {"pools": []})["pools"]}
        listed = f"{_IDENTITY}/{place.account_id}/{place.region}/IdentityPools"
        for identity_pool_id, pool in region["pools"].items():
            where = f"{_SYNC}/{place.account_id}/{place.region}/IdentityPools/{identity_pool_id}"
            if identity_pool_id not in owners:
                raise wrong(where, f"the id of a pool in {listed}", identity_pool_id)
            owner = owners[identity_pool_id]
            known = {each["id"] for each in owner["identities"]}
            for identity_id in pool["identities"]:
                if identity_id not in known:
                    place_of_it = inside(inside(where, "Identities"), identity_id)
                    raise wrong(place_of_it, f"the id of one of the pool's Identities in {listed}", identity_id)
            pool.update(identity_pool_id=identity_pool_id, generation=owner["generation"])


_Step = tuple[Any, "Callable[[], None]"]


def _identity_steps(content: Mapping[_Place, dict[str, Any]]) -> list[_Step]:
    """Return the locks to hold and what to do then, so that cognito-identity has this content and no other."""
    there_are = {place for service in (backends(_IDENTITY), logins_backends) for place, _ in _places(service)}
    steps: list[_Step] = []
    for place in sorted({*content, *there_are}):
        backend = _backend(_IDENTITY, logins_backends, place)
        region = content.get(place, {"pools": [], "issued": []})
        parted = [identity_documents.parted(pool) for pool in region["pools"]]
        logins = {motos["identity_pool_id"]: logins for motos, logins in parted}
        put_pools = cognitoidentity.prepared_pools(*place, [motos for motos, _ in parted])
        kept = {"pools": logins, "issued": region["issued"]}

        def step(backend: Any = backend, put_pools: Any = put_pools, kept: Any = kept) -> None:
            put_pools()
            backend.load_dict(kept)

        steps.append((backend.lock, step))
    return steps


def _sync_steps(content: Mapping[_Place, dict[str, Any]]) -> list[_Step]:
    """Return the locks to hold and what to do then, so that Cognito Sync has this content and no other."""
    steps: list[_Step] = []
    for place in sorted({*content, *(place for place, _ in _places(cognitosync_backends))}):
        backend = _backend(_SYNC, cognitosync_backends, place)
        kept = content.get(place, {"pools": {}, "sessions": _NO_SESSIONS})

        def step(backend: Any = backend, kept: Any = kept) -> None:
            backend.load_dict(kept)

        steps.append((backend.lock, step))
    return steps


def _backend(service: str, found: Any, place: _Place) -> Any:
    """Return the backend of a place.

    Raises:
        ValueError: if the service does not exist there.
    """
    try:
        return found[place.account_id][place.region]
    except KeyError:
        raise wrong(f"{service}/{place.account_id}", f"a region that has {service}", place.region) from None
