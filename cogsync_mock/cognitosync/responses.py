"""CognitoSyncResponse: moto's door to the service, and the one path that every request takes."""

from __future__ import annotations

import functools
import logging
import os
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import EndpointConnectionError
from moto import settings as moto_settings
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.core.utils import unix_time

from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.http import HttpRequest
from cogsync_mock.cognitoidentity.credentials import MOTO_IDENTITY_KEY, Caller
from cogsync_mock.cognitoidentity.models import caller_of
from cogsync_mock.integrations.backends import backend_of

from . import authorization as iam
from . import fault_support
from .exceptions import IdentityPoolNotFound, NoSuchEndpoint, NotAuthorizedException, OperationNotImplemented
from .settings import Settings, current
from .wire import protocol
from .wire.contract import operations
from .wire.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cogsync_mock.aws.exchange import Exchange
    from cogsync_mock.aws.http import HttpResponse

    from .models import CognitoSyncBackend
    from .state.pools import JSONObject
    from .wire.contract import Operation

logger = logging.getLogger(__name__)

_IAM_KEY_LENGTH = 20
#: How long the name of a dataset may be that a client makes.
MAX_NAME = operations()["DescribeDataset"].input.members["DatasetName"].maximum or 0


@functools.lru_cache(maxsize=1)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


Handler = TypeVar("Handler", bound="Callable[..., JSONObject]")


def operation(method: Handler) -> Handler:
    """Mark a method as the answer to the operation of its name, so that they can be found and counted."""
    method.is_operation = True  # type: ignore[attr-defined]  # a mark, read back in `perform`
    return method


fault_support.register()


