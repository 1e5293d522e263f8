"""Services and operations, from botocore's own models; and which operation an HTTP request asks for."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from .suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .http import HttpRequest

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s]+)(?:/[^/,\s]*/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/)?")
_FORM, _MUCH = "application/x-www-form-urlencoded", 100_000
_RPC_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)$")
# Services that sign with one name; what a signature names first is asked first.
_SAME_SIGNING_NAME = {
    "email": ("ses", "sesv2"),
    "ses": ("ses", "sesv2"),
    "s3": ("s3", "s3control"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "monitoring": ("cloudwatch",),
    "states": ("stepfunctions",),
    "execute-api": ("apigatewaymanagementapi",),
    "tagging": ("resourcegroupstaggingapi",),
    "data.mediastore": ("mediastore-data",),
    "es": ("es", "opensearch"),
    "elasticmapreduce": ("emr",),
    "iotdata": ("iot-data",),
    "catalog.marketplace": ("marketplace-catalog",),
    "rds": ("rds", "neptune", "docdb"),
}


@functools.cache
def loader() -> Loader:
    """Return the loader of botocore's own data; models in the user's folders must not change the mock."""
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


@functools.cache
def service_names() -> frozenset[str]:
    """Return the names of all services that boto3 knows."""
    return frozenset(loader().list_available_services("service-2"))


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return ServiceModel(loader().load_service_model(service, "service-2"), service)


def operation_model(service: str, operation: str) -> OperationModel | None:
    """Return botocore's model of an operation, None if there is none."""
    if service not in service_names():
        return None
    return _operation_model(service, operation)


@functools.cache
def _operation_model(service: str, operation: str) -> OperationModel | None:
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def require_service(service: Any) -> str:
    """Return the name of a service, if boto3 knows it.

    Raises:
        TypeError: if it is no text.
        ValueError: naming the nearest right name, if there is no such service.
    """
    if not isinstance(service, str):
        raise TypeError(f"service must be the name of a service such as 's3', not {service!r}")
    if service not in service_names():
        raise ValueError(
            f"there is no service {service!r}: {suggestion(service, service_names(), 'services in boto3')}"
        )
    return service


def require_operation(operation: Any, service: str | None = None) -> str:
    """Return the name of an operation, if the service has it.

    Args:
        operation: what a user gave.
        service: a service that exists; None for any.

    Raises:
        TypeError: if it is no text.
        ValueError: naming the nearest right name, if no service has such an operation.
    """
    if not isinstance(operation, str):
        raise TypeError(f"operation must be the name of an operation such as 'PutObject', not {operation!r}")
    if service is None:
        if not any(operation in service_model(name).operation_names for name in _likeliest_first(operation)):
            raise ValueError(f"no service has an operation {operation!r}: give the name as in AWS's API, 'PutObject'")
        return operation
    names = service_model(service).operation_names
    if operation not in names:
        hint = suggestion(operation, names, f"operations of {service}")
        raise ValueError(f"{service} has no operation {operation!r}: {hint}")
    return operation


def _likeliest_first(_operation: str) -> Iterable[str]:
    common = ("cognito-sync", "s3", "sqs", "dynamodb", "sns", "kinesis", "lambda", "cognito-identity", "sts", "iam")
    return [*common, *sorted(service_names() - set(common))]


def protocol_of(model: OperationModel) -> str:
    """Return the protocol in which botocore speaks to a service, such as ``rest-json``."""
    service = model.service_model
    # Since services may have several, botocore chooses; before that there was one.
    return str(getattr(service, "resolved_protocol", None) or service.metadata["protocol"])


# ------------------------------------------------------------ HTTP to operation


def signature_scope(authorization: str, query: str) -> tuple[str, str, str]:
    """Return access key, region and signing name, each empty if neither the header nor a presigned query tells."""
    found = _CREDENTIAL.search(authorization)
    if found is None and "X-Amz-Credential" in query:
        found = _CREDENTIAL.match(f"Credential={parse_qs(query)['X-Amz-Credential'][0]}")
    if found is None:
        return "", "", ""
    return found["key"] or "", found["region"] or "", found["service"] or ""


def services_of(signing_name: str, guess: str | None = None) -> list[str]:
    """Return the services that a signature may be for, the likeliest first.

    Args:
        signing_name: what the signature's scope names, empty if it names nothing.
        guess: a service that something else has named.
    """
    named = [*([guess] if guess else []), *_SAME_SIGNING_NAME.get(signing_name, ()), signing_name]
    return [name for name in dict.fromkeys(named) if name in service_names()]


