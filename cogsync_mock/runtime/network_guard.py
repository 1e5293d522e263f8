"""The last doors before the network: while a mock is on, no AWS SDK request leaves the process.

Uses ``botocore.httpsession.URLLib3Session`` (``send``, ``_proxy_config``), ``urllib3``'s ``HTTPConnectionPool``
(``urlopen``), for those who hold an earlier ``send`` and for moto's own deliveries, and ``boto3.s3.transfer``'s
``_should_use_crt`` and ``awscrt``'s connections, for transfers by a network of their own.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.awsrequest
import botocore.compat
import botocore.httpsession
import urllib3.connectionpool
from botocore.awsrequest import AWSPreparedRequest

from cogsync_mock.aws import calls
from cogsync_mock.aws.exchange import MOTO, HttpExchange, ServiceCall, answering, current_api_call
from cogsync_mock.aws.faults import ConnectionFailure
from cogsync_mock.aws.http import HttpRequest, HttpResponse, as_text
from cogsync_mock.aws.interception import forwarding, intercept, served_ports
from cogsync_mock.aws.invocations import call_when_over, check_invocation

from . import in_process, routing
from .moto_dispatch import moto_dispatch
from .replacements import Replacement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSResponse

    from cogsync_mock.aws.exchange import Exchange

_SDK_HEADERS = ("amz-sdk-invocation-id", "x-amz-target", "x-amz-date", "x-amz-content-sha256")
_PRESIGNED = re.compile(r"[?&]X-Amz-(Signature|Credential)=")
_SERVICE_UNAVAILABLE = 503


class UnmockedRequest(RuntimeError):
    """A request would have left for the network.

    Args:
        operation: name of the AWS operation, as far as the request tells.
        url: where it was going.
        why: what stands in the way beside the missing service, if anything does.
    """

    def __init__(self, operation: str, url: str, why: str = "no service that moto mocks answers there") -> None:
        host = urlsplit(url).hostname if routing.host_of(url) else None
        allow = f"allow its host: passthrough=[{host!r}]" if host else "give it a host that every library reads alike"
        super().__init__(
            f"{operation} was about to be sent to {url}, and {why}. Nothing was sent. "
            f"If the request is meant to leave this process, {allow}. "
            "If not, check the endpoint_url and the region of the client, or stub this call."
        )
        self.operation = operation
        self.url = url


def refused(operation: str, url: str, why: str | None = None) -> UnmockedRequest:
    """Return the error for a request that must not leave; that it was refused is remembered, swallowed or not."""
    error = UnmockedRequest(operation, url, why) if why else UnmockedRequest(operation, url)
    if calls.active.log is not None:
        calls.active.log.refused.append(error)
    return error


# Whether the request that is being sent by botocore was let through already.
_let_through: ContextVar[bool] = ContextVar("let_through", default=False)


@contextmanager
def _letting_through() -> Iterator[None]:
    token = _let_through.set(True)
    try:
        yield
    finally:
        _let_through.reset(token)


class _RawBody(BytesIO):
    """What botocore expects below a response: a file with urllib3's ``stream``."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield all there is, at once."""
        if content := self.read():
            yield content


def aws_response(url: str, response: HttpResponse) -> AWSResponse:
    """Build what botocore expects to come back from the network."""
    raw: Any = _RawBody(response.content)
    headers: Any = response.headers
    return botocore.awsrequest.AWSResponse(url, response.status, headers, raw)


def _send(original: Callable[..., AWSResponse], session: Any, request: AWSPreparedRequest) -> AWSResponse:
    """Answer what a client sends that does not know moto's handler; let through or refuse everything else."""
    api_call = current_api_call.get()
    found = routing.route(request.url, request.headers, api_call)
    if found is not None:
        answered = in_process.answer(request, found, api_call, moto_dispatch.answer)
        return aws_response(request.url, answered)
    proxy_url = session._proxy_config.proxy_url_for(request.url)
    leaves = routing.may_leave(request.url, proxy_url)
    if leaves and routing.port_of(request.url) in served_ports:
        # A server of this process: there it passes the seam.
        with _letting_through(), forwarding(as_text(request.headers.get("amz-sdk-invocation-id") or ""), api_call):
            return original(session, request)
    exchange = HttpExchange(_lazy(request), request.url, api_call)
    sent: list[AWSResponse] = []

    def to_network(exchange: HttpExchange) -> HttpResponse | None:
        if not leaves:
            raise refused(exchange.operation, request.url, _why(request.url, proxy_url))
        time.sleep(exchange.delay)
        with _letting_through():
            sent.append(original(session, request))
        if request.stream_output:
            return None
        return HttpResponse(sent[0].status_code, sent[0].headers, sent[0].content)

    try:
        answered_by_fault = intercept(exchange, to_network)
    except ConnectionFailure as failure:
        return aws_response(request.url, in_process.broken(failure, request.url, api_call))
    if sent and (answered_by_fault is None or answered_by_fault.body is sent[0].content):
        return sent[0]
    return aws_response(request.url, answered_by_fault or HttpResponse(_SERVICE_UNAVAILABLE, {}, b""))


