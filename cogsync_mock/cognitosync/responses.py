"""CognitoSyncResponse: moto's door to the service, and the one path that every request takes."""

from __future__ import annotations

import os
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import EndpointConnectionError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.core.utils import unix_time

from . import protocol
from .exceptions import CognitoSyncError, NoSuchEndpoint, NotAuthorizedException, OperationNotImplemented
from .identity import Caller, caller_of
from .models import CognitoSyncBackend, cognitosync_backends
from .settings import Settings, current
from .validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .contract import Operation
    from .protocol import Answer, Message

_IAM_KEY_LENGTH = 20

Handler = TypeVar("Handler", bound="Callable[..., Mapping[str, Any]]")


def operation(method: Handler) -> Handler:
    """Mark a method as the answer to the operation of its name, so that they can be found and counted."""
    method.is_operation = True  # type: ignore[attr-defined]  # a mark, read back in `_handler`
    return method


class CognitoSyncResponse(BaseResponse):
    """One instance answers one request.

    Args:
        settings: how strictly; by default the settings in force in this process.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(service_name="cognitosync")
        self.settings = settings or current.settings
        self.refusal: CognitoSyncError | None = None

    # ------------------------------------------------------------------ doors

    def _dispatch(
        self,
        request: Any,
        full_url: str | None = None,
        headers: Any = None,  # noqa: ARG002  # moto's signature
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer a request of moto's, in the form that moto's versions since 5.0 share."""
        # werkzeug's requests keep the raw body here; asked for later, a form parser may have eaten it.
        body = request.get_data() if hasattr(request, "get_data") else request.body
        message = protocol.Message.from_url(request.method, full_url or request.url, request.headers, body)
        answer = self.answer_in_process(message)
        return answer.status, answer.headers, answer.body

    def answer_in_process(self, message: Message) -> Answer:
        """Answer a request that was addressed to the service's own host.

        Raises:
            EndpointConnectionError: botocore's, if there is no such host in production.
        """
        answer = self.answer(message)
        if isinstance(self.refusal, NoSuchEndpoint) and protocol.region_of_host(message):
            raise EndpointConnectionError(endpoint_url=f"https://{message.host}{message.path}", error=self.refusal)
        # An HTTP server dates its answers itself; in process there is none, and moto's clock counts.
        answer.headers["date"] = formatdate(unix_time(), usegmt=True)
        return answer

    # ------------------------------------------------- the life of a request

    def answer(self, message: Message) -> Answer:
        """Answer a request: recognise, authenticate, parse, validate, authorise, perform."""
        if protocol.is_preflight(message):
            return protocol.preflight(message)
        dialect = protocol.recognise(message)
        try:
            protocol.check_size(message)
            asked = dialect.operation()
            caller = self.authenticate(message)
            self.parameters = dialect.parameters(asked)
            validate(asked, self.parameters)
            self.authorise(asked, caller)
            answer = dialect.success(asked, self.perform(asked))
        except CognitoSyncError as refusal:
            self.refusal = refusal
            answer = dialect.failure(refusal)
        return answer

    def authenticate(self, message: Message) -> Caller:
        """Tell who calls, and from there account, region and backend."""
        credential = protocol.credential(message)
        self.headers = message.headers
        self.querystring: dict[str, Any] = {}
        self.access_key = credential.access_key
        self.region = (
            protocol.region_of_host(message)
            or self._region_of_agent(message)
            or credential.region
            or self.default_region
        )
        self.current_account = self.get_current_account()
        self.backend = self._backend()
        return caller_of(self.access_key, self.backend.credentials)

    def authorise(self, asked: Operation, caller: Caller) -> None:
        """Refuse the kind of credentials that the operation does not take (documented with each operation).

        Raises:
            NotAuthorizedException: if the caller is of the other kind.
        """
        if not self.settings.enforce_credentials:
            return
        if asked.callers not in ("anyone", caller.kind):
            raise NotAuthorizedException

    def perform(self, asked: Operation) -> Mapping[str, Any]:
        """Hand over to the method that bears the operation's name.

        Raises:
            OperationNotImplemented: if there is none yet.
        """
        handler = getattr(self, asked.python_name, None)
        if handler is None or not hasattr(handler, "is_operation"):
            raise OperationNotImplemented(asked.name)
        result: Mapping[str, Any] = handler()
        return result

    # ------------------------------------------------------------- operations

    @operation
    def get_identity_pool_configuration(self) -> Mapping[str, Any]:
        """GetIdentityPoolConfiguration."""
        return self.backend.get_identity_pool_configuration(self.parameters["IdentityPoolId"])

    @operation
    def set_identity_pool_configuration(self) -> Mapping[str, Any]:
        """SetIdentityPoolConfiguration."""
        return self.backend.set_identity_pool_configuration(
            self.parameters["IdentityPoolId"],
            push_sync=self.parameters.get("PushSync"),
            cognito_streams=self.parameters.get("CognitoStreams"),
            verify_references=self.settings.verify_references,
        )

    # ---------------------------------------------------------------- details

    def get_access_key(self) -> str:
        """Return the key as it was given: moto's own pattern misses those that are not 20 characters long."""
        return self.access_key

    def get_current_account(self) -> str:
        """Return the account as moto finds it; keys that IAM cannot have made need no search through all accounts."""
        if len(self.access_key) == _IAM_KEY_LENGTH:
            return super().get_current_account()
        return os.environ.get("MOTO_ACCOUNT_ID") or self.headers.get("x-moto-account-id") or DEFAULT_ACCOUNT_ID

    def _backend(self) -> CognitoSyncBackend:
        try:
            return cognitosync_backends[self.current_account][self.region]
        except KeyError:
            raise NoSuchEndpoint(self.region) from None

    def _region_of_agent(self, message: Message) -> str | None:
        # moto's own server mode tells the region of a test's client this way.
        found = self.region_from_useragent_regex.search(message.header("user-agent"))
        return found["region"] if found else None
