"""Who wants to hear of identities that were merged or deleted: Cognito Sync does, which stands above this service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cogsync_mock.integrations.cognitoidentity import PoolLocation


class IdentityListener(Protocol):
    """Is told after the fact, without any lock held."""

    def identities_merged(self, location: PoolLocation, source_identity_id: str, target_identity_id: str) -> None:
        """Handle that one identity has become another."""

    def identities_deleted(self, location: PoolLocation, identity_ids: Sequence[str]) -> None:
        """Handle that identities are about to go."""


_listeners: list[IdentityListener] = []


def register(listener: IdentityListener) -> None:
    """Tell a listener from now on."""
    _listeners.append(listener)


def tell_merged(location: PoolLocation, source_identity_id: str, target_identity_id: str) -> None:
    """Tell all listeners that one identity has become another."""
    for listener in _listeners:
        listener.identities_merged(location, source_identity_id, target_identity_id)


def tell_deleted(location: PoolLocation, identity_ids: Sequence[str]) -> None:
    """Tell all listeners that identities are about to go."""
    for listener in _listeners:
        listener.identities_deleted(location, identity_ids)
