"""What the faults of `cogsync_mock.aws` must know of Cognito Sync, which botocore's model does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsync_mock.aws import error_responses, fault_catalogue, faults

from .exceptions import (
    InvalidLambdaFunctionOutputException,
    LambdaSocketTimeoutException,
    LambdaThrottledException,
)
from .wire import protocol
from .wire.contract import SERVICE, operations

if TYPE_CHECKING:
    from cogsync_mock.aws.errors import AWSError
    from cogsync_mock.aws.http import HttpRequest, HttpResponse

# Chosen where the mock itself has no use for the error.
_MESSAGES = {
    "InternalErrorException": "An internal service error occurred",
    "TooManyRequestsException": "Too many requests",
    **{
        error.code: error.message
        for error in (
            InvalidLambdaFunctionOutputException(),
            LambdaSocketTimeoutException(),
            LambdaThrottledException(),
        )
    },
}


def _error_response(request: HttpRequest, error: AWSError) -> HttpResponse:
    return protocol.detect_protocol(request).failure(error)


def register() -> None:
    """Tell: in which wire protocols errors travel, which ones there are, and which call a delay holds in progress."""
    error_responses.writers[SERVICE] = _error_response
    for name, operation in operations().items():
        fault_catalogue.extra_errors[SERVICE, name] = dict(operation.errors)
    fault_catalogue.messages.update({(SERVICE, code): message for code, message in _MESSAGES.items()})
    # A second call of the same pool meanwhile is refused, as at AWS.
    faults.held_inside.add((SERVICE, "SetIdentityPoolConfiguration"))
