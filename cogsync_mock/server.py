"""The standalone server: cognito-sync answered by a lean WSGI application, everything else by moto's own."""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import socket
import ssl
import sys
import threading
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.serving import make_server
from werkzeug.wsgi import get_content_length, get_input_stream

from . import chunks, registration
from .cognitosync import protocol
from .cognitosync.completion import completion
from .cognitosync.exceptions import CognitoSyncError, SerializationException
from .cognitosync.protocol import MAX_BODY, Message
from .cognitosync.responses import CognitoSyncResponse
from .cognitosync.settings import Settings, current
from .options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType, TracebackType

    from werkzeug.serving import BaseWSGIServer

    SslContext = ssl.SSLContext | tuple[str, str | None] | Literal["adhoc"]

SERVICE_MARK = "AWSCognitoSyncService"


class Application:
    """Sends each request to the service it is for.

    Args:
        settings: how strictly cognito-sync behaves; by default as the settings in force in this process say.
        others: the WSGI application of all other services.
    """

    def __init__(self, settings: Settings | None, others: Any) -> None:
        self._settings = settings
        self._others = others

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        headers = _headers(environ)
        if not _is_for_cognito_sync(environ, headers):
            if chunks.is_chunked(environ):
                try:
                    chunks.join_chunks(environ)
                except OSError as error:
                    refusal: Iterable[bytes] = BadRequest(f"Could not read the request body: {error}")(
                        environ, start_response
                    )
                    return refusal
            with completion.served(), current.of_request(self._settings):
                result: Iterable[bytes] = self._others(environ, start_response)
            return result
        path, query = _raw_path(environ), environ["QUERY_STRING"]
        message = Message(environ["REQUEST_METHOD"], headers.get("host", ""), path, query, headers, b"")
        try:
            message = dataclasses.replace(message, body=_body(environ))
        except OSError as error:
            # Broken chunks: whatever the body was to be, it is not JSON.
            answer = protocol.Rest(message).failure(SerializationException(f"Could not read the request body: {error}"))
        else:
            origin = f"{environ['wsgi.url_scheme']}://{message.host}"
            registration.record(message, origin + environ["REQUEST_URI"])
            answer = CognitoSyncResponse(self._settings, origin).answer(message)
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers.items()))
        return [] if message.method == "HEAD" else [answer.body]


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if name in environ:
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _raw_path(environ: dict[str, Any]) -> str:
    """Return the path still percent-encoded: an encoded slash in an id is not a separator."""
    uri: str = environ["REQUEST_URI"]
    path = uri.partition("?")[0]
    if path.startswith(("http://", "https://")):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path or "/"


def _body(environ: dict[str, Any]) -> bytes:
    """Read the body, but no more than one byte above what the service accepts.

    Raises:
        OSError: if it is broken or cut short.
    """
    length = get_content_length(environ)
    if length is not None and length > MAX_BODY:
        return bytes(MAX_BODY + 1)
    try:
        body: bytes = get_input_stream(environ).read(MAX_BODY + 1)
    except ClientDisconnected as error:
        raise OSError("it is shorter than its Content-Length") from error
    if length is not None and len(body) < length:
        raise OSError("it is shorter than its Content-Length")
    return body


def _is_for_cognito_sync(environ: dict[str, Any], headers: dict[str, str]) -> bool:
    """Tell by the signature's scope, else by host, target header, path or envelope."""
    try:
        service = protocol.credential(Message("", "", "", environ["QUERY_STRING"], headers, b"")).service
    except CognitoSyncError:
        service = None
    if service == "cognito-sync":
        return True
    if service is not None and registration.service_at(f"https://{service}.us-east-1.amazonaws.com/") is not None:
        return False
    if headers.get("host", "").startswith("cognito-sync") or SERVICE_MARK in headers.get("x-amz-target", ""):
        return True
    path = _raw_path(environ)
    if path == "/identitypools" or path.startswith("/identitypools/"):
        return True
    return (
        path == "/"
        and "json" in headers.get("content-type", "")
        and "x-amz-target" not in headers
        and _is_envelope(environ)
    )


def _is_envelope(environ: dict[str, Any]) -> bool:
    try:
        body = _body(environ)
    except OSError:
        return True
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return SERVICE_MARK.encode() in body


def _bound_server(
    host: str, port: int, settings: Settings | None, ssl_context: SslContext | None, *, log: bool
) -> BaseWSGIServer:
    """Bind first, then build: a port in use is an error at once.

    Raises:
        OSError: if the address cannot be bound or the certificate not be used, with a text that says which.
        RuntimeError: if moto's server extra is not installed.
    """
    registration.check()
    others, handler = registration.server_parts()
    if isinstance(ssl_context, tuple):
        ssl_context = _loaded(*ssl_context)
    with _listener(host, port) as listener:
        return make_server(
            host,
            port,
            Application(settings, others),
            threaded=True,
            request_handler=chunks.handler_for(handler, log=log),
            ssl_context=ssl_context,
            fd=listener.fileno(),
        )


