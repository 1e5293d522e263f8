"""The seam into moto's core and botocore: every name of theirs that they do not document, in one file.

moto
    ``moto.backend_index.backend_url_patterns``   which service answers which host; changed in place only,
                                                  because servers and mocks hold this very list
    ``sys.modules["moto.cognitosync"]``           where ``moto.backends.get_backend`` looks for a service
    ``moto.core.models.botocore_stubber``         ``.process_request``: answers any AWS request in process;
                                                  ``.enabled``: whether a mock is on
    ``moto.moto_api.recorder``                     ``._user_enabled``, ``._record_request``
    ``moto.moto_server.werkzeug_app``             moto's server application
    ``moto.core.config.default_user_config``      the configuration in force
    ``moto.core.config``                          ``passthrough_url``, ``passthrough_service``,
                                                  ``service_whitelisted``
    ``moto.core.base_backend.BackendDict.reset``  empties all services

botocore
    ``botocore.handlers.BUILTIN_HANDLERS``        what every new client calls before it sends (see ``shortcut``)
    ``botocore.httpsession.URLLib3Session.send``  the last door before the network (see ``guard``)
    ``boto3.s3.transfer._should_use_crt``         whether S3 transfers leave by another door (see ``guard``)

Names of moto's other services stand in ``integrations``, those of its IAM in ``cognitosync.authorization``, and what is
put in moto's classes while a mock or server is on in ``cognitoidentity.patches``.
Nothing else of moto is replaced. `check` looks whether the seam still fits and says so in one sentence if not.
"""

from __future__ import annotations

import importlib
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import wrapt

from cogsync_mock.integrations import cloudformation

if TYPE_CHECKING:
    from types import ModuleType

    from botocore.awsrequest import AWSPreparedRequest

SERVICE_KEY = "cognitosync"
_MODULE_ALIAS = f"moto.{SERVICE_KEY}"
_URL_PATTERN = (SERVICE_KEY, re.compile(r"https?://cognito-sync(?:-fips)?\.([^./]+)\.(?:amazonaws\.com|api\.aws)"))

#: In front of a URL, this hides a request that was answered already from moto's handler.
ANSWERED = "cogsync-answered:"


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


def service_at(url: str) -> str | None:
    """Return moto's name of the service whose host a URL names, or None if moto knows none."""
    from moto.backend_index import backend_url_patterns

    return next((service for service, pattern in backend_url_patterns if pattern.match(url)), None)


def is_ours_to_answer(url: str) -> bool:
    """Return whether a mock is on, the URL is cognito-sync's, and moto's configuration gives it to us."""
    if not _URL_PATTERN[1].match(url):
        return False
    from moto.core.config import passthrough_service, passthrough_url, service_whitelisted

    return (
        _State.wanted
        and service_whitelisted(SERVICE_KEY)
        and not passthrough_service(SERVICE_KEY)
        and not passthrough_url(url)
    )


def passes_through(url: str) -> bool:
    """Return whether moto's own configuration lets requests to this URL leave the process."""
    from moto.core.config import passthrough_service, passthrough_url

    service = service_at(url)
    return bool(passthrough_url(url) or (service is not None and passthrough_service(service)))


def process(request: AWSPreparedRequest) -> tuple[int, Any, Any] | None:
    """Let moto answer a request in process: status, headers and body, or None if it does not know the service."""
    from moto.core.models import botocore_stubber

    return botocore_stubber.process_request(request)


def moto_config() -> dict[str, Any]:
    """Return moto's configuration in force: the dictionary itself."""
    from moto.core.config import default_user_config

    config: dict[str, Any] = default_user_config  # type: ignore[assignment]  # a TypedDict is a dict
    return config


def reset_all_services() -> None:
    """Empty every service of the mock."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()


def mock_is_active() -> bool:
    """Return whether a mock, moto's own or ours, is on in this process."""
    from moto.core.models import botocore_stubber

    return botocore_stubber.enabled


def server_parts() -> tuple[Any, Any]:
    """Return moto's own server application and the handler class of its HTTP connections.

    Raises:
        RuntimeError: if moto's server extra is not installed.
    """
    import warnings

    try:
        with warnings.catch_warnings():
            # moto warns before it fails; the error below says the same and what to do.
            warnings.simplefilter("ignore")
            from moto.moto_server import werkzeug_app
    except ImportError as error:
        raise RuntimeError(
            "the server needs moto's own for the services beside cognito-sync: pip install 'cogsync-mock[server]'"
        ) from error
    from werkzeug.serving import WSGIRequestHandler

    application = werkzeug_app.DomainDispatcherApplication(werkzeug_app.create_backend_app)
    # Since moto 5.2.5; it keeps the underscores of S3's metadata headers.
    return application, getattr(werkzeug_app, "MotoRequestHandler", WSGIRequestHandler)


def record(message: Any, url: str) -> None:
    """Let moto's recorder see a request that did not come through moto."""
    from moto.moto_api import recorder

    if not recorder._user_enabled:
        return
    headers = {name: message.header(name.lower()) for name in message.headers}
    seen = SimpleNamespace(method=message.method, headers=headers, url=url, raw_url=url, raw_path=message.path)
    recorder._record_request(seen, message.body)  # type: ignore[arg-type]  # what it reads of a request is there
