"""What a backend has beside its data: one lock, who is modifying a pool, and what other services are still to hear."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from .effects.outbox import Outbox
from .exceptions import ConcurrentModificationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .state.pools import Pool


class Concurrency:
    """The lock of one backend, and what is under way in its pools.

    The lock is the innermost: nobody who holds it asks moto's backends, whose own lock a reset holds while it takes
    this one, and nobody who holds it runs what is not ours.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._outboxes: WeakKeyDictionary[Pool, Outbox] = WeakKeyDictionary()
        self._modified: set[Pool] = set()

    def locked(self, function: Callable[..., None], *args: Any) -> None:
        """Call a function while holding the lock."""
        with self.lock:
            function(*args)

    def outbox(self, pool: Pool) -> Outbox:
        """Return the order in which other services hear of a pool's changes."""
        with self.lock:
            outbox = self._outboxes.get(pool)
            if outbox is None:
                outbox = self._outboxes[pool] = Outbox(self.lock)
            return outbox

    @contextmanager
    def modification(self, pool: Pool) -> Iterator[None]:
        """Claim the right to modify a pool; a call that overlaps with another's claim is rejected.

        Raises:
            ConcurrentModificationException: if another call holds the claim.
        """
        with self.lock:
            if pool in self._modified:
                raise ConcurrentModificationException(pool.identity_pool_id)
            self._modified.add(pool)
        try:
            yield
        finally:
            with self.lock:
                self._modified.discard(pool)

    def close(self) -> None:
        """Deliver nothing any more of what was written so far."""
        with self.lock:
            for outbox in self._outboxes.values():
                outbox.close()
            self._outboxes.clear()
            self._modified.clear()
