"""How users log in: GetId, the enhanced flow, the basic flow, and the users of developer providers.

A login that is new is linked to the identity that brings it; one that is another identity's answers that identity, and
what the guest has is merged into it (documented).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity, sts

from . import listeners, roles
from .credentials import LIFETIME, SESSION_NAME, IdentityCredentials, identity_access_key, well_formed_keys
from .exceptions import (
    AccessForbidden,
    ClassicFlowDisabled,
    DeveloperUserAlreadyRegisteredException,
    IdentityNotFound,
    InvalidLoginToken,
    InvalidParameterException,
    LoginsDoNotMatch,
    LoginsOfSeveralIdentities,
    UnauthenticatedAccessUnsupported,
)
from .models import logins_backends, logins_of
from .openid import claims_of, open_id_token
from .providers import OWN_PROVIDER, check_providers, claims_of_logins, users_of
from .service import Request, operation
from .state import Login

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cogsync_mock.integrations.cognitoidentity import PoolLocation

    from .state import PoolLogins

#: How long a token is good if nothing else is asked for, in seconds (documented).
DEVELOPER_TOKEN_LIFETIME = 900
TOKEN_LIFETIME = 600


def issue(
    identity_id: str,
    *,
    logged_in: bool | None = None,
    role_arn: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> IdentityCredentials | None:
    """Give an identity new temporary credentials, of the role that its pool has for it.

    Args:
        identity_id: the identity, of whichever account.
        logged_in: whether it is the role of authenticated identities or the other one; None for whichever there is.
        role_arn: another role.
        tags: of its session.

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
    identity = (account_id, pool.identity_pool_id, identity_id)
    return logins_backends[account_id][region].remember_credentials(
        IdentityCredentials(*keys, *identity, role_arn, dict(tags or {}))
    )


def make_identity(
    location: PoolLocation, identity_id: str | None = None, logins: Mapping[str, str] | None = None
) -> str:
    """Make an identity exist in a pool, as a test wants it.

    Args:
        location: the pool.
        identity_id: its id, which must be free; a random one if None.
        logins: a token or user by provider, whether or not the pool supports that.

    Returns:
        Its id.

    Raises:
        ValueError: if a login is another identity's.
    """
    users = users_of(logins or {})
    new = cognitoidentity.NewIdentity(location.account_id, location.region, location.pool.identity_pool_id, identity_id)
    with logins_of(location) as kept:
        if taken := kept.identities_of(users):
            raise ValueError(f"these logins are identity {next(iter(taken))!r} already: {dict(logins or {})}")
        made = _make(kept, new)
        kept.link(users, made, unix_time())
    return made


def _make(kept: PoolLogins, new: cognitoidentity.NewIdentity) -> str:
    identity_id = new.make()
    kept.add(identity_id, unix_time())
    return identity_id


@operation
def get_id(request: Request) -> dict[str, Any]:
    """GetId: the same login is the same identity; without one, every call makes another (documented)."""
    location, tokens = request.pool_of_anyone(), request.parameters.get("Logins", {})
    where = (location.account_id, location.region, location.pool.identity_pool_id)
    if not tokens and not location.pool.allow_unauthenticated_identities:
        raise UnauthenticatedAccessUnsupported
    linked = set()
    if OWN_PROVIDER in tokens:
        own = _identity_of_token(tokens[OWN_PROVIDER])
        if not cognitoidentity.has_identity(*where, own):
            raise InvalidLoginToken("It is of another identity pool.")
        linked.add(own)
    check_providers(location.pool, tokens)
    users = users_of(tokens)
    new = cognitoidentity.NewIdentity(*where)
    with logins_of(location) as kept:
        linked |= kept.identities_of(users)
        if len(linked) > 1:
            raise LoginsOfSeveralIdentities
        identity_id = next(iter(linked), None) or _make(kept, new)
        kept.link(users, identity_id, unix_time())
    return {"IdentityId": identity_id}


@operation
def get_credentials_for_identity(request: Request) -> dict[str, Any]:
    """GetCredentialsForIdentity: the enhanced flow."""
    tokens = request.parameters.get("Logins", {})
    location, identity_id = _log_in(request.parameters["IdentityId"], tokens)
    custom = request.parameters.get("CustomRoleArn")
    claims = claims_of_logins(tokens)
    with logins_of(location) as kept:
        role_arn, tags = roles.choose(kept, claims, custom), roles.tags_for(kept, claims)
    credentials = issue(identity_id, logged_in=bool(tokens), role_arn=role_arn, tags=tags)
    if credentials is None:
        raise IdentityNotFound(identity_id)
    return {
        "IdentityId": identity_id,
        "Credentials": {
            "AccessKeyId": credentials.access_key,
            "SecretKey": credentials.secret_key,
            "SessionToken": credentials.session_token,
            "Expiration": credentials.expiration,
        },
    }


