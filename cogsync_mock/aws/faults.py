"""Errors, delays and lost connections that a test asks for, in place of answers; counted, never probable."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from . import fault_catalogue, operations
from .error_responses import error_response, load_balancer_page, wire_code
from .errors import AWSError
from .exchange import HttpExchange
from .suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import TracebackType

    from .exchange import Exchange
    from .http import HttpResponse

    When = Callable[[Mapping[str, Any]], bool] | Mapping[str, Any]

#: Operations that hold a call themselves when a fault delays it, by service and operation, so that it is in progress
#: meanwhile; all others are held before the service is asked.
held_inside: set[tuple[str, str]] = set()

_ids = itertools.count(1)
_ERROR_STATUSES = range(400, 600)


class InjectedError(AWSError):
    """An error that a fault asked for, where there is no HTTP: one service calls another."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class ConnectionFailure(Exception):  # it is no error of ours; entry points turn it into their library's own
    """The connection fails, as a fault asked for.

    Attributes:
        name: which failure, one of `fault_catalogue.CONNECTION_FAILURES`.
        response: what was answered before the connection broke, for ``IncompleteReadError``; None for the others.
    """

    def __init__(self, name: str, response: HttpResponse | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.response = response


class Fault:
    """One fault: what coming requests of an operation get instead of, or beside, their answer.

    As a context manager it is limited to the block: ``with mock.add_fault(...) as fault:``.

    Args:
        operation: such as ``"PutObject"``; ``"*"`` for all of the service.
        error: an error that the operation or its service declares, one of AWS's common errors, or the name of a failure
            of the connection; None to only delay, or for ``status``.
        service: boto3's name of the service; ``"*"`` for all.
        times: how many requests it hits; None for all.
        message: the error's message; a default one if None.
        status: an HTTP status from 400 to 599, answered with a load balancer's HTML page instead of an error.
        delay: how long to hold the call, in seconds.
        when: which calls: a function of the parameters, or parameters that must be equal; None for all.
        after: whether the operation is carried out first, and its answer then lost or replaced.

    Raises:
        TypeError: if an argument is of the wrong type.
        ValueError: if there is no such service, operation, error or parameter, or the fault would do nothing.
    """

    def __init__(
        self,
        operation: str,
        error: str | None = None,
        *,
        service: str = "cognito-sync",
        times: int | None = 1,
        message: str | None = None,
        status: int | None = None,
        delay: float = 0.0,
        when: When | None = None,
        after: bool = False,
    ) -> None:
        _check_types(times, message, status, delay, when, after)
        self.service = service if service == "*" else operations.require_service(service)
        self.operation = operation
        if operation != "*":
            operations.require_operation(operation, None if service == "*" else service)
        if error is not None:
            fault_catalogue.require_error(error, service, operation)
        if error is not None and status is not None:
            raise ValueError("give either error or status: a load balancer's page is no error of the service")
        if error is None and status is None and not delay:
            raise ValueError("a fault without error, status and delay does nothing: give error='...' or delay=seconds")
        if message is not None and (error is None or error in fault_catalogue.CONNECTION_FAILURES):
            raise ValueError("message is the message of an error of the service: give error='...' with it")
        if after and error is None and status is None:
            raise ValueError("after=True replaces the answer: give error='...' or status=... with it")
        _check_parameters(service, operation, when)
        self.id = f"fault-{next(_ids)}"
        self.error = error
        self.times = times
        self.message = message
        self.status = status
        self.delay = float(delay)
        self.when = when
        self.after = after
        self.used = 0
        self.closed = False

    @property
    def is_spent(self) -> bool:
        """Whether it has hit as many requests as it was to."""
        return self.times is not None and self.used >= self.times

    def applies_to(self, exchange: Exchange) -> bool:
        """Return whether it hits this request; a ``when`` that raises is the test's own error."""
        if self.is_spent or self.service not in ("*", exchange.service):
            return False
        if self.operation not in ("*", exchange.operation):
            return False
        if self.when is None:
            return True
        if callable(self.when):
            return bool(self.when(exchange.parameters))
        given = exchange.parameters
        return all(name in given and given[name] == value for name, value in self.when.items())

    def hold(self, exchange: Exchange) -> None:
        """Hold the call for as long as it says."""
        if not self.delay:
            return
        inside = (exchange.service, exchange.operation) in held_inside
        if inside and self.error is None and self.status is None:
            exchange.delay = self.delay
        else:
            time.sleep(self.delay)

    def outcome(self, exchange: Exchange, answered: HttpResponse | None) -> HttpResponse | None:
        """Return what is answered instead; None if the call is only held.

        Args:
            exchange: the request.
            answered: what the service has answered, with ``after``.

        Raises:
            ConnectionFailure: if the connection shall fail.
            InjectedError: if one service calls another, where there is no HTTP response.
        """
        if self.error in fault_catalogue.CONNECTION_FAILURES:
            raise ConnectionFailure(str(self.error), answered)
        if not isinstance(exchange, HttpExchange):
            if self.error is None and self.status is None:
                return None
            error = self._error(exchange)
            raise InjectedError(error.code, error.status, error.message)
        if self.status is not None:
            return load_balancer_page(exchange.request, self.status)
        if self.error is None:
            return None
        return error_response(exchange.request, exchange.service, exchange.model, self._error(exchange))

    def _error(self, exchange: Exchange) -> InjectedError:
        if self.error is None:
            status = self.status or HTTPStatus.SERVICE_UNAVAILABLE
            return InjectedError(str(status), status, HTTPStatus(status).phrase)
        model = exchange.model
        status = fault_catalogue.status_of(model, exchange.service, exchange.operation, self.error)
        default = fault_catalogue.messages.get((exchange.service, self.error), f"{self.error} by a fault of the test")
        return InjectedError(wire_code(model, self.error), status, self.message or default)

    def remove(self) -> None:
        """Hit no further requests; what it was still to hit counts as unused no longer."""
        self.closed = True
        faults.remove([self])

    def __enter__(self) -> Fault:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        faults.remove([self])

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-able members, by the names of its arguments."""
        when: Any = self.when
        return {
            "id": self.id,
            "service": self.service,
            "operation": self.operation,
            "error": self.error,
            "times": self.times,
            "message": self.message,
            "status": self.status,
            "delay": self.delay,
            "when": when if when is None or isinstance(when, Mapping) else repr(when),
            "after": self.after,
            "used": self.used,
        }

    def __repr__(self) -> str:
        what = self.error or (f"HTTP {self.status}" if self.status else f"delay of {self.delay:g} s")
        often = f"{self.used} of {'all' if self.times is None else self.times}"
        return f"<Fault {self.service} {self.operation}: {what}, used {often}>"


def _check_types(times: Any, message: Any, status: Any, delay: Any, when: Any, after: Any) -> None:
    if times is not None and (isinstance(times, bool) or not isinstance(times, int)):
        raise TypeError(f"times must be a whole number from 1, or None for all requests, not {times!r}")
    if times is not None and times < 1:
        raise ValueError(f"times must be a whole number from 1, or None for all requests, not {times!r}")
    if message is not None and not isinstance(message, str):
        raise TypeError(f"message must be a string, not {message!r}")
    if isinstance(delay, bool) or not isinstance(delay, (int, float)):
        raise TypeError(f"delay must be a number of seconds from 0, not {delay!r}")
    if not 0 <= delay < threading.TIMEOUT_MAX:
        raise ValueError(f"delay must be a number of seconds from 0, not {delay!r}")
    if status is not None and (isinstance(status, bool) or not isinstance(status, int)):
        raise TypeError(f"status must be an HTTP status such as 503, not {status!r}")
    if status is not None and (status not in _ERROR_STATUSES or status not in set(HTTPStatus)):
        raise ValueError(f"status must be an HTTP status of a failure, 400 to 599 such as 503, not {status!r}")
    if when is not None and not callable(when) and not isinstance(when, Mapping):
        raise TypeError(f"when must be a function of the parameters or a dictionary of some, not {when!r}")
    if not isinstance(after, bool):
        raise TypeError(f"after must be True or False, not {after!r}")


def _check_parameters(service: str, operation: str, when: Any) -> None:
    if not isinstance(when, Mapping) or "*" in (service, operation):
        return
    model = operations.operation_model(service, operation)
    members = model.input_shape.members if model and model.input_shape else {}
    for name in when:
        if name not in members:
            raise ValueError(f"{operation} has no parameter {name!r}: {suggestion(str(name), members)}")


class Faults:
    """The faults of a process; several on one operation apply in the order they were added, one a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Apply a fault from now on."""
        with self._lock:
            self._faults.append(fault)

    def remove(self, gone: Collection[Fault]) -> None:
        """Apply these faults no longer."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault not in gone]

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def __bool__(self) -> bool:
        return bool(self._faults)

    def take(self, exchange: Exchange) -> Fault | None:
        """Return the fault that hits this request, and count it as used."""
        for fault in list(self._faults):
            # Asked outside the lock: `when` is the test's own code and may make calls itself.
            if fault.applies_to(exchange):
                with self._lock:
                    if not fault.is_spent:
                        fault.used += 1
                        return fault
        return None


faults = Faults()
