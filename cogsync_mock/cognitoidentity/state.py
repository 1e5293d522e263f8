"""What is kept of identity pools beside what moto keeps: data and rules, no lock, nothing of moto."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


class Login(NamedTuple):
    """One user of one login provider."""

    provider: str
    user: str


@dataclass(slots=True)
class Identity:
    """What is kept of one identity.

    Attributes:
        created: epoch seconds.
        modified: epoch seconds.
        logins: the users that it is.
        is_disabled: whether nobody may use it any more: it was merged into another, or lost its last login.
    """

    created: float
    modified: float
    logins: list[Login] = field(default_factory=list)
    is_disabled: bool = False

    @property
    def providers(self) -> list[str]:
        """The names of its login providers."""
        return list(dict.fromkeys(login.provider for login in self.logins))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "created": self.created,
            "modified": self.modified,
            "logins": [list(login) for login in self.logins],
            "is_disabled": self.is_disabled,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Identity:
        """Return what `to_dict` described."""
        return cls(**{**content, "logins": [Login(*login) for login in content["logins"]]})


class PoolLogins:
    """Which login is which identity, and what else moto does not keep of a pool.

    Attributes:
        generation: tells the pool from another that had, or will have, the same id.
        created: when moto made it, in epoch seconds; identities of which nothing is known are as old.
        allow_classic_flow: as it was set, None if it was not.
        principal_tags: by provider, the answer of GetPrincipalTagAttributeMap but for its names.
    """

    def __init__(self, generation: str, created: float) -> None:
        self.generation = generation
        self.created = created
        self.allow_classic_flow: bool | None = None
        self.roles: dict[str, str] = {}
        self.role_mappings: dict[str, Any] = {}
        self.principal_tags: dict[str, dict[str, Any]] = {}
        self._identities: dict[str, Identity] = {}
        self._users: dict[Login, str] = {}

    def identity(self, identity_id: str) -> Identity:
        """Return what is kept of an identity."""
        return self._identities.get(identity_id) or Identity(self.created, self.created)

    def identities_of(self, logins: Iterable[Login]) -> set[str]:
        """Return the identities that logins are linked to."""
        return {self._users[login] for login in logins if login in self._users}

    def add(self, identity_id: str, now: float) -> None:
        """Remember when an identity was made."""
        self._identities[identity_id] = Identity(now, now)

    def link(self, logins: Iterable[Login], identity_id: str, now: float) -> None:
        """Link logins that are no other's to an identity."""
        identity = self._identities.setdefault(identity_id, self.identity(identity_id))
        for login in logins:
            if self._users.get(login) != identity_id:
                self._users[login] = identity_id
                identity.logins.append(login)
                identity.modified = now

    def unlink(self, logins: Collection[Login], identity_id: str, now: float) -> None:
        """Take logins from an identity; without any it becomes inaccessible (documented)."""
        identity = self._identities.setdefault(identity_id, self.identity(identity_id))
        for login in logins:
            self._users.pop(login, None)
        identity.logins = [login for login in identity.logins if login not in logins]
        identity.modified = now
        identity.is_disabled = not identity.logins

    def merge(self, source_id: str, target_id: str, now: float) -> None:
        """Give one identity's logins to another, and disable it."""
        logins = list(self.identity(source_id).logins)
        self.unlink(logins, source_id, now)
        self.link(logins, target_id, now)

    def forget(self, identity_id: str) -> None:
        """Keep nothing of an identity; its logins will be new ones."""
        for login in self.identity(identity_id).logins:
            self._users.pop(login, None)
        self._identities.pop(identity_id, None)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "generation": self.generation,
            "created": self.created,
            "allow_classic_flow": self.allow_classic_flow,
            "roles": dict(self.roles),
            "role_mappings": dict(self.role_mappings),
            "principal_tags": {provider: dict(tags) for provider, tags in self.principal_tags.items()},
            "identities": {identity_id: identity.to_dict() for identity_id, identity in self._identities.items()},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> PoolLogins:
        """Return what `to_dict` described."""
        pool = cls(content["generation"], content["created"])
        pool.allow_classic_flow = content["allow_classic_flow"]
        pool.roles, pool.role_mappings = dict(content["roles"]), dict(content["role_mappings"])
        pool.principal_tags = dict(content["principal_tags"])
        pool._identities = {name: Identity.from_dict(found) for name, found in content["identities"].items()}
        pool._users = {login: name for name, found in pool._identities.items() for login in found.logins}
        return pool
