"""Answers in process: moto's handler of requests hands every one that a service of the mock answers to the seam.

Replaces ``process_request`` on moto's one ``botocore_stubber``, which clients made before and after moto was imported
reach, and the ``requests`` library, on all supported versions of moto.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import botocore.exceptions
from botocore.awsrequest import AWSPreparedRequest

from cogsync_mock.aws.exchange import HttpExchange, current_api_call
from cogsync_mock.aws.faults import ConnectionFailure
from cogsync_mock.aws.http import HttpRequest, HttpResponse
from cogsync_mock.aws.interception import intercept
from cogsync_mock.cognitosync.responses import CognitoSyncResponse

from . import moto_seam
from .moto_dispatch import moto_dispatch
from .replacements import Replacement
from .routing import route

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock.aws.exchange import ApiCall

    from .routing import Route

    Motos = Callable[[Any], tuple[int, Any, Any] | None]


def answer(request: Any, found: Route, api_call: ApiCall | None, by_moto: Motos) -> HttpResponse:
    """Answer a request whose route is known.

    Args:
        request: botocore's, or a werkzeug request (from the ``requests`` library, in moto before 5.1).
        found: where the mock answers it.
        api_call: the client's call that it belongs to, if any.
        by_moto: how moto answers a request.

    Raises:
        Exception: botocore's for a connection that a fault breaks, and for hosts that do not exist.
    """
    if found.redirected:
        request = _redirected(request, found.url)
    exchange = HttpExchange(
        functools.partial(_http_request, request, found.url),
        found.url,
        api_call,
        functools.partial(moto_seam.boto3_name, found.service),
    )
    try:
        if found.service == moto_seam.SERVICE_KEY:
            return intercept(exchange, _answer_cognito_sync)
        return intercept(exchange, lambda _: _answer_other(request, by_moto))
    except ConnectionFailure as failure:
        return broken(failure, found.url, api_call)


def _http_request(request: Any, url: str) -> HttpRequest:
    # werkzeug's requests keep the raw body here; asked for later, a form parser may have eaten it.
    body = request.get_data() if hasattr(request, "get_data") else request.body
    return HttpRequest.from_url(request.method, url, request.headers, body)


def _redirected(request: Any, url: str) -> AWSPreparedRequest:
    headers = type(request.headers)()
    for name, value in request.headers.items():
        # Where the signer has left one, it names the host that the request does not go to.
        if name.lower() != "host":
            headers[name] = value
    return AWSPreparedRequest(request.method, url, headers, request.body, getattr(request, "stream_output", False))


def _answer_cognito_sync(exchange: HttpExchange) -> HttpResponse:
    moto_seam.require_whitelisted(moto_seam.SERVICE_KEY)
    moto_seam.record(exchange.request, exchange.url)
    return CognitoSyncResponse(exchange=exchange).answer_in_process(exchange.request)


def _answer_other(request: Any, by_moto: Motos) -> HttpResponse:
    answered = by_moto(request)
    if answered is None:
        # Only a path of the service's host that moto has no pattern for.
        return HttpResponse(404, {}, "Not yet implemented")
    status, headers, body = answered
    return HttpResponse(status, headers, body)


def broken(failure: ConnectionFailure, url: str, api_call: ApiCall | None) -> HttpResponse:
    """Raise what the client's library says when its connection breaks; a body that is read as a stream breaks later.

    Raises:
        Exception: botocore's, or that of ``requests`` for a request of that library.
    """
    exceptions: dict[str, Callable[[], Exception]] = {
        "EndpointConnectionError": lambda: botocore.exceptions.EndpointConnectionError(endpoint_url=url, error=failure),
        "ConnectTimeoutError": lambda: botocore.exceptions.ConnectTimeoutError(endpoint_url=url),
        "ReadTimeoutError": lambda: botocore.exceptions.ReadTimeoutError(endpoint_url=url),
        "ConnectionClosedError": lambda: botocore.exceptions.ConnectionClosedError(endpoint_url=url),
    }
    if api_call is None and (requests := sys.modules.get("requests")) is not None:
        raise _of_requests(failure.name, requests.exceptions) from failure
    if failure.name in exceptions:
        error = exceptions[failure.name]()
        raise error from failure
    content = failure.response.content if failure.response else b""
    half, whole = content[: len(content) // 2], len(content) + (not content)
    if api_call is None or not api_call.model.has_streaming_output:
        raise botocore.exceptions.IncompleteReadError(actual_bytes=len(half), expected_bytes=whole) from failure
    headers = dict(failure.response.headers) if failure.response else {}
    headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    return HttpResponse(200, {**headers, "content-length": str(whole)}, half)


def _of_requests(name: str, exceptions: Any) -> Exception:
    kinds = {
        "ConnectTimeoutError": exceptions.ConnectTimeout,
        "ReadTimeoutError": exceptions.ReadTimeout,
        "IncompleteReadError": exceptions.ChunkedEncodingError,
    }
    error: Exception = kinds.get(name, exceptions.ConnectionError)(f"{name} by a fault of the test")
    return error


def _process_request(original: Motos, request: Any) -> tuple[int, Any, Any] | None:
    api_call = current_api_call.get()
    found = route(request.url, request.headers, api_call)
    if found is None:
        # The guard decides, who knows what would be connected to.
        return None
    # Whoever else has replaced moto's handler is asked; moto's own is asked a shorter way.
    is_motos = getattr(original, "__func__", None) is moto_seam.handler_of_requests()
    answered = answer(request, found, api_call, moto_dispatch.answer if is_motos else original)
    return answered.status, answered.headers, answered.body


def replacement() -> Replacement:
    """Return the replacement of moto's handler of requests."""
    return Replacement(moto_seam.stubber(), "process_request", _process_request)
