"""A running server and simple things to do with it, for the tests of this folder."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from data import PUSH_SYNC

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPE = "AWS4-HMAC-SHA256 Credential=key/20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
KEYS: dict[str, Any] = {
    "aws_access_key_id": "key",
    "aws_secret_access_key": "secret",
    "region_name": "us-east-1",
    "config": Config(retries={"max_attempts": 0}),
}


def use(endpoint_url: str, **kwargs: Any) -> str:
    """Create a pool, set and read its configuration."""
    identity = boto3.client("cognito-identity", endpoint_url=endpoint_url, **KEYS, **kwargs)
    pool_id: str = identity.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=False)[
        "IdentityPoolId"
    ]
    client = boto3.client("cognito-sync", endpoint_url=endpoint_url, **KEYS, **kwargs)
    client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=PUSH_SYNC)
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC
    return pool_id


def send(url: str, method: str, path: str, content: Any = None, **headers: str) -> tuple[int, Any]:
    """Ask a control route, with bytes as they are and other content as JSON; return the status and what JSON said."""
    body = content if isinstance(content, (bytes, type(None))) else json.dumps(content).encode()
    request = urllib.request.Request(f"{url}/cogsync-api{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@contextmanager
def command(*arguments: str, stderr: Any = subprocess.PIPE) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command line; give the process and the URL it says it listens on."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "cogsync_mock", *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"cogsync-mock listens on (https?://\S+:\d+) \(Ctrl\+C to stop\)\n", line)
        assert found, (line, process.stderr and process.stderr.read())
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def exchange(port: int, sent: bytes, *, half_close: bool = True) -> bytes:
    """Send these bytes, and return all that comes until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        if half_close:
            with suppress(OSError):  # it may have ended the connection already
                connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))
