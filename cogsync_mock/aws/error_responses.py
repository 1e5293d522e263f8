"""An error in the protocol of the service that answers: query, ec2, json, rest-json, rest-xml, rpc-v2-cbor."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from xml.sax.saxutils import escape

from . import cbor, operations
from .http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import OperationModel, StructureShape

    from .errors import AWSError
    from .http import HttpRequest

#: Services with wires of their own, which make their errors themselves, by boto3's name.
writers: dict[str, Callable[[HttpRequest, AWSError], HttpResponse]] = {}

_SERVER_ERRORS = 500


def error_response(request: HttpRequest, service: str, model: OperationModel | None, error: AWSError) -> HttpResponse:
    """Return an error as the service would send it.

    Args:
        request: what is answered; the form of its body tells the protocol where a service has several.
        service: boto3's name of the service.
        model: of the operation, None if it is not known.
        error: name, HTTP status and message.
    """
    if service in writers:
        return writers[service](request, error)
    request_id = str(uuid4())
    protocol = _protocol(request, model)
    headers, content = _WRITERS[protocol](error, request_id, model)
    if request.method == "HEAD":
        content = b""
    headers = {"x-amzn-RequestId": request_id, "content-length": str(len(content)), **headers}
    return HttpResponse(error.status, headers, content)


def _protocol(request: HttpRequest, model: OperationModel | None) -> str:
    content_type = request.header("content-type")
    if "cbor" in content_type or "cbor" in request.header("smithy-protocol"):
        return "smithy-rpc-v2-cbor"
    if "x-amz-json" in content_type:
        return "json"
    protocol = operations.protocol_of(model) if model else "rest-json"
    if protocol in ("query", "ec2", "rest-xml") or "x-www-form-urlencoded" not in content_type:
        return protocol if protocol in _WRITERS else "rest-json"
    return "query"


def wire_code(model: OperationModel | None, name: str) -> str:
    """Return the code by which an error travels; botocore's name of it may be another one."""
    shape = shape_of(model, name)
    return str(shape.error_code) if shape is not None else name


def shape_of(model: OperationModel | None, name: str) -> StructureShape | None:
    """Return botocore's model of an error, by its name or its code; None if the service declares none."""
    if model is None:
        return None
    declared: list[Any] = [*model.error_shapes, *model.service_model.error_shapes]
    return next((shape for shape in declared if name in (shape.name, shape.error_code)), None)


def _json(error: AWSError, _request_id: str, model: OperationModel | None) -> tuple[dict[str, str], bytes]:
    headers = {"content-type": f"application/x-amz-json-{_json_version(model)}"}
    shape = shape_of(model, error.code)
    if model is not None and "awsQueryCompatible" in model.service_model.metadata:
        fault = "Receiver" if error.status >= _SERVER_ERRORS else "Sender"
        headers["x-amzn-query-error"] = f"{error.code};{fault}"
    name = shape.name if shape is not None else error.code
    return headers, json.dumps({"__type": name, "message": error.message, "Message": error.message}).encode()


def _json_version(model: OperationModel | None) -> str:
    return str(model.service_model.metadata.get("jsonVersion", "1.0")) if model else "1.0"


def _rest_json(error: AWSError, _request_id: str, _model: OperationModel | None) -> tuple[dict[str, str], bytes]:
    headers = {"content-type": "application/json", "x-amzn-ErrorType": error.code}
    return headers, json.dumps({"message": error.message, "Message": error.message}).encode()


def _xml(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inside}'.encode()


def _fields(error: AWSError) -> str:
    return f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"


def _query(error: AWSError, request_id: str, _model: OperationModel | None) -> tuple[dict[str, str], bytes]:
    fault = "Receiver" if error.status >= _SERVER_ERRORS else "Sender"
    inside = f"<Error><Type>{fault}</Type>{_fields(error)}</Error><RequestId>{request_id}</RequestId>"
    return {"content-type": "text/xml"}, _xml(f"<ErrorResponse>{inside}</ErrorResponse>")


def _ec2(error: AWSError, request_id: str, _model: OperationModel | None) -> tuple[dict[str, str], bytes]:
    inside = f"<Errors><Error>{_fields(error)}</Error></Errors><RequestID>{request_id}</RequestID>"
    return {"content-type": "text/xml"}, _xml(f"<Response>{inside}</Response>")


def _rest_xml(error: AWSError, request_id: str, model: OperationModel | None) -> tuple[dict[str, str], bytes]:
    if model is None or model.service_model.service_name != "s3":
        return _query(error, request_id, model)
    inside = f"{_fields(error)}<RequestId>{request_id}</RequestId>"
    return {"content-type": "application/xml", "x-amz-request-id": request_id}, _xml(f"<Error>{inside}</Error>")


def _rpc_v2_cbor(error: AWSError, _request_id: str, model: OperationModel | None) -> tuple[dict[str, str], bytes]:
    shape = shape_of(model, error.code)
    content = cbor.dumps({"__type": shape.name if shape is not None else error.code, "message": error.message})
    headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    if model is not None and "awsQueryCompatible" in model.service_model.metadata:
        fault = "Receiver" if error.status >= _SERVER_ERRORS else "Sender"
        headers["x-amzn-query-error"] = f"{error.code};{fault}"
    return headers, content


_WRITERS: dict[str, Callable[[AWSError, str, OperationModel | None], tuple[dict[str, str], bytes]]] = {
    "json": _json,
    "rest-json": _rest_json,
    "query": _query,
    "ec2": _ec2,
    "rest-xml": _rest_xml,
    "smithy-rpc-v2-cbor": _rpc_v2_cbor,
}


def load_balancer_page(request: HttpRequest, status: int) -> HttpResponse:
    """Return what a load balancer says when the service behind it does not: a page of HTML."""
    phrase = HTTPStatus(status).phrase
    page = (
        f"<html>\r\n<head><title>{status} {phrase}</title></head>\r\n"
        f"<body>\r\n<center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
    ).encode()
    content = b"" if request.method == "HEAD" else page
    return HttpResponse(status, {"content-type": "text/html", "content-length": str(len(content))}, content)
