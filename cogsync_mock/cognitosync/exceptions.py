"""One class per cause of refusal, its message inside it.

The names and HTTP statuses are documented; the messages are marked in docs/fidelity.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsync_mock.aws.errors import AWSError, FrameworkError
from cogsync_mock.aws.validation import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL_NAMESPACE = "com.amazonaws.cognito.sync.model"


class CognitoSyncError(AWSError):
    """Base of the service's own errors."""

    namespace = MODEL_NAMESPACE


class InvalidParameterException(CognitoSyncError):
    """A request parameter does not comply with the associated constraints."""

    code = "InvalidParameterException"
    status = 400


class ConstraintsViolated(InvalidParameterException):
    """One or more members break a constraint of the contract; all of them are listed."""

    def __init__(self, violations: Sequence[str]) -> None:
        super().__init__(sentence_of(violations))


class ReferencesMissing(InvalidParameterException):
    """With ``verify_references``: the configuration names things that do not exist in the mock."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"The configuration refers to resources that do not exist: {'; '.join(missing)}")


class NoSuchSyncCount(InvalidParameterException):
    """A client claims to know a count that the dataset has not reached."""

    def __init__(self, sync_count: int) -> None:
        super().__init__(f"No such SyncCount: {sync_count} exists for this Dataset")


class SyncSessionTokenNotValid(InvalidParameterException):
    """The token is another dataset's, spent, expired or none at all."""

    def __init__(self) -> None:
        super().__init__("SyncSessionToken not valid for these inputs")


class BrokenNextToken(InvalidParameterException):
    """The token is none that this operation gave."""

    def __init__(self) -> None:
        super().__init__("NextToken not valid for these inputs")


class DuplicateKeys(InvalidParameterException):
    """One call patches the same record twice."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Duplicate key in RecordPatches: {key}")


class StreamNeverConfigured(InvalidParameterException):
    """A bulk publish of a pool that never had a stream."""

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' has no stream configured")


class LimitExceededException(CognitoSyncError):
    """A documented limit would be exceeded."""

    code = "LimitExceededException"
    status = 400


class TooManyDatasets(LimitExceededException):
    """The identity has as many datasets as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Limit of {limit} datasets per identity exceeded")


class TooManyRecords(LimitExceededException):
    """The dataset would have more records than it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Limit of {limit} records per dataset exceeded")


class DatasetTooLarge(LimitExceededException):
    """The dataset would be larger than it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Limit of {limit} bytes per dataset exceeded")


class ResourceConflictException(CognitoSyncError):
    """An update tries to use a resource that is in use, or is out of date."""

    code = "ResourceConflictException"
    status = 409


class WrongSyncCount(ResourceConflictException):
    """A patch does not know the latest version of its record."""

    def __init__(self, key: str, current: int, given: int) -> None:
        super().__init__(f"Current SyncCount for: {key} is: {current} not: {given}")


class DuplicateRequestException(CognitoSyncError):
    """A bulk publish of this pool is in progress."""

    code = "DuplicateRequestException"
    status = 400

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"A bulk publish of IdentityPool '{identity_pool_id}' is already in progress")


class AlreadyStreamedException(CognitoSyncError):
    """A bulk publish of this pool succeeded less than 24 hours ago."""

    code = "AlreadyStreamedException"
    status = 400

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' was bulk published within the last 24 hours")


class InvalidConfigurationException(CognitoSyncError):
    """The pool's push configuration does not serve this request."""

    code = "InvalidConfigurationException"
    status = 400


class PushSyncNotConfigured(InvalidConfigurationException):
    """The pool has no PushSync."""

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' is not configured for push sync")


class PlatformNotConfigured(InvalidConfigurationException):
    """None of the pool's applications is of the device's platform."""

    def __init__(self, identity_pool_id: str, platform: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' has no application of platform {platform}")


class ResourceNotFoundException(CognitoSyncError):
    """The resource does not exist."""

    code = "ResourceNotFoundException"
    status = 404


class IdentityPoolNotFound(ResourceNotFoundException):
    """No such identity pool in this account and region."""

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' not found")


class IdentityNotFound(ResourceNotFoundException):
    """No such identity in the pool."""

    def __init__(self, identity_id: str) -> None:
        super().__init__(f"Identity '{identity_id}' not found")


class DatasetNotFound(ResourceNotFoundException):
    """The identity has no such dataset, or no longer."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Dataset '{name}' not found")


class DeviceNotFound(ResourceNotFoundException):
    """The identity has no such device."""

    def __init__(self, device_id: str) -> None:
        super().__init__(f"Device '{device_id}' not found")


class SubscriptionNotFound(ResourceNotFoundException):
    """The device is not subscribed to the dataset."""

    def __init__(self, device_id: str, name: str) -> None:
        super().__init__(f"Device '{device_id}' is not subscribed to Dataset '{name}'")


class ConcurrentModificationException(CognitoSyncError):
    """Another call is modifying the same resource right now."""

    code = "ConcurrentModificationException"
    status = 400

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' is being modified by another request")


class NotAuthorizedException(CognitoSyncError):
    """These credentials are of the wrong kind, or another identity's."""

    code = "NotAuthorizedException"
    status = 403

    def __init__(self) -> None:
        super().__init__("These credentials are not valid for accessing this resource")


class InvalidLambdaFunctionOutputException(CognitoSyncError):
    """The function of the SyncTrigger failed, or answered something that is no answer."""

    code = "InvalidLambdaFunctionOutputException"
    status = 400

    def __init__(self, message: str = "The AWS Lambda function returned invalid output or an exception") -> None:
        super().__init__(message)


class FunctionCannotRun(InvalidLambdaFunctionOutputException):
    """There is no such function in the mock, or nothing to run it with: ours to explain, so the words are ours."""

    def __init__(self, name_or_arn: str, why: str) -> None:
        super().__init__(
            f"Lambda function '{name_or_arn}' cannot run in the mock: {why}. "
            f"Let a Python callable play it, with mock.lambda_function('{name_or_arn}') in the process of the mock"
        )


class LambdaThrottledException(CognitoSyncError):
    """Lambda has no concurrency left for the function."""

    code = "LambdaThrottledException"
    status = 429

    def __init__(self) -> None:
        super().__init__("AWS Lambda throttled your account, please contact AWS Support")


class LambdaSocketTimeoutException(CognitoSyncError):
    """The function took more than the five seconds that it has (documented)."""

    code = "LambdaSocketTimeoutException"
    status = 400

    def __init__(self) -> None:
        super().__init__("The AWS Lambda function did not answer in time")


class NoSuchEndpoint(FrameworkError):
    """The service does not exist in this region: in production the host name would not resolve."""

    code = "UnknownEndpointException"
    status = 404

    def __init__(self, region: str) -> None:
        super().__init__(
            f"Amazon Cognito Sync has no endpoint in region '{region}': in production its host name does not resolve"
        )


class OperationNotImplemented(FrameworkError):
    """The operation exists at AWS but this mock has no behaviour for it yet."""

    code = "NotImplementedException"
    status = 501

    def __init__(self, operation: str) -> None:
        super().__init__(f"cogsync_mock does not implement {operation} yet")
