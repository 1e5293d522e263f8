"""JSON values to the contract's values and back.

A value of the wrong JSON type is refused by the service's framework before any constraint is looked at
(SerializationException); members the contract does not know are ignored; null means absent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import SerializationException

if TYPE_CHECKING:
    from .shapes import Shape

_LONG = range(-(2**63), 2**63)
_INTEGER = range(-(2**31), 2**31)
_NUMBER_CLASS = "com.amazon.coral.value.json.numbers.TruncatingBigNumber"
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def loads(body: bytes) -> Any:
    """Parse a body as strictly as the service does; of duplicate keys the last wins.

    Raises:
        SerializationException: if it is not JSON.
    """
    try:
        return json.loads(body.decode(), parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise SerializationException(f"Could not parse request body into json: {error}") from error


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def read(shape: Shape, value: Any, *, from_text: bool = False) -> Any:
    """Convert a JSON value to the type that the contract declares.

    Args:
        shape: what the contract declares.
        value: what ``json.loads`` gave, or a text from a URI or header.
        from_text: accept numbers and booleans written as strings, as URIs and Coral envelopes do.

    Raises:
        SerializationException: if the JSON type is another one.
    """
    if value is None:
        return None
    return _READERS[shape.kind](shape, value, from_text=from_text)


def _read_structure(shape: Shape, value: Any, *, from_text: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        _wrong_collection(value)
    members = {name: read(member, value.get(name), from_text=from_text) for name, member in shape.members.items()}
    return {name: member for name, member in members.items() if member is not None}


def _read_list(shape: Shape, value: Any, *, from_text: bool) -> list[Any]:
    if not isinstance(value, list):
        _wrong_collection(value)
    element = shape.items
    return [read(element, item, from_text=from_text) for item in value]


def _read_map(shape: Shape, value: Any, *, from_text: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        _wrong_collection(value)
    element = shape.items
    return {key: read(element, item, from_text=from_text) for key, item in value.items()}


def _read_string(shape: Shape, value: Any, *, from_text: bool) -> str:
    if isinstance(value, str):
        return value
    if shape.name == "IntegerString" and _is_number(value):
        # The SDKs know this shape as an integer; the service takes both spellings.
        return str(value)
    _refuse_collection(value)
    return _cannot_convert(value, "an String")


def _read_whole(shape: Shape, value: Any, *, from_text: bool) -> int:
    target, allowed = ("a Long", _LONG) if shape.kind == "long" else ("an Integer", _INTEGER)
    if from_text and isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    _refuse_collection(value)
    if not _is_number(value):
        _cannot_convert(value, target)
    try:
        whole = int(value)
    except OverflowError:
        whole = _LONG.stop
    if whole not in allowed:
        raise SerializationException(f"Numeric value ({value}) out of range of {shape.kind}")
    return whole


def _read_timestamp(shape: Shape, value: Any, *, from_text: bool) -> float:
    if from_text and isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    _refuse_collection(value)
    if not _is_number(value):
        _cannot_convert(value, "milliseconds since epoch")
    if not _LONG.start <= value * 1000 < _LONG.stop:
        raise SerializationException(f"Numeric value ({value}) out of range of milliseconds since epoch")
    return float(value)


def _read_boolean(shape: Shape, value: Any, *, from_text: bool) -> bool:
    if from_text and value in ("true", "false"):
        return bool(value == "true")
    _refuse_collection(value)
    if not isinstance(value, bool):
        _cannot_convert(value, "a Boolean")
    return value


_READERS = {
    "structure": _read_structure,
    "list": _read_list,
    "map": _read_map,
    "string": _read_string,
    "integer": _read_whole,
    "long": _read_whole,
    "timestamp": _read_timestamp,
    "boolean": _read_boolean,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refuse_collection(value: Any) -> None:
    if isinstance(value, list):
        raise SerializationException("Start of list found where not expected")
    if isinstance(value, dict):
        raise SerializationException("Start of structure or map found where not expected.")


def _wrong_collection(value: Any) -> NoReturn:
    _refuse_collection(value)
    raise SerializationException("Unexpected field type")


def _cannot_convert(value: Any, target: str) -> NoReturn:
    if isinstance(value, bool):
        source = "java.lang.Boolean"
    elif isinstance(value, str):
        source = "java.lang.String"
    else:
        source = _NUMBER_CLASS
    raise SerializationException(f"class {source} can not be converted to {target}")


def write(shape: Shape, value: Any) -> Any:
    """Convert a result to JSON values: every declared member, in alphabetical order, absent ones as null."""
    if value is None:
        return None
    if shape.kind == "structure":
        return {name: write(shape.members[name], value.get(name)) for name in shape.alphabetical}
    if shape.kind == "list":
        element = shape.items
        if element.kind == "string":
            return list(value)
        return [write(element, item) for item in value]
    if shape.kind == "timestamp":
        return round(value, 3)
    return value
