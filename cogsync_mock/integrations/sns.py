"""moto's SNS: platform applications, their endpoints, messages."""

from __future__ import annotations

import importlib
import itertools
import threading
from typing import Any
from weakref import WeakKeyDictionary

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
        endpoints = _indexes.setdefault(sns, _Endpoints())
        found = endpoints.find(sns.platform_endpoints, application_arn, token)
        if found is None:
            # Not by SNS's own method, which looks through all endpoints, those of other applications included.
            model = importlib.import_module("moto.sns.models").PlatformEndpoint
            created = model(sns.account_id, sns.region_name, application, None, token, {})
            sns.platform_endpoints[created.arn] = created
            found = str(created.arn)
        return found


class _Endpoints:
    """Where the endpoints of tokens are, among all those of an SNS backend, whoever has made them."""

    def __init__(self) -> None:
        self._endpoints: dict[str, Any] = {}
        self._count = 0
        self._last: str | None = None
        self._arns: dict[tuple[str, str], str] = {}

    def find(self, endpoints: dict[str, Any], application_arn: str, token: str) -> str | None:
        """Return the ARN of a token's endpoint in an application, None if it has none.

        Args:
            endpoints: those of the backend, by ARN, in the order in which they were made.
            application_arn: the application.
            token: of a device.
        """
        self._read(endpoints)
        arn = self._arns.get((application_arn, token))
        if arn is not None and arn not in endpoints:
            self._endpoints = {}
            self._read(endpoints)
            arn = self._arns.get((application_arn, token))
        return arn

    def _read(self, endpoints: dict[str, Any]) -> None:
        """Read those that have been added; all of them if any was removed, or they are others altogether."""
        added = list(itertools.islice(reversed(endpoints), max(len(endpoints) - self._count, 0) + 1))
        if endpoints is not self._endpoints or (self._count and (not added or added[-1] != self._last)):
            self._arns, added = {}, list(reversed(endpoints))
        for arn in reversed(added):
            endpoint = endpoints[arn]
            # Of several, the first: that is what was registered.
            self._arns.setdefault((endpoint.application.arn, endpoint.token), arn)
        self._endpoints, self._count = endpoints, len(endpoints)
        self._last = next(reversed(endpoints), None)


_indexes: WeakKeyDictionary[Any, _Endpoints] = WeakKeyDictionary()


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
