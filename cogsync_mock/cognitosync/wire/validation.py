"""The constraints of the contract, refused in AWS's words.

The service's framework checks all members first and lists every violation in one message
(observed: "2 validation errors detected: ...").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.cognitosync.exceptions import ConstraintsViolated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .contract import Operation, Shape


def validate(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Check the parameters of a call against every constraint of its input.

    Raises:
        ConstraintsViolated: naming all violations, in the order of the contract.
    """
    check(operation.input, parameters)


def check(structure: Shape, values: Mapping[str, Any]) -> None:
    """Check values against every constraint of a structure.

    Raises:
        ConstraintsViolated: naming all violations, in the order of the contract.
    """
    violations = list(_structure(structure, values, ""))
    if violations:
        raise ConstraintsViolated(violations)


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
    what = "Map must have size" if shape.kind == "map" else "Member must have length"
    if shape.maximum is not None and len(value) > shape.maximum:
        yield f"{what} less than or equal to {shape.maximum}"
    if shape.minimum is not None and len(value) < shape.minimum:
        yield f"{what} greater than or equal to {shape.minimum}"
    if shape.regex is not None and not shape.regex.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape.pattern}"
    if shape.choices and value not in shape.choices:
        yield f"Member must satisfy enum value set: [{', '.join(shape.choices)}]"


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
