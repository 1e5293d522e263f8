"""moto's SNS: platform applications, their endpoints, messages."""

from __future__ import annotations

import threading
from typing import Any

from moto.utilities.arns import parse_arn

from .backends import backend_of

_creating = threading.Lock()


def _sns_of(arn: str) -> Any:
    parsed = parse_arn(arn)
    return backend_of("sns", parsed.account, parsed.region)


def region_of(arn: str | None) -> str:
    """Return the region that an ARN names, empty if there is no ARN."""
    return arn.split(":")[3] if arn else ""


def platform_endpoint(application_arn: str, token: str) -> str | None:
    """Return the ARN of a token's endpoint in a platform application, a new one if need be.

    None if there is no such application.
    """
    sns = _sns_of(application_arn)
    if application_arn not in sns.applications:
        return None
    application = sns.applications[application_arn]
    with _creating:
        for endpoint in list(sns.platform_endpoints.values()):
            if (endpoint.application.arn, endpoint.token) == (application_arn, token):
                return str(endpoint.arn)
        return str(sns.create_platform_endpoint(application, None, token, {}).arn)


def publish(endpoint_arn: str | None, message: str) -> tuple[str, str | None]:
    """Send a message to a platform endpoint; return its id, and the error's name if the endpoint cannot take it."""
    endpoint = endpoint_arn and _sns_of(endpoint_arn).platform_endpoints.get(endpoint_arn)
    if not endpoint:
        return "", "NotFoundException"
    if not endpoint.enabled:
        return "", "EndpointDisabledException"
    return str(endpoint.publish(message)), None


def application_exists(account_id: str, region: str, arn: str) -> bool:
    """Return whether SNS has a platform application."""
    return arn in backend_of("sns", account_id, region).applications
