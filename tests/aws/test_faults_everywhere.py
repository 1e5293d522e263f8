"""One specification of a fault works for every service, in its own protocol, through every kind of client."""

from __future__ import annotations

import io
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
)
from data import STREAMS
from test_records import Data, put

from cogsync_mock import CognitoSyncMock, CognitoSyncServer, mock_aws

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Any]

ONCE = Config(retries={"max_attempts": 0}, parameter_validation=False)
# Service, operation, parameters, the error asked for, the code that boto3 shows, the class it raises, the status.
CASES: list[tuple[str, str, dict[str, Any], str, str, str, int]] = [
    (
        "sqs",
        "SendMessage",
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "m"},
        "InvalidMessageContents",
        "InvalidMessageContents",
        "InvalidMessageContents",
        400,
    ),
    ("s3", "ListObjectsV2", {"Bucket": "shop"}, "NoSuchBucket", "NoSuchBucket", "NoSuchBucket", 404),
    ("ec2", "DescribeVpcs", {}, "InvalidVpcID.NotFound", "InvalidVpcID.NotFound", "ClientError", 400),
    (
        "dynamodb",
        "GetItem",
        {"TableName": "t", "Key": {"a": {"S": "1"}}},
        "ProvisionedThroughputExceededException",
        "ProvisionedThroughputExceededException",
        "ProvisionedThroughputExceededException",
        400,
    ),
    (
        "sns",
        "Publish",
        {"TopicArn": "a", "Message": "m"},
        "EndpointDisabledException",
        "EndpointDisabled",
        "EndpointDisabledException",
        400,
    ),
    ("iam", "GetUser", {"UserName": "u"}, "NoSuchEntityException", "NoSuchEntity", "NoSuchEntityException", 404),
    ("iam", "GetUser", {"UserName": "u"}, "NoSuchEntity", "NoSuchEntity", "NoSuchEntityException", 404),
    (
        "lambda",
        "Invoke",
        {"FunctionName": "f"},
        "TooManyRequestsException",
        "TooManyRequestsException",
        "TooManyRequestsException",
        429,
    ),
    ("sts", "GetCallerIdentity", {}, "ExpiredToken", "ExpiredToken", "ClientError", 400),
    (
        "kinesis",
        "PutRecord",
        {"StreamName": "s", "Data": b"", "PartitionKey": "1"},
        "KMSDisabledException",
        "KMSDisabledException",
        "KMSDisabledException",
        400,
    ),
    ("cloudformation", "DescribeStacks", {}, "Throttling", "Throttling", "ClientError", 400),
    ("route53", "ListHostedZones", {}, "InvalidInput", "InvalidInput", "InvalidInput", 400),
    (
        "cloudwatch",
        "ListMetrics",
        {},
        "InternalServiceFault",
        "InternalServiceError",
        "InternalServiceFault",
        500,
    ),
    (
        "logs",
        "DescribeLogGroups",
        {},
        "ServiceUnavailableException",
        "ServiceUnavailableException",
        "ServiceUnavailableException",
        400,
    ),
    ("ssm", "GetParameter", {"Name": "p"}, "ParameterNotFound", "ParameterNotFound", "ParameterNotFound", 400),
    (
        "kms",
        "Encrypt",
        {"KeyId": "k", "Plaintext": b"1"},
        "DisabledException",
        "DisabledException",
        "DisabledException",
        400,
    ),
    ("sesv2", "GetAccount", {}, "BadRequestException", "BadRequestException", "BadRequestException", 400),
    ("rds", "DescribeDBInstances", {}, "DBInstanceNotFoundFault", "DBInstanceNotFound", "DBInstanceNotFoundFault", 404),
    (
        "cognito-identity",
        "ListIdentityPools",
        {"MaxResults": 1},
        "InternalErrorException",
        "InternalErrorException",
        "InternalErrorException",
        400,
    ),
    (
        "cognito-sync",
        "ListIdentityPoolUsage",
        {},
        "TooManyRequestsException",
        "TooManyRequestsException",
        "TooManyRequestsException",
        429,
    ),
]
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "y"}


@pytest.fixture(scope="module")
def early() -> dict[str, Any]:
    """Clients made before any mock of this module."""
    return {case[0]: boto3.client(case[0], config=ONCE, **KEYS) for case in CASES}  # type: ignore[call-overload]


@pytest.fixture(params=["in process", "made before", "server"])
def make(request: pytest.FixtureRequest, aws_mock: CognitoSyncMock) -> Make:
    """Each kind of client."""
    if request.param == "made before":
        clients = request.getfixturevalue("early")
        return lambda service: clients[service]
    endpoint_url = request.getfixturevalue("aws_server").endpoint_url if request.param == "server" else None
    return lambda service, config=ONCE: aws_mock.client(service, config=config, endpoint_url=endpoint_url)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[3]}")
