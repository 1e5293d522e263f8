"""The command ``cogsync-mock``: the server in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

from cogsync_mock.cognitoidentity.patches import patches
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
    ssl_context: SslContext | None = "adhoc" if arguments.ssl else None
    if arguments.ssl_cert:
        ssl_context = (arguments.ssl_cert, arguments.ssl_key)
    settings = Settings(not arguments.no_enforce_credentials, arguments.verify_references)
    try:
        server = bind_server(
            arguments.host, arguments.port, ServerOptions(settings, ssl_context, log=AccessLog())
        )
    except (OSError, RuntimeError) as error:
        print(f"cogsync-mock: {error}", file=sys.stderr)
        return 1

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    scheme = "https" if ssl_context else "http"
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"cogsync-mock listens on {scheme}://{host}:{server.port} (Ctrl+C to stop)", flush=True)
    patches.install(for_server=True)
    server.serve()
    patches.remove(for_server=True)
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
