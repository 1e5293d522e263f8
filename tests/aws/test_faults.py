"""add_fault: errors and delays that a test asks for, counted; and so every declared error of every operation."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from data import PUSH_SYNC
from test_validation import VALID

from cogsync_mock import mock_cognito_sync
from cogsync_mock.cognitosync.wire.contract import operations

if TYPE_CHECKING:
    from conftest import Door


def call(door: Door, name: str, **overrides: Any) -> Any:
    operation = operations()[name]
    client = door.client()
    parameters = {member: VALID[member] for member in operation.input.members if member != "MaxResults"} | overrides
    return getattr(client, operation.python_name)(**parameters)


@pytest.mark.parametrize(
    ("name", "error"), [(name, error) for name, operation in operations().items() for error in operation.errors]
)
def test_every_declared_error_of_every_operation(door: Door, name: str, error: str) -> None:
    fault = door.mock.add_fault(name, error, message="asked for")
    with pytest.raises(ClientError) as caught:
        call(door, name)
    response = caught.value.response
    assert (response["Error"]["Code"], response["Error"]["Message"]) == (error, "asked for")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == operations()[name].errors[error]
    assert type(caught.value).__name__ == error or error == "LambdaSocketTimeoutException"  # botocore lacks that one
    assert fault.used == 1


def test_times_and_default_messages(door: Door, pool_id: str) -> None:
    door.mock.add_fault("GetIdentityPoolConfiguration", "TooManyRequestsException", times=2)
    client = door.client()
    for _ in range(2):
        with pytest.raises(client.exceptions.TooManyRequestsException, match="Too many requests"):
            client.get_identity_pool_configuration(IdentityPoolId=pool_id)
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)


@pytest.mark.parametrize("by_function", [True, False])
def test_when(door: Door, pool_id: str, *, by_function: bool) -> None:
    other = door.mock.create_identity_pool("other")
    when: Any = (lambda given: given["IdentityPoolId"] == other) if by_function else {"IdentityPoolId": other}
    door.mock.add_fault("GetIdentityPoolConfiguration", "InternalErrorException", when=when)
    client = door.client()
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)
    with pytest.raises(client.exceptions.InternalErrorException, match="An internal service error occurred"):
        client.get_identity_pool_configuration(IdentityPoolId=other)


def test_a_held_modification_is_in_progress(door: Door, pool_id: str) -> None:
    """ConcurrentModificationException as an application meets it."""
    door.mock.add_fault("SetIdentityPoolConfiguration", delay=1.0)
    first, client = door.client(), door.client()
    thread = threading.Thread(
        target=first.set_identity_pool_configuration, kwargs={"IdentityPoolId": pool_id, "PushSync": PUSH_SYNC}
    )
    start = time.monotonic()
    thread.start()
    time.sleep(0.3)
    with pytest.raises(client.exceptions.ConcurrentModificationException):
        client.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync={})
    thread.join()
    assert time.monotonic() - start >= 1.0
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)["PushSync"] == PUSH_SYNC


def test_a_delay_alone_holds_any_call(door: Door, pool_id: str) -> None:
    door.mock.add_fault("GetIdentityPoolConfiguration", delay=0.2)
    client, start = door.client(), time.monotonic()
    assert client.get_identity_pool_configuration(IdentityPoolId=pool_id)
    assert time.monotonic() - start >= 0.2


def test_an_unused_fault_fails_the_test_that_asked_for_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_unused(cognito_sync_mock):
            cognito_sync_mock.add_fault("UpdateRecords", "TooManyRequestsException", times=2)

        def test_failed_before(cognito_sync_mock):
            cognito_sync_mock.add_fault("UpdateRecords", "TooManyRequestsException")
            assert False

        def test_clean(cognito_sync_mock, cognito_sync_client):
            pool_id = cognito_sync_mock.create_identity_pool()
            assert cognito_sync_client.get_cognito_events(IdentityPoolId=pool_id)
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["faults were not used as often as asked for: cognito-sync UpdateRecords TooManyRequestsException: 0 of 2"]
    )


def test_an_unused_fault_fails_the_with_block_unless_it_fails_anyway() -> None:
    with pytest.raises(AssertionError, match="BulkPublish delay: 0 of 1"), mock_cognito_sync() as mock:
        mock.add_fault("BulkPublish", delay=1)
    with pytest.raises(LookupError), mock_cognito_sync() as mock:
        mock.add_fault("BulkPublish", delay=1)
        raise LookupError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": "UpdateRecord", "delay": 1}, "no operation 'UpdateRecord': did you mean 'UpdateRecords'"),
        ({"operation": "zzz", "delay": 1}, "no operation 'zzz': there are BulkPublish, DeleteDataset"),
        (
            {"operation": "ListRecords", "error": "ResourceNotFoundException"},
            "ListRecords cannot raise 'ResourceNotFoundException': there are InternalErrorException, ",
        ),
        (
            {"operation": "ListRecords", "delay": 1, "when": {"Dataset": "x"}},
            "ListRecords has no parameter 'Dataset': did you mean 'DatasetName'|has no parameter 'Dataset': there are",
        ),
        ({"operation": "ListRecords"}, "does nothing: give error='...' or delay=seconds"),
        ({"operation": "ListRecords", "delay": -1}, "delay must be a number of seconds from 0, not -1"),
        (
            {"operation": "ListRecords", "delay": 1, "times": 0},
            "times must be a whole number from 1, or None for all requests, not 0",
        ),
    ],
)
def test_senseless_faults_are_refused_at_once(arguments: Any, message: str) -> None:
    with mock_cognito_sync() as mock, pytest.raises(ValueError, match=message):
        mock.add_fault(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": 3}, "operation must be the name of an operation such as 'PutObject', not 3"),
        (
            {"operation": "ListRecords", "error": 3},
            "error must be the name of an error such as 'ThrottlingException', not 3",
        ),
        ({"operation": "ListRecords", "delay": "1"}, "delay must be a number of seconds from 0, not '1'"),
        (
            {"operation": "ListRecords", "delay": 1, "times": "2"},
            "times must be a whole number from 1, or None for all requests, not '2'",
        ),
        ({"operation": "ListRecords", "delay": 1, "when": "always"}, "when must be a function of the parameters"),
    ],
)
def test_faults_of_the_wrong_type_are_refused_at_once(arguments: Any, message: str) -> None:
    with mock_cognito_sync() as mock, pytest.raises(TypeError, match=message):
        mock.add_fault(**arguments)


def test_when_may_make_calls_itself() -> None:
    with mock_cognito_sync() as mock:
        client = mock.client()
        mock.add_fault(
            "ListIdentityPoolUsage",
            delay=0.01,
            when=lambda _: bool(client.get_identity_pool_configuration(IdentityPoolId=pool_id)),
        )
        pool_id = mock.create_identity_pool()
        assert client.list_identity_pool_usage()["Count"] == 1


def test_reset_forgets_the_faults() -> None:
    with mock_cognito_sync() as mock:
        mock.add_fault("ListIdentityPoolUsage", "InternalErrorException", times=9)
        mock.reset()
        assert mock.client().list_identity_pool_usage()["Count"] == 0
