"""The data of one account and region, and the one lock that guards it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BaseBackend
from moto.core.common_models import BaseModel
from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity

from .concurrency import Concurrency
from .exceptions import IdentityNotFound, IdentityPoolNotFound
from .state import pools
from .state.pool_registry import PoolRegistry
from .wire.tokens import Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from threading import RLock

    from moto.core.base_backend import BackendDict
    from typing_extensions import Self

    from cogsync_mock.integrations.cognitoidentity import PoolLocation

    from .state.pools import JSONObject


class Pool(pools.Pool, BaseModel):
    """What is kept of a pool; moto's dashboard shows its public attributes."""


class PoolsBackend(BaseBackend):
    """Holds the pools and sessions of one account and region.

    Its attributes are plain data, which may be copied and pickled.
    """

    # Beside the data, and so not emptied by a reset: whoever holds the lock still holds the one that others take.
    __slots__ = ("_concurrency",)

    _concurrency: Concurrency

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Give it its lock before its data."""
        backend = super().__new__(cls)
        backend._concurrency = Concurrency()
        return backend

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._begin_empty()

    @property
    def lock(self) -> RLock:
        """What guards all data."""
        return self._concurrency.lock

    def _begin_empty(self) -> None:
        self.pools = PoolRegistry(Pool)
        self._sessions = Sessions()

    def reset(self) -> None:
        """Forget everything, also what is still to be delivered."""
        with self.lock:
            self._concurrency.close()
            self._begin_empty()

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles hold: the data."""
        with self.lock:
            return dict(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the data of another one."""
        vars(self).update(state)

    def to_dict(self) -> JSONObject:
        """Return all data as JSON can hold it."""
        with self.lock:
            return {"pools": self.pools.to_dict(), "sessions": self._sessions.to_dict()}

    def load_dict(self, content: Mapping[str, Any]) -> None:
        """Hold the data that `to_dict` described, and none else; what was to be delivered is not any more.

        What is kept of a pool counts as long as cognito-identity has that very pool (`cognitoidentity.generation`).
        """
        registry, sessions = PoolRegistry(Pool), Sessions.from_dict(content["sessions"])
        registry.load_dict(content["pools"])
        with self.lock:
            self._concurrency.close()
            self.pools, self._sessions = registry, sessions

    # --------------------------------------------------------- pools, identities

    def pool(self, identity_pool_id: str, identity_id: str | None = None) -> _HeldPool:
        """Return a context manager that holds the lock and gives a pool.

        Entering it raises IdentityPoolNotFound if cognito-identity has no pool of that id, and IdentityNotFound if an
        identity is named and the pool has no such one.
        """
        return _HeldPool(self, identity_pool_id, identity_id)

    def _find_pool(self, identity_pool_id: str) -> _FoundPool:
        """Return a context manager that holds the lock and gives a pool, None if there is none of that id."""
        return _FoundPool(self, identity_pool_id)


# Classes, for every call enters one, and a generator takes several times as long.


class _FoundPool:
    """Holds a backend's lock and gives a pool, None if cognito-identity has none of that id."""

    __slots__ = ("_backend", "_identity_id", "_identity_pool_id")

    def __init__(self, backend: PoolsBackend, identity_pool_id: str, identity_id: str | None = None) -> None:
        self._backend = backend
        self._identity_pool_id = identity_pool_id
        self._identity_id = identity_id

    def __enter__(self) -> pools.Pool | None:
        backend = self._backend
        owner = cognitoidentity.identity_pool(backend.account_id, backend.region_name, self._identity_pool_id)
        generation = None if owner is None else cognitoidentity.generation(owner)
        backend.lock.acquire()
        try:
            pool = backend.pools.find(self._identity_pool_id, generation)
            if pool is None and owner is not None and generation is not None:
                created = unix_time(owner.creation_time)
                pool = backend.pools.add(Pool(self._identity_pool_id, generation, created))
        except BaseException:
            backend.lock.release()
            raise
        return pool

    def __exit__(self, *_: object) -> None:
        self._backend.lock.release()


class _HeldPool(_FoundPool):
    """Holds a backend's lock and gives a pool that exists, with the identity that was named, if any."""

    __slots__ = ()

    def __enter__(self) -> pools.Pool:
        backend, identity_id = self._backend, self._identity_id
        is_known = identity_id is None or cognitoidentity.has_identity(
            backend.account_id, backend.region_name, self._identity_pool_id, identity_id
        )
        pool = super().__enter__()
        if pool is not None and is_known:
            return pool
        backend.lock.release()
        raise IdentityPoolNotFound(self._identity_pool_id) if pool is None else IdentityNotFound(str(identity_id))


class IdentityChanges:
    """Does to the data what cognito-identity does to its identities.

    Args:
        backends: by account and region; there may be none for a region of cognito-identity.
    """

    def __init__(self, backends: BackendDict[Any]) -> None:
        self._backends = backends

    def identities_merged(self, location: PoolLocation, source_identity_id: str, target_identity_id: str) -> None:
        """Move the datasets of one identity to the other."""
        backend = self._backend_of(location)
        if backend is not None:
            with backend.pool(location.pool.identity_pool_id, target_identity_id) as pool:
                pool.merge(source_identity_id, target_identity_id, unix_time())

    def identities_deleted(self, location: PoolLocation, identity_ids: Sequence[str]) -> None:
        """Forget what is kept of identities."""
        backend = self._backend_of(location)
        if backend is not None:
            with backend.pool(location.pool.identity_pool_id) as pool:
                for identity_id in identity_ids:
                    pool.forget(identity_id, unix_time())

    def _backend_of(self, location: PoolLocation) -> PoolsBackend | None:
        regions = self._backends[location.account_id]
        # Asking for one makes it, where there is the service.
        return regions[location.region] if location.region in regions else None  # noqa: SIM401
