"""What follows a write: the change that other services hear of, and the order in which they do."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .datasets import Record


@dataclass(frozen=True, slots=True)
class Change:
    """One accepted change of a dataset.

    Attributes:
        operation: ``remove`` for the deletion of the whole dataset.
        records: the records written, empty for a deletion.
        sync_count: the dataset's new count.
        last_modified: when, in epoch seconds.
    """

    identity_pool_id: str
    identity_id: str
    dataset_name: str
    operation: Literal["replace", "remove"]
    records: list[Record]
    sync_count: int
    last_modified: float


class Outbox:
    """Has other services hear of changes in the order in which they were made.

    Whoever finds nobody delivering delivers all that waits, without holding any lock that a delivery could need:
    a function that reads a stream may well call Cognito Sync itself, also through a server.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], Any]] = deque()
        self._delivering = threading.Lock()

    def add(self, delivery: Callable[[], Any]) -> None:
        """Have something delivered after what waits already; it must not raise."""
        self._waiting.append(delivery)

    def deliver(self) -> None:
        """Deliver what waits, unless another thread, or this one further up, is about it."""
        # Once more after the release, for what was added just before it.
        while self._waiting and self._delivering.acquire(blocking=False):
            try:
                while self._waiting:
                    self._waiting.popleft()()
            finally:
                self._delivering.release()