class CognitoSyncResponse(BaseResponse):
    """One instance answers one request.

    Args:
        settings: how strictly; by default the settings in force in this process.
        origin: scheme and host of the server that is asked, None in process.
        exchange: the request in the seam, None where it did not pass it: under plain moto.
    """

    def __init__(
        self, settings: Settings | None = None, origin: str | None = None, exchange: Exchange | None = None
    ) -> None:
        super().__init__(service_name="cognitosync")
        self.exchange = exchange
        self.origin = origin
        self.settings = settings or current.settings
        self.refusal: AWSError | None = None

    # ------------------------------------------------------------------ doors

    def _dispatch(
        self,
        request: Any,
        full_url: str | None = None,
        headers: Any = None,  # noqa: ARG002  # moto's signature
    ) -> tuple[int, dict[str, str], bytes | str]:
        """Answer a request of moto's, in the form that moto's versions since 5.0 share."""
        # werkzeug's requests keep the raw body here; asked for later, a form parser may have eaten it.
        body = request.get_data() if hasattr(request, "get_data") else request.body
        message = HttpRequest.from_url(request.method, full_url or request.url, request.headers, body)
        answer = self.answer_in_process(message)
        return answer.status, answer.headers, answer.body

    def answer_in_process(self, message: HttpRequest) -> HttpResponse:
        """Answer a request that was addressed to the service's own host.

        Raises:
            EndpointConnectionError: botocore's, if there is no such host in production.
        """
        answer = self.answer(message)
        if isinstance(self.refusal, NoSuchEndpoint) and protocol.region_of_host(message):
            raise EndpointConnectionError(endpoint_url=f"https://{message.host}{message.path}", error=self.refusal)
        # An HTTP server dates its answers itself; in process there is none, and moto's clock counts.
        answer.headers["date"] = _http_date(int(unix_time()))
        return answer

    # ------------------------------------------------- the life of a request

    def answer(self, message: HttpRequest) -> HttpResponse:
        """Answer a request: recognise, authenticate, parse, ask IAM, validate, authorise, perform."""
        if protocol.is_preflight(message):
            return protocol.preflight(message)
        wire = protocol.detect_protocol(message)
        try:
            protocol.check_size(message)
            asked = wire.operation()
            self.caller = self.authenticate(message)
            self.parameters = wire.parameters(asked)
            self.ask_iam(asked, message)
            validate(asked, self._with_checkable_name())
            self.authorise(asked, self.caller)
            answer = wire.success(asked, self.perform(asked))
        except AWSError as refusal:
            self._hint_at_region(refusal)
            self.refusal = refusal
            answer = wire.failure(refusal)
        return answer

    def _hint_at_region(self, error: AWSError) -> None:
        """Tell the log what AWS's message does not: the pool is looked for in another region than its id names."""
        named = str(getattr(self, "parameters", {}).get("IdentityPoolId", "")).partition(":")[0]
        if isinstance(error, IdentityPoolNotFound) and named != self.region:
            logger.warning("%s: its id names region %r, and the client asks in %r", error.message, named, self.region)

    def authenticate(self, message: HttpRequest) -> Caller:
        """Tell who calls, and from there account, region and backend.

        Raises:
            MissingAuthenticationTokenException: if the request is not signed.
            UnrecognizedClientException: if an identity's key comes without its session token.
            ExpiredTokenException: if an identity's credentials have expired.
        """
        credential = protocol.credential(message)
        self.headers = message.headers
        self.querystring: dict[str, Any] = {}
        self.access_key = credential.access_key
        caller = caller_of(self.access_key)
        if caller.credentials is not None and self.settings.enforce_credentials:
            caller.credentials.check(credential.session_token, unix_time())
        self.account_of_key = caller.credentials and caller.credentials.account_id
        self.region = (
            protocol.region_of_host(message)
            or self._region_of_agent(message)
            or credential.region
            or self.default_region
        )
        self.current_account = self.get_current_account()
        self.backend = self._backend()
        return caller

    def ask_iam(self, asked: Operation, message: HttpRequest) -> None:
        """Have moto's simulation of IAM authorise the call, where a test has switched it on.

        moto's shared key of all identities is not asked for: its IAM knows nothing of it.

        Raises:
            AWSError: as `iam.enforce` does.
        """
        if float("inf") == moto_settings.INITIAL_NO_AUTH_ACTION_COUNT or self.access_key == MOTO_IDENTITY_KEY:
            return
        self.method, self.raw_path, self.body, self.raw_body = message.method, message.path, message.body, message.body
        self.uri = f"https://{message.host}{message.path}{'?' * bool(message.query)}{message.query}"
        self.headers, self.data, self._action = iam.plain_headers(message), {}, asked.name
        resource = iam.resource_of(asked, self.parameters, self.current_account, self.region)
        iam.require_role(self.caller.credentials, asked, resource)
        iam.enforce(self._authenticate_and_authorize_action, resource, self.caller.credentials)

    def _get_action(self) -> str:
        """Return what moto's simulation of IAM asks for."""
        return self._action

    def wait(self) -> None:
        """Hold the call for as long as a fault says."""
        if self.exchange is not None and self.exchange.delay:
            time.sleep(self.exchange.delay)

    def authorise(self, asked: Operation, caller: Caller) -> None:
        """Refuse the kind of credentials that the operation does not take, and another identity's data (documented).

        Raises:
            NotAuthorizedException: if the caller is of the other kind, or another identity.
        """
        if not self.settings.enforce_credentials:
            return
        if asked.callers not in ("anyone", caller.kind) or caller.is_former:
            raise NotAuthorizedException
        if caller.credentials is None:
            return
        own = {"IdentityPoolId": caller.credentials.identity_pool_id, "IdentityId": caller.credentials.identity_id}
        if any(self.parameters.get(name, value) != value for name, value in own.items()):
            raise NotAuthorizedException

    def perform(self, asked: Operation) -> JSONObject:
        """Hand over to the method that bears the operation's name.

        Raises:
            OperationNotImplemented: if there is none yet.
        """
        handler = getattr(self, asked.python_name, None)
        if handler is None or not hasattr(handler, "is_operation"):
            raise OperationNotImplemented(asked.name)
        result: JSONObject = handler()
        return result

    # ------------------------------------------------------------- operations

    @operation
    def get_identity_pool_configuration(self) -> JSONObject:
        """GetIdentityPoolConfiguration."""
        return self.backend.get_identity_pool_configuration(self.pool_id)

    @operation
    def set_identity_pool_configuration(self) -> JSONObject:
        """SetIdentityPoolConfiguration."""
        return self.backend.set_identity_pool_configuration(
            self.pool_id,
            push_sync=self.parameters.get("PushSync"),
            cognito_streams=self.parameters.get("CognitoStreams"),
            verify_references=self.settings.verify_references,
            before_commit=self.wait,
        )

    @operation
    def get_cognito_events(self) -> JSONObject:
        """GetCognitoEvents."""
        return self.backend.get_cognito_events(self.pool_id)

    @operation
    def set_cognito_events(self) -> JSONObject:
        """SetCognitoEvents."""
        return self.backend.set_cognito_events(
            self.pool_id, self.parameters["Events"], verify_references=self.settings.verify_references
        )

    @operation
    def bulk_publish(self) -> JSONObject:
        """BulkPublish."""
        return self.backend.bulk_publish(self.pool_id, origin=self.origin)

    @operation
    def get_bulk_publish_details(self) -> JSONObject:
        """GetBulkPublishDetails."""
        return self.backend.get_bulk_publish_details(self.pool_id)

    @operation
    def describe_identity_pool_usage(self) -> JSONObject:
        """DescribeIdentityPoolUsage."""
        return self.backend.describe_identity_pool_usage(self.pool_id)

    @operation
    def list_identity_pool_usage(self) -> JSONObject:
        """ListIdentityPoolUsage."""
        return self.backend.list_identity_pool_usage(**self._paging())

    @operation
    def describe_identity_usage(self) -> JSONObject:
        """DescribeIdentityUsage."""
        return self.backend.describe_identity_usage(self.pool_id, self.identity_id)

    @operation
    def list_datasets(self) -> JSONObject:
        """ListDatasets."""
        return self.backend.list_datasets(self.pool_id, self.identity_id, **self._paging())

    @operation
    def describe_dataset(self) -> JSONObject:
        """DescribeDataset."""
        return self.backend.describe_dataset(self.pool_id, self.identity_id, self.dataset_name)

    @operation
    def delete_dataset(self) -> JSONObject:
        """DeleteDataset."""
        return self.backend.delete_dataset(
            self.pool_id, self.identity_id, self.dataset_name, author=self._author(), origin=self.origin
        )

    @operation
    def list_records(self) -> JSONObject:
        """ListRecords."""
        return self.backend.list_records(
            self.pool_id,
            self.identity_id,
            self.dataset_name,
            last_sync_count=self.parameters.get("LastSyncCount", 0),
            sync_session_token=self.parameters.get("SyncSessionToken"),
            **self._paging(),
        )

    @operation
    def update_records(self) -> JSONObject:
        """UpdateRecords."""
        return self.backend.update_records(
            self.pool_id,
            self.identity_id,
            self.dataset_name,
            self.parameters.get("RecordPatches", []),
            sync_session_token=self.parameters["SyncSessionToken"],
            author=self._author(),
            by_identity=self.caller.kind == "identity",
            device_id=self.parameters.get("DeviceId"),
            origin=self.origin,
        )

    @operation
    def register_device(self) -> JSONObject:
        """RegisterDevice."""
        return self.backend.register_device(
            self.pool_id, self.identity_id, self.parameters["Platform"], self.parameters["Token"]
        )

    @operation
    def subscribe_to_dataset(self) -> JSONObject:
        """SubscribeToDataset."""
        return self.backend.subscribe_to_dataset(
            self.pool_id, self.identity_id, self.dataset_name, self.parameters["DeviceId"]
        )

    @operation
    def unsubscribe_from_dataset(self) -> JSONObject:
        """UnsubscribeFromDataset."""
        return self.backend.unsubscribe_from_dataset(
            self.pool_id, self.identity_id, self.dataset_name, self.parameters["DeviceId"]
        )

    # ---------------------------------------------------------------- details

    @property
    def pool_id(self) -> str:
        """The pool that the call is about."""
        return str(self.parameters["IdentityPoolId"])

    @property
    def identity_id(self) -> str:
        """The identity that the call is about."""
        return str(self.parameters["IdentityId"])

    @property
    def dataset_name(self) -> str:
        """The dataset that the call is about."""
        return str(self.parameters["DatasetName"])

    def _with_checkable_name(self) -> JSONObject:
        """Return the parameters with a name that may be checked: those that merging made are good however long."""
        name = self.parameters.get("DatasetName")
        if not isinstance(name, str) or len(name) <= MAX_NAME:
            return self.parameters
        known = self.backend.has_dataset(
            str(self.parameters.get("IdentityPoolId")), str(self.parameters.get("IdentityId")), name
        )
        return {**self.parameters, "DatasetName": name[:MAX_NAME]} if known else self.parameters

    def _paging(self) -> JSONObject:
        size = self.parameters.get("MaxResults")
        return {"next_token": self.parameters.get("NextToken"), "max_results": None if size is None else int(size)}

    def _author(self) -> str:
        """Return who will have made a change: the account, or with an identity's credentials its device or itself."""
        if self.caller.kind == "developer":
            return self.current_account
        return str(self.parameters.get("DeviceId") or self.caller.identity_id or self.identity_id)

    def get_access_key(self) -> str:
        """Return the key as it was given: moto's own pattern misses those that are not 20 characters long."""
        return self.access_key

    def get_current_account(self) -> str:
        """Return the account as moto finds it; keys that IAM cannot have made need no search through all accounts."""
        if len(self.access_key) == _IAM_KEY_LENGTH and self.account_of_key is None:
            return super().get_current_account()
        named = os.environ.get("MOTO_ACCOUNT_ID") or self.headers.get("x-moto-account-id")
        return named or self.account_of_key or DEFAULT_ACCOUNT_ID

    def _backend(self) -> CognitoSyncBackend:
        try:
            found: CognitoSyncBackend = backend_of("cognitosync", self.current_account, self.region)
        except KeyError:
            raise NoSuchEndpoint(self.region) from None
        return found

    def _region_of_agent(self, message: HttpRequest) -> str | None:
        # moto's own server mode tells the region of a test's client this way.
        found = self.region_from_useragent_regex.search(message.header("user-agent"))
        return found["region"] if found else None