def _loaded(certificate: str, key: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise OSError(
            f"cannot serve HTTPS with certificate {certificate} and key {key}: {error.strerror or error}"
        ) from error
    return context


def _listener(host: str, port: int) -> socket.socket:
    failure = f"cannot listen on {host}:{port}: "
    if isinstance(port, bool) or not isinstance(port, int):
        raise TypeError(f"port must be a whole number, not {port!r}")
    if port not in range(65536):
        raise OSError(f"{failure}a port is a number from 0 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except socket.gaierror as error:
        raise OSError(f"{failure}{error.strerror}") from error
    except OSError as error:
        # Lookups that fail may come as plain errors, too, with numbers of their own.
        known = error.errno is not None and error.errno > 0
        raise OSError(f"{failure}{os.strerror(error.errno or 0) if known else error.strerror or error}") from error


class CognitoSyncServer:
    """The mock as an HTTP server in a thread of this process, for any language and any SDK.

    Started while no mock and no other server is on, it begins empty; otherwise it serves the data that is there.

    Args:
        host: address to listen on.
        port: port to listen on; 0 picks a free one.
        ssl_context: None for HTTP; for HTTPS a context, a pair of certificate and key file, or ``"adhoc"``.
        **options: ``enforce_credentials`` and ``verify_references`` as of `cogsync_mock.options.Options`.
            Without any, the server follows the mock that is on in this process.

    Raises:
        TypeError: if an option is unknown or of the wrong type.
    """

    _running = 0

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, ssl_context: SslContext | None = None, **options: Any
    ) -> None:
        self.host = host
        self.port = port
        self._ssl_context = ssl_context
        for name in options.keys() & {"region_name", "passthrough", "config"}:
            raise TypeError(f"the option {name!r} says nothing to a server: its clients name their region and endpoint")
        checked = Options.of(options)
        self._settings = Settings(checked.enforce_credentials, checked.verify_references) if options else None
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint_url(self) -> str:
        """What clients take as their ``endpoint_url``.

        Raises:
            RuntimeError: if the server is not running.
        """
        if self._server is None:
            raise RuntimeError(
                "the server is not running: call start() first, or use `with CognitoSyncServer() as server:`"
            )
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._ssl_context else 'http'}://{host}:{self._server.port}"

    def start(self) -> CognitoSyncServer:
        """Listen and serve in the background.

        Raises:
            OSError: if the address is in use or cannot be bound.
            RuntimeError: if it is running already, or moto's server extra is not installed.
        """
        if self._server is not None:
            raise RuntimeError(f"the server is running already, at {self.endpoint_url}: call stop() first")
        self._server = _bound_server(self.host, self.port, self._settings, self._ssl_context, log=False)
        if not CognitoSyncServer._running and not registration.mock_is_active():
            registration.reset_all_services()
        CognitoSyncServer._running += 1
        completion.install(for_server=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="cogsync-mock", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening.

        Raises:
            RuntimeError: if the server is not running.
        """
        if self._server is None or self._thread is None:
            raise RuntimeError("stop() was called on a server that is not running: call start() first")
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None
        CognitoSyncServer._running -= 1
        completion.remove(for_server=True)

    def reset(self) -> None:
        """Forget all data of all services."""
        registration.reset_all_services()

    def __enter__(self) -> CognitoSyncServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def main(argv: list[str] | None = None) -> int:
    """Run the server in the foreground until SIGINT or SIGTERM. Returns the exit status."""
    arguments = _parser().parse_args(argv)
    if bool(arguments.ssl_cert) != bool(arguments.ssl_key):
        _parser().error("--ssl-cert and --ssl-key belong together")
    ssl_context: SslContext | None = "adhoc" if arguments.ssl else None
    if arguments.ssl_cert:
        ssl_context = (arguments.ssl_cert, arguments.ssl_key)
    settings = Settings(not arguments.no_enforce_credentials, arguments.verify_references)
    try:
        server = _bound_server(arguments.host, arguments.port, settings, ssl_context, log=True)
    except (OSError, RuntimeError) as error:
        print(f"cogsync-mock: {error}", file=sys.stderr)
        return 1

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # `shutdown` waits for the loop that this very thread runs, so it must not be called from here.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    scheme = "https" if ssl_context else "http"
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"cogsync-mock listens on {scheme}://{host}:{server.port} (Ctrl+C to stop)", flush=True)
    completion.install(for_server=True)
    server.serve_forever(0.02)
    completion.remove(for_server=True)
    server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cogsync-mock", description="Amazon Cognito Sync and all of moto's services, as a local server."
    )
    parser.add_argument("-H", "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "-p", "--port", type=int, default=5000, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    secure = parser.add_mutually_exclusive_group()
    secure.add_argument("-s", "--ssl", action="store_true", help="serve HTTPS with a certificate made on the spot")
    secure.add_argument("-c", "--ssl-cert", metavar="FILE", help="serve HTTPS with this certificate")
    parser.add_argument("-k", "--ssl-key", metavar="FILE", help="private key of the certificate")
    parser.add_argument("--no-enforce-credentials", action="store_true", help="let every key call every operation")
    parser.add_argument(
        "--verify-references",
        action="store_true",
        help="refuse roles, applications, streams and functions that do not exist here",
    )
    return parser
