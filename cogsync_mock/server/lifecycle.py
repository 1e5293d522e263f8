"""Starting and stopping: `CognitoSyncServer`, and what it shares with the command line."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cogsync_mock.aws.interception import served_ports
from cogsync_mock.cognitoidentity.patches import patches
from cogsync_mock.cognitosync.settings import Settings
from cogsync_mock.integrations.motoserver import MotoServer
from cogsync_mock.options import Options
from cogsync_mock.runtime import moto_seam
from cogsync_mock.snapshots import snapshot

from .access_log import AccessLog
from .app import Application
from .call_log import servers
from .connections import Limits, Server
from .control import Control
from .origins import Origins
from .state_file import StateFile, load_state
from .tools import Tools

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

    SslContext = ssl.SSLContext | tuple[str, str | None] | Literal["adhoc"]


@dataclass(frozen=True)
class ServerOptions:
    """What both the command line and `CognitoSyncServer` decide.

    Args:
        settings: how strictly cognito-sync behaves; None: as the mock that is on in this process says.
        ssl_context: None for HTTP; for HTTPS a context, a pair of certificate and key file, or ``"adhoc"``.
        allow_origin: origins that may use the control routes beside the server's own.
        load: a file with the state to begin with, None for an empty one.
        save: the file that the state is written to at the end and on request, None for none.
        log: what is said of requests.
    """

    settings: Settings | None = None
    ssl_context: SslContext | None = None
    allow_origin: Collection[str] = ()
    load: str | None = None
    save: str | None = None
    log: AccessLog = field(default_factory=lambda: AccessLog(quiet=True))


class BoundServer:
    """A server that has its address, and what is switched on while it serves.

    Args:
        server: what accepts connections.
        tools: what its control routes work with.
        options: as it was asked for.
    """

    def __init__(self, server: Server, tools: Tools, options: ServerOptions) -> None:
        self.port = server.port
        self.serve = server.serve
        self.stop = server.stop
        self._tools = tools
        self._options = options

    def open(self) -> None:
        """Switch on what moto's services lack, and the log, unless a mock has one."""
        served_ports.add(self.port)
        patches.install(for_server=True)
        servers.begin()

    def close(self) -> None:
        """Switch it off again, and save the state if that was asked for.

        Raises:
            OSError: if it cannot be saved.
        """
        served_ports.discard(self.port)
        self._tools.close()
        servers.end()
        patches.remove(for_server=True)
        if self._options.save is not None:
            StateFile(self._options.save).save(snapshot())

    def reset(self) -> None:
        """Forget all data of all services, all faults and all calls."""
        self._tools.reset()


def bind_server(host: str, port: int, options: ServerOptions) -> BoundServer:
    """Bind first, then build: a port in use is an error at once.

    Raises:
        OSError: if the address cannot be bound or a file not be used, with a text that says which.
        RuntimeError: if moto's server extra is not installed.
        ValueError: if an origin is none, or what is to be loaded is no state.
    """
    moto_seam.check()
    tls = _tls(options.ssl_context)
    scheme = "http" if tls is None else "https"
    origins = Origins(scheme, host, options.allow_origin)
    state_file = None if options.save is None else StateFile(options.save)
    listener = _listener(host, port)
    try:
        if options.load is not None:
            load_state(options.load)
        others = MotoServer(scheme, host, listener.getsockname()[1])
        tools = Tools()
        control = Control(scheme, tools, state_file)
        application = Application(options.settings, others, control, origins, options.log, scheme)
        return BoundServer(Server(listener, application, tls, Limits()), tools, options)
    except BaseException:
        listener.close()
        raise


def _tls(given: SslContext | None) -> ssl.SSLContext | None:
    if isinstance(given, tuple):
        return _loaded(*given)
    if given == "adhoc":
        from werkzeug.serving import generate_adhoc_ssl_context

        return generate_adhoc_ssl_context()
    return given


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


# What makes sense for clients in this process only.
_OF_CLIENTS = {
    "region_name",
    "passthrough",
    "assert_all_requests_mocked",
    "assert_all_faults_used",
    "retry_delays",
    "config",
}


class CognitoSyncServer:
    """The mock as an HTTP server in a thread of this process, for any language and any SDK.

    Started while no mock and no other server is on, it begins empty; otherwise it serves the data that is there.

    Args:
        host: address to listen on.
        port: port to listen on; 0 picks a free one.
        ssl_context: None for HTTP; for HTTPS a context, a pair of certificate and key file, or ``"adhoc"``.
        allow_origin: origins of web pages, such as ``https://app.example.com``, that may use the control routes.
        **options: ``enforce_credentials``, ``verify_references`` and ``enforce_roles`` as of
            `cogsync_mock.options.Options`.
            Without any, the server follows the mock that is on in this process.

    Raises:
        TypeError: if an option is unknown or of the wrong type.
    """

    _running = 0

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        ssl_context: SslContext | None = None,
        allow_origin: Collection[str] = (),
        **options: Any,
    ) -> None:
        self.host = host
        self.port = port
        self._ssl_context = ssl_context
        self._allow_origin = allow_origin
        for name in options.keys() & _OF_CLIENTS:
            raise TypeError(f"the option {name!r} says nothing to a server: its clients name their region and endpoint")
        checked = Options.from_kwargs(options)
        flags = (checked.enforce_credentials, checked.verify_references, checked.enforce_roles)
        self._settings = Settings(*flags) if options else None
        self._server: BoundServer | None = None
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
        self._server = bind_server(
            self.host, self.port, ServerOptions(self._settings, self._ssl_context, self._allow_origin)
        )
        if not CognitoSyncServer._running and not moto_seam.mock_is_active():
            moto_seam.reset_all_services()
        CognitoSyncServer._running += 1
        self._server.open()
        self._thread = threading.Thread(target=self._server.serve, name="cogsync-mock", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening.

        Raises:
            RuntimeError: if the server is not running.
        """
        if self._server is None or self._thread is None:
            raise RuntimeError("stop() was called on a server that is not running: call start() first")
        server, self._server = self._server, None
        server.stop()
        self._thread.join()
        self._thread = None
        CognitoSyncServer._running -= 1
        server.close()

    def reset(self) -> None:
        """Forget all data of all services, all faults and all calls."""
        if self._server is None:
            moto_seam.reset_all_services()
        else:
            self._server.reset()

    def __enter__(self) -> CognitoSyncServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
