"""Connections: kept for all services, bounded, and none of them able to hold up the others or the end."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from running import KEYS, SCOPE, command, exchange, port_of, use

from cogsync_mock import CognitoSyncServer
from cogsync_mock.aws.http import HttpResponse
from cogsync_mock.server import app, lifecycle
from cogsync_mock.server.connections import Limits
from cogsync_mock.server.http1 import Head, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST_POOLS = f"GET /identitypools HTTP/1.1\r\nHost: x\r\nAuthorization: {SCOPE.format('cognito-sync')}\r\n\r\n".encode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with CognitoSyncServer() as server:
        yield port_of(server.endpoint_url)


@pytest.fixture
def short_of_places(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with places for five clients, which must send their headers within half a second."""
    monkeypatch.setattr(lifecycle, "Limits", lambda: Limits(connections=5, head_seconds=0.5))
    with CognitoSyncServer() as server:
        yield port_of(server.endpoint_url)


def put(path: str, headers: str, body: bytes = b"", *, service: str = "s3") -> bytes:
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {SCOPE.format(service)}\r\n{headers}\r\n\r\n"
    return head.encode() + body


class TestKept:
    @pytest.mark.parametrize(
        ("method", "path", "service", "status"),
        [
            ("GET", "/identitypools", "cognito-sync", 200),
            ("GET", "/identitypools/nobody/configuration", "cognito-sync", 400),
            ("GET", "/", "s3", 200),
            ("GET", "/nobodys-bucket", "s3", 404),
            ("HEAD", "/nobodys-bucket", "s3", 404),
            ("GET", "/2015-03-31/functions/", "lambda", 200),
            ("GET", "/moto-api/data.json", "s3", 200),
            ("GET", "/cogsync-api/health", "s3", 200),
            ("OPTIONS", "/identitypools", "cognito-sync", 200),
        ],
    )
    def test_a_connection_serves_request_after_request(
        self, port: int, method: str, path: str, service: str, status: int
    ) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        sockets = set()
        for _ in range(3):
            connection.request(method, path, headers={"Authorization": SCOPE.format(service)})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
            sockets.add(id(connection.sock))
        assert len(sockets) == 1
        assert connection.sock is not None
        connection.close()

    def test_requests_in_one_packet_are_answered_in_their_order(self, port: int) -> None:
        received = exchange(port, LIST_POOLS + put("/nobodys-bucket/key", "Content-Length: 3", b"abc") + LIST_POOLS)
        assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"404", b"200"]

    def test_clients_that_do_not_keep_their_connection_see_its_end(self, port: int) -> None:
        for request, kept in [
            (LIST_POOLS.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), False),
            (LIST_POOLS.replace(b"HTTP/1.1", b"HTTP/1.0"), False),
            (LIST_POOLS.replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\nConnection: Keep-Alive\r\n"), True),
        ]:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(request)
                head = connection.recv(65536)
                assert (b"Connection: close" in head, b"Connection: keep-alive" in head) == (not kept, kept)
                connection.settimeout(0.2 if kept else 10)
                if kept:
                    with pytest.raises(TimeoutError):
                        connection.recv(1)
                else:
                    assert connection.recv(1) == b""