def test_an_error_in_the_services_own_protocol(aws_mock: CognitoSyncMock, make: Make, case: Any) -> None:
    service, operation, parameters, error, code, kind, status = case
    fault = aws_mock.add_fault(operation, error, service=service, message="asked <for> & got")
    with pytest.raises(ClientError) as caught:
        getattr(make(service), xform_name(operation))(**parameters)
    response = caught.value.response
    assert (response["Error"]["Code"], response["Error"]["Message"]) == (code, "asked <for> & got")
    assert (type(caught.value).__name__, response["ResponseMetadata"]["HTTPStatusCode"]) == (kind, status)
    assert fault.used == 1
    call = aws_mock.calls.last
    assert (call.service, call.operation, call.parameters) == (service, operation, parameters)
    assert (call.error, call.message, call.status) == (code, "asked <for> & got", status)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("EndpointConnectionError", EndpointConnectionError),
        ("ConnectTimeoutError", ConnectTimeoutError),
        ("ReadTimeoutError", ReadTimeoutError),
        ("ConnectionClosedError", ConnectionClosedError),
        ("IncompleteReadError", IncompleteReadError),
    ],
)
def test_a_broken_connection_is_botocores_own_exception(aws_mock: CognitoSyncMock, name: str, kind: Any) -> None:
    sqs = aws_mock.client("sqs", config=ONCE)
    aws_mock.add_fault("ListQueues", name, service="sqs")
    with pytest.raises(kind):
        sqs.list_queues()
    assert aws_mock.calls.last.error == name
    assert "QueueUrls" not in sqs.list_queues()


def test_the_body_of_a_stream_is_cut_short_where_it_is_read(aws_mock: CognitoSyncMock) -> None:
    s3 = aws_mock.client("s3", config=ONCE)
    s3.create_bucket(Bucket="shop")
    for content in (b"0123456789", b""):
        s3.put_object(Bucket="shop", Key="key", Body=content)
        aws_mock.add_fault("GetObject", "IncompleteReadError", service="s3", after=True)
        body = s3.get_object(Bucket="shop", Key="key")["Body"]
        with pytest.raises(IncompleteReadError, match=rf"{len(content) // 2} read, but total bytes expected is"):
            body.read()


def test_after_means_done_but_the_answer_is_lost(aws_mock: CognitoSyncMock, make: Make) -> None:
    sqs = make("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    aws_mock.add_fault("SendMessage", "InternalFailure", service="sqs", after=True)
    with pytest.raises(ClientError, match="InternalFailure"):
        sqs.send_message(QueueUrl=url, MessageBody="once")
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=url)["Messages"]] == ["once"]


def test_a_load_balancers_page(aws_mock: CognitoSyncMock, make: Make) -> None:
    aws_mock.add_fault("GetItem", status=503, service="dynamodb")
    with pytest.raises(ClientError) as caught:
        make("dynamodb").get_item(TableName="t", Key={"a": {"S": "1"}})
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_an_answer_to_head_has_no_body(aws_mock: CognitoSyncMock, make: Make) -> None:
    aws_mock.add_fault("HeadObject", "AccessDenied", service="s3")
    with pytest.raises(ClientError) as caught:
        make("s3").head_object(Bucket="shop", Key="key")
    assert caught.value.response["Error"] == {"Code": "403", "Message": "Forbidden"}


def test_several_faults_apply_in_order_one_a_request(aws_mock: CognitoSyncMock) -> None:
    sqs = aws_mock.client("sqs", config=ONCE)
    for error in ("InternalFailure", "ThrottlingException"):
        aws_mock.add_fault("ListQueues", error, service="sqs")
    codes = []
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            sqs.list_queues()
        codes.append(caught.value.response["Error"]["Code"])
    assert codes == ["InternalFailure", "ThrottlingException"]
    assert sqs.list_queues()


def test_stars_and_none_stand_for_all(aws_mock: CognitoSyncMock) -> None:
    with aws_mock.add_fault("*", "ServiceUnavailable", service="*", times=None) as fault:
        for service, call in (("sqs", "list_queues"), ("ec2", "describe_vpcs"), ("sqs", "list_queues")):
            with pytest.raises(ClientError, match="ServiceUnavailable"):
                getattr(aws_mock.client(service, config=ONCE), call)()
    assert fault.used == 3
    assert aws_mock.client("sqs").list_queues()


def test_when_picks_requests_by_their_parameters(aws_mock: CognitoSyncMock, make: Make) -> None:
    sqs = make("sqs")
    aws_mock.add_fault("CreateQueue", "InternalFailure", service="sqs", when={"QueueName": "second"})
    sqs.create_queue(QueueName="first")
    with pytest.raises(ClientError, match="InternalFailure"):
        sqs.create_queue(QueueName="second")


