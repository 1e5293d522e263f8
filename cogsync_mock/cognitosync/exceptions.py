"""One class per cause of refusal, its message inside it.

The names and HTTP statuses are documented; the messages are marked in docs/fidelity.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL_NAMESPACE = "com.amazonaws.cognito.sync.model"
FRAMEWORK_NAMESPACE = "com.amazon.coral.service"


class CognitoSyncError(Exception):
    """Base of every refusal: an error name, an HTTP status and a message for the client."""

    code: str
    status: int
    namespace = MODEL_NAMESPACE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameterException(CognitoSyncError):
    """A request parameter does not comply with the associated constraints."""

    code = "InvalidParameterException"
    status = 400


class ConstraintsViolated(InvalidParameterException):
    """One or more members break a constraint of the contract; all of them are listed."""

    def __init__(self, violations: Sequence[str]) -> None:
        plural = "" if len(violations) == 1 else "s"
        super().__init__(f"{len(violations)} validation error{plural} detected: {'; '.join(violations)}")


class ReferencesMissing(InvalidParameterException):
    """With ``verify_references``: the configuration names things that do not exist in the mock."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"The configuration refers to resources that do not exist: {'; '.join(missing)}")


class ResourceNotFoundException(CognitoSyncError):
    """The resource does not exist."""

    code = "ResourceNotFoundException"
    status = 404


class IdentityPoolNotFound(ResourceNotFoundException):
    """No such identity pool in this account and region."""

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' not found")


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


class FrameworkError(CognitoSyncError):
    """A refusal by the web service framework, before the service itself is asked."""

    namespace = FRAMEWORK_NAMESPACE


class SerializationException(FrameworkError):
    """The body is not JSON, or a value has the wrong JSON type."""

    code = "SerializationException"
    status = 400


class UnknownOperationException(FrameworkError):
    """No operation lives at this path or bears this name."""

    code = "UnknownOperationException"
    status = 404

    def __init__(self) -> None:
        super().__init__("The requested operation is not recognized by the service.")


class MissingAuthenticationTokenException(FrameworkError):
    """The request is not signed."""

    code = "MissingAuthenticationTokenException"
    status = 403

    def __init__(self) -> None:
        super().__init__("Missing Authentication Token")


class IncompleteSignatureException(FrameworkError):
    """The Authorization header claims to be a signature but names no credential."""

    code = "IncompleteSignatureException"
    status = 400

    def __init__(self, header: str) -> None:
        super().__init__(f"Authorization header requires 'Credential' parameter. Authorization={header}")


class RequestEntityTooLargeException(FrameworkError):
    """The body is longer than the service reads."""

    code = "RequestEntityTooLargeException"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"Request size exceeded {limit} bytes")


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
