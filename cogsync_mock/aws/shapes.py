"""What goes into an operation, with its constraints, from botocore's own models."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape as BotocoreShape


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of the contract with its constraints.

    ``kind`` is structure, list, map, string, integer, long, boolean or timestamp.
    ``element`` is what a list or a map holds, ``key`` what a map holds it by; ``minimum`` and ``maximum`` bound a
    length or a size.
    """

    name: str
    kind: str
    members: Mapping[str, Shape] = field(default_factory=dict)
    #: the members' names as answers list them
    alphabetical: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    element: Shape | None = None
    key: Shape | None = None
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    regex: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()

    @property
    def items(self) -> Shape:
        """What a list or a map holds.

        Raises:
            TypeError: if it is neither.
        """
        if self.element is None:
            raise TypeError(f"{self.name} is a {self.kind}, it holds nothing")
        return self.element


@functools.cache
def model_of(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return ServiceModel(description_of(service), service)


@functools.cache
def input_of(service: str, operation: str) -> Shape:
    """Return the input of an operation."""
    model: Any = model_of(service).operation_model(operation).input_shape
    return shape_of(model)


def description_of(service: str) -> Any:
    """Return the content of botocore's model of a service."""
    # The built-in data only: a model of the same name in the user's own folder must not change the mock.
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return loader.load_service_model(service, "service-2")


def shape_of(model: BotocoreShape) -> Shape:
    """Return one of botocore's shapes with its constraints."""
    limits = model.metadata
    pattern = limits.get("pattern")
    element: BotocoreShape | None = None
    key: BotocoreShape | None = None
    if isinstance(model, ListShape):
        element = model.member
    elif isinstance(model, MapShape):
        element, key = model.value, model.key
    members = model.members if isinstance(model, StructureShape) else {}
    return Shape(
        name=model.name,
        kind=model.type_name,
        members={name: shape_of(member) for name, member in members.items()},
        alphabetical=tuple(sorted(members)),
        required=tuple(limits.get("required", ())),
        element=shape_of(element) if element else None,
        key=shape_of(key) if key else None,
        minimum=limits.get("min"),
        maximum=limits.get("max"),
        pattern=pattern,
        # Java's classes of characters are not Python's; other services have such patterns.
        regex=re.compile(_java_pattern(pattern), re.ASCII) if pattern and r"\p{" not in pattern else None,
        choices=tuple(limits.get("enum", ())),
    )


def _java_pattern(pattern: str) -> str:
    """Translate: the service matches with Java, where ``.`` stops at every line terminator, not only at LF."""
    return re.sub(r"(?<!\\)\.(?=\*)", r"[^\\n\\r\\u0085\\u2028\\u2029]", pattern)
