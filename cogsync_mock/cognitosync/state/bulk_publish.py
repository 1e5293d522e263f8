"""The state machine of BulkPublish: in progress, and then succeeded or failed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A success forbids another one for so many seconds (documented: 24 hours).
PAUSE = 24 * 3600.0


@dataclass(slots=True)
class BulkPublish:
    """One bulk publish.

    Attributes:
        started: when, in epoch seconds.
        failure: why it failed, None if it did not.
        completed: when it turned out to have succeeded, in epoch seconds.
        is_delivered: whether all datasets are on the stream.
        looks: how often a client has asked since then.
    """

    started: float
    failure: str | None = None
    completed: float | None = None
    is_delivered: bool = False
    looks: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> BulkPublish:
        """Return what `to_dict` described."""
        return cls(**content)

    def state(self, now: float, progression: Mapping[str, Any], *, is_look: bool = False) -> str:
        """Return the BulkPublishStatus.

        Args:
            now: epoch seconds; the completion time if it turns out to be completed.
            progression: a transition of moto's state manager, so that a test can hold it in progress: ``immediate``,
                ``manual`` after ``times`` looks, or ``time`` after ``seconds``.
            is_look: whether a client asks, which counts for a manual progression.
        """
        if self.failure is not None:
            return "FAILED"
        if not self.is_delivered:
            return "IN_PROGRESS"
        self.looks += is_look
        if self.completed is None and self._is_over(now, progression):
            self.completed = now
        return "IN_PROGRESS" if self.completed is None else "SUCCEEDED"

    def _is_over(self, now: float, progression: Mapping[str, Any]) -> bool:
        kind = progression["progression"]
        if kind == "manual":
            return bool(self.looks >= progression["times"])
        return kind != "time" or bool(now > self.started + progression["seconds"])

    def fail(self, message: str) -> None:
        """Let it have failed, for the first reason that there is."""
        self.failure = self.failure or message

    def delivered(self, now: float, progression: Mapping[str, Any]) -> None:
        """Remember that all datasets are on the stream.

        Without a test's wish to hold it, it is done now, whether or not anybody looks.
        """
        self.is_delivered = True
        self.state(now, progression)

    def forbids_another(self, now: float) -> bool:
        """Return whether this one succeeded less than 24 hours ago."""
        return self.completed is not None and now < self.completed + PAUSE

    def to_wire(self, identity_pool_id: str, now: float, progression: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of GetBulkPublishDetails: a completion time only for a success."""
        return {
            "IdentityPoolId": identity_pool_id,
            "BulkPublishStartTime": self.started,
            "BulkPublishStatus": self.state(now, progression, is_look=True),
            "BulkPublishCompleteTime": self.completed,
            "FailureMessage": self.failure,
        }
