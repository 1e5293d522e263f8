"""Errors that any AWS service may answer with: its web service framework's, and the base of all refusals.

The names and HTTP statuses are documented in AWS's common errors; where the messages come from stands in
docs/fidelity.md.
"""

from __future__ import annotations

FRAMEWORK_NAMESPACE = "com.amazon.coral.service"


class AWSError(Exception):
    """An error for the client: a name, an HTTP status and a message."""

    code: str
    status: int
    namespace = FRAMEWORK_NAMESPACE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FrameworkError(AWSError):
    """A refusal by the web service framework, before the service itself is asked."""


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


class AccessDeniedException(FrameworkError):
    """IAM's policies do not allow the action."""

    code = "AccessDeniedException"
    status = 403

    def __init__(self, sentence: str, resource: str) -> None:
        super().__init__(f"{sentence} on resource: {resource}")


class InvalidSignatureException(FrameworkError):
    """The signature was not made with the secret of the key."""

    code = "InvalidSignatureException"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        )


class UnrecognizedClientException(FrameworkError):
    """IAM knows no such access key."""

    code = "UnrecognizedClientException"
    status = 403

    def __init__(self) -> None:
        super().__init__("The security token included in the request is invalid.")


class ExpiredTokenException(FrameworkError):
    """The temporary credentials are no longer good."""

    code = "ExpiredTokenException"
    status = 403

    def __init__(self) -> None:
        super().__init__("The security token included in the request is expired")
