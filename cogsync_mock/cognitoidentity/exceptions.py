"""One class per cause of rejection, its message inside it; where they come from stands in docs/fidelity.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.validation import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class CognitoIdentityError(AWSError):
    """Base of the errors of cognito-identity, all of them with status 400."""

    status = 400


class ValidationException(CognitoIdentityError):
    """One or more members break a constraint of the model; all of them are listed."""

    code = "ValidationException"

    def __init__(self, violations: Sequence[str]) -> None:
        super().__init__(sentence_of(violations))


class InvalidParameterException(CognitoIdentityError):
    """A parameter that is well-formed makes no sense."""

    code = "InvalidParameterException"


class ClassicFlowDisabled(InvalidParameterException):
    """The pool does not let its identities take the basic flow."""

    def __init__(self) -> None:
        super().__init__("Basic (classic) flow is not enabled, please use enhanced flow.")


class BrokenNextToken(InvalidParameterException):
    """The token is none that this operation gave."""

    def __init__(self) -> None:
        super().__init__("Invalid NextToken")


class NotAuthorizedException(CognitoIdentityError):
    """The caller has not proved that it may do this."""

    code = "NotAuthorizedException"


class UnauthenticatedAccessUnsupported(NotAuthorizedException):
    """The pool has no guests."""

    def __init__(self) -> None:
        super().__init__("Unauthenticated access is not supported for this identity pool.")


class ProviderUnsupported(NotAuthorizedException):
    """A login is of a provider that the pool does not know."""

    def __init__(self) -> None:
        super().__init__("Token is not from a supported provider of this identity pool.")


class AccessForbidden(NotAuthorizedException):
    """The identity has logins, and none was given; or it was merged into another."""

    def __init__(self, identity_id: str) -> None:
        super().__init__(f"Access to Identity '{identity_id}' is forbidden.")


class LoginsDoNotMatch(NotAuthorizedException):
    """None of the logins is the identity's."""

    def __init__(self) -> None:
        super().__init__(
            "Logins don't match. Please include at least one valid login for this identity or identity pool."
        )


class InvalidLoginToken(NotAuthorizedException):
    """A token is not good."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid login token. {reason}")


class RoleDenied(NotAuthorizedException):
    """The role mapping gives no role, and says to deny then; or the role that was asked for is not the user's."""

    def __init__(self) -> None:
        super().__init__("Access denied by the role mapping of the identity pool.")


class ResourceNotFoundException(CognitoIdentityError):
    """There is no such thing."""

    code = "ResourceNotFoundException"


class IdentityPoolNotFound(ResourceNotFoundException):
    """There is no such identity pool."""

    def __init__(self, identity_pool_id: str) -> None:
        super().__init__(f"IdentityPool '{identity_pool_id}' not found.")


class IdentityNotFound(ResourceNotFoundException):
    """No pool has such an identity."""

    def __init__(self, identity_id: str) -> None:
        super().__init__(f"Identity '{identity_id}' not found.")


class DeveloperUserNotFound(ResourceNotFoundException):
    """The pool has no such user of the developer provider."""

    def __init__(self, user: str) -> None:
        super().__init__(f"Developer user identifier '{user}' not found.")


class ResourceConflictException(CognitoIdentityError):
    """A login is another identity's."""

    code = "ResourceConflictException"


class LoginsOfSeveralIdentities(ResourceConflictException):
    """The logins of one call are different identities."""

    def __init__(self) -> None:
        super().__init__("The logins are linked to different identities")


class DeveloperUserMismatch(ResourceConflictException):
    """A user of the developer provider is another identity's than the one that was named."""

    def __init__(self) -> None:
        super().__init__("The developer user identifier is linked to another identity")


class DeveloperUserAlreadyRegisteredException(CognitoIdentityError):
    """A user of the developer provider is another identity's already."""

    code = "DeveloperUserAlreadyRegisteredException"

    def __init__(self) -> None:
        super().__init__("The developer user is already linked to another identity")


class InvalidIdentityPoolConfigurationException(CognitoIdentityError):
    """The pool has no role for the identity."""

    code = "InvalidIdentityPoolConfigurationException"

    def __init__(self) -> None:
        super().__init__("Invalid identity pool configuration. Check assigned IAM roles for this pool.")
