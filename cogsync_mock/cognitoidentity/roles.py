"""Which role an identity gets: the pool's two, role mappings, principal tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .exceptions import InvalidIdentityPoolConfigurationException, InvalidParameterException, RoleDenied
from .models import logins_of
from .openid import tags_of
from .providers import OWN_PROVIDER, USER_POOLS
from .service import Request, operation
from .settings import current

if TYPE_CHECKING:
    from cogsync_mock.integrations.cognitoidentity import PoolLocation

    from .state import PoolLogins

Claims = Mapping[str, Any]

#: What the tags of a session are by default (documented).
DEFAULT_TAGS = {"username": "sub", "client": "aud"}


def choose(kept: PoolLogins, logins: Mapping[str, Claims], custom: str | None) -> str | None:
    """Return the role of an identity, None if its pool has none for it.

    Args:
        kept: of the pool.
        logins: the claims of the tokens that it brings, by provider.
        custom: CustomRoleArn of the request, which must be one of the roles in the token where a mapping looks there.

    Raises:
        RoleDenied: if the mapping gives none and says to deny then, or ``custom`` is not the user's.
        InvalidIdentityPoolConfigurationException: with ``enforce_roles``, if there is none.
    """
    role = kept.roles.get("authenticated" if logins else "unauthenticated")
    for provider, claims in logins.items():
        mapping = _mapping_for(kept.role_mappings, provider, claims)
        if mapping is not None:
            role = _mapped(mapping, claims, role, custom)
            break
    else:
        role = custom or role
    if role is None and current.settings.enforce_roles:
        raise InvalidIdentityPoolConfigurationException
    return role


def _mapping_for(mappings: Mapping[str, Any], provider: str, claims: Claims) -> Any | None:
    """Return the mapping of a provider; those of user pools are named with the client, too."""
    if provider.startswith(USER_POOLS):
        return mappings.get(f"{provider}:{claims.get('aud')}") or mappings.get(provider)
    return mappings.get(provider)


def _mapped(mapping: Any, claims: Claims, default: str | None, custom: str | None) -> str | None:
    found: str | None
    if mapping["Type"] == "Token":
        offered, preferred = claims.get("cognito:roles") or [], claims.get("cognito:preferred_role")
        if custom is not None and custom not in offered:
            raise RoleDenied
        found = custom or preferred or (offered[0] if len(offered) == 1 else None)
    else:
        rules = mapping.get("RulesConfiguration", {}).get("Rules", [])
        found = next((rule["RoleARN"] for rule in rules if _matches(rule, claims)), None)
    if found is None and mapping.get("AmbiguousRoleResolution") == "Deny":
        raise RoleDenied
    return found or default


def _matches(rule: Mapping[str, str], claims: Claims) -> bool:
    if rule["Claim"] not in claims:
        return False
    claim, value = claims[rule["Claim"]], rule["Value"]
    texts = [str(item) for item in claim] if isinstance(claim, list) else [str(claim)]
    kind = rule["MatchType"]
    if kind == "NotEqual":
        return value not in texts
    if kind == "Equals":
        return value in texts
    return any(text.startswith(value) if kind == "StartsWith" else value in text for text in texts)


def tags_for(kept: PoolLogins, logins: Mapping[str, Claims]) -> dict[str, str]:
    """Return the tags of a session, from the claims of its logins as the pool maps them."""
    tags: dict[str, str] = {}
    for provider, claims in logins.items():
        if provider == OWN_PROVIDER:
            tags.update({name: values[0] for name, values in tags_of(claims).items()})
        known = kept.principal_tags.get(provider)
        if known is not None:
            wanted = DEFAULT_TAGS if known["UseDefaults"] else known["PrincipalTags"]
            tags.update({name: str(claims[claim]) for name, claim in wanted.items() if claim in claims})
    return tags


def set_roles(location: PoolLocation, roles: Mapping[str, str], role_mappings: Mapping[str, Any]) -> None:
    """Set the roles of a pool in place of those it had.

    Raises:
        InvalidParameterException: if a mapping lacks what its type needs (documented).
    """
    for provider, mapping in role_mappings.items():
        needed = ["AmbiguousRoleResolution", *(["RulesConfiguration"] if mapping["Type"] == "Rules" else [])]
        for name in needed:
            if name not in mapping:
                raise InvalidParameterException(
                    f"{name} is required for role mapping '{provider}' of type {mapping['Type']}"
                )
    with logins_of(location) as logins:
        logins.roles, logins.role_mappings = dict(roles), dict(role_mappings)


@operation
def set_identity_pool_roles(request: Request) -> dict[str, Any]:
    """SetIdentityPoolRoles."""
    set_roles(request.pool(), request.parameters["Roles"], request.parameters.get("RoleMappings", {}))
    return {}


@operation
def get_identity_pool_roles(request: Request) -> dict[str, Any]:
    """GetIdentityPoolRoles."""
    location = request.pool()
    with logins_of(location) as logins:
        answer = {"IdentityPoolId": location.pool.identity_pool_id, "Roles": dict(logins.roles)}
        return {**answer, "RoleMappings": dict(logins.role_mappings)} if logins.role_mappings else answer


@operation
def set_principal_tag_attribute_map(request: Request) -> dict[str, Any]:
    """SetPrincipalTagAttributeMap."""
    location, provider = request.pool(), request.parameters["IdentityProviderName"]
    uses_defaults = request.parameters.get("UseDefaults", False)
    tags = DEFAULT_TAGS if uses_defaults else request.parameters.get("PrincipalTags", {})
    set_principal_tags(location, provider, uses_defaults=uses_defaults, tags=tags)
    return get_principal_tag_attribute_map(request)


def set_principal_tags(
    location: PoolLocation, provider: str, *, uses_defaults: bool, tags: Mapping[str, str] | None
) -> None:
    """Set which claims of a provider's tokens become tags of sessions; none if ``tags`` is None."""
    with logins_of(location) as logins:
        logins.principal_tags.pop(provider, None)
        if tags is not None:
            logins.principal_tags[provider] = {"UseDefaults": uses_defaults, "PrincipalTags": dict(tags)}


@operation
def get_principal_tag_attribute_map(request: Request) -> dict[str, Any]:
    """GetPrincipalTagAttributeMap; a provider without one has no tags."""
    location, provider = request.pool(), request.parameters["IdentityProviderName"]
    with logins_of(location) as logins:
        known = logins.principal_tags.get(provider, {"UseDefaults": False, "PrincipalTags": {}})
    return {"IdentityPoolId": location.pool.identity_pool_id, "IdentityProviderName": provider, **known}
