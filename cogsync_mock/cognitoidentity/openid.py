"""The OpenID Connect tokens of cognito-identity: JSON Web Tokens that tell who has logged in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

_ISSUER = "https://cognito-identity.amazonaws.com"
_secret = os.urandom(32)


def open_id_token(identity_pool_id: str, identity_id: str, methods: list[str], now: float, lifetime: float) -> str:
    """Return a token that tells of an identity, in the form that AWS's have.

    Args:
        identity_pool_id: its pool, the audience of the token.
        identity_id: the identity, the subject of the token.
        methods: how it was authenticated: the ``amr`` claim.
        now: epoch seconds.
        lifetime: for how long the token is good, in seconds.
    """
    claims = {
        "sub": identity_id,
        "aud": identity_pool_id,
        "amr": methods,
        "iss": _ISSUER,
        "exp": int(now + lifetime),
        "iat": int(now),
    }
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"typ": "JWS", "alg": "RS512"}, claims))
    return f"{signed}.{_base64url(_seal(signed))}"


def claims_of(token: str) -> dict[str, Any] | None:
    """Return what one of our tokens tells, None if it is another issuer's or was tampered with."""
    signed, _, seal = token.rpartition(".")
    if not hmac.compare_digest(seal.encode("utf-8", "replace"), _base64url(_seal(signed)).encode()):
        return None
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    return claims


def pretends_to_be_ours(token: str) -> bool:
    """Return whether a token says, rightly or not, that cognito-identity has made it."""
    return _payload(token).get("iss") == _ISSUER


def subject_of(token: str) -> str:
    """Return what stays the same of a login from one to the next: the subject of a web token, else all of it."""
    return str(_payload(token).get("sub", token))


def _payload(token: str) -> dict[str, Any]:
    """Return the claims of any issuer's web token, unverified; none if it is no web token."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, RecursionError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _seal(signed: str) -> bytes:
    # As long as a signature of RS512 with a key of 2048 bits.
    return hashlib.shake_256(_secret + signed.encode("utf-8", "replace")).digest(256)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
