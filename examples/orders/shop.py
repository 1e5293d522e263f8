"""Take an order once, whatever happens on the way; stop asking a warehouse that does not answer."""

from __future__ import annotations

import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TABLE, BUCKET, QUEUE = "orders", "receipts-of-the-shop", "warehouse"


class WarehouseClosed(Exception):
    """The warehouse has failed too often lately; nobody asks it for a while."""


class Shop:
    """The shop.

    Args:
        patience: after how many failures in a row the warehouse is left alone.
        pause: for how long, in seconds.
    """

    def __init__(self, *, patience: int = 3, pause: float = 60.0) -> None:
        self.table = boto3.resource("dynamodb").Table(TABLE)
        self.s3 = boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": 4}))
        # The breaker counts failures itself, so botocore repeats nothing.
        self.sqs = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))
        self.queue_url = self.sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        self._patience, self._pause = patience, pause
        self._failures, self._closed_until = 0, 0.0

    def order(self, order_id: str, item: str) -> bool:
        """Take an order; return False if it was taken before."""
        try:
            self.table.put_item(Item={"id": order_id, "item": item}, ConditionExpression="attribute_not_exists(id)")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        self.s3.put_object(Bucket=BUCKET, Key=f"{order_id}.txt", Body=f"1 x {item}".encode())
        return True

    def tell_warehouse(self, order_id: str) -> Any:
        """Tell the warehouse of an order.

        Raises:
            WarehouseClosed: if it has failed too often lately.
        """
        if time.monotonic() < self._closed_until:
            raise WarehouseClosed
        try:
            sent = self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=order_id)
        except (BotoCoreError, ClientError):
            self._failures += 1
            if self._failures >= self._patience:
                self._closed_until = time.monotonic() + self._pause
            raise
        self._failures = 0
        return sent["MessageId"]
