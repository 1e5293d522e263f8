"""Requests that no client should send: broken, cut, oversized, pipelined, mutated; the same ones for the same seed."""

from __future__ import annotations

import json
import random
import re
import socket
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SCOPE = "AWS4-HMAC-SHA256 Credential=key/20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
NOBODY = "us-east-1:00000000-0000-0000-0000-000000000000"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
#: The service lacks the operation; it says so, and no SDK asks again.
NOT_IMPLEMENTED = 501

TARGETS = {
    "cognito-sync": "com.amazonaws.cognito.sync.model.AWSCognitoSyncService.",
    "cognito-identity": "AWSCognitoIdentityService.",
    "dynamodb": "DynamoDB_20120810.",
    "kinesis": "Kinesis_20131202.",
    "sqs": "AmazonSQS.",
}
OPERATIONS = {
    "cognito-sync": ["ListDatasets", "UpdateRecords", "SetIdentityPoolConfiguration", "DescribeDataset"],
    "cognito-identity": ["DescribeIdentityPool", "GetId", "ListIdentities", "GetCredentialsForIdentity"],
    "dynamodb": ["PutItem", "GetItem", "Query", "DescribeTable", "BatchGetItem"],
    "kinesis": ["PutRecord", "DescribeStream", "GetShardIterator"],
    "sqs": ["SendMessage", "GetQueueUrl", "ReceiveMessage"],
    "sns": ["Publish", "Subscribe", "GetTopicAttributes"],
    "iam": ["GetUser", "GetRole", "ListPolicies"],
    "sts": ["GetCallerIdentity", "AssumeRole"],
}
PATHS = {
    "cognito-sync": [
        f"/identitypools/{NOBODY}/configuration",
        f"/identitypools/{NOBODY.replace(':', '%3A')}/identities/{NOBODY}/datasets",
        f"/identitypools/{NOBODY}/identities/{NOBODY}/datasets/a/records?lastSyncCount=1",
        "/identitypools?maxResults=2",
    ],
    "s3": ["/nobodys-bucket/key", "/nobodys-bucket?list-type=2", "/nobodys-bucket/a%2Fb?uploads", "/"],
    "lambda": ["/2015-03-31/functions", "/2015-03-31/functions/none/invocations", "/2015-03-31/functions/none"],
}
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    2**70,
    1.5,
    "",
    "a",
    "ä\U0001f600\x00",
    "x" * 2000,
    [],
    [None],
    {},
    {"a": {}},
    NOBODY,
]
MEMBERS = [
    "IdentityPoolId", "IdentityId", "DatasetName", "RecordPatches", "SyncSessionToken", "PushSync", "CognitoStreams",
    "TableName", "Key", "Item", "KeyConditionExpression", "RequestItems", "StreamName", "Data", "PartitionKey",
    "ShardIteratorType", "QueueUrl", "QueueName", "MessageBody", "MaxNumberOfMessages", "Logins", "MaxResults",
    "TopicArn", "Message", "Protocol", "Endpoint", "UserName", "RoleName", "RoleArn", "RoleSessionName",
]  # fmt: skip


