"""The last door before the network: while a mock is active no AWS SDK request leaves the process."""

from __future__ import annotations

import ipaddress
import re
import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import botocore.awsrequest
import botocore.compat
import botocore.httpsession
import wrapt

from cogsync_mock.aws.invocations import call_when_over, check_invocation

from . import moto_seam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d+/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request")
_DUAL_STACK = re.compile(r"\.api\.aws$")


class UnmockedRequest(RuntimeError):
    """A request would have left for the network.

    Args:
        operation: name of the AWS operation, as far as the request tells.
        url: where it was going.
    """

    def __init__(self, operation: str, url: str) -> None:
        host = urlsplit(url).hostname
        super().__init__(
            f"{operation} was about to be sent to {url}, and no service that moto mocks answers there. "
            "Nothing was sent. "
            f"If the request is meant to leave this process, allow its host: passthrough=[{host!r}]. "
            "If not, check the endpoint_url and the region of the client, or stub this call."
        )
        self.operation = operation
        self.url = url


class Guard:
    """Stands in `URLLib3Session.send` between `install` and `remove`, and while an expired invocation still runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_on = False
        self._original: Any = None
        self._original_choice: Any = None

    def install(self) -> None:
        """Wrap the door, and make boto3's S3 transfers go through it: the CRT library has a network of its own."""
        with self._lock:
            self._is_on = True
            if self._original is not None:
                return
            session = botocore.httpsession.URLLib3Session
            self._original = session.__dict__["send"]
            wrapt.wrap_function_wrapper(session, "send", self._send)
            if botocore.compat.HAS_CRT:
                from boto3.s3 import transfer

                self._original_choice = vars(transfer)["_should_use_crt"]
                wrapt.wrap_function_wrapper(transfer, "_should_use_crt", lambda *_: False)

    def remove(self) -> None:
        """Put back the very functions that were there.

        As long as a callable runs that has outlived the mock, it waits with that: outside it would meet the real AWS.
        """
        self._is_on = False
        call_when_over(self._put_back)

    def _put_back(self) -> None:
        with self._lock:
            if self._is_on or self._original is None:
                return
            if self._original_choice is not None:
                from boto3.s3 import transfer

                vars(transfer)["_should_use_crt"] = self._original_choice
                self._original_choice = None
            setattr(botocore.httpsession.URLLib3Session, "send", self._original)  # noqa: B010  # a method to mypy
            self._original = None

    def answer(self, request: AWSPreparedRequest) -> AWSResponse | None:
        """Have moto answer a request, by whatever host it was addressed.

        Returns:
            The answer, or None if the request may leave the process.

        Raises:
            UnmockedRequest: if moto knows no service there.
        """
        if is_loopback(urlsplit(request.url).hostname or "") or moto_seam.passes_through(request.url):
            return None
        for url in _equivalents(request):
            if moto_seam.service_at(url) is None:
                continue
            answer = moto_seam.process(_redirected(request, url))
            if answer is not None:
                return aws_response(request.url, *answer)
        raise UnmockedRequest(_operation(request), request.url)

    def _send(
        self, send: Callable[..., AWSResponse], _session: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> AWSResponse:
        check_invocation()
        answer = self.answer(args[0] if args else kwargs["request"]) if self._is_on else None
        return send(*args, **kwargs) if answer is None else answer


class _RawBody(BytesIO):
    """What botocore expects below a response: a file with urllib3's ``stream``."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield all there is, at once."""
        if content := self.read():
            yield content


def aws_response(url: str, status: int, headers: Any, body: str | bytes) -> AWSResponse:
    """Build what botocore expects to come back from the network."""
    raw: Any = _RawBody(body.encode() if isinstance(body, str) else body)
    return botocore.awsrequest.AWSResponse(url, status, headers, raw)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: such requests never leave it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _equivalents(request: AWSPreparedRequest) -> Iterator[str]:
    """Yield the URLs by which moto may know what is asked: as given, plain instead of dual-stack or FIPS, as signed."""
    yield request.url
    parts = urlsplit(request.url)
    host = parts.netloc.lower()
    plain = _DUAL_STACK.sub(".amazonaws.com", host).replace("-fips.", ".").replace(".dualstack.", ".")
    if plain != host:
        yield urlunsplit(parts._replace(netloc=plain))
    if scope := _scope(request):
        region, service = scope
        yield urlunsplit(parts._replace(scheme="https", netloc=f"{service}.{region}.amazonaws.com"))


def _redirected(request: AWSPreparedRequest, url: str) -> AWSPreparedRequest:
    return botocore.awsrequest.AWSPreparedRequest(
        request.method, url, request.headers, request.body, request.stream_output
    )


def _scope(request: AWSPreparedRequest) -> tuple[str, str] | None:
    """Return region and signing name of a signed request."""
    found = _SCOPE.search(_text(request.headers.get("Authorization", "")))
    return (found["region"], found["service"]) if found else None


def _operation(request: AWSPreparedRequest) -> str:
    """Name the operation of a request, for a message: by target header, form field, or botocore's models."""
    target = _text(request.headers.get("X-Amz-Target", ""))
    if target:
        return target.rpartition(".")[2]
    body = _text(request.body) if isinstance(request.body, (str, bytes)) else ""
    action = parse_qs(urlsplit(request.url).query).get("Action") or parse_qs(body).get("Action")
    if action:
        return action[0]
    scope = _scope(request)
    named = _modelled_operation(scope[1], request) if scope else None
    return named or f"{request.method} {urlsplit(request.url).path or '/'}"


def _modelled_operation(signing_name: str, request: AWSPreparedRequest) -> str | None:
    """Search botocore's models of the services that sign with this name for the request's method and path."""
    from botocore.session import Session

    session = Session()
    path = urlsplit(request.url).path
    for service in session.get_available_services():
        if signing_name not in service and service not in signing_name:
            continue
        model = session.get_service_model(service)
        if model.signing_name != signing_name:
            continue
        for name in model.operation_names:
            http = model.operation_model(name).http
            template = http.get("requestUri", "/").partition("?")[0]
            pattern = re.sub(r"\\\{[^}]*\\\+\\\}", ".+", re.escape(template))
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", pattern)
            if http.get("method") == request.method and template != "/" and re.fullmatch(pattern, path):
                return name
    return None


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
