"""Who calls: credentials of a developer, or temporary ones that Cognito Identity gave to one identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def caller_of(access_key: str, issued: Mapping[str, IdentityCredentials]) -> Caller:
    """Tell whose key this is; every key that no identity was given is a developer's."""
    credentials = issued.get(access_key)
    if credentials is not None:
        return Caller("identity", credentials.identity_pool_id, credentials.identity_id)
    return Caller("identity") if access_key == MOTO_IDENTITY_KEY else DEVELOPER
