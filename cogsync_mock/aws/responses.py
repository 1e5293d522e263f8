"""What an HTTP response says, in boto3's form: read by botocore's own parsers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from . import operations

if TYPE_CHECKING:
    from .exchange import HttpExchange
    from .http import HttpResponse

_FAILED = 300
_parser = functools.cache(create_parser)


def parse_response(exchange: HttpExchange, response: HttpResponse | None) -> tuple[Any, str | None, str | None]:
    """Return what a client of boto3's makes of a response: the parsed answer, and the error's name and message.

    An error has no answer, a success neither name nor message; a request that went to the network has none of them.
    """
    if response is None:
        return None, None, None
    model = exchange.model
    if model is None:
        text = response.content.decode("utf-8", "replace")
        return (None, str(response.status), text) if response.status >= _FAILED else (text, None, None)
    if model.has_event_stream_output and response.status < _FAILED:
        # A stream of events can be read once, by the one who asked for it.
        return {}, None, None
    output: Any = model.output_shape  # None where the answer has no members
    payload = output.serialization.get("payload") if output is not None and response.status < _FAILED else None
    is_raw = payload is not None and output.members[payload].type_name == "blob"
    wire = {
        "headers": HeadersDict(dict(response.headers)),
        "status_code": response.status,
        # botocore takes what it streams for text.
        "body": b"" if is_raw else response.content,
        "context": {"operation_name": model.name},
    }
    try:
        parsed = _parser(_protocol(exchange, response)).parse(wire, output)
    except Exception as error:  # noqa: BLE001  # botocore's parsers raise whatever a broken body makes them
        return None, type(error).__name__, str(error)
    if is_raw:
        parsed[payload] = response.content
    if response.status >= _FAILED:
        failure = parsed.get("Error", {})
        return None, str(failure.get("Code", response.status)), str(failure.get("Message", ""))
    return parsed, None, None


def _protocol(exchange: HttpExchange, response: HttpResponse) -> str:
    model = exchange.model
    declared = operations.protocol_of(model) if model else "rest-json"
    content_type = str(response.headers.get("content-type") or response.headers.get("Content-Type") or "")
    if exchange.api_call is None:
        # Other clients may speak another of the service's protocols.
        if "cbor" in content_type:
            return "smithy-rpc-v2-cbor"
        if "x-amz-json" in content_type:
            return "json"
        if declared == "json" and "xml" in content_type:
            return "query"
    return declared
