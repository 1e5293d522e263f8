"""How users log in: what moto's cognito-identity and STS leave out (``completion`` puts it in).

Each identity gets credentials of its own, the identities of developer providers exist, the same login is the same
identity, and an OpenID Connect token of cognito-identity can be exchanged at STS (the basic flow).

The operations take moto's response object, which holds the request, and moto's own method, None if it has none.
"""

from __future__ import annotations

import json
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity, sts

from .credentials import LIFETIME, SESSION_NAME, IdentityCredentials, remember_credentials, well_formed_keys
from .openid import claims_of, open_id_token, pretends_to_be_ours, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: How long a token is good if nothing else is asked for, in seconds (documented).
DEVELOPER_TOKEN_LIFETIME = 900
TOKEN_LIFETIME = 600
MAX_TOKEN_LIFETIME = 86400
#: The login that a token of cognito-identity itself is.
OWN_PROVIDER = "cognito-identity.amazonaws.com"


class _PoolLogins:
    """What moto does not keep of an identity pool: which login is which identity, and the roles."""

    def __init__(self) -> None:
        self.identities: dict[tuple[str, str], str] = {}
        self.roles: dict[str, str] = {}
        self.role_mappings: dict[str, Any] = {}


# By moto's own object for a pool, so that a pool that is gone takes its logins with it.
_kept: WeakKeyDictionary[Any, _PoolLogins] = WeakKeyDictionary()
_logging_in = threading.Lock()


def _logins_of(pool: Any) -> _PoolLogins:
    return _kept.setdefault(pool, _PoolLogins())


# ---------------------------------------------------------------- credentials


def issue(
    account_id: str, identity_id: str, *, logged_in: bool | None = None, role_arn: str | None = None
) -> IdentityCredentials | None:
    """Give an identity new temporary credentials, of the role that its pool has for it.

    Args:
        account_id: the account.
        identity_id: the identity.
        logged_in: whether it is the role of authenticated identities or the other one; None for whichever there is.
        role_arn: another role.

    Returns:
        The credentials, or None if no pool has such an identity.
    """
    home = cognitoidentity.pool_of_identity(account_id, identity_id)
    if home is None:
        return None
    region, pool = home
    if role_arn is None:
        kinds = {True: ("authenticated",), False: ("unauthenticated",), None: ("authenticated", "unauthenticated")}
        roles = _logins_of(pool).roles
        role_arn = next((roles[kind] for kind in kinds[logged_in] if kind in roles), None)
    if role_arn is None:
        keys = (*well_formed_keys(), unix_time() + LIFETIME)
    else:
        keys = sts.keys_of(sts.assume_role(account_id, region, role_arn, SESSION_NAME, LIFETIME))
    return remember_credentials(IdentityCredentials(*keys, account_id, pool.identity_pool_id, identity_id, role_arn))


def set_roles(pool: Any, roles: Mapping[str, str], role_mappings: Mapping[str, Any]) -> None:
    """Set the roles of a pool, cognito-identity's own object, in place of those it had."""
    logins = _logins_of(pool)
    logins.roles, logins.role_mappings = dict(roles), dict(role_mappings)


# ----------------------------------------------- operations of cognito-identity


def get_id(asked: Any, _motos: Any) -> str:
    """GetId: the same login is the same identity; without one, every call makes another (documented)."""
    region, pool = _pool_of(asked)
    where = (asked.current_account, region, pool.identity_pool_id)
    given = _logins(asked)
    kept = _logins_of(pool)
    with _logging_in:
        known = set()
        if OWN_PROVIDER in given:
            own = _identity_of_token(given.pop(OWN_PROVIDER))
            if not cognitoidentity.has_identity(*where, own):
                raise cognitoidentity.error(
                    "NotAuthorizedException", "Invalid login token. It is of another identity pool."
                )
            known.add(own)
        logins = [(provider, subject_of(token)) for provider, token in given.items()]
        known |= {kept.identities[login] for login in logins if login in kept.identities}
        if len(known) > 1:
            raise cognitoidentity.error("ResourceConflictException", "The logins are linked to different identities")
        identity_id = next(iter(known), None) or cognitoidentity.make_identity(*where)
        kept.identities.update(dict.fromkeys(logins, identity_id))
    return json.dumps({"IdentityId": identity_id})


