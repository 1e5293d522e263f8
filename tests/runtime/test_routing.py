"""A request is answered by the service and bucket that it names, whatever its host; what is in doubt is refused."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.httpsession
import pytest
import urllib3
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from cogsync_mock import CognitoSyncMock, UnmockedRequest, mock_aws
from cogsync_mock.runtime import routing

VIRTUAL = Config(s3={"addressing_style": "virtual"}, retries={"max_attempts": 0})
PATH = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})
ONCE = Config(retries={"max_attempts": 0})


class TestBuckets:
    @pytest.mark.parametrize(
        "where",
        [
            {"region_name": "us-east-1"},
            {"region_name": "us-east-1", "config": VIRTUAL},
            {"region_name": "us-east-1", "config": PATH},
            {"region_name": "us-east-1", "endpoint_url": "https://store.example.com", "config": VIRTUAL},
            {"region_name": "us-east-1", "endpoint_url": "https://store.example.com", "config": PATH},
            {"region_name": "us-east-1", "endpoint_url": "https://bucket-x.example.com", "config": PATH},
            {"region_name": "us-iso-east-1"},
            {"region_name": "us-isob-east-1"},
            {"region_name": "eu-isoe-west-1"},
            {"region_name": "eusc-de-east-1"},
            {"region_name": "cn-north-1"},
            {"region_name": "us-east-1", "config": Config(s3={"use_dualstack_endpoint": True})},
            {"region_name": "us-east-1", "config": Config(use_fips_endpoint=True)},
        ],
        ids=[
            "plain",
            "virtual",
            "path",
            "own virtual",
            "own path",
            "own named as a bucket",
            "iso",
            "isob",
            "isoe",
            "eusc",
            "cn",
            "dual-stack",
            "fips",
        ],
    )
    @pytest.mark.parametrize("has_crt", [False, True])
    def test_the_bucket_that_was_named(self, monkeypatch: pytest.MonkeyPatch, where: Any, *, has_crt: bool) -> None:
        if has_crt:
            # Its signer leaves the host's header in the request.
            add_host_header(monkeypatch)
        with mock_aws():
            plain, client = boto3.client("s3", "us-east-1"), boto3.client("s3", **where)
            for name in ("bucket-x", "victim", "store", "s3"):
                plain.create_bucket(Bucket=name) if len(name) > 2 else None
            client.put_object(Bucket="bucket-x", Key="victim", Body=b"1")
            assert plain.get_object(Bucket="bucket-x", Key="victim")["Body"].read() == b"1"
            client.delete_object(Bucket="bucket-x", Key="victim")
            assert sorted(bucket["Name"] for bucket in plain.list_buckets()["Buckets"]) == [
                "bucket-x",
                "store",
                "victim",
            ]
            assert "Contents" not in plain.list_objects_v2(Bucket="bucket-x")

    def test_a_presigned_address_at_a_host_of_ones_own_tells_no_bucket(self, aws_mock: CognitoSyncMock) -> None:
        s3 = aws_mock.client("s3", endpoint_url="https://store.example.com", config=VIRTUAL)
        url = s3.generate_presigned_url("delete_object", Params={"Bucket": "bucket-x", "Key": "victim"})
        with pytest.raises(UnmockedRequest, match=r"DeleteObject|DELETE"):
            botocore.httpsession.URLLib3Session().send(AWSPreparedRequest("DELETE", url, {}, b"", stream_output=False))
        with pytest.raises(AssertionError, match="would have left for the network"):
            aws_mock.verify()
        aws_mock.reset()


def add_host_header(monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.parse import urlsplit

    from botocore.auth import SigV4Auth

    original = SigV4Auth.add_auth

    def add_auth(self: Any, request: Any) -> None:
        original(self, request)
        request.headers["Host"] = urlsplit(request.url).netloc

    monkeypatch.setattr(SigV4Auth, "add_auth", add_auth)


class TestOtherServices:
    @pytest.mark.parametrize(
        ("service", "call", "parameters"),
        [
            ("sqs", "list_queues", {}),
            ("sesv2", "list_contact_lists", {}),
            ("ses", "list_identities", {}),
            ("s3control", "create_access_point", {"AccountId": "123456789012", "Name": "abc", "Bucket": "abc"}),
            ("dynamodb", "list_tables", {}),
            ("iam", "list_users", {}),
            ("stepfunctions", "list_state_machines", {}),
            ("cloudwatch", "list_metrics", {}),
            ("cognito-sync", "list_identity_pool_usage", {}),
            ("elbv2", "describe_load_balancers", {}),
            ("elb", "describe_load_balancers", {}),
        ],
    )
    @pytest.mark.parametrize("endpoint_url", ["https://aws.example.com", "https://aws.example.com:8443/"])
    def test_at_an_endpoint_of_ones_own(
        self, aws_mock: CognitoSyncMock, service: str, call: str, parameters: Any, endpoint_url: str
    ) -> None:
        client = aws_mock.client(service, endpoint_url=endpoint_url, config=ONCE)
        assert getattr(client, call)(**parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert aws_mock.calls.last.service == service

    def test_a_queues_own_address(self, aws_mock: CognitoSyncMock) -> None:
        sqs = aws_mock.client("sqs", endpoint_url="https://aws.example.com", config=ONCE)
        url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="hello")
        plain = aws_mock.client("sqs")
        assert plain.receive_message(QueueUrl=plain.get_queue_url(QueueName="jobs")["QueueUrl"])["Messages"]

    @pytest.mark.cognito_sync_mock(assert_all_requests_mocked=False)
    def test_a_service_that_moto_lacks_is_refused_by_name(self, aws_mock: CognitoSyncMock) -> None:
        with pytest.raises(
            UnmockedRequest, match=r"ListAccounts was about to be sent to https://chime\.us-east-1\.amazonaws\.com"
        ):
            aws_mock.client("chime", config=ONCE).list_accounts()


class TestWhatMayLeave:
    @pytest.mark.parametrize(
        ("url", "host"),
        [
            ("http://127.0.0.1:80/", "127.0.0.1"),
            ("http://[::1]:80/", "::1"),
            ("http://EXAMPLE.com/", "example.com"),
            ("http://evil.example.com\\@127.0.0.1/", None),
            ("http://127.0.0.1\\.example.com/", None),
        ],
    )
    def test_a_host_that_two_readers_read_differently_is_none(self, url: str, host: str | None) -> None:
        assert routing.host_of(url) == host

    @pytest.mark.parametrize(
        ("url", "proxy", "expected"),
        [
            ("http://127.0.0.1/", None, True),
            ("http://127.0.0.1/", "http://proxy.example.com:3128", False),
            ("http://127.0.0.1/", "http://127.0.0.1:3128", True),
            ("http://real.example.com/", "http://127.0.0.1:3128", False),
            ("http://ok.example.org/", None, True),
            ("http://ok.example.org/", "http://proxy.example.com:3128", False),
            ("http://evil.example.com\\@127.0.0.1/", None, False),
        ],
    )
    def test_all_that_is_connected_to_must_be_allowed(self, url: str, proxy: str | None, *, expected: bool) -> None:
        with mock_aws(passthrough=["ok.example.org"]):
            assert routing.may_leave(url, proxy) is expected

    def test_a_loopback_endpoint_is_not_handed_to_a_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The client's own, or the environment's when the client was made."""
        monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
        keys = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "y"}
        early = boto3.client("sqs", endpoint_url="http://127.0.0.1:1", config=ONCE, **keys)  # type: ignore[call-overload]
        own = Config(retries={"max_attempts": 0}, proxies={"http": "http://proxy.invalid:3128"})
        with mock_aws(assert_all_requests_mocked=False):
            inside = boto3.client("sqs", endpoint_url="http://127.0.0.1:1", config=own)
            for client in (early, inside):
                with pytest.raises(UnmockedRequest, match=r"handed to the proxy proxy\.invalid"):
                    client.list_queues()

    def test_a_send_that_was_bound_before_the_mock_is_answered_or_refused(self) -> None:
        send = botocore.httpsession.URLLib3Session().send
        scope = "AWS4-HMAC-SHA256 Credential=key/20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        headers = {"Authorization": scope.format("sts"), "Content-Type": "application/x-www-form-urlencoded"}
        headers["X-Amz-Date"] = "20261123T000000Z"
        with mock_aws(assert_all_requests_mocked=False) as mock:
            url = "https://sts.us-east-1.amazonaws.com/"
            answer = send(AWSPreparedRequest("POST", url, headers, body, stream_output=False))
            assert (answer.status_code, mock.calls.last.operation) == (200, "GetCallerIdentity")
            with pytest.raises(Exception, match="Nothing was sent"):
                headers["Authorization"] = scope.format("nonsense")
                send(AWSPreparedRequest("GET", "https://x.invalid/", headers, b"", stream_output=False))

    def test_plain_http_of_others_is_none_of_our_business(self) -> None:
        with mock_aws(), pytest.raises(urllib3.exceptions.MaxRetryError):
            urllib3.PoolManager(retries=False, timeout=1).request("GET", "http://x.invalid/", retries=0)


