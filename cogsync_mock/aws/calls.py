"""What happened: a log of what Cognito Sync did to other services, a plain sequence of small records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service.

    Attributes:
        service: its name at boto3, such as ``"kinesis"``.
        operation: such as ``"PutRecord"``.
        parameters: of the operation, by the names that boto3 knows; what Lambda takes as JSON stands as its value.
        response: what came back, likewise; None if it failed.
        error: the name of the error, None if it succeeded: that of the service, or for ``Invoke`` the one that the
            caller of UpdateRecords got.
        message: the error's message.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    response: Any = None
    error: str | None = None
    message: str | None = None


class CallLog(Sequence[Call]):
    """The calls of a mock, first one first."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...

    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._calls!r})"

    def of(self, operation: str) -> list[Call]:
        """Return the calls of one operation, such as ``"PutRecord"``."""
        return [call for call in self._calls if call.operation == operation]

    @property
    def last(self) -> Call:
        """The latest call.

        Raises:
            LookupError: if there was none.
        """
        if not self._calls:
            raise LookupError("no call was made")
        return self._calls[-1]

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def add(self, call: Call) -> None:
        """Keep one more call."""
        self._calls.append(call)


class _Current:
    """The log in force, in a holder so that all modules see a change; None while no mock is on to look at it."""

    log: CallLog | None = None


current = _Current()


def active_log() -> CallLog:
    """Return the log in force, an empty one if there is none."""
    return CallLog() if current.log is None else current.log


def record(call: Call) -> None:
    """Keep a call, if a mock is on."""
    if current.log is not None:
        current.log.add(call)
