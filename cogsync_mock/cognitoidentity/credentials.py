"""Who calls: credentials of a developer, or temporary ones that Cognito Identity gave to one identity."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cogsync_mock.aws.errors import ExpiredTokenException, UnrecognizedClientException
from cogsync_mock.integrations.moto_api import random_base32, random_base64

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How long the credentials of an identity are good, in seconds (documented for GetCredentialsForIdentity).
LIFETIME = 3600.0
#: The session of the roles that identities assume (observed in the ARNs of denials).
SESSION_NAME = "CognitoIdentityCredentials"
#: moto's cognito-identity hands this one key to every identity, unless the mock is on.
MOTO_IDENTITY_KEY = "TESTACCESSKEY12345"

_PREFIX, _RANDOM, _MARK = "ASIA", 10, 6


@dataclass(frozen=True, slots=True)
class IdentityCredentials:
    """Temporary credentials of one identity.

    Attributes:
        expiration: until when they are good, in epoch seconds.
        role_arn: the role that they were given for, None if the pool has none.
        principal_tags: the tags of their session, which policies may name as ``${aws:PrincipalTag/name}``.
    """

    access_key: str
    secret_key: str
    session_token: str
    expiration: float
    account_id: str
    identity_pool_id: str
    identity_id: str
    role_arn: str | None = None
    principal_tags: Mapping[str, str] = field(default_factory=dict)

    def check(self, session_token: str, now: float) -> None:
        """Refuse a request that does not bring the session token, or comes too late.

        Args:
            session_token: what the request brings, empty if nothing.
            now: epoch seconds.

        Raises:
            UnrecognizedClientException: if the session token is not the one that belongs to the key.
            ExpiredTokenException: if the credentials have expired.
        """
        if session_token != self.session_token:
            raise UnrecognizedClientException
        if now >= self.expiration:
            raise ExpiredTokenException


@dataclass(frozen=True, slots=True)
class Caller:
    """The signer of a request.

    Attributes:
        credentials: of the identity that calls; None for a developer, and for an identity that is not known.
        is_former: whether the credentials were an identity's before a reset, and are nobody's any more.
    """

    kind: Literal["developer", "identity"]
    credentials: IdentityCredentials | None = None
    is_former: bool = False

    @property
    def identity_id(self) -> str | None:
        """The identity that calls, if it is known."""
        return self.credentials.identity_id if self.credentials else None


DEVELOPER = Caller("developer")
#: Signs with the key that moto gives to all identities.
UNKNOWN_IDENTITY = Caller("identity")
#: Signs with a key that a reset has made nobody's.
FORMER_IDENTITY = Caller("identity", is_former=True)


def identity_access_key() -> str:
    """Return a new access key in the form that AWS's temporary ones have.

    It bears a mark, so that it never becomes a developer's, even when a reset has emptied what was known of it.
    """
    body = random_base32(_RANDOM)
    return f"{_PREFIX}{body}{_mark_of(body)}"


def is_key_of_an_identity(access_key: str) -> bool:
    """Return whether a key was made by `identity_access_key`."""
    if not access_key.startswith(_PREFIX):
        return False
    body = access_key[len(_PREFIX) : len(_PREFIX) + _RANDOM]
    return access_key == f"{_PREFIX}{body}{_mark_of(body)}"


def _mark_of(body: str) -> str:
    return base64.b32encode(hashlib.sha256(f"cognito-identity {body}".encode()).digest()).decode()[:_MARK]


def well_formed_keys() -> tuple[str, str, str]:
    """Return a new access key, secret key and session token in the form that AWS's temporary ones have."""
    return identity_access_key(), random_base64(30), random_base64(267)
