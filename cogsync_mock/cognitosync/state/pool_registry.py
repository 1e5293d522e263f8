"""What is kept of the pools of one account and region, as long as cognito-identity has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .pools import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping


class PoolRegistry:
    """The pools of one account and region; of a pool that was deleted meanwhile nothing is kept.

    Args:
        pool_class: what to make of each.
    """

    def __init__(self, pool_class: type[Pool] = Pool) -> None:
        self._pool_class = pool_class
        self._pools: dict[str, Pool] = {}

    def find(self, identity_pool_id: str, generation: str | None) -> Pool | None:
        """Return what is kept of a pool, None if nothing is.

        Args:
            identity_pool_id: its id.
            generation: which pool cognito-identity has under this id now, None if it has none.
        """
        pool = self._pools.get(identity_pool_id)
        if pool is None or pool.generation == generation:
            return pool
        del self._pools[identity_pool_id]
        return None

    def add(self, pool: Pool) -> Pool:
        """Keep a pool from now on."""
        self._pools[pool.identity_pool_id] = pool
        return pool

    def to_dict(self) -> dict[str, Any]:
        """Return all pools as JSON can hold them."""
        return {identity_pool_id: pool.to_dict() for identity_pool_id, pool in self._pools.items()}

    def load_dict(self, content: Mapping[str, Any]) -> None:
        """Hold the pools that `to_dict` described, and no others."""
        self._pools = {
            identity_pool_id: self._pool_class.from_dict(described) for identity_pool_id, described in content.items()
        }