class Fuzzer:
    """Makes requests, sends them, and keeps what came back that should not have.

    Args:
        port: of the server, on this machine.
        seed: the same seed makes the same requests.
    """

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._random = random.Random(seed)  # noqa: S311  # it must be repeatable
        self.bad: list[tuple[bytes, bytes]] = []
        self.statuses: dict[int, int] = {}

    def run(self, requests: int) -> None:
        """Send so many requests."""
        kinds: list[Callable[[], bytes]] = [
            self.valid, self.valid, self.mutated, self.mutated, self.noise, self.cut, self.lying, self.chunked,
            self.piled,
        ]  # fmt: skip
        for _ in range(requests):
            self._send(self._random.choice(kinds)())

    # ------------------------------------------------------------------------------ kinds

    def valid(self) -> bytes:
        """Well-formed HTTP; what it asks for may be nonsense."""
        service = self._random.choice([*OPERATIONS, *PATHS])
        in_path = service in PATHS and (service not in OPERATIONS or self._random.random() < 0.5)
        headers = {"Host": "localhost", "Authorization": SCOPE.format(service)}
        method, path, body = "POST", "/", b""
        if in_path:
            method = self._random.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
            path = self._random.choice(PATHS[service])
            body = b"" if method in {"GET", "HEAD"} else self._json()
        else:
            operation = self._random.choice([*OPERATIONS[service], "Nonsense"])
            if service in TARGETS:
                headers["X-Amz-Target"] = TARGETS[service] + operation
                headers["Content-Type"] = "application/x-amz-json-1.1"
                body = self._json()
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                pairs = [f"{name}={self._random.choice(['', 'a', '%00', '%FF', '1'])}" for name in self._some_members()]
                body = "&".join([f"Action={operation}", *pairs]).encode()
        if body or self._random.random() < 0.2:
            headers["Content-Length"] = str(len(body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path} HTTP/1.{self._random.choice('1110')}\r\n{lines}\r\n".encode() + body

    def mutated(self) -> bytes:
        """Bytes of it changed, removed, doubled."""
        request = bytearray(self.valid())
        for _ in range(self._random.randint(1, 6)):
            place = self._random.randrange(len(request))
            kind = self._random.randrange(4)
            if kind == 0:
                request[place] = self._random.randrange(256)
            elif kind == 1:
                del request[place : place + self._random.randint(1, 20)]
            elif kind == 2:
                request[place:place] = self._random.randbytes(self._random.randint(1, 8))
            else:
                request[place:place] = request[place : place + 40]
            request = request or bytearray(b"\r\n")
        return bytes(request)

    def noise(self) -> bytes:
        """Nothing like HTTP, or like another HTTP."""
        return self._random.choice(
            [
                self._random.randbytes(self._random.randint(1, 300)),
                b"\r\n" * self._random.randint(1, 50),
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01\x00" + self._random.randbytes(60),
                b"GET / HTTP/3.0\r\n\r\n",
                b"GET /\r\n\r\n",
                b"GET " + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
                b"GET / HTTP/1.1\r\n" + b"X" * 70_000,
                b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
                b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
                b"GET http://[::1 HTTP/1.1\r\nHost: [\r\n\r\n",
                b"GET //////%00%FF%2e%2e/ HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
            ]
        )

    def cut(self) -> bytes:
        """A request that ends early."""
        request = self.valid()
        return request[: self._random.randrange(len(request))]

    def lying(self) -> bytes:
        """A length that is not true."""
        length = self._random.choice(
            ["-1", "99999999999", "99999999999999999999", "1e3", "0x10", "50", "", "+5", "1, 2"]
        )
        service = self._random.choice(list(PATHS))
        head = f"PUT {self._random.choice(PATHS[service])} HTTP/1.1\r\nAuthorization: {SCOPE.format(service)}\r\n"
        return f"{head}Host: x\r\nContent-Length: {length}\r\n\r\nabc".encode()

    def chunked(self) -> bytes:
        """Chunks that are broken, or not."""
        service = self._random.choice(list(PATHS))
        head = f"PUT {self._random.choice(PATHS[service])} HTTP/1.1\r\nAuthorization: {SCOPE.format(service)}\r\n"
        bodies = [
            "3\r\nabc\r\n0\r\n\r\n",
            "FFFFFFFF\r\nab",
            "3\r\nabcdef\r\n",
            "zz\r\n",
            "-1\r\n",
            "\r\n",
            "1;" + "e" * 5000,
        ]
        bodies += ["3\r\nabc\r\n0\r\nTrailer: a\r\n\r\n", "80000000000000000\r\n", "0\r\n" + "T: a\r\n" * 20_000]
        coding = self._random.choice(["chunked", "chunked", "chunked", "gzip, chunked", "identity"])
        return f"{head}Host: x\r\nTransfer-Encoding: {coding}\r\n\r\n{self._random.choice(bodies)}".encode()

    def piled(self) -> bytes:
        """Several requests in one packet, the last perhaps broken."""
        kinds = [self.valid, self.valid, self.mutated, self.noise, self.cut]
        return b"".join(self._random.choice(kinds)() for _ in range(self._random.randint(2, 5)))

    def _json(self) -> bytes:
        if self._random.random() < 0.1:
            return self._random.choice([b"", b"[]", b"{", b"null", b'"a"', b"[" * 5000, b"\xff", b'{"a":1}x', b"1"])
        return json.dumps({name: self._random.choice(VALUES) for name in self._some_members()}).encode()

    def _some_members(self) -> list[str]:
        return self._random.sample(MEMBERS, self._random.randint(0, 6))

    # ---------------------------------------------------------------------------- sending

    def _send(self, request: bytes) -> None:
        received = b""
        with socket.create_connection(("127.0.0.1", self._port), timeout=20) as connection:
            try:
                manner = self._random.randrange(10)
                connection.sendall(request)
                if manner == 0:
                    return  # gone without waiting
                if manner == 1:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return  # gone with a reset
                connection.shutdown(socket.SHUT_WR)
                while more := connection.recv(65536):
                    received += more
            except TimeoutError:
                self.bad.append((request, b"no answer and no end within 20 seconds: " + received))
            except OSError:
                pass  # the server ended it first
        statuses = [int(status) for status in _STATUS.findall(received)]
        for status in statuses:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        if any(status >= 500 and status != NOT_IMPLEMENTED for status in statuses):
            self.bad.append((request, received))
