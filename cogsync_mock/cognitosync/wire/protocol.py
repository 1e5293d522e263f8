"""HTTP request to operation and parameters; result or refusal to HTTP response.

The service speaks three dialects (sources in docs/fidelity.md):

* REST-JSON, on the paths of the contract, whatever target header comes along;
* plain members on ``POST /`` with an ``X-Amz-Target`` header;
* the Coral envelope (``Operation``, ``Service``, ``Input``) on ``POST /``, answered with HTTP 200 even for errors.
"""

from __future__ import annotations

import functools
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from cogsync_mock.aws import values
from cogsync_mock.aws.errors import (
    IncompleteSignatureException,
    MissingAuthenticationTokenException,
    RequestEntityTooLargeException,
    SerializationException,
    UnknownOperationException,
)
from cogsync_mock.aws.http import HttpRequest, HttpResponse

from .contract import TARGET_PREFIXES, operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cogsync_mock.aws.errors import AWSError

    from .contract import Operation

#: Bodies above this many bytes are refused (chosen; the largest dataset a call can write is 1 MB).
MAX_BODY = 10 * 1024 * 1024

_ENVELOPE_SERVICES = {prefix.replace(".AWS", "#AWS") for prefix in TARGET_PREFIXES} | set(TARGET_PREFIXES)
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s]+)(?:/[^/,\s]*/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/)?")
_HOST = re.compile(r"cognito-sync(?:-fips)?\.(?P<region>[^.]+)\.(?:amazonaws\.com|api\.aws)", re.IGNORECASE)
_AMZ_JSON = ("application/x-amz-json-1.0", "application/x-amz-json-1.1")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

#: Sent with every answer, so that a browser's script may read the error's name (observed).
CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
}


# So much of an error's message is repeated in a header: clients and proxies refuse long ones.
_HEADER_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class Credential:
    """What a signature says of its signer: access key, region and service of the scope where readable, and token."""

    access_key: str
    region: str | None
    service: str | None
    session_token: str = ""


class Rest:
    """REST-JSON: the operation is in the method and path."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self._labels: dict[str, str] = {}

    def operation(self) -> Operation:
        """Find the operation by method and path.

        Raises:
            UnknownOperationException: if none lives there.
        """
        segments = self.request.path.lstrip("/").split("/")
        # An empty last segment may be an empty label, which validation refuses, or just a trailing slash.
        for candidate in [segments, segments[:-1]] if segments[-1] == "" else [segments]:
            fixed, labels = tuple(candidate[0::2]), candidate[1::2]
            operation = _routes().get((self.request.method, fixed, len(labels)))
            if operation is not None:
                self._labels = {name: _unquoted(label) for name, label in zip(operation.labels, labels, strict=True)}
                return operation
        raise UnknownOperationException

    def parameters(self, operation: Operation) -> dict[str, Any]:
        """Collect the members from path, query string, headers and body.

        Raises:
            SerializationException: if the body is not JSON, or a value is of the wrong type.
        """
        parameters: dict[str, Any] = {}
        if operation.has_body and self.request.body:
            parameters = _structure(operation, values.loads(self.request.body))
        query = parse_qs(self.request.query, keep_blank_values=True) if self.request.query else {}
        for member, (location, name) in operation.locations.items():
            text: str | None
            if location == "uri":
                text = self._labels[name]
            elif location == "querystring":
                text = query.get(name, [None])[0]
            else:
                text = self.request.header(name.lower()) or None
            parameters.pop(member, None)
            if text is not None:
                parameters[member] = values.read(operation.input.members[member], text, from_text=True)
        return parameters

    def success(self, operation: Operation, result: Mapping[str, Any]) -> HttpResponse:
        """Answer with the operation's output."""
        return _answer(self.request, 200, values.write(operation.output, result))

    def failure(self, error: AWSError) -> HttpResponse:
        """Answer with the error's own HTTP status, its name in a header."""
        return _answer(self.request, error.status, {"message": error.message}, error)


class Target:
    """Plain members on ``POST /``, the operation in the ``X-Amz-Target`` header."""

    def __init__(self, request: HttpRequest, content: Any) -> None:
        self.request = request
        self._content = content

    def operation(self) -> Operation:
        """Find the operation by the target header, in either of its spellings.

        Raises:
            UnknownOperationException: if there is no such header, or it names no operation.
        """
        prefix, _, name = self.request.header("x-amz-target").rpartition(".")
        if prefix not in TARGET_PREFIXES or name not in operations():
            raise UnknownOperationException
        return operations()[name]

    def parameters(self, operation: Operation) -> dict[str, Any]:
        """Take the members from the body.

        Raises:
            SerializationException: if the body is not JSON, or a value is of the wrong type.
        """
        if isinstance(self._content, SerializationException):
            raise self._content
        return _structure(operation, self._content)

    def success(self, operation: Operation, result: Mapping[str, Any]) -> HttpResponse:
        """Answer with the operation's output."""
        return _answer(self.request, 200, values.write(operation.output, result))

    def failure(self, error: AWSError) -> HttpResponse:
        """Answer with the error's own HTTP status, its name in a header and in the body."""
        return _answer(self.request, error.status, {"__type": error.code, "message": error.message}, error)


