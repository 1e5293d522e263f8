"""The constraints of botocore's models, and how AWS's framework complains of what breaks them.

It checks all members first and lists every violation in one message (observed: "2 validation errors detected: ...").
"""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .shapes import Shape

_LIMITED = {"map": "Map must have size", "integer": "Member must have value", "long": "Member must have value"}


def violations_of(structure: Shape, values: Mapping[str, Any]) -> list[str]:
    """Return what breaks the constraints of a structure, in the order of the contract."""
    return list(_structure(structure, values, ""))


def sentence_of(violations: Sequence[str]) -> str:
    """Return all violations in one message."""
    plural = "" if len(violations) == 1 else "s"
    return f"{len(violations)} validation error{plural} detected: {'; '.join(violations)}"


def _structure(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        given = value.get(name)
        if given is not None:
            yield from _value(member, given, f"{path}{_lower(name)}")
        elif name in shape.required:
            yield _violation(None, f"{path}{_lower(name)}", "Member must not be null")


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _value(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for complaint in _complaints(shape, value):
        yield _violation(value, path, complaint)
    if shape.kind == "structure":
        yield from _structure(shape, value, f"{path}.")
    elif shape.element is not None:
        named = value.items() if shape.kind == "map" else enumerate(value, start=1)
        for name, item in named:
            item_path = f"{path}.{name}.member"
            if item is None:
                yield _violation(None, item_path, "Member must not be null")
            else:
                yield from _value(shape.element, item, item_path)


def _complaints(shape: Shape, value: Any) -> Iterator[str]:
    is_number = shape.kind in ("integer", "long")
    what = _LIMITED.get(shape.kind, "Member must have length")
    size = value if is_number else len(value) if isinstance(value, Sized) else 0
    if shape.maximum is not None and size > shape.maximum:
        yield f"{what} less than or equal to {shape.maximum}"
    if shape.minimum is not None and size < shape.minimum:
        yield f"{what} greater than or equal to {shape.minimum}"
    yield from _wrong_keys(shape, value)
    if shape.regex is not None and not shape.regex.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape.pattern}"
    if shape.choices and value not in shape.choices:
        yield f"Member must satisfy enum value set: [{', '.join(shape.choices)}]"


def _wrong_keys(shape: Shape, value: Any) -> Iterator[str]:
    """Complain of all keys of a map in one sentence, as AWS does."""
    if shape.key is None or not any(next(_complaints(shape.key, key), None) for key in value):
        return
    limits = []
    if shape.key.maximum is not None:
        limits.append(f"Member must have length less than or equal to {shape.key.maximum}")
    if shape.key.minimum is not None:
        limits.append(f"Member must have length greater than or equal to {shape.key.minimum}")
    if shape.key.pattern is not None:
        limits.append(f"Member must satisfy regular expression pattern: {shape.key.pattern}")
    yield f"Map keys must satisfy constraint: [{', '.join(limits)}]"


def _violation(value: Any, path: str, complaint: str) -> str:
    printed = "null" if value is None else f"'{_printed(value)}'"
    return f"Value {printed} at '{path}' failed to satisfy constraint: {complaint}"


def _printed(value: Any) -> str:
    """Print as Java does: ``[a, b]`` and ``{key=value}``, strings bare."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_printed(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_printed(item) for item in value)}]"
    return "null" if value is None else str(value)
