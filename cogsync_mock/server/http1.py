"""HTTP/1.1 on the wire: requests are read from a socket with every length bounded, responses are written to it.

Written here instead of taken from a library for three reasons, all measured or read in November 2026: the fastest pure
Python server (waitress 3) spends 175 microseconds on a request where this spends 25, more than cognito-sync itself
needs; none of the libraries keeps the target as it came together with header names that have underscores, which S3's
metadata need; and none serves HTTP and HTTPS alike with kept connections.
What the rules of RFC 9112 leave to the recipient is decided strictly: what is ambiguous is an error.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cogsync_mock.aws.http import HttpRequest

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from cogsync_mock.aws.http import HttpResponse

HTTP2_PREFACE = b"PRI * HTTP/2.0"
_TLS_HANDSHAKE = 0x16
# An empty SETTINGS frame, then GOAWAY with the error code HTTP_1_1_REQUIRED (RFC 9113, sections 6.5, 6.8 and 7).
_HTTP2_ADVICE = b"This server speaks HTTP/1.1: configure your client for it (docs/server.md, HTTP/2)."
HTTP2_REJECTION = (
    b"\0\0\0\4\0\0\0\0\0"
    + (8 + len(_HTTP2_ADVICE)).to_bytes(3, "big")
    + b"\7\0\0\0\0\0\0\0\0\0\0\0\0\x0d"
    + _HTTP2_ADVICE
)
#: The alert protocol_version, for those who speak TLS where there is none.
TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x46"

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FIRST_LINE = re.compile(
    r"(?P<method>[!#$%&'*+\-.^_`|~0-9A-Za-z]+) (?P<target>[!-~\xa0-\xff]+) (?P<version>HTTP/1\.[01])"
)
_LENGTH = re.compile(r"[0-9]{1,18}")
_ONCE = frozenset({"host", "content-length", "transfer-encoding"})
_BAD_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")
_RECEIVE = 65536
_CHUNK_LINE = 4096
_NO_BODY = frozenset({204, 304})
_OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade"})


class BadRequest(Exception):
    """What came is not a request that can be answered; the connection ends after this is said.

    Args:
        sentence: what is wrong.
        status: the HTTP status to say it with.
    """

    def __init__(self, sentence: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = int(status)


class UnreadableBody(BadRequest):
    """The head is in order, the body is not."""


class BodyTooLarge(UnreadableBody):
    """The body is, or says that it is, longer than what is accepted."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is longer than the {limit:,} bytes that are accepted", 413)
        self.limit = limit


class OtherProtocol(Exception):
    """The client does not speak HTTP/1.

    Args:
        sentence: what it speaks, for the log.
        reply: the bytes that its protocol understands as "not here".
    """

    def __init__(self, sentence: str, reply: bytes) -> None:
        super().__init__(sentence)
        self.reply = reply


