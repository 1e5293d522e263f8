"""Which resource types CloudFormation knows beside moto's own (``completion`` puts this in).

moto's lists of types stay as they are: they are remembered for the whole process, so what is added to them would be
there for plain moto, too, and a list that is asked for too early lacks moto's own nested stacks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _own_type(resource_type: str) -> Any | None:
    # Late: only stacks need it.
    cloudformation = importlib.import_module("cogsync_mock.cognitosync.cloudformation")
    return cloudformation.RESOURCE_TYPES.get(resource_type)


def resource_class_from_type(resource_type: str, motos: Callable[[], Any]) -> Any:
    """Return the class of a resource type."""
    return _own_type(resource_type) or motos()


def resource_name_property_from_type(resource_type: str, motos: Callable[[], Any]) -> str | None:
    """Return the property that names resources of a type, empty or None if there is none."""
    own = _own_type(resource_type)
    name: str | None = own.name_property if own else motos()
    return name