class Envelope:
    """The Coral envelope: everything in the body, numbers possibly as strings, always HTTP 200."""

    def __init__(self, request: HttpRequest, content: dict[str, Any]) -> None:
        self.request = request
        self._content = content

    def operation(self) -> Operation:
        """Find the operation by the envelope's ``Operation``.

        Raises:
            UnknownOperationException: if it, or ``Service``, is not of this service.
        """
        name = str(self._content.get("Operation")).rpartition("#")[2]
        service = self._content.get("Service")
        known = service is None or (isinstance(service, str) and service in _ENVELOPE_SERVICES)
        if name not in operations() or not known:
            raise UnknownOperationException
        return operations()[name]

    def parameters(self, operation: Operation) -> dict[str, Any]:
        """Take the members from the envelope's ``Input``.

        Raises:
            SerializationException: if a value is of the wrong type.
        """
        content = self._content.get("Input")
        return _structure(operation, {} if content is None else content, from_text=True)

    def success(self, operation: Operation, result: Mapping[str, Any]) -> HttpResponse:
        """Answer with the operation's output in an envelope."""
        return self._wrapped(
            f"com.amazonaws.cognito.sync.model#{operation.name}Response", values.write(operation.output, result)
        )

    def failure(self, error: AWSError) -> HttpResponse:
        """Answer with the error in an envelope."""
        return self._wrapped(f"{error.namespace}#{error.code}", {"message": error.message}, error)

    def _wrapped(self, kind: str, members: dict[str, Any], error: AWSError | None = None) -> HttpResponse:
        return _answer(self.request, 200, {"Output": {"__type": kind, **members}, "Version": "1.0"}, error)


WireProtocol = Rest | Target | Envelope


@functools.cache
def _routes() -> Mapping[tuple[str, tuple[str, ...], int], Operation]:
    """Return the operations by method, fixed segments and number of labels."""
    return {
        (operation.method, operation.fixed, len(operation.labels)): operation for operation in operations().values()
    }


def detect_protocol(request: HttpRequest) -> WireProtocol:
    """Tell which of the three dialects a request speaks. REST paths win over any header (observed)."""
    if request.path != "/" or request.method != "POST":
        return Rest(request)
    content: Any
    try:
        content = values.loads(request.body or b"{}")
    except SerializationException as error:
        content = error
    if isinstance(content, dict) and "Operation" in content and ("Input" in content or "Service" in content):
        return Envelope(request, content)
    return Target(request, content)


def check_size(request: HttpRequest) -> None:
    """Refuse bodies over 10 MiB.

    Raises:
        RequestEntityTooLargeException: if the body is longer.
    """
    if len(request.body) > MAX_BODY:
        raise RequestEntityTooLargeException(MAX_BODY)


def credential(request: HttpRequest) -> Credential:
    """Read who signed, from the Authorization header or a presigned query string.

    Signatures are not verified: a mock does not know the secret of a key that it did not issue.

    Raises:
        MissingAuthenticationTokenException: if the request is not signed.
        IncompleteSignatureException: if the header is a signature without a credential.
    """
    header = request.header("authorization")
    session_token = request.header("x-amz-security-token")
    if header.startswith("AWS4-"):
        found = _CREDENTIAL.search(header)
        if found is None:
            raise IncompleteSignatureException(header)
    else:
        query = parse_qs(request.query)
        session_token = query.get("X-Amz-Security-Token", [session_token])[0]
        scope = query.get("X-Amz-Credential", [""])[0]
        found = _CREDENTIAL.match(f"Credential={scope}")
        if found is None:
            raise MissingAuthenticationTokenException
    return Credential(found["key"], found["region"], found["service"], session_token)


def region_of_host(request: HttpRequest) -> str | None:
    """Return the region that the host name names, if it is one of the service's own."""
    found = _HOST.match(request.host)
    return found["region"] if found else None


def is_preflight(request: HttpRequest) -> bool:
    """Return whether a browser asks for permission to send a request from another origin."""
    return request.method == "OPTIONS"


def preflight(request: HttpRequest) -> HttpResponse:
    """Allow it, as the service was observed to do, without asking for credentials."""
    headers = {**_headers(request), "content-length": "0", "access-control-max-age": "172800"}
    for asked, allowed in (
        ("access-control-request-method", "access-control-allow-methods"),
        ("access-control-request-headers", "access-control-allow-headers"),
    ):
        if request.header(asked):
            headers[allowed] = " ".join(request.header(asked).split())
    return HttpResponse(200, headers, b"")


def _structure(operation: Operation, content: Any, *, from_text: bool = False) -> dict[str, Any]:
    if content is None:
        raise SerializationException("Unexpected field type")
    parameters: dict[str, Any] = values.read(operation.input, content, from_text=from_text)
    return parameters


def _unquoted(segment: str) -> str:
    """Decode a path segment, also one that a client encoded twice (some sign and send ``%253A``)."""
    # The colon of an id is all that most clients encode.
    segment = segment.replace("%3A", ":")
    for _ in range(2):
        if "%" not in segment:
            break
        segment = unquote(segment)
    return segment


def _headers(request: HttpRequest) -> dict[str, str]:
    # The reference's sample shows a request id of the client's come back; anything but a uuid is not echoed.
    given = request.header("x-amzn-requestid")
    return {"x-amzn-RequestId": given if _UUID.fullmatch(given) else _random_uuid(), **CORS}


def _random_uuid() -> str:
    """Return what ``str(uuid.uuid4())`` would, in a quarter of its time: every answer needs one."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _printable(message: str) -> str:
    """Return a message as a header can hold it: it may quote what a client sent."""
    return "".join(character if " " <= character <= "~" else "?" for character in message[:_HEADER_LENGTH])


def _answer(
    request: HttpRequest, status: int, content: Mapping[str, Any], error: AWSError | None = None
) -> HttpResponse:
    body = json.dumps(content, separators=(",", ":")).encode("ascii")
    asked = request.header("content-type")
    headers = _headers(request)
    headers["content-type"] = asked if asked in _AMZ_JSON else "application/json"
    headers["content-length"] = str(len(body))
    if error is not None:
        headers["x-amzn-ErrorType"] = f"{error.code}:"
        headers["x-amzn-ErrorMessage"] = _printable(error.message)
    return HttpResponse(status, headers, body)