@dataclass(slots=True)
class Head:
    """The first line and the headers of a request; header names in lower case."""

    method: str
    target: str
    version: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def keeps_connection(self) -> bool:
        """Whether the client wants to send more requests on this connection."""
        wish = self.headers.get("connection")
        if wish is None:
            return self.version == "HTTP/1.1"
        options = {option.strip() for option in wish.lower().split(",")}
        return "close" not in options and (self.version == "HTTP/1.1" or "keep-alive" in options)

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return "transfer-encoding" in self.headers

    @property
    def content_length(self) -> int:
        """The length of the body as the client states it."""
        return int(self.headers.get("content-length") or 0)

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for a word before it sends the body."""
        return self.version == "HTTP/1.1" and self.headers.get("expect", "").lower() == "100-continue"

    def with_body(self, body: bytes) -> HttpRequest:
        """Return the request as a whole."""
        host = self.headers.get("host", "")
        path, _, query = self.target.partition("?")
        if not path.startswith("/"):
            scheme, colon, rest = path.partition("://")
            if colon and scheme.lower() in {"http", "https"}:
                named, _, path = rest.partition("/")
                path = f"/{path}"
                host = named if _is_host(named) else host
            elif path != "*":
                path = f"/{path}"
        return HttpRequest(self.method, host, path, query, self.headers, body)


class RequestReader:
    """Reads the requests of one connection, one after the other.

    Args:
        connection: the socket; its timeout is the longest silence inside a request.
        max_head: bytes that the first line and the headers may have together.
        head_seconds: how long they may take to arrive.
    """

    def __init__(self, connection: socket.socket, max_head: int, head_seconds: float) -> None:
        self._connection = connection
        self._max_head = max_head
        self._head_seconds = head_seconds
        self._buffer = b""

    def head(self) -> Head | None:
        """Wait for the next request and read its head; None if the client has gone.

        Raises:
            BadRequest: if it is not one.
            OtherProtocol: if the client speaks another protocol.
            OSError: if the connection breaks.
        """
        buffer, deadline = self._buffer, 0.0
        while True:
            buffer = buffer.lstrip(b"\r\n")
            end = _END_OF_HEAD.search(buffer)
            if end is not None and end.end() <= self._max_head:
                self._buffer = buffer[end.end() :]
                return _parsed(buffer[: end.start()])
            _reject_other_protocols(buffer)
            if len(buffer) > self._max_head:
                raise BadRequest(f"the headers are longer than {self._max_head:,} bytes", 431)
            try:
                if buffer:
                    deadline = deadline or time.monotonic() + self._head_seconds
                    self._connection.settimeout(max(deadline - time.monotonic(), 0.001))
                received = self._connection.recv(_RECEIVE)
            except TimeoutError:
                if not buffer:
                    raise
                raise BadRequest(f"the headers did not arrive within {self._head_seconds:g} seconds", 408) from None
            if not received:
                if buffer:
                    raise BadRequest("the connection ended in the middle of the headers")
                return None
            buffer += received

    def body(self, head: Head, limit: int) -> bytes:
        """Read the body of the request whose head was read last.

        Args:
            head: that head.
            limit: the bytes that are accepted.

        Raises:
            UnreadableBody: if it is too long, broken, or ends early.
            OSError: if the connection breaks.
        """
        if head.is_chunked:
            self._say_continue(head)
            return self._chunked(limit)
        length = head.content_length
        if not length:
            return b""
        if length > limit:
            raise BodyTooLarge(limit)
        if len(self._buffer) < length:
            self._say_continue(head)
        return self._exactly(length, "it is shorter than its Content-Length")

    def discard(self, seconds: float) -> None:
        """Read on without keeping anything, for so long at most, until the client has read its answer and closes."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._connection.settimeout(left)
            if not self._connection.recv(_RECEIVE):
                return

    def _say_continue(self, head: Head) -> None:
        if head.expects_continue and not self._buffer:
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _exactly(self, length: int, failure: str) -> bytes:
        buffer = self._buffer
        if len(buffer) >= length:
            self._buffer = buffer[length:]
            return buffer[:length]
        # Kept as they come: what a client only claims to send takes no memory.
        pieces, missing = [buffer], length - len(buffer)
        self._buffer = b""
        while missing:
            received = self._connection.recv(min(missing, 1 << 20))
            if not received:
                raise UnreadableBody(failure)
            pieces.append(received)
            missing -= len(received)
        return b"".join(pieces)

    def _line(self, failure: str) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _CHUNK_LINE:
                raise UnreadableBody("a line between its chunks is too long")
            received = self._connection.recv(_RECEIVE)
            if not received:
                raise UnreadableBody(failure)
            self._buffer += received
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")

    def _chunked(self, limit: int) -> bytes:
        pieces, total = [], 0
        while True:
            text = self._line("it ends before its last chunk").partition(b";")[0].strip(b" \t")
            if not _CHUNK_SIZE.fullmatch(text):
                raise UnreadableBody("the size of a chunk is not a hexadecimal number")
            size = int(text, 16)
            if not size:
                break
            total += size
            if total > limit:
                raise BodyTooLarge(limit)
            pieces.append(self._exactly(size, "it ends in the middle of a chunk"))
            if self._line("it ends after a chunk"):
                raise UnreadableBody("a chunk is longer than its size says")
        trailers = 0
        while line := self._line("it ends in the middle of its trailers"):
            trailers += len(line)
            if trailers > self._max_head:
                raise UnreadableBody("its trailers are too long")
        return b"".join(pieces)


