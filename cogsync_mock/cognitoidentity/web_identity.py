"""The second half of the basic flow: STS takes the tokens of cognito-identity."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity, sts
from cogsync_mock.integrations.moto_api import random_uuid

from .credentials import IdentityCredentials, identity_access_key
from .models import logins_backends
from .openid import claims_of, pretends_to_be_ours, tags_of

if TYPE_CHECKING:
    from collections.abc import Callable

_claims: ContextVar[dict[str, Any] | None] = ContextVar("claims", default=None)
_STS_ERROR = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
)


def assume_role_with_web_identity(response: Any, original: Callable[[], Any]) -> Any:
    """AssumeRoleWithWebIdentity: the second half of the basic flow, if the token is one of cognito-identity."""
    token = cognitoidentity.parameter(response, "WebIdentityToken") or ""
    claims = claims_of(token)
    if claims is None and pretends_to_be_ours(token):
        # Of other issuers' tokens nobody here can tell; with this one a caller would be nobody's identity.
        return _rejection("InvalidIdentityToken", "The ID Token provided is not a valid JWT")
    if claims is not None and claims["exp"] < unix_time():
        expired = f"current date/time {int(unix_time())} must be before the expiration date/time {claims['exp']}"
        return _rejection("ExpiredTokenException", f"Token expired: {expired}")
    before = _claims.set(claims)
    try:
        return original()
    finally:
        _claims.reset(before)


def _rejection(code: str, message: str) -> tuple[int, dict[str, Any], str]:
    error = _STS_ERROR.format(code=code, message=message, request_id=random_uuid())
    return 400, {"status": 400, "content-type": "text/xml"}, error


def remember_assumed_role(_backend: Any, original: Callable[..., Any], **parameters: Any) -> Any:
    """Know whose credentials the backend of STS has just given out for a token."""
    role, claims = original(**parameters), _claims.get()
    if claims is not None:
        sts.replace_access_key(role, identity_access_key())
        account_id, region = role.account_id, claims["aud"].partition(":")[0]
        tags = {name: values[0] for name, values in tags_of(claims).items()}
        keys = sts.keys_of(role)
        credentials = IdentityCredentials(*keys, account_id, claims["aud"], claims["sub"], role.role_arn, tags)
        logins_backends[account_id][region].remember_credentials(credentials)
    return role
