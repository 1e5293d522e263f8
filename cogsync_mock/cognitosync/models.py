"""CognitoSyncBackend: the state of one account and region, and the one place that orders effects."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel

from . import siblings
from .exceptions import ConcurrentModificationException, IdentityPoolNotFound, ReferencesMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .identity import IdentityCredentials

Part = dict[str, Any]


class PoolConfiguration(BaseModel):
    """What Cognito Sync keeps of one identity pool. moto's dashboard shows its public attributes.

    Both parts stand in one tuple that is replaced whole, so a reader never sees a mixture of two calls.
    """

    def __init__(self, identity_pool_id: str, owner: Any) -> None:
        self.identity_pool_id = identity_pool_id
        self._parts: tuple[Part | None, Part | None] = (None, None)
        # The very pool this belongs to: a pool deleted and made again under the same id starts empty.
        self._owner = owner
        self._modifying = threading.Lock()

    @property
    def push_sync(self) -> Part | None:
        """What was set as PushSync."""
        return self._parts[0]

    @property
    def cognito_streams(self) -> Part | None:
        """What was set as CognitoStreams."""
        return self._parts[1]

    def replace(self, push_sync: Part | None, cognito_streams: Part | None) -> None:
        """Replace the parts that are given, remove those given empty, leave the others alone."""
        old_push_sync, old_streams = self._parts
        self._parts = (
            old_push_sync if push_sync is None else push_sync or None,
            old_streams if cognito_streams is None else cognito_streams or None,
        )

    def belongs_to(self, owner: Any) -> bool:
        """Tell whether this is the configuration of that very pool of cognito-identity."""
        return self._owner is owner

    @contextmanager
    def modification(self) -> Iterator[None]:
        """Claim the right to modify; a call that overlaps with another's claim is refused, not queued.

        Raises:
            ConcurrentModificationException: if another call holds the claim.
        """
        if not self._modifying.acquire(blocking=False):
            raise ConcurrentModificationException(self.identity_pool_id)
        try:
            yield
        finally:
            self._modifying.release()

    def to_dict(self) -> Part:
        """Return the shape of GetIdentityPoolConfiguration's answer."""
        push_sync, cognito_streams = self._parts
        return {
            "IdentityPoolId": self.identity_pool_id,
            "PushSync": push_sync,
            "CognitoStreams": cognito_streams,
        }


class CognitoSyncBackend(BaseBackend):
    """Cognito Sync of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.configurations: dict[str, PoolConfiguration] = {}
        self.credentials: dict[str, IdentityCredentials] = {}
        self._creating = threading.Lock()

    def get_identity_pool_configuration(self, identity_pool_id: str) -> Part:
        """Return the configuration of a pool, both parts None if it was never set.

        Raises:
            IdentityPoolNotFound: if cognito-identity has no such pool here.
        """
        return self.configuration_of(identity_pool_id).to_dict()

    def set_identity_pool_configuration(
        self,
        identity_pool_id: str,
        push_sync: Part | None,
        cognito_streams: Part | None,
        *,
        verify_references: bool = False,
    ) -> Part:
        """Replace the parts that are given, remove those given empty, leave the others alone.

        Raises:
            IdentityPoolNotFound: if cognito-identity has no such pool here.
            ConcurrentModificationException: if another call is modifying this pool.
            ReferencesMissing: with ``verify_references``, if a role, application or stream does not exist.
        """
        configuration = self.configuration_of(identity_pool_id)
        with configuration.modification():
            if verify_references:
                self._verify_references(push_sync, cognito_streams)
            configuration.replace(push_sync, _kept_of(cognito_streams))
            return configuration.to_dict()

    def stop_streaming(self, identity_pool_id: str, reason: str) -> None:
        """Turn streaming off as the service does when it loses the stream or the role.

        Raises:
            IdentityPoolNotFound: if cognito-identity has no such pool here.
            ValueError: if the pool has no streams configured.
        """
        configuration = self.configuration_of(identity_pool_id)
        if configuration.cognito_streams is None:
            raise ValueError(
                f"identity pool {identity_pool_id!r} does not stream: configure it first "
                "with set_identity_pool_configuration(CognitoStreams=...)"
            )
        stopped = {**configuration.cognito_streams, "StreamingStatus": "DISABLED", "DisabledReason": reason}
        configuration.replace(None, stopped)

    def configuration_of(self, identity_pool_id: str) -> PoolConfiguration:
        """Return what is kept of a pool; of a pool deleted meanwhile nothing is.

        Raises:
            IdentityPoolNotFound: if cognito-identity has no such pool here.
        """
        owner = siblings.identity_pool(self.account_id, self.region_name, identity_pool_id)
        with self._creating:
            configuration = self.configurations.get(identity_pool_id)
            if configuration is not None and configuration.belongs_to(owner):
                return configuration
            self.configurations.pop(identity_pool_id, None)
            if owner is None:
                raise IdentityPoolNotFound(identity_pool_id)
            configuration = self.configurations[identity_pool_id] = PoolConfiguration(identity_pool_id, owner)
            return configuration

    def _verify_references(self, push_sync: Part | None, cognito_streams: Part | None) -> None:
        missing = list(siblings.missing_references(self.account_id, self.region_name, push_sync, cognito_streams))
        if missing:
            raise ReferencesMissing(missing)


def _kept_of(streams: Part | None) -> Part | None:
    """Return what is kept of a CognitoStreams: a reason only while streaming is disabled (chosen)."""
    if streams is None or streams.get("StreamingStatus") == "DISABLED":
        return streams
    return {name: value for name, value in streams.items() if name != "DisabledReason"}


cognitosync_backends = BackendDict(CognitoSyncBackend, "cognito-sync")
