"""How users log in: what moto's cognito-identity and STS leave out (``completion`` puts it in).

Each identity gets credentials of its own, the identities of developer providers exist, the same login is the same
identity, and an OpenID Connect token of cognito-identity can be exchanged at STS (the basic flow).

The operations take moto's response object, which holds the request, and moto's own method, None if it has none.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity, sts
from cogsync_mock.integrations.moto_api import random_uuid

from .credentials import LIFETIME, SESSION_NAME, IdentityCredentials, identity_access_key, well_formed_keys
from .models import logins_backends, logins_of
from .openid import claims_of, open_id_token, pretends_to_be_ours, subject_of
from .state import Login

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cogsync_mock.integrations.cognitoidentity import PoolLocation

#: How long a token is good if nothing else is asked for, in seconds (documented).
DEVELOPER_TOKEN_LIFETIME = 900
TOKEN_LIFETIME = 600
MAX_TOKEN_LIFETIME = 86400
#: The login that a token of cognito-identity itself is.
OWN_PROVIDER = "cognito-identity.amazonaws.com"


# ---------------------------------------------------------------- credentials


def issue(
    identity_id: str, *, logged_in: bool | None = None, role_arn: str | None = None
) -> IdentityCredentials | None:
    """Give an identity new temporary credentials, of the role that its pool has for it.

    Args:
        identity_id: the identity, of whichever account.
        logged_in: whether it is the role of authenticated identities or the other one; None for whichever there is.
        role_arn: another role.

    Returns:
        The credentials, or None if no pool has such an identity.
    """
    location = cognitoidentity.pool_of_identity(identity_id)
    if location is None:
        return None
    if role_arn is None:
        kinds = {True: ("authenticated",), False: ("unauthenticated",), None: ("authenticated", "unauthenticated")}
        with logins_of(location) as logins:
            role_arn = next((logins.roles[kind] for kind in kinds[logged_in] if kind in logins.roles), None)
    account_id, region, pool = location
    if role_arn is None:
        keys = (*well_formed_keys(), unix_time() + LIFETIME)
    else:
        role = sts.assume_role(account_id, region, role_arn, SESSION_NAME, LIFETIME)
        sts.replace_access_key(role, identity_access_key())
        keys = sts.keys_of(role)
    credentials = IdentityCredentials(*keys, account_id, pool.identity_pool_id, identity_id, role_arn)
    return logins_backends[account_id][region].remember_credentials(credentials)


def set_roles(location: PoolLocation, roles: Mapping[str, str], role_mappings: Mapping[str, Any]) -> None:
    """Set the roles of a pool in place of those it had."""
    with logins_of(location) as logins:
        logins.roles, logins.role_mappings = dict(roles), dict(role_mappings)


# ----------------------------------------------- operations of cognito-identity


def get_id(asked: Any, _motos: Any) -> str:
    """GetId: the same login is the same identity; without one, every call makes another (documented)."""
    location, given = _unsigned_pool_of(asked), _logins(asked)
    where = (location.account_id, location.region, location.pool.identity_pool_id)
    linked = set()
    if OWN_PROVIDER in given:
        own = _identity_of_token(given.pop(OWN_PROVIDER))
        if not cognitoidentity.has_identity(*where, own):
            raise cognitoidentity.error(
                "NotAuthorizedException", "Invalid login token. It is of another identity pool."
            )
        linked.add(own)
    logins = [Login(provider, subject_of(token)) for provider, token in given.items()]
    new = cognitoidentity.NewIdentity(*where)
    with logins_of(location) as kept:
        linked |= kept.identities_of(logins)
        if len(linked) > 1:
            raise cognitoidentity.error("ResourceConflictException", "The logins are linked to different identities")
        identity_id = next(iter(linked), None) or new.make()
        kept.link(logins, identity_id)
    return json.dumps({"IdentityId": identity_id})


def get_credentials_for_identity(asked: Any, _motos: Any) -> str:
    """GetCredentialsForIdentity: the enhanced flow."""
    identity_id, logins = _required(asked, "IdentityId"), _logins(asked)
    if OWN_PROVIDER in logins:
        _check_token(logins[OWN_PROVIDER], identity_id)
    role_arn = cognitoidentity.parameter(asked, "CustomRoleArn")
    if role_arn is not None and not isinstance(role_arn, str):
        raise cognitoidentity.error("SerializationException", "CustomRoleArn must be a text")
    credentials = issue(identity_id, logged_in=bool(logins), role_arn=role_arn)
    if credentials is None:
        raise _no_identity(identity_id)
    return json.dumps(
        {
            "IdentityId": credentials.identity_id,
            "Credentials": {
                "AccessKeyId": credentials.access_key,
                "SecretKey": credentials.secret_key,
                "SessionToken": credentials.session_token,
                "Expiration": credentials.expiration,
            },
        }
    )


def get_open_id_token(asked: Any, _motos: Any) -> str:
    """GetOpenIdToken: the first half of the basic flow."""
    identity_id, logins = _required(asked, "IdentityId"), _logins(asked)
    location = cognitoidentity.pool_of_identity(identity_id)
    if location is None:
        raise _no_identity(identity_id)
    if OWN_PROVIDER in logins:
        _check_token(logins[OWN_PROVIDER], identity_id)
    methods = ["authenticated", *logins] if logins else ["unauthenticated"]
    token = open_id_token(location.pool.identity_pool_id, identity_id, methods, unix_time(), TOKEN_LIFETIME)
    return json.dumps({"IdentityId": identity_id, "Token": token})


def get_open_id_token_for_developer_identity(asked: Any, _motos: Any) -> str:
    """GetOpenIdTokenForDeveloperIdentity: makes the identity if it does not exist yet."""
    location = _pool_of(asked)
    given, logins, lifetime = cognitoidentity.parameter(asked, "IdentityId"), _logins(asked), _token_duration(asked)
    if not logins:
        raise cognitoidentity.error("InvalidParameterException", "Please provide at least one login")
    where = (location.account_id, location.region, location.pool.identity_pool_id)
    if given is not None and not cognitoidentity.has_identity(*where, given):
        raise _no_identity(given)
    users = [Login(*login) for login in logins.items()]
    new = cognitoidentity.NewIdentity(*where)
    with logins_of(location) as kept:
        linked = kept.identities_of(users)
        if len(linked | {given} - {None}) > 1:
            raise cognitoidentity.error(
                "DeveloperUserAlreadyRegisteredException", "The developer user is already linked to another identity"
            )
        identity_id = given or next(iter(linked), None) or new.make()
        kept.link(users, identity_id)
    methods = ["authenticated", *logins]
    token = open_id_token(location.pool.identity_pool_id, identity_id, methods, unix_time(), lifetime)
    return json.dumps({"IdentityId": identity_id, "Token": token})


def set_identity_pool_roles(asked: Any, _motos: Any) -> str:
    """SetIdentityPoolRoles, which moto lacks."""
    set_roles(_pool_of(asked), _map(asked, "Roles", str), _map(asked, "RoleMappings", dict))
    return ""


def get_identity_pool_roles(asked: Any, _motos: Any) -> str:
    """GetIdentityPoolRoles, which moto lacks."""
    location = _pool_of(asked)
    answer: dict[str, Any] = {"IdentityPoolId": location.pool.identity_pool_id}
    with logins_of(location) as kept:
        answer["Roles"] = kept.roles
        if kept.role_mappings:
            answer["RoleMappings"] = kept.role_mappings
        return json.dumps(answer)


def _required(asked: Any, name: str) -> str:
    given = cognitoidentity.parameter(asked, name)
    if not isinstance(given, str):
        member = name[0].lower() + name[1:]
        complaint = f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
        raise cognitoidentity.error("ValidationException", f"1 validation error detected: {complaint}")
    return given


def _map(asked: Any, name: str, kind: type) -> dict[str, Any]:
    given = cognitoidentity.parameter(asked, name)
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, kind) for value in given.values()):
        raise cognitoidentity.error("SerializationException", f"{name} must be a map of values of the right type")
    return dict(given)


def _logins(asked: Any) -> dict[str, str]:
    return _map(asked, "Logins", str)


def _token_duration(asked: Any) -> float:
    given = cognitoidentity.parameter(asked, "TokenDuration")
    if given is None:
        return DEVELOPER_TOKEN_LIFETIME
    if isinstance(given, bool) or not isinstance(given, int):
        raise cognitoidentity.error("SerializationException", "TokenDuration must be a whole number")
    if not 1 <= given <= MAX_TOKEN_LIFETIME:
        complaint = "Member must have value between 1 and 86400"
        failed = f"Value '{given}' at 'tokenDuration' failed to satisfy constraint: {complaint}"
        raise cognitoidentity.error("ValidationException", f"1 validation error detected: {failed}")
    return given


def _pool_of(asked: Any) -> PoolLocation:
    """Return a pool of the caller's account, in the region that its id names."""
    identity_pool_id = _required(asked, "IdentityPoolId")
    region = identity_pool_id.partition(":")[0]
    try:
        pool = cognitoidentity.identity_pool(asked.current_account, region, identity_pool_id)
    except KeyError:
        pool = None
    if pool is None:
        raise _no_pool(identity_pool_id)
    return cognitoidentity.PoolLocation(asked.current_account, region, pool)