def get_credentials_for_identity(asked: Any, _motos: Any) -> str:
    """GetCredentialsForIdentity: the enhanced flow."""
    identity_id, logins = _required(asked, "IdentityId"), _logins(asked)
    if OWN_PROVIDER in logins:
        _check_token(logins[OWN_PROVIDER], identity_id)
    role_arn = cognitoidentity.parameter(asked, "CustomRoleArn")
    if role_arn is not None and not isinstance(role_arn, str):
        raise cognitoidentity.error("SerializationException", "CustomRoleArn must be a text")
    credentials = issue(asked.current_account, identity_id, logged_in=bool(logins), role_arn=role_arn)
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
    home = cognitoidentity.pool_of_identity(asked.current_account, identity_id)
    if home is None:
        raise _no_identity(identity_id)
    if OWN_PROVIDER in logins:
        _check_token(logins[OWN_PROVIDER], identity_id)
    methods = ["authenticated", *logins] if logins else ["unauthenticated"]
    token = open_id_token(home[1].identity_pool_id, identity_id, methods, unix_time(), TOKEN_LIFETIME)
    return json.dumps({"IdentityId": identity_id, "Token": token})


def get_open_id_token_for_developer_identity(asked: Any, _motos: Any) -> str:
    """GetOpenIdTokenForDeveloperIdentity: makes the identity if it does not exist yet."""
    region, pool = _pool_of(asked)
    given, logins, lifetime = cognitoidentity.parameter(asked, "IdentityId"), _logins(asked), _token_duration(asked)
    if not logins:
        raise cognitoidentity.error("InvalidParameterException", "Please provide at least one login")
    where = (asked.current_account, region, pool.identity_pool_id)
    if given is not None and not cognitoidentity.has_identity(*where, given):
        raise _no_identity(given)
    kept = _logins_of(pool)
    with _logging_in:
        known = {kept.identities[login] for login in logins.items() if login in kept.identities}
        if len(known | {given} - {None}) > 1:
            raise cognitoidentity.error(
                "DeveloperUserAlreadyRegisteredException", "The developer user is already linked to another identity"
            )
        identity_id = given or next(iter(known), None) or cognitoidentity.make_identity(*where)
        kept.identities.update(dict.fromkeys(logins.items(), identity_id))
    methods = ["authenticated", *logins]
    token = open_id_token(pool.identity_pool_id, identity_id, methods, unix_time(), lifetime)
    return json.dumps({"IdentityId": identity_id, "Token": token})


def set_identity_pool_roles(asked: Any, _motos: Any) -> str:
    """SetIdentityPoolRoles, which moto lacks."""
    set_roles(_pool_of(asked)[1], _map(asked, "Roles", str), _map(asked, "RoleMappings", dict))
    return ""


def get_identity_pool_roles(asked: Any, _motos: Any) -> str:
    """GetIdentityPoolRoles, which moto lacks."""
    pool = _pool_of(asked)[1]
    kept = _logins_of(pool)
    answer = {"IdentityPoolId": pool.identity_pool_id, "Roles": kept.roles}
    return json.dumps({**answer, "RoleMappings": kept.role_mappings} if kept.role_mappings else answer)


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


def _pool_of(asked: Any) -> tuple[str, Any]:
    # Logins are not signed, so nothing but the pool's id may tell the region.
    identity_pool_id = _required(asked, "IdentityPoolId")
    region = identity_pool_id.partition(":")[0]
    try:
        pool = cognitoidentity.identity_pool(asked.current_account, region, identity_pool_id)
    except KeyError:
        pool = None
    if pool is None:
        raise cognitoidentity.error("ResourceNotFoundException", f"IdentityPool '{identity_pool_id}' not found.")
    return region, pool


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
    error = _STS_ERROR.format(code=code, message=message, request_id=uuid4())
    return 400, {"status": 400, "content-type": "text/xml"}, error


def remember_assumed_role(_backend: Any, motos: Callable[..., Any], **parameters: Any) -> Any:
    """Know whose credentials the backend of STS has just given out for a token."""
    role, claims = motos(**parameters), _claims.get()
    if claims is not None:
        keys = sts.keys_of(role)
        remember_credentials(IdentityCredentials(*keys, role.account_id, claims["aud"], claims["sub"], role.role_arn))
    return role
