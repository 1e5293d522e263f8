"""What is kept of the pools of one account and region, as long as cognito-identity has them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time

from cogsync_mock.cognitosync.exceptions import IdentityNotFound, IdentityPoolNotFound
from cogsync_mock.integrations import cognitoidentity

from .pools import Pool

if TYPE_CHECKING:
    from collections.abc import Callable


class PoolDirectory:
    """The pools of one account and region; of a pool that was deleted meanwhile nothing is kept."""

    def __init__(self, account_id: str, region: str, new_outbox: Callable[[], Any]) -> None:
        self._account_id = account_id
        self._region = region
        self._new_outbox = new_outbox
        self._pools: dict[str, Pool] = {}
        self._creating = threading.Lock()

    def close(self) -> None:
        """Deliver nothing any more of what was written so far."""
        with self._creating:
            for pool in self._pools.values():
                pool.outbox.close()

    def ids(self) -> list[str]:
        """Return the ids of all pools, in order."""
        return sorted(cognitoidentity.identity_pool_ids(self._account_id, self._region))

    def find(self, identity_pool_id: str) -> Pool | None:
        """Return a pool, None if cognito-identity has none of that id."""
        owner = cognitoidentity.identity_pool(self._account_id, self._region, identity_pool_id)
        with self._creating:
            pool = self._pools.get(identity_pool_id)
            if pool is not None and pool.belongs_to(owner):
                return pool
            self._pools.pop(identity_pool_id, None)
            if owner is None:
                return None
            created = unix_time(owner.creation_time)
            pool = self._pools[identity_pool_id] = Pool(identity_pool_id, owner, created, self._new_outbox())
            return pool

    def get(self, identity_pool_id: str) -> Pool:
        """Return a pool.

        Raises:
            IdentityPoolNotFound: if cognito-identity has none of that id.
        """
        pool = self.find(identity_pool_id)
        if pool is None:
            raise IdentityPoolNotFound(identity_pool_id)
        return pool

    def of_identity(self, identity_pool_id: str, identity_id: str) -> Pool:
        """Return a pool that has an identity.

        Raises:
            IdentityPoolNotFound: if cognito-identity has none of that id.
            IdentityNotFound: if the pool has no such identity.
        """
        pool = self.get(identity_pool_id)
        self.require_identity(pool, identity_id)
        return pool

    def require_identity(self, pool: Pool, identity_id: str) -> None:
        """Refuse an identity that a pool does not have.

        Raises:
            IdentityNotFound: if it does not.
        """
        if not pool.knows(
            identity_id, cognitoidentity.identities(self._account_id, self._region, pool.identity_pool_id)
        ):
            raise IdentityNotFound(identity_id)
