"""P4, P4b: requests per second of the server over those of moto's own, by one raw client.

The client sends each request in one packet, reads the answer by its Content-Length, and keeps the connection where the
server lets it. Both servers write their logs as they do by default, to a file that nobody reads.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from _paired import paired

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS, CALLS = 80, 25
SCOPE = "AWS4-HMAC-SHA256 Credential=FOOBARKEY/20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class RawClient:
    """Sends the same request again and again.

    Args:
        port: of the server, on this machine.
        request: its bytes.
    """

    def __init__(self, port: int, request: bytes) -> None:
        self._port = port
        self._request = request
        self._connection: socket.socket | None = None
        self.connections = 0

    def __call__(self) -> bytes:
        """Send it; return the body of the answer."""
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self._port))
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
        self._connection.sendall(self._request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._received()
        head, body = received[:end], received[end + 4 :]
        length = int(_LENGTH.search(head)[1])  # type: ignore[index]  # both servers state it
        while len(body) < length:
            body += self._received()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(received.decode())
        if b"connection: close" in head.lower():
            self._connection.close()
            self._connection = None
        return body

    def _received(self) -> bytes:
        assert self._connection is not None  # noqa: S101  # the type checker cannot see it
        received = self._connection.recv(65536)
        if not received:
            raise RuntimeError("the server closed the connection in the middle of an answer")
        return received


def request(method: str, path: str, service: str, target: str = "", content: Any = None) -> bytes:
    """Return a signed request as bytes."""
    body = b"" if content is None else json.dumps(content).encode()
    headers = {"Host": "localhost", "Authorization": SCOPE.format(service), "X-Amz-Date": "20261123T000000Z"}
    if target:
        headers |= {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    if body:
        headers["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def identity_request(operation: str, content: Any) -> bytes:
    """Return a request to cognito-identity."""
    return request("POST", "/", "cognito-identity", f"AWSCognitoIdentityService.{operation}", content)


def start(stack: ExitStack, *command: str) -> int:
    """Start a server; return its port when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return port
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{' '.join(command)} does not answer")
        time.sleep(0.05)


def table(name: str, ours: Callable[[], object], theirs: Callable[[], object], bar: float, aim: float) -> bool:
    """Measure, print; return whether the bar holds."""
    pairs = paired(ours, theirs, rounds=ROUNDS, calls=CALLS, clock=time.perf_counter)
    ratios = sorted(other / one for one, other in pairs)
    ratio = ratios[len(ratios) // 2]
    print(f"\n{name}")
    for label, seconds in (("cogsync-mock", [pair[0] for pair in pairs]), ("moto_server", [pair[1] for pair in pairs])):
        ordered = sorted(seconds)
        rates = [1 / ordered[-1], 1 / ordered[len(ordered) // 2], 1 / ordered[0]]
        print(f"  {label + ' [requests/s]':44}" + "".join(f"{rate:10.0f}" for rate in rates))
    print(f"  {'ratio of neighbours':44}{ratios[0]:10.2f}{ratio:10.2f}{ratios[-1]:10.2f}")
    print(f"  bar >= {bar}, aim {aim}: {'holds' if ratio >= bar else 'MISSED'}")
    return ratio >= bar


def main() -> int:
    """Measure and print."""
    with ExitStack() as stack:
        ours, motos = start(stack, "cogsync_mock"), start(stack, "moto.server")
        pools = {}
        for port in (ours, motos):
            created = RawClient(port, identity_request("CreateIdentityPool", POOL))()
            pools[port] = json.loads(created)["IdentityPoolId"]
        describe = {
            port: RawClient(port, identity_request("DescribeIdentityPool", {"IdentityPoolId": pool_id}))
            for port, pool_id in pools.items()
        }
        get = RawClient(ours, request("GET", f"/identitypools/{pools[ours]}/configuration", "cognito-sync"))
        holds = table("P4: GetIdentityPoolConfiguration over DescribeIdentityPool", get, describe[motos], 5, 8)
        holds &= table("P4b: DescribeIdentityPool over the same", describe[ours], describe[motos], 1.3, 2)
    return 0 if holds else 1


POOL = {"IdentityPoolName": "game", "AllowUnauthenticatedIdentities": True}

if __name__ == "__main__":
    sys.exit(main())
