"""Login providers: which ones a pool supports, and what their tokens say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.utils import unix_time

from cogsync_mock.integrations import cognitoidp

from .exceptions import InvalidLoginToken, ProviderUnsupported
from .openid import subject_of, unverified_claims
from .state import Login

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The login that a token of cognito-identity itself is.
OWN_PROVIDER = "cognito-identity.amazonaws.com"
#: How the provider's name of every user pool begins.
USER_POOLS = "cognito-idp."


def check_providers(pool: Any, tokens: Mapping[str, str], *, developer: bool = False) -> None:
    """Reject logins of providers that a pool does not support, and tokens that say themselves that they are not good.

    Args:
        pool: cognito-identity's own object.
        tokens: by provider.
        developer: whether the pool's developer provider is one.

    Raises:
        ProviderUnsupported: if the pool does not know a provider.
        InvalidLoginToken: if a web token has expired, or is another provider's or application's.
    """
    supported = {OWN_PROVIDER, *supported_providers(pool)}
    if developer and pool.developer_provider_name:
        supported.add(pool.developer_provider_name)
    for provider, token in tokens.items():
        if provider not in supported:
            raise ProviderUnsupported
        if provider != OWN_PROVIDER:
            _check_claims(pool, provider, unverified_claims(token))


def _check_claims(pool: Any, provider: str, claims: Mapping[str, Any]) -> None:
    expiry, now = claims.get("exp"), unix_time()
    if isinstance(expiry, (int, float)) and expiry < now:
        raise InvalidLoginToken(f"Token expired: {int(now)} >= {int(expiry)}")
    if not provider.startswith(USER_POOLS):
        return
    if claims.get("token_use", "id") != "id":
        raise InvalidLoginToken("Not a valid OpenId Connect identity token.")
    if claims.get("iss", f"https://{provider}") != f"https://{provider}":
        raise InvalidLoginToken("Issuer doesn't match providerName")
    clients = {
        known.get("ClientId")
        for known in pool.cognito_identity_providers or []
        if known.get("ProviderName") == provider
    }
    if "aud" in claims and clients - {None} and claims["aud"] not in clients:
        raise InvalidLoginToken("Incorrect token audience.")


def claims_of_logins(tokens: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the claims of tokens by provider.

    moto's user pools leave out the roles of a user's groups, which AWS puts beside their names (documented).
    """
    logins = {provider: dict(unverified_claims(token)) for provider, token in tokens.items()}
    for provider, claims in logins.items():
        if provider.startswith(USER_POOLS) and "cognito:groups" in claims and "cognito:roles" not in claims:
            roles, preferred = cognitoidp.roles_of(provider.partition("/")[2], claims["cognito:groups"])
            claims["cognito:roles"] = roles
            if preferred:
                claims.setdefault("cognito:preferred_role", preferred)
    return logins


def supported_providers(pool: Any) -> set[str]:
    """Return the names of the public providers of a pool: web identities, OpenID Connect, SAML, user pools."""
    return {
        *(pool.supported_login_providers or {}),
        *(arn.partition(":oidc-provider/")[2] for arn in pool.open_id_connect_provider_arns or []),
        *(pool.saml_provider_arns or []),
        *(str(known.get("ProviderName")) for known in pool.cognito_identity_providers or []),
    }


def users_of(tokens: Mapping[str, str]) -> list[Login]:
    """Return which users tokens are; the same user's next token is the same login."""
    return [Login(provider, subject_of(token)) for provider, token in tokens.items() if provider != OWN_PROVIDER]