def _unsigned_pool_of(asked: Any) -> PoolLocation:
    """Return a pool of any account: logins are not signed, so nothing but the pool's id tells whose it is."""
    identity_pool_id = _required(asked, "IdentityPoolId")
    location = cognitoidentity.pool_of_id(identity_pool_id)
    if location is None:
        raise _no_pool(identity_pool_id)
    return location


def _no_pool(identity_pool_id: str) -> Exception:
    return cognitoidentity.error("ResourceNotFoundException", f"IdentityPool '{identity_pool_id}' not found.")


def _no_identity(identity_id: str) -> Exception:
    return cognitoidentity.error("ResourceNotFoundException", f"Identity '{identity_id}' not found.")


def _identity_of_token(token: str) -> str:
    """Return the identity that a token of cognito-identity's own tells of; refuse one that is not good."""
    claims = claims_of(token)
    if claims is None:
        raise cognitoidentity.error("NotAuthorizedException", "Invalid login token. Not a Cognito token.")
    if claims["exp"] < unix_time():
        raise cognitoidentity.error("NotAuthorizedException", f"Invalid login token. Token expired: {claims['exp']}")
    return str(claims["sub"])


def _check_token(token: str, identity_id: str) -> None:
    if _identity_of_token(token) != identity_id:
        raise cognitoidentity.error("NotAuthorizedException", "Invalid login token. It is another identity's.")