class TestRequests:
    def test_the_body_is_called_for_once(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(put("/nobodys-bucket/key", "Expect: 100-continue\r\nContent-Length: 3"))
            assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(b"abc")
            assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")

    def test_a_body_that_is_there_already_is_not_called_for(self, port: int) -> None:
        received = exchange(port, put("/nobodys-bucket/key", "Expect: 100-continue\r\nContent-Length: 3", b"abc"))
        assert received.startswith(b"HTTP/1.1 404 ")

    def test_chunks_are_put_together(self, port: int) -> None:
        exchange(port, put("/chunks", "Content-Length: 0"))
        chunks = b"4\r\nwhat\r\n6;name=value\r\never\r\n\r\n0\r\nTrailer: ignored\r\n\r\n"
        received = exchange(port, put("/chunks/key", "Transfer-Encoding: chunked", chunks) + get("/chunks/key"))
        assert received.endswith(b"\r\n\r\nwhatever\r\n")

    def test_metadata_keep_the_underscores_of_their_names(self, port: int) -> None:
        import moto

        if tuple(map(int, moto.__version__.split(".")[:3])) < (5, 2, 5):
            pytest.skip(f"moto {moto.__version__} drops them itself")
        exchange(port, put("/underscores", "Content-Length: 0"))
        given = "X-Amz-Meta-a_b: 1\r\nX-Amz-Meta-c-d: 2\r\nContent-Length: 0"
        received = exchange(port, put("/underscores/key", given) + get("/underscores/key")).lower()
        assert b"x-amz-meta-a_b: 1\r\n" in received
        assert b"x-amz-meta-c-d: 2\r\n" in received

    def test_keys_keep_what_was_encoded_in_them(self, port: int) -> None:
        exchange(port, put("/encoded", "Content-Length: 0"))
        for key in ("a%2Fb", "a//b", "%E2%82%AC", "a+b%20c%25"):
            received = exchange(port, put(f"/encoded/{key}", "Content-Length: 1", b"1") + get(f"/encoded/{key}"))
            assert received.endswith(b"\r\n\r\n1"), key

    def test_a_head_request_gets_the_length_and_no_body(self, port: int) -> None:
        exchange(port, put("/heads", "Content-Length: 0") + put("/heads/key", "Content-Length: 7", b"content"))
        received = exchange(port, get("/heads/key").replace(b"GET", b"HEAD"))
        assert b"\r\ncontent-length: 7\r\n" in received.lower()
        assert received.endswith(b"\r\n\r\n")

    @pytest.mark.parametrize("colon", [":", "%3A", "%3a", "%253A"])
    def test_ids_are_understood_however_often_they_were_encoded(self, port: int, colon: str) -> None:
        pool_id = use(f"http://127.0.0.1:{port}")
        path = f"/identitypools/{pool_id.replace(':', colon)}/configuration"
        received = exchange(port, LIST_POOLS.replace(b"/identitypools", path.encode()))
        assert received.startswith(b"HTTP/1.1 200 ")
        assert pool_id.encode() in received

    def test_an_empty_object_may_come_with_a_get(self, port: int) -> None:
        request = LIST_POOLS.replace(b"\r\n\r\n", b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        assert exchange(port, request).startswith(b"HTTP/1.1 200 ")

    def test_a_target_may_be_a_whole_url(self, port: int) -> None:
        request = LIST_POOLS.replace(b"/identitypools", b"http://cognito-sync.us-east-1.amazonaws.com/identitypools")
        assert exchange(port, request).startswith(b"HTTP/1.1 200 ")


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {SCOPE.format('s3')}\r\n\r\n".encode()


class TestRejected:
    @pytest.mark.parametrize(
        ("request_bytes", "status", "sentence"),
        [
            (b"GET /\r\n\r\n", 400, b"The first line is not"),
            (b"GET / HTTP/3\r\n\r\n", 400, b"The first line is not"),
            (b"G\x00T / HTTP/1.1\r\n\r\n", 400, b"The first line is not"),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, b"A header is not `Name: value`"),
            (b"GET / HTTP/1.1\r\nName : value\r\n\r\n", 400, b"A header is not `Name: value`"),
            (b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n", 400, b"A header has a control character"),
            (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, b"There is more than one header 'host'"),
            (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, b"more than one header"),
            (b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, b"The Content-Length is not a number: '-1'"),
            (b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400, b"is `chunked`"),
            (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, b"not both"),
            (b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", 431, b"longer than 65,536 bytes"),
            (b"GET / HTTP/1.1\r\nA: b", 400, b"ended in the middle of the headers"),
        ],
    )
    def test_what_is_no_request(self, port: int, request_bytes: bytes, status: int, sentence: bytes) -> None:
        received = exchange(port, request_bytes)
        assert received.startswith(b"HTTP/1.1 %d " % status)
        assert sentence in received
        assert b"Connection: close" in received

    @pytest.mark.parametrize(("service", "limit"), [("cognito-sync", 10), ("s3", 256), ("sqs", 256)])
    @pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
    def test_a_body_over_the_limit_is_rejected_before_it_is_sent(
        self, port: int, service: str, limit: int, expect: str
    ) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            length = limit * 1024 * 1024 + 1
            connection.sendall(put("/a/b", f"{expect}Content-Length: {length}", service=service))
            assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")

    def test_clients_of_boto3_can_read_why(self, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(app, "MAX_BODY_OF_OTHERS", 1000)
        for service, operation, parameters, code in [
            ("s3", "put_object", {"Bucket": "aaa", "Key": "b", "Body": b"a" * 2000}, "EntityTooLarge"),
            ("sqs", "send_message", {"QueueUrl": "q", "MessageBody": "a" * 2000}, "RequestEntityTooLargeException"),
            ("sns", "publish", {"TopicArn": "t", "Message": "a" * 2000}, "RequestEntityTooLargeException"),
        ]:
            client = boto3.client(service, endpoint_url=f"http://127.0.0.1:{port}", **KEYS)
            with pytest.raises(ClientError, match=code) as caught:
                getattr(client, operation)(**parameters)
            assert "longer than the 1,000 bytes that are accepted" in str(caught.value)

    def test_chunks_over_the_limit_are_rejected_before_they_are_sent(self, port: int) -> None:
        received = exchange(port, put("/a/b", "Transfer-Encoding: chunked", b"FFFFFFFF\r\nabc"), half_close=False)
        assert received.startswith(b"HTTP/1.1 413 ")
        assert b"longer than the 268,435,456 bytes that are accepted" in received

    def test_an_answer_has_as_many_headers_as_it_was_given(self) -> None:
        answer = HttpResponse(200, {"Name": "value\r\nInjected: yes"}, b"")
        assert b"Name: value Injected: yes\r\n" in start_of(answer, Head("GET", "/", "HTTP/1.1"), keep=True)


class TestOtherProtocols:
    def test_http_2_is_told_to_use_http_1(self, port: int) -> None:
        received = exchange(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        http_1_1_required = b"\x07\0\0\0\0\0" + b"\0\0\0\0" + b"\0\0\0\x0d"
        assert http_1_1_required in received
        assert b"docs/server.md" in received

    def test_tls_at_the_port_of_http_is_an_alert_at_once(self, port: int) -> None:
        context = ssl.create_default_context()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="localhost")

    def test_https_keeps_connections_and_tells_those_who_speak_http(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with CognitoSyncServer(ssl_context="adhoc") as server:
            port = port_of(server.endpoint_url)
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
            for _ in range(3):
                connection.request("GET", "/identitypools", headers={"Authorization": SCOPE.format("cognito-sync")})
                answer = connection.getresponse()
                assert (answer.status, bool(answer.read())) == (200, True)
            assert connection.sock is not None
            connection.close()
            received = exchange(port, LIST_POOLS)
            assert received.startswith(b"HTTP/1.1 400 ")
            assert b"This port serves HTTPS: use https://" in received
            with suppress(ConnectionError):
                exchange(port, b"\x16\x03nonsense")
            assert exchange(port, LIST_POOLS)


class TestBounds:
    def test_silent_and_slow_clients_lose_their_place_to_others(self, short_of_places: int) -> None:
        with ExitStack() as stack:
            silent = [
                stack.enter_context(socket.create_connection(("127.0.0.1", short_of_places), timeout=10))
                for _ in range(20)
            ]
            silent[-1].sendall(b"GET / HTTP/1.1\r\nA: ")
            for _ in range(20):
                assert exchange(short_of_places, LIST_POOLS).startswith(b"HTTP/1.1 200 ")
            assert silent[0].recv(1) == b""

    def test_headers_must_arrive_in_time(self, short_of_places: int) -> None:
        received = exchange(short_of_places, b"GET / HTTP/1.1\r\nA: ", half_close=False)
        assert received.startswith(b"HTTP/1.1 408 ")
        assert b"did not arrive within 0.5 seconds" in received

    def test_stop_ends_open_connections_within_a_second(self) -> None:
        with ExitStack() as stack:
            before = set(threading.enumerate())
            server = CognitoSyncServer()
            port = port_of(server.start().endpoint_url)
            starts = [b"", b"GET / HTTP/1.1\r\nA: ", put("/a/b", "Content-Length: 100", b"abc"), LIST_POOLS]
            clients = []
            for start in starts:
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
                client.sendall(start)
                clients.append(client)
            assert clients[-1].recv(65536).startswith(b"HTTP/1.1 200 ")
            began = time.monotonic()
            server.stop()
            seconds = time.monotonic() - began
            assert all(client.recv(65536) == b"" for client in clients)
        assert seconds < 1
        assert set(threading.enumerate()) <= before

    def test_the_command_ends_within_a_second_with_open_connections(self) -> None:
        """The fastest of three counts: a busy machine may be slow, a server that waits for something always is."""
        seconds = []
        for _ in range(3):
            with command("-p", "0") as (process, url), socket.create_connection(("127.0.0.1", port_of(url))) as client:
                client.sendall(LIST_POOLS)
                assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
                began = time.monotonic()
                process.terminate()
                assert process.wait(5) == 0
                seconds.append(time.monotonic() - began)
            if seconds[-1] < 1:
                break
        assert min(seconds) < 1


def test_many_connections_lose_no_update_and_no_memory() -> None:
    """By night 200 connections and 100,000 requests; each adds 1 to a counter and tries again after a conflict."""
    connections = int(os.environ.get("COGSYNC_LOAD_CONNECTIONS", "20"))
    requests = int(os.environ.get("COGSYNC_LOAD_REQUESTS", "1000"))
    with command("-p", "0", "--quiet") as (process, url):
        identity = boto3.client("cognito-identity", endpoint_url=url, **KEYS)
        created = identity.create_identity_pool(IdentityPoolName="a", AllowUnauthenticatedIdentities=True)
        pool_id = created["IdentityPoolId"]
        person = identity.get_id(IdentityPoolId=pool_id)["IdentityId"]
        path = f"/identitypools/{pool_id}/identities/{person}/datasets/count/records".replace(":", "%3A")
        counters = [Counter(port_of(url), path, requests // connections) for _ in range(connections)]
        for counter in counters:
            counter.start()
        for counter in counters:
            counter.join()
        failures = [counter.failure for counter in counters if counter.failure]
        assert failures == []
        added = sum(counter.added for counter in counters)
        assert sum(counter.sent for counter in counters) >= requests
        records = counters[0].call("GET", path)[1]["Records"]
        for counter in counters:
            counter.close()
        assert int(records[0]["Value"]) == added > 0
        assert records[0]["SyncCount"] == added
        assert memory_of(process.pid) < 400


def memory_of(pid: int) -> float:
    """Return the megabytes that a process has in memory; 0 where that cannot be read."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123  # not a file of a folder
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
    except OSError:
        return 0.0


class Counter(threading.Thread):
    def __init__(self, port: int, path: str, requests: int) -> None:
        super().__init__()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._path = path
        self._requests = requests
        self.sent = self.added = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while self.sent < self._requests:
                self._add_one()
        except BaseException as error:  # noqa: BLE001  # the test shows it
            self.failure = error

    def _add_one(self) -> None:
        read = self.call("GET", self._path)[1]
        record = read["Records"][0] if read["Records"] else {"Value": "0", "SyncCount": 0}
        patch = {"Op": "replace", "Key": "n", "SyncCount": record["SyncCount"], "Value": str(int(record["Value"]) + 1)}
        body = {"SyncSessionToken": read["SyncSessionToken"], "RecordPatches": [patch]}
        status, answer = self.call("POST", self._path.removesuffix("/records"), body)
        assert status in {200, 409}, answer
        self.added += status == 200

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": SCOPE.format("cognito-sync"), "Content-Type": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        self.sent += 1
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())
