"""What happened: a log of every call, a plain sequence of small records that are read only when somebody looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from . import call_text, operations
from .exchange import APPLICATION, HttpExchange
from .responses import parse_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

    from .exchange import Exchange
    from .http import HttpResponse


class Call:
    """One call of a service: a client's method with all its attempts, or one request of another kind.

    Attributes:
        attempts: how many requests it took so far.
        waited: seconds of retry delays that were skipped, see the option ``retry_delays``.
    """

    __slots__ = ("_began", "_ended", "_exchange", "_failure", "_outcome", "_parsed", "attempts", "waited")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._began = self._ended = time.monotonic()
        self._outcome: HttpResponse | Any = None
        self._failure: BaseException | None = None
        self._parsed: tuple[Any, str | None, str | None] | None = None
        self.attempts = 1
        self.waited = 0.0

    @property
    def service(self) -> str:
        """boto3's name of the service, such as ``"s3"``; empty if it is not known."""
        return self._exchange.service

    @property
    def operation(self) -> str:
        """The operation, such as ``"PutObject"``."""
        return self._exchange.operation

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters, as the application gave them to boto3."""
        return self._exchange.parameters

    @property
    def region(self) -> str:
        """The region, such as ``"us-east-1"``."""
        return self._exchange.region

    @property
    def access_key(self) -> str:
        """The access key that signed, empty if none did."""
        return self._exchange.access_key

    @property
    def identity_id(self) -> str | None:
        """The identity of Cognito Identity that signed, None if a developer did."""
        return self._exchange.identity_id

    @property
    def source(self) -> str:
        """``"application"``, ``"cognito-sync"`` (a delivery to another service) or ``"moto"`` (one of moto's own)."""
        return self._exchange.source

    @property
    def duration(self) -> float:
        """Seconds from the first attempt to the last answer."""
        return self._ended - self._began

    @property
    def response(self) -> Any:
        """What came back, in boto3's form; None if it failed. Bodies that boto3 streams are bytes here."""
        return self._read()[0]

    @property
    def error(self) -> str | None:
        """The name of the error, None if the call succeeded."""
        return self._read()[1]

    @property
    def message(self) -> str | None:
        """The error's message, None if the call succeeded."""
        return self._read()[2]

    @property
    def status(self) -> int | None:
        """The HTTP status of the last answer, None if there was none."""
        return self._outcome.status if isinstance(self._exchange, HttpExchange) and self._outcome else None

    def _read(self) -> tuple[Any, str | None, str | None]:
        if self._parsed is None:
            if self._failure is not None:
                name = getattr(self._failure, "code", None) or getattr(self._failure, "name", None)
                self._parsed = None, str(name or type(self._failure).__name__), str(self._failure)
            elif isinstance(self._exchange, HttpExchange):
                self._parsed = parse_response(self._exchange, self._outcome)
            else:
                self._parsed = self._outcome, None, None
        return self._parsed

    def attempt_again(self) -> None:
        """Count one more attempt."""
        self.attempts += 1
        self._parsed = self._outcome = self._failure = None

    def answered(self, outcome: Any) -> None:
        """Keep what came back: an HTTP response, or for calls without HTTP the result itself."""
        self._outcome = outcome
        self._ended = time.monotonic()

    def failed(self, failure: BaseException) -> None:
        """Keep why nothing came back."""
        self._failure = failure
        self._ended = time.monotonic()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-able members; what botocore's models mark as sensitive is left out."""
        return {
            "service": self.service,
            "operation": self.operation,
            "parameters": call_text.json_able(call_text.redacted(self.parameters, self._shape("input"))),
            "region": self.region,
            "access_key": self.access_key,
            "identity_id": self.identity_id,
            "response": call_text.json_able(call_text.redacted(self.response, self._shape("output"))),
            "error": self.error,
            "message": self.message,
            "status": self.status,
            "attempts": self.attempts,
            "waited": self.waited,
            "duration": self.duration,
            "source": self.source,
        }

    def __repr__(self) -> str:
        return f"<Call {call_text.one_line(self)}>"

    @property
    def printable_parameters(self) -> dict[str, str]:
        """The parameters as they may be shown: sensitive ones are hidden, long ones cut."""
        return call_text.printable(self.parameters, self._shape("input"))

    def _shape(self, which: str) -> Shape | None:
        model = self._exchange.model
        shape: Shape | None = getattr(model, f"{which}_shape") if model else None
        return shape


class CallLog(Sequence[Call]):
    """Every call, in order of arrival.

    Args:
        limit: how many of the latest calls are kept; None for all.

    Attributes:
        dropped: how many older ones are gone.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._limit = limit
        self.dropped = 0
        #: Requests that would have left and were refused, see ``assert_all_requests_mocked``.
        self.refused: list[BaseException] = []

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...

    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __repr__(self) -> str:
        return call_text.listing(self) or "<CallLog: no calls>"

    def of(self, operation: str, service: str | None = None) -> list[Call]:
        """Return the calls of one operation.

        Args:
            operation: such as ``"PutObject"``.
            service: boto3's name of a service, if several have such an operation.

        Raises:
            TypeError: if a name is no text.
            ValueError: naming the nearest right name, if there is no such service or operation.
        """
        if service is not None:
            operations.require_service(service)
        found = [call for call in self if call.operation == operation and service in (None, call.service)]
        if not found:
            operations.require_operation(operation, service)
        return found

    @property
    def last(self) -> Call:
        """The latest call.

        Raises:
            LookupError: if there was none.
        """
        if not self._calls:
            raise LookupError("no call was made")
        return self._calls[-1]

    @property
    def errors(self) -> list[Call]:
        """The calls that failed."""
        return [call for call in self if call.error is not None]

    @property
    def deliveries(self) -> list[Call]:
        """What Cognito Sync, or moto, did to others because of a call of the application's."""
        return [call for call in self if call.source != APPLICATION]

    @property
    def by_application(self) -> list[Call]:
        """What the application under test called itself."""
        return [call for call in self if call.source == APPLICATION]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
            self.refused.clear()
            self.dropped = 0

    def add(self, call: Call) -> None:
        """Keep one more call."""
        with self._lock:
            self._calls.append(call)
            if self._limit is not None and len(self._calls) > self._limit:
                gone = len(self._calls) - self._limit
                del self._calls[:gone]
                self.dropped += gone

    def assert_called(
        self, operation: str, service: str | None = None, times: int | None = None, **parameters: Any
    ) -> None:
        """Make sure that an operation was called, with these parameters among others.

        Args:
            operation: such as ``"PutObject"``.
            service: boto3's name of the service; None for any.
            times: how often, exactly; None for at least once.
            **parameters: compared by ``==``, so that matchers work; those that are not given are free.

        Raises:
            AssertionError: naming the nearest call, what differs, and all calls.
            TypeError: if an argument is of the wrong type.
            ValueError: if there is no such service, operation or parameter, or ``times`` is negative.
        """
        __tracebackhide__ = True
        if times is not None and (isinstance(times, bool) or not isinstance(times, int)):
            raise TypeError(f"times must be a whole number from 0, not {times!r}")
        if times is not None and times < 0:
            raise ValueError(f"times must be a whole number from 0, not {times!r}")
        candidates, matching = self._matching(operation, service, parameters)
        if len(matching) == times or (times is None and matching):
            return
        raise AssertionError(call_text.not_called(self, operation, service, times, parameters, candidates, matching))

    def assert_not_called(self, operation: str, service: str | None = None, **parameters: Any) -> None:
        """Make sure that an operation was not called, or not with these parameters.

        Args:
            operation: such as ``"PutObject"``.
            service: boto3's name of the service; None for any.
            **parameters: compared by ``==``; those that are not given are free.

        Raises:
            AssertionError: naming the calls that were made.
            TypeError: if a name is no text.
            ValueError: if there is no such service, operation or parameter.
        """
        __tracebackhide__ = True
        _, matching = self._matching(operation, service, parameters)
        if matching:
            raise AssertionError(call_text.called(self, operation, service, parameters, matching))

    def _matching(self, operation: str, service: str | None, given: Mapping[str, Any]) -> tuple[list[Call], list[Call]]:
        candidates = self.of(operation, service)
        operations.require_parameters(given, operation, service, [call.service for call in candidates])
        matching = [call for call in candidates if not call_text.differences(call.parameters, given)]
        return candidates, matching


class _Active:
    """The log that calls go to, in a holder so that all modules see a change; None while nobody looks."""

    log: CallLog | None = None


active = _Active()


def active_log() -> CallLog:
    """Return the log that calls go to, an empty one if nobody looks."""
    return CallLog() if active.log is None else active.log


def begin(exchange: Exchange) -> Call | None:
    """Log a request, or one more attempt of a client's call; return its entry, None if nobody looks."""
    if active.log is None:
        return None
    api_call = exchange.api_call
    if api_call is not None and api_call.record is not None:
        api_call.record.attempt_again()
        return api_call.record
    call = Call(exchange)
    active.log.add(call)
    if api_call is not None:
        api_call.record = call
    return call
