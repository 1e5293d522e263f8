"""moto's own server application: every service beside cognito-sync, over HTTP.

Names of moto that are used here: ``moto.moto_server.werkzeug_app`` (``DomainDispatcherApplication`` with its
``get_backend_for_host`` and ``infer_service_region_host``, ``create_backend_app``), ``moto.backends``
(``list_of_moto_modules``), and since moto 5.2.5 ``moto.core.request`` (``PRESERVED_HEADER_NAMES_ENVIRON_KEY``,
``should_preserve_original_header_name``, ``environ_key_for_header``).
"""

from __future__ import annotations

import functools
import re
import sys
import threading
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from cogsync_mock.aws.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cogsync_mock.aws.http import HttpRequest

_MOST_HOSTS = 4096
_SIGNED_FOR = "AWS4-HMAC-SHA256 Credential=none/20150830/us-east-1/{}/aws4_request"
# What the services of most users have in their requests beside a signature (botocore's service models).
_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "AWSEvents": "events",
    "AWSGlue": "glue",
    "AWSStepFunctions": "states",
    "AmazonAthena": "athena",
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "CertificateManager": "acm",
    "DynamoDB": "dynamodb",
    "DynamoDBStreams": "dynamodb",
    "Firehose": "firehose",
    "GraniteServiceVersion20100801": "monitoring",
    "Kinesis": "kinesis",
    "Logs": "logs",
    "TrentService": "kms",
    "secretsmanager": "secretsmanager",
}
_PRESIGNED = re.compile(r"X-Amz-Credential=[^&]*?(?:/|%2F)([\w.-]+)(?:/|%2F)aws4_request", re.ASCII)
_VERSION = re.compile(rb"(?:^|&)Version=([0-9-]{10})(?:&|$)")
_VERSIONS = {
    "2010-03-31": "sns",
    "2010-05-08": "iam",
    "2010-05-15": "cloudformation",
    "2010-08-01": "monitoring",
    "2010-12-01": "ses",
    "2011-06-15": "sts",
    "2012-11-05": "sqs",
    "2014-10-31": "rds",
    "2015-12-01": "elasticloadbalancing",
    "2016-11-15": "ec2",
}
_PATHS = {"/2013-04-01/": "route53", "/2015-03-31/functions": "lambda"}
_NOT_INSTALLED = "the server needs moto's own for the services beside cognito-sync: pip install 'cogsync-mock[server]'"


class MotoServer:
    """Answers requests as moto's server does.

    Args:
        scheme: ``http`` or ``https``, as clients see it.
        host: the host it listens on.
        port: and the port.

    Raises:
        RuntimeError: if moto's server extra is not installed.
    """

    def __init__(self, scheme: str, host: str, port: int) -> None:
        self._dispatcher = _dispatcher()
        self._environ = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scheme,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request.

        Raises:
            Exception: whatever moto raises instead of answering.
        """
        environ = _environ(self._environ, request)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            started[:] = [status, headers]

        content = self._dispatcher(environ, start_response)
        try:
            body = b"".join(content)
        finally:
            if hasattr(content, "close"):
                content.close()
        status, headers = started
        collected: dict[str, str] = {}
        for name, value in headers:
            collected[name] = f"{collected[name]}, {value}" if name in collected else value
        return HttpResponse(int(status.partition(" ")[0]), collected, body)

    def service_of(self, request: HttpRequest) -> str:
        """Return moto's name of the service that a request is for."""
        environ = _environ(self._environ, request)
        host = self._dispatcher.infer_service_region_host(environ, environ["PATH_INFO"])
        return str(self._dispatcher.get_backend_for_host(host) or "s3")


