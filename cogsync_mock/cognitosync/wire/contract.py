"""The wire contract of API 2014-06-30: botocore's service model plus what AWS documents and botocore lacks.

Everything that reads or writes a request is driven by this one description: routing,
parsing, validation, answers and the list of errors that an operation may give.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel
    from botocore.model import Shape as BotocoreShape

SERVICE = "cognito-sync"
TARGET_PREFIXES = (
    "com.amazonaws.cognito.sync.model.AWSCognitoSyncService",
    "AWSCognitoSyncService",
)

Callers = Literal["developer", "identity", "anyone"]

# Documented for every operation ("This API can only be called with ..."); botocore's model has it in prose only.
_CALLERS: Mapping[str, Callers] = {
    "BulkPublish": "developer",
    "DescribeIdentityPoolUsage": "developer",
    "GetBulkPublishDetails": "developer",
    "GetCognitoEvents": "developer",
    "GetIdentityPoolConfiguration": "developer",
    "ListIdentityPoolUsage": "developer",
    "RegisterDevice": "identity",
    "SetCognitoEvents": "developer",
    "SetIdentityPoolConfiguration": "developer",
    "SubscribeToDataset": "identity",
    "UnsubscribeFromDataset": "identity",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of the contract with its constraints.

    ``kind`` is structure, list, map, string, integer, long, boolean or timestamp.
    ``element`` is what a list or a map holds; ``minimum`` and ``maximum`` bound a length or a size.
    """

    name: str
    kind: str
    members: Mapping[str, Shape] = field(default_factory=dict)
    #: the members' names as answers list them
    alphabetical: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    element: Shape | None = None
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


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where it lives on the wire, what goes in and out, who may call it, how it may fail."""

    name: str
    python_name: str
    method: str
    #: the URI's fixed segments and, in between, the members that fill the others: /fixed/{label}/fixed/{label}...
    fixed: tuple[str, ...]
    labels: tuple[str, ...]
    input: Shape
    output: Shape
    #: member name -> ("uri" | "querystring" | "header", name on the wire); all others travel in the body
    locations: Mapping[str, tuple[str, str]]
    #: error name -> HTTP status
    errors: Mapping[str, int]
    callers: Callers

    @property
    def has_body(self) -> bool:
        """Whether REST requests for this operation carry members in the body."""
        return len(self.locations) < len(self.input.members)


@functools.cache
def operations() -> Mapping[str, Operation]:
    """Return the seventeen operations by name."""
    model = service_model()
    return {name: _operation(model.operation_model(name)) for name in model.operation_names}


@functools.cache
def service_model() -> ServiceModel:
    """Return botocore's model of the service, completed with what only the API reference documents."""
    return ServiceModel(_completed(_description(SERVICE)), SERVICE)


@functools.cache
def input_of_sibling(service: str, operation: str) -> Shape:
    """Return the input of another service's operation, with its constraints."""
    shape: Any = ServiceModel(_description(service), service).operation_model(operation).input_shape
    return _shape(shape)


def _description(service: str) -> Any:
    # The built-in data only: a model of the same name in the user's own folder must not change the mock.
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return loader.load_service_model(service, "service-2")


def _completed(description: dict[str, Any]) -> dict[str, Any]:
    shapes = dict(description["shapes"])
    operations = dict(description["operations"])

    streams = shapes["CognitoStreams"]
    shapes["CognitoStreams"] = {**streams, "members": {**streams["members"], "DisabledReason": {"shape": "String"}}}

    # Documented with ListDatasets; the examples of the reference send it as a string.
    shapes["IntegerString"] = {"type": "string", "max": 19, "pattern": r"^[1-9]\d*"}

    shapes["LambdaSocketTimeoutException"] = {
        **shapes["LambdaThrottledException"],
        "error": {"httpStatusCode": 400},
    }
    update = operations["UpdateRecords"]
    operations["UpdateRecords"] = {
        **update,
        "errors": [*update["errors"], {"shape": "LambdaSocketTimeoutException"}],
    }
    return {**description, "shapes": shapes, "operations": operations}


def _operation(model: OperationModel) -> Operation:
    input_shape: Any = model.input_shape
    segments = model.http["requestUri"].strip("/").split("/")
    return Operation(
        name=model.name,
        python_name=xform_name(model.name),
        method=model.http["method"],
        fixed=tuple(segments[0::2]),
        labels=tuple(segment.strip("{}") for segment in segments[1::2]),
        input=_shape(input_shape),
        output=_shape(model.output_shape) if model.output_shape else Shape(f"{model.name}Response", "structure"),
        locations={
            name: (member.serialization["location"], member.serialization.get("name", name))
            for name, member in input_shape.members.items()
            if "location" in member.serialization
        },
        errors={error.name: int(error.metadata["error"]["httpStatusCode"]) for error in model.error_shapes},
        callers=_CALLERS.get(model.name, "anyone"),
    )


def _shape(model: BotocoreShape) -> Shape:
    limits = model.metadata
    pattern = limits.get("pattern")
    element: BotocoreShape | None = None
    if isinstance(model, ListShape):
        element = model.member
    elif isinstance(model, MapShape):
        element = model.value
    members = model.members if isinstance(model, StructureShape) else {}
    return Shape(
        name=model.name,
        kind=model.type_name,
        members={name: _shape(member) for name, member in members.items()},
        alphabetical=tuple(sorted(members)),
        required=tuple(limits.get("required", ())),
        element=_shape(element) if element else None,
        minimum=limits.get("min"),
        maximum=limits.get("max"),
        pattern=pattern,
        # Java's classes of characters are not Python's; only siblings have such patterns.
        regex=re.compile(_java_pattern(pattern), re.ASCII) if pattern and r"\p{" not in pattern else None,
        choices=tuple(limits.get("enum", ())),
    )


def _java_pattern(pattern: str) -> str:
    """Translate: the service matches with Java, where ``.`` stops at every line terminator, not only at LF."""
    return re.sub(r"(?<!\\)\.(?=\*)", r"[^\\n\\r\\u0085\\u2028\\u2029]", pattern)
