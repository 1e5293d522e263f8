"""The standalone server: cognito-sync answered by a lean WSGI application, everything else by moto's own."""

from __future__ import annotations

import dataclasses
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.wsgi import get_content_length, get_input_stream

from cogsync_mock.aws.errors import AWSError, SerializationException
from cogsync_mock.aws.exchange import HttpExchange
from cogsync_mock.aws.faults import ConnectionFailure
from cogsync_mock.aws.http import HttpRequest, HttpResponse
from cogsync_mock.aws.interception import forwarded_call, intercept
from cogsync_mock.cognitoidentity.patches import patches
from cogsync_mock.cognitosync.responses import CognitoSyncResponse
from cogsync_mock.cognitosync.settings import Settings, current
from cogsync_mock.cognitosync.wire import protocol
from cogsync_mock.cognitosync.wire.contract import SERVICE
from cogsync_mock.cognitosync.wire.protocol import MAX_BODY
from cogsync_mock.runtime import moto_seam

from . import chunks

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    SslContext = ssl.SSLContext | tuple[str, str | None] | Literal["adhoc"]

SERVICE_MARK = "AWSCognitoSyncService"


class Application:
    """Sends each request to the service it is for.

    Args:
        settings: how strictly cognito-sync behaves; by default as the settings in force in this process say.
        others: the WSGI application of all other services.
    """

    def __init__(self, settings: Settings | None, others: Any) -> None:
        self._settings = settings
        self._others = others

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        headers = _headers(environ)
        if not _is_for_cognito_sync(environ, headers):
            if chunks.is_chunked(environ):
                try:
                    chunks.join_chunks(environ)
                except OSError as error:
                    refusal: Iterable[bytes] = BadRequest(f"Could not read the request body: {error}")(
                        environ, start_response
                    )
                    return refusal
            with patches.serving(), current.of_request(self._settings):
                result: Iterable[bytes] = self._others(environ, start_response)
            return result
        path, query = _raw_path(environ), environ["QUERY_STRING"]
        message = HttpRequest(environ["REQUEST_METHOD"], headers.get("host", ""), path, query, headers, b"")
        try:
            message = dataclasses.replace(message, body=_body(environ))
        except OSError as error:
            # Broken chunks: whatever the body was to be, it is not JSON.
            answer = protocol.Rest(message).failure(SerializationException(f"Could not read the request body: {error}"))
        else:
            answer = self._answer(message, environ)
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers.items()))
        return [] if message.method == "HEAD" else [answer.content]

    def _answer(self, request: HttpRequest, environ: dict[str, Any]) -> HttpResponse:
        origin = f"{environ['wsgi.url_scheme']}://{request.host}"
        url = origin + environ["REQUEST_URI"]

        def answer(exchange: HttpExchange) -> HttpResponse:
            moto_seam.record(request, url)
            return CognitoSyncResponse(self._settings, origin, exchange).answer(request)

        exchange = HttpExchange(request, url, forwarded_call(request), lambda: SERVICE)
        try:
            return intercept(exchange, answer)
        except ConnectionFailure as failure:
            # The HTTP server closes the connection without an answer.
            raise ConnectionAbortedError(failure.name) from failure


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if name in environ:
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _raw_path(environ: dict[str, Any]) -> str:
    """Return the path still percent-encoded: an encoded slash in an id is not a separator."""
    uri: str = environ["REQUEST_URI"]
    path = uri.partition("?")[0]
    if path.startswith(("http://", "https://")):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path or "/"


def _body(environ: dict[str, Any]) -> bytes:
    """Read the body, but no more than one byte above what the service accepts.

    Raises:
        OSError: if it is broken or cut short.
    """
    length = get_content_length(environ)
    if length is not None and length > MAX_BODY:
        return bytes(MAX_BODY + 1)
    try:
        body: bytes = get_input_stream(environ).read(MAX_BODY + 1)
    except ClientDisconnected as error:
        raise OSError("it is shorter than its Content-Length") from error
    if length is not None and len(body) < length:
        raise OSError("it is shorter than its Content-Length")
    return body


def _is_for_cognito_sync(environ: dict[str, Any], headers: dict[str, str]) -> bool:
    """Tell by the signature's scope, else by host, target header, path or envelope."""
    try:
        service = protocol.credential(HttpRequest("", "", "", environ["QUERY_STRING"], headers, b"")).service
    except AWSError:
        service = None
    if service == "cognito-sync":
        return True
    if service is not None and moto_seam.service_at_host("https", f"{service}.us-east-1.amazonaws.com") is not None:
        return False
    if headers.get("host", "").startswith("cognito-sync") or SERVICE_MARK in headers.get("x-amz-target", ""):
        return True
    path = _raw_path(environ)
    if path == "/identitypools" or path.startswith("/identitypools/"):
        return True
    return (
        path == "/"
        and "json" in headers.get("content-type", "")
        and "x-amz-target" not in headers
        and _is_envelope(environ)
    )


def _is_envelope(environ: dict[str, Any]) -> bool:
    try:
        body = _body(environ)
    except OSError:
        return True
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return SERVICE_MARK.encode() in body
