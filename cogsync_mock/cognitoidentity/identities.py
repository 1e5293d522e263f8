"""The identities of a pool: listed, described, linked to other logins, merged, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidentity

from . import listeners
from .exceptions import (
    DeveloperUserMismatch,
    DeveloperUserNotFound,
    IdentityNotFound,
    InvalidParameterException,
    LoginsDoNotMatch,
)
from .models import logins_of
from .providers import check_providers, users_of
from .service import Request, operation, page
from .state import Login

if TYPE_CHECKING:
    from cogsync_mock.integrations.cognitoidentity import PoolLocation

    from .state import PoolLogins

#: How many logins an identity may have (documented with MergeDeveloperIdentities).
MAX_LOGINS = 20


def _description(kept: PoolLogins, identity_id: str) -> dict[str, Any]:
    identity = kept.identity(identity_id)
    answer = {"IdentityId": identity_id, "CreationDate": identity.created, "LastModifiedDate": identity.modified}
    return {**answer, "Logins": identity.providers} if identity.logins else answer


@operation
def describe_identity(request: Request) -> dict[str, Any]:
    """DescribeIdentity."""
    with logins_of(request.pool_of_identity()) as kept:
        return _description(kept, request.parameters["IdentityId"])


@operation
def list_identities(request: Request) -> dict[str, Any]:
    """ListIdentities, in the order in which they were made."""
    location = request.pool()
    listed = cognitoidentity.identities(location.account_id, location.region, location.pool.identity_pool_id)
    ids = [identity["IdentityId"] for identity in list(listed)]
    with logins_of(location) as kept:
        if request.parameters.get("HideDisabled"):
            ids = [identity_id for identity_id in ids if not kept.identity(identity_id).is_disabled]
        shown, following = page(ids, request.parameters, "identities")
        described = [_description(kept, identity_id) for identity_id in shown]
    return {"IdentityPoolId": location.pool.identity_pool_id, "Identities": described, **following}


@operation
def delete_identities(request: Request) -> dict[str, Any]:
    """DeleteIdentities: with all that Cognito Sync keeps of them; those that are not the account's stay unprocessed."""
    unprocessed = []
    for identity_id in request.parameters["IdentityIdsToDelete"]:
        location = cognitoidentity.pool_of_identity(identity_id)
        if location is None or location.account_id != request.account_id:
            unprocessed.append({"IdentityId": identity_id, "ErrorCode": "AccessDenied"})
            continue
        listeners.tell_deleted(location, [identity_id])
        with logins_of(location) as kept:
            kept.forget(identity_id)
        cognitoidentity.forget_identities(location, [identity_id])
    return {"UnprocessedIdentityIds": unprocessed}


@operation
def unlink_identity(request: Request) -> dict[str, Any]:
    """UnlinkIdentity: a login that is taken away is a new identity next time (documented)."""
    identity_id, tokens = request.parameters["IdentityId"], request.parameters["Logins"]
    location = cognitoidentity.pool_of_identity(identity_id)
    if location is None:
        raise IdentityNotFound(identity_id)
    check_providers(location.pool, tokens)
    with logins_of(location) as kept:
        logins = kept.identity(identity_id).logins
        if not set(users_of(tokens)) & set(logins):
            raise LoginsDoNotMatch
        gone = [login for login in logins if login.provider in request.parameters["LoginsToRemove"]]
        if gone:
            kept.unlink(gone, identity_id, unix_time())
    return {}


@operation
def unlink_developer_identity(request: Request) -> dict[str, Any]:
    """UnlinkDeveloperIdentity."""
    location, identity_id = request.pool(), request.parameters["IdentityId"]
    _require_identity(location, identity_id)
    login = Login(request.parameters["DeveloperProviderName"], request.parameters["DeveloperUserIdentifier"])
    with logins_of(location) as kept:
        if _owner_of(kept, login) != identity_id:
            raise DeveloperUserMismatch
        kept.unlink([login], identity_id, unix_time())
    return {}


@operation
def lookup_developer_identity(request: Request) -> dict[str, Any]:
    """LookupDeveloperIdentity: by the identity, by the user, or both, which must match (documented)."""
    location, identity_id = request.pool(), request.parameters.get("IdentityId")
    user, provider = request.parameters.get("DeveloperUserIdentifier"), location.pool.developer_provider_name
    if identity_id is None and user is None:
        raise InvalidParameterException("Either IdentityId or DeveloperUserIdentifier must not be null")
    if identity_id is not None:
        _require_identity(location, identity_id)
    with logins_of(location) as kept:
        if user is not None:
            owner = _owner_of(kept, Login(provider, user))
            if identity_id not in (None, owner):
                raise DeveloperUserMismatch
            identity_id = owner
        users = [login.user for login in kept.identity(str(identity_id)).logins if login.provider == provider]
    if user is not None and "IdentityId" in request.parameters:
        users = [user]
    shown, following = page(users, request.parameters, "users")
    return {"IdentityId": identity_id, "DeveloperUserIdentifierList": shown, **following}


@operation
def merge_developer_identities(request: Request) -> dict[str, Any]:
    """MergeDeveloperIdentities: the source's users and data go to the destination's identity."""
    location, provider = request.pool(), request.parameters["DeveloperProviderName"]
    source, destination = (
        Login(provider, request.parameters[name]) for name in ("SourceUserIdentifier", "DestinationUserIdentifier")
    )
    with logins_of(location) as kept:
        source_id, target_id = _owner_of(kept, source), _owner_of(kept, destination)
        if source_id == target_id:
            raise InvalidParameterException("The users are the same identity already")
        ours, theirs = kept.identity(source_id).logins, kept.identity(target_id).logins
        if len(ours) + len(theirs) > MAX_LOGINS:
            raise InvalidParameterException(f"An identity may have {MAX_LOGINS} linked logins at most")
        public = {login.provider for login in ours} & {login.provider for login in theirs} - {provider}
        if public:
            raise InvalidParameterException(f"The users are two different ones of {', '.join(sorted(public))}")
        kept.merge(source_id, target_id, unix_time())
    listeners.tell_merged(location, source_id, target_id)
    return {"IdentityId": target_id}


def _owner_of(kept: PoolLogins, login: Login) -> str:
    owners = kept.identities_of([login])
    if not owners:
        raise DeveloperUserNotFound(login.user)
    return owners.pop()


def _require_identity(location: PoolLocation, identity_id: str) -> None:
    where = (location.account_id, location.region, location.pool.identity_pool_id)
    if not cognitoidentity.has_identity(*where, identity_id):
        raise IdentityNotFound(identity_id)
