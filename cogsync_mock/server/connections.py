"""Connections: one thread each, their number bounded, none of them able to hold up the others or the end.

A client that is silent, slow or gone costs its own thread and nothing else. When all places are taken, the connection
that has been waiting for its client longest gives up its place.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import struct
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from cogsync_mock.aws.http import HttpResponse

from .http1 import BadRequest, OtherProtocol, RequestReader, UnreadableBody, has_body, start_of

if TYPE_CHECKING:
    from cogsync_mock.aws.http import HttpRequest

    from .http1 import Head

_TLS_HANDSHAKE = b"\x16"
_SMALL = 1 << 16
_PIECE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one server lets its clients take.

    Args:
        connections: how many there may be at a time; each has a thread.
        head: bytes of a request's first line and headers together.
        head_seconds: how long these may take to arrive.
        silence: seconds that a client may be silent inside a request, or not read its answer.
        idle: seconds that a connection is kept without a request.
        grace: seconds that answers in the making get when the server stops.
    """

    connections: int = 1000
    head: int = 1 << 16
    head_seconds: float = 30.0
    silence: float = 60.0
    idle: float = 600.0
    grace: float = 0.3


class Hangup(Exception):
    """The connection ends without, or in the middle of, an answer, as a fault asked for.

    Args:
        failure: botocore's name of what the client shall meet, such as ``ReadTimeoutError``.
        operation: what was asked for.
        response: the answer that the client gets a part of; None for nothing.
    """

    def __init__(self, failure: str, operation: str, response: HttpResponse | None = None) -> None:
        super().__init__(failure)
        self.failure = failure
        self.operation = operation
        self.response = response


class Application(Protocol):
    """What answers requests; called in the thread of the connection."""

    def body_limit(self, request: HttpRequest) -> int:
        """Return how many bytes the body of this request may have, of which only the head is known."""

    def unreadable(self, request: HttpRequest, error: UnreadableBody) -> HttpResponse:
        """Answer a request whose body could not be read."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request.

        Raises:
            Hangup: if it gets none.
        """

    def rejected(self, status: int | None, sentence: str) -> None:
        """Log that what came was no request, and which status it got, if any."""

    def notice(self, sentence: str) -> None:
        """Log what is wrong with the mock itself."""


class _Connection:
    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted
        #: since when the client is waited for; None while its request is being answered
        self.waiting_since: float | None = time.monotonic()

    def shut(self) -> None:
        """End it from any thread: whoever reads from it or writes to it wakes up."""
        with contextlib.suppress(OSError):
            # An SSL socket's own method takes its state away from under the thread that uses it.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)


