"""The parameters of an operation: kept as they were given, or read from an HTTP request in any of AWS's protocols."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree as ET

from botocore.model import ListShape, MapShape, StructureShape
from botocore.utils import parse_timestamp

from . import cbor, operations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import OperationModel, Shape

    from .http import HttpRequest


def snapshot(value: Any) -> Any:
    """Return a copy that later changes of dictionaries and lists do not reach; files and the like stay themselves."""
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snapshot(item) for item in value]
    if isinstance(value, tuple):
        return tuple(snapshot(item) for item in value)
    if isinstance(value, bytearray):
        return bytes(value)
    return value


def parameters_of(request: HttpRequest, model: OperationModel | None) -> dict[str, Any]:
    """Return what a request asks, by the names that boto3 knows; what cannot be read is left out.

    Args:
        request: the request.
        model: of its operation, None if it is not known.
    """
    shape = model.input_shape if model else None
    if model is None or shape is None:
        return {}
    try:
        located = _located(request, model, shape)
        body = _body(request, model, shape)
    except (ValueError, KeyError, TypeError, ET.ParseError, RecursionError):
        # A broken request: the service says so in its answer, the log has nothing to add.
        return {}
    return {**body, **located}


# ------------------------------------------------------- path, query and headers


def _located(request: HttpRequest, model: OperationModel, shape: StructureShape) -> dict[str, Any]:
    found: dict[str, Any] = {}
    labels: dict[str, str] | None = None
    query: dict[str, list[str]] | None = None
    for name, member in shape.members.items():
        place, wire_name = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri":
            labels = _labels(request, model) if labels is None else labels
            if wire_name in labels:
                found[name] = _from_text(member, labels[wire_name])
        elif place == "querystring":
            query = parse_qs(request.query, keep_blank_values=True) if query is None else query
            _add_from_query(found, name, member, wire_name, query)
        elif place == "headers":
            prefix = wire_name.lower()
            names = [header for header in request.headers if header.lower().startswith(prefix)]
            if names:
                found[name] = {header[len(prefix) :]: request.header(header.lower()) for header in names}
        elif place == "header" and (text := request.header(wire_name.lower())):
            found[name] = _from_text(member, text)
    return found


def _add_from_query(
    found: dict[str, Any], name: str, member: Shape, wire_name: str, query: Mapping[str, list[str]]
) -> None:
    if isinstance(member, MapShape):
        known = query.keys() & ()
        found[name] = {key: values[0] for key, values in query.items() if key not in known}
    elif wire_name in query:
        values = query[wire_name]
        if isinstance(member, ListShape):
            found[name] = [_from_text(member.member, value) for value in values]
        else:
            found[name] = _from_text(member, values[0])


def _labels(request: HttpRequest, model: OperationModel) -> dict[str, str]:
    template = model.http["requestUri"].partition("?")[0]
    path = request.path
    if model.service_model.service_name == "s3" and (bucket := re.match(r"(?P<bucket>.+)\.s3[.-]", request.host)):
        path = f"/{bucket['bucket']}{path}"
    pattern = ""
    for piece in re.split(r"(\{[^}]+\})", template.rstrip("/") or "/"):
        if piece.startswith("{"):
            label = piece.strip("{}+")
            pattern += rf"(?P<L{label.encode().hex()}>{'.+' if piece.endswith('+}') else '[^/]+'})"
        else:
            pattern += re.escape(piece)
    found = re.fullmatch(f"{pattern}/?", path)
    if found is None:
        return {}
    return {bytes.fromhex(key[1:]).decode(): unquote(value) for key, value in found.groupdict().items()}


# ------------------------------------------------------------------------ bodies


def _body(request: HttpRequest, model: OperationModel, shape: StructureShape) -> dict[str, Any]:
    content_type = request.header("content-type")
    payload = shape.serialization.get("payload")
    if payload is not None:
        return _payload(request, shape, payload)
    if "cbor" in content_type:
        return _structure(shape, cbor.loads(request.body), _plain) if request.body else {}
    protocol = operations.protocol_of(model)
    if protocol in ("query", "ec2") or "x-www-form-urlencoded" in content_type:
        return _from_form(request, shape, is_ec2=protocol == "ec2")
    if not request.body:
        return {}
    if protocol == "rest-xml":
        found: dict[str, Any] = _from_xml(shape, ET.fromstring(request.body))  # noqa: S314  # a test's own request to its own mock
        return found
    content = json.loads(request.body)
    return _structure(shape, content, _plain) if isinstance(content, dict) else {}


def _payload(request: HttpRequest, shape: StructureShape, name: str) -> dict[str, Any]:
    member = shape.members[name]
    if isinstance(member, StructureShape):
        if not request.body:
            return {}
        if request.body.lstrip()[:1] == b"<":
            return {name: _from_xml(member, ET.fromstring(request.body))}  # noqa: S314  # as above
        return {name: _structure(member, json.loads(request.body), _plain)}
    if member.type_name == "string":
        return {name: request.body.decode("utf-8", "replace")}
    return {name: request.body} if request.body else {}


def _structure(shape: StructureShape, content: Mapping[str, Any], leaf: Callable[[Shape, Any], Any]) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        wire_name = member.serialization.get("name", name)
        if content.get(wire_name) is not None and "location" not in member.serialization:
            found[name] = _value(member, content[wire_name], leaf)
    return found


def _value(shape: Shape, content: Any, leaf: Callable[[Shape, Any], Any]) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, content, leaf) if isinstance(content, dict) else content
    if isinstance(shape, ListShape):
        return [_value(shape.member, item, leaf) for item in content] if isinstance(content, list) else content
    if isinstance(shape, MapShape):
        return {key: _value(shape.value, item, leaf) for key, item in content.items()}
    return leaf(shape, content)


def _plain(shape: Shape, content: Any) -> Any:
    """Return a JSON or CBOR scalar as boto3 takes it."""
    if shape.type_name == "blob" and isinstance(content, str):
        return base64.b64decode(content)
    if shape.type_name == "timestamp" and isinstance(content, (int, float)):
        return datetime.fromtimestamp(content, timezone.utc)
    return content


def _from_text(shape: Shape, text: str) -> Any:
    """Return a text of a URI, header, form or XML document as boto3 takes it."""
    if isinstance(shape, ListShape):
        return [_from_text(shape.member, item.strip()) for item in text.split(",")]
    read = _READERS.get(shape.type_name)
    return read(text) if read else text


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": "true".__eq__,
    "blob": base64.b64decode,
    "timestamp": parse_timestamp,
}


# ------------------------------------------------- forms: query and ec2


def _from_form(request: HttpRequest, shape: StructureShape, *, is_ec2: bool) -> dict[str, Any]:
    fields = parse_qs(request.body.decode("utf-8", "replace") or request.query, keep_blank_values=True)
    flat = {name: values[0] for name, values in fields.items()}
    found: dict[str, Any] = _form_value(shape, "", flat, is_ec2=is_ec2) or {}
    return found


def _form_value(shape: Shape, prefix: str, fields: Mapping[str, str], *, is_ec2: bool) -> Any:
    if isinstance(shape, StructureShape):
        found = {}
        for name, member in shape.members.items():
            wire_name = _form_name(member, name, is_ec2=is_ec2)
            value = _form_value(member, f"{prefix}.{wire_name}".lstrip("."), fields, is_ec2=is_ec2)
            if value is not None:
                found[name] = value
        return found or None
    if isinstance(shape, ListShape):
        flat = is_ec2 or shape.serialization.get("flattened")
        if flat and "name" in shape.member.serialization and not is_ec2:
            prefix = ".".join([*prefix.split(".")[:-1], shape.member.serialization["name"]])
        base = prefix if flat else f"{prefix}.{shape.member.serialization.get('name', 'member')}"
        return _numbered(lambda item: _form_value(shape.member, item, fields, is_ec2=is_ec2), base, fields)
    if isinstance(shape, MapShape):
        base = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
        key, value = (
            part.serialization.get("name", default) for part, default in ((shape.key, "key"), (shape.value, "value"))
        )

        def pair(item: str) -> tuple[str, Any] | None:
            if f"{item}.{key}" not in fields:
                return None
            return fields[f"{item}.{key}"], _form_value(shape.value, f"{item}.{value}", fields, is_ec2=is_ec2)

        pairs: Any = _numbered(pair, base, fields)
        return dict(pairs) if pairs else None
    return _from_text(shape, fields[prefix]) if prefix in fields else None


def _form_name(member: Shape, name: str, *, is_ec2: bool) -> str:
    if not is_ec2:
        return str(member.serialization.get("name", name))
    if "queryName" in member.serialization:
        return str(member.serialization["queryName"])
    given = str(member.serialization.get("name", name))
    return given[0].upper() + given[1:]


def _numbered(read: Callable[[str], Any], base: str, fields: Mapping[str, str]) -> list[Any] | None:
    found = []
    number = 1
    while any(name == f"{base}.{number}" or name.startswith(f"{base}.{number}.") for name in fields):
        found.append(read(f"{base}.{number}"))
        number += 1
    return found or None


# --------------------------------------------------------------------------- XML


def _from_xml(shape: Shape, node: ET.Element) -> Any:
    if isinstance(shape, StructureShape):
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            wire_name = member.serialization.get("name", name)
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                wire_name = member.member.serialization.get("name", wire_name)
                nodes = [child for child in node if _tag(child) == wire_name]
                if nodes:
                    found[name] = [_from_xml(member.member, child) for child in nodes]
                continue
            if member.serialization.get("xmlAttribute"):
                attribute = next((v for k, v in node.attrib.items() if k.endswith("type")), None)
                if attribute is not None:
                    found[name] = attribute
                continue
            child = next((child for child in node if _tag(child) == wire_name), None)
            if child is not None and "location" not in member.serialization:
                found[name] = _from_xml(member, child)
        return found
    if isinstance(shape, ListShape):
        return [_from_xml(shape.member, child) for child in node]
    if isinstance(shape, MapShape):
        return {entry[0].text or "": _from_xml(shape.value, entry[1]) for entry in node if len(entry) > 1}
    return _from_text(shape, node.text or "")


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]