def test_a_when_that_raises_is_the_tests_own_error(aws_mock: CognitoSyncMock) -> None:
    aws_mock.add_fault("ListQueues", delay=0.01, service="sqs", times=None, when=lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        aws_mock.client("sqs").list_queues()
    aws_mock.reset()


class TestRetries:
    @pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
    def test_botocore_repeats_without_waiting_and_the_log_says_so(self, aws_mock: CognitoSyncMock, mode: Any) -> None:
        aws_mock.add_fault("ListQueues", "ThrottlingException", service="sqs", times=3)
        sqs = aws_mock.client("sqs", config=Config(retries={"mode": mode, "total_max_attempts": 5}))
        start = time.monotonic()
        sqs.list_queues()
        assert time.monotonic() - start < 2
        call = aws_mock.calls.last
        assert (call.attempts, call.error) == (4, None)
        assert call.waited > 0

    @pytest.mark.cognito_sync_mock(retry_delays=True)
    def test_it_really_waits_if_asked_to(self, aws_mock: CognitoSyncMock) -> None:
        aws_mock.add_fault("ListQueues", "ServiceUnavailable", service="sqs", times=2)
        aws_mock.client("sqs").list_queues()
        assert (aws_mock.calls.last.attempts, aws_mock.calls.last.waited) == (3, 0.0)

    def test_connection_failures_are_repeated_too(self, aws_mock: CognitoSyncMock) -> None:
        aws_mock.add_fault("ListQueues", "ConnectionClosedError", service="sqs", times=2)
        aws_mock.client("sqs").list_queues()
        assert aws_mock.calls.last.attempts == 3


class TestWhereCallsComeFrom:
    def test_resources_paginators_and_waiters(self, aws_mock: CognitoSyncMock) -> None:
        table = aws_mock.resource("dynamodb").Table("orders")
        aws_mock.add_fault("PutItem", "RequestLimitExceeded", service="dynamodb")
        s3 = aws_mock.client("s3", config=ONCE)
        with pytest.raises(ClientError, match="RequestLimitExceeded"):
            aws_mock.resource("dynamodb", config=ONCE).Table("orders").put_item(Item={"id": "1"})
        assert table.name == "orders"
        aws_mock.add_fault("ListObjectsV2", "SlowDown", service="s3")
        with pytest.raises(ClientError, match="SlowDown"):
            list(s3.get_paginator("list_objects_v2").paginate(Bucket="shop"))
        aws_mock.add_fault("HeadBucket", "InternalError", service="s3")
        with pytest.raises(Exception, match="Waiter BucketExists failed"):
            s3.get_waiter("bucket_exists").wait(Bucket="shop")

    def test_threads_of_s3transfer(self, aws_mock: CognitoSyncMock) -> None:
        s3 = aws_mock.client("s3", config=ONCE)
        s3.create_bucket(Bucket="shop")
        aws_mock.add_fault("PutObject", "SlowDown", service="s3")
        with pytest.raises(Exception, match="SlowDown"):
            s3.upload_fileobj(io.BytesIO(b"content"), "shop", "key")
        aws_mock.calls.assert_called("PutObject", Bucket="shop", Key="key")

    def test_the_requests_library(self, aws_mock: CognitoSyncMock) -> None:
        s3 = aws_mock.client("s3")
        s3.create_bucket(Bucket="shop")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "shop", "Key": "key"})
        aws_mock.add_fault("GetObject", "AccessDenied", service="s3", when={"Key": "key"})
        assert requests.get(url, timeout=5).status_code == 403
        aws_mock.add_fault("GetObject", "ReadTimeoutError", service="s3")
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(url, timeout=5)

    def test_cognito_syncs_own_deliveries(self, aws_mock: CognitoSyncMock) -> None:
        pool_id = aws_mock.create_identity_pool()
        aws_mock.client("kinesis").create_stream(StreamName="changes", ShardCount=1)
        aws_mock.client().set_identity_pool_configuration(IdentityPoolId=pool_id, CognitoStreams=STREAMS)
        aws_mock.add_fault("PutRecord", "ProvisionedThroughputExceededException", service="kinesis")
        data = Data(aws_mock.client(), pool_id, aws_mock.create_identity(pool_id))
        data.update(put("a"))
        (delivery,) = aws_mock.calls.deliveries
        assert (delivery.operation, delivery.error) == ("PutRecord", "ProvisionedThroughputExceededException")
        data.update(put("b"))
        assert aws_mock.calls.deliveries[-1].error is None

    def test_a_server_in_another_thread(self) -> None:
        with mock_aws() as mock, CognitoSyncServer() as server:
            fault = mock.add_fault("ListQueues", delay=0.3, service="sqs")
            start = time.monotonic()
            sqs = mock.client("sqs", endpoint_url=server.endpoint_url)
            thread = threading.Thread(target=sqs.list_queues)
            thread.start()
            thread.join()
            assert time.monotonic() - start >= 0.3
            assert (fault.used, mock.calls.last.operation, len(mock.calls)) == (1, "ListQueues", 1)
