"""A fault that makes no sense is refused the moment it is asked for, with the nearest right name; nothing is added."""

from __future__ import annotations

from typing import Any

import pytest

from cogsync_mock import mock_aws
from cogsync_mock.aws.faults import faults


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": "ListQueues", "service": "sqss", "delay": 1}, r"no service 'sqss': did you mean 'sqs'"),
        ({"operation": "ListQueue", "service": "sqs", "delay": 1}, r"sqs has no operation 'ListQueue': .*'ListQueues'"),
        ({"operation": "list_queues", "service": "sqs", "delay": 1}, r"did you mean 'ListQueues'"),
        (
            {"operation": "PutObject", "service": "s3", "error": "NoSuchBuckett"},
            r"PutObject cannot raise 'NoSuchBuckett': did you mean 'NoSuchBucket'",
        ),
        (
            {"operation": "GetItem", "service": "dynamodb", "error": "Throtling"},
            r"GetItem cannot raise 'Throtling': did you mean",
        ),
        ({"operation": "*", "service": "*", "error": "NoSuchBucket"}, r"\* \* cannot raise 'NoSuchBucket'"),
        ({"operation": "PutObject", "service": "s3"}, r"does nothing: give error='...' or delay=seconds"),
        ({"operation": "PutObject", "service": "s3", "delay": 1, "times": 0}, r"times must be a whole number from 1"),
        ({"operation": "PutObject", "service": "s3", "delay": -1}, r"delay must be a number of seconds from 0, not -1"),
        ({"operation": "PutObject", "service": "s3", "delay": float("nan")}, r"delay must be a number of seconds"),
        ({"operation": "PutObject", "service": "s3", "status": 200}, r"status must be an HTTP status of a failure"),
        ({"operation": "PutObject", "service": "s3", "status": 503, "error": "SlowDown"}, r"either error or status"),
        (
            {"operation": "PutObject", "service": "s3", "status": 503, "message": "m"},
            r"message is the message of an error",
        ),
        ({"operation": "PutObject", "service": "s3", "delay": 1, "after": True}, r"after=True replaces the answer"),
        (
            {"operation": "PutObject", "service": "s3", "delay": 1, "when": {"Buckett": "b"}},
            r"PutObject has no parameter 'Buckett': did you mean 'Bucket'",
        ),
    ],
)
def test_senseless(arguments: Any, message: str) -> None:
    with mock_aws() as mock:
        with pytest.raises(ValueError, match=message):
            mock.add_fault(**arguments)
        assert list(faults) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": "PutObject", "service": 3, "delay": 1}, "service must be the name of a service such as 's3'"),
        ({"operation": "PutObject", "service": "s3", "status": "503"}, "status must be an HTTP status such as 503"),
        ({"operation": "PutObject", "service": "s3", "delay": 1, "times": True}, "times must be a whole number from 1"),
        ({"operation": "PutObject", "service": "s3", "error": "SlowDown", "after": 1}, "after must be True or False"),
        ({"operation": "PutObject", "service": "s3", "error": "SlowDown", "message": 3}, "message must be a string"),
        ({"operation": "PutObject", "service": "s3", "error": "SlowDown", "when": 3}, "when must be a function"),
    ],
)
def test_of_the_wrong_type(arguments: Any, message: str) -> None:
    with mock_aws() as mock:
        with pytest.raises(TypeError, match=message):
            mock.add_fault(**arguments)
        assert list(faults) == []
