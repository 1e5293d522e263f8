"""Which errors a fault may ask for: those that botocore's models declare, AWS's common ones, and S3's own list.

Sources: botocore's service models; "Common errors" of the API references; "Error responses" of S3's API reference.
Services whose models declare no errors at all (EC2 and a few others) may be asked for any code, since nothing tells
which ones exist.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import operations
from .error_responses import shape_of
from .suggestions import suggestion

if TYPE_CHECKING:
    from botocore.model import OperationModel

#: Failures of the connection, by the names of botocore's own exceptions.
CONNECTION_FAILURES = (
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ConnectionClosedError",
    "IncompleteReadError",
)

#: Errors of any service, with their HTTP statuses.
COMMON_ERRORS = {
    "AccessDenied": 403,
    "AccessDeniedException": 400,
    "AuthFailure": 401,
    "BandwidthLimitExceeded": 503,
    "EC2ThrottledException": 503,
    "ExpiredToken": 400,
    "ExpiredTokenException": 400,
    "IncompleteSignature": 400,
    "InternalError": 500,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidClientTokenId": 403,
    "InvalidSignatureException": 403,
    "LimitExceededException": 400,
    "MissingAuthenticationToken": 403,
    "NotAuthorized": 400,
    "OptInRequired": 403,
    "PriorRequestNotComplete": 400,
    "RequestExpired": 400,
    "RequestLimitExceeded": 503,
    "RequestThrottled": 400,
    "RequestThrottledException": 400,
    "RequestTimeout": 400,
    "RequestTimeoutException": 400,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "ThrottledException": 400,
    "Throttling": 400,
    "ThrottlingException": 400,
    "TooManyRequestsException": 429,
    "UnrecognizedClientException": 400,
    "ValidationError": 400,
    "ValidationException": 400,
}

# Of "Error responses" in S3's API reference; its model declares hardly any.
_S3_ERRORS = {
    "AccessControlListNotSupported": 400,
    "AccountProblem": 403,
    "BadDigest": 400,
    "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "IllegalLocationConstraintException": 400,
    "IncompleteBody": 400,
    "InvalidArgument": 400,
    "InvalidBucketName": 400,
    "InvalidDigest": 400,
    "InvalidObjectState": 403,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "KeyTooLongError": 400,
    "MalformedXML": 400,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchBucketPolicy": 404,
    "NoSuchKey": 404,
    "NoSuchLifecycleConfiguration": 404,
    "NoSuchTagSet": 404,
    "NoSuchUpload": 404,
    "NoSuchVersion": 404,
    "NotImplemented": 501,
    "OperationAborted": 409,
    "PermanentRedirect": 301,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "RestoreAlreadyInProgress": 409,
    "TemporaryRedirect": 307,
    "TooManyBuckets": 400,
    "UnexpectedContent": 400,
}
_CODE = re.compile(r"[A-Za-z][\w.]*")
_CLIENT_ERROR, _SERVER_ERROR = 400, 500

#: Errors that a service answers with and botocore's model lacks, by boto3's name of the service and the operation;
#: registered by those who know.
extra_errors: dict[tuple[str, str], dict[str, int]] = {}
#: Texts of errors, where a service has one of its own, by service and code.
messages: dict[tuple[str, str], str] = {}


def require_error(error: Any, service: str, operation: str) -> None:
    """Make sure that an operation can fail in this way.

    Args:
        error: what a user gave.
        service: a service that exists, or ``*``.
        operation: an operation that it has, or ``*``.

    Raises:
        TypeError: if it is no text.
        ValueError: naming the nearest right names, if it cannot.
    """
    if not isinstance(error, str):
        raise TypeError(f"error must be the name of an error such as 'ThrottlingException', not {error!r}")
    if error in COMMON_ERRORS or error in CONNECTION_FAILURES:
        return
    known = errors_of(service, operation)
    if error in known or (not known and _CODE.fullmatch(error) and service != "*"):
        return
    who = f"{service} {operation}" if "*" in (service, operation) else operation
    names = sorted({*known, *COMMON_ERRORS, *CONNECTION_FAILURES}) if not known else sorted(known)
    close = suggestion(error, {*known, *COMMON_ERRORS, *CONNECTION_FAILURES}, "errors")
    hint = close if close.startswith("did you mean") else suggestion(error, names, "errors that it declares")
    raise ValueError(
        f"{who} cannot raise {error!r}: {hint}, or one of AWS's common errors such as 'ThrottlingException'"
    )


def errors_of(service: str, operation: str) -> dict[str, int]:
    """Return the errors that an operation declares, with their HTTP statuses; for ``*`` those of all operations."""
    if service == "*":
        return {}
    model = operations.service_model(service)
    names = list(model.operation_names) if operation == "*" else [operation]
    found: dict[str, int] = {}
    for name in names:
        declared = model.operation_model(name)
        shapes: list[Any] = [*declared.error_shapes] or [*model.error_shapes]
        for shape in shapes:
            status = _status_of(shape)
            found[shape.name] = found[str(shape.error_code)] = status
        found.update(extra_errors.get((service, name), {}))
    return found | (_S3_ERRORS if service == "s3" else {})


def status_of(model: OperationModel | None, service: str, operation: str, error: str) -> int:
    """Return the HTTP status that an error comes with."""
    extra = extra_errors.get((service, operation), {})
    if error in extra:
        return extra[error]
    shape = shape_of(model, error)
    if shape is not None:
        return _status_of(shape)
    return COMMON_ERRORS.get(error) or (_S3_ERRORS.get(error) if service == "s3" else None) or _CLIENT_ERROR


def _status_of(shape: Any) -> int:
    declared = shape.metadata.get("error", {}).get("httpStatusCode")
    if declared:
        return int(declared)
    return _SERVER_ERROR if shape.metadata.get("fault") else _CLIENT_ERROR
