"""HTTP requests and responses, as every entry point hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request, still as it came: the path percent-encoded.

    ``headers`` finds names whatever their case, or has them all in lower case.
    """

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, Any]
    body: bytes

    @classmethod
    def from_url(cls, method: str, url: str, headers: Any, body: Any) -> HttpRequest:
        """Build a request from what an HTTP library holds: the body may be text, bytes or a file."""
        parts = urlsplit(url)
        if hasattr(body, "read"):
            body = body.read()
        if isinstance(body, str):
            body = body.encode()
        if type(headers) is dict or hasattr(headers, "to_wsgi_list"):
            # The headers of every HTTP library find names whatever their case, but not those of a bare dictionary;
            # werkzeug's are pairs.
            headers = {name.lower(): value for name, value in headers.items()}
        host = headers.get("host") or parts.netloc
        return cls(method, as_text(host), parts.path or "/", parts.query, headers, body or b"")

    def header(self, name: str) -> str:
        """Return a header by its name in lower case, empty if absent."""
        return as_text(self.headers.get(name) or "")


def as_text(value: str | bytes) -> str:
    """Return a header as text; on the wire it is Latin-1."""
    return value if isinstance(value, str) else value.decode("latin-1")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An HTTP response: its headers are any mapping, the body of moto's may be text; `content` is always bytes."""

    status: int
    headers: Any
    body: bytes | str

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body
