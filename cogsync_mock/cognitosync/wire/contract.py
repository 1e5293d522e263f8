"""The wire contract of API 2014-06-30: botocore's service model plus what AWS documents and botocore lacks.

Everything that reads or writes a request is driven by this one description: routing,
parsing, validation, answers and the list of errors that an operation may give.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore import xform_name
from botocore.model import ServiceModel

from cogsync_mock.aws.shapes import Shape, description_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

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
    return ServiceModel(_completed(description_of(SERVICE)), SERVICE)


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
        input=shape_of(input_shape),
        output=shape_of(model.output_shape) if model.output_shape else Shape(f"{model.name}Response", "structure"),
        locations={
            name: (member.serialization["location"], member.serialization.get("name", name))
            for name, member in input_shape.members.items()
            if "location" in member.serialization
        },
        errors={error.name: int(error.metadata["error"]["httpStatusCode"]) for error in model.error_shapes},
        callers=_CALLERS.get(model.name, "anyone"),
    )
