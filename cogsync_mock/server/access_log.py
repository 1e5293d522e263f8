"""What the server says of its work: one line a request, for people with grep or for programs with JSON."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from cogsync_mock.aws.http import HttpRequest

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class AccessLog:
    """Writes to standard error.

    Args:
        as_json: one JSON object a line, instead of text.
        quiet: no lines for requests, only for what is wrong with the mock itself.
        stream: where to write; standard error if None.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._as_json = as_json
        self._quiet = quiet
        self._stream = stream
        self._lock = threading.Lock()

    def request(  # one line of the log has as many columns
        self, request: HttpRequest, name: str, status: int | None, error: str | None, seconds: float, size: int
    ) -> None:
        """Log a request.

        Args:
            request: the request.
            name: what it was, such as ``s3.PutObject``.
            status: the HTTP status, None if the connection was ended without one.
            error: the name of the error, None if there was none.
            seconds: how long it took.
            size: bytes of the answer's body.
        """
        if self._quiet:
            return
        if self._as_json:
            path = f"{request.path}?{request.query}" if request.query else request.path
            members = {"operation": name, "status": status, "error": error, "method": request.method, "path": path}
            self._write({**members, "milliseconds": round(seconds * 1000, 2), "bytes": size})
            return
        path = _CONTROL.sub("?", request.path)
        outcome = f" {error}" if error else ""
        self._line(f"{status or 'cut'} {name} {request.method} {path} {seconds * 1000:.1f}ms {size}B{outcome}")

    def rejected(self, status: int | None, sentence: str) -> None:
        """Log that what came was no request."""
        if self._quiet:
            return
        if self._as_json:
            self._write({"operation": None, "status": status, "error": sentence})
        else:
            self._line(f"{status or 'cut'} - {_CONTROL.sub('?', sentence)}")

    def notice(self, sentence: str) -> None:
        """Log what is not about a request, or more about one than fits in a line."""
        if self._as_json:
            self._write({"notice": sentence})
        else:
            # More lines than one, as of a traceback, are set in, so that none looks like the beginning of an entry.
            self._line("\n    ".join(_CONTROL.sub("?", line) for line in sentence.splitlines()))

    def _write(self, members: dict[str, Any]) -> None:
        self._print(json.dumps({"time": _now(), **members}))

    def _line(self, text: str) -> None:
        self._print(f"{_now()} {text}")

    def _print(self, line: str) -> None:
        stream = self._stream or sys.stderr
        with self._lock:
            try:
                stream.write(line + "\n")
                stream.flush()
            except (OSError, ValueError):
                # Who reads the log has gone: the server works on.
                self._quiet = True


def _now() -> str:
    now = time.time()
    return datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(now * 1000) % 1000:03d}Z"
