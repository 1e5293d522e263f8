"""LoginsBackend: logins, roles and issued credentials of one account and region, beside moto's cognito-identity."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity

from .credentials import (
    DEVELOPER,
    FORMER_IDENTITY,
    MOTO_IDENTITY_KEY,
    UNKNOWN_IDENTITY,
    Caller,
    IdentityCredentials,
    is_key_of_an_identity,
)
from .state import PoolLogins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self

    from cogsync_mock.integrations.cognitoidentity import PoolLocation


class LoginsBackend(BaseBackend):
    """What moto does not keep of the identity pools of one account and region.

    moto empties it with its own backends. Its attributes are plain data, which may be copied and pickled.
    The lock is the innermost: nobody who holds it asks moto's backends.
    """

    # Beside the data, and so not emptied by a reset: whoever holds the lock still holds the one that others take.
    __slots__ = ("lock",)

    lock: threading.RLock

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Give it its lock before its data."""
        backend = super().__new__(cls)
        backend.lock = threading.RLock()
        return backend

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._begin_empty()

    def _begin_empty(self) -> None:
        self.pools: dict[str, PoolLogins] = {}
        #: by access key
        self.issued: dict[str, IdentityCredentials] = {}

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self._begin_empty()

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles hold: the data."""
        with self.lock:
            return dict(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the data of another one."""
        vars(self).update(state)

    def to_dict(self) -> dict[str, Any]:
        """Return all data as JSON can hold it."""
        with self.lock:
            return {
                "pools": {identity_pool_id: pool.to_dict() for identity_pool_id, pool in self.pools.items()},
                "issued": [asdict(credentials) for credentials in self.issued.values()],
            }

    def load_dict(self, content: Mapping[str, Any]) -> None:
        """Hold the data that `to_dict` described, and none else."""
        pools = {name: PoolLogins.from_dict(pool) for name, pool in content["pools"].items()}
        issued = [IdentityCredentials(**credentials) for credentials in content["issued"]]
        with self.lock:
            self.pools, self.issued = pools, {credentials.access_key: credentials for credentials in issued}

    def remember_credentials(self, credentials: IdentityCredentials) -> IdentityCredentials:
        """Know from now on that these credentials are an identity's."""
        with self.lock:
            self.issued[credentials.access_key] = credentials
        return credentials


logins_backends = BackendDict(LoginsBackend, "cognito-identity")


@contextmanager
def logins_of(location: PoolLocation) -> Iterator[PoolLogins]:
    """Hold the lock and give what is kept of a pool; nothing is of another that had its id before."""
    generation, identity_pool_id = cognitoidentity.generation(location.pool), location.pool.identity_pool_id
    created = unix_time(location.pool.creation_time)
    backend = logins_backends[location.account_id][location.region]
    with backend.lock:
        logins = backend.pools.get(identity_pool_id)
        if logins is None or logins.generation != generation:
            logins = backend.pools[identity_pool_id] = PoolLogins(generation, created)
        yield logins


def caller_of(access_key: str) -> Caller:
    """Return whose key this is; every key that no identity was given is a developer's."""
    if access_key == MOTO_IDENTITY_KEY:
        return UNKNOWN_IDENTITY
    if not is_key_of_an_identity(access_key):
        return DEVELOPER
    for regions in list(logins_backends.values()):
        for backend in list(regions.values()):
            credentials = backend.issued.get(access_key)
            if credentials is not None:
                return Caller("identity", credentials)
    return FORMER_IDENTITY
