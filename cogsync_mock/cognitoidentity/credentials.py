"""Who calls: credentials of a developer, or temporary ones that Cognito Identity gave to one identity."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import Literal

from cogsync_mock.aws.errors import ExpiredTokenException, UnrecognizedClientException

#: How long the credentials of an identity are good, in seconds (documented for GetCredentialsForIdentity).
LIFETIME = 3600.0
#: The session of the roles that identities assume (observed in the ARNs of denials).
SESSION_NAME = "CognitoIdentityCredentials"
#: moto's cognito-identity hands this one key to every identity, unless the mock is on.
MOTO_IDENTITY_KEY = "TESTACCESSKEY12345"


@dataclass(frozen=True, slots=True)
class IdentityCredentials:
    """Temporary credentials of one identity.

    Attributes:
        expiration: until when they are good, in epoch seconds.
        role_arn: the role that they were given for, None if the pool has none.
    """

    access_key: str
    secret_key: str
    session_token: str
    expiration: float
    account_id: str
    identity_pool_id: str
    identity_id: str
    role_arn: str | None = None

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
    """The signer of a request. An identity may be unknown: moto's shared key does not tell which one it is."""

    kind: Literal["developer", "identity"]
    credentials: IdentityCredentials | None = None

    @property
    def identity_id(self) -> str | None:
        """The identity that calls, if it is known."""
        return self.credentials.identity_id if self.credentials else None


_DEVELOPER = Caller("developer")
_SOME_IDENTITY = Caller("identity")

# By access key, for all accounts and regions; kept over resets, for a key never becomes a developer's.
_issued: dict[str, IdentityCredentials] = {}


def well_formed_keys() -> tuple[str, str, str]:
    """Return a new access key, secret key and session token in the form that AWS's temporary ones have."""
    return (
        f"ASIA{base64.b32encode(os.urandom(10)).decode()}",
        base64.b64encode(os.urandom(30)).decode(),
        base64.b64encode(os.urandom(267)).decode(),
    )


def remember_credentials(credentials: IdentityCredentials) -> IdentityCredentials:
    """Know from now on that these credentials are an identity's."""
    _issued[credentials.access_key] = credentials
    return credentials


def caller_of(access_key: str) -> Caller:
    """Tell whose key this is; every key that no identity was given is a developer's."""
    credentials = _issued.get(access_key)
    if credentials is not None:
        return Caller("identity", credentials)
    return _SOME_IDENTITY if access_key == MOTO_IDENTITY_KEY else _DEVELOPER
