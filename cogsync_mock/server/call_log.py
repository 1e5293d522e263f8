"""The log of a server that runs for days: the latest calls, and not more than memory has room for."""

from __future__ import annotations

import threading
from collections import deque

from cogsync_mock.aws import calls

#: How many of the latest calls a server keeps,
CALLS_KEPT = 10_000
#: and how many bytes of their bodies.
BYTES_KEPT = 256 * 1024 * 1024
_SMALL = 64 * 1024


class ServerCallLog(calls.CallLog):
    """Keeps the latest calls; older ones go when there are too many, or when their bodies take too much room."""

    def __init__(self) -> None:
        super().__init__(limit=CALLS_KEPT)
        self._held = 0
        # How many calls there had been when a large one was answered, and its size.
        self._large: deque[tuple[int, int]] = deque()

    def hold(self, size: int) -> None:
        """Make room for a call of this many bytes, which was just answered."""
        if size < _SMALL:
            return
        with self._lock:
            self._large.append((self.dropped + len(self._calls), size))
            self._held += size
            while self._large and (self._held > BYTES_KEPT or self._large[0][0] <= self.dropped):
                number, gone = self._large.popleft()
                self._held -= gone
                older = max(0, number - self.dropped)
                del self._calls[:older]
                self.dropped += older

    def clear(self) -> None:
        """Forget all calls."""
        super().clear()
        with self._lock:
            self._large.clear()
            self._held = 0


class _Servers:
    """The log that the servers of this process share while no mock has one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._log = ServerCallLog()

    def begin(self) -> None:
        """Let one more server log its calls; the first begins with an empty log."""
        with self._lock:
            if not self._running:
                self._log = ServerCallLog()
            self._running += 1
        if isinstance(calls.active.log, ServerCallLog):
            calls.active.log = self._log  # a mock that has ended meanwhile has put back an old one
        self.ensure()

    def ensure(self) -> None:
        """Make calls go to the servers' log, if they go nowhere: a mock that had one may have ended."""
        if calls.active.log is None and self._running:
            calls.active.log = self._log

    def end(self) -> None:
        """Let one server fewer log its calls."""
        with self._lock:
            self._running -= 1
            if not self._running and isinstance(calls.active.log, ServerCallLog):
                calls.active.log = None


servers = _Servers()


def hold(size: int) -> None:
    """Let the log of the server, if it is the active one, make room for a call that was just answered."""
    log = calls.active.log
    if isinstance(log, ServerCallLog):
        log.hold(size)