def _reject_other_protocols(start: bytes) -> None:
    if start[:1] == bytes([_TLS_HANDSHAKE]):
        raise OtherProtocol("a client spoke TLS: this port serves http://, or start with --ssl for https://", TLS_ALERT)


def _parsed(content: bytes) -> Head:
    if content.startswith(HTTP2_PREFACE):
        sentence = "a client spoke HTTP/2, which this server does not (docs/server.md, HTTP/2)"
        raise OtherProtocol(sentence, HTTP2_REJECTION)
    first, *lines = content.decode("latin-1").replace("\r\n", "\n").split("\n")
    found = _FIRST_LINE.fullmatch(first)
    if found is None:
        raise BadRequest("the first line is not `METHOD /path HTTP/1.1`")
    headers = _headers(lines)
    _check_length(headers)
    return Head(found["method"], found["target"], found["version"], headers)


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise BadRequest("a header is not `Name: value`")
        name, value = name.lower(), value.strip(" \t")
        if name not in headers:
            headers[name] = value
        elif name not in _ONCE:
            headers[name] += ("; " if name == "cookie" else ", ") + value
        elif name == "host" or headers[name] != value:
            raise BadRequest(f"there is more than one header {name!r}")
    if _BAD_IN_VALUE.search("".join(headers.values())):
        raise BadRequest("a header has a control character")
    if not _is_host(headers.setdefault("host", "")):
        # RFC 9112, section 3.2.
        raise BadRequest("the Host header is not `name` or `name:port`")
    return headers


@lru_cache(maxsize=128)
def _is_host(host: str) -> bool:
    """Return whether a URL with this host can be read, which moto, for one, does."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return False
    return parts.netloc == host


def _check_length(headers: Mapping[str, str]) -> None:
    coding = headers.get("transfer-encoding")
    if coding is not None:
        if coding.lower() != "chunked":
            raise BadRequest("the only Transfer-Encoding that is understood is `chunked`")
        # RFC 9112, section 6.3, allows to go by the first. No client sends both but by mistake or as an attack.
        if "content-length" in headers:
            raise BadRequest("a request has either a Content-Length or a Transfer-Encoding, not both")
    length = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length):
        raise BadRequest(f"the Content-Length is not a number: {length[:40]!r}")


@lru_cache(maxsize=1)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


@lru_cache(maxsize=128)
def _status_line(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    return f"HTTP/1.1 {status} {phrase}\r\n"


def has_body(response: HttpResponse, head: Head | None) -> bool:
    """Return whether the body of a response is sent."""
    return response.status not in _NO_BODY and not (head is not None and head.method == "HEAD")


def start_of(response: HttpResponse, head: Head | None, *, keep: bool) -> bytes:
    """Return the status line and the headers of a response as bytes.

    Args:
        response: what to answer.
        head: what it answers, None if that could not be read.
        keep: whether the connection stays open; the client is told.
    """
    status = response.status
    lines = [_status_line(status)]
    has_length = has_date = False
    is_head = head is not None and head.method == "HEAD"
    for name, value in response.headers.items():
        lowered = name.lower()
        if lowered in _OF_THE_CONNECTION or (lowered == "content-length" and not is_head):
            continue
        has_length = has_length or lowered == "content-length"
        has_date = has_date or lowered == "date"
        lines.append(f"{name}: {value}\r\n")
    if not has_length and status not in _NO_BODY and status >= HTTPStatus.OK:
        lines.append(f"Content-Length: {len(response.content)}\r\n")
    if not has_date:
        lines.append(f"Date: {_http_date(int(time.time()))}\r\n")
    if not keep:
        lines.append("Connection: close\r\n")
    elif head is not None and head.version == "HTTP/1.0":
        lines.append("Connection: keep-alive\r\n")
    return _joined(lines)


def _joined(lines: list[str]) -> bytes:
    text = "".join(lines)
    if text.count("\n") != len(lines) or text.count("\r") != len(lines):
        # A value with a line break in it would be read as more headers.
        text = "".join(re.sub(r"[\r\n]+", " ", line[:-2]) + "\r\n" for line in lines)
    return (text + "\r\n").encode("latin-1", "replace")
