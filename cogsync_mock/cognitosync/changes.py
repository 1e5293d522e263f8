"""What follows a write: the change that other services hear of, and the order in which they do."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    One thread at a time delivers all that waits; the others wait until theirs is delivered, too. Only while a delivery
    runs what is not ours (a function that reads a stream may well call Cognito Sync itself, also through a server)
    nobody waits: then what comes in is delivered after that, and before the call that set it off returns.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Callable[[], Any]] = deque()
        self._added = 0
        self._done = 0
        self._delivering = False
        self._aside = False
        self._closed = False

    def add(self, delivery: Callable[[], Any]) -> None:
        """Have something delivered after what waits already; it must not raise."""
        with self._changed:
            if not self._closed:
                self._waiting.append(delivery)
                self._added += 1

    def close(self) -> None:
        """Deliver nothing any more: those who would hear of it are others by now."""
        with self._changed:
            self._done += len(self._waiting)
            self._waiting.clear()
            self._closed = True
            self._changed.notify_all()

    def deliver(self) -> None:
        """Return as soon as all that was added so far is delivered."""
        with self._changed:
            mine = self._added
            self._changed.wait_for(lambda: self._done >= mine or self._aside or not self._delivering)
            if self._done >= mine or self._delivering:
                return
            self._delivering = True
        try:
            while self._next_is_done():
                pass
        except BaseException:
            # A function that was ended while it delivered must not keep others from it.
            self._end()
            raise

    def _next_is_done(self) -> bool:
        """Deliver one thing; end the delivery if there is none."""
        with self._changed:
            if not self._waiting:
                self._end()
                return False
            delivery = self._waiting.popleft()
        try:
            delivery()
        finally:
            with self._changed:
                self._done += 1
                self._changed.notify_all()
        return True

    def _end(self) -> None:
        with self._changed:
            self._delivering = False
            self._changed.notify_all()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let nobody wait for the delivery that is going on."""
        with self._changed:
            self._aside = True
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._aside = False
