"""Errors in the place of what moto raises instead of answering.

moto's own server turns every exception into a page of HTML with status 500, which SDKs cannot read, and repeat. Here
the caller gets an error in the service's own form that says what is wrong.
"""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import moto
from botocore.validate import ParamValidator

from cogsync_mock.aws.error_responses import error_response
from cogsync_mock.aws.errors import AWSError, UnknownOperationException

if TYPE_CHECKING:
    from cogsync_mock.aws.exchange import HttpExchange
    from cogsync_mock.aws.http import HttpResponse

_PAGES = (
    b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>",
    b"<!doctype html>\n<html lang=en>\n<title>405 ",
)


class _Failure(AWSError):
    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def failure_of(exchange: HttpExchange, error: Exception) -> tuple[HttpResponse, str | None]:
    """Return the answer to a request that moto raised an exception for, and what the log should say of it.

    An operation that AWS has and moto lacks is 501, which no SDK repeats. A request that breaks the service's own model
    is 400 with what is wrong. What is left is a fault of moto's, most often for want of a check of its input: 400, too
    (chosen: repeating it, as SDKs do with 500, does not help), and a line in the log says where.
    """
    model = exchange.model
    name = f"{exchange.service or 'AWS'}.{exchange.operation}"
    if isinstance(error, NotImplementedError) and model is not None:
        return _answered(exchange, _not_implemented(exchange, str(error))), None
    if model is None:
        return _answered(exchange, _unknown_operation(exchange)), None
    report = _report(exchange)
    if report:
        return _answered(exchange, _Failure(_validation_code(exchange), 400, report)), None
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__}: {error} (line {frame.lineno} of {'/'.join(frame.filename.split('/')[-3:])})"
    sentence = f"moto {moto.__version__} could not answer {name}, most likely for a value it does not check: {where}"
    return _answered(exchange, _Failure(_validation_code(exchange), 400, sentence)), sentence


def unreadable_body(exchange: HttpExchange, status: int, sentence: str) -> HttpResponse:
    """Return the answer to a request whose body could not be read, or is too long to be."""
    too_large = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if exchange.service == "s3":
        code = "EntityTooLarge" if too_large else "IncompleteBody"
    else:
        code = "RequestEntityTooLargeException" if too_large else "SerializationException"
    return _answered(exchange, _Failure(code, status, sentence))


def page_replaced(exchange: HttpExchange, response: HttpResponse) -> HttpResponse:
    """Return a response; in the place of a web framework's page, which no SDK can read, the service's own error."""
    if not exchange.service or not response.content.startswith(_PAGES):
        return response
    if exchange.model is not None:
        return _answered(exchange, _not_implemented(exchange))
    return _answered(exchange, _unknown_operation(exchange))


def _unknown_operation(exchange: HttpExchange) -> AWSError:
    """Return the error that the service's protocol has for an operation that AWS does not have."""
    protocol = _protocol(_any_model(exchange))
    if protocol in {"query", "ec2"}:
        return _Failure("InvalidAction", 400, "The action is not valid for this web service.")
    error = UnknownOperationException()
    return _Failure(error.code, 400, error.message) if protocol == "json" else error


def _protocol(model: Any) -> str:
    return str(model.service_model.metadata.get("protocol", "")) if model else ""


def _not_implemented(exchange: HttpExchange, reason: str = "") -> _Failure:
    sentence = f"moto {moto.__version__} does not implement {exchange.service}.{exchange.operation}"
    return _Failure("NotImplemented", 501, f"{sentence}: {reason}" if reason else sentence)


def _answered(exchange: HttpExchange, error: AWSError) -> HttpResponse:
    return error_response(exchange.request, exchange.service, exchange.model or _any_model(exchange), error)


def _any_model(exchange: HttpExchange) -> Any:
    """Return the model of some operation: all of a service speak one protocol."""
    from cogsync_mock.aws import operations

    if exchange.service not in operations.service_names():
        return None
    return operations.operation_model(exchange.service, operations.service_model(exchange.service).operation_names[0])


def _report(exchange: HttpExchange) -> str:
    """Return what is wrong with the parameters by the service's model, empty if nothing is."""
    model: Any = exchange.model
    try:
        given = dict(exchange.parameters)
    except Exception:  # noqa: BLE001  # a body that cannot be read at all: parsers raise whatever it makes them
        return "The request could not be read"
    if model.input_shape is None:
        return ""
    try:
        return str(ParamValidator().validate(given, model.input_shape).generate_report())
    except Exception:  # noqa: BLE001  # the validator expects types that JSON does not promise
        return "The request has values of wrong types"


def _validation_code(exchange: HttpExchange) -> str:
    names = {"query": "ValidationError", "ec2": "InvalidParameterValue", "rest-xml": "InvalidRequest"}
    return names.get(_protocol(exchange.model), "ValidationException")
