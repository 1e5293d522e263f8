"""Calls of other services: they pass the seam like the application's own, so the log shows them and faults hit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.exchange import ServiceCall
from cogsync_mock.aws.interception import intercept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Result = TypeVar("Result")


class DeliveryError(AWSError):
    """Another service refuses a call of Cognito Sync's."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def deliver(
    service: str, operation: str, parameters: Mapping[str, Any], region: str, perform: Callable[[], Result]
) -> Result:
    """Call an operation of another service.

    Args:
        service: boto3's name of the service.
        operation: such as ``PutRecord``.
        parameters: by the names that boto3 knows; what Lambda takes as JSON stands as its value.
        region: where the call is made.
        perform: does it, and returns the response as boto3 would.

    Raises:
        Exception: whatever ``perform`` raises, or what a fault asks for.
    """
    return intercept(ServiceCall(service, operation, parameters, region), lambda _: perform())