def operation_in(request: HttpRequest, services: Iterable[str]) -> tuple[str, str]:
    """Return the service and operation that a request asks for; both empty if no candidate has it."""
    for service in services:
        operation = _operation_named(request, service) or _operation_at_path(request, service)
        if operation:
            return service, operation
    return "", ""


def _operation_named(request: HttpRequest, service: str) -> str | None:
    names = service_model(service).operation_names
    target = request.header("x-amz-target").rpartition(".")[2]
    if target in names:
        return target
    rpc = _RPC_PATH.search(request.path)
    if rpc and rpc["operation"] in names:
        return rpc["operation"]
    action = _form_value(request, "Action")
    return action if action in names else None


def name_in(request: HttpRequest) -> str | None:
    """Return the operation that a request names itself, known or not: by target header or form field."""
    return request.header("x-amz-target").rpartition(".")[2] or _form_value(request, "Action")


def _form_value(request: HttpRequest, name: str) -> str | None:
    if f"{name}=" in request.query:
        return parse_qs(request.query).get(name, [None])[0]
    content_type = request.header("content-type").partition(";")[0]
    if content_type in ("", _FORM) and f"{name}=".encode() in request.body[:_MUCH]:
        return parse_qs(request.body.decode("utf-8", "replace")).get(name, [None])[0]
    return None


def _operation_at_path(request: HttpRequest, service: str) -> str | None:
    if not str(service_model(service).metadata["protocol"]).startswith("rest"):
        return None  # all of its operations live at one path
    path = unquote(request.path)
    if service == "s3":
        path = _path_style(request, path)
    query = parse_qs(request.query, keep_blank_values=True)
    headers = {name.lower() for name in request.headers}
    for method, pattern, fixed_query, needed, name in _routes(service):
        if method != request.method or not pattern.fullmatch(path):
            continue
        if all(key in query and (value is None or value in query[key]) for key, value in fixed_query):
            in_query, in_headers = needed
            if in_query <= query.keys() and in_headers <= headers:
                return name
    return None


def _path_style(request: HttpRequest, path: str) -> str:
    """Return the path with the bucket, which may stand in the host name."""
    bucket = re.match(r"(?P<bucket>.+)\.s3[.-]", request.host)
    return f"/{bucket['bucket']}{path}" if bucket else path


@functools.cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], list[tuple[str, str | None]], Any, str]]:
    """Return the operations of a REST service by method and path, the most specific first."""
    routes = []
    for name in service_model(service).operation_names:
        model = service_model(service).operation_model(name)
        template, _, query = model.http.get("requestUri", "/").partition("?")
        pieces = re.split(r"(\{[^}]+\})", template.rstrip("/") or "/")
        pattern = "".join(
            (".+" if piece.endswith("+}") else "[^/]+") if piece.startswith("{") else re.escape(piece)
            for piece in pieces
        )
        fixed = [(key, value or None) for key, _, value in (item.partition("=") for item in query.split("&") if item)]
        needed = _required_places(model)
        weight = (len(fixed), sum(map(len, needed)), template.count("/"), -template.count("{"), len(template))
        routes.append((weight, (model.http["method"], re.compile(f"{pattern}/?"), fixed, needed, name)))
    return [route for _, route in sorted(routes, key=lambda item: item[0], reverse=True)]


def _required_places(model: OperationModel) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names in query string and headers without which a request is for another operation."""
    in_query, in_headers = set(), set()
    shape = model.input_shape
    for member in getattr(shape, "required_members", ()) if shape else ():
        serialization = shape.members[member].serialization  # type: ignore[union-attr]  # it has members
        if serialization.get("location") == "querystring":
            in_query.add(serialization.get("name", member))
        elif serialization.get("location") == "header":
            in_headers.add(serialization.get("name", member).lower())
    return frozenset(in_query), frozenset(in_headers)


def require_parameters(names: Iterable[str], operation: str, service: str | None, seen: Iterable[str] = ()) -> None:
    """Make sure that an operation has parameters of these names.

    Args:
        names: what a user gave.
        operation: an operation that exists.
        service: its service; None if any service may be meant.
        seen: services that were called, where no service is named.

    Raises:
        ValueError: naming the nearest right name, if it has none of a name.
    """
    services = {service} if service else set(seen)
    shapes = [model.input_shape for name in services if (model := operation_model(str(name), operation))]
    members = {member for shape in shapes if shape for member in shape.members}
    if not members:
        return
    for name in names:
        if name not in members:
            raise ValueError(f"{operation} has no parameter {name!r}: {suggestion(name, members)}")
