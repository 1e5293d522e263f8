"""What a document of the state has for one region of cognito-identity: pools, identities, logins, credentials.

moto keeps one part of a pool and `LoginsBackend` another; the document has both in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.aws.documents import FLAG, NAME, TEXT, TIME, Entries, Items, Member, Members, one_of
from cogsync_mock.integrations import cognitoidentity

from .state import PoolLogins

if TYPE_CHECKING:
    from collections.abc import Mapping


def _check_pool(pool: dict[str, Any]) -> None:
    """Refuse a login of two identities: it would be the later one's only."""
    seen = set()
    for identity in pool["identities"]:
        for login in identity["logins"]:
            user = (login["provider"], login["user"])
            if user in seen:
                raise ValueError(f"the login {login['user']!r} of {login['provider']!r} is there twice")
            seen.add(user)


_LOGIN = Members({"ProviderName": Member(NAME, "provider"), "UserIdentifier": Member(TEXT, "user")})
_IDENTITY = Members(
    {
        "IdentityId": Member(NAME, "id"),
        "CreationDate": Member(TIME, "created"),
        "LastModifiedDate": Member(TIME, "modified"),
        "Logins": Member(Items(_LOGIN), "logins"),
        "IsDisabled": Member(FLAG, "is_disabled"),
    }
)
_PROVIDER = Members(
    {
        "ProviderName": Member(TEXT, is_optional=True),
        "ClientId": Member(TEXT, is_optional=True),
        "ServerSideTokenCheck": Member(FLAG, is_optional=True),
    },
    keeps_absent=True,
)
_RULE = Members(
    {
        "Claim": Member(TEXT),
        "MatchType": Member(one_of("Equals", "Contains", "StartsWith", "NotEqual")),
        "Value": Member(TEXT),
        "RoleARN": Member(TEXT),
    }
)
_MAPPING = Members(
    {
        "Type": Member(one_of("Token", "Rules")),
        "AmbiguousRoleResolution": Member(one_of("AuthenticatedRole", "Deny"), is_optional=True),
        "RulesConfiguration": Member(Members({"Rules": Member(Items(_RULE))}), is_optional=True),
    },
    keeps_absent=True,
)
_PRINCIPAL_TAGS = Members({"UseDefaults": Member(FLAG), "PrincipalTags": Member(Entries(TEXT))})
_POOL = Members(
    {
        "IdentityPoolId": Member(NAME, "identity_pool_id"),
        "Generation": Member(NAME, "generation"),
        "IdentityPoolName": Member(NAME, "identity_pool_name"),
        "CreationDate": Member(TIME, "created"),
        "AllowUnauthenticatedIdentities": Member(FLAG, "allow_unauthenticated_identities"),
        "AllowClassicFlow": Member(FLAG, "allow_classic_flow", is_optional=True),
        "SupportedLoginProviders": Member(Entries(TEXT), "supported_login_providers"),
        "DeveloperProviderName": Member(TEXT, "developer_provider_name"),
        "OpenIdConnectProviderARNs": Member(Items(TEXT), "open_id_connect_provider_arns"),
        "CognitoIdentityProviders": Member(Items(_PROVIDER), "cognito_identity_providers"),
        "SamlProviderARNs": Member(Items(TEXT), "saml_provider_arns"),
        "IdentityPoolTags": Member(Entries(TEXT), "tags"),
        "Roles": Member(Entries(TEXT), "roles"),
        "RoleMappings": Member(Entries(_MAPPING), "role_mappings"),
        "PrincipalTags": Member(Entries(_PRINCIPAL_TAGS), "principal_tags"),
        "Identities": Member(Items(_IDENTITY, "id"), "identities"),
    },
    check=_check_pool,
)
_CREDENTIALS = Members(
    {
        "AccessKeyId": Member(NAME, "access_key"),
        "SecretKey": Member(TEXT, "secret_key"),
        "SessionToken": Member(TEXT, "session_token"),
        "Expiration": Member(TIME, "expiration"),
        "AccountId": Member(NAME, "account_id"),
        "IdentityPoolId": Member(NAME, "identity_pool_id"),
        "IdentityId": Member(NAME, "identity_id"),
        "RoleArn": Member(TEXT, "role_arn", is_optional=True),
        "PrincipalTags": Member(Entries(TEXT), "principal_tags"),
    }
)

#: Of the region: its pools in the order in which they were made, and the credentials that identities were given.
REGION = Members(
    {
        "IdentityPools": Member(Items(_POOL, "identity_pool_id"), "pools"),
        "Credentials": Member(Items(_CREDENTIALS, "access_key"), "issued"),
    }
)
# What moto does not keep of a pool, but for what it shares with moto's part.
_OF_LOGINS = ("allow_classic_flow", "roles", "role_mappings", "principal_tags")


def joined(pool: Mapping[str, Any], logins: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return one description of a pool from two.

    Args:
        pool: as `integrations.cognitoidentity.pools_to_dict` gives it.
        logins: as `PoolLogins.to_dict` gives it; None, or of another generation, if nothing is kept of this pool.
    """
    if logins is None or logins["generation"] != pool["generation"]:
        logins = PoolLogins(pool["generation"], pool["created"]).to_dict()
    unknown = {"created": pool["created"], "modified": pool["created"], "logins": [], "is_disabled": False}
    identities = []
    for identity_id in pool["identities"]:
        known = logins["identities"].get(identity_id, unknown)
        named = [{"provider": provider, "user": user} for provider, user in known["logins"]]
        identities.append({**known, "id": identity_id, "logins": named})
    # moto itself keeps None for what was not given; this package's own operations do not.
    given = {name: pool[name] or default for name, default in cognitoidentity.DEFAULTS.items()}
    return {**pool, **given, **{name: logins[name] for name in _OF_LOGINS}, "identities": identities}


def parted(pool: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two descriptions that `joined` made one of."""
    motos = {name: value for name, value in pool.items() if name not in _OF_LOGINS}
    logins = {name: pool[name] for name in ("generation", "created", *_OF_LOGINS)}
    motos["identities"] = [identity["id"] for identity in pool["identities"]]
    logins["identities"] = {
        identity["id"]: {
            "created": identity["created"],
            "modified": identity["modified"],
            "logins": [[login["provider"], login["user"]] for login in identity["logins"]],
            "is_disabled": identity["is_disabled"],
        }
        for identity in pool["identities"]
    }
    return motos, logins
