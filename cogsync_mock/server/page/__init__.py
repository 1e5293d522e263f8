"""The page at ``/cogsync-api/``: one answer with everything in it, that asks no other host for anything."""

from __future__ import annotations

import base64
import functools
import hashlib
from html import escape
from importlib.resources import files

from cogsync_mock.aws.http import HttpResponse

_WELCOME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>cogsync-mock</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 44em; margin: 12vh auto; padding: 0 20px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 12px 14px; border: 1px solid; border-radius: 8px; }
</style>
</head>
<body>
<h1>cogsync-mock is running</h1>
<p>This is a mock of Amazon Cognito Sync and of the other AWS services that moto knows, version VERSION on moto MOTO.
Nothing here reaches AWS.</p>
<p><a href="/cogsync-api/">Look at what is in it</a>, or point a program at it:</p>
<pre>export AWS_ENDPOINT_URL=ORIGIN
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_DEFAULT_REGION=us-east-1</pre>
</body>
</html>
"""


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": f"default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; {policy}",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


@functools.cache
def response() -> HttpResponse:
    """Return the page: its style and script inside, and nothing else may run in it."""
    style, script = _text("page.css"), _text("page.js")
    content = _text("page.html").replace("/*STYLE*/", style).replace("/*SCRIPT*/", script)
    policy = f"style-src {_hash(style)}; script-src {_hash(script)}; connect-src 'self'; img-src data:"
    return HttpResponse(200, _headers(policy), content.encode())


def welcome(origin: str, versions: dict[str, str]) -> HttpResponse:
    """Return what a browser gets at ``/``.

    Args:
        origin: the server's address, as the browser knows it.
        versions: of this package and of moto.
    """
    style = _WELCOME.partition("<style>")[2].partition("</style>")[0]
    content = _WELCOME.replace("VERSION", escape(versions["version"])).replace("MOTO", escape(versions["moto"]))
    content = content.replace("ORIGIN", escape(origin))
    return HttpResponse(200, _headers(f"style-src {_hash(style)}; img-src data:"), content.encode())
