"""The seam into moto's core and botocore: every name of theirs that they do not document, in one file.

moto
    ``moto.backend_index.backend_url_patterns``   which service answers which host; changed in place only,
                                                  because servers and mocks hold this very list
    ``sys.modules["moto.cognitosync"]``           where ``moto.backends.get_backend`` looks for a service
    ``moto.core.models.botocore_stubber``         ``.process_request``: answers any AWS request in process;
                                                  ``.enabled``: whether a mock is on
    ``moto.moto_api.recorder``                     ``._user_enabled``, ``._record_request``
    ``moto.core.config.default_user_config``      the configuration in force
    ``moto.core.config``                          ``passthrough_url``, ``passthrough_service``,
                                                  ``service_whitelisted``
    ``moto.core.base_backend.BackendDict.reset``  empties all services

botocore
    see the docstrings of ``api_calls``, ``credentials``, ``network_guard`` and ``retry_delays``

Names of moto's other services stand in ``integrations``, those of its IAM in ``cognitosync.authorization``, and what is
put in moto's classes while a mock or server is on in ``cognitoidentity.patches``.
Nothing else of moto is replaced. `check` looks whether the seam still fits and says so in one sentence if not.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import wrapt

from cogsync_mock.integrations import cloudformation

if TYPE_CHECKING:
    from types import ModuleType


SERVICE_KEY = "cognitosync"
_MODULE_ALIAS = f"moto.{SERVICE_KEY}"
_URL_PATTERN = (SERVICE_KEY, re.compile(r"https?://cognito-sync(?:-fips)?\.([^./]+)\.(?:amazonaws\.com|api\.aws)"))


class _State:
    """Whether the service shall be registered; the import hook itself cannot be taken back."""

    wanted = False
    hooked = False


def register() -> None:
    """Make cognito-sync exist inside moto, now or as soon as moto is imported. Calling it again changes nothing."""
    _State.wanted = True
    if not _State.hooked:
        _State.hooked = True
        wrapt.register_post_import_hook(_on_import, "moto.backend_index")
    elif (index := sys.modules.get("moto.backend_index")) is not None:
        _on_import(index)


def unregister() -> None:
    """Undo `register`: moto no longer knows cognito-sync. Calling it again changes nothing."""
    _State.wanted = False
    index = sys.modules.get("moto.backend_index")
    if index is not None and _URL_PATTERN in index.backend_url_patterns:
        index.backend_url_patterns.remove(_URL_PATTERN)
    sys.modules.pop(_MODULE_ALIAS, None)


def _on_import(index: ModuleType) -> None:
    if _State.wanted:
        _add_to(index)


def _add_to(index: ModuleType) -> None:
    patterns = getattr(index, "backend_url_patterns", None)
    if not isinstance(patterns, list):
        raise _moved("moto.backend_index.backend_url_patterns is not a list")
    if _URL_PATTERN not in patterns:
        # In front: moto asks one pattern after the other for every call, and ours matches nobody else's hosts.
        patterns.insert(0, _URL_PATTERN)
    sys.modules.setdefault(_MODULE_ALIAS, importlib.import_module("cogsync_mock.cognitosync"))
    cloudformation.add_resource_types(
        "cogsync_mock.cognitosync.cloudformation",
        ("AWS::Cognito::IdentityPool", "AWS::Cognito::IdentityPoolRoleAttachment"),
    )


def check() -> None:
    """Make sure that moto finds the service through its own rules.

    Raises:
        RuntimeError: naming moto's version, if the seam has moved.
    """
    register()
    try:
        from moto.backends import get_backend
        from moto.core.config import default_user_config, passthrough_service, passthrough_url
        from moto.core.models import botocore_stubber

        from cogsync_mock.cognitosync.models import cognitosync_backends

        found: Any = get_backend(SERVICE_KEY)  # type: ignore[call-overload]  # its literals list moto's own services
        fits = (
            found is cognitosync_backends
            and isinstance(default_user_config, dict)
            and callable(botocore_stubber.process_request)
            and callable(passthrough_service)
            and callable(passthrough_url)
        )
    except (ImportError, AttributeError) as error:
        raise _moved(str(error)) from error
    if not fits:
        raise _moved("moto.backends.get_backend does not return the backends of cogsync_mock")


def _moved(what: str) -> RuntimeError:
    import moto

    return RuntimeError(
        f"cogsync_mock cannot register cognito-sync with moto {moto.__version__}: {what}. "
        "Install another moto (5.0.28 or newer is tested) or a newer cogsync_mock."
    )


def service_at_host(scheme: str, netloc: str) -> str | None:
    """Return moto's name of the service whose host this is, by moto's own mapping of hosts; None if it knows none."""
    from moto.backend_index import backend_url_patterns

    return _service_at(scheme, netloc, len(backend_url_patterns), os.environ.get("MOTO_S3_CUSTOM_ENDPOINTS"))


@functools.lru_cache(maxsize=1024)
def _service_at(scheme: str, netloc: str, _patterns: int, _endpoints: str | None) -> str | None:
    # What else the answer depends on stands in the last two parameters.
    from moto.backend_index import backend_url_patterns
    from moto.core.utils import get_equivalent_url_in_aws_domain

    parsed, _ = get_equivalent_url_in_aws_domain(f"{scheme}://{netloc}/")
    url = f"{parsed.scheme}://{parsed.netloc}/"
    return next((service for service, pattern in backend_url_patterns if pattern.match(url)), None)


def passes_through(url: str) -> bool:
    """Return whether moto's own configuration lets requests to this URL leave the process."""
    from moto.core.config import default_user_config, passthrough_url

    urls = default_user_config.get("core", {}).get("passthrough", {}).get("urls")
    return bool(urls) and bool(passthrough_url(url.partition("?")[0]))