class Server:
    """Accepts connections and answers what comes on them, until it is told to stop.

    Args:
        listener: the bound and listening socket; the server closes it.
        application: what answers.
        tls: for HTTPS.
        limits: what clients may take.
    """

    def __init__(
        self, listener: socket.socket, application: Application, tls: ssl.SSLContext | None, limits: Limits
    ) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._application = application
        self._tls = tls
        self._limits = limits
        self._connections: dict[_Connection, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_writer.setblocking(False)

    def stop(self) -> None:
        """Make `serve` return; from any thread and from signal handlers."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"\0")

    def serve(self) -> None:
        """Accept and answer until `stop`; then end all connections, within a second."""
        self._listener.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self._stopping:
                selector.select()
                while not self._stopping and self._accept():
                    pass
        self._listener.close()
        self._end_connections()
        self._wake_reader.close()
        self._wake_writer.close()

    def _accept(self) -> bool:
        """Accept one connection; return whether there may be more."""
        if len(self._connections) >= self._limits.connections and not self._make_room():
            time.sleep(0.01)
            return True
        try:
            accepted, _ = self._listener.accept()
        except BlockingIOError:
            return False
        except OSError:
            # It was gone again before it was accepted, or the process has no file left for it.
            self._make_room()
            time.sleep(0.01)
            return False
        accepted.setblocking(True)
        connection = _Connection(accepted)
        thread = threading.Thread(
            target=self._run, args=(connection,), name=f"cogsync-mock-{accepted.fileno()}", daemon=True
        )
        with self._lock:
            self._connections[connection] = thread
        try:
            thread.start()
        except RuntimeError:  # the system gives no more threads
            self._forget(connection)
            self._make_room()
        return True

    def _make_room(self) -> bool:
        """End the connection that has been waiting for its client longest; return whether there is room."""
        with self._lock:
            waiting = [(one.waiting_since, number) for number, one in enumerate(self._connections) if one.waiting_since]
            if not waiting:
                return False
            longest = list(self._connections)[min(waiting)[1]]
            # Its place is free at once; its thread ends as soon as it has noticed.
            del self._connections[longest]
        longest.shut()
        return True

    def _forget(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.pop(connection, None)
        connection.socket.close()

    def _end_connections(self) -> None:
        deadline = time.monotonic() + self._limits.grace
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            if connection.waiting_since:
                connection.shut()
        for thread in connections.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        for connection, thread in connections.items():
            if thread.is_alive():
                connection.shut()
        deadline = time.monotonic() + self._limits.grace
        for thread in connections.values():
            # One that is in the middle of an answer which takes long is left behind: it finds its client gone.
            thread.join(max(0.0, deadline - time.monotonic()))

    # ---------------------------------------------------------- one connection, in its own thread

    def _run(self, connection: _Connection) -> None:
        try:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if self._tls is None or self._secured(connection, self._tls):
                self._converse(connection)
        except OSError:
            pass  # the client has gone, or is silent for too long
        except Exception:  # noqa: BLE001  # a fault of ours is for the log, not for the other connections
            self._application.notice(traceback.format_exc().rstrip())
        finally:
            self._forget(connection)

    def _secured(self, connection: _Connection, tls: ssl.SSLContext) -> bool:
        """Begin TLS; return whether the client has."""
        plain = connection.socket
        plain.settimeout(self._limits.head_seconds)
        start = plain.recv(1, socket.MSG_PEEK)
        if start and start != _TLS_HANDSHAKE:
            sentence = f"This port serves HTTPS: use https:// in front of its address (port {self.port})."
            self._reject(connection, RequestReader(plain, 1, 0), None, _plain(HTTPStatus.BAD_REQUEST, sentence))
            self._application.rejected(400, "a client spoke plain HTTP to the HTTPS port: it must use https://")
            return False
        if not start:
            return False
        try:
            # In two steps, so that `shut` reaches the socket in the middle of the second.
            secured = tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
            connection.socket = secured
            secured.do_handshake()
        except ssl.SSLError as error:
            self._application.rejected(None, f"a client did not agree on TLS: {error.reason or error}")
            return False
        return True

    def _converse(self, connection: _Connection) -> None:
        limits = self._limits
        reader = RequestReader(connection.socket, limits.head, limits.head_seconds)
        while not self._stopping:
            connection.socket.settimeout(limits.idle)
            try:
                head = reader.head()
            except BadRequest as error:
                self._application.rejected(error.status, f"a request that could not be read: {error.sentence}")
                self._reject(connection, reader, None, _plain(error.status, error.sentence))
                return
            except OtherProtocol as error:
                self._application.rejected(None, str(error))
                self._reject(connection, reader, None, error.reply)
                return
            if head is None:
                return
            connection.socket.settimeout(limits.silence)
            request = head.with_body(b"")
            try:
                body = reader.body(head, self._application.body_limit(request))
            except UnreadableBody as error:
                connection.waiting_since = None
                self._reject(connection, reader, head, self._application.unreadable(request, error))
                return
            connection.waiting_since = None
            if not self._answer(connection, head, head.with_body(body) if body else request):
                return
            connection.waiting_since = time.monotonic()

    def _answer(self, connection: _Connection, head: Head, request: HttpRequest) -> bool:
        """Answer one request; return whether the connection is kept."""
        try:
            response = self._application.answer(request)
        except Hangup as hangup:
            self._hang_up(connection, head, hangup)
            return False
        keep = head.keeps_connection and not self._stopping
        start, content = start_of(response, head, keep=keep), response.content
        if not has_body(response, head):
            connection.socket.sendall(start)
        elif len(content) < _SMALL:
            connection.socket.sendall(start + content)
        else:
            connection.socket.sendall(start)
            # A client that does not read on may lose its place.
            connection.waiting_since = time.monotonic()
            body = memoryview(content)
            for begin in range(0, len(body), _PIECE):
                # The timeout of a socket is for each `sendall` as a whole.
                connection.socket.sendall(body[begin : begin + _PIECE])
        return keep

    def _hang_up(self, connection: _Connection, head: Head, hangup: Hangup) -> None:
        """Fail as a network does: with a part of the answer, without an end, or with a reset."""
        connection.waiting_since = time.monotonic()
        if hangup.failure == "ReadTimeoutError":
            # Until the client loses its patience, or its place.
            connection.socket.settimeout(self._limits.idle)
            connection.socket.recv(1)
        elif hangup.failure == "IncompleteReadError" and hangup.response is not None:
            content = hangup.response.content
            # At least one byte is missing, even of an empty body.
            whole = HttpResponse(hangup.response.status, hangup.response.headers, content + b"\n")
            connection.socket.sendall(start_of(whole, head, keep=False) + content[: len(content) // 2])
        elif hangup.failure != "ConnectionClosedError":
            linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _reject(
        self, connection: _Connection, reader: RequestReader, head: Head | None, response: HttpResponse | bytes
    ) -> None:
        """Say why, and end the connection so that the client reads it although it may still be sending."""
        if isinstance(response, HttpResponse):
            response = start_of(response, head, keep=False) + (response.content if has_body(response, head) else b"")
        connection.socket.sendall(response)
        connection.waiting_since = time.monotonic()
        socket.socket.shutdown(connection.socket, socket.SHUT_WR)
        reader.discard(2.0)


def _plain(status: int, sentence: str) -> HttpResponse:
    body = (sentence[:1].upper() + sentence[1:] + "\n").encode()
    return HttpResponse(status, {"Content-Type": "text/plain; charset=utf-8"}, body)
