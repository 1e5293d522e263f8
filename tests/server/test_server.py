"""The server: command line, class, and every service beside cognito-sync."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import boto3
import pytest
from data import PUSH_SYNC
from programs import python
from running import KEYS, command, use

from cogsync_mock import CognitoSyncServer, mock_cognito_sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TestCommand:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_says_where_it_listens_and_ends_within_a_second(self, number: int) -> None:
        """The fastest of three counts: a busy machine may be slow, a server that waits for something always is."""
        seconds = []
        for _ in range(3):
            port = free_port()
            with command("-H", "127.0.0.1", "-p", str(port)) as (process, url):
                assert url == f"http://127.0.0.1:{port}"
                use(url)
                start = time.monotonic()
                process.send_signal(number)
                assert process.wait(5) == 0
                seconds.append(time.monotonic() - start)
            if seconds[-1] < 1:
                break
        assert min(seconds) < 1

    def test_port_0_picks_a_free_one(self) -> None:
        with command("-p", "0") as (_, first), command("-p", "0") as (_, second):
            assert first != second
            use(first)
            use(second)

    def test_a_port_in_use_is_an_error_at_once(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            result = subprocess.run(
                [sys.executable, "-m", "cogsync_mock", "-p", str(port)],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        assert result.returncode == 1
        assert result.stdout == ""
        assert result.stderr == f"cogsync-mock: cannot listen on 127.0.0.1:{port}: Address already in use\n"

    def test_options(self) -> None:
        with command("-p", "0", "--verify-references") as (_, url):
            identity = boto3.client("cognito-identity", endpoint_url=url, **KEYS)
            pool_id = identity.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=False)[
                "IdentityPoolId"
            ]
            client = boto3.client("cognito-sync", endpoint_url=url, **KEYS)
            with pytest.raises(client.exceptions.InvalidParameterException, match="stream changes"):
                client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes"})

    def test_https_with_a_certificate_made_on_the_spot(self) -> None:
        with command("-p", "0", "--ssl") as (_, url):
            assert url.startswith("https://")
            with pytest.warns(Warning, match="Unverified HTTPS"):
                use(url, verify=False)

    def test_https_with_a_certificate_of_ones_own(self, tmp_path: Path) -> None:
        from werkzeug.serving import make_ssl_devcert

        certificate, key = make_ssl_devcert(str(tmp_path / "own"), host="localhost")
        with command("-H", "localhost", "-p", "0", "--ssl-cert", certificate, "--ssl-key", key) as (_, url):
            context = ssl.create_default_context(cafile=certificate)
            context.check_hostname = False  # werkzeug 3.0 makes certificates for *.localhost
            with urllib.request.urlopen(f"{url}/moto-api/data.json", context=context, timeout=10) as answer:
                assert answer.status == 200

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--ssl-cert", "x"], "--ssl-cert and --ssl-key belong together"),
            (["--ssl", "--ssl-cert", "x"], "not allowed with argument"),
            (["-p", "http"], "invalid int value: 'http'"),
        ],
    )
    def test_wrong_arguments(self, arguments: list[str], message: str) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "cogsync_mock", *arguments], capture_output=True, text=True, timeout=20, check=False
        )
        assert result.returncode == 2
        assert message in result.stderr

    def test_files_that_are_not_there(self) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "cogsync_mock", "-p", "0", "--ssl-cert", "none.pem", "--ssl-key", "none.key"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert "none.pem" in result.stderr


class TestClass:
    def test_start_stop_and_start_again(self) -> None:
        server = CognitoSyncServer()
        first = server.start().endpoint_url
        use(first)
        with pytest.raises(RuntimeError, match=f"running already, at {first}: call stop"):
            server.start()
        server.stop()
        with pytest.raises(RuntimeError, match="not running: call start"):
            server.stop()
        with pytest.raises(RuntimeError, match="not running: call start"):
            _ = server.endpoint_url
        with server:
            use(server.endpoint_url)

    def test_the_first_server_begins_empty(self) -> None:
        """In a process of its own: here, the fixture's server may be running."""
        code = """
            import boto3, sys
            from cogsync_mock import CognitoSyncServer
            def pools(url):
                identity = boto3.client("cognito-identity", "us-east-1", endpoint_url=url,
                                        aws_access_key_id="key", aws_secret_access_key="secret")
                identity.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=False)
                return len(identity.list_identity_pools(MaxResults=60)["IdentityPools"])
            with CognitoSyncServer() as one:
                print(pools(one.endpoint_url))
                with CognitoSyncServer() as other:
                    print(pools(other.endpoint_url))
            with CognitoSyncServer() as one:
                print(pools(one.endpoint_url))
        """
        assert python(code).split() == ["1", "2", "1"]

    def test_a_port_in_use_is_an_error_at_once(self) -> None:
        with CognitoSyncServer() as first:
            port = int(first.endpoint_url.rpartition(":")[2])
            with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
                CognitoSyncServer(port=port).start()
            use(first.endpoint_url)

    @pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 0), ("127.0.0.1", 99_999), ("127.0.0.1", -1)])
    def test_an_impossible_address(self, host: str, port: int) -> None:
        with pytest.raises(OSError, match=f"cannot listen on {host}:{port}: "):
            CognitoSyncServer(host, port).start()

    def test_two_servers_and_a_mock_share_their_data(self) -> None:
        with mock_cognito_sync() as mock, CognitoSyncServer() as one, CognitoSyncServer() as other:
            pool_id = use(one.endpoint_url)
            for url in (one.endpoint_url, other.endpoint_url):
                client = boto3.client("cognito-sync", endpoint_url=url, **KEYS)
                assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC
            assert mock.client().get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC
            one.reset()
            with pytest.raises(mock.client().exceptions.ResourceNotFoundException):
                mock.client().get_identity_pool_configuration(IdentityPoolId=pool_id)

    def test_options_of_its_own(self) -> None:
        with CognitoSyncServer(verify_references=True) as server:
            client = boto3.client("cognito-sync", endpoint_url=server.endpoint_url, **KEYS)
            pool_id = boto3.client("cognito-identity", endpoint_url=server.endpoint_url, **KEYS).create_identity_pool(
                IdentityPoolName="game", AllowUnauthenticatedIdentities=False
            )["IdentityPoolId"]
            with pytest.raises(client.exceptions.InvalidParameterException, match="stream changes"):
                client.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes"})
        with pytest.raises(TypeError, match="did you mean 'verify_references'"):
            CognitoSyncServer(verify_reference=True)
        with pytest.raises(TypeError, match="the option 'region_name' says nothing to a server"):
            CognitoSyncServer(region_name="eu-west-1")
        with pytest.raises(TypeError, match="port must be a whole number, not '80'"):
            CognitoSyncServer(port="80").start()  # type: ignore[arg-type]

    def test_ipv6(self) -> None:
        with CognitoSyncServer("::1") as server:
            assert server.endpoint_url.startswith("http://[::1]:")
            use(server.endpoint_url)


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /identitypools/a:b/configuration HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{}",
        b"POST /identitypools/a:b/configuration HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_broken_bodies_are_refused(sent: bytes) -> None:
    with CognitoSyncServer() as server:
        port = int(server.endpoint_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"SerializationException:" in answer
    assert b"Could not read the request body" in answer


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, once for all tests that only talk to it."""
    with command("-p", "0") as process_and_url:
        yield process_and_url


@pytest.mark.parametrize("size", ["FFFFFFFF", "7FFFFFFFFFFFFFFF", "80000000000000000", "3", "-1", "zz", ""])
@pytest.mark.parametrize("target", ["/identitypools/x/configuration", "/bucket/key", "/", "/moto-api/seed"])
def test_no_chunked_body_that_is_cut_short_ends_the_process(
    running: tuple[subprocess.Popen[str], str], size: str, target: str
) -> None:
    process, endpoint_url = running
    port = int(endpoint_url.rpartition(":")[2])
    for service in ("cognito-sync", "s3", "sqs"):
        scope = f"AWS4-HMAC-SHA256 Credential=key/20261123/us-east-1/{service}/aws4_request"
        head = f"POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {scope}\r\nTransfer-Encoding: chunked\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"{head}{size}\r\nab".encode())
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        if size in {"FFFFFFFF", "7FFFFFFFFFFFFFFF"}:
            assert answer.startswith(b"HTTP/1.1 413 ")
        else:
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"Could not read the request body" in answer
    assert process.poll() is None
    use(endpoint_url)


def test_a_signature_for_a_service_that_nobody_knows_is_told_by_its_path() -> None:
    with CognitoSyncServer() as server:
        port = int(server.endpoint_url.rpartition(":")[2])
        scope = "AWS4-HMAC-SHA256 Credential=key/20261123/us-east-1/nonsense/aws4_request"
        request = urllib.request.Request(f"http://127.0.0.1:{port}/identitypools", headers={"Authorization": scope})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert b'"IdentityPoolUsages":[' in answer.read()


def test_every_other_service_is_motos() -> None:
    with CognitoSyncServer() as server:
        s3 = boto3.client("s3", endpoint_url=server.endpoint_url, **KEYS)
        s3.create_bucket(Bucket="identitypools")
        s3.put_object(Bucket="identitypools", Key="configuration", Body=b"content")
        assert s3.get_object(Bucket="identitypools", Key="configuration")["Body"].read() == b"content"
        sqs = boto3.client("sqs", endpoint_url=server.endpoint_url, **KEYS)
        assert sqs.create_queue(QueueName="queue")["QueueUrl"]


def test_without_motos_server_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("moto.moto_server", "flask"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "flask", None)
    with pytest.raises(RuntimeError, match=r"pip install 'cogsync-mock\[server\]'"):
        CognitoSyncServer().start()