@operation
def get_open_id_token(request: Request) -> dict[str, Any]:
    """GetOpenIdToken: the first half of the basic flow."""
    tokens = request.parameters.get("Logins", {})
    location, identity_id = _log_in(request.parameters["IdentityId"], tokens, classic=True)
    claims = claims_of_logins(tokens)
    with logins_of(location) as kept:
        tags = roles.tags_for(kept, claims)
    methods = ["authenticated", *tokens] if tokens else ["unauthenticated"]
    token = open_id_token(location.pool.identity_pool_id, identity_id, methods, unix_time(), TOKEN_LIFETIME, tags)
    return {"IdentityId": identity_id, "Token": token}


def _log_in(identity_id: str, tokens: dict[str, str], *, classic: bool = False) -> tuple[PoolLocation, str]:
    """Return the pool, and who the identity is after its logins: itself, or the one that a login is already.

    Raises:
        CognitoIdentityError: if it may not be this identity.
    """
    location = cognitoidentity.pool_of_identity(identity_id)
    if location is None:
        raise IdentityNotFound(identity_id)
    check_providers(location.pool, tokens)
    is_proven = OWN_PROVIDER in tokens
    if is_proven and _identity_of_token(tokens[OWN_PROVIDER]) != identity_id:
        raise InvalidLoginToken("It is another identity's.")
    users = users_of(tokens)
    with logins_of(location) as kept:
        if classic and kept.allow_classic_flow is False:
            raise ClassicFlowDisabled
        if not tokens:
            _check_guest(location, kept, identity_id)
            return location, identity_id
        known = _owner_of(kept, identity_id, users, is_proven=is_proven)
        now = unix_time()
        if known != identity_id:
            kept.merge(identity_id, known, now)
        kept.link(users, known, now)
    if known != identity_id:
        listeners.tell_merged(location, identity_id, known)
    return location, known


def _check_guest(location: PoolLocation, kept: PoolLogins, identity_id: str) -> None:
    """Reject an identity that brings no login and must, or whose pool has no guests."""
    identity = kept.identity(identity_id)
    if identity.logins or identity.is_disabled:
        raise AccessForbidden(identity_id)
    if not location.pool.allow_unauthenticated_identities:
        raise UnauthenticatedAccessUnsupported


def _owner_of(kept: PoolLogins, identity_id: str, users: list[Login], *, is_proven: bool) -> str:
    """Return the identity that logins are: the one that brings them, or another whose they are already.

    Raises:
        CognitoIdentityError: if the one that brings them has logins and does not prove one, or they are several's.
    """
    identity, others = kept.identity(identity_id), kept.identities_of(users) - {identity_id}
    if identity.logins and not is_proven and not set(users) & set(identity.logins):
        raise LoginsDoNotMatch
    if len(others) > 1 or (others and (identity.logins or is_proven)):
        raise LoginsOfSeveralIdentities
    if not others and identity.is_disabled:
        raise AccessForbidden(identity_id)
    return next(iter(others), identity_id)


@operation
def get_open_id_token_for_developer_identity(request: Request) -> dict[str, Any]:
    """GetOpenIdTokenForDeveloperIdentity: makes the identity if it does not exist yet."""
    location, named = request.pool(), request.parameters.get("IdentityId")
    tokens, tags = request.parameters["Logins"], request.parameters.get("PrincipalTags", {})
    if not tokens:
        raise InvalidParameterException("Please provide at least one login")
    provider = location.pool.developer_provider_name
    check_providers(location.pool, tokens, developer=True)
    where = (location.account_id, location.region, location.pool.identity_pool_id)
    if named is not None and not cognitoidentity.has_identity(*where, named):
        raise IdentityNotFound(named)
    public = {name: token for name, token in tokens.items() if name != provider}
    users = [*users_of(public), *(Login(provider, tokens[provider]) for _ in range(provider in tokens))]
    new = cognitoidentity.NewIdentity(*where)
    with logins_of(location) as kept:
        linked = kept.identities_of(users)
        if len(linked | {named} - {None}) > 1:
            raise DeveloperUserAlreadyRegisteredException
        identity_id = named or next(iter(linked), None) or _make(kept, new)
        kept.link(users, identity_id, unix_time())
    lifetime = request.parameters.get("TokenDuration", DEVELOPER_TOKEN_LIFETIME)
    methods = ["authenticated", *tokens]
    token = open_id_token(location.pool.identity_pool_id, identity_id, methods, unix_time(), lifetime, tags)
    return {"IdentityId": identity_id, "Token": token}


def _identity_of_token(token: str) -> str:
    """Return the identity that a token of cognito-identity's own is about.

    Raises:
        InvalidLoginToken: if it is not good.
    """
    claims = claims_of(token)
    if claims is None:
        raise InvalidLoginToken("Not a Cognito token.")
    if claims["exp"] < unix_time():
        raise InvalidLoginToken(f"Token expired: {claims['exp']}")
    return str(claims["sub"])
