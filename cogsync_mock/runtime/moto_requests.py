"""What a method of moto's gets of a request: as moto makes it, without building most of it anew.

Up to moto 5.2.3 it is botocore's own request. Since then it is werkzeug's, which moto builds for every call with a
builder for tests; here the part that depends on method and URL is kept, and only headers and body are put in.

Undocumented names: ``moto.core.request`` with ``Request.from_primitives``, ``.raw_url``, ``normalize_request``,
``environ_key_for_header``, ``should_preserve_original_header_name``, ``PRESERVED_HEADER_NAMES_ENVIRON_KEY``. A moto or
werkzeug that makes something else of `_SAMPLES` makes its requests by itself.
"""

from __future__ import annotations

import functools
import sys
from io import BytesIO
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest
from botocore.httpchecksum import AwsChunkedWrapper

#: Content types whose empty bodies werkzeug fills in.
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_OF_THE_MESSAGE = frozenset({"werkzeug.request", "CONTENT_LENGTH"})
_BODIES = frozenset({bytes, str, type(None)})
#: What is tried before any other request is made here.
_SAMPLES = (
    ("POST", "https://sqs.us-east-1.amazonaws.com/", {"Content-Type": "application/x-amz-json-1.0"}, b"{}"),
    ("GET", "https://s3.amazonaws.com/saves/a%2Fb%20c?list-type=2&prefix=%C3%A4", {"X-Amz-Date": b"20261125"}, None),
    ("PUT", "http://saves.s3.eu-west-1.amazonaws.com:8080/a/", {"x-amz-meta-a_b": "1", "Content-Length": "1"}, "1"),
)


class _Template(NamedTuple):
    environ: dict[str, Any]
    raw_url: str


def decode_headers(request: Any) -> None:
    """Make texts of a request's headers, as moto up to 5.2.3 does before it looks for a method."""
    if _moto() is None:
        for name, value in request.headers.items():
            if isinstance(value, bytes):
                request.headers[name] = value.decode("utf-8")


def arguments(request: Any) -> tuple[Any, str, Any]:
    """Return what moto calls a method with: request, URL and headers."""
    moto = _moto()
    if moto is None:
        decode_headers(request)
        return request, request.url, request.headers
    if type(request) is AWSPreparedRequest and _is_exact():
        made = _made(request)
        if made is not None:
            return made
    normalized = moto.normalize_request(request)
    return normalized, normalized.raw_url, normalized.headers


def _made(request: AWSPreparedRequest) -> tuple[Any, str, Any] | None:
    """Make werkzeug's request of botocore's; None if werkzeug does something special about it."""
    body: Any = request.body
    data: Any
    is_chunked = isinstance(body, AwsChunkedWrapper)
    if not is_chunked and type(body) not in _BODIES:
        return None
    template = _template(request.method, request.url)
    environ = template.environ.copy()
    preserved: dict[str, str] = {}
    raw_url: str | None = template.raw_url
    moto: Any = _moto()
    fields: dict[str, str] = {}
    headers: Any = request.headers
    for name, value in headers.items():
        text = value.decode("utf-8") if isinstance(value, bytes) else value
        key = moto.environ_key_for_header(name)
        if type(text) is not str or key in fields or "\n" in text or "\r" in text:
            return None
        fields[key] = text
        if moto.should_preserve_original_header_name(name):
            preserved[key] = name
    fields.pop("HTTP_TRANSFER_ENCODING", None)
    # werkzeug counts for itself.
    fields.pop("CONTENT_LENGTH", None)
    data = body.read() if is_chunked else body or b""
    if isinstance(data, str):
        data = data.encode()
    if not data and fields.get("CONTENT_TYPE", "").startswith(_FORMS):
        return None
    if "HTTP_HOST" in fields:
        raw_url = None
    environ["wsgi.input"] = BytesIO(data)
    environ["wsgi.errors"] = sys.stderr
    # In werkzeug's order, which is that of the headers that the method sees.
    if (content_type := fields.pop("CONTENT_TYPE", None)) is not None:
        environ["CONTENT_TYPE"] = content_type
    if data:
        environ["CONTENT_LENGTH"] = str(len(data))
    environ.update(fields)
    environ.setdefault("CONTENT_LENGTH", "0")
    environ[moto.PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
    made = moto.Request(environ)
    return made, made.raw_url if raw_url is None else raw_url, made.headers


@functools.lru_cache(maxsize=512)
def _template(method: str, url: str) -> _Template:
    request = _moto().Request.from_primitives(method, url, {}, b"")
    environ = {name: value for name, value in request.environ.items() if name not in _OF_THE_MESSAGE}
    return _Template(environ, request.raw_url)


@functools.cache
def _moto() -> Any:
    """Return moto's module of requests, None if it has none that botocore's requests are turned into."""
    try:
        from moto.core import botocore_stubber, request
    except ImportError:
        return None
    return request if hasattr(botocore_stubber, "normalize_request") else None


@functools.cache
def _is_exact() -> bool:
    """Return whether what is made here is what moto and werkzeug make of the same."""
    moto = _moto()
    try:
        for method, url, headers, body in _SAMPLES:
            given: Any = headers
            request = AWSPreparedRequest(method, url, given, body, stream_output=False)
            made, made_url, _ = _made(request) or (None, "", None)
            theirs = moto.normalize_request(request)
            if made is None or made_url != theirs.raw_url or _content(made) != _content(theirs):
                return False
    except (AttributeError, TypeError):
        return False
    return True


def _content(request: Any) -> dict[str, Any]:
    """Return all that is in a request, comparable."""
    environ = {name: value for name, value in request.environ.items() if name not in {"werkzeug.request", "wsgi.input"}}
    return {**environ, "data": request.get_data(), "headers": [*request.headers], "type": type(request)}
