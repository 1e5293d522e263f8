"""Recipes: test a retry, idempotency, a circuit breaker, and what was sent. Nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from orders.shop import BUCKET, QUEUE, TABLE, Shop, WarehouseClosed

if TYPE_CHECKING:
    from cogsync_mock import AWSMock


@pytest.fixture
def shop(aws_mock: AWSMock) -> Shop:
    aws_mock.resource("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws_mock.client("s3").create_bucket(Bucket=BUCKET)
    aws_mock.client("sqs").create_queue(QueueName=QUEUE)
    shop = Shop()
    aws_mock.calls.clear()
    return shop


def test_a_retry(aws_mock: AWSMock, shop: Shop) -> None:
    aws_mock.add_fault("PutObject", "SlowDown", service="s3", times=2)
    assert shop.order("1", "tea")
    call = aws_mock.calls.last
    assert (call.attempts, call.error) == (3, None)
    assert call.waited > 0  # what botocore would have waited; the test did not


def test_giving_up(aws_mock: AWSMock, shop: Shop) -> None:
    aws_mock.add_fault("PutObject", "SlowDown", service="s3", times=4)
    with pytest.raises(ClientError, match="SlowDown"):
        shop.order("1", "tea")


def test_idempotency(aws_mock: AWSMock, shop: Shop) -> None:
    """The order is stored, but its answer is lost on the way; asking again must not make a second one."""
    aws_mock.add_fault("PutItem", "ReadTimeoutError", service="dynamodb", after=True)
    # botocore itself asks again after a timeout, and finds the order there.
    assert shop.order("1", "tea") is False
    assert aws_mock.calls.of("PutItem")[0].attempts == 2
    assert shop.table.scan()["Count"] == 1


def test_a_circuit_breaker(aws_mock: AWSMock, shop: Shop) -> None:
    with aws_mock.add_fault("SendMessage", "ReadTimeoutError", service="sqs", times=3) as fault:
        for _ in range(3):
            with pytest.raises(ReadTimeoutError):
                shop.tell_warehouse("1")
        with pytest.raises(WarehouseClosed):
            shop.tell_warehouse("1")
    assert fault.used == 3
    aws_mock.calls.assert_called("SendMessage", "sqs", times=3)


def test_what_was_sent(aws_mock: AWSMock, shop: Shop) -> None:
    shop.order("7", "tea")
    shop.tell_warehouse("7")
    aws_mock.calls.assert_called("PutItem", TableName=TABLE, Item={"id": "7", "item": "tea"})
    aws_mock.calls.assert_called("PutObject", Bucket=BUCKET, Key="7.txt", Body=b"1 x tea")
    aws_mock.calls.assert_called("SendMessage", times=1, MessageBody="7")
    aws_mock.calls.assert_not_called("DeleteItem")
