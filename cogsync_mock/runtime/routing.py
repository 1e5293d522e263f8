"""Where a request goes: to a service of the mock, whatever host it is addressed to; or to the network, if allowed.

moto's own mapping of hosts comes first. A host that it does not know is mapped by what the client's own model says of
the operation, else by the signature's scope; bucket names and other labels in front of the client's endpoint are kept.
"""

from __future__ import annotations

import fnmatch
import functools
import ipaddress
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from urllib3.util import parse_url

from cogsync_mock.aws import operations

from . import moto_seam

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cogsync_mock.aws.exchange import ApiCall

_DUAL_STACK = re.compile(r"\.api\.aws$")


class Route(NamedTuple):
    """Where the mock answers a request.

    Attributes:
        url: the URL by which moto knows it.
        service: moto's name of the service.
        redirected: whether that is another host than the request's own.
    """

    url: str
    service: str
    redirected: bool


def route(url: str, headers: Any, api_call: ApiCall | None) -> Route | None:
    """Return where the mock answers a request; None if no service of it does, or the request may pass.

    Args:
        url: where it was sent.
        headers: of the request.
        api_call: the client's call that it belongs to, if any.
    """
    if moto_seam.passes_through(url):
        return None
    host = host_of(url)
    if passthrough.hosts and host is not None and is_allowed(host, passthrough.hosts):
        return None
    known = moto_seam.service_at_host(*_origin(url))
    if known is not None:
        return None if moto_seam.service_passes_through(known) else Route(url, known, redirected=False)
    if host is None or is_loopback(host):
        return None
    for candidate in _equivalents(url, headers, api_call):
        known = moto_seam.service_at_host(*_origin(candidate))
        if known is not None:
            return Route(candidate, known, redirected=True)
    return None


def is_known(url: str) -> bool:
    """Return whether moto knows the host of a URL as it is."""
    return moto_seam.service_at_host(*_origin(url)) is not None


def _origin(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    netloc = rest.partition("/")[0]
    if "?" in netloc or "#" in netloc:
        netloc = re.split(r"[?#]", netloc, maxsplit=1)[0]
    return scheme, netloc


def _equivalents(url: str, headers: Any, api_call: ApiCall | None) -> Iterator[str]:
    """Yield the URLs by which moto may know what is asked: plain for dual-stack and FIPS, by its model, as signed."""
    parts = urlsplit(url)
    host = parts.netloc.lower()
    plain = _DUAL_STACK.sub(".amazonaws.com", host).replace("-fips.", ".").replace(".dualstack.", ".")
    if plain != host:
        yield urlunsplit(parts._replace(netloc=plain))
    if api_call is not None:
        yield from _by_model(parts, api_call)
        return
    _, region, signing_name = operations.signature_scope(str(headers.get("Authorization") or ""), parts.query)
    # A bucket may stand in the host name or in the path: if nothing tells, nothing is guessed.
    if signing_name and signing_name not in ("s3", "s3express", "s3-outposts"):
        for netloc in _hosts(signing_name, region):
            yield urlunsplit(parts._replace(scheme="https", netloc=netloc))


def _by_model(parts: Any, api_call: ApiCall) -> Iterator[str]:
    service = api_call.model.service_model
    endpoint_host = (urlsplit(api_call.endpoint_url).hostname or "").lower()
    host = (parts.hostname or "").lower()
    if host == endpoint_host:
        label = ""
    elif endpoint_host and host.endswith(f".{endpoint_host}"):
        # A bucket, an account id or another label of the operation's own.
        label = host.removesuffix(endpoint_host)
    elif service.service_name in ("s3", "s3control"):
        return
    else:
        label = ""
    for netloc in _hosts(service.endpoint_prefix, api_call.region):
        yield urlunsplit(parts._replace(scheme="https", netloc=f"{label}{netloc}"))


def _hosts(endpoint_prefix: str, region: str) -> Iterator[str]:
    yield f"{endpoint_prefix}.{region}.amazonaws.com"
    yield f"{endpoint_prefix}.amazonaws.com"


# ------------------------------------------------------------------ the network


class _Passthrough:
    """The hosts that may be reached, as the option of the mock started last says."""

    hosts: Collection[str] = ()


passthrough = _Passthrough()


def may_leave(url: str, proxy_url: str | None) -> bool:
    """Return whether a request may be sent: what it would connect to is loopback or allowed, its proxy included."""
    if moto_seam.passes_through(url):
        return proxy_url is None or _may_connect(proxy_url)
    return _may_connect(url) and (proxy_url is None or _may_connect(proxy_url))


def _may_connect(url: str) -> bool:
    host = host_of(url)
    return host is not None and (is_loopback(host) or is_allowed(host, passthrough.hosts))


@functools.lru_cache(maxsize=1024)
def host_of(url: str) -> str | None:
    """Return the host that would be connected to; None if two readers of URLs disagree about it."""
    try:
        # urllib3 opens the connection; the standard library is what most code looks with.
        opened, seen = parse_url(url).host, urlsplit(url).hostname
    except ValueError:
        return None
    if opened is None or seen is None or opened.strip("[]").lower() != seen.lower():
        return None
    return seen


def port_of(url: str) -> int | None:
    """Return the port that a URL of this machine names; None for other hosts, and where it names none."""
    host = host_of(url)
    return urlsplit(url).port if host is not None and is_loopback(host) else None


@functools.lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: such requests never leave it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # Who connects to 0.0.0.0 or [::], which servers print, reaches this machine or nobody.
    return address.is_loopback or address.is_unspecified


def is_allowed(host: str, patterns: Collection[str]) -> bool:
    """Return whether a host matches one of these patterns of `fnmatch`, whatever its case."""
    return any(fnmatch.fnmatchcase(host.lower(), pattern.lower()) for pattern in patterns)
