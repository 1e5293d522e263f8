"""The page at ``/cogsync-api/``: one answer with everything in it, that asks no other host for anything."""

from __future__ import annotations

from cogsync_mock.aws.http import HttpResponse


def response() -> HttpResponse:
    """Return the page."""
    return HttpResponse(200, {"Content-Type": "text/html"}, b"")


def welcome(host: str, versions: dict[str, str]) -> HttpResponse:
    """Return what stands at ``/``."""
    return HttpResponse(200, {"Content-Type": "text/html"}, f"{host} {versions}".encode())