class TestTheCrt:
    def test_its_own_clients_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys
        from types import ModuleType

        module: Any = ModuleType("awscrt.s3")

        class S3Client:
            def make_request(self) -> str:
                return "sent"

        module.S3Client = S3Client
        monkeypatch.setitem(sys.modules, "awscrt.s3", module)
        with mock_aws(assert_all_requests_mocked=False), pytest.raises(UnmockedRequest, match="the CRT has a network"):
            S3Client().make_request()
        assert S3Client().make_request() == "sent"


class TestMotosOwnDeliveries:
    def test_a_subscription_by_http_reaches_nobody(self, aws_mock: CognitoSyncMock) -> None:
        sns = aws_mock.client("sns")
        topic = sns.create_topic(Name="news")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://hook.invalid/news")
        assert sns.publish(TopicArn=topic, Message="hello")["MessageId"]
        delivery = aws_mock.calls.deliveries[-1]
        assert (delivery.service, delivery.source, delivery.error) == ("sns", "moto", "UnmockedRequest")
        assert delivery.parameters["Endpoint"].startswith("http://hook.invalid")
        assert "its host is not in passthrough" in (delivery.message or "")

    def test_a_stub_of_the_test_still_answers_it(self, aws_mock: CognitoSyncMock) -> None:
        import responses

        sns = aws_mock.client("sns")
        topic = sns.create_topic(Name="news")["TopicArn"]
        with responses.RequestsMock() as stubs:
            stubs.post("http://hook.invalid/news", json={})
            stubs.add_passthru("https://")
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://hook.invalid/news")
            sns.publish(TopicArn=topic, Message="hello")
            assert [call.request.url for call in stubs.calls] == ["http://hook.invalid/news"] * len(stubs.calls)
            assert len(stubs.calls) >= 1
        assert aws_mock.calls.deliveries == []


def test_moto_itself_is_asked_for_what_it_does_not_know(aws_mock: CognitoSyncMock) -> None:
    with pytest.raises(ClientError):
        aws_mock.client("s3", config=ONCE).get_object(Bucket="none", Key="key")
