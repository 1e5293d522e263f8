"""moto's CloudFormation: which resource types it knows beside its own.

moto's lists of types stay as they are: they are remembered for the whole process, so what is added to them would be
there for plain moto, too, and a list that is asked for too early lacks moto's own nested stacks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: The module that looks up resource types.
PARSING = "moto.cloudformation.parsing"

# Where the class of a resource type is: only stacks need it, so it is imported when one does.
_modules: dict[str, str] = {}


def add_resource_types(module: str, names: Iterable[str]) -> None:
    """Let stacks know resource types, while a mock or server is on.

    Args:
        module: the module with their classes in its ``RESOURCE_TYPES``, by name.
        names: such as ``AWS::Cognito::IdentityPool``.
    """
    _modules.update(dict.fromkeys(names, module))


def _added_type(resource_type: str) -> Any | None:
    module = _modules.get(resource_type)
    return module and importlib.import_module(module).RESOURCE_TYPES[resource_type]


def resource_class_from_type(original: Callable[[str], Any], resource_type: str) -> Any:
    """Return the class of a resource type."""
    return _added_type(resource_type) or original(resource_type)


def resource_name_property_from_type(original: Callable[[str], str | None], resource_type: str) -> str | None:
    """Return the property that names resources of a type, empty or None if there is none."""
    added = _added_type(resource_type)
    name: str | None = added.name_property if added else original(resource_type)
    return name
