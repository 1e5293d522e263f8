"""The command ``cogsync-mock``: the server in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from cogsync_mock.cognitosync.settings import Settings

from .access_log import AccessLog
from .lifecycle import ServerOptions, bind_server

if TYPE_CHECKING:
    from types import FrameType

    from .lifecycle import SslContext


def main(argv: list[str] | None = None) -> int:
    """Run the server in the foreground until SIGINT or SIGTERM. Returns the exit status."""
    arguments = _parser().parse_args(argv)
    if bool(arguments.ssl_cert) != bool(arguments.ssl_key):
        _parser().error("--ssl-cert and --ssl-key belong together")
    options = _options(arguments)
    try:
        server = bind_server(arguments.host, arguments.port, options)
    except (OSError, RuntimeError, ValueError) as error:
        print(f"cogsync-mock: {error}", file=sys.stderr)
        return 1

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    scheme = "https" if arguments.ssl or arguments.ssl_cert else "http"
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"cogsync-mock listens on {scheme}://{host}:{server.port} (Ctrl+C to stop)", flush=True)
    server.open()
    server.serve()
    try:
        server.close()
    except OSError as error:
        print(f"cogsync-mock: could not save to {options.save}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


def _options(arguments: argparse.Namespace) -> ServerOptions:
    ssl_context: SslContext | None = "adhoc" if arguments.ssl else None
    if arguments.ssl_cert:
        ssl_context = (arguments.ssl_cert, arguments.ssl_key)
    return ServerOptions(
        Settings(not arguments.no_enforce_credentials, arguments.verify_references, arguments.enforce_roles),
        ssl_context,
        arguments.allow_origin,
        arguments.load,
        arguments.save,
        AccessLog(as_json=arguments.json_logs, quiet=arguments.quiet),
    )


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
    parser.add_argument(
        "--enforce-roles", action="store_true", help="give identities of pools without roles no credentials"
    )
    parser.add_argument(
        "--load", metavar="FILE", help="begin with the state that --save wrote there, or with the same as YAML"
    )
    parser.add_argument("--save", metavar="FILE", help="write the state to this file at the end and when asked to")
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let web pages of this origin use the control routes, such as https://app.example.com; may be repeated",
    )
    logs = parser.add_mutually_exclusive_group()
    logs.add_argument("--quiet", action="store_true", help="no line for each request")
    logs.add_argument("--json-logs", action="store_true", help="a JSON object for each request, instead of a line")
    versions = f"cogsync-mock {metadata.version('cogsync-mock')} (moto {metadata.version('moto')})"
    parser.add_argument("--version", action="version", version=versions)
    return parser