def _lazy(request: AWSPreparedRequest) -> Callable[[], HttpRequest]:
    # What is to be streamed to the network can be read once only, and not by us.
    body = b"" if hasattr(request.body, "read") else request.body
    return lambda: HttpRequest.from_url(request.method, request.url, request.headers, body)


def _why(url: str, proxy_url: str | None) -> str | None:
    if routing.host_of(url) is None:
        return "libraries disagree about its host"
    if proxy_url is not None and routing.may_leave(url, None):
        return f"it would be handed to the proxy {urlsplit(proxy_url).hostname}"
    return None


def _urlopen(
    original: Callable[..., Any], pool: Any, method: str, url: str, body: Any = None, headers: Any = None, **kwargs: Any
) -> Any:
    """Watch what goes past `_send`: sends that were bound before the mock, and moto's own deliveries."""
    whole = url if "://" in url else _origin_of(pool) + url
    if _let_through.get() or routing.may_leave(whole, _proxy_of(pool)):
        return original(pool, method, url, body, headers, **kwargs)
    delivery = answering.get()
    if delivery is not None:
        return _undelivered(delivery, method, whole)
    if not _is_sdk_request(whole, headers):
        return original(pool, method, url, body, headers, **kwargs)
    given: Any = headers or {}
    request = AWSPreparedRequest(method, whole, given, body, stream_output=False)
    api_call = current_api_call.get()
    found = routing.route(whole, request.headers, api_call)
    if found is not None:
        return _urllib3_response(in_process.answer(request, found, api_call, moto_dispatch.answer))

    def refuse(exchange: HttpExchange) -> HttpResponse:
        raise refused(exchange.operation, whole)

    return _urllib3_response(intercept(HttpExchange(_lazy(request), whole, api_call), refuse))


def _origin_of(pool: Any) -> str:
    own_port = pool.port is not None and pool.port != {"http": 80, "https": 443}.get(pool.scheme)
    return f"{pool.scheme}://{pool.host}{f':{pool.port}' if own_port else ''}"


def _proxy_of(pool: Any) -> str | None:
    proxy = getattr(pool, "proxy", None)
    return str(proxy.url) if proxy is not None else None


def _is_sdk_request(url: str, headers: Any) -> bool:
    names = {str(name).lower() for name in headers or ()}
    return bool(names.intersection(_SDK_HEADERS) or _PRESIGNED.search(url)) or routing.is_known(url)


def _undelivered(delivery: Exchange, method: str, url: str) -> Any:
    """Log what moto would have sent to somebody's host, and answer in its place; the call itself must not fail."""
    call = ServiceCall(delivery.service, delivery.operation, {"Method": method, "Endpoint": url}, delivery.region, MOTO)
    record = calls.begin(call)
    if record is not None:
        what = f"A delivery by {delivery.service} {delivery.operation}"
        record.failed(UnmockedRequest(what, url, "its host is not in passthrough"))
    text = "Not delivered: the mock is on, and this host is not in passthrough"
    return _urllib3_response(HttpResponse(_SERVICE_UNAVAILABLE, {"content-type": "text/plain"}, text))


def _urllib3_response(response: HttpResponse) -> Any:
    return urllib3.HTTPResponse(
        body=BytesIO(response.content),
        status=response.status,
        headers={str(name): str(value) for name, value in dict(response.headers).items()},
        preload_content=False,
        decode_content=False,
    )


def _refuse_crt(_original: Any, *_args: Any, **_kwargs: Any) -> Any:
    why = "the CRT has a network of its own, which the mock cannot answer: use boto3's default transfer client"
    raise refused("A transfer", "https://s3.amazonaws.com/", why)


class NetworkGuard:
    """Stands at all of these doors between `install` and `remove`, and while an expired invocation still runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_on = False
        self._replacements: list[Replacement] = []

    def install(self) -> None:
        """Close the doors."""
        with self._lock:
            self._is_on = True
            if self._replacements:
                return
            self._replacements = [self._guarded(*door) for door in _doors()]
            for replacement in self._replacements:
                replacement.install()

    def remove(self) -> None:
        """Open them again.

        As long as a callable runs that has outlived the mock, it waits with that: outside it would meet the real AWS.
        """
        self._is_on = False
        call_when_over(self._put_back)

    def _put_back(self) -> None:
        with self._lock:
            while self._replacements and not self._is_on:
                self._replacements.pop().remove()

    def _guarded(self, owner: Any, name: str, function: Callable[..., Any]) -> Replacement:
        def guarded(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            check_invocation()
            return function(original, *args, **kwargs) if self._is_on else original(*args, **kwargs)

        return Replacement(owner, name, guarded)


def _doors() -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    yield botocore.httpsession.URLLib3Session, "send", _send
    yield urllib3.connectionpool.HTTPConnectionPool, "urlopen", _urlopen
    if botocore.compat.HAS_CRT:
        from boto3.s3 import transfer

        yield transfer, "_should_use_crt", lambda *_args, **_kwargs: False
    for module, owner, name in (
        ("awscrt.s3", "S3Client", "make_request"),
        ("awscrt.http", "HttpClientConnection", "new"),
    ):
        if module in sys.modules:
            yield getattr(sys.modules[module], owner), name, _refuse_crt
