"""What the server answers: AWS's services, the control routes, moto's own, the page."""

from __future__ import annotations

import functools
import json
import re
import time
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cogsync_mock.aws.errors import AWSError, RequestEntityTooLargeException, SerializationException
from cogsync_mock.aws.exchange import HttpExchange
from cogsync_mock.aws.faults import ConnectionFailure
from cogsync_mock.aws.http import HttpResponse
from cogsync_mock.aws.interception import forwarded_call, intercept
from cogsync_mock.cognitoidentity import openid
from cogsync_mock.cognitoidentity.patches import patches
from cogsync_mock.cognitosync.responses import CognitoSyncResponse
from cogsync_mock.cognitosync.settings import current
from cogsync_mock.cognitosync.wire import protocol
from cogsync_mock.cognitosync.wire.contract import SERVICE
from cogsync_mock.cognitosync.wire.protocol import MAX_BODY
from cogsync_mock.runtime import moto_seam

from .call_log import hold, servers
from .connections import Hangup
from .control import JSON
from .failures import failure_of, page_replaced, unreadable_body
from .http1 import BodyTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock.aws.http import HttpRequest
    from cogsync_mock.cognitosync.settings import Settings
    from cogsync_mock.integrations.motoserver import MotoServer

    from .access_log import AccessLog
    from .control import Control
    from .http1 import UnreadableBody
    from .origins import Origins

_MARK = "AWSCognitoSyncService"
#: What the bodies of other services may have: moto keeps all content in memory, several times over.
MAX_BODY_OF_OTHERS = 256 * 1024 * 1024

# Key, date and region may be anything; signatures of version 4a name no region.
_SCOPE = re.compile(r"Credential=[^,\s]*?/([\w.-]+)/aws4_request", re.ASCII)
_LOOK = "look"
_CORS = ("access-control-allow-origin", "access-control-expose-headers")


