"""The life of a request to cognito-identity: read it by botocore's model, validate it, hand it to its operation."""

from __future__ import annotations

import base64
import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from cogsync_mock.aws import shapes, values
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.validation import violations_of
from cogsync_mock.integrations import cognitoidentity

from .exceptions import BrokenNextToken, IdentityNotFound, IdentityPoolNotFound, ValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cogsync_mock.integrations.cognitoidentity import PoolLocation

    Handler = Callable[["Request"], dict[str, Any]]

SERVICE = "cognito-identity"
#: By their names in Python, as moto calls them.
handlers: dict[str, Handler] = {}


def operation(handler: Handler) -> Handler:
    """Make a function the answer to the operation of its name."""
    handlers[handler.__name__] = handler
    return handler


@dataclass(frozen=True, slots=True)
class Request:
    """What an operation is asked.

    Attributes:
        account_id: of the caller; calls that are not signed say nothing of theirs.
        region: where it was sent to.
    """

    account_id: str
    region: str
    parameters: dict[str, Any]

    def pool(self, name: str = "IdentityPoolId") -> PoolLocation:
        """Return the pool that the request names, which must be of the caller's account.

        Raises:
            IdentityPoolNotFound: if there is none.
        """
        identity_pool_id = self.parameters[name]
        location = cognitoidentity.pool_of_id(identity_pool_id, self.account_id)
        if location is None:
            raise IdentityPoolNotFound(identity_pool_id)
        return location

    def pool_of_anyone(self) -> PoolLocation:
        """Return the pool that the request names, of whichever account: logins are not signed.

        Raises:
            IdentityPoolNotFound: if there is none.
        """
        location = cognitoidentity.pool_of_id(self.parameters["IdentityPoolId"])
        if location is None:
            raise IdentityPoolNotFound(self.parameters["IdentityPoolId"])
        return location

    def pool_of_identity(self) -> PoolLocation:
        """Return the pool of the identity that the request names, which must be of the caller's account.

        Raises:
            IdentityNotFound: if there is none.
        """
        identity_id = self.parameters["IdentityId"]
        location = cognitoidentity.pool_of_identity(identity_id)
        if location is None or location.account_id != self.account_id:
            raise IdentityNotFound(identity_id)
        return location


def answer(name: str, response: Any) -> str:
    """Answer a request that one of moto's response objects holds.

    Args:
        name: of the operation, in Python.
        response: moto's.

    Raises:
        JsonRESTError: moto's, for whatever is rejected.
    """
    try:
        shape = shapes.input_of(SERVICE, _operation_names()[name])
        body = response.body if isinstance(response.body, bytes) else str(response.body or "").encode()
        parameters = values.read(shape, values.loads(body) if body.strip() else {})
        if violations := violations_of(shape, parameters):
            raise ValidationException(violations)
        result = handlers[name](Request(response.current_account, response.region, parameters))
    except AWSError as error:
        raise cognitoidentity.error(error.code, error.message) from error
    return json.dumps(result) if result else ""


@functools.cache
def _operation_names() -> dict[str, str]:
    return {xform_name(name): name for name in shapes.model_of(SERVICE).operation_names}


def page(items: Sequence[Any], parameters: dict[str, Any], kind: str) -> tuple[list[Any], dict[str, str]]:
    """Return one page, and the NextToken of the next one, if any, as a member of the answer.

    Args:
        items: all there are.
        parameters: MaxResults and NextToken of the request.
        kind: what the token is good for.

    Raises:
        BrokenNextToken: if it is none of this kind.
    """
    first, size = 0, parameters.get("MaxResults") or len(items)
    if (token := parameters.get("NextToken")) is not None:
        try:
            named, position = base64.urlsafe_b64decode(token.encode()).decode().split(" ")
            first = int(position)
        except ValueError:
            raise BrokenNextToken from None
        if named != kind or first < 1:
            raise BrokenNextToken
    following = base64.urlsafe_b64encode(f"{kind} {first + size}".encode()).decode()
    return list(items[first : first + size]), {"NextToken": following} if len(items) > first + size else {}
