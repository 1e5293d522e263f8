"""The OpenID Connect tokens of cognito-identity: JSON Web Tokens that tell who has logged in."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from cogsync_mock.integrations import cognitoidp

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUER = "https://cognito-identity.amazonaws.com"
#: Where AWS publishes the keys that verify its tokens (documented).
KEYS_PATH = "/.well-known/jwks_uri"
# Where STS finds the tags of a session (documented).
_TAGS = "https://aws.amazon.com/tags"
_HEADER = {"kid": "cogsync-mock", "typ": "JWS", "alg": "RS512"}


def published_keys() -> dict[str, Any]:
    """Return the JSON Web Key Set with which any library verifies the tokens: what AWS serves at `KEYS_PATH`."""
    public = {name: value for name, value in cognitoidp.signing_key().items() if name in ("kty", "n", "e")}
    return {"keys": [{**public, "kid": _HEADER["kid"], "alg": _HEADER["alg"], "use": "sig"}]}


def open_id_token(
    identity_pool_id: str,
    identity_id: str,
    methods: list[str],
    now: float,
    lifetime: float,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Return a token that tells of an identity, in the form that AWS's have.

    Args:
        identity_pool_id: its pool, the audience of the token.
        identity_id: the identity, the subject of the token.
        methods: how it was authenticated: the ``amr`` claim.
        now: epoch seconds.
        lifetime: for how long the token is good, in seconds.
        tags: of the session that STS makes of the token.
    """
    claims: dict[str, Any] = {
        "sub": identity_id,
        "aud": identity_pool_id,
        "amr": methods,
        "iss": ISSUER,
        "exp": int(now + lifetime),
        "iat": int(now),
    }
    if tags:
        claims[_TAGS] = {"principal_tags": {name: [value] for name, value in tags.items()}}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (_HEADER, claims))
    return f"{signed}.{_base64url(cognitoidp.sign(signed.encode()))}"


def claims_of(token: str) -> dict[str, Any] | None:
    """Return what one of our tokens tells, None if it is another issuer's or was tampered with."""
    signed, _, signature = token.rpartition(".")
    try:
        is_ours = cognitoidp.is_signed(signed.encode("ascii"), _from_base64url(signature))
        claims: dict[str, Any] = json.loads(_from_base64url(signed.partition(".")[2]))
    except ValueError:
        return None
    return claims if is_ours else None


def tags_of(claims: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the session tags that the claims of one of our tokens bear."""
    tags: dict[str, list[str]] = claims.get(_TAGS, {}).get("principal_tags", {})
    return tags


def pretends_to_be_ours(token: str) -> bool:
    """Return whether a token says, rightly or not, that cognito-identity has made it."""
    return unverified_claims(token).get("iss") == ISSUER


def subject_of(token: str) -> str:
    """Return what stays the same of a login from one to the next: the subject of a web token, else all of it."""
    return str(unverified_claims(token).get("sub", token))


def unverified_claims(token: str) -> dict[str, Any]:
    """Return the claims of any issuer's web token, unverified; none if it is no web token."""
    try:
        claims = json.loads(_from_base64url(token.split(".")[1]))
    except (IndexError, RecursionError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
