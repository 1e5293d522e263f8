"""The state machine of BulkPublish, driven by moto's state manager so that a test can hold it in progress."""

from __future__ import annotations

from typing import Any

from moto.moto_api import state_manager
from moto.moto_api._internal.managed_state_model import ManagedState

MODEL_NAME = "cognitosync::bulk_publish"
#: A success forbids another one for so many seconds (documented: 24 hours).
PAUSE = 24 * 3600.0

state_manager.register_default_transition(model_name=MODEL_NAME, transition={"progression": "immediate"})


class BulkPublish(ManagedState):
    """One bulk publish.

    Args:
        started: when, in epoch seconds.
    """

    def __init__(self, started: float) -> None:
        super().__init__(MODEL_NAME, transitions=[("IN_PROGRESS", "SUCCEEDED")])
        self.started = started
        self.failure: str | None = None
        self.completed: float | None = None
        self._delivered = False

    def state(self, now: float, *, looked_at: bool = False) -> str:
        """Return the BulkPublishStatus, after whatever progress moto's state manager grants.

        Args:
            now: epoch seconds; the completion time if it turns out to be completed.
            looked_at: whether a client asks, which counts for a manual progression.
        """
        if self.failure is not None:
            return "FAILED"
        if not self._delivered:
            return "IN_PROGRESS"
        if looked_at:
            self.advance()
        status = str(self.status)
        if status == "SUCCEEDED" and self.completed is None:
            self.completed = now
        return status

    def fail(self, message: str) -> None:
        """Let it have failed, for the first reason that there is."""
        self.failure = self.failure or message

    def delivered(self, now: float) -> None:
        """Know that all datasets are on the stream.

        Without a test's wish to hold it, it is done now, whether or not anybody looks.
        """
        self._delivered = True
        self.state(now)

    def forbids_another(self, now: float) -> bool:
        """Return whether this one succeeded less than 24 hours ago."""
        return self.completed is not None and now < self.completed + PAUSE

    def to_dict(self, identity_pool_id: str, now: float) -> dict[str, Any]:
        """Return the answer of GetBulkPublishDetails: a completion time only for a success."""
        return {
            "IdentityPoolId": identity_pool_id,
            "BulkPublishStartTime": self.started,
            "BulkPublishStatus": self.state(now, looked_at=True),
            "BulkPublishCompleteTime": self.completed,
            "FailureMessage": self.failure,
        }
