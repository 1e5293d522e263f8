"""One request and its answer, as the log and the faults see them; read only as far as somebody asks."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from . import operations, parameters
from .http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import OperationModel

    from .calls import Call

#: Who made a call: the application under test, Cognito Sync for another service, or moto for a host of its user's.
APPLICATION, COGNITO_SYNC, MOTO = "application", "cognito-sync", "moto"


class ApiCall:
    """A call of a client's method, on its way: what the application gave, before it becomes requests.

    Attributes:
        model: botocore's model of the operation.
        parameters: as they were given, whatever happens to the objects later.
        endpoint_url: where the client sends its requests.
        region: of the client.
        record: its entry in the log, once a request was made.
    """

    __slots__ = ("endpoint_url", "model", "parameters", "record", "region")

    def __init__(self, model: OperationModel, given: Any, endpoint_url: str, region: str) -> None:
        self.model = model
        self.parameters: Mapping[str, Any] = parameters.snapshot(given)
        self.endpoint_url = endpoint_url
        self.region = region
        self.record: Call | None = None


#: The call that the code which runs now belongs to, None outside clients of boto3.
current_api_call: ContextVar[ApiCall | None] = ContextVar("current_api_call", default=None)

#: The request that is being answered, by the code which runs now; None outside of answers.
answering: ContextVar[Exchange | None] = ContextVar("answering", default=None)

_identity_lookups: list[Callable[[str], str | None]] = []


def add_identity_lookup(lookup: Callable[[str], str | None]) -> None:
    """Let the log name the identity of Cognito Identity whose access key signed a call."""
    if lookup not in _identity_lookups:
        _identity_lookups.append(lookup)


class Exchange:
    """What all kinds of calls have in common.

    Attributes:
        source: who makes the call: ``application``, ``cognito-sync`` or ``moto``.
        delay: seconds for which a fault wants the service itself to hold the call, see `faults.held_inside`.
    """

    __slots__ = ("delay", "source")

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    access_key: str

    def __init__(self, source: str) -> None:
        self.source = source
        self.delay = 0.0

    @property
    def api_call(self) -> ApiCall | None:
        """The client's call that this request belongs to, None if it belongs to none."""
        return None

    def settle(self) -> None:
        """Let go of what nobody needs once the request is answered: the log keeps every exchange for long."""

    @property
    def model(self) -> OperationModel | None:
        """Botocore's model of the operation, None if it is not known."""
        return operations.operation_model(self.service, self.operation)

    @property
    def identity_id(self) -> str | None:
        """The identity that signed, None if a developer did."""
        key = self.access_key
        return next((found for lookup in _identity_lookups if (found := lookup(key)) is not None), None)


_SETTLED = HttpRequest("", "", "", "", {}, b"")


class HttpExchange(Exchange):
    """A call over HTTP, whoever sends it.

    Args:
        request: the request, or what builds it when somebody asks.
        url: the whole URL, as the mock knows it.
        api_call: the client's call that the request belongs to, None if it comes from no client of boto3's.
        guess: the service that the request is for, by other signs than the request's own.
    """

    __slots__ = ("_api_call", "_guess", "_named", "_parameters", "_request", "_scope", "_settled", "url")

    def __init__(
        self,
        request: HttpRequest | Callable[[], HttpRequest],
        url: str,
        api_call: ApiCall | None = None,
        guess: Callable[[], str | None] = lambda: None,
        source: str = APPLICATION,
    ) -> None:
        super().__init__(source)
        self._request = request
        self.url = url
        self._api_call = api_call
        self._guess = guess
        self._named: tuple[str, str] | None = None
        self._settled: tuple[str, str] | None = None
        self._scope: tuple[str, str, str] | None = None
        self._parameters: Mapping[str, Any] | None = None

    @property
    def api_call(self) -> ApiCall | None:
        """The client's call that this request belongs to."""
        return self._api_call

    @property
    def request(self) -> HttpRequest:
        """The request."""
        if not isinstance(self._request, HttpRequest):
            self._request = self._request()
        return self._request

    def _names(self) -> tuple[str, str]:
        if self._named is None:
            if self._api_call is not None:
                self._named = self._api_call.model.service_model.service_name, self._api_call.model.name
            else:
                services = operations.services_of(self._signature()[2], self._guess())
                service, operation = operations.operation_in(self.request, services)
                self._named = service or next(iter(services), ""), operation
        return self._named

    def _signature(self) -> tuple[str, str, str]:
        if self._scope is None:
            self._scope = operations.signature_scope(self._authorization, self._query)
        return self._scope

    @property
    def _authorization(self) -> str:
        return self._settled[0] if self._settled else self.request.header("authorization")

    @property
    def _query(self) -> str:
        return self._settled[1] if self._settled else self.request.query

    def settle(self) -> None:
        """Keep of a client's request who signed it; what it asked is in the client's call."""
        if self._api_call is not None and self._settled is None:
            self._settled = self._authorization, self._query
            self._request = _SETTLED

    @property
    def service(self) -> str:  # type: ignore[override]  # read only when asked for
        """Name of the service at boto3, empty if it is not known."""
        return self._names()[0]

    @property
    def operation(self) -> str:  # type: ignore[override]
        """Name of the operation; of an unknown one, its method and path."""
        return self._names()[1] or operations.name_in(self.request) or f"{self.request.method} {self.request.path}"

    @property
    def model(self) -> OperationModel | None:
        """Botocore's model of the operation, None if it is not known."""
        if self._api_call is not None:
            return self._api_call.model
        return operations.operation_model(*self._names())

    @property
    def parameters(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The parameters as the application gave them; of other requests, what the wire says."""
        if self._api_call is not None:
            return self._api_call.parameters
        if self._parameters is None:
            self._parameters = parameters.parameters_of(self.request, self.model)
        return self._parameters

    @property
    def region(self) -> str:  # type: ignore[override]
        """The region that was signed for, else the client's."""
        return self._signature()[1] or (self._api_call.region if self._api_call else "")

    @property
    def access_key(self) -> str:  # type: ignore[override]
        """The access key that signed, empty if none did."""
        return self._signature()[0]


class ServiceCall(Exchange):
    """A call that one service makes of another, without HTTP.

    Args:
        service: name of the service at boto3.
        operation: such as ``PutRecord``.
        parameters: of the operation, by the names that boto3 knows.
        region: where the call is made.
    """

    __slots__ = ("access_key", "operation", "parameters", "region", "service")

    def __init__(
        self, service: str, operation: str, given: Mapping[str, Any], region: str, source: str = COGNITO_SYNC
    ) -> None:
        super().__init__(source)
        self.service = service
        self.operation = operation
        self.parameters = given
        self.region = region
        self.access_key = ""