class Application:
    """Sends each request to the service it is for.

    Args:
        settings: how strictly cognito-sync behaves; by default as the settings in force in this process say.
        others: what answers for all other services.
        control: what answers on the control routes.
        origins: who may use those.
        log: where each request leaves its line.
        scheme: ``http`` or ``https``.
    """

    def __init__(
        self,
        settings: Settings | None,
        others: MotoServer,
        control: Control,
        origins: Origins,
        log: AccessLog,
        scheme: str,
    ) -> None:
        self._settings = settings
        self._others = others
        self._control = control
        self._origins = origins
        self._log = log
        self._scheme = scheme
        self.rejected = log.rejected
        self.notice = log.notice

    # ------------------------------------------------------------ what a connection asks

    def body_limit(self, request: HttpRequest) -> int:
        """Return how many bytes the body of this request may have, of which only the head is known."""
        if request.path == "/cogsync-api/state":
            return MAX_BODY_OF_OTHERS
        return MAX_BODY if _is_control(request) or _is_for_cognito_sync(request, by_body=False) else MAX_BODY_OF_OTHERS

    def unreadable(self, request: HttpRequest, error: UnreadableBody) -> HttpResponse:
        """Answer a request whose body could not be read."""
        sentence = f"Could not read the request body: {error.sentence}"
        if _is_for_cognito_sync(request, by_body=False):
            failure: AWSError = SerializationException(sentence)
            if isinstance(error, BodyTooLarge):
                failure = RequestEntityTooLargeException(error.limit)
            response = protocol.Rest(request).failure(failure)
        elif _is_control(request):
            response = _rejection(error.status, sentence)
        else:
            response = unreadable_body(self._exchange(request), error.status, sentence)
        self._log.request(request, "unreadable", response.status, error.sentence, 0.0, len(response.content))
        return response

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, and log it.

        Raises:
            Hangup: if a fault ends the connection.
        """
        started = time.perf_counter()
        name = "-"
        try:
            name, response = self._routed(request)
        except Hangup as hangup:
            self._log.request(request, hangup.operation, None, hangup.failure, time.perf_counter() - started, 0)
            raise
        except Exception:  # noqa: BLE001  # whatever is wrong in here, the server lives and its log says it
            self._log.notice(traceback.format_exc().rstrip())
            response = HttpResponse(500, {"Content-Type": "text/plain"}, b"The mock failed; its log says how.\n")
        hold(len(request.body) + len(response.content))
        error = response.headers.get("x-amzn-ErrorType", "").partition(":")[0] or None
        if name == _LOOK and response.status < HTTPStatus.BAD_REQUEST:
            return response  # the page looks every second
        self._log.request(request, name, response.status, error, time.perf_counter() - started, len(response.content))
        return response

    # ---------------------------------------------------------------- where a request goes

    def _routed(self, request: HttpRequest) -> tuple[str, HttpResponse]:
        """Return the name of what was asked, and the response."""
        servers.ensure()
        if _is_control(request):
            name = _LOOK if request.method in {"GET", "HEAD"} else "control"
            return name, self._guarded(request, self._control.answer)
        if unquote(request.path).startswith("/moto-api"):
            return "moto-api", self._guarded(request, self._motos_own)
        if _is_preflight(request):
            return "preflight", _preflight(request)
        if _is_a_browsers_visit(request):
            return "welcome", self._control.welcome(request)
        if request.path == openid.KEYS_PATH and request.method in {"GET", "HEAD"}:
            return "keys", _keys()
        return self._aws(request)

    def _guarded(self, request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        """Answer only programs and pages that are not strangers."""
        objection = self._origins.objection(request, is_page=request.path.rstrip("/") == "/cogsync-api")
        if objection is not None:
            return _rejection(403, objection)
        response = _preflight(request) if _is_preflight(request) else answer(request)
        origin = request.header("origin")
        if origin and self._origins.allows(origin):
            return _with_headers(response, {"Access-Control-Allow-Origin": origin, "Vary": "Origin"})
        return _with_headers(response, {})

    def _motos_own(self, request: HttpRequest) -> HttpResponse:
        """Let moto answer on routes of its own."""
        try:
            return self._others.answer(request)
        except Exception as error:  # noqa: BLE001  # moto raises whatever its data make it
            sentence = f"moto could not answer {request.path}: {type(error).__name__}: {error}"
            self._log.notice(sentence)
            return _rejection(500, sentence)

    def _aws(self, request: HttpRequest) -> tuple[str, HttpResponse]:
        """Let AWS's services answer."""
        origin = f"{self._scheme}://{request.host}"
        exchange = self._exchange(request)
        try:
            return _name(exchange), intercept(exchange, lambda passed: self._answer(passed, origin))
        except ConnectionFailure as failure:
            raise Hangup(failure.name, _name(exchange), failure.response) from failure

    def _exchange(self, request: HttpRequest) -> HttpExchange:
        url = f"{self._scheme}://{request.host}{request.path}" + (f"?{request.query}" if request.query else "")
        return HttpExchange(request, url, forwarded_call(request), lambda: self._guess(request))

    def _guess(self, request: HttpRequest) -> str | None:
        """Return boto3's name of the service of a request that is not signed for one."""
        if _is_for_cognito_sync(request):
            return SERVICE
        signed_for = _scope_service(request)
        if signed_for is not None and _is_of_moto(signed_for):
            return None
        return moto_seam.boto3_name(self._others.service_of(request))

    def _answer(self, exchange: HttpExchange, origin: str) -> HttpResponse:
        if _is_for_cognito_sync(exchange.request):
            moto_seam.record(exchange.request, exchange.url)
            return CognitoSyncResponse(self._settings, origin, exchange).answer(exchange.request)
        with patches.serving(), current.of_request(self._settings):
            return self._moto(exchange)

    def _moto(self, exchange: HttpExchange) -> HttpResponse:
        try:
            response = page_replaced(exchange, self._others.answer(exchange.request))
        except Exception as error:  # noqa: BLE001  # moto raises whatever a request makes it
            response, notice = failure_of(exchange, error)
            if notice is not None:
                self._log.notice(notice)
        return _with_headers(response, {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"})


def _rejection(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": JSON}, json.dumps({"error": sentence}).encode() + b"\n")


def _keys() -> HttpResponse:
    """Return the keys that cognito-identity's tokens are verified with, to everybody, as AWS does."""
    content = json.dumps(openid.published_keys()).encode()
    return HttpResponse(200, {"Content-Type": JSON, "Access-Control-Allow-Origin": "*"}, content)


def _is_control(request: HttpRequest) -> bool:
    return request.path == "/cogsync-api" or request.path.startswith("/cogsync-api/")


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _preflight(request: HttpRequest) -> HttpResponse:
    response = protocol.preflight(request)
    if not request.header("access-control-request-private-network"):
        return response
    headers = {**response.headers, "access-control-allow-private-network": "true"}
    return HttpResponse(response.status, headers, response.body)


def _with_headers(response: HttpResponse, added: dict[str, str]) -> HttpResponse:
    """Return a response with other headers for browsers in the place of its own."""
    headers = {name: value for name, value in response.headers.items() if not name.lower().startswith(_CORS)}
    return HttpResponse(response.status, {**headers, **added}, response.body)


def _name(exchange: HttpExchange) -> str:
    return f"{exchange.service or 'unknown'}.{exchange.operation}"


def _is_a_browsers_visit(request: HttpRequest) -> bool:
    """Return whether a person looks at the server's address, instead of a program at S3's list of buckets."""
    return (
        request.path == "/"
        and request.method in {"GET", "HEAD"}
        and "text/html" in request.header("accept")
        and not request.header("authorization")
        and not request.query
    )


def _scope_service(request: HttpRequest) -> str | None:
    """Return the service that the signature is for, in lower case; None if nothing is signed."""
    found = _SCOPE.search(request.header("authorization") or unquote(request.query))
    return found[1].lower() if found else None


@functools.lru_cache(maxsize=1024)
def _is_of_moto(service: str) -> bool:
    return moto_seam.service_at_host("https", f"{service}.us-east-1.amazonaws.com") is not None


def _is_for_cognito_sync(request: HttpRequest, *, by_body: bool = True) -> bool:
    """Return whether a request is for cognito-sync: by its scope, else by host, target, path or body."""
    service = _scope_service(request)
    if service == "cognito-sync":
        return True
    if service is not None and _is_of_moto(service):
        return False
    if request.host.lower().startswith("cognito-sync") or _MARK in request.header("x-amz-target"):
        return True
    path = request.path
    if path == "/identitypools" or path.startswith("/identitypools/"):
        return True
    may_be_envelope = path == "/" and "json" in request.header("content-type") and not request.header("x-amz-target")
    return may_be_envelope and (not by_body or _MARK.encode() in request.body)
