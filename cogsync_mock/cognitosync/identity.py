"""Who calls: credentials of a developer, or temporary ones that Cognito Identity gave to one identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

#: moto's cognito-identity hands this one key to every identity.
MOTO_IDENTITY_KEY = "TESTACCESSKEY12345"


@dataclass(frozen=True, slots=True)
class IdentityCredentials:
    """Temporary credentials of one identity."""

    access_key: str
    secret_key: str
    session_token: str
    identity_pool_id: str
    identity_id: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The signer of a request. An identity may be unknown: moto's shared key does not tell which one it is."""

    kind: Literal["developer", "identity"]
    identity_pool_id: str | None = None
    identity_id: str | None = None


DEVELOPER = Caller("developer")


# By access key, for all accounts and regions; kept over resets, for a key never becomes a developer's.
_issued: dict[str, IdentityCredentials] = {}


def issue(identity_pool_id: str, identity_id: str) -> IdentityCredentials:
    """Give an identity new temporary credentials, in the form that AWS's have."""
    credentials = IdentityCredentials(
        access_key=f"ASIA{uuid4().hex[:16].upper()}",
        secret_key=uuid4().hex + uuid4().hex[:8],
        session_token=uuid4().hex * 4,
        identity_pool_id=identity_pool_id,
        identity_id=identity_id,
    )
    _issued[credentials.access_key] = credentials
    return credentials


def caller_of(access_key: str) -> Caller:
    """Tell whose key this is; every key that no identity was given is a developer's."""
    credentials = _issued.get(access_key)
    if credentials is not None:
        return Caller("identity", credentials.identity_pool_id, credentials.identity_id)
    return Caller("identity") if access_key == MOTO_IDENTITY_KEY else DEVELOPER
