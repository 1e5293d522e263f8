"""What is kept of identity pools beside what moto keeps: data and rules, no lock, nothing of moto."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Login(NamedTuple):
    """One user of one login provider."""

    provider: str
    user: str


class PoolLogins:
    """Which login is which identity, and the roles of a pool.

    Attributes:
        generation: tells the pool from another that had, or will have, the same id.
    """

    def __init__(self, generation: str) -> None:
        self.generation = generation
        self.roles: dict[str, str] = {}
        self.role_mappings: dict[str, Any] = {}
        self._identities: dict[Login, str] = {}

    def identities_of(self, logins: Iterable[Login]) -> set[str]:
        """Return the identities that logins are linked to."""
        return {self._identities[login] for login in logins if login in self._identities}

    def link(self, logins: Iterable[Login], identity_id: str) -> None:
        """Link logins to an identity."""
        self._identities.update(dict.fromkeys(logins, identity_id))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "generation": self.generation,
            "roles": dict(self.roles),
            "role_mappings": dict(self.role_mappings),
            "identities": [[*login, identity_id] for login, identity_id in self._identities.items()],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> PoolLogins:
        """Return what `to_dict` described."""
        logins = cls(content["generation"])
        logins.roles, logins.role_mappings = dict(content["roles"]), dict(content["role_mappings"])
        logins._identities = {Login(provider, user): found for provider, user, found in content["identities"]}
        return logins
