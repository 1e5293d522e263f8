"""The log of calls: what the application gave, in order, in text without secrets; and assertions on it."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from cogsync_mock import CognitoSyncMock, mock_aws

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def queue(aws_mock: CognitoSyncMock) -> str:
    """A queue, whose making is not in the log."""
    url: str = aws_mock.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    aws_mock.calls.clear()
    return url


def test_a_call_tells_all_about_itself(aws_mock: CognitoSyncMock, queue: str) -> None:
    sent = aws_mock.client("sqs").send_message(QueueUrl=queue, MessageBody="hello", DelaySeconds=1)
    call = aws_mock.calls.last
    assert (call.service, call.operation, call.region) == ("sqs", "SendMessage", "us-east-1")
    assert call.parameters == {"QueueUrl": queue, "MessageBody": "hello", "DelaySeconds": 1}
    assert call.response["MessageId"] == sent["MessageId"]
    assert (call.error, call.message, call.status, call.attempts, call.waited) == (None, None, 200, 1, 0.0)
    assert (call.access_key, call.identity_id, call.source) == ("FOOBARKEY", None, "application")
    assert 0 < call.duration < 60


def test_errors_have_name_and_message(aws_mock: CognitoSyncMock) -> None:
    with pytest.raises(ClientError):
        aws_mock.client("s3").get_object(Bucket="none", Key="key")
    (call,) = aws_mock.calls.errors
    assert (call.error, call.status, call.response) == ("NoSuchBucket", 404, None)
    assert call.message == "The specified bucket does not exist"


def test_parameters_are_as_they_were_at_the_time_of_the_call(aws_mock: CognitoSyncMock) -> None:
    table = aws_mock.resource("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item: dict[str, Any] = {"id": "1", "tags": ["new"]}
    table.put_item(Item=item)
    item["tags"].append("changed")
    item["id"] = "2"
    assert aws_mock.calls.last.parameters == {"TableName": "orders", "Item": {"id": "1", "tags": ["new"]}}


def test_bodies_of_objects_are_bytes(aws_mock: CognitoSyncMock) -> None:
    s3 = aws_mock.client("s3")
    s3.create_bucket(Bucket="shop")
    s3.put_object(Bucket="shop", Key="key", Body=b"\xff\x00")
    assert s3.get_object(Bucket="shop", Key="key")["Body"].read() == b"\xff\x00"
    assert aws_mock.calls.last.response["Body"] == b"\xff\x00"


def test_calls_of_the_identity_name_it(aws_mock: CognitoSyncMock) -> None:
    pool_id = aws_mock.create_identity_pool()
    identity_id = aws_mock.create_identity(pool_id)
    aws_mock.client(identity_id=identity_id).list_datasets(IdentityPoolId=pool_id, IdentityId=identity_id)
    assert aws_mock.calls.last.identity_id == identity_id


def test_what_the_mock_does_for_the_test_is_no_call(aws_mock: CognitoSyncMock) -> None:
    aws_mock.create_identity(aws_mock.create_identity_pool())
    assert list(aws_mock.calls) == []


def test_calls_of_threads_and_of_the_requests_library_are_there(aws_mock: CognitoSyncMock, queue: str) -> None:
    sqs = aws_mock.client("sqs")
    threads = [
        threading.Thread(target=sqs.send_message, kwargs={"QueueUrl": queue, "MessageBody": str(number)})
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bodies = {call.parameters["MessageBody"] for call in aws_mock.calls.of("SendMessage", "sqs")}
    assert bodies == {str(number) for number in range(8)}
    s3 = aws_mock.client("s3")
    s3.create_bucket(Bucket="shop")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "shop", "Key": "a b"})
    assert requests.put(url, data=b"content", timeout=5).status_code == 200
    call = aws_mock.calls.last
    assert (call.service, call.operation) == ("s3", "PutObject")
    assert call.parameters == {"Bucket": "shop", "Key": "a b", "Body": b"content", "ContentLength": 7}


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sqs", "create_queue", {"QueueName": "q", "Attributes": {"DelaySeconds": "1"}}),
        ("sns", "create_topic", {"Name": "t", "Tags": [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}]}),
        ("sns", "create_platform_application", {"Name": "n", "Platform": "GCM", "Attributes": {"a": "b"}}),
        ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 3600}),
        ("ec2", "describe_instances", {"InstanceIds": [], "Filters": [{"Name": "n", "Values": ["v", "w"]}]}),
        ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True}),
        (
            "dynamodb",
            "put_item",
            {"TableName": "table", "Item": {"id": {"S": "1"}, "b": {"B": b"\xff"}, "l": {"L": [{"N": "1"}]}}},
        ),
        ("kinesis", "put_record", {"StreamName": "s", "Data": b"\x00\xff", "PartitionKey": "p"}),
        ("lambda", "list_functions", {"MaxItems": 3, "FunctionVersion": "ALL"}),
        ("lambda", "invoke", {"FunctionName": "f", "Payload": b"{}", "InvocationType": "Event"}),
        ("apigateway", "create_rest_api", {"name": "n", "tags": {"a": "b"}}),
        ("s3", "create_bucket", {"Bucket": "bucket", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}),
        (
            "s3",
            "delete_objects",
            {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}], "Quiet": True}},
        ),
        (
            "s3",
            "put_object",
            {"Bucket": "bucket", "Key": "a/b c", "Body": b"x", "Metadata": {"k": "v"}, "CacheControl": "c"},
        ),
        ("s3", "list_objects_v2", {"Bucket": "bucket", "Prefix": "a/", "MaxKeys": 3, "EncodingType": "url"}),
        ("route53", "create_hosted_zone", {"Name": "example.com", "CallerReference": "r"}),
        ("cloudwatch", "list_metrics", {"Namespace": "n", "Dimensions": [{"Name": "d", "Value": "v"}]}),
        (
            "cognito-sync",
            "list_datasets",
            {"IdentityPoolId": "us-east-1:0", "IdentityId": "us-east-1:1", "MaxResults": 3},
        ),
    ],
)
def test_parameters_are_read_from_requests_of_other_programs(
    aws_server: Any, aws_mock: CognitoSyncMock, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """As a program in another language sends them: nothing is known but the request."""
    client: Any = boto3.client(service, endpoint_url=aws_server.endpoint_url)  # type: ignore[call-overload]
    captured: list[Any] = []
    client.meta.events.register("before-send", lambda request, **_: captured.append(request))
    with contextlib.suppress(ClientError):
        getattr(client, operation)(**parameters)
    (request, *_) = captured
    request.reset_stream()
    headers = {name: value for name, value in request.headers.items() if name.lower() != "amz-sdk-invocation-id"}
    body = request.body.read() if hasattr(request.body, "read") else request.body
    aws_mock.calls.clear()
    requests.request(request.method, request.url, headers=headers, data=body, timeout=10)
    call = aws_mock.calls.last
    name = client.meta.method_to_api_mapping[operation]
    assert (call.service, call.operation) == (service, name)
    given = {key: value for key, value in parameters.items() if value != []}
    assert {key: value for key, value in call.parameters.items() if key in given} == given


class TestAssertions:
    def test_parameters_are_compared_by_equality_and_others_are_free(
        self, aws_mock: CognitoSyncMock, queue: str
    ) -> None:
        class Anything:
            def __eq__(self, other: object) -> bool:
                return True

            def __hash__(self) -> int:
                return 0

        aws_mock.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")
        calls = aws_mock.calls
        calls.assert_called("SendMessage")
        calls.assert_called("SendMessage", "sqs", 1, MessageBody="hello")
        calls.assert_called("SendMessage", MessageBody=Anything())
        calls.assert_not_called("SendMessage", MessageBody="other")
        calls.assert_not_called("PutObject")
        calls.assert_called("PutObject", times=0)

    def test_a_failure_names_the_nearest_call_and_all_calls(self, aws_mock: CognitoSyncMock, queue: str) -> None:
        sqs = aws_mock.client("sqs")
        sqs.send_message(QueueUrl=queue, MessageBody="one")
        sqs.send_message(QueueUrl=queue, MessageBody="two", DelaySeconds=3)
        with pytest.raises(AssertionError) as caught:
            aws_mock.calls.assert_called("SendMessage", MessageBody="three", DelaySeconds=3)
        assert str(caught.value) == (
            "SendMessage(MessageBody='three', DelaySeconds=3) was not called\n"
            f"nearest call: sqs.SendMessage(QueueUrl='{queue}', MessageBody='two', DelaySeconds=3)\n"
            "  MessageBody: 'two', not 'three'\n"
            "all 2 calls:\n"
            f"  1. sqs.SendMessage(QueueUrl='{queue}', MessageBody='one')\n"
            f"  2. sqs.SendMessage(QueueUrl='{queue}', MessageBody='two', DelaySeconds=3)"
        )
        with pytest.raises(AssertionError, match=r"SendMessage\(\) was called twice, not once"):
            aws_mock.calls.assert_called("SendMessage", times=1)
        with pytest.raises(AssertionError, match=r"sqs.SendMessage\(MessageBody='one'\) was called once"):
            aws_mock.calls.assert_not_called("SendMessage", "sqs", MessageBody="one")
        aws_mock.calls.clear()
        with pytest.raises(AssertionError, match="no calls were made at all"):
            aws_mock.calls.assert_called("SendMessage")

    @pytest.mark.parametrize(
        ("ask", "message"),
        [
            (lambda calls: calls.of("PutRecrd"), r"no service has an operation 'PutRecrd'"),
            (lambda calls: calls.of("PutRecrd", "kinesis"), r"kinesis has no operation 'PutRecrd': .*'PutRecord'"),
            (
                lambda calls: calls.assert_called("PutRecord", "kineses"),
                r"no service 'kineses': did you mean 'kinesis'",
            ),
            (lambda calls: calls.assert_called("PutObject", "s3", Buckett="b"), r"no parameter 'Buckett': .*'Bucket'"),
            (lambda calls: calls.assert_called("PutObject", times=-1), r"times must be a whole number from 0, not -1"),
        ],
    )
    def test_misuse_is_told_at_once(
        self, aws_mock: CognitoSyncMock, ask: Callable[[Any], object], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            ask(aws_mock.calls)


class TestText:
    def test_sensitive_members_never_appear(self, aws_mock: CognitoSyncMock) -> None:
        secrets = aws_mock.client("secretsmanager")
        secrets.create_secret(Name="db", SecretString="hunter2")
        secrets.get_secret_value(SecretId="db")
        for text in (repr(aws_mock.calls), repr(aws_mock.calls[0]), json.dumps([c.to_dict() for c in aws_mock.calls])):
            assert "hunter2" not in text
            assert "***" in text
        assert aws_mock.calls[0].parameters["SecretString"] == "hunter2"

    def test_a_call_is_json_able(self, aws_mock: CognitoSyncMock, queue: str) -> None:
        aws_mock.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")
        told = json.loads(json.dumps(aws_mock.calls.last.to_dict()))
        assert (told["service"], told["operation"], told["parameters"]["MessageBody"]) == (
            "sqs",
            "SendMessage",
            "hello",
        )

    def test_long_ones_are_cut(self, aws_mock: CognitoSyncMock, queue: str) -> None:
        aws_mock.client("sqs").send_message(QueueUrl=queue, MessageBody="x" * 10_000)
        assert len(repr(aws_mock.calls.last)) < 300


def test_the_names_of_services_are_checked_when_clients_are_made() -> None:
    with mock_aws() as mock:
        with pytest.raises(ValueError, match="no service 'sqss': did you mean 'sqs'"):
            mock.client("sqss")
        with pytest.raises(ValueError, match="no service 'dynamo'"):
            mock.resource("dynamo")
        assert mock.session(region_name="eu-west-1").client("sqs").meta.region_name == "eu-west-1"
