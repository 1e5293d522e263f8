"""Calls as text: one line each, what differs from an expectation, JSON for the server; secrets never appear."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from botocore.model import Shape

    from .calls import Call

_SECRET = "***"  # noqa: S105  # what stands in place of one
_VALUE, _LINE, _MANY = 80, 240, 20


def redacted(value: Any, shape: Shape | None) -> Any:
    """Return a value without what botocore's model marks as sensitive."""
    if shape is None or value is None:
        return value
    if shape.metadata.get("sensitive"):
        return _SECRET
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        members = shape.members
        return {name: redacted(item, members.get(name)) for name, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, (list, tuple)):
        return [redacted(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: redacted(item, shape.value) for key, item in value.items()}
    return value


def json_able(value: Any) -> Any:
    """Return a value as JSON can hold it: bytes as text or base64, dates as ISO 8601, everything else as its repr."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): json_able(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_able(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def printable(values: Mapping[str, Any], shape: Shape | None) -> dict[str, str]:
    """Return values as they may be shown: without secrets, long ones cut."""
    return {name: _cut(repr(value), _VALUE) for name, value in redacted(values, shape).items()}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def one_line(call: Call) -> str:
    """Return a call in one line, such as ``s3.PutObject(Bucket='a', Key='b')  NoSuchBucket: ...``."""
    given = ", ".join(f"{name}={value}" for name, value in call.printable_parameters.items())
    line = _cut(f"{call.service or 'unknown'}.{call.operation}({given})", _LINE)
    if call.error is not None:
        line += _cut(f"  {call.error}: {call.message}", _LINE)
    if call.attempts > 1:
        waiting = f", {call.waited:.2g} s of waiting skipped" if call.waited else ""
        line += f"  [{call.attempts} attempts{waiting}]"
    return line if call.source == "application" else f"{line}  (by {call.source})"


def listing(calls: Sequence[Call]) -> str:
    """Return a short list of calls, one a line; of many the latest."""
    shown = list(calls)[-_MANY:]
    left = len(calls) - len(shown)
    lines = [f"  ({left} earlier calls)"] * bool(left)
    lines += [f"  {number}. {one_line(call)}" for number, call in enumerate(shown, start=left + 1)]
    return "\n".join(lines)


def differences(given: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Return the names of the parameters that are not as expected."""
    missing = object()
    # The expected value asks, so that a matcher such as dirty-equals is the one to compare.
    return [name for name, value in expected.items() if not (value == given.get(name, missing))]  # noqa: SIM201


def _wanted(operation: str, service: str | None, parameters: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={_cut(repr(value), _VALUE)}" for name, value in parameters.items())
    return f"{service}.{operation}({given})" if service else f"{operation}({given})"


def not_called(
    log: Sequence[Call],
    operation: str,
    service: str | None,
    times: int | None,
    parameters: Mapping[str, Any],
    candidates: Sequence[Call],
    matching: Sequence[Call],
) -> str:
    """Say that expected calls are missing: the nearest one, what differs, and all calls."""
    wanted = _wanted(operation, service, parameters)
    if times is None:
        lines = [f"{wanted} was not called"]
    else:
        lines = [f"{wanted} was called {_often(len(matching))}, not {_often(times)}"]
    if not matching and candidates and parameters:
        nearest = min(candidates, key=lambda call: len(differences(call.parameters, parameters)))
        lines.append(f"nearest call: {one_line(nearest)}")
        shown = nearest.printable_parameters
        for name in differences(nearest.parameters, parameters):
            lines.append(f"  {name}: {shown.get(name, 'not given')}, not {_cut(repr(parameters[name]), _VALUE)}")
    return "\n".join([*lines, *_all(log)])


def called(
    log: Sequence[Call], operation: str, service: str | None, parameters: Mapping[str, Any], matching: Sequence[Call]
) -> str:
    """Say that calls were made which should not have been."""
    lines = [f"{_wanted(operation, service, parameters)} was called {_often(len(matching))}"]
    return "\n".join([*lines, *_all(log)])


def _often(times: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(times, f"{times} times")


def _all(log: Sequence[Call]) -> Iterable[str]:
    if not log:
        return ["no calls were made at all"]
    return [f"all {len(log)} calls:" if len(log) > 1 else "the only call:", listing(log)]
