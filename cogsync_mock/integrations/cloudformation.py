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

#: The class of nested stacks, of which moto knows no attributes; its former name until 5.1.
NESTED_STACK = ("moto.cloudformation.models", "Stack")
FORMER_NAME = "FakeStack"
_OUTPUTS = "Outputs."

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
    # None if what it needs is not installed: then moto ignores the type, as it does without this package.
    return module and importlib.import_module(module).RESOURCE_TYPES.get(resource_type)


def resource_class_from_type(original: Callable[[str], Any], resource_type: str) -> Any:
    """Return the class of a resource type."""
    return _added_type(resource_type) or original(resource_type)


def resource_name_property_from_type(original: Callable[[str], str | None], resource_type: str) -> str | None:
    """Return the property that names resources of a type, empty or None if there is none."""
    added = _added_type(resource_type)
    name: str | None = added.name_property if added else original(resource_type)
    return name


def nested_stack_output(stack: Any, _original: Any, attribute_name: str) -> str:
    """Return an output of a nested stack for Fn::GetAtt: ``Outputs.<name>`` (documented)."""
    for output in stack.output_map.values():
        if output and attribute_name == f"{_OUTPUTS}{output.key}":
            return str(output.value)
    from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

    raise UnformattedGetAttTemplateException
