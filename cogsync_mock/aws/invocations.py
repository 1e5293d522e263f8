"""Invocations of Python callables that stand in for Lambda functions, and when they lose their right to the mock.

No thread is ever ended from outside: that could leave a delivery or a modification open for good. A callable that takes
longer than its caller waits, or goes on after the mock that it belongs to, may run as long as it likes, but the
requests that it makes from then on are rejected by name, wherever they would have gone; otherwise they would change the
data of another test, or meet the real AWS.

The mark is a context variable. Coroutines, ``asyncio.to_thread`` and invocations that an invocation sets off inherit
it. Threads that a callable starts itself do not: their requests are those of the test, as for any thread of a test.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from .exchange import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ExpiredInvocation(RuntimeError):
    """Code of an invocation that is over made a request.

    Args:
        name: what was invoked.
        reason: why it is over, a clause.
        advice: what to do, a sentence.
    """

    def __init__(self, name: str, reason: str, advice: str) -> None:
        super().__init__(f"{name} made a request after its invocation was over: {reason}. Nothing was sent. {advice}")


class Invocation:
    """One invocation, also of those that it sets off; over once it or the one that set it off has expired.

    Args:
        name: what is invoked, for messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._set_off_by = _current.get()
        self._expired: tuple[str, str] | None = None

    def expire(self, reason: str, advice: str) -> None:
        """Reject what it requests from now on; if it has expired already, its first reason stands."""
        self._expired = self._expired or (reason, advice)

    def error(self) -> ExpiredInvocation | None:
        """Return the error that its requests meet, None as long as neither it nor one that set it off has expired."""
        if self._expired is not None:
            return ExpiredInvocation(self.name, *self._expired)
        return self._set_off_by.error() if self._set_off_by else None

    def begin(self) -> None:
        """Count as running from now on; `running` lists it."""
        with _lock:
            _running.append(self)

    def end(self) -> None:
        """Count as running no longer."""
        with _lock:
            _running.remove(self)
        _call_those_who_wait()

    @contextmanager
    def mark(self) -> Iterator[None]:
        """Mark what is done inside as this invocation's, and as nothing that a service does itself."""
        before, answered = _current.set(self), answering.set(None)
        try:
            yield
        finally:
            answering.reset(answered)
            _current.reset(before)


_current: ContextVar[Invocation | None] = ContextVar("invocation", default=None)
_lock = threading.Lock()
_running: list[Invocation] = []
_waiting: list[Callable[[], None]] = []


def check_invocation() -> None:
    """Make sure that the code that runs may use the mock.

    Raises:
        ExpiredInvocation: if it belongs to an invocation that is over.
    """
    invocation = _current.get()
    if invocation is not None and (error := invocation.error()) is not None:
        raise error


def running() -> list[Invocation]:
    """Return the invocations that have begun and not ended, expired ones included."""
    with _lock:
        return list(_running)


def call_when_over(callback: Callable[[], None]) -> None:
    """Call something as soon as no expired invocation is running: at once if none is, else by the last one's thread."""
    with _lock:
        _waiting.append(callback)
    _call_those_who_wait()


def _call_those_who_wait() -> None:
    with _lock:
        if not _waiting or any(invocation.error() for invocation in _running):
            return
        callbacks = list(_waiting)
        _waiting.clear()
    for callback in callbacks:
        callback()
