"""Who may use what is not AWS: control routes, moto's own, and the page.

Any web page that a developer looks at can send requests to a server on the developer's machine. AWS's routes answer
them all, for browsers are clients of AWS; what resets data or shows it whole answers its own page and programs only.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection

    from cogsync_mock.aws.http import HttpRequest

# Names that no stranger can point at this machine: they are not, or never, in the public DNS.
_PRIVATE_ENDINGS = (".localhost", ".internal", ".local", ".test")


class Origins:
    """Tells our own pages and programs from those of strangers.

    Args:
        scheme: of the server.
        host: what it listens on, by which it may always be called.
        allowed: further origins, such as ``https://app.example.com``; ``*`` for all.

    Raises:
        ValueError: if one of them is no origin.
    """

    def __init__(self, scheme: str, host: str, allowed: Collection[str] = ()) -> None:
        for origin in allowed:
            parts = urlsplit(origin)
            if origin != "*" and (not parts.scheme or not parts.netloc or parts.path.strip("/") or parts.query):
                raise ValueError(f"an origin is written as https://app.example.com, or * for all, not {origin!r}")
        self._scheme = scheme
        self._all = "*" in allowed
        self._allowed = {origin.rstrip("/").lower() for origin in allowed}
        self._hosts = {host.lower(), *(urlsplit(origin).hostname or "" for origin in self._allowed)}

    def objection(self, request: HttpRequest, *, is_page: bool = False) -> str | None:
        """Return why a request must be rejected, as a sentence; None if it need not.

        Args:
            request: the request.
            is_page: whether it asks for the page, which a link of another site may lead to.
        """
        if self._all:
            return None
        if not self._is_ours(request.host):
            return (
                f"the host {request.host!r} is not this server's: use localhost or an IP address, "
                f"or start the server with --allow-origin {self._scheme}://{request.host}"
            )
        origin = request.header("origin")
        if not origin and request.header("referer") and request.header("sec-fetch-site") not in {"same-origin", "none"}:
            parts = urlsplit(request.header("referer"))
            origin = f"{parts.scheme}://{parts.netloc}"
        if origin:
            if self.allows(origin) or origin.lower() == f"{self._scheme}://{request.host}".lower():
                return None
        elif request.header("sec-fetch-site") in {"", "same-origin", "none"}:
            return None
        if is_page and request.header("sec-fetch-mode") == "navigate":
            return None
        name = origin or "of another site"
        return f"the origin {name} may not use this: start the server with --allow-origin {origin or 'ORIGIN'}"

    def allows(self, origin: str) -> bool:
        """Return whether an origin was allowed by name."""
        return self._all or origin.lower() in self._allowed

    def _is_ours(self, host: str) -> bool:
        """Return whether a Host header can only have come from one who knows where this server is.

        A name in the public DNS may be its owner's trick to make a browser believe that this server is theirs.
        """
        if not host:
            return True  # no browser leaves it out
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if "." not in name or name in self._hosts or name.endswith(_PRIVATE_ENDINGS):
            return True  # a name without dots is one of the local network, such as a service's of docker compose
        try:
            ipaddress.ip_address(name.partition("%")[0])
        except ValueError:
            return False
        return True
