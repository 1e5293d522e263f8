"""What shall happen instead of an answer: errors and delays that a test asks for, counted, never probable."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .exceptions import (
    CognitoSyncError,
    InvalidLambdaFunctionOutputException,
    LambdaSocketTimeoutException,
    LambdaThrottledException,
)
from .wire.contract import operations

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    When = Callable[[Mapping[str, Any]], bool] | Mapping[str, Any]

# Chosen where the mock itself has no use for the error.
_MESSAGES = {
    "InternalErrorException": "An internal service error occurred",
    "TooManyRequestsException": "Too many requests",
    **{
        refusal.code: refusal.message
        for refusal in (
            InvalidLambdaFunctionOutputException(),
            LambdaSocketTimeoutException(),
            LambdaThrottledException(),
        )
    },
}


class InjectedError(CognitoSyncError):
    """An error that a fault asked for."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(eq=False)
class Fault:
    """One fault.

    Args:
        operation: name of the operation it strikes, such as ``"UpdateRecords"``.
        error: name of the error to answer with; None to only delay.
        times: how many calls it strikes.
        message: the error's message; a default one if None.
        delay: how long to hold the call, in seconds.
        when: which calls it strikes: a function of the call's parameters, or parameters that must be equal;
            None for all.

    Raises:
        TypeError: if an argument is of the wrong type.
        ValueError: if there is no such operation, it cannot raise that error, or the fault would do nothing.
    """

    operation: str
    error: str | None = None
    times: int = 1
    message: str | None = None
    delay: float = 0.0
    when: When | None = None
    used: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._check_types()
        model = operations().get(self.operation)
        if model is None:
            raise ValueError(f"there is no operation {self.operation!r}: {_hint(self.operation, operations())}")
        if self.error is not None and self.error not in model.errors:
            raise ValueError(f"{self.operation} cannot raise {self.error!r}: {_hint(self.error, model.errors)}")
        if self.times < 1:
            raise ValueError(f"times must be a whole number from 1, not {self.times!r}")
        if not 0 <= self.delay < float("inf"):
            raise ValueError(f"delay must be a number of seconds from 0, not {self.delay!r}")
        if self.error is None and not self.delay:
            raise ValueError("a fault without error and delay does nothing: give error='...' or delay=seconds")
        for name in self.when if isinstance(self.when, Mapping) else ():
            if name not in model.input.members:
                raise ValueError(f"{self.operation} has no parameter {name!r}: {_hint(str(name), model.input.members)}")

    def _check_types(self) -> None:
        for name in ("operation", "error", "message"):
            given = getattr(self, name)
            if not isinstance(given, str) and (given is not None or name == "operation"):
                raise TypeError(f"{name} must be a string, not {given!r}")
        if isinstance(self.times, bool) or not isinstance(self.times, int):
            raise TypeError(f"times must be a whole number from 1, not {self.times!r}")
        if isinstance(self.delay, bool) or not isinstance(self.delay, (int, float)):
            raise TypeError(f"delay must be a number of seconds from 0, not {self.delay!r}")
        if self.when is not None and not callable(self.when) and not isinstance(self.when, Mapping):
            raise TypeError(f"when must be a function of the parameters or a dictionary of some, not {self.when!r}")

    def applies_to(self, operation: str, parameters: Mapping[str, Any]) -> bool:
        """Return whether it strikes this call."""
        if operation != self.operation or self.used >= self.times:
            return False
        if self.when is None:
            return True
        if callable(self.when):
            return bool(self.when(parameters))
        return all(parameters.get(name) == value for name, value in self.when.items())

    def raise_error(self) -> None:
        """Raise what was asked for, if anything.

        Raises:
            InjectedError: with the error's own HTTP status.
        """
        if self.error is not None:
            message = self.message or _MESSAGES.get(self.error, f"{self.error} by a fault of the test")
            raise InjectedError(self.error, operations()[self.operation].errors[self.error], message)


def _hint(given: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(given, known, n=3, cutoff=0.75)
    return f"did you mean {' or '.join(map(repr, close))}?" if close else f"there are {', '.join(known)}"


class Faults:
    """The faults of a process, first added first used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Have a fault strike from now on."""
        with self._lock:
            self._faults.append(fault)

    def remove(self, gone: Collection[Fault]) -> None:
        """Have these faults strike no longer."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault not in gone]

    def take(self, operation: str, parameters: Mapping[str, Any]) -> Fault | None:
        """Return the fault that strikes this call, and count it as used."""
        if not self._faults:
            return None
        for fault in list(self._faults):
            # Asked outside the lock: `when` is the test's own code and may make calls itself.
            if fault.applies_to(operation, parameters):
                with self._lock:
                    if fault.used < fault.times:
                        fault.used += 1
                        return fault
        return None


faults = Faults()
