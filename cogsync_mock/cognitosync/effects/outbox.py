"""The order in which other services hear of changes."""

from __future__ import annotations

import logging
import threading
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


logger = logging.getLogger(__name__)

#: How many deliveries may follow from each other: a function that reads a stream may write to it again, but not for
#: ever. Lambda itself ends such loops after so many.
MAX_CHAIN = 16
_link: ContextVar[int] = ContextVar("link", default=0)


class Outbox:
    """Has other services hear of changes in the order in which they were made.

    One thread at a time delivers all that waits; the others wait until theirs is delivered, too. Only while a delivery
    runs what is not ours (a function that reads a stream may well call Cognito Sync itself, also through a server)
    nobody waits: then what comes in is delivered after that, and before the call that set it off returns.

    Args:
        lock: guards it, one of its own if None. Who waits lets go of it, and no delivery runs while it is held.
    """

    def __init__(self, lock: threading.RLock | None = None) -> None:
        self._changed = threading.Condition(lock)
        self._waiting: deque[tuple[int, Callable[[], Any]]] = deque()
        self._added = 0
        self._done = 0
        self._delivering = False
        self._aside = False
        self._closed = False

    def add(self, delivery: Callable[[], Any]) -> None:
        """Have something delivered after what waits already; it must not raise."""
        with self._changed:
            if not self._closed:
                self._waiting.append((_link.get() + 1, delivery))
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
        ended: list[BaseException] = []
        while self._next_is_done(ended):
            pass
        if ended:
            raise ended[0]

    def _next_is_done(self, ended: list[BaseException]) -> bool:
        """Deliver one thing; end the delivery if there is none."""
        with self._changed:
            if not self._waiting:
                self._delivering = False
                self._changed.notify_all()
                return False
            link, delivery = self._waiting.popleft()
        before = _link.set(link)
        try:
            if link <= MAX_CHAIN:
                delivery()
            else:
                logger.warning("what reads a stream writes to it again and again: record %d is not delivered", link)
        except BaseException as error:  # noqa: BLE001  # what ends this thread must not keep others' from delivery
            ended.append(error)
        finally:
            _link.reset(before)
            with self._changed:
                self._done += 1
                self._changed.notify_all()
        return True

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