def _environ(base: Mapping[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Return the request in the form of WSGI (PEP 3333), with the target still as it came beside it."""
    target = f"{request.path}?{request.query}" if request.query else request.path
    environ = {
        **base,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "wsgi.input": BytesIO(request.body),
    }
    with_underscores = {}
    for name, value in request.headers.items():
        if "_" in name:
            # WSGI cannot tell it from the same name with dashes, which another client may rely on.
            with_underscores[name] = value
        elif name != "transfer-encoding":
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    stated = environ.pop("HTTP_CONTENT_LENGTH", None)
    if request.body or stated is not None:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    if with_underscores:
        _preserve(environ, with_underscores)
    return environ


def _preserve(environ: dict[str, Any], headers: Mapping[str, str]) -> None:
    """Keep the names of S3's metadata that have underscores, where moto can read them (5.2.5 and newer)."""
    try:
        from moto.core.request import (
            PRESERVED_HEADER_NAMES_ENVIRON_KEY,
            environ_key_for_header,
            should_preserve_original_header_name,
        )
    except ImportError:
        return
    names: dict[str, str] = {}
    for name, value in headers.items():
        key = environ_key_for_header(name)
        if should_preserve_original_header_name(name) and (key not in environ or key in names):
            environ[key] = f"{environ[key]},{value}" if key in names else value
            names.setdefault(key, name)
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = names


def _motos() -> Any:
    try:
        with warnings.catch_warnings():
            # moto warns before it fails; the error below says the same and what to do.
            warnings.simplefilter("ignore")
            from moto.moto_server import werkzeug_app
    except ImportError as error:
        raise RuntimeError(_NOT_INSTALLED) from error
    return werkzeug_app


def _unsigned_service(environ: Mapping[str, Any]) -> str | None:
    """Return the signing name of the service that query string, target header, body or path tell of."""
    presigned = _PRESIGNED.search(environ["QUERY_STRING"])
    if presigned:
        return presigned[1]
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[0].rpartition(".")[2].partition("_")[0]
    if target in _TARGETS:
        return _TARGETS[target]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        version = _VERSION.search(environ["wsgi.input"].getvalue())
        return _VERSIONS.get(version[1].decode()) if version else None
    return next((service for path, service in _PATHS.items() if environ["PATH_INFO"].startswith(path)), None)


@functools.cache
def _dispatcher_class() -> Any:  # noqa: C901  # a class that can only be made where flask is installed
    werkzeug_app = _motos()
    from moto.backends import list_of_moto_modules

    class Dispatcher(werkzeug_app.DomainDispatcherApplication):  # type: ignore[misc,name-defined]  # flask comes with an extra
        """moto's, but that it finds a service without looking through a folder of the disk for every request."""

        def __init__(self) -> None:
            super().__init__(werkzeug_app.create_backend_app)
            self._services = {"moto_api", *list_of_moto_modules()}
            self._service_of_host: dict[str, Any] = {}

        def get_backend_for_host(self, host: str | None) -> Any:
            """Return the name of the service at a host, None if there is none."""
            if host is None or host in self._services:
                return host
            try:
                return self._service_of_host[host]
            except KeyError:
                if len(self._service_of_host) >= _MOST_HOSTS:
                    self._service_of_host.clear()
                url = f"http://{host}"
                found = next((name for name, pattern in self.backend_url_patterns if pattern.match(url)), None)
                return self._service_of_host.setdefault(host, found)

        def infer_service_region_host(self, environ: dict[str, Any], path: str) -> str | None:
            """Return the host of the service that a request is for, None if nothing says so.

            A signature that is none, or that is for a service nobody knows, counts as absent.
            """
            host = self._inferred(environ, path)
            if host is not None and self.get_backend_for_host(host) is not None:
                return host
            named = environ.get("HTTP_HOST", "")
            if "." in named and self.get_backend_for_host(named) not in {None, "s3", "s3control"}:
                return str(named)
            service = _unsigned_service(environ)
            signed = {} if service is None else {"HTTP_AUTHORIZATION": _SIGNED_FOR.format(service)}
            unsigned = {key: value for key, value in environ.items() if key != "HTTP_AUTHORIZATION"}
            host = self._inferred({**unsigned, **signed}, path)
            return host if self.get_backend_for_host(host) is not None else None

        def _inferred(self, environ: dict[str, Any], path: str) -> str | None:
            # moto reads the body on the way, and not always puts it back.
            body = environ["wsgi.input"].getvalue()
            try:
                host: str | None = super().infer_service_region_host({**environ, "wsgi.input": BytesIO(body)}, path)
            except (AttributeError, LookupError, TypeError, ValueError):
                # It takes headers apart that it believes to be well-formed.
                return "dynamodb" if "/dynamodb/" in environ.get("HTTP_AUTHORIZATION", "") else None
            return host

    return Dispatcher


_lock = threading.Lock()


def _dispatcher() -> Any:
    """Return the one dispatcher of this process: making the application of a service takes its time."""
    _motos()
    with _lock:
        return _one_dispatcher()


@functools.cache
def _one_dispatcher() -> Any:
    return _dispatcher_class()()