# ----------------------------------------------------------- operations of STS

_claims: ContextVar[dict[str, Any] | None] = ContextVar("claims", default=None)
_STS_ERROR = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
)


def assume_role_with_web_identity(asked: Any, motos: Callable[[], Any]) -> Any:
    """AssumeRoleWithWebIdentity: the second half of the basic flow, if the token is one of cognito-identity."""
    token = cognitoidentity.parameter(asked, "WebIdentityToken") or ""
    claims = claims_of(token)
    if claims is None and pretends_to_be_ours(token):
        # Of other issuers' tokens nobody here can tell; with this one a caller would be nobody's identity.
        return _sts_refusal("InvalidIdentityToken", "The ID Token provided is not a valid JWT")
    if claims is not None and claims["exp"] < unix_time():
        expired = f"current date/time {int(unix_time())} must be before the expiration date/time {claims['exp']}"
        return _sts_refusal("ExpiredTokenException", f"Token expired: {expired}")
    before = _claims.set(claims)
    try:
        return motos()
    finally:
        _claims.reset(before)


def _sts_refusal(code: str, message: str) -> tuple[int, dict[str, Any], str]:
    error = _STS_ERROR.format(code=code, message=message, request_id=random_uuid())
    return 400, {"status": 400, "content-type": "text/xml"}, error


def remember_assumed_role(_backend: Any, motos: Callable[..., Any], **parameters: Any) -> Any:
    """Know whose credentials the backend of STS has just given out for a token."""
    role, claims = motos(**parameters), _claims.get()
    if claims is not None:
        sts.replace_access_key(role, identity_access_key())
        account_id, region = role.account_id, claims["aud"].partition(":")[0]
        credentials = IdentityCredentials(*sts.keys_of(role), account_id, claims["aud"], claims["sub"], role.role_arn)
        logins_backends[account_id][region].remember_credentials(credentials)
    return role
