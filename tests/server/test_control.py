"""The control routes: what a test in any language asks of the mock itself."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from running import KEYS, SCOPE, command, exchange, port_of, send, use

from cogsync_mock import CognitoSyncServer, mock_cognito_sync
from cogsync_mock.server import call_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Control = Callable[..., tuple[int, Any]]


@pytest.fixture
def url() -> Iterator[str]:
    with CognitoSyncServer() as server:
        server.reset()
        yield server.endpoint_url


@pytest.fixture
def control(url: str) -> Control:
    def ask(method: str, path: str, content: Any = None, **headers: str) -> tuple[int, Any]:
        return send(url, method, path, content, **headers)

    return ask


def client(url: str, service: str) -> Any:
    return boto3.client(service, endpoint_url=url, **KEYS)


class TestHealth:
    def test_it_names_versions_and_uptime(self, control: Control) -> None:
        status, health = control("GET", "/health")
        assert (status, health["status"], health["save"]) == (200, "ok", None)
        assert {"version", "moto"} <= health.keys()
        assert health["uptime"] >= 0
        assert health["calls"] == {"kept": 0, "dropped": 0}


class TestCalls:
    def test_the_calls_of_all_services_are_listed(self, url: str, control: Control) -> None:
        pool_id = use(url)
        client(url, "s3").create_bucket(Bucket="aaa")
        listed = control("GET", "/calls")[1]
        names = [(call["service"], call["operation"], call["status"]) for call in listed["calls"]]
        assert names == [
            ("cognito-identity", "CreateIdentityPool", 200),
            ("cognito-sync", "SetIdentityPoolConfiguration", 200),
            ("cognito-sync", "GetIdentityPoolConfiguration", 200),
            ("s3", "CreateBucket", 200),
        ]
        assert listed["calls"][2]["parameters"] == {"IdentityPoolId": pool_id}
        assert (listed["dropped"], listed["total"]) == (0, 4)

    def test_they_can_be_filtered_and_limited_to_the_latest(self, url: str, control: Control) -> None:
        use(url)
        use(url)

        def operations(query: str) -> list[str]:
            return [call["operation"] for call in control("GET", f"/calls?{query}")[1]["calls"]]

        assert operations("service=cognito-identity") == ["CreateIdentityPool"] * 2
        assert operations("operation=SetIdentityPoolConfiguration&limit=1") == ["SetIdentityPoolConfiguration"]
        assert operations("limit=2") == ["SetIdentityPoolConfiguration", "GetIdentityPoolConfiguration"]
        assert operations("limit=0") == []
        assert operations("service=sqs") == []

    def test_clearing_forgets_them(self, url: str, control: Control) -> None:
        use(url)
        assert control("DELETE", "/calls") == (200, {"status": "ok"})
        assert control("GET", "/calls")[1]["calls"] == []

    def test_the_latest_10_000_are_kept_and_older_ones_counted(self) -> None:
        with command("-p", "0", "--quiet") as (_, url):
            request = f"GET /identitypools HTTP/1.1\r\nHost: x\r\nAuthorization: {SCOPE.format('cognito-sync')}\r\n\r\n"
            for _ in range(10):
                exchange(port_of(url), request.encode() * 1001)
            health = send(url, "GET", "/health")[1]
            assert health["calls"] == {"kept": 10_000, "dropped": 10}
            assert send(url, "GET", "/calls?limit=1")[1]["dropped"] == 10

    def test_large_bodies_make_older_calls_go(
        self, url: str, control: Control, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(call_log, "BYTES_KEPT", 1_000_000)
        s3 = client(url, "s3")
        s3.create_bucket(Bucket="large")
        for number in range(10):
            s3.put_object(Bucket="large", Key=str(number), Body=b"a" * 300_000)
        listed = control("GET", "/calls")[1]
        assert [call["parameters"]["Key"] for call in listed["calls"]] == ["7", "8", "9"]
        assert (listed["dropped"], listed["total"]) == (8, 11)

    def test_a_server_that_outlives_a_mock_goes_on_with_a_log_of_its_own(self) -> None:
        with mock_cognito_sync() as mock:
            server = CognitoSyncServer().start()
            use(server.endpoint_url)
            assert len(mock.calls) == 3
        try:
            use(server.endpoint_url)
            assert len(send(server.endpoint_url, "GET", "/calls")[1]["calls"]) == 3
        finally:
            server.stop()
        assert len(mock.calls) == 3

    def test_calls_of_control_routes_are_none(self, control: Control) -> None:
        control("POST", "/reset")
        assert control("GET", "/calls")[1]["calls"] == []


class TestFaults:
    def test_an_error_hits_as_often_as_it_was_asked_to(self, url: str, control: Control) -> None:
        fault = {
            "service": "sqs",
            "operation": "ListQueues",
            "error": "ThrottlingException",
            "times": 2,
            "message": "m",
        }
        status, added = control("POST", "/faults", fault)
        assert (status, added["used"], fault.items() <= added.items()) == (201, 0, True)
        sqs = client(url, "sqs")
        for _ in range(2):
            with pytest.raises(ClientError, match=r"\(ThrottlingException\).*: m"):
                sqs.list_queues()
        sqs.list_queues()
        (left,) = control("GET", "/faults")[1]["faults"]
        assert (left["id"], left["used"]) == (added["id"], 2)

    def test_it_may_depend_on_parameters(self, url: str, control: Control) -> None:
        fault = {"service": "s3", "operation": "CreateBucket", "error": "SlowDown", "when": {"Bucket": "bbb"}}
        control("POST", "/faults", fault)
        s3 = client(url, "s3")
        s3.create_bucket(Bucket="aaa")
        with pytest.raises(ClientError, match="SlowDown"):
            s3.create_bucket(Bucket="bbb")

    def test_a_connection_may_end_without_an_answer(self, url: str, control: Control) -> None:
        control("POST", "/faults", {"operation": "ListIdentityPoolUsage", "error": "ConnectionClosedError"})
        with pytest.raises(ConnectionClosedError):
            client(url, "cognito-sync").list_identity_pool_usage()
        client(url, "cognito-sync").list_identity_pool_usage()

    @pytest.mark.parametrize("error", ["EndpointConnectionError", "ConnectTimeoutError"])
    def test_a_connection_may_be_reset(self, url: str, control: Control, error: str) -> None:
        control("POST", "/faults", {"operation": "ListIdentityPoolUsage", "error": error})
        with pytest.raises(ConnectionResetError):
            list_usage(url)

    def test_an_answer_may_never_come(self, url: str, control: Control) -> None:
        control("POST", "/faults", {"operation": "ListIdentityPoolUsage", "error": "ReadTimeoutError"})
        with socket.create_connection(("127.0.0.1", port_of(url)), timeout=0.3) as connection:
            connection.sendall(LIST_USAGE)
            with pytest.raises(TimeoutError):
                connection.recv(1)

    def test_an_answer_may_be_cut_short(self, url: str, control: Control) -> None:
        control("POST", "/faults", {"operation": "*", "error": "IncompleteReadError", "after": True})
        head, _, body = list_usage(url).partition(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))
        assert int(length.partition(b": ")[2]) > len(body)

    def test_a_load_balancer_may_answer(self, url: str, control: Control) -> None:
        control("POST", "/faults", {"operation": "*", "service": "*", "status": 503})
        received = list_usage(url)
        assert received.startswith(b"HTTP/1.1 503 ")
        assert b"\r\n\r\n<html>" in received

    def test_a_delay_holds_nobody_else_up(self, url: str, control: Control) -> None:
        control("POST", "/faults", {"service": "sqs", "operation": "ListQueues", "delay": 5})
        with socket.create_connection(("127.0.0.1", port_of(url)), timeout=10) as connection:
            authorization = f"Authorization: {SCOPE.format('sqs')}\r\nX-Amz-Target: AmazonSQS.ListQueues"
            connection.sendall(f"POST / HTTP/1.1\r\n{authorization}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            for _ in range(20):
                list_usage(url)
            connection.settimeout(0.01)
            with pytest.raises(TimeoutError):
                connection.recv(1)

    def test_one_or_all_are_removed(self, url: str, control: Control) -> None:
        ids = [control("POST", "/faults", {"operation": "*", "status": 503})[1]["id"] for _ in range(3)]
        assert control("DELETE", f"/faults/{ids[0]}") == (200, {"status": "ok"})
        assert [fault["id"] for fault in control("GET", "/faults")[1]["faults"]] == ids[1:]
        assert control("DELETE", f"/faults/{ids[0]}")[0] == 404
        assert control("DELETE", "/faults") == (200, {"status": "ok"})
        assert control("GET", "/faults")[1] == {"faults": []}
        assert list_usage(url).startswith(b"HTTP/1.1 200 ")

    def test_they_end_with_the_server(self) -> None:
        with mock_cognito_sync() as mock:
            with CognitoSyncServer() as server:
                send(server.endpoint_url, "POST", "/faults", {"operation": "*", "status": 503})
            mock.client().list_identity_pool_usage()


LIST_USAGE = f"GET /identitypools HTTP/1.1\r\nHost: x\r\nAuthorization: {SCOPE.format('cognito-sync')}\r\n\r\n".encode()


def list_usage(url: str) -> bytes:
    return exchange(port_of(url), LIST_USAGE)


class TestData:
    def test_reset_forgets_data_faults_and_calls(self, url: str, control: Control) -> None:
        use(url)
        client(url, "s3").create_bucket(Bucket="aaa")
        control("POST", "/faults", {"operation": "*", "status": 503})
        assert control("POST", "/reset") == (200, {"status": "ok"})
        assert control("GET", "/calls")[1]["calls"] == []
        assert control("GET", "/faults")[1]["faults"] == []
        assert client(url, "s3").list_buckets()["Buckets"] == []
        assert client(url, "cognito-identity").list_identity_pools(MaxResults=1)["IdentityPools"] == []

    def test_identities_are_merged(self, url: str, control: Control) -> None:
        pool_id, (source, target) = pool_with_identities(url, 2)
        sync = client(url, "cognito-sync")
        about = {"IdentityPoolId": pool_id, "IdentityId": source, "DatasetName": "save"}
        token = sync.list_records(**about)["SyncSessionToken"]
        patch = {"Op": "replace", "Key": "level", "Value": "7", "SyncCount": 0}
        sync.update_records(**about, SyncSessionToken=token, RecordPatches=[patch])
        content = {"source_identity_id": source, "target_identity_id": target}
        path = f"/identity-pools/{pool_id.replace(':', '%3A')}/merge"
        assert control("POST", path, content) == (200, {"merged_dataset_names": [f"save.{source}"]})
        found = sync.list_datasets(IdentityPoolId=pool_id, IdentityId=target)["Datasets"]
        assert [dataset["DatasetName"] for dataset in found] == [f"save.{source}"]

    def test_streaming_is_stopped_for_a_reason(self, url: str, control: Control) -> None:
        pool_id, _ = pool_with_identities(url, 0)
        sync = client(url, "cognito-sync")
        streams = {"StreamName": "changes", "StreamingStatus": "ENABLED"}
        sync.set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=streams)
        assert control("POST", f"/identity-pools/{pool_id}/stop-streaming", {"reason": "lost"})[0] == 200
        configured = sync.get_identity_pool_configuration(IdentityPoolId=pool_id)["CognitoStreams"]
        assert configured["StreamingStatus"] == "DISABLED"
        shown = control("GET", "/identity-pools")[1]["identity_pools"][0]
        assert shown["cognito_streams"]["DisabledReason"] == "lost"

    def test_what_is_there_is_shown(self, url: str, control: Control) -> None:
        pool_id, (identity_id,) = pool_with_identities(url, 1)
        (pool,) = control("GET", "/identity-pools")[1]["identity_pools"]
        assert (pool["id"], pool["identity_count"]) == (pool_id, 1)
        (identity,) = control("GET", f"/identity-pools/{pool_id}")[1]["identities"]
        assert identity["id"] == identity_id
        shown = control("GET", f"/identity-pools/{pool_id}/identities/{identity_id}")[1]
        assert (shown["datasets"], shown["devices"]) == ([], [])


def pool_with_identities(url: str, number: int) -> tuple[str, list[str]]:
    identity = client(url, "cognito-identity")
    created = identity.create_identity_pool(IdentityPoolName="game", AllowUnauthenticatedIdentities=True)
    pool_id = created["IdentityPoolId"]
    return pool_id, [identity.get_id(IdentityPoolId=pool_id)["IdentityId"] for _ in range(number)]


NOBODY = "us-east-1:00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "sentence"),
    [
        ("GET", "/nonsense", None, 404, "there is no control route /cogsync-api/nonsense; there are /cogsync-api/, "),
        ("PUT", "/reset", None, 405, "/cogsync-api/reset answers to POST, not to PUT"),
        ("PATCH", "/calls", None, 405, "/cogsync-api/calls answers to GET and DELETE, not to PATCH"),
        ("GET", "/calls?limit=x", None, 400, "limit must be a whole number such as 100, not 'x'"),
        ("GET", "/calls?operations=a", None, 400, "no query parameter 'operations': did you mean 'operation'?"),
        ("POST", "/faults", b"{", 400, "the body is not JSON: "),
        ("POST", "/faults", b"", 400, "the body is not JSON: "),
        ("POST", "/faults", b"[" * 100_000, 400, "the body is not JSON: "),
        ("POST", "/faults", [], 400, "the body must be a JSON object with operation, error, "),
        ("POST", "/faults", {}, 400, "the body lacks 'operation'; its members are operation, error, "),
        ("POST", "/faults", {"operation": "*", "tims": 1}, 400, "there is no member 'tims': did you mean 'times'?"),
        ("POST", "/faults", {"operation": "UpdateRecord", "delay": 1}, 400, "did you mean 'UpdateRecords'"),
        ("POST", "/faults", {"operation": "*", "service": "sqss", "delay": 1}, 400, "there is no service 'sqss'"),
        ("POST", "/faults", {"operation": "*", "times": "2", "delay": 1}, 400, "times must be a whole number from 1"),
        ("POST", "/faults", {"operation": "*", "delay": 1, "when": "a"}, 400, "when must be an object of parameters"),
        ("POST", "/faults", {"operation": "*"}, 400, "does nothing: give error='...' or delay=seconds"),
        ("DELETE", "/faults/none", None, 404, "there is no fault 'none': GET /cogsync-api/faults lists those"),
        ("POST", "/state/save", None, 409, "there is no file to save to: start the server with --save FILE"),
        ("GET", f"/identity-pools/{NOBODY}", None, 404, f"there is no identity pool '{NOBODY}': create it first"),
        ("POST", "/identity-pools/x/merge", {"source_identity_id": "a"}, 400, "the body lacks 'target_identity_id'"),
        (
            "POST",
            "/identity-pools/x/merge",
            {"source_identity_id": 1, "target_identity_id": "a"},
            400,
            "source_identity_id must be a string, not 1",
        ),
        (
            "POST",
            "/identity-pools/x/merge",
            {"source_identity_id": "a", "target_identity_id": "a"},
            400,
            "an identity cannot be merged with itself: 'a'",
        ),
        ("POST", "/identity-pools/x/stop-streaming", {"reason": "a"}, 400, "there is no identity pool 'x'"),
        ("POST", "/identity-pools/x/stop-streaming", {"reason": ""}, 400, "reason must say why streaming was stopped"),
    ],
)
def test_errors_say_what_is_wrong_and_what_to_do(
    control: Control, method: str, path: str, content: Any, status: int, sentence: str
) -> None:
    got, answer = control(method, path, content)
    assert got == status
    assert list(answer) == ["error"]
    assert sentence in answer["error"]


class TestStrangers:
    @pytest.mark.parametrize("path", ["/cogsync-api/health", "/cogsync-api/", "/moto-api/config", "/%6doto-api/config"])
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ("Host: localhost:{}", 200),
            ("Host: 127.0.0.1:{}", 200),
            ("Host: [::1]:{}", 200),
            ("Host: mock:5000", 200),
            ("Host: host.docker.internal:5000", 200),
            ("Host: 192.168.1.7:5000", 200),
            ("Host: localhost\r\nOrigin: http://localhost", 200),
            ("Host: localhost\r\nSec-Fetch-Site: same-origin", 200),
            ("Host: evil.example.com", 403),
            ("Host: localhost.evil.example.com", 403),
            ("Host: 127.0.0.1.evil.example.com:{}", 403),
            ("Host: localhost\r\nOrigin: http://evil.example.com", 403),
            ("Host: localhost\r\nOrigin: null", 403),
            ("Host: localhost:{}\r\nOrigin: http://localhost:1", 403),
            ("Host: localhost:{}\r\nOrigin: https://localhost:{}", 403),
            ("Host: localhost\r\nReferer: http://evil.example.com/page", 403),
            ("Host: localhost\r\nSec-Fetch-Site: cross-site", 403),
            ("Host: localhost\r\nSec-Fetch-Site: same-site", 403),
        ],
    )
    def test_control_routes_and_motos_answer_no_stranger(self, url: str, path: str, headers: str, status: int) -> None:
        port = port_of(url)
        received = exchange(port, f"GET {path} HTTP/1.1\r\n{headers.format(port, port)}\r\n\r\n".encode())
        assert received.startswith((b"HTTP/1.1 403 ",) if status == 403 else (b"HTTP/1.1 200 ", b"HTTP/1.1 201 ")), (
            received
        )
        if status == 403:
            assert b"--allow-origin" in received
            assert b"access-control-allow-origin" not in received.lower()

    def test_a_link_of_another_site_may_lead_to_the_page_and_to_nothing_else(self, url: str) -> None:
        link = "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n\r\n"
        assert exchange(port_of(url), f"GET /cogsync-api/ HTTP/1.1\r\n{link}".encode()).startswith(b"HTTP/1.1 200 ")
        for path in ("/moto-api/reset", "/cogsync-api/calls"):
            assert exchange(port_of(url), f"GET {path} HTTP/1.1\r\n{link}".encode()).startswith(b"HTTP/1.1 403 ")

    def test_origins_that_are_allowed_are_told_so(self) -> None:
        origin = "https://app.example.com"
        with CognitoSyncServer(allow_origin=[origin]) as server:
            port = port_of(server.endpoint_url)
            head = f"Host: localhost\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\r\n"
            for method in ("GET", "OPTIONS"):
                received = exchange(port, f"{method} /cogsync-api/health HTTP/1.1\r\n{head}".encode())
                assert received.startswith(b"HTTP/1.1 200 ")
                assert f"Access-Control-Allow-Origin: {origin}\r\n".encode() in received
        with pytest.raises(ValueError, match=r"an origin is written as https://app\.example\.com"):
            CognitoSyncServer(allow_origin=["example.com"]).start()


class TestBrowsers:
    @pytest.mark.parametrize(
        "path", ["/", "/identitypools", "/bucket/key", "/2015-03-31/functions", "/any/path/at/all"]
    )
    def test_preflights_are_allowed_for_every_service_and_path(self, url: str, path: str) -> None:
        head = "Host: localhost\r\nOrigin: https://app.example.com\r\nAccess-Control-Request-Method: PUT\r\n"
        asked = (
            "Access-Control-Request-Headers: authorization, x-amz-date\r\nAccess-Control-Request-Private-Network: true"
        )
        received = exchange(port_of(url), f"OPTIONS {path} HTTP/1.1\r\n{head}{asked}\r\n\r\n".encode()).lower()
        assert received.startswith(b"http/1.1 200 ")
        for header in (
            b"access-control-allow-origin: *",
            b"access-control-allow-methods: put",
            b"access-control-allow-headers: authorization, x-amz-date",
            b"access-control-allow-private-network: true",
        ):
            assert header in received

    @pytest.mark.parametrize(("service", "path"), [("cognito-sync", "/identitypools"), ("s3", "/"), ("s3", "/none")])
    def test_answers_may_be_read_by_every_origin(self, url: str, service: str, path: str) -> None:
        head = f"Host: localhost\r\nOrigin: https://app.example.com\r\nAuthorization: {SCOPE.format(service)}"
        received = exchange(port_of(url), f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode()).lower()
        assert received.count(b"access-control-allow-origin: *\r\n") == 1
        assert received.count(b"access-control-expose-headers: ") == 1

    def test_a_browser_at_the_servers_address_is_told_where_to_look(self, url: str) -> None:
        request = urllib.request.Request(url, headers={"Accept": "text/html,*/*"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read().decode()
        assert "cogsync-mock is running" in content
        assert f"AWS_ENDPOINT_URL={url}\n" in content
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert b"ListAllMyBucketsResult" in answer.read()


LIST_POOLS = "X-Amz-Target: AWSCognitoIdentityService.ListIdentityPools"
FORM = "Content-Type: application/x-www-form-urlencoded"
LIST_QUEUES = "X-Amz-Target: AmazonSQS.ListQueues\r\nContent-Type: application/x-amz-json-1.0"


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        (f"Authorization: {SCOPE.format('nonsense')}\r\n{LIST_POOLS}", '{"MaxResults":1}', b'{"IdentityPools": []'),
        (f"Authorization: nonsense\r\n{LIST_POOLS}", '{"MaxResults":1}', b'{"IdentityPools": []'),
        (f"{LIST_QUEUES}", "{}", b"\r\n\r\n{}"),
        ("X-Amz-Target: DynamoDB_20120810.ListTables", "{}", b'{"TableNames":'),
        ("X-Amz-Target: TrentService.ListKeys", "{}", b'{"Keys":'),
        (f"Authorization: nonsense\r\n{FORM}", "Action=ListTopics&Version=2010-03-31", b"<ListTopicsResult>"),
        (FORM, "Action=GetCallerIdentity&Version=2011-06-15", b"GetCallerIdentityResult>"),
        (f"Host: sqs.us-east-1.amazonaws.com\r\n{LIST_QUEUES}", "{}", b"\r\n\r\n{}"),
        ("X-Amz-Target: com.amazonaws.cognito.sync.model.AWSCognitoSyncService.Nonsense", "{}", b"UnknownOperation"),
    ],
)
def test_what_is_signed_for_no_known_service_is_told_by_target_host_or_body(
    url: str, headers: str, body: str, expected: bytes
) -> None:
    head = headers if headers.startswith("Host") else f"Host: localhost\r\n{headers}"
    received = exchange(
        port_of(url), f"POST / HTTP/1.1\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    assert expected in received


@pytest.mark.parametrize("service", ["cognito-sync", "cognito-identity", "s3", "sqs", "lambda", "nonsense"])
@pytest.mark.parametrize("host", ["[", "[::1", "a:b:c", "\x80", "%%%", "", "a b", "x" * 5000, "s3.amazonaws.com", ".."])
def test_no_host_name_makes_the_server_fail(
    url: str, service: str, host: str, capfd: pytest.CaptureFixture[str]
) -> None:
    head = f"Host: {host}\r\nAuthorization: {SCOPE.format(service)}"
    for path in ("/", "/identitypools", "/a/b", "/cogsync-api/health", "/moto-api/config"):
        received = exchange(port_of(url), f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode("latin-1"))
        assert received[9:12] < b"500", received
    assert "Traceback" not in capfd.readouterr().err


def test_an_address_that_was_signed_before_leads_to_its_service(url: str) -> None:
    signed = client(url, "sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(signed, timeout=10) as answer:
        assert b"GetCallerIdentityResult>" in answer.read()


def test_what_is_not_signed_may_be_told_by_its_path(url: str) -> None:
    for headers in ("", f"Authorization: {SCOPE.format('nonsense')}\r\n"):
        received = exchange(port_of(url), f"GET /2015-03-31/functions/ HTTP/1.1\r\n{headers}\r\n".encode())
        assert b'{"Functions": []' in received


def test_a_program_verifies_the_tokens_with_the_keys_at_awss_path(url: str) -> None:
    jwt, jwk = pytest.importorskip("joserfc.jwt"), pytest.importorskip("joserfc.jwk")
    identity = client(url, "cognito-identity")
    pool = identity.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)["IdentityPoolId"]
    found = identity.get_id(IdentityPoolId=pool)["IdentityId"]
    token = identity.get_open_id_token(IdentityId=found)["Token"]
    with urllib.request.urlopen(f"{url}/.well-known/jwks_uri", timeout=10) as answer:
        assert answer.headers["content-type"].startswith("application/json")
        keys = jwk.KeySet.import_key_set(json.load(answer))
    assert jwt.decode(token, keys, algorithms=["RS512"]).claims["sub"] == found


class TestLog:
    def lines(self, *arguments: str) -> list[str]:
        with command("-p", "0", *arguments) as (process, url):
            use(url)
            exchange(port_of(url), LIST_USAGE.replace(b"/identitypools", b"/identitypools/%0Anobody/configuration"))
            exchange(port_of(url), b"nonsense\r\n\r\n")
            process.terminate()
            assert process.stderr is not None
            return process.stderr.read().splitlines()

    def test_each_request_is_a_line_that_people_can_grep(self) -> None:
        lines = self.lines()
        assert len(lines) == 5
        assert " 200 cognito-identity.CreateIdentityPool POST / " in lines[0]
        assert " 200 cognito-sync.SetIdentityPoolConfiguration POST /identitypools/us-east-1%3A" in lines[1]
        assert " 400 cognito-sync.GetIdentityPoolConfiguration GET /identitypools/%0Anobody/configuration " in lines[3]
        assert lines[3].endswith(" InvalidParameterException")
        assert lines[4].endswith(
            " 400 - a request that could not be read: the first line is not `METHOD /path HTTP/1.1`"
        )

    def test_it_may_be_json(self) -> None:
        lines = [json.loads(line) for line in self.lines("--json-logs")]
        assert lines[0]["operation"] == "cognito-identity.CreateIdentityPool"
        assert [line["status"] for line in lines] == [200, 200, 200, 400, 400]
        assert lines[3]["error"] == "InvalidParameterException"

    def test_it_may_be_quiet(self) -> None:
        assert self.lines("--quiet") == []

    def test_an_operation_that_moto_lacks_is_501_and_named(self, url: str) -> None:
        with pytest.raises(
            ClientError, match=r"\(NotImplemented\).*does not implement lambda.GetAccountSettings"
        ) as caught:
            client(url, "lambda").get_account_settings()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501

    @pytest.mark.parametrize(
        ("service", "headers", "body", "status", "code"),
        [
            ("kinesis", "X-Amz-Target: Kinesis_20131202.No", "{}", 400, "UnknownOperationException"),
            ("dynamodb", "X-Amz-Target: DynamoDB_20120810.No", "{}", 400, "UnknownOperationException"),
            ("iam", "Content-Type: application/x-www-form-urlencoded", "Action=No", 400, "<Code>InvalidAction</Code>"),
            ("ec2", "Content-Type: application/x-www-form-urlencoded", "Action=No", 400, "<Code>InvalidAction</Code>"),
            ("lambda", "Content-Type: application/json", "{}", 404, "UnknownOperationException"),
        ],
    )
    def test_an_operation_that_aws_lacks_is_an_error_of_the_service(
        self, url: str, service: str, headers: str, body: str, status: int, code: str
    ) -> None:
        head = f"Host: x\r\nAuthorization: {SCOPE.format(service)}\r\n{headers}\r\nContent-Length: {len(body)}"
        received = exchange(port_of(url), f"POST / HTTP/1.1\r\n{head}\r\n\r\n{body}".encode())
        assert received.startswith(b"HTTP/1.1 %d " % status)
        assert code.encode() in received

    def test_what_motos_code_stumbles_over_is_an_error_of_the_service(
        self, url: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(
            ClientError, match=r"\(ValidationError\).*could not answer sns.GetTopicAttributes"
        ) as caught:
            client(url, "sns").get_topic_attributes(TopicArn="nonsense")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert "could not answer sns.GetTopicAttributes" in capfd.readouterr().err
