"""How moto answers a request in process, at less than moto's own cost and with the same result.

moto's ``BotocoreStubber.process_request`` asks one pattern of hosts after the other, imports the service, builds and
compiles its table of URLs (for S3 it loads the module of URLs twice), walks through it and builds a web framework's
request, for every call. All but the request depends on the URL alone, so it is looked up here.

Every undocumented name that is used here:

moto
    ``moto.core.botocore_stubber.BotocoreStubber.process_request``   whose steps these are, see `_KNOWN`
    ``moto.core.utils.get_equivalent_url_in_aws_domain``             and ``.core.config``'s three questions
    ``moto.core.base_backend``                                       ``BackendDict``, ``BaseBackend.urls``
    ``moto.backend_index.backend_url_patterns``, ``moto.backends.get_backend``
    ``moto.moto_api.recorder._record_request``
    ``moto.core.responses.method_names_from_class``                  which operations a service has
    ``moto.core.request``                                            see `moto_requests`

A moto whose ``process_request`` reads otherwise answers by itself.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from . import moto_requests

if TYPE_CHECKING:
    from collections.abc import Callable

#: What ``process_request`` reads like, comments and spaces aside: up to 5.2.3, in 5.2.4, since 5.2.5.
_KNOWN = frozenset({"d6ca55e9be8eae0d", "1a0bd441f8b41855", "4da771e706584c41"})
_MAX_URLS = 2_000
_AWS = re.compile(r"https?://.+\.amazonaws.com/.*")
#: What in the environment decides about a service's URLs.
_URL_VARIABLES = ("MOTO_S3_CUSTOM_ENDPOINTS", "MOTO_ENABLE_ISO_REGIONS")


class _Step(NamedTuple):
    """A service whose hosts a URL matches, and its method for this URL, None if it has none."""

    service: str
    backends: Any
    method: Callable[..., Any] | None


class MotoDispatch:
    """Answers requests as moto does; keeps what it finds out about URLs."""

    def __init__(self) -> None:
        self._fits: bool | None = None
        self._patterns: list[Any] = []
        self._variables: tuple[str | None, ...] = ()
        self._steps: dict[str, tuple[_Step, ...]] = {}
        self._tables: dict[str, list[tuple[Callable[[str], Any], Any]]] = {}
        self._names: Any = None

    def install(self) -> None:
        """Make moto ask its classes for one operation, instead of listing all they have for every call."""
        from moto.core import responses

        names = vars(responses).get("method_names_from_class")
        if getattr(names, "__module__", "") == "moto.core.utils":
            self._names = names
            vars(responses)["method_names_from_class"] = _MethodNames  # all it is asked is "in"

    def remove(self) -> None:
        """Put moto's own list back."""
        from moto.core import responses

        if vars(responses).get("method_names_from_class") is _MethodNames:
            vars(responses)["method_names_from_class"] = self._names

    def answer(self, request: Any) -> tuple[int, Any, Any] | None:
        """Answer a request with one of moto's services.

        Args:
            request: botocore's ``AWSPreparedRequest``, or what moto's own callers hand to ``process_request``.

        Returns:
            Status, headers and body; None if moto does not answer this URL.

        Raises:
            ServiceNotWhitelisted: if moto's configuration leaves the service out.
        """
        from moto.core.botocore_stubber import BotocoreStubber
        from moto.core.models import botocore_stubber

        if self._fits is None:
            self._fits = _fingerprint(BotocoreStubber.process_request) in _KNOWN
        return self._answer(request) if self._fits else BotocoreStubber.process_request(botocore_stubber, request)

    def _answer(self, request: Any) -> tuple[int, Any, Any] | None:
        from moto.core.config import passthrough_service, passthrough_url, service_whitelisted
        from moto.core.exceptions import ServiceNotWhitelisted
        from moto.core.utils import get_equivalent_url_in_aws_domain
        from moto.moto_api import recorder
        from werkzeug.exceptions import HTTPException

        parsed, _ = get_equivalent_url_in_aws_domain(getattr(request, "raw_url", request.url))
        url = f"{parsed.scheme}://{parsed.netloc}{parsed.path}"
        if passthrough_url(url):
            return None
        for service, backends, method in self._steps_of(url):
            if passthrough_service(service):
                return None
            if not service_whitelisted(service):
                raise ServiceNotWhitelisted(service)
            _backend(backends)
            if method is None:
                moto_requests.decode_headers(request)
                continue
            arguments = moto_requests.arguments(request)
            try:
                recorder._record_request(arguments[0])
                status, headers, body = method(*arguments)
            except HTTPException as error:
                return error.code, error.get_headers(), error.get_body()  # type: ignore[return-value]  # as moto does
            return status, headers, body
        return (404, {}, "Not yet implemented") if _AWS.match(url) else None

    def _steps_of(self, url: str) -> tuple[_Step, ...]:
        from moto.backend_index import backend_url_patterns as patterns

        variables = tuple(map(os.environ.get, _URL_VARIABLES))
        if self._patterns != patterns or self._variables != variables:
            self._patterns, self._variables = [*patterns], variables
            self._steps, self._tables = {}, {}
        elif (known := self._steps.get(url)) is not None:
            return known
        return self._find_steps(url)

    def _find_steps(self, url: str) -> tuple[_Step, ...]:
        """Walk as moto does, through the services to the first method that answers this URL."""
        from moto.backends import get_backend
        from moto.core.config import passthrough_service, service_whitelisted

        steps: list[_Step] = []
        for service, pattern in self._patterns:
            if not pattern.match(url):
                continue
            if passthrough_service(service) or not service_whitelisted(service):
                # moto goes no further, and does not import the service; the next call may be configured otherwise.
                return (*steps, _Step(service, None, None))
            backends = get_backend(service)
            table = self._tables.get(service)
            if table is None:
                urls = _backend(backends).urls.items()
                table = self._tables[service] = [(re.compile(regex).match, method) for regex, method in urls]
            method = next((method for matches, method in table if matches(url)), None)
            steps.append(_Step(service, backends, method))
            if method is not None:
                break
        if len(self._steps) >= _MAX_URLS:
            self._steps.clear()
        found = self._steps[url] = tuple(steps)
        return found


class _MethodNames:
    """The names of a class's methods, of which moto wants to know whether one is among them.

    Args:
        of_class: the class.
    """

    def __init__(self, of_class: type) -> None:
        self._class = of_class

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and inspect.isfunction(getattr(self._class, name, None))


def _backend(backends: Any) -> Any:
    """Return the backend that moto asks for its URLs. It comes into being by that, here as there."""
    from moto.core.base_backend import BackendDict
    from moto.core.models import DEFAULT_ACCOUNT_ID

    if not isinstance(backends, BackendDict):
        return backends["global"]
    regions = backends[DEFAULT_ACCOUNT_ID]
    return regions["us-east-1" if "us-east-1" in regions else "aws"]


def _fingerprint(function: Any) -> str:
    """Return a short hash of how a function reads below its signature; an empty one if there is nothing to read."""
    try:
        lines = [line.strip() for line in inspect.getsource(function).splitlines()[1:]]
    except (OSError, TypeError):
        return ""
    text = "".join(line for line in lines if not line.startswith("#"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


moto_dispatch = MotoDispatch()
