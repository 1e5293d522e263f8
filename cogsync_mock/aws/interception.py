"""The seam: every request passes `intercept`, whichever client sends it and whoever answers it.

In process, sync and async, at the server, and when Cognito Sync calls another service.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast

from . import calls
from .exchange import APPLICATION, MOTO, answering
from .faults import faults
from .invocations import check_invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .exchange import ApiCall, Exchange
    from .http import HttpRequest

ExchangeT = TypeVar("ExchangeT", bound="Exchange")
Answer = TypeVar("Answer")

# Whether the mock itself makes the calls of the code that runs now.
_unobserved: ContextVar[bool] = ContextVar("unobserved", default=False)


@contextmanager
def unobserved() -> Iterator[None]:
    """Let the mock's own calls, which set something up for a test, pass without log and faults."""
    token = _unobserved.set(True)
    try:
        yield
    finally:
        _unobserved.reset(token)


#: Ports of this machine at which servers of this process listen: what they are sent passes the seam there.
served_ports: set[int] = set()
# Calls of this process's clients that are on their way to such a server, by their invocation ids.
_forwarded: dict[str, ApiCall | None] = {}


@contextmanager
def forwarding(invocation_id: str, api_call: ApiCall | None) -> Iterator[None]:
    """Let a server of this process know what a request is part of."""
    _forwarded[invocation_id] = api_call
    try:
        yield
    finally:
        _forwarded.pop(invocation_id, None)


def forwarded_call(request: HttpRequest) -> ApiCall | None:
    """Return the call of a client of this process that a request at a server belongs to, if it belongs to one."""
    return _forwarded.get(request.header("amz-sdk-invocation-id")) if _forwarded else None


def intercept(exchange: ExchangeT, answer: Callable[[ExchangeT], Answer]) -> Answer:
    """Let a request live its life: log, fault before, answer, fault after, log the outcome.

    Args:
        exchange: the request, recognised only as far as somebody asks.
        answer: gives the answer: a service of the mock, or the network where that is allowed.

    Raises:
        ExpiredInvocation: if code of a Lambda function makes it whose time is over.
        ConnectionFailure: if a fault breaks the connection; entry points turn it into their library's own exception.
        UnmockedRequest: what ``answer`` raises for a request that must not leave, like all that it raises.
    """
    check_invocation()
    if _unobserved.get():
        return _answer(exchange, answer)
    if exchange.source == APPLICATION and answering.get() is not None:
        exchange.source = MOTO
    record = calls.begin(exchange)
    try:
        outcome = _live(exchange, answer)
    except BaseException as error:
        if record is not None:
            record.failed(error)
        raise
    if record is not None:
        record.answered(outcome)
        exchange.settle()
    return outcome


def _live(exchange: ExchangeT, answer: Callable[[ExchangeT], Answer]) -> Answer:
    """Answer a request; what a fault answers in place of the service is an HTTP response, as the service's own."""
    fault = faults.take(exchange) if faults else None
    if fault is None:
        return _answer(exchange, answer)
    fault.hold(exchange)
    if not fault.after:
        replaced: Any = fault.outcome(exchange, None)
        if replaced is None:
            replaced = _answer(exchange, answer)
        return cast("Answer", replaced)
    answered: Any = _answer(exchange, answer)
    return cast("Answer", fault.outcome(exchange, answered))


def _answer(exchange: ExchangeT, answer: Callable[[ExchangeT], Answer]) -> Answer:
    token = answering.set(exchange)
    try:
        return answer(exchange)
    finally:
        answering.reset(token)
