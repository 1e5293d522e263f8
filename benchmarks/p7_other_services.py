"""P7: a call of another service in our mock, log on, over the same in ``moto.mock_aws``, each in its own process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from _paired import CHILD, Child, alternated, report, serve

if TYPE_CHECKING:
    from collections.abc import Callable

BAR, AIM = 1.05, 0.9
ROUNDS, CALLS = 40, 20
SERVICES = ("s3", "sqs", "dynamodb", "sns")


def calls() -> dict[str, Callable[[], object]]:
    """Return one call of each service, in the mock that is on."""
    import boto3

    s3: Any = boto3.client("s3", "us-east-1")
    s3.create_bucket(Bucket="saves")
    sqs: Any = boto3.client("sqs", "us-east-1")
    url = sqs.create_queue(QueueName="turns")["QueueUrl"]
    dynamodb: Any = boto3.client("dynamodb", "us-east-1")
    dynamodb.create_table(
        TableName="players",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    sns: Any = boto3.client("sns", "us-east-1")
    topic = sns.create_topic(Name="moves")["TopicArn"]
    return {
        "s3": lambda: s3.put_object(Bucket="saves", Key="one", Body=b"1"),
        "sqs": lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]),
        "dynamodb": lambda: dynamodb.put_item(TableName="players", Item={"name": {"S": "Ada"}}),
        "sns": lambda: sns.publish(TopicArn=topic, Message="e4"),
    }


def measure(side: str) -> None:
    """Measure one side, as the other process asks."""
    mock: Any
    if side == "ours":
        from cogsync_mock import mock_cognito_sync as mock
    else:
        from moto import mock_aws as mock
    with mock():
        serve(calls(), CALLS)


def main() -> int:
    """Measure and print."""
    if CHILD in sys.argv:
        measure(sys.argv[-1])
        return 0
    ours, theirs = Child("ours"), Child("theirs")
    held = []
    for service in SERVICES:
        pairs = alternated(lambda: ours.measure(service), lambda: theirs.measure(service), rounds=ROUNDS)  # noqa: B023  # called at once
        held.append(report(f"P7: a call of {service}", ("mock_cognito_sync", "moto.mock_aws"), pairs, BAR, AIM))
    ours.stop()
    theirs.stop()
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