def service_passes_through(service: str) -> bool:
    """Return whether moto's own configuration lets requests to a service leave the process."""
    from moto.core.config import passthrough_service

    return bool(passthrough_service(service))


def require_whitelisted(service: str) -> None:
    """Refuse a service that moto's configuration does not list, as moto does.

    Raises:
        ServiceNotWhitelisted: moto's.
    """
    from moto.core.config import service_whitelisted
    from moto.core.exceptions import ServiceNotWhitelisted

    if not service_whitelisted(service):
        raise ServiceNotWhitelisted(service)


def boto3_name(service: str) -> str | None:
    """Return boto3's name of a service, by moto's; None if moto has no such service."""
    from moto.backends import get_backend

    try:
        backends: Any = get_backend(service)  # type: ignore[call-overload]  # its literals list moto's own services
    except (ImportError, AttributeError, KeyError):
        return None
    name = getattr(backends, "service_name", None)
    return str(name) if name else None


def stubber() -> Any:
    """Return what moto answers requests with in process, those of botocore and of the ``requests`` library."""
    from moto.core.models import botocore_stubber

    return botocore_stubber


@functools.cache
def handler_of_requests() -> Any:
    """Return the function with which moto answers requests."""
    return type(stubber()).process_request


def moto_config() -> dict[str, Any]:
    """Return moto's configuration in force: the dictionary itself."""
    from moto.core.config import default_user_config

    config: dict[str, Any] = default_user_config  # type: ignore[assignment]  # a TypedDict is a dict
    return config


def replace_config(new: dict[str, Any]) -> None:
    """Put another configuration in force, in the very dictionary that moto reads."""
    config = moto_config()
    if config != new:
        wanted = dict(new)
        config.clear()
        config.update(wanted)


def new_mock(config: Any) -> Any:
    """Return a mock of moto's own, not started."""
    # Not from the top, where somebody may have put another mock in its place, ours for example.
    from moto.core.decorator import mock_aws

    return mock_aws(config=config)


def reset_all_services() -> None:
    """Empty every service of the mock."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()


def mock_is_active() -> bool:
    """Return whether a mock, moto's own or ours, is on in this process."""
    return bool(stubber().enabled)


def record(message: Any, url: str) -> None:
    """Let moto's recorder see a request that did not come through moto."""
    from moto.moto_api import recorder

    if not recorder._user_enabled:
        return
    headers = {name: message.header(name.lower()) for name in message.headers}
    seen = SimpleNamespace(method=message.method, headers=headers, url=url, raw_url=url, raw_path=message.path)
    recorder._record_request(seen, message.body)  # type: ignore[arg-type]  # what it reads of a request is there
